package handlers_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"junma/bot"
)

// received is a file that came to a phone.
type received struct {
	name string // "" for a picture
	data []byte
}

func (*phones) Files() bot.FileTraits {
	return bot.FileTraits{Pictures: []string{"jpg", "png"}, Types: []string{"xlsx", "pdf", "zip"}, MaxSize: 20 << 20}
}

func (p *phones) Upload(_ context.Context, u bot.Upload) (string, error) {
	data, err := io.ReadAll(io.NewSectionReader(u.Content, 0, u.Size))
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.uploads = append(p.uploads, data)
	return fmt.Sprintf("media-%d", len(p.uploads)-1), nil
}

func (p *phones) receive(m bot.SendFile) error {
	var i int
	if _, err := fmt.Sscanf(m.Media, "media-%d", &i); err != nil {
		return err
	}
	f, person := received{name: m.Name}, p.whom(m.To)
	if m.Picture {
		f.name = ""
	}
	p.mu.Lock()
	f.data = p.uploads[i]
	p.received[person] = append(p.received[person], f)
	p.mu.Unlock()
	p.see(person, "收到文件", strings.TrimSpace(f.name+" "+map[bool]string{true: "图片"}[m.Picture])+"\n")
	return nil
}

// filesOf are the files that came to a person, oldest first.
func (p *phones) filesOf(person string) []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received[person]
}

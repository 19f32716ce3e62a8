package bottest

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"junma/bot"
)

// What Paper takes as files: every type as it is, nothing as a picture, for a while.
const (
	paperFile     = 1 << 20
	paperLifetime = 20 * time.Minute
)

type paperMedia struct {
	data     []byte
	uploaded time.Time
}

// Files of paper.
func (p *Paper) Files() bot.FileTraits {
	return bot.FileTraits{MaxSize: paperFile, Lifetime: paperLifetime}
}

// Upload keeps a file for as long as Files says.
func (p *Paper) Upload(ctx context.Context, u bot.Upload) (string, error) {
	if u.Size > paperFile {
		return "", &bot.Error{Op: "paper upload", Kind: bot.Refused, Code: "too large"}
	}
	data, err := io.ReadAll(io.NewSectionReader(u.Content, 0, u.Size))
	if err = errors.Join(err, ctx.Err()); err != nil {
		return "", &bot.Error{Op: "paper upload", Kind: bot.Retry, Err: err}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.next("media")
	p.media[id] = paperMedia{data: data, uploaded: p.now()}
	p.uploads = append(p.uploads, u.Name)
	return id, nil
}

// Uploads are the names of all files that were handed over, in order.
func (p *Paper) Uploads() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.uploads)
}

// ReceivedFiles are the files that the bot sent to a person, oldest first.
func (p *Paper) ReceivedFiles(user string) []SeenFile {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.files[user])
}

func (p *Paper) receiveFile(m paperPayload) error {
	held, ok := p.media[m.Media]
	if !ok || p.now().Sub(held.uploaded) > paperLifetime {
		return &bot.Error{Op: "paper file", Kind: bot.Refused, Code: "no such media"}
	}
	p.files[m.To.User+m.To.Group] = append(p.files[m.To.User+m.To.Group], SeenFile{Name: m.Name, Data: held.data})
	return nil
}

package notify_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/bot"
	"junma/notify"
	"junma/store"
)

// depot is a chat that takes files, too: pdf as they are, jpg as pictures, at most 1 MB, kept for ten hours.
type depot struct {
	*chat
	mu      sync.Mutex
	uploads []bot.Upload
	content map[string][]byte // by media id
	refuse  func(nth int) error
}

func (*depot) Files() bot.FileTraits {
	return bot.FileTraits{Pictures: []string{"jpg"}, Types: []string{"pdf", "xlsx", "zip"}, MaxSize: 1 << 20, Lifetime: 10 * time.Hour}
}

func (d *depot) Upload(_ context.Context, u bot.Upload) (string, error) {
	data, err := io.ReadAll(io.NewSectionReader(u.Content, 0, u.Size))
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.uploads = append(d.uploads, u)
	if d.refuse != nil {
		if err := d.refuse(len(d.uploads)); err != nil {
			return "", err
		}
	}
	id := fmt.Sprintf("media-%d", len(d.uploads))
	d.content[id] = data
	return id, nil
}

func (d *depot) uploaded() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.uploads)
}

// harbour is a town whose platform takes files.
type harbour struct {
	*town
	depot *depot
}

func newHarbour(t *testing.T) *harbour {
	t.Helper()
	h := &harbour{}
	h.town = newTown(t, "2026-05-10 09:00", setup{idle: true, options: func(o *notify.Options) {
		h.depot = &depot{chat: o.Platforms[platformName].(*chat), content: map[string][]byte{}}
		o.Platforms[platformName] = h.depot
		o.Make = func(_ context.Context, d store.Delivery, f notify.File, w io.Writer) error {
			_, err := fmt.Fprintf(w, "made for %s from %s", d.Person, f.Ref)
			return err
		}
	}})
	h.run()
	return h
}

func (h *harbour) stored(content string) string {
	h.t.Helper()
	blob, err := h.store.PutEvidence(h.ctx, strings.NewReader(content), 20<<20)
	must(h.t, err)
	return blob.SHA256
}

func (h *harbour) send(person, key string, f notify.File) store.Delivery {
	h.t.Helper()
	h.do(func(tx *store.Tx) error { return h.n.SendFile(tx, platformName, person, key, f) })
	all := h.deliveries(store.DeliveryFilter{KeyPrefix: notify.FileKey(platformName, person, key)})
	if len(all) != 1 {
		h.t.Fatalf("%d deliveries of key %s", len(all), key)
	}
	return all[0]
}

// 同一文件上传一次,发给几个人都用它;名称按各自的叫法。
func TestAFileIsUploadedOnce(t *testing.T) {
	h := newHarbour(t)
	sha := h.stored("%PDF permit")
	h.until(h.send("lin", "a", notify.File{Name: "许可证.pdf", Type: "pdf", SHA256: sha}).ID, store.DeliverySent)
	h.until(h.send("zhao", "a", notify.File{Name: "证照/复印件.pdf", Type: "pdf", SHA256: sha}).ID, store.DeliverySent)
	h.send("lin", "a", notify.File{Name: "许可证.pdf", Type: "pdf", SHA256: sha}) // the same key: the same file
	h.drain()
	if n := h.depot.uploaded(); n != 1 {
		t.Errorf("%d uploads, want 1", n)
	}
	lin, zhao := h.chat.shown("lin"), h.chat.shown("zhao")
	if len(lin) != 1 || lin[0].Effect != "file" || lin[0].Text != "许可证.pdf" || len(zhao) != 1 || zhao[0].Text != "证照_复印件.pdf" {
		t.Errorf("lin sees %+v, zhao %+v", lin, zhao)
	}
	if got := string(h.depot.content[lin[0].ID]); got != "%PDF permit" {
		t.Errorf("the file holds %q", got)
	}
}

// 图片按图片发;平台不收的类型装进.zip。
func TestFormsOfAFile(t *testing.T) {
	h := newHarbour(t)
	h.until(h.send("lin", "a", notify.File{Name: "图片1", Type: "jpg", SHA256: h.stored("a picture")}).ID, store.DeliverySent)
	h.until(h.send("lin", "b", notify.File{Name: "台账.xls", Type: "xls", SHA256: h.stored("a table")}).ID, store.DeliverySent)
	seen := h.chat.shown("lin")
	if len(seen) != 2 || seen[0].Effect != "picture" || seen[1].Effect != "file" || seen[1].Text != "台账.zip" {
		t.Fatalf("lin sees %+v", seen)
	}
	packed := h.depot.content[seen[1].ID]
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	must(t, err)
	member, err := archive.File[0].Open()
	must(t, err)
	inside, err := io.ReadAll(member)
	must(t, err)
	if len(archive.File) != 1 || archive.File[0].Name != "台账.xls" || string(inside) != "a table" {
		t.Errorf("the archive holds %s with %q", archive.File[0].Name, inside)
	}
}

// 轮到发送时才生成的文件,只属于这一次发送。
func TestAFileIsMadeWhenItsTurnComes(t *testing.T) {
	h := newHarbour(t)
	for _, person := range []string{"lin", "zhao"} {
		f := notify.File{Name: "红灯", Type: "xlsx", Ref: json.RawMessage(`"红灯几个"`)}
		h.until(h.send(person, "ask", f).ID, store.DeliverySent)
		seen := h.chat.last(t, person)
		if got := string(h.depot.content[seen.ID]); got != "made for "+person+` from "红灯几个"` || seen.Text != "红灯.xlsx" {
			t.Errorf("%s gets %s with %q", person, seen.Text, got)
		}
	}
}

// 上传失败可以再来;发送结果不明时,同样的字节再发一次,不再上传。
func TestAFileUnderTrouble(t *testing.T) {
	h := newHarbour(t)
	h.depot.refuse = func(nth int) error {
		if nth == 1 {
			return failed(bot.Retry)
		}
		return nil
	}
	h.chat.failing(func(_ sight, nth int) error {
		if nth == 1 {
			return lost()
		}
		return nil
	})
	d := h.send("lin", "a", notify.File{Name: "许可证.pdf", Type: "pdf", SHA256: h.stored("%PDF permit")})
	h.wait(d.ID, "its first attempt", func(d store.Delivery) bool { return d.State == store.DeliveryWaiting && d.Attempts == 1 })
	h.later(time.Hour)
	h.until(d.ID, store.DeliveryUnknown)
	h.later(30 * time.Minute)
	h.until(d.ID, store.DeliverySent)
	tries := h.chat.attempts()
	if len(tries) != 2 || tries[0].bytes != tries[1].bytes || h.depot.uploaded() != 2 {
		t.Errorf("%d uploads and these attempts: %+v", h.depot.uploaded(), tries)
	}
}

// 平台不再认得上传过的文件:过了期限的不再用,被拒绝的重新上传一次。
func TestAnOldUploadIsMadeAgain(t *testing.T) {
	h := newHarbour(t)
	f := notify.File{Name: "许可证.pdf", Type: "pdf", SHA256: h.stored("%PDF permit")}
	h.until(h.send("lin", "a", f).ID, store.DeliverySent)
	h.later(10 * time.Hour)
	h.until(h.send("lin", "b", f).ID, store.DeliverySent)
	if n := h.depot.uploaded(); n != 2 {
		t.Fatalf("%d uploads after the first had run out, want 2", n)
	}
	h.at("2026-05-10 09:10")
	h.chat.failing(func(s sight, _ int) error {
		if s.ID == "media-2" && s.Effect == "file" {
			return failed(bot.Refused)
		}
		return nil
	})
	h.until(h.send("lin", "c", f).ID, store.DeliverySent)
	if n, last := h.depot.uploaded(), h.chat.last(t, "lin"); n != 3 || last.ID != "media-3" {
		t.Errorf("%d uploads, lin got %s", n, last.ID)
	}
}

// 发不出的文件,用一句话告诉要它的人,不惊动专班。
func TestAFileThatCannotBeSent(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		refuse     bool
		file       func(h *harbour) notify.File
	}{
		{"太大", "超过平台允许的1MB", false, func(h *harbour) notify.File {
			return notify.File{Name: "图纸.pdf", Type: "pdf", SHA256: h.stored(strings.Repeat("x", 1<<20+1))}
		}},
		{"装进.zip以后太大", "超过平台允许的1MB", false, func(h *harbour) notify.File {
			noise := make([]byte, 1<<20) // allowed by itself, and it can't be compressed
			_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
			return notify.File{Name: "图纸.xls", Type: "xls", SHA256: h.stored(string(noise))}
		}},
		{"服务器上没有", "服务器上找不到它了", false, func(*harbour) notify.File {
			return notify.File{Name: "图纸.pdf", Type: "pdf", SHA256: strings.Repeat("a", 64)}
		}},
		{"平台拒绝", "平台不接受这个文件", true, func(h *harbour) notify.File {
			return notify.File{Name: "图纸.pdf", Type: "pdf", SHA256: h.stored("%PDF")}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarbour(t)
			if tc.refuse {
				h.depot.refuse = func(int) error { return failed(bot.Refused) }
			}
			h.until(h.send("lin", "a", tc.file(h)).ID, store.DeliveryDead)
			h.drain()
			said := h.chat.last(t, "lin").Card
			if said.Title != "文件没有发出" || !strings.Contains(said.Lines[0].String(), "《图纸.") || !strings.Contains(said.Lines[0].String(), tc.want) {
				t.Errorf("lin is told %q: %q", said.Title, said.Lines)
			}
			if n := len(h.chat.shown("zhao")); n != 0 {
				t.Errorf("专班 sees %d cards about it", n)
			}
		})
	}
}

// 大文件上传期间,回话照样送达。
func TestALargeFileHoldsUpNoAnswer(t *testing.T) {
	h := newHarbour(t)
	started, gate := make(chan struct{}), make(chan struct{})
	h.depot.refuse = func(int) error {
		close(started)
		h.depot.mu.Unlock()
		<-gate
		h.depot.mu.Lock()
		return nil
	}
	d := h.send("lin", "a", notify.File{Name: "图纸.pdf", Type: "pdf", SHA256: h.stored("%PDF")})
	<-started
	h.until(h.hello("lin", "你好").ID, store.DeliverySent)
	close(gate)
	h.until(d.ID, store.DeliverySent)
}

// 文件消息与卡片、回话走同一条通道:同一人一次只有一件在途。
func TestAFileWaitsItsTurn(t *testing.T) {
	h := newHarbour(t)
	gate := make(chan struct{})
	h.chat.mu.Lock()
	h.chat.gate = gate
	h.chat.mu.Unlock()
	for i := range 4 {
		h.hello("lin", fmt.Sprintf("第%d张", i))
		h.send("lin", fmt.Sprint(i), notify.File{Name: "图纸.pdf", Type: "pdf", SHA256: h.stored(fmt.Sprintf("%%PDF %d", i))})
	}
	for range 8 {
		select {
		case gate <- struct{}{}:
		case <-time.After(bounded):
			t.Fatal("the dispatcher stopped sending")
		}
	}
	h.drain()
	h.chat.mu.Lock()
	defer h.chat.mu.Unlock()
	if len(h.chat.broken) > 0 {
		t.Errorf("two sends at once to %v", h.chat.broken)
	}
}

package notify

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"junma/bot"
	"junma/store"
)

// uploadTime is how long handing over a file may take; it stays below the lease.
const uploadTime = 40 * time.Second

// unsendable says in a sentence for people why a file can't be sent at all.
type unsendable struct{ sentence string }

func (e *unsendable) Error() string { return "the file can't be sent: " + e.sentence }

// upload hands the file of a delivery to its platform and gives the platform's id of it.
func (n *Notifier) upload(ctx context.Context, j job) (media string, err error) {
	defer n.contain(j.d, &err) // what is made may be the trouble
	f, form, err := n.wantedFile(j.d)
	if err != nil {
		return "", err
	}
	sender := n.Platforms[j.d.Platform].(bot.FileSender) // wantedFile has seen that it is one
	most := sender.Files().MaxSize
	content, size, err := n.fileContent(ctx, j.d, f, most)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	u := bot.Upload{Name: f.sentName(form), Picture: form == bot.AsPicture, Size: size, Content: content}
	if form == bot.AsArchive && size <= most {
		if u.Content, u.Size, err = packed(bot.FileName(f.Name, f.Type), content, size); err != nil {
			return "", err
		}
	}
	if u.Size > most {
		return "", &unsendable{fmt.Sprintf("它超过平台允许的%dMB,请联系报送单位用别的方式提供。", most>>20)}
	}
	return sender.Upload(ctx, u)
}

// fileContent opens a stored file, or has one made.
func (n *Notifier) fileContent(ctx context.Context, d store.Delivery, f File, most int64) (opened, int64, error) {
	if f.SHA256 == "" {
		made := &bounded{most: most}
		if err := n.Make(ctx, d, f, made); err != nil && !made.full() {
			return nil, 0, err
		}
		return nothingToClose{bytes.NewReader(made.data.Bytes())}, int64(made.data.Len()), nil
	}
	file, err := n.Store.OpenEvidence(f.SHA256)
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, &unsendable{"服务器上找不到它了,请联系业务专班。"}
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("read evidence: %w", err), file.Close())
	}
	return file, info.Size(), nil
}

type opened interface {
	io.ReaderAt
	io.Closer
}

type nothingToClose struct{ io.ReaderAt }

func (nothingToClose) Close() error { return nil }

// bounded keeps what is written, one byte more than most at the largest.
type bounded struct {
	data bytes.Buffer
	most int64
}

func (b *bounded) full() bool { return int64(b.data.Len()) > b.most }

func (b *bounded) Write(p []byte) (int, error) {
	room := b.most + 1 - int64(b.data.Len())
	if int64(len(p)) <= room {
		return b.data.Write(p)
	}
	n, _ := b.data.Write(p[:room]) // a buffer takes all
	return n, store.ErrTooLarge
}

// packed puts a file into a .zip.
func packed(name string, content io.ReaderAt, size int64) (io.ReaderAt, int64, error) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	member, err := w.Create(name)
	if err == nil {
		_, err = io.Copy(member, io.NewSectionReader(content, 0, size))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, 0, fmt.Errorf("pack file: %w", err)
	}
	return bytes.NewReader(archive.Bytes()), int64(archive.Len()), nil
}

// settleUpload keeps the id of a file that was handed over; the delivery goes on at once with its message.
func (n *Notifier) settleUpload(tx *store.Tx, j job, media string, failure error) error {
	if e, ok := errors.AsType[*unsendable](failure); ok {
		return n.giveUp(tx, j.d, e.sentence)
	}
	if failure != nil {
		if _, said := errors.AsType[*bot.Error](failure); !said { // our own fault, and nobody has seen anything
			n.Log.Error("a file could not be prepared", "delivery", j.d.ID, "error", failure)
			failure = &bot.Error{Op: "upload", Kind: bot.Retry, Err: failure}
		}
		return n.settle(tx, j, nil, failure)
	}
	f, form, err := n.wantedFile(j.d)
	if err != nil {
		return err
	}
	m := store.Media{Platform: j.d.Platform, Content: f.content(j.d, form), ID: media}
	if life := n.Platforms[j.d.Platform].(bot.FileSender).Files().Lifetime; life > 0 {
		m.Expires = n.Wall().Add(life - life/10) // the message still has to go out
	}
	if err := tx.SaveMedia(m); err != nil {
		return err
	}
	_, err = tx.Settle(j.d.ID, j.d.Epoch, store.Outcome{State: store.DeliveryWaiting, Reason: "文件已上传,随即发送。", Uncounted: true})
	return err
}

// fileRefused ends the delivery of a file, unless the platform was told of a file that it holds from an earlier time: it
// may have thrown that away, so the file is handed over once more.
func (n *Notifier) fileRefused(tx *store.Tx, j job) error {
	f, form, err := n.wantedFile(j.d)
	if err != nil || len(j.payload) == 0 {
		return n.giveUp(tx, j.d, "平台不接受这个文件。")
	}
	content := f.content(j.d, form)
	held, err := tx.Media(j.d.Platform, content, time.Time{})
	if err != nil || !held.SavedAt.Before(j.d.CreatedAt) {
		return n.giveUp(tx, j.d, "平台不接受这个文件。")
	}
	if err := tx.DropMedia(j.d.Platform, content); err != nil {
		return err
	}
	_, err = tx.Settle(j.d.ID, j.d.Epoch, store.Outcome{State: store.DeliveryWaiting, Reason: "平台不再认得上传过的文件,重新上传。"})
	return err
}

// tellUnsent says to the person who asked for a file that it doesn't come.
func (n *Notifier) tellUnsent(tx *store.Tx, d store.Delivery, reason string) error {
	f, _, err := n.wantedFile(d)
	if err != nil {
		n.Log.Error("a file that can't be sent could not be named", "delivery", d.ID, "error", err)
		return nil
	}
	return n.Ask(tx, d.Platform, d.Person, Question{
		Title: "文件没有发出", Key: "unsent/" + d.ID, Lines: []bot.Text{bot.Say("《" + bot.FileName(f.Name, f.Type) + "》没有发出:" + reason)},
	})
}

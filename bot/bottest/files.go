package bottest

import (
	"bytes"
	"slices"
	"testing"

	"junma/bot"
)

// SeenFile is a file that the bot sent, as a person sees it.
type SeenFile struct {
	Name    string // "" for a picture where it has none
	Picture bool
	Data    []byte
}

// samples are the contents of small files by type.
var samples = map[string][]byte{
	"pdf": []byte("%PDF-1.4\n"), "jpg": []byte("\xff\xd8\xff\xe0 a picture"), "png": []byte("\x89PNG\r\n\x1a\n a picture"),
	"xls": []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a table"), "zip": []byte("PK\x03\x04 an archive"),
}

func (w World) upload(t *testing.T, name string, picture bool, data []byte) string {
	t.Helper()
	u := bot.Upload{Name: name, Picture: picture, Size: int64(len(data)), Content: bytes.NewReader(data)}
	media, err := w.Platform.(bot.FileSender).Upload(within(t), u)
	if err != nil || media == "" {
		t.Fatalf("upload %s: %q, %v", name, media, err)
	}
	return media
}

func testSendFile(t *testing.T, w World) {
	traits := w.Platform.(bot.FileSender).Files()
	for _, kind := range []string{"pdf", "jpg", "png", "xls", "zip"} {
		form, data := traits.Form(kind), samples[kind]
		if form == bot.AsArchive {
			continue // whoever sends it packs it first
		}
		before := len(w.Files(w.Person.ID))
		name := "佐证 材料." + kind
		media := w.upload(t, name, form == bot.AsPicture, data)
		w.send(t, bot.SendFile{To: bot.Address{User: w.Person.ID}, Name: name, Media: media, Picture: form == bot.AsPicture})
		seen := w.Files(w.Person.ID)
		if len(seen) != before+1 {
			t.Fatalf("%s: %d files are seen, want %d", kind, len(seen), before+1)
		}
		got := seen[before]
		if got.Picture != (form == bot.AsPicture) || !bytes.Equal(got.Data, data) || !got.Picture && got.Name != name {
			t.Errorf("%s travels as %+v", form, got)
		}
	}
	if n := len(w.Files(w.Colleague.ID)); n != 0 {
		t.Errorf("a colleague sees %d files that were not for him", n)
	}
}

// One upload serves many sends, whoever they go to.
func testUploadOnce(t *testing.T, w World) {
	media := w.upload(t, "许可证.pdf", false, samples["pdf"])
	for _, to := range []bot.Address{{User: w.Person.ID}, {User: w.Colleague.ID}, {User: w.Person.ID}} {
		w.send(t, bot.SendFile{To: to, Name: "许可证.pdf", Media: media})
	}
	if len(w.Files(w.Colleague.ID)) != 1 {
		t.Error("the second reader got no file")
	}
}

func testFileRefused(t *testing.T, w World) {
	sender := w.Platform.(bot.FileSender)
	traits := sender.Files()
	_, err := sender.Upload(within(t), bot.Upload{Name: "a.pdf", Size: traits.MaxSize + 1, Content: bytes.NewReader(nil)})
	if err == nil || bot.KindOf(err) != bot.Refused {
		t.Errorf("a file that is too large gives %v, want refused", err)
	}
	if traits.Types != nil && !slices.Contains(traits.Types, "exe") {
		_, err = sender.Upload(within(t), bot.Upload{Name: "a.exe", Size: 1, Content: bytes.NewReader([]byte("x"))})
		if err == nil || bot.KindOf(err) != bot.Refused {
			t.Errorf("a type that is not taken gives %v, want refused", err)
		}
	}
	if _, err := w.Platform.Encode(bot.SendFile{To: bot.Address{User: w.Person.ID}, Name: "a.pdf"}); bot.KindOf(err) != bot.Refused {
		t.Errorf("a file that was not uploaded gives %v, want refused", err)
	}
	payload := w.encode(t, bot.SendFile{To: bot.Address{User: w.Person.ID}, Name: "a.pdf", Media: "media-nobody-has"})
	if _, err := w.Platform.Send(within(t), payload); err == nil || bot.KindOf(err) != bot.Refused {
		t.Errorf("a media id that nobody has gives %v, want refused", err)
	}
	media := w.upload(t, "a.pdf", false, samples["pdf"])
	payload = w.encode(t, bot.SendFile{To: bot.Address{User: w.Nobody}, Name: "a.pdf", Media: media})
	if _, err := w.Platform.Send(within(t), payload); err == nil || bot.KindOf(err) != bot.Gone {
		t.Errorf("a file for nobody gives %v, want gone", err)
	}
}

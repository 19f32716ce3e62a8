package dingtalk_test

import (
	"bytes"
	"strings"
	"testing"

	"junma/bot"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

var pdf = []byte("%PDF-1.4 a permit")

func (p *place) upload(name string, picture bool, data []byte) (string, error) {
	return p.platform.Upload(p.within(), bot.Upload{Name: name, Picture: picture, Size: int64(len(data)), Content: bytes.NewReader(data)})
}

// The vendor charges an upload as a call; so do we.
func TestUploadIsCharged(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	media, err := p.upload("许可证.pdf", false, pdf)
	if err != nil {
		t.Fatal(err)
	}
	p.mustSend(bot.SendFile{To: toLin, Name: "许可证.pdf", Media: media})
	if used, charged := p.platform.TakeUsage().Calls, p.server.Meters().API.Used; used != 2 || charged != 2 {
		t.Errorf("%d calls counted, %d charged, want 2", used, charged)
	}
}

// An upload can be repeated whatever became of it, with a fresh token if need be.
func TestUploadUnderTrouble(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	if _, err := p.upload("a.pdf", false, pdf); err != nil {
		t.Fatal(err)
	}
	p.server.ExpireToken()
	if _, err := p.upload("a.pdf", false, pdf); err != nil {
		t.Errorf("with an expired token: %v", err)
	}
	for _, f := range []sandbox.Fault{
		{Kind: sandbox.FaultCutAfter}, {Kind: sandbox.FaultCutBefore}, {Kind: sandbox.FaultHTML503}, {Kind: sandbox.FaultRefuse, Code: "15"},
	} {
		f.Route, f.Count = "media.upload", 1
		p.fault(f)
		_, err := p.upload("a.pdf", false, pdf)
		wantKind(t, err, bot.Retry)
	}
	p.fault(sandbox.Fault{Route: "media.upload", Kind: sandbox.FaultRefuse, Code: "90020", Count: 1})
	_, err := p.upload("a.pdf", false, pdf)
	wantKind(t, err, bot.Spent)
	p.fault(sandbox.Fault{Route: "media.upload", Kind: sandbox.FaultRefuse, Code: "40006", Count: 1})
	_, err = p.upload("a.pdf", false, pdf)
	wantKind(t, err, bot.Refused)
}

// The largest file still goes through, the name that a person gave goes to nobody but the reader.
func TestLargestUpload(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	media, err := p.upload("机密 名称.pdf", false, make([]byte, p.platform.Files().MaxSize))
	if err != nil {
		t.Fatal(err)
	}
	p.mustSend(bot.SendFile{To: toLin, Name: "说明/..\\一\u202e.pdf", Media: media})
	if got := p.files(lin.ID); len(got) != 1 || got[0].Name != "说明_.._一.pdf" {
		t.Errorf("the reader sees %d files, the first called %q", len(got), got[0].Name)
	}
	for _, e := range p.server.Journal(0, "media.upload") {
		if strings.Contains(string(e.Request)+e.Path, "机密") {
			t.Errorf("the upload shows the name: %s %s", e.Path, e.Request)
		}
	}
}

func TestFileToAGroup(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	media, err := p.upload("a.png", true, []byte("\x89PNG\r\n\x1a\n a picture"))
	if err != nil {
		t.Fatal(err)
	}
	p.mustSend(bot.SendFile{To: bot.Address{Group: group}, Name: "a.png", Media: media, Picture: true})
	if items := p.server.GroupItems(group, zhou.ID); len(items) != 1 || items[0].Kind != sandbox.ItemImage {
		t.Errorf("the group shows %+v", items)
	}
}

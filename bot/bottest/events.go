package bottest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"junma/bot"
)

func (w World) attach() *Recorder {
	r := new(Recorder)
	w.Attach(r)
	return r
}

func (w World) press(t *testing.T, card, label string, twice bool) Pressed {
	t.Helper()
	pressed, err := w.Press(w.Person.ID, card, label, twice)
	if err != nil {
		t.Fatalf("press %s: %v", label, err)
	}
	return pressed
}

func testClick(t *testing.T, w World) {
	in := w.attach()
	in.OnClick(func(context.Context, bot.Click) (bot.Answer, error) {
		card := sample("c1", bot.Address{}).Card
		card.State, card.Buttons = "正在办理", nil
		return bot.Answer{Card: &card}, nil
	})
	w.send(t, sample("c1", bot.Address{User: w.Person.ID}))
	pressed := w.press(t, "c1", "不归我办", false)
	if !pressed.OK {
		t.Error("the platform did not take the answer")
	}
	want := bot.Click{Platform: w.Platform.Name(), User: w.Person.ID, Card: "c1", Button: "ref-b-c1"}
	got := in.WaitClicks(t, 1)[0]
	key := got.Key
	got.Key = ""
	if key == "" || got != want {
		t.Errorf("click %+v with key %q, want %+v with a key", got, key, want)
	}
	redrawn := strings.Contains(pressed.Card.Text, "正在办理") && len(pressed.Card.Buttons) == 0
	if redrawn != w.Platform.Traits().AnswerRedraws {
		t.Errorf("answer redraws is %v, but the presser sees %+v", w.Platform.Traits().AnswerRedraws, pressed.Card)
	}
}

func testSamePressTwice(t *testing.T, w World) {
	in := w.attach()
	w.send(t, sample("c1", bot.Address{User: w.Person.ID}))
	if !w.press(t, "c1", "报送情况", true).OK {
		t.Error("the platform did not take the answer")
	}
	clicks := in.WaitClicks(t, 2)
	if clicks[0] != clicks[1] {
		t.Errorf("one press delivered twice gives %+v and %+v", clicks[0], clicks[1])
	}
}

func testTwoPresses(t *testing.T, w World) {
	in := w.attach()
	w.send(t, sample("c1", bot.Address{User: w.Person.ID}))
	w.press(t, "c1", "报送情况", false)
	w.press(t, "c1", "报送情况", false)
	clicks := in.WaitClicks(t, 2)
	if clicks[0].Key == clicks[1].Key {
		t.Errorf("two presses share the key %q", clicks[0].Key)
	}
}

func testRefusedClick(t *testing.T, w World) {
	in := w.attach()
	in.OnClick(func(context.Context, bot.Click) (bot.Answer, error) {
		return bot.Answer{}, errors.New("commit: disk full")
	})
	w.send(t, sample("c1", bot.Address{User: w.Person.ID}))
	if w.press(t, "c1", "报送情况", false).OK {
		t.Error("a click that was not committed was acknowledged")
	}
}

func testMessage(t *testing.T, w World) {
	in := w.attach()
	w.Say(w.Person.ID, "", "我的待办", false)
	m := in.WaitMessages(t, 1)[0]
	if m.Platform != w.Platform.Name() || m.Key == "" || m.User != w.Person.ID || m.UserName != w.Person.Name || m.Group != "" {
		t.Errorf("message %+v", m)
	}
	if m.Text != "我的待办" || m.At.IsZero() || m.Spent {
		t.Errorf("message %+v", m)
	}
	w.send(t, bot.Reply{Session: m.Session, To: bot.Address{User: m.User}, Text: bot.Say("没有待办。")})
	await(t, "the reply", func() bool { return contains(w.Texts(w.Person.ID, ""), "没有待办。") })
}

func testGroupMessage(t *testing.T, w World) {
	in := w.attach()
	w.Say(w.Person.ID, w.Group, "状态 云溪", false)
	m := in.WaitMessages(t, 1)[0]
	if m.Group != w.Group || m.Text != "状态 云溪" || m.User != w.Person.ID {
		t.Errorf("message %+v", m)
	}
	w.send(t, bot.Reply{Session: m.Session, To: bot.Address{Group: m.Group}, Text: bot.Text{{Text: "正在办理", Bold: true}}})
	await(t, "the reply in the group", func() bool { return contains(w.Texts(w.Colleague.ID, w.Group), "正在办理") })
	if texts := w.Texts(w.Person.ID, ""); len(texts) != 0 {
		t.Errorf("the reply to the group also went one-to-one: %q", texts)
	}
}

func testSameMessageTwice(t *testing.T, w World) {
	in := w.attach()
	w.Say(w.Person.ID, "", "帮助", true)
	messages := in.WaitMessages(t, 2)
	if messages[0].Key != messages[1].Key || messages[0].Text != messages[1].Text {
		t.Errorf("one message delivered twice gives %+v and %+v", messages[0], messages[1])
	}
}

func testFile(t *testing.T, w World) {
	fetcher := w.Platform.(bot.FileFetcher)
	in := w.attach()
	data := bytes.Repeat([]byte("施工许可证"), 1000)
	w.SendFile(w.Person.ID, "施工许可证.pdf", data)
	m := in.WaitMessages(t, 1)[0]
	if len(m.Files) != 1 || m.Files[0].Name != "施工许可证.pdf" || m.Files[0].Picture {
		t.Fatalf("files %+v", m.Files)
	}
	var got bytes.Buffer
	if err := fetcher.Fetch(within(t), m.Files[0], &got, int64(len(data))); err != nil || !bytes.Equal(got.Bytes(), data) {
		t.Errorf("fetched %d bytes (%v), want %d", got.Len(), err, len(data))
	}
	got.Reset()
	err := fetcher.Fetch(within(t), m.Files[0], &got, int64(len(data))-1)
	if err == nil || bot.KindOf(err) != bot.Refused || got.Len() >= len(data) {
		t.Errorf("a file over the limit gives %v and %d bytes, want refused", err, got.Len())
	}
	if err := fetcher.Fetch(within(t), bot.File{Ref: "no-such-file"}, &got, 10); err == nil || bot.KindOf(err) != bot.Gone {
		t.Errorf("a file that is not there gives %v, want gone", err)
	}
}

func testDirectory(t *testing.T, w World) {
	directory := w.Platform.(bot.Directory)
	if id, err := directory.UserByMobile(within(t), w.Mobile); err != nil || id != w.Person.ID {
		t.Errorf("the number's person is %q (%v), want %q", id, err, w.Person.ID)
	}
	const unknown = "13900009999"
	_, err := directory.UserByMobile(within(t), unknown)
	if err == nil || bot.KindOf(err) != bot.Gone {
		t.Errorf("an unknown number gives %v, want gone", err)
	} else if strings.Contains(err.Error(), unknown) {
		t.Errorf("the error shows the number: %v", err)
	}
}

func testStatus(t *testing.T, w World) {
	stream := w.Platform.(bot.Stream)
	if stream.Status().Connected {
		t.Error("connected before anything ran")
	}
	in := w.attach()
	await(t, "a connection", func() bool { return stream.Status().Connected })
	w.Say(w.Person.ID, "", "帮助", false)
	in.WaitMessages(t, 1)
	if at := stream.Status().LastInbound; at.IsZero() || time.Since(at) > time.Minute {
		t.Errorf("last inbound %v", at)
	}
}

func contains(texts []string, part string) bool {
	for _, text := range texts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

package bottest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"junma/bot"
)

func testTraits(t *testing.T, w World) {
	if w.Platform.Name() == "" {
		t.Error("the platform has no name")
	}
	traits := w.Platform.Traits()
	if traits.MaxButtons < 1 || traits.RequestsPerSec < 1 {
		t.Errorf("traits %+v: at least one button and one request a second", traits)
	}
}

func testEncodeIsPure(t *testing.T, w World) {
	to := bot.Address{Group: w.Group, At: []bot.User{w.Colleague, w.Person}}
	for _, m := range []bot.Message{
		sample("c1", to),
		bot.Redraw{ID: "c1", To: to, Receipt: bot.Receipt("r"), Card: sample("c1", to).Card},
		bot.Reply{To: bot.Address{User: w.Person.ID}, Text: bot.Say("好")},
	} {
		first := w.encode(t, m)
		for range 5 {
			if again := w.encode(t, m); !bytes.Equal(first, again) {
				t.Fatalf("%T encodes differently the second time:\n%s\n%s", m, first, again)
			}
		}
	}
	if len(w.Cards(w.Person.ID)) != 0 {
		t.Error("encoding has sent something")
	}
}

func testEncodeRefuses(t *testing.T, w World) {
	person := bot.Address{User: w.Person.ID}
	nameless := sample("c1", person)
	nameless.Card.Buttons = []bot.Button{{Label: "报送情况"}}
	for name, m := range map[string]bot.Message{
		"没有收件人":   sample("c1", bot.Address{}),
		"收件人两处":   sample("c1", bot.Address{User: w.Person.ID, Group: w.Group}),
		"编号为空":    sample("", person),
		"编号有别的字符": sample("c 1;2", person),
		"编号过长":    sample(strings.Repeat("c", 65), person),
		"按钮没有去处":  nameless,
		"什么也没说":   bot.Reply{To: person, Text: bot.Say(" \n")},
		"无处可回":    bot.Reply{Text: bot.Say("好")},
	} {
		_, err := w.Platform.Encode(m)
		if err == nil {
			t.Errorf("%s: encoded", name)
		} else if bot.KindOf(err) != bot.Refused {
			t.Errorf("%s: kind %v, want refused: %v", name, bot.KindOf(err), err)
		}
	}
}

func testSendToPerson(t *testing.T, w World) {
	m := sample("c1", bot.Address{User: w.Person.ID})
	w.send(t, m)
	seen := w.mustSee(t, w.Person.ID, "c1")
	if seen.Title != m.Card.Title {
		t.Errorf("title %q, want %q", seen.Title, m.Card.Title)
	}
	for _, part := range []string{"施工许可环节将于6月30日到期。", "请核实", "并报送情况。", "待办理", m.Card.Tips} {
		if !strings.Contains(seen.Text, part) {
			t.Errorf("the body lacks %q:\n%s", part, seen.Text)
		}
	}
	if fmt.Sprint(seen.Buttons) != "[报送情况 不归我办]" {
		t.Errorf("buttons %v", seen.Buttons)
	}
	if n := len(w.Cards(w.Colleague.ID)); n != 0 {
		t.Errorf("a colleague sees %d cards that were not for him", n)
	}
}

func testSendToGroup(t *testing.T, w World) {
	w.send(t, sample("c1", bot.Address{Group: w.Group, At: []bot.User{w.Person}}))
	want := 0
	if w.Platform.Traits().GroupButtons {
		want = 2
	}
	for _, user := range []bot.User{w.Person, w.Colleague} {
		if seen := w.mustSee(t, user.ID, "c1"); len(seen.Buttons) != want {
			t.Errorf("%s sees buttons %v in the group, want %d", user.ID, seen.Buttons, want)
		}
	}
}

func testNamesStayText(t *testing.T, w World) {
	const nasty = `云[溪](https://evil.example) **大** # 一_二_ <b>三</b> ![图](x) ~~四~~`
	m := sample("c1", bot.Address{User: w.Person.ID})
	m.Card.Lines = []bot.Text{bot.Say(nasty)}
	w.send(t, m)
	if seen := w.mustSee(t, w.Person.ID, "c1"); !strings.Contains(seen.Text, nasty) {
		t.Errorf("the name reads otherwise on the card:\n%s", seen.Text)
	}
}

func testSameCardTwice(t *testing.T, w World) {
	for _, to := range []bot.Address{{User: w.Person.ID}, {Group: w.Group}} {
		m := sample("c"+to.User, to)
		w.send(t, m)
		w.send(t, m)
		w.mustSee(t, w.Person.ID, m.ID)
	}
}

func testLostAnswer(t *testing.T, w World) {
	m := sample("c1", bot.Address{User: w.Person.ID})
	payload := w.encode(t, m)
	w.Lose()
	if _, err := w.Platform.Send(within(t), payload); bot.KindOf(err) != bot.Unknown || err == nil {
		t.Fatalf("a lost answer is %v, want unknown", err)
	}
	if w.Platform.Traits().RepeatWindow > 0 {
		if _, err := w.Platform.Send(within(t), payload); err != nil {
			t.Fatalf("repeat the same bytes: %v", err)
		}
	}
	w.mustSee(t, w.Person.ID, "c1")
}

func testConcurrentSends(t *testing.T, w World) {
	const n = 10
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		payload := w.encode(t, sample(fmt.Sprintf("c%d", i), bot.Address{User: w.Person.ID}))
		all.Go(func() { _, errs[i] = w.Platform.Send(within(t), payload) })
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("send %d: %v", i, err)
		}
	}
	if got := len(w.Cards(w.Person.ID)); got != n {
		t.Errorf("%d cards are seen, want %d", got, n)
	}
}

func testMostButtons(t *testing.T, w World) {
	m := sample("c1", bot.Address{User: w.Person.ID})
	m.Card.Buttons = nil
	for i := range 20 {
		m.Card.Buttons = append(m.Card.Buttons, bot.Button{Label: fmt.Sprintf("办法%d", i+1), Ref: fmt.Sprintf("ref-%d", i)})
	}
	w.send(t, m)
	seen := w.mustSee(t, w.Person.ID, "c1")
	if want := w.Platform.Traits().MaxButtons; len(seen.Buttons) != want {
		t.Fatalf("%d buttons are seen, want %d", len(seen.Buttons), want)
	}
	if seen.Buttons[0] != "办法1" {
		t.Errorf("the first button is %q", seen.Buttons[0])
	}
}

func testLongBody(t *testing.T, w World) {
	m := sample("c1", bot.Address{User: w.Person.ID})
	m.Card.Lines = []bot.Text{bot.Say("开头"), {{Text: strings.Repeat("很长的正文", 4000), Bold: true}}}
	w.send(t, m)
	seen := w.mustSee(t, w.Person.ID, "c1")
	if !strings.Contains(seen.Text, "开头") || !utf8.ValidString(seen.Text) {
		t.Errorf("the body was not cut well: %.60q…", seen.Text)
	}
}

func testRedraw(t *testing.T, w World) {
	to := bot.Address{User: w.Person.ID}
	receipt := w.send(t, sample("c1", to))
	for _, state := range []string{"正在办理", "已办理未销号"} {
		card := sample("c1", to).Card
		card.State, card.Buttons = state, nil
		receipt = w.send(t, bot.Redraw{ID: "c1", To: to, Receipt: receipt, Card: card})
		seen := w.mustSee(t, w.Person.ID, "c1")
		if !strings.Contains(seen.Text, state) || len(seen.Buttons) != 0 {
			t.Errorf("after the redraw %q the card shows %+v", state, seen)
		}
	}
}

func testOneRedraw(t *testing.T, w World) {
	to := bot.Address{User: w.Person.ID}
	receipt := w.send(t, sample("c1", to))
	card := sample("c1", to).Card
	card.State = "正在办理"
	w.send(t, bot.Redraw{ID: "c1", To: to, Receipt: receipt, Card: card})
	card.State = "已办理未销号"
	_, err := w.Platform.Send(within(t), w.encode(t, bot.Redraw{ID: "c1", To: to, Receipt: receipt, Card: card}))
	if w.Platform.Traits().OneRedraw {
		if err == nil || bot.KindOf(err) != bot.Gone {
			t.Errorf("a used receipt gives %v, want gone", err)
		}
	} else if err != nil {
		t.Errorf("the first receipt again: %v", err)
	}
}

func testNobody(t *testing.T, w World) {
	payload := w.encode(t, sample("c1", bot.Address{User: w.Nobody}))
	if _, err := w.Platform.Send(within(t), payload); err == nil || bot.KindOf(err) != bot.Gone {
		t.Errorf("a card for nobody gives %v, want gone", err)
	}
}

func testErrorKinds(t *testing.T, w World) {
	for i, kind := range []bot.ErrorKind{bot.Retry, bot.Throttled, bot.Refused, bot.Gone, bot.Unknown, bot.Spent} {
		if !w.Fail(kind) {
			continue
		}
		payload := w.encode(t, sample(fmt.Sprintf("c%d", i), bot.Address{User: w.Person.ID}))
		_, err := w.Platform.Send(within(t), payload)
		if err == nil || bot.KindOf(err) != kind {
			t.Errorf("%v is reported as %v", kind, err)
			continue
		}
		if e, ok := errors.AsType[*bot.Error](err); !ok || e.Op == "" || (kind == bot.Throttled && e.After < time.Second) {
			t.Errorf("%v: %#v lacks its operation or a wait of a second", kind, err)
		}
		if _, err := w.Platform.Send(within(t), payload); err != nil {
			t.Errorf("after %v the same bytes give %v", kind, err)
		}
	}
}

package dingtalk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/bot"
	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

func wantKind(t *testing.T, err error, kind bot.ErrorKind) *bot.Error {
	t.Helper()
	e, ok := errors.AsType[*bot.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %v", err, kind)
	}
	return e
}

func TestCardReceipt(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	receipt := p.mustSend(cardFor(toLin))
	if !strings.HasPrefix(string(receipt), "pqk") {
		t.Errorf("receipt %q is not the vendor's carrier", receipt)
	}
	for _, e := range p.server.Journal(0, "card.*") {
		if len(e.Warnings) > 0 {
			t.Errorf("%s: %v", e.Kind, e.Warnings)
		}
	}
	if view := p.server.Cards(lin.ID)[0]; view.Forwardable {
		t.Error("the card can be forwarded out of its chat")
	}
}

func TestDuplicateCreate(t *testing.T) {
	for _, value := range []string{"refuse", "ignore"} {
		t.Run(value, func(t *testing.T) {
			p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
			p.set(sandbox.DuplicateCreate, value)
			p.mustSend(cardFor(toLin))
			p.mustSend(cardFor(toLin))
			if n := len(p.server.Cards(lin.ID)); n != 1 {
				t.Errorf("%d cards are seen, want 1", n)
			}
		})
	}
}

// A card that was created but not delivered must reach its reader by the next attempt, whatever the vendor says of a
// repeated create.
func TestFailedDeliveryIsMadeUpFor(t *testing.T) {
	for _, kept := range []string{"keep", "discard"} {
		for _, duplicate := range []string{"refuse", "ignore"} {
			t.Run(kept+" "+duplicate, func(t *testing.T) {
				p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
				p.set(sandbox.FailedDelivery, kept)
				p.set(sandbox.DuplicateCreate, duplicate)
				p.fault(sandbox.Fault{Route: "card.create", Kind: sandbox.FaultDeliverFalse, Count: 1})
				_, err := p.send(cardFor(toLin))
				wantKind(t, err, bot.Retry)
				p.mustSend(cardFor(toLin))
				if n := len(p.server.Cards(lin.ID)); n != 1 {
					t.Errorf("%d cards are seen, want 1", n)
				}
			})
		}
	}
}

// The program ends between the failed delivery and the next attempt: what it had in memory is gone, and that the card
// exists must not pass for its having been delivered.
func TestFailedDeliveryIsMadeUpForAfterARestart(t *testing.T) {
	for _, kept := range []string{"keep", "discard"} {
		for _, duplicate := range []string{"refuse", "ignore"} {
			t.Run(kept+" "+duplicate, func(t *testing.T) {
				p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
				p.set(sandbox.FailedDelivery, kept)
				p.set(sandbox.DuplicateCreate, duplicate)
				p.fault(sandbox.Fault{Route: "card.create", Kind: sandbox.FaultDeliverFalse, Count: 1})
				_, err := p.send(cardFor(toLin))
				if e := wantKind(t, err, bot.Retry); !e.Kept {
					t.Error("the card may be at the platform, but the error doesn't say so")
				}
				p.restart()
				var receipt bot.Receipt
				for range 2 { // a vendor who ignores the repeated create tells by its old results
					if receipt, err = p.send(cardFor(toLin)); err == nil {
						break
					}
				}
				if n := len(p.server.Cards(lin.ID)); err != nil || n != 1 || !strings.HasPrefix(string(receipt), "pqk") {
					t.Errorf("%d cards are seen, want 1, by receipt %q (%v)", n, receipt, err)
				}
			})
		}
	}
}

// The answer to a create is lost and the program ends: the repeat finds the card where it is and has its receipt.
func TestLostAnswerThenRestart(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	p.fault(sandbox.Fault{Route: "card.create", Kind: sandbox.FaultCutAfter, Count: 1})
	_, err := p.send(cardFor(toLin))
	wantKind(t, err, bot.Unknown)
	p.restart()
	receipt := p.mustSend(cardFor(toLin))
	if n := len(p.server.Cards(lin.ID)); n != 1 || !strings.HasPrefix(string(receipt), "pqk") {
		t.Errorf("%d cards are seen, want 1, by receipt %q", n, receipt)
	}
}

func TestFailedDeliveryKinds(t *testing.T) {
	for _, c := range []struct {
		name, message string
		kind          bot.ErrorKind
	}{
		{"不在可见范围", "the user is not in the visible range of the robot", bot.Gone},
		{"机器人不在群", "机器人不在群内", bot.Gone},
		{"群已解散", "该群已解散", bot.Gone},
		{"流控", "触发流控,请稍后再试", bot.Throttled},
		{"忙", "system busy", bot.Retry},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
			p.fault(sandbox.Fault{Route: "card.create", Kind: sandbox.FaultDeliverFalse, Count: 1, Message: c.message})
			_, err := p.send(cardFor(toLin))
			if e := wantKind(t, err, c.kind); e.Text != c.message {
				t.Errorf("text %q, want the vendor's own", e.Text)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	for name, to := range map[string]bot.Address{
		"不在机器人可见范围": {User: "user-hidden"}, "群里没有机器人": {Group: "cidWithoutRobot=="}, "没有这个群": {Group: "cidNone=="},
	} {
		m := cardFor(to)
		m.ID = fmt.Sprintf("c%d", len(name))
		_, err := p.send(m)
		if bot.KindOf(err) != bot.Gone || err == nil {
			t.Errorf("%s: %v, want gone", name, err)
		}
	}
	_, err := p.send(bot.Redraw{ID: "never-sent", To: toLin, Card: cardFor(toLin).Card})
	wantKind(t, err, bot.Gone)
}

func TestRedrawTouchesOnlyWhatItNames(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	p.mustSend(cardFor(toLin))
	card := cardFor(toLin).Card
	card.Tips, card.Basis, card.Buttons = "", "", nil
	p.mustSend(bot.Redraw{ID: "c1", To: toLin, Card: card})
	view := p.server.Cards(lin.ID)[0]
	if view.Tips != "" || len(view.Buttons) != 0 || view.Title != card.Title {
		t.Errorf("after the redraw: %+v", view)
	}
	request := p.server.Journal(0, sandbox.KindCardUpdate)[0].Request
	if !strings.Contains(string(request), `"updateCardDataByKey":true`) || !strings.Contains(string(request), `"updatePrivateDataByKey":true`) {
		t.Errorf("the update would erase what it doesn't name: %s", request)
	}
}

func TestTokenIsFetchedOnce(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	var all sync.WaitGroup
	for i := range 20 {
		m := cardFor(toLin)
		m.ID = fmt.Sprintf("c%d", i)
		payload := p.encode(m)
		all.Go(func() {
			if _, err := p.platform.Send(context.Background(), payload); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := p.server.Counts()[sandbox.KindToken]; n != 1 {
		t.Errorf("%d token calls, want 1", n)
	}
}

func TestTokenExpiresInFlight(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	m := cardFor(toLin)
	p.mustSend(m)
	p.server.ExpireToken()
	m.ID = "c2"
	p.mustSend(m)
	p.server.ExpireToken()
	if id, err := p.platform.UserByMobile(p.within(), mobile); err != nil || id != lin.ID {
		t.Errorf("old API after the token expired: %q, %v", id, err)
	}
	if n := p.server.Counts()[sandbox.KindToken]; n != 3 {
		t.Errorf("%d token calls, want 3", n)
	}
}

func TestTokenRefusedTwice(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	p.fault(sandbox.Fault{Route: "card.create", Kind: sandbox.FaultRefuse, Status: 400, Code: "InvalidAuthentication"})
	_, err := p.send(cardFor(toLin))
	wantKind(t, err, bot.Retry)
	if n := p.server.Counts()[sandbox.KindCardCreate]; n != 2 {
		t.Errorf("the call was made %d times, want 2", n)
	}
}

func TestTokenIsRenewedBeforeItsEnd(t *testing.T) {
	now := newClock()
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{Now: now.Now})
	m := cardFor(toLin)
	for i, later := range []time.Duration{0, 114 * time.Minute, 2 * time.Minute} {
		now.Add(later)
		m.ID = fmt.Sprintf("c%d", i)
		p.mustSend(m)
	}
	if n := p.server.Counts()[sandbox.KindToken]; n != 2 {
		t.Errorf("%d token calls, want a second one within five minutes of the end", n)
	}
}

// A wrong secret is no fault of the message, which goes out once the secret is right.
func TestWrongSecret(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{ClientSecret: bot.NewSecret("wrong")})
	_, err := p.send(cardFor(toLin))
	if e := wantKind(t, err, bot.Retry); e.Code != "invalidClientIdOrSecret" {
		t.Errorf("code %q", e.Code)
	}
}

func TestPayloadHoldsNoCredential(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	p.mustSend(cardFor(toLin)) // now there is a token
	payload := p.encode(cardFor(toLin))
	if found := anySecret.Find(payload); found != nil {
		t.Errorf("the payload holds %.12q…", found)
	}
}

func TestReplyAfterTheSessionClosed(t *testing.T) {
	now := newClock()
	p := newPlace(t, sandbox.Options{Now: now.Now}, dingtalk.Options{})
	in := new(bottest.Recorder)
	p.run(in)
	heard := 0
	say := func(user, group string) bot.Incoming {
		t.Helper()
		if _, err := p.server.Say(sandbox.SayRequest{User: user, Group: group, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		heard++
		return in.WaitMessages(t, heard)[heard-1]
	}
	single, inGroup, outsider := say(lin.ID, ""), say(lin.ID, group), say("user-out", group)
	if outsider.User != "" {
		t.Errorf("somebody outside the organisation has the id %q", outsider.User)
	}
	now.Add(91 * time.Minute)

	bold := bot.Text{{Text: "没有"}, {Text: "待办", Bold: true}}
	p.mustSend(bot.Reply{Session: single.Session, To: toLin, Text: bold})
	p.mustSend(bot.Reply{Session: inGroup.Session, To: bot.Address{Group: group}, Text: bot.Say("没有待办")})
	if texts := p.texts(lin.ID, ""); len(texts) != 1 || texts[0] != "没有待办" {
		t.Errorf("one-to-one: %q", texts)
	}
	if texts := p.texts(lin.ID, group); len(texts) != 1 || texts[0] != "没有待办" {
		t.Errorf("in the group: %q", texts)
	}
	_, err := p.send(bot.Reply{Session: outsider.Session, Text: bot.Say("没有待办")})
	wantKind(t, err, bot.Gone)
}

// 本月Webhook与Stream额度用完时,答复改走机器人消息接口,那里另计额度。
func TestReplyWhenTheEventQuotaIsSpent(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	in := new(bottest.Recorder)
	p.run(in)
	if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "我的待办"}); err != nil {
		t.Fatal(err)
	}
	asked := in.WaitMessages(t, 1)[0]
	for name, value := range map[string]string{sandbox.EventQuotaLimit: "1", sandbox.QuotaEnforced: "on"} {
		if err := p.server.SetSwitch(name, value); err != nil {
			t.Fatal(err)
		}
	}
	p.mustSend(bot.Reply{Session: asked.Session, To: toLin, Text: bot.Say("没有待办")})
	if texts := p.texts(lin.ID, ""); len(texts) != 1 || texts[0] != "没有待办" {
		t.Errorf("林某 reads %q", texts)
	}
}

func TestReplyReceipts(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	_, err := p.send(bot.Reply{To: bot.Address{User: "user-hidden"}, Text: bot.Say("好")})
	wantKind(t, err, bot.Gone)
	p.fault(sandbox.Fault{Route: "robot.oto", Kind: sandbox.FaultDeliverFalse, Count: 1})
	_, err = p.send(bot.Reply{To: toLin, Text: bot.Say("好")})
	if e := wantKind(t, err, bot.Throttled); e.After < time.Second {
		t.Errorf("wait %v", e.After)
	}
	_, err = p.send(bot.Reply{To: bot.Address{Group: "cidWithoutRobot=="}, Text: bot.Say("好")})
	wantKind(t, err, bot.Gone)
}

func TestReplyIsNotRepeatedElsewhereWhenItsFateIsUnknown(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	in := new(bottest.Recorder)
	p.run(in)
	if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "帮助"}); err != nil {
		t.Fatal(err)
	}
	session := in.WaitMessages(t, 1)[0].Session
	p.fault(sandbox.Fault{Route: "robot.reply", Kind: sandbox.FaultCutAfter, Count: 1})
	_, err := p.send(bot.Reply{Session: session, To: toLin, Text: bot.Say("好")})
	e := wantKind(t, err, bot.Unknown)
	if found := anySecret.FindString(e.Error()); found != "" {
		t.Errorf("the error shows the session: %.12q…", found)
	}
	if texts := p.texts(lin.ID, ""); len(texts) != 1 {
		t.Errorf("the person reads %q", texts)
	}
}

func TestSessionOfAnotherHostIsRefused(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	for _, session := range []string{
		"https://evil.example/robot/sendBySession?session=1", "http://oapi.dingtalk.com/robot/sendBySession?session=1",
		"https://oapi.dingtalk.com.evil.example/", "https://oapi.dingtalk.com@evil.example/", "file:///etc/passwd", "::",
	} {
		_, err := p.platform.Encode(bot.Reply{Session: session, To: toLin, Text: bot.Say("好")})
		if bot.KindOf(err) != bot.Refused || err == nil {
			t.Errorf("%s: %v, want refused", session, err)
		}
	}
	if _, err := p.platform.Encode(bot.Reply{Session: "https://oapi.dingtalk.com/robot/sendBySession?session=1", To: toLin, Text: bot.Say("好")}); err != nil {
		t.Errorf("the vendor's own host: %v", err)
	}
}

func TestGroupCardMentions(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	p.mustSend(cardFor(bot.Address{Group: group, At: []bot.User{zhou, lin}}))
	var request struct {
		Deliver struct {
			AtUserIDs map[string]string `json:"atUserIds"`
		} `json:"imGroupOpenDeliverModel"`
	}
	if err := json.Unmarshal(p.server.Journal(0, sandbox.KindCardCreate)[0].Request, &request); err != nil {
		t.Fatal(err)
	}
	if at := request.Deliver.AtUserIDs; len(at) != 2 || at[lin.ID] != lin.Name || at[zhou.ID] != zhou.Name {
		t.Errorf("mentioned: %v", at)
	}
}

func TestPayloadOfAnotherMaker(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	_, err := p.platform.Send(p.within(), bot.Payload("not ours"))
	wantKind(t, err, bot.Refused)
}

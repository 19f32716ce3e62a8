package dingtalk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/bot"
	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

// Whatever the documents leave open, a press comes back with its reference and a card is seen once.
func TestUnfavourableAnswersOfTheVendor(t *testing.T) {
	for _, sw := range sandbox.New(sandbox.Options{}).SwitchTable() {
		for _, value := range sw.Values {
			t.Run(sw.Name+"="+value, func(t *testing.T) {
				p := newPlace(t, sandbox.Options{}, dingtalk.Options{AnswerRedraws: true})
				p.set(sw.Name, value)
				in := new(bottest.Recorder)
				in.OnClick(answerWith("正在办理"))
				p.run(in)
				p.mustSend(cardFor(toLin))
				p.mustSend(cardFor(toLin))
				if n := len(p.server.Cards(lin.ID)); n != 1 {
					t.Fatalf("%d cards are seen, want 1", n)
				}
				if result := p.press("不归我办"); !result.OK {
					t.Errorf("the press failed: %s", result.Failure)
				}
				if click := in.Clicks()[0]; click.Button != "refB5678" || click.User != lin.ID || click.Card != "c1" {
					t.Errorf("click %+v", click)
				}
				card := cardFor(toLin).Card
				card.State = "已办理未销号"
				p.mustSend(bot.Redraw{ID: "c1", To: toLin, Card: card})
				if view := p.server.Cards(lin.ID)[0]; !strings.Contains(view.Markdown, "已办理未销号") {
					t.Errorf("after the redraw: %s", view.Markdown)
				}
			})
		}
	}
}

func answerWith(state string) func(context.Context, bot.Click) (bot.Answer, error) {
	return func(context.Context, bot.Click) (bot.Answer, error) {
		card := cardFor(toLin).Card
		card.State, card.Buttons = state, nil
		return bot.Answer{Card: &card}, nil
	}
}

func TestAnswerIsSeenByThePresserOnly(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{AnswerRedraws: true})
	in := new(bottest.Recorder)
	in.OnClick(answerWith("正在办理"))
	p.run(in)
	p.mustSend(cardFor(bot.Address{Group: group}))
	if view := p.press("报送情况").View; len(view.Buttons) != 0 || !strings.Contains(view.Markdown, "正在办理") || view.Tips == "" {
		t.Errorf("the presser sees %+v", view)
	}
	view, err := p.server.CardAs(zhou.ID, "c1")
	if err != nil || len(view.Buttons) != 2 {
		t.Errorf("a colleague sees %+v (%v)", view.Buttons, err)
	}
}

func TestClickIsDetachedFromTheConnection(t *testing.T) {
	p := newPlace(t, sandbox.Options{AckLimit: 100 * time.Millisecond}, dingtalk.Options{})
	in := new(bottest.Recorder)
	entered, seen := make(chan struct{}), make(chan error, 1)
	in.OnClick(func(ctx context.Context, _ bot.Click) (bot.Answer, error) {
		close(entered)
		if err := p.server.Wait(p.within(), func() bool { return len(p.server.Connections()) == 0 }); err != nil {
			t.Error(err)
		}
		_, limited := ctx.Deadline()
		if !limited {
			t.Error("the click has no limit of time")
		}
		seen <- ctx.Err()
		return bot.Answer{}, nil
	})
	stop := p.start(in)
	if err := p.server.WaitConnections(p.within(), 1); err != nil {
		t.Fatal(err)
	}
	p.mustSend(cardFor(toLin))
	go func() {
		<-entered
		p.fault(sandbox.Fault{Route: "stream.connect", Kind: sandbox.FaultRefuse, Status: 401})
		p.stream("drop")
	}()
	p.press("报送情况")
	if err := <-seen; err != nil {
		t.Errorf("the click ended with its connection: %v", err)
	}
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v", err)
	}
}

// 用满时间才办成的,照样应答;没有办成的,在平台的两秒之内说明失败。
func TestLateClick(t *testing.T) {
	for name, c := range map[string]struct {
		result func(context.Context) error
		ok     bool
	}{
		"办成了":  {func(context.Context) error { return nil }, true},
		"没有办成": {context.Context.Err, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, sandbox.Options{AckLimit: patience}, dingtalk.Options{})
			in := new(bottest.Recorder)
			in.OnClick(func(ctx context.Context, _ bot.Click) (bot.Answer, error) {
				<-ctx.Done()
				return bot.Answer{}, c.result(ctx)
			})
			p.run(in)
			p.mustSend(cardFor(toLin))
			if result := p.press("报送情况"); result.OK != c.ok || !c.ok && result.Code != 500 || result.Took < 1 {
				t.Errorf("the press is answered with %+v", result)
			}
		})
	}
}

func TestRefusalTellsTheVendorNothing(t *testing.T) {
	p := newPlace(t, sandbox.Options{Redelivery: []time.Duration{time.Millisecond}}, dingtalk.Options{})
	in := new(bottest.Recorder)
	in.OnMessage(func(context.Context, bot.Incoming) error {
		if len(in.Messages()) == 1 {
			return errors.New("commit: /secret/path is full")
		}
		return nil
	})
	p.run(in)
	if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "帮助"}); err != nil {
		t.Fatal(err)
	}
	again := in.WaitMessages(t, 2) // what was not acknowledged comes again
	if again[0].Key != again[1].Key {
		t.Errorf("the message came again under another key")
	}
	p.await("both acknowledgements", func() bool {
		entries := p.server.Journal(0, sandbox.KindPushMessage)
		return len(entries) == 2 && entries[0].Status == 500 && entries[1].Status == 200
	})
	if response := p.server.Journal(0, sandbox.KindPushMessage)[0].Response; strings.Contains(string(response), "path") {
		t.Errorf("the vendor is told %s", response)
	}
}

func TestMessageWithoutContent(t *testing.T) {
	p := newPlace(t, sandbox.Options{EventQuota: 1}, dingtalk.Options{})
	in := new(bottest.Recorder)
	p.run(in)
	p.set(sandbox.QuotaEnforced, "on")
	for range 2 {
		if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
	}
	messages := in.WaitMessages(t, 2)
	if spent := map[bool]int{messages[0].Spent: 1}; spent[true]+map[bool]int{messages[1].Spent: 1}[true] != 1 {
		t.Errorf("spent: %v and %v, want one of each", messages[0].Spent, messages[1].Spent)
	}
}

func TestPressesInABurst(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	in := new(bottest.Recorder)
	p.run(in)
	p.mustSend(cardFor(toLin))
	const n = 500
	results, err := p.server.PressAll(p.within(), sandbox.PressRequest{User: lin.ID, Card: "c1", Button: "报送情况", Times: n})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, c := range in.Clicks() {
		keys[c.Key] = true
	}
	failed := 0
	for _, r := range results {
		if !r.OK {
			failed++
		}
	}
	if len(keys) != n || failed > 0 {
		t.Errorf("%d presses arrived and %d failed, want %d and 0", len(keys), failed, n)
	}
}

func TestPanicInTheInboxHarmsNobodyElse(t *testing.T) {
	p := newPlace(t, sandbox.Options{AckLimit: 50 * time.Millisecond}, dingtalk.Options{})
	in := new(bottest.Recorder)
	in.OnClick(func(_ context.Context, c bot.Click) (bot.Answer, error) {
		if c.Button == "refA1234" {
			panic("a bug")
		}
		return bot.Answer{}, nil
	})
	p.run(in)
	p.mustSend(cardFor(toLin))
	if p.press("报送情况").OK {
		t.Error("a press that panicked was acknowledged")
	}
	if result := p.press("不归我办"); !result.OK {
		t.Errorf("the next press failed: %s", result.Failure)
	}
}

func TestUndrawableAnswerStillAcknowledges(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{AnswerRedraws: true})
	in := new(bottest.Recorder)
	in.OnClick(func(context.Context, bot.Click) (bot.Answer, error) {
		return bot.Answer{Card: &bot.Card{Title: "题", Buttons: []bot.Button{{Label: "没有去处"}}}}, nil
	})
	p.run(in)
	p.mustSend(cardFor(toLin))
	if result := p.press("报送情况"); !result.OK || len(result.View.Buttons) != 2 {
		t.Errorf("a committed click was answered with %+v", result)
	}
}

func TestSecretsOfADebuggedRun(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	in := new(bottest.Recorder)
	var once sync.Once
	in.OnMessage(func(context.Context, bot.Incoming) error {
		var err error
		once.Do(func() { err = errors.New("try again") })
		return err
	})
	p.run(in)
	p.mustSend(cardFor(toLin))
	p.press("报送情况")
	if _, _, err := p.server.SendFile(sandbox.FileRequest{User: lin.ID, Name: "a.pdf", Data: []byte("%PDF")}); err != nil {
		t.Fatal(err)
	}
	m := in.WaitMessages(t, 1)[0]
	p.fault(sandbox.Fault{Route: "file.download", Kind: sandbox.FaultCutAfter, Count: 2}) // the transport itself tries twice
	var file strings.Builder
	if err := p.platform.Fetch(p.within(), m.Files[0], &file, 100); err == nil || anySecret.MatchString(err.Error()) {
		t.Errorf("a cut download gives %v", err)
	}
	if err := p.platform.Fetch(p.within(), m.Files[0], &file, 100); err != nil {
		t.Error(err)
	}
	p.mustSend(bot.Reply{Session: m.Session, To: toLin, Text: bot.Say("收到")})
	p.fault(sandbox.Fault{Route: "robot.reply", Kind: sandbox.FaultCutBefore, Count: 1})
	_, _ = p.send(bot.Reply{Session: m.Session, To: toLin, Text: bot.Say("收到")})
	if _, err := p.platform.UserByMobile(p.within(), mobile); err != nil {
		t.Error(err)
	}
	p.fault(sandbox.Fault{Route: "stream.connect", Kind: sandbox.FaultCutBefore, Count: 1})
	p.stream("drop")
	p.await("a new connection", func() bool { return p.platform.Status().Reconnects == 1 })
	if !strings.Contains(p.log.String(), "dingtalk stream connected") {
		t.Error("the log holds nothing of the run")
	}
	p.checkLog()
}

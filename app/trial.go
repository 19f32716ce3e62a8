package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"junma/bot"
	"junma/store"
)

// TrialOptions is what RunTrial needs beyond the configuration.
type TrialOptions struct {
	To       string        // the person's own user id on the platform
	Patience time.Duration // how long each press is waited for
	Say      func(string)  // hears what is under way, in Chinese
	Log      *slog.Logger
}

// Trial is what one card, pressed by one person, has shown of a tenant.
type Trial struct {
	Findings []bot.Finding
	Advice   []string // lines for the configuration
}

// Errors of RunTrial that are nobody's finding.
var (
	errNoPlatform   = errors.New("没有开启任何聊天平台,无从试发。请先填写 [dingtalk] client_id。")
	errServiceRuns  = errors.New("服务正在运行,它和试发会各得一部分按键,互相干扰。请先停下服务,再试发。")
	errNotForTrial  = errors.New("not a press on the trial card")
	errNoConnection = errors.New("长连接没有连上,等不到按键。请先看 check --online 的其他结果。")
)

const (
	connectWithin = 30 * time.Second
	// ackTime lets the acknowledgement of a press leave before the card is updated, as the vendor asks (KB-CARD 0007).
	ackTime = 500 * time.Millisecond
	// repeats is how many presses on the first step show that the answers to them change nothing.
	repeats = 3
)

// RunTrial sends one card to one person and learns from the presses: that the card arrives, that a button comes back with
// its reference, that the answer to a press redraws the card, and that a later update does. The service must not be
// running: the platform gives each press to one connection of many.
func RunTrial(ctx context.Context, config *Config, o TrialOptions) (Trial, error) {
	inUse, err := store.Probe(ctx, config.Store.SQLitePath())
	if err != nil {
		return Trial{}, err
	}
	if inUse {
		return Trial{}, errServiceRuns
	}
	for _, p := range configuredPlatforms(config, o.Log) {
		stream, ok := p.(bot.Stream)
		if !ok {
			continue
		}
		ctx, end := context.WithCancel(ctx)
		t := newTrial(p, o)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = stream.Run(ctx, t) // it ends with ctx
		}()
		err := t.run(ctx, stream)
		end()
		<-ended
		return t.shown, err
	}
	return Trial{}, errNoPlatform
}

// trial is one trial under way. It is the bot.Inbox of its connection.
type trial struct {
	TrialOptions
	platform bot.Platform
	card     string
	refs     []string // of the buttons of the three steps
	presses  chan int // the step whose button was pressed, or lostRef
	shown    Trial
}

const lostRef = -1

func newTrial(p bot.Platform, o TrialOptions) *trial {
	return &trial{
		TrialOptions: o, platform: p, card: "trial-" + rand.Text(),
		refs: []string{rand.Text()[:10], rand.Text()[:10], rand.Text()[:10]}, presses: make(chan int, 100),
	}
}

// Click takes the presses on the trial card. Anybody else's stays unacknowledged: the client tells them to try again.
func (t *trial) Click(_ context.Context, c bot.Click) (bot.Answer, error) {
	if c.Card != t.card || c.User != t.To {
		return bot.Answer{}, errNotForTrial
	}
	step := slices.Index(t.refs, c.Button)
	select {
	case t.presses <- step:
	default: // far more presses than anybody needs
	}
	if step == lostRef {
		return bot.Answer{}, nil
	}
	card := t.draw(step + 1)
	return bot.Answer{Card: &card}, nil
}

// Message leaves what people say to the service, to which the platform brings it again.
func (*trial) Message(context.Context, bot.Incoming) error { return errNotForTrial }

var trialTexts = []struct{ text, button string }{
	{"这是一张试发卡片,用来核对应用的设置,与任何项目无关。请按下面的“第一步”。按下后如果卡片一直没有变化,请再按,最多按三次,然后等它变成“第三步”。", "第一步"},
	{"按键收到了,卡片也随着应答更新了。请按“第二步”。", "第二步"},
	{"这是应答之后另发的一次更新。请按“第三步”。", "第三步"},
	{"试发完毕,谢谢。", ""},
}

// draw is the card at a step, 0 to 3.
func (t *trial) draw(step int) bot.Card {
	card := bot.Card{Title: "骏马助手 · 试发", Lines: []bot.Text{bot.Say(trialTexts[step].text)}}
	if label := trialTexts[step].button; label != "" {
		card.Buttons = []bot.Button{{Label: label, Ref: t.refs[step], Primary: true}}
	}
	return card
}

func (t *trial) run(ctx context.Context, stream bot.Stream) error {
	if err := awaitConnection(ctx, stream); err != nil {
		return err
	}
	if err := t.send(ctx, bot.NewCard{ID: t.card, To: bot.Address{User: t.To}, Card: t.draw(0)}); err != nil {
		t.found("卡片创建并送达", false, "没有送达,请确认 USERID 是该人的 userId,且在应用的可见范围内。"+refusal(err))
		return nil
	}
	t.found("卡片创建并送达", true, "")
	t.Say(fmt.Sprintf("卡片已送达,请收件人在%d秒内按“第一步”。", int(t.Patience.Seconds())))
	switch step, err := t.await(ctx); {
	case err != nil:
		return err
	case step == lostRef:
		t.found("按键带回编号", false, "按键回来了,但没有带编号。现成模板在贵单位不能用,请用自建模板(docs/dingtalk-card.md)。")
		t.shown.Advice = append(t.shown.Advice, `card_template_id = "自建模板的编号.schema"`)
		return nil
	case step == noPress:
		t.found("按键带回编号", false, "没有等到按键。没有人按的,请再试;按了的,请确认机器人的消息接收模式是 Stream、应用已发布。")
		return nil
	}
	t.found("按键带回编号", true, "")
	if err := t.judgeAnswer(ctx); err != nil {
		return err
	}
	return t.judgeUpdate(ctx)
}

// judgeAnswer learns whether the answer to the first press has redrawn the card: then the person sees the second step.
func (t *trial) judgeAnswer(ctx context.Context) error {
	for again := 1; again < repeats; {
		step, err := t.await(ctx)
		switch {
		case err != nil:
			return err
		case step == 1:
			t.found("按键的应答更新了卡片", true, "")
			t.shown.Advice = append(t.shown.Advice, "answer_redraws = true")
			return nil
		case step == noPress:
			t.lacking("按键的应答更新了卡片", "没有等到第二步的按键,多半是应答没有更新卡片;下面按不更新处理。")
			return nil
		case step == 0:
			again++
		}
	}
	t.lacking("按键的应答更新了卡片", "卡片没有随应答变化。服务会改为另发一次更新,每次按键多用一次调用额度。")
	return nil
}

// judgeUpdate learns whether an update by the service reaches the card: then the person sees the third step.
func (t *trial) judgeUpdate(ctx context.Context) error {
	const what = "之后的更新到达卡片"
	time.Sleep(ackTime)
	if err := t.send(ctx, bot.Redraw{ID: t.card, To: bot.Address{User: t.To}, Card: t.draw(2)}); err != nil {
		t.found(what, false, "平台没有接受更新。"+refusal(err))
		return nil
	}
	t.Say("卡片已更新,请收件人按“第三步”。")
	for {
		step, err := t.await(ctx)
		switch {
		case err != nil:
			return err
		case step == noPress:
			t.found(what, false, "没有等到第三步的按键。卡片没有变的,请换用自建模板(docs/dingtalk-card.md)再试。")
			return nil
		case step == 2:
			t.found(what, true, "")
			time.Sleep(ackTime)
			_ = t.send(ctx, bot.Redraw{ID: t.card, To: bot.Address{User: t.To}, Card: t.draw(3)}) // a courtesy only
			return nil
		}
	}
}

const noPress = -2

// await gives the step of the next press, or noPress when there is none in time.
func (t *trial) await(ctx context.Context) (int, error) {
	timer := time.NewTimer(t.Patience)
	defer timer.Stop()
	select {
	case step := <-t.presses:
		return step, nil
	case <-timer.C:
		return noPress, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (t *trial) send(ctx context.Context, m bot.Message) error {
	payload, err := t.platform.Encode(m)
	if err != nil {
		return err
	}
	_, err = t.platform.Send(ctx, payload)
	return err
}

func (t *trial) found(what string, ok bool, say string) {
	t.shown.Findings = append(t.shown.Findings, bot.Finding{What: what, OK: ok, Say: say})
}

// lacking notes that the answer to a press redraws nothing: a fact for the configuration, not a fault.
func (t *trial) lacking(what, say string) {
	t.shown.Findings = append(t.shown.Findings, bot.Finding{What: what, Minor: true, Say: say})
	t.shown.Advice = append(t.shown.Advice, "answer_redraws = false")
}

// refusal quotes the platform.
func refusal(err error) string {
	if e, ok := errors.AsType[*bot.Error](err); ok && e.Code != "" {
		return fmt.Sprintf("(平台答复:%s %s)", e.Code, e.Text)
	}
	return "(没有答复)"
}

func awaitConnection(ctx context.Context, stream bot.Stream) error {
	limit, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !stream.Status().Connected {
		select {
		case <-tick.C:
		case <-limit.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return errNoConnection
		}
	}
	return nil
}

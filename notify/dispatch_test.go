package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// hello is a card to one person, out of the mechanism's way.
func (tw *town) hello(person, text string) store.Delivery {
	tw.t.Helper()
	tw.do(func(tx *store.Tx) error {
		return tw.n.Ask(tx, platformName, person, notify.Question{
			Title: text, Key: text, Lines: []bot.Text{bot.Say(text)}, Buttons: []notify.Choice{{Label: "好", Act: "say"}},
		})
	})
	for _, d := range tw.deliveries(store.DeliveryFilter{Person: person, Kind: string(mechanism.KindDialogue)}) {
		if strings.HasSuffix(d.Key, "/"+text) {
			return d
		}
	}
	tw.t.Fatalf("%q was not enqueued", text)
	return store.Delivery{}
}

// 结果不明:用同一编号、同样的字节再发,直到有回执。
func TestUnknownIsRepeatedByteForByte(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{})
	tw.chat.failing(func(_ sight, nth int) error {
		if nth <= 2 {
			return lost()
		}
		return nil
	})
	d := tw.hello("chen", "你好")
	tw.until(d.ID, store.DeliveryUnknown)
	tw.later(time.Minute)
	tw.untilAttempts(2)
	tw.until(d.ID, store.DeliveryUnknown)
	tw.later(time.Minute)
	tw.until(d.ID, store.DeliverySent)
	tries := tw.chat.attempts()
	if len(tries) != 3 {
		t.Fatalf("%d attempts, want 3", len(tries))
	}
	for i, s := range tries {
		if s.bytes != tries[0].bytes {
			t.Errorf("attempt %d has other bytes:\n%s\n%s", i+1, tries[0].bytes, s.bytes)
		}
	}
}

// 结果不明又过了平台可重发的时限:不再重发,写明原因并告知专班。
func TestUnknownBeyondTheWindow(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{})
	tw.chat.failing(func(s sight, _ int) error {
		if s.Card.Title == "你好" {
			return lost()
		}
		return nil
	})
	d := tw.hello("chen", "你好")
	tw.until(d.ID, store.DeliveryUnknown)
	tries := len(tw.chat.attempts())
	tw.later(2 * time.Hour)
	d = tw.until(d.ID, store.DeliveryDead)
	if !strings.HasPrefix(d.Reason, "结果不明") {
		t.Errorf("the reason is %q", d.Reason)
	}
	tw.drain()
	if got := written(tw.chat.last(t, "zhao").Card); !strings.Contains(got, "【未送达】下涯镇陈某\n卡片:你好\n原因:结果不明") {
		t.Errorf("专班 was told %q", got)
	}
	if got := len(tw.chat.attempts()); got != tries+1 {
		t.Errorf("%d attempts, want %d: nothing but the alarm", got, tries+1)
	}
}

// 平台明确没有收下的,重发前按当时的情况重新生成。
func TestDefiniteRefusalIsDrawnAgain(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	tw.chat.failing(func(s sight, _ int) error {
		if s.To.User == "u-chen" {
			return failed(bot.Retry)
		}
		return nil
	})
	orangeStory(tw)
	d := tw.only(mechanism.KindPush, "chen")
	tw.untilSettled(d.ID, store.DeliveryWaiting)
	tw.at("2026-05-11 10:00")
	tw.event(yunxi, report(1, "已补齐"), "chen")
	tw.chat.failing(nil)
	tw.later(time.Hour)
	tw.drain()
	if got := written(tw.chat.last(t, "chen").Card); !strings.Contains(got, "你单位已于5月11日报送,待市住建局进行预警办理。") {
		t.Errorf("the card was not drawn again:\n%s", got)
	}
}

// 各种失败之后:状态、写给人看的原因、是否计次、是否告知专班。
func TestOutcomes(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		state   store.DeliveryState
		reason  string
		counted int
		alarm   string
	}{
		{"平台拒绝", failed(bot.Refused), store.DeliveryDead, "平台拒绝了该消息,请检查应用权限和卡片设置。", 1, "【未送达】下涯镇陈某\n卡片:你好\n原因:平台拒绝了该消息"},
		{"收件人不在", failed(bot.Gone), store.DeliveryDead, "收件人在平台上已不可达,请核对名册中的账号。", 1, "【未送达】下涯镇陈某\n卡片:你好\n原因:收件人在平台上已不可达"},
		{"暂时不可用", failed(bot.Retry), store.DeliveryWaiting, "平台暂时不可用,稍后自动重发。", 1, ""},
		{"限流", &bot.Error{Kind: bot.Throttled, After: time.Minute}, store.DeliveryWaiting, "平台要求放慢发送,稍后自动重发。", 0, ""},
		{"额度用完", failed(bot.Spent), store.DeliveryWaiting, "平台本月调用额度已用完,每小时再试一次。", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tw := newTown(t, "2026-05-10 09:00", setup{})
			tw.chat.failing(func(s sight, _ int) error {
				if s.Card.Title == "你好" {
					return tt.err
				}
				return nil
			})
			d := tw.hello("chen", "你好")
			d = tw.untilSettled(d.ID, tt.state)
			if d.Reason != tt.reason || d.Attempts != tt.counted {
				t.Errorf("reason %q after %d attempts, want %q after %d", d.Reason, d.Attempts, tt.reason, tt.counted)
			}
			if tt.state != store.DeliveryDead {
				if told := tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindUndelivered)}); len(told) > 0 {
					t.Errorf("专班 was told: %+v", told)
				}
				return
			}
			tw.drain()
			if got := written(tw.chat.last(t, "zhao").Card); !strings.Contains(got, tt.alarm) {
				t.Errorf("专班 was told %q, want %q", got, tt.alarm)
			}
		})
	}
}

// 额度用完:停发一小时,专班一天只得一次告警;等额度的消息不妨碍排空。
func TestSpentParksThePlatform(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{})
	spent := true
	tw.chat.failing(func(sight, int) error {
		if spent {
			return failed(bot.Spent)
		}
		return nil
	})
	d := tw.hello("chen", "一")
	tw.untilSettled(d.ID, store.DeliveryWaiting)
	tw.drain()
	tw.later(61 * time.Minute)
	tw.untilAttempts(2)
	tw.drain()
	alarms := tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindAlarm)})
	if len(alarms) != 1 || !strings.Contains(string(alarms[0].Params), "平台的接口调用额度于5月10日9时用完") {
		t.Errorf("alarms %+v, want one a day", alarms)
	}
	tw.chat.failing(nil)
	tw.later(61 * time.Minute)
	tw.until(d.ID, store.DeliverySent)
}

// 额度用完时会话里的答复照发,不因此放行卡片;到下月不等一小时。
func TestSpentLetsAnswersPass(t *testing.T) {
	tw := newTown(t, "2026-05-31 09:00", setup{})
	tw.chat.failing(func(s sight, _ int) error {
		if s.Effect != "reply" && tw.now().Before(date("2026-06-01").Time()) {
			return failed(bot.Spent)
		}
		return nil
	})
	card := tw.hello("chen", "一")
	tw.untilSettled(card.ID, store.DeliveryWaiting)
	if !tw.n.Spent(platformName) {
		t.Fatal("the platform is not told to be spent")
	}
	tw.hello("chen", "二")
	for i := range 2 {
		tw.do(func(tx *store.Tx) error {
			return tw.n.Reply(tx, bot.Incoming{Platform: platformName, User: "u-chen", Session: fmt.Sprint(i)}, bot.Say("收到。"))
		})
		tw.drain()
		if shown := tw.chat.shown("chen"); len(shown) != i+1 || shown[i].Effect != "reply" {
			t.Fatalf("陈某 sees %+v", shown)
		}
		if !tw.n.Spent(platformName) {
			t.Error("an answer opened the way for cards")
		}
		tw.later(61 * time.Minute)
		tw.untilAttempts(2*i + 3) // the probe of the hour
	}
	tw.at("2026-06-01 09:00")
	tw.drain()
	if got := tw.chat.titles("chen"); len(got) != 2 || tw.n.Spent(platformName) {
		t.Errorf("陈某 got %q in the next month", got)
	}
}

// 一个人同时只有一件在途;别人的同时进行;停住的一件只挡住自己的队列,不挡对话。
func TestLanes(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	gate := make(chan struct{})
	tw.chat.gate = gate
	for i := range 3 {
		for _, who := range []string{"chen", "lin", "zhou"} {
			tw.hello(who, fmt.Sprintf("%s第%d张", who, i+1))
		}
	}
	tw.run()
	tw.untilAttempts(3) // one of each, side by side, although none has an answer yet
	for range 9 {
		select {
		case gate <- struct{}{}:
		case <-time.After(bounded):
			t.Fatal("the dispatcher stopped sending")
		}
	}
	tw.drain()
	tw.chat.mu.Lock()
	defer tw.chat.mu.Unlock()
	if len(tw.chat.broken) > 0 {
		t.Errorf("two sends at once to %v", tw.chat.broken)
	}
	if tw.chat.most != 3 {
		t.Errorf("%d sends at once, want one for each of the three people", tw.chat.most)
	}
	for i, s := range tw.chat.seen {
		for _, later := range tw.chat.seen[i+1:] {
			if later.To.User == s.To.User && later.Card.Title < s.Card.Title {
				t.Errorf("%s came before %s", s.Card.Title, later.Card.Title)
			}
		}
	}
}

func TestStuckHeadBlocksOnlyItsOwnLane(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	tw.chat.failing(func(s sight, _ int) error {
		if strings.HasPrefix(s.Card.Title, "【橙色预警通报】") && s.To.User == "u-chen" {
			return failed(bot.Retry)
		}
		return nil
	})
	orangeStory(tw)
	d := tw.only(mechanism.KindPush, "chen")
	tw.untilSettled(d.ID, store.DeliveryWaiting)
	tw.until(tw.hello("chen", "对话").ID, store.DeliverySent)
	tw.until(tw.only(mechanism.KindPush, "lin").ID, store.DeliverySent)
	if got := tw.until(d.ID, store.DeliveryWaiting); got.State != store.DeliveryWaiting {
		t.Errorf("the stuck card is %s", got.State)
	}
}

// 过了有效时间的不再发送。
func TestDeadline(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	in := bot.Incoming{Platform: platformName, User: "u-chen", Session: "s1", Expires: instant(t, "2026-05-10 10:00")}
	tw.do(func(tx *store.Tx) error { return tw.n.Reply(tx, in, bot.Say("第一段"), bot.Say("第二段")) })
	tw.at("2026-05-10 10:00")
	tw.run()
	tw.drain()
	d := tw.deliveries(store.DeliveryFilter{Effect: store.EffectReply})[0]
	if d.State != store.DeliverySuperseded || d.Reason != "已过有效时间,不再发送。" {
		t.Errorf("the reply is %s (%s)", d.State, d.Reason)
	}
	in.Expires = instant(t, "2026-05-10 11:00")
	tw.do(func(tx *store.Tx) error { return tw.n.Reply(tx, in, bot.Say("第一段"), bot.Say("第二段")) })
	tw.drain()
	if got := tw.chat.last(t, "chen"); got.Text != "第一段\n第二段" || got.ID != "s1" {
		t.Errorf("陈某 was answered %+v", got)
	}
}

// 排空:到时才发的不算,正在途的要等。
func TestDrain(t *testing.T) {
	tw := newTown(t, "2026-05-10 02:00", setup{hours: "09:00-18:00", idle: true})
	tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-04-20", "25日")}, "")
	tw.drain() // nothing is due on a Sunday night, and nobody runs

	d := tw.hello("chen", "对话")
	ctx, cancel := context.WithTimeout(tw.ctx, 50*time.Millisecond)
	defer cancel()
	if err := tw.n.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain gave %v with a card due and nobody running", err)
	}
	tw.run()
	tw.drain()
	if got := tw.until(d.ID, store.DeliverySent); got.SentAt.IsZero() {
		t.Error("a sent card has no time")
	}
}

// 停下时在途的都有结果。
func TestRunSettlesWhatIsInFlight(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	gate := make(chan struct{})
	tw.chat.gate = gate
	d := tw.hello("chen", "你好")
	ctx, stop := context.WithCancel(tw.ctx)
	done := make(chan error)
	go func() { done <- tw.n.Run(ctx) }()
	tw.untilAttempts(1)
	stop()
	gate <- struct{}{}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Run gave %v", err)
	}
	tw.until(d.ID, store.DeliverySent)
}

// 卡片更新:只发最新一次,过了平台时限不发,答复过的卡片不再更新,没有发出的卡片无需更新。
func TestRedraws(t *testing.T) {
	closing := mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-05-12"), Confirm: "确认"}
	t.Run("过了平台允许更新的时限", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{})
		tw.chat.traits.RedrawWindow = 24 * time.Hour
		reportedStory(tw)
		tw.drain()
		tw.at("2026-05-12 15:00")
		tw.event(yunxi, closing, "lin")
		tw.drain()
		for _, d := range tw.deliveries(store.DeliveryFilter{Effect: store.EffectRedraw, Person: "chen"}) {
			if d.State != store.DeliverySuperseded || d.Reason != "已过平台允许更新卡片的时限。" {
				t.Errorf("the redraw is %s (%s)", d.State, d.Reason)
			}
		}
	})
	t.Run("第2次推送后,第1次的卡片不再能办理", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{})
		redStory(tw)
		tw.drain()
		tw.at("2026-06-15 09:00")
		tw.event(yunxi, mechanism.DayBegan{}, "")
		tw.drain()
		old := ""
		for _, s := range tw.chat.shown("chen") {
			if s.Effect == "redraw" && strings.Contains(written(s.Card), "(红灯)") {
				old = written(s.Card)
			}
		}
		if !strings.Contains(old, "已有第2次推送,请在新的卡片中办理。") || strings.Contains(old, "[报送情况]") {
			t.Errorf("the first push's card shows:\n%s", old)
		}
	})
	t.Run("更新用上一次的回执,并记下新的回执", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{})
		reportedStory(tw)
		tw.drain()
		push := tw.only(mechanism.KindPush, "chen")
		tw.at("2026-05-12 15:00")
		tw.event(yunxi, closing, "lin")
		tw.drain()
		if got := tw.until(push.ID, store.DeliverySent); string(got.Receipt) != "receipt "+push.ID {
			t.Errorf("the receipt is %q", got.Receipt)
		}
	})
	t.Run("卡片已被平台收回", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{})
		reportedStory(tw)
		tw.drain()
		tw.chat.failing(func(s sight, _ int) error {
			if s.Effect == "redraw" {
				return failed(bot.Gone)
			}
			return nil
		})
		tw.at("2026-05-12 15:00")
		tw.event(yunxi, closing, "lin")
		tw.drain()
		if n := len(tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindAlarm), State: store.DeliverySent})); n > 0 {
			t.Errorf("%d alarms for a card nobody needs", n)
		}
	})
}

// 问答卡片按提问时的原文发出,按钮带编号,同一问题只问一次。
func TestAskShowsExactlyTheText(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	q := notify.Question{
		Title: "云溪项目 报送核对", Lines: []bot.Text{{{Text: "原因:"}, {Text: "审批手续", Bold: true}}}, Tips: "24小时内有效", Key: "q1",
		Buttons: []notify.Choice{{Label: "属实,确认报送", Act: "confirm", Arg: "7", Primary: true}, {Label: "修改", Act: "change"}},
		Project: yunxi, Case: 1, Push: 2,
	}
	for range 2 {
		tw.do(func(tx *store.Tx) error { return tw.n.Ask(tx, platformName, "chen", q) })
	}
	tw.run()
	tw.drain()
	if n := len(tw.chat.shown("chen")); n != 1 {
		t.Fatalf("陈某 was asked %d times", n)
	}
	s := tw.chat.last(t, "chen")
	if got, want := written(s.Card), "云溪项目 报送核对\n原因:**审批手续**\n----\n颜色: 状态:\n依据:\n小字:24小时内有效\n[属实,确认报送]* [修改]\n"; got != want {
		t.Errorf("the card is\n%s\nwant\n%s", got, want)
	}
	must(t, tw.store.View(tw.ctx, func(v *store.View) error {
		b, err := v.Button(s.Card.Buttons[0].Ref)
		if err != nil {
			return err
		}
		if b.Act != "confirm" || b.Arg != "7" || b.Project != yunxi || b.Case != 1 || b.Push != 2 || b.Card != s.ID {
			t.Errorf("the button means %+v", b)
		}
		return nil
	}))
}

// 程序在发送途中断电:重新开机后用同一编号、同样的字节再发一次。
func TestAfterAPowerCut(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	d := tw.hello("chen", "你好")
	var frozen []byte
	tw.do(func(tx *store.Tx) error {
		rows, err := tx.Claim(store.ClaimOptions{Now: tx.Now, Wall: time.Now(), Lease: time.Minute, Limit: 1})
		if err != nil {
			return err
		}
		payload, err := tw.chat.Encode(bot.NewCard{ID: d.ID, To: bot.Address{User: "u-chen"}, Card: bot.Card{Title: "发到一半"}})
		if err != nil {
			return err
		}
		frozen = payload
		stamp := fmt.Sprintf("%016x", time.UnixMilli(tw.wall.Load()).UnixMilli())
		_, err = tx.Freeze(rows[0].ID, rows[0].Epoch, append([]byte(stamp), payload...))
		return err
	})
	tw.wall.Add((2 * time.Minute).Milliseconds()) // the dead sender's lease is over
	tw.run()
	tw.until(d.ID, store.DeliverySent)
	if got := tw.chat.attempts(); len(got) != 1 || got[0].bytes != string(frozen) {
		t.Errorf("after the power cut %+v was sent, want the frozen bytes", got)
	}
}

func BenchmarkEnqueueToDelivered(b *testing.B) {
	tw := newTown(b, "2026-05-10 09:00", setup{options: func(o *notify.Options) { o.Workers = 64 }})
	const people = 256
	tw.do(func(tx *store.Tx) error {
		var all []store.Person
		for i := range people {
			id := fmt.Sprintf("p%d", i)
			all = append(all, store.Person{
				ID: id, Name: id, Unit: "下涯镇", Role: mechanism.RoleLeader, Active: true, Accounts: map[string]string{platformName: "u-" + id},
			})
		}
		return tx.SaveRoster(store.RosterChange{People: all})
	})
	b.ResetTimer()
	for i := 0; i < b.N; i += 64 {
		tw.do(func(tx *store.Tx) error {
			for j := i; j < min(i+64, b.N); j++ {
				q := notify.Question{Title: "测试", Key: fmt.Sprint(j), Lines: []bot.Text{bot.Say("测试")}}
				if err := tw.n.Ask(tx, platformName, fmt.Sprintf("p%d", j%people), q); err != nil {
					return err
				}
			}
			return nil
		})
	}
	ctx, cancel := context.WithTimeout(tw.ctx, time.Minute)
	defer cancel()
	must(b, tw.n.Drain(ctx))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

package notify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"junma/bot"
	"junma/store"
)

const probeEvery = 8 * time.Second

// down makes the platform fail every attempt with err until the machine time has moved by outage.
func (tw *town) down(outage time.Duration, err error) {
	until := tw.wall.Load() + outage.Milliseconds()
	tw.chat.failing(func(sight, int) error {
		if tw.wall.Load() < until {
			return err
		}
		return nil
	})
}

// untilIdle waits until nothing is in flight.
func (tw *town) untilIdle() {
	tw.eventually("nothing in flight", func() bool {
		return len(tw.deliveries(store.DeliveryFilter{State: store.DeliverySending})) == 0
	})
}

// 平台中断十分钟:每8秒只试一次,恢复后全部送达,多出的请求很少。
func TestOutageIsProbed(t *testing.T) {
	for _, kind := range []bot.ErrorKind{bot.Retry, bot.Unknown} {
		t.Run(kind.String(), func(t *testing.T) {
			tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
			const notifications, outage = 120, 10 * time.Minute
			for i := range notifications {
				tw.hello([]string{"chen", "lin", "zhou"}[i%3], fmt.Sprintf("第%d张", i))
			}
			tw.down(outage, failed(kind))
			tw.run()
			tw.untilAttempts(3) // one of each person; fewer than five show no outage
			tw.untilIdle()
			tw.later(2 * time.Second)
			tw.untilAttempts(5)
			tw.untilIdle()
			before := len(tw.chat.attempts())
			probes := 60
			for i := range probes {
				tw.later(probeEvery)
				tw.untilAttempts(before + i + 1)
				tw.untilIdle()
				if got := len(tw.chat.attempts()); got != before+i+1 {
					t.Fatalf("probe %d: %d attempts, want one", i+1, got-before-i)
				}
			}
			tw.later(outage)
			tw.later(time.Second)
			tw.drain()
			got := len(tw.chat.attempts())
			if want := before + probes + notifications; got > want {
				t.Errorf("%d attempts in all, want at most %d", got, want)
			}
			for _, d := range tw.deliveries(store.DeliveryFilter{Kind: "dialogue"}) {
				if d.State != store.DeliverySent {
					t.Errorf("%s is %s (%s)", d.Key, d.State, d.Reason)
				}
			}
		})
	}
}

// 平台封禁五分钟,到时仍不放行:按中断逐次试探,恢复后8秒内全部送达。
func TestPauseThatLastsLonger(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{})
	tw.down(10*time.Minute, &bot.Error{Kind: bot.Throttled, After: 5 * time.Minute})
	tw.untilSettled(tw.hello("chen", "一").ID, store.DeliveryWaiting)
	for i := range 30 {
		tw.hello([]string{"chen", "lin", "zhou"}[i%3], fmt.Sprintf("第%d张", i))
	}
	tw.later(5 * time.Minute)
	for i := range 36 {
		tw.untilAttempts(i + 2)
		tw.untilIdle()
		tw.later(probeEvery)
	}
	tw.untilAttempts(38)
	tw.untilIdle()
	tw.later(2 * probeEvery) // now it lets through
	tw.later(100 * time.Millisecond)
	tw.drain()
	if n := len(tw.chat.attempts()); n != 38+31 {
		t.Errorf("%d attempts, want one for each card and 38 in vain", n)
	}
}

// 限流和额度用完:到时先试一件,通了才放行其余,一件也不丢。
func TestPauseEndsWithOneProbe(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		pause time.Duration
	}{
		"限流":   {&bot.Error{Kind: bot.Throttled, After: time.Minute}, time.Minute},
		"额度用完": {failed(bot.Spent), time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			tw := newTown(t, "2026-05-10 09:00", setup{})
			tw.down(tt.pause+time.Second, tt.err)
			first := tw.hello("chen", "一")
			tw.untilSettled(first.ID, store.DeliveryWaiting)
			for _, who := range []string{"lin", "zhou", "lin", "zhou"} {
				tw.hello(who, fmt.Sprintf("给%s的第%d张", who, len(tw.deliveries(store.DeliveryFilter{}))))
			}
			tw.later(tt.pause) // the platform still says no
			tw.untilAttempts(2)
			if second := tw.chat.attempts()[1]; second.Card.Title == "一" {
				t.Error("the probe is the delivery that failed, although others wait")
			}
			tw.later(tt.pause + time.Second)
			tw.drain()
			if n := len(tw.chat.attempts()) - len(tw.deliveries(store.DeliveryFilter{State: store.DeliverySent})); n != 2 {
				t.Errorf("%d attempts came to nothing, want 2", n)
			}
		})
	}
}

// 一件总是失败的不算平台中断:别人的照常送达;试满次数作废,告知专班。
func TestPoisonIsNoOutage(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{})
	tw.chat.failing(func(s sight, _ int) error {
		if s.Card.Title == "坏" {
			return failed(bot.Retry)
		}
		return nil
	})
	poison := tw.hello("chen", "坏")
	for i := 1; i < 60; i++ {
		tw.untilAttempts(i)
		tw.until(poison.ID, store.DeliveryWaiting)
		tw.later(31 * time.Minute)
	}
	tw.untilSettled(poison.ID, store.DeliveryDead)
	tw.hello("lin", "好")
	tw.hello("chen", "也好")
	tw.drain()
	if !slices.Contains(tw.chat.titles("lin"), "好") || !slices.Contains(tw.chat.titles("chen"), "也好") {
		t.Errorf("林某 saw %v, 陈某 %v", tw.chat.titles("lin"), tw.chat.titles("chen"))
	}
}

// 一张卡片的内容使程序出错:别人的照常送达,它自己以后再试。
func TestACardThatPanicsDelaysNobody(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	tw.chat.panics = "u-chen"
	poison := tw.hello("chen", "坏")
	tw.hello("lin", "好")
	tw.run()
	tw.eventually("林某's card", func() bool { tw.n.Wake(); return len(tw.chat.titles("lin")) == 1 })
	if d := tw.untilSettled(poison.ID, store.DeliveryWaiting); d.RetryAt.IsZero() {
		t.Errorf("the poison is %+v", d)
	}
}

// 回答本人的一张卡片无法生成:试几次就作废,后面的回答不等它半天。
func TestAnAnswerThatPanicsDoesNotHoldTheConversation(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	tw.chat.panics = "坏"
	poison := tw.hello("chen", "坏")
	tw.hello("chen", "好")
	tw.run()
	for attempt := 1; attempt < 6; attempt++ {
		tw.wait(poison.ID, "another attempt", func(d store.Delivery) bool { return d.Attempts == attempt && d.State == store.DeliveryWaiting })
		tw.later(time.Minute)
	}
	tw.until(poison.ID, store.DeliveryDead)
	tw.eventually("the answer after it", func() bool { tw.n.Wake(); return slices.Contains(tw.chat.titles("chen"), "好") })
}

// 一位收件人总被平台限流:别人的照常送达;他的间隔越来越长,不使整个平台一再停发。
func TestWhoIsAlwaysThrottledDelaysNobody(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{})
	tw.chat.failing(func(s sight, _ int) error {
		if s.To.User == "u-chen" {
			return failed(bot.Throttled)
		}
		return nil
	})
	tw.hello("chen", "限流")
	for i, end := 0, tw.wall.Load()+time.Minute.Milliseconds(); tw.wall.Load() < end; i++ {
		d := tw.hello("lin", fmt.Sprintf("第%d张", i))
		tw.wait(d.ID, "to be sent", func(d store.Delivery) bool {
			tw.later(100 * time.Millisecond)
			return d.State == store.DeliverySent
		})
	}
	tries := 0
	for _, s := range tw.chat.attempts() {
		if s.To.User == "u-chen" {
			tries++
		}
	}
	if tries > 20 { // each stopped everybody for a second, when it was tried again after each
		t.Errorf("陈某 was tried %d times in a minute", tries)
	}
}

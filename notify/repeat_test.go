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
	"junma/store"
)

// 结果不明之后,平台明确没有收下的重发不解除疑问:仍用同样的字节,直到有回执。
func TestUnknownStaysThroughRefusals(t *testing.T) {
	for _, kind := range []bot.ErrorKind{bot.Retry, bot.Throttled, bot.Spent} {
		t.Run(kind.String(), func(t *testing.T) {
			tw := newTown(t, "2026-05-10 09:00", setup{})
			tw.chat.traits.RepeatWindow = 24 * time.Hour
			tw.chat.failing(func(_ sight, nth int) error {
				return []error{1: lost(), 2: failed(kind), 3: nil}[min(nth, 3)]
			})
			d := tw.hello("chen", "你好")
			tw.until(d.ID, store.DeliveryUnknown)
			tw.later(time.Minute)
			tw.untilAttempts(2)
			d = tw.wait(d.ID, "to be settled", func(d store.Delivery) bool { return d.State != store.DeliverySending })
			if d.State != store.DeliveryUnknown || len(d.Payload) == 0 {
				t.Errorf("after the refusal it is %s with %d bytes, want unknown with those of the first attempt", d.State, len(d.Payload))
			}
			tw.later(2 * time.Hour)
			tw.until(d.ID, store.DeliverySent)
			for _, again := range tw.chat.attempts() {
				if first := tw.chat.attempts()[0]; again.To.User == first.To.User && again.bytes != first.bytes { // 专班's alarm goes elsewhere
					t.Errorf("the attempts have different bytes:\n%s\n%s", first.bytes, again.bytes)
				}
			}
		})
	}
}

// 平台留下了卡片却没有送到:重发同样的字节;其间情况有变,送到后再更新。
func TestCardThatThePlatformKept(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	var kept *bot.Error
	if !errors.As(failed(bot.Retry), &kept) {
		t.Fatal("a failure is no platform error")
	}
	kept.Kept = true
	tw.chat.failing(func(s sight, _ int) error {
		if s.Effect == "card" && s.To.User == "u-chen" && strings.HasPrefix(s.Card.Title, "【橙色预警通报】") {
			return kept
		}
		return nil
	})
	orangeStory(tw)
	d := tw.only(mechanism.KindPush, "chen")
	tw.untilSettled(d.ID, store.DeliveryUnknown)
	tw.at("2026-05-12 15:00")
	tw.event(yunxi, mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-05-12"), Confirm: "确认"}, "lin")
	tw.chat.failing(nil)
	tw.later(time.Hour)
	tw.drain()
	tries := tw.chat.attempts()
	for _, s := range tries {
		if s.ID == d.ID && s.Effect == "card" && s.bytes != first(tries, d.ID).bytes {
			t.Errorf("another drawing under the same id:\n%s", s.bytes)
		}
	}
	var seen []string
	for _, s := range tw.chat.shown("chen") {
		if s.ID == d.ID {
			seen = append(seen, s.Effect)
		}
	}
	if fmt.Sprint(seen) != "[card redraw]" {
		t.Errorf("陈某 saw %v of the push, want the card and then its present state", seen)
	}
}

// first gives the first attempt of a card.
func first(tries []sight, id string) sight {
	for _, s := range tries {
		if s.ID == id {
			return s
		}
	}
	return sight{}
}

// 占用到期、别人已接手的一次发送,结果如何都不再算数:不改状态,也不告警。
func TestSettlingAfterTheLeaseWasLost(t *testing.T) {
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true})
	slow := make(chan struct{})
	tw.chat.failing(func(_ sight, nth int) error {
		if nth > 1 {
			return nil
		}
		<-slow
		return failed(bot.Refused)
	})
	d := tw.hello("chen", "你好")
	ctx, stop := context.WithCancel(tw.ctx)
	done := make(chan error, 1)
	go func() { done <- tw.n.Run(ctx) }()
	tw.untilAttempts(1)
	tw.later(10 * time.Minute)
	sent := tw.until(d.ID, store.DeliverySent)
	stop()
	close(slow)
	if err := <-done; !errors.Is(err, context.Canceled) { // Run ends when the slow attempt is settled, too
		t.Errorf("Run gave %v", err)
	}
	if got := tw.until(d.ID, store.DeliverySent); got.Epoch != sent.Epoch || got.Reason != sent.Reason {
		t.Errorf("the late end of a lost lease made it %+v", got)
	}
	if alarms := tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindAlarm)}); len(alarms) > 0 {
		t.Errorf("专班 was alarmed of a card that arrived: %+v", alarms)
	}
}

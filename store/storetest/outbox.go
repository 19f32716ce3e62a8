package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"junma/mechanism"
	"junma/store"
)

func testOutbox(t *testing.T, open Opener) {
	t.Run("存取如一", func(t *testing.T) { deliveryReturns(t, newHouse(t, open)) })
	t.Run("说两遍只发一次", func(t *testing.T) { toldTwice(t, newHouse(t, open)) })
	t.Run("更早的时刻提前等待的", func(t *testing.T) { movedForward(t, newHouse(t, open)) })
	t.Run("重绘只留最新", func(t *testing.T) { newestRedraw(t, newHouse(t, open)) })
	t.Run("残缺的不收", func(t *testing.T) { refuseDelivery(t, newHouse(t, open)) })
	t.Run("作废等待的", func(t *testing.T) { supersedeWaiting(t, newHouse(t, open)) })
	t.Run("何时再看", func(t *testing.T) { whenNext(t, newHouse(t, open)) })
}

// card is a delivery of a new card to a person.
func card(key, person string) store.Delivery {
	return store.Delivery{
		ID: "card-" + key, Key: key, Lane: "dingtalk/" + person, Effect: store.EffectCard, Platform: "dingtalk",
		Address: []byte(`{"person":"` + person + `"}`), Person: person, Kind: "push", Project: "JD-1", Case: 1, Push: 1,
	}
}

// talk answers what a person just said.
func talk(key, person string) store.Delivery {
	d := card(key, person)
	d.Talk, d.Effect, d.Urgency = true, store.EffectReply, int(mechanism.Now)
	return d
}

func redraw(key, of string) store.Delivery {
	d := card(key, "chen")
	d.Effect, d.Card = store.EffectRedraw, "card-"+of
	return d
}

func (h *house) enqueue(all ...store.Delivery) {
	h.t.Helper()
	for _, d := range all {
		h.do(func(tx *store.Tx) error {
			added, err := tx.Enqueue(d)
			if !added {
				h.t.Errorf("%s was not new", d.Key)
			}
			return err
		})
	}
}

func (h *house) delivery(id string) (d store.Delivery) {
	h.t.Helper()
	h.read(func(v *store.View) (err error) {
		d, err = v.Delivery(id)
		return err
	})
	return d
}

func deliveryReturns(t *testing.T, h *house) {
	want := card("push/JD-1/1/1/chen", "chen")
	want.Duties = []string{string(mechanism.DutyResponsible), string(mechanism.DutyLead)}
	want.Params, want.Urgency = []byte(`{"alarm":"无"}`), int(mechanism.Turn)
	want.NotBefore, want.Deadline = morning.Add(time.Hour), morning.Add(48*time.Hour)
	h.enqueue(want)
	h.restart()
	want.Card, want.State, want.CreatedAt = want.ID, store.DeliveryWaiting, morning
	if diff := cmp.Diff(want, h.delivery(want.ID)); diff != "" {
		t.Errorf("the delivery came back changed (-enqueued +loaded):\n%s", diff)
	}
	h.read(func(v *store.View) error {
		if _, err := v.Delivery("no-such-card"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown delivery gave %v", err)
		}
		return nil
	})
}

func toldTwice(t *testing.T, h *house) {
	first := card("push/JD-1/1/1/chen", "chen")
	h.enqueue(first)
	again := first
	again.ID, again.Person = "another", "lin"
	h.do(func(tx *store.Tx) error {
		added, err := tx.Enqueue(again)
		if added {
			t.Error("the same key was new twice")
		}
		return err
	})
	h.expectKeys(store.DeliveryFilter{}, first.Key)
	if got := h.delivery(first.ID); got.Person != "chen" || !got.NotBefore.Equal(morning) {
		t.Errorf("kept %q, due %v", got.Person, got.NotBefore)
	}
}

func (h *house) expectKeys(f store.DeliveryFilter, want ...string) {
	h.t.Helper()
	h.read(func(v *store.View) error {
		all, err := v.Deliveries(f)
		var keys []string
		for _, d := range all {
			keys = append(keys, d.Key)
		}
		if diff := cmp.Diff(want, keys, cmpopts.EquateEmpty()); diff != "" {
			h.t.Errorf("deliveries (-want +got):\n%s", diff)
		}
		return err
	})
}

func movedForward(t *testing.T, h *house) {
	d := card("escalation/JD-1", "zhou")
	d.NotBefore = morning.Add(time.Hour)
	h.enqueue(d)
	expect := func(told, want time.Duration) {
		t.Helper()
		d.NotBefore = morning.Add(told)
		h.do(func(tx *store.Tx) error {
			_, err := tx.Enqueue(d)
			return err
		})
		if got := h.delivery(d.ID).NotBefore.Sub(morning); got != want {
			t.Errorf("told %v, due %v, want %v", told, got, want)
		}
	}
	expect(2*time.Hour, time.Hour)
	expect(time.Minute, time.Minute)
	h.pass(time.Minute)
	h.claim(store.ClaimOptions{})
	expect(0, time.Minute) // no longer waiting
}

func newestRedraw(t *testing.T, h *house) {
	h.enqueue(card("a", "chen"), redraw("redraw-a-1", "a"), redraw("redraw-b-1", "b"))
	h.enqueue(redraw("redraw-a-2", "a"))
	old := h.delivery("card-redraw-a-1")
	if old.State != store.DeliverySuperseded || old.Reason == "" {
		t.Errorf("the old redraw is %s (%s)", old.State, old.Reason)
	}
	h.expectKeys(store.DeliveryFilter{State: store.DeliveryWaiting}, "a", "redraw-b-1", "redraw-a-2")
	h.do(func(tx *store.Tx) error {
		_, err := tx.Enqueue(redraw("redraw-a-1", "a")) // an old key told again must not push out the newest
		return err
	})
	h.expectKeys(store.DeliveryFilter{State: store.DeliveryWaiting}, "a", "redraw-b-1", "redraw-a-2")
	h.expectKeys(store.DeliveryFilter{Card: "card-a"}, "a", "redraw-a-1", "redraw-a-2")
}

func refuseDelivery(t *testing.T, h *house) {
	for name, spoil := range map[string]func(*store.Delivery){
		"没有键":    func(d *store.Delivery) { d.Key = "" },
		"没有通道":   func(d *store.Delivery) { d.Lane = "" },
		"没有动作":   func(d *store.Delivery) { d.Effect = "" },
		"编号太长":   func(d *store.Delivery) { d.ID = strings.Repeat("x", 65) },
		"重绘没有卡片": func(d *store.Delivery) { d.Effect = store.EffectRedraw },
	} {
		t.Run(name, func(t *testing.T) {
			d := card("a", "chen")
			spoil(&d)
			err := h.Do(context.Background(), func(tx *store.Tx) error {
				_, err := tx.Enqueue(d)
				return err
			})
			if err == nil {
				t.Error("it was taken")
			}
		})
	}
	d := card("b", "chen")
	d.ID = ""
	h.enqueue(d)
	h.read(func(v *store.View) error {
		all, err := v.Deliveries(store.DeliveryFilter{})
		if len(all) != 1 || len(all[0].ID) < 20 || all[0].Card != all[0].ID {
			t.Errorf("the store made %+v", all)
		}
		return err
	})
}

func supersedeWaiting(t *testing.T, h *house) {
	later := card("push/JD-1/1/2/chen", "chen")
	later.Push = 2
	other := card("outcome/JD-1/1/chen", "chen")
	other.Kind = "outcome"
	elsewhere := card("push/JD-2/1/1/chen", "chen")
	elsewhere.Project = "JD-2"
	h.enqueue(card("push/JD-1/1/1/chen", "chen"))
	h.claim(store.ClaimOptions{}) // the first is in flight and stays
	h.enqueue(later, other, elsewhere)
	supersede := func(f store.DeliveryFilter, want int) {
		t.Helper()
		h.do(func(tx *store.Tx) error {
			n, err := tx.Supersede(f, "预警已销号,不再发送")
			if n != want {
				t.Errorf("%+v ended %d, want %d", f, n, want)
			}
			return err
		})
	}
	supersede(store.DeliveryFilter{Project: "JD-1", Case: 1, Kind: "push"}, 1)
	if got := h.delivery(later.ID); got.State != store.DeliverySuperseded || got.Reason != "预警已销号,不再发送" {
		t.Errorf("the later push is %s (%s)", got.State, got.Reason)
	}
	supersede(store.DeliveryFilter{KeyPrefix: "push/JD-2/"}, 1)
	supersede(store.DeliveryFilter{Card: other.ID}, 1)
	supersede(store.DeliveryFilter{Person: "chen"}, 0)
	if err := h.Do(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Supersede(store.DeliveryFilter{}, "全部")
		return err
	}); err == nil {
		t.Error("a filter that names nothing ended everything")
	}
	h.expectKeys(store.DeliveryFilter{State: store.DeliverySending, Effect: store.EffectCard}, "push/JD-1/1/1/chen")
}

func whenNext(t *testing.T, h *house) {
	expect := func(want store.Upcoming) {
		t.Helper()
		h.read(func(v *store.View) error {
			got, err := v.NextDelivery(h.clock())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("upcoming (-want +got):\n%s", diff)
			}
			return err
		})
	}
	expect(store.Upcoming{})
	tomorrow := card("tomorrow", "lin")
	tomorrow.NotBefore = morning.Add(24 * time.Hour)
	h.enqueue(card("now", "chen"), tomorrow)
	expect(store.Upcoming{Due: true, NotBefore: tomorrow.NotBefore})
	d := h.claim(store.ClaimOptions{})[0]
	expect(store.Upcoming{Due: true, NotBefore: tomorrow.NotBefore, RetryAt: wall.Add(time.Minute)}) // when the lease ends
	h.settle(d, store.Outcome{State: store.DeliveryWaiting, RetryAt: wall.Add(time.Hour)}, true)
	expect(store.Upcoming{Due: true, NotBefore: tomorrow.NotBefore, RetryAt: wall.Add(time.Hour)})
	h.enqueue(talk("answer", "chen"))
	late := wall.Add(2 * time.Hour)
	answer := h.claim(store.ClaimOptions{Wall: late})[0]
	expect(store.Upcoming{Due: true, NotBefore: tomorrow.NotBefore, RetryAt: late.Add(time.Minute)}) // the card waits for the answer
	h.settle(answer, store.Outcome{State: store.DeliverySent}, true)
	expect(store.Upcoming{Due: true, NotBefore: tomorrow.NotBefore, RetryAt: wall.Add(time.Hour)})
	h.pass(24 * time.Hour)
	expect(store.Upcoming{Due: true, RetryAt: wall.Add(time.Hour)})
}

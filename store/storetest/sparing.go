package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testSparing(t *testing.T, open Opener) {
	t.Run("同一去处待发的卡片", func(t *testing.T) { crowd(t, newHouse(t, open)) })
	t.Run("合成摘要", func(t *testing.T) { gather(t, newHouse(t, open)) })
	t.Run("待发的提醒", func(t *testing.T) { waitingReminders(t, newHouse(t, open)) })
	t.Run("同一去处已发的卡片", func(t *testing.T) { sentCards(t, newHouse(t, open)) })
}

// mixed are deliveries of chen of which only "a", "b" and "later" are calm cards that can be gathered.
func (h *house) mixed() {
	turn, later, held := card("turn", "chen"), card("later", "chen"), card("held", "chen")
	turn.Urgency, later.NotBefore, held.Kind = int(mechanism.Turn), h.clock().Add(time.Hour), string(mechanism.KindHeld)
	h.enqueue(later, card("a", "chen"), card("b", "chen"), card("other", "lin"), turn, held, talk("said", "chen"))
}

// digestAt is a digest of chen.
func (h *house) digestAt(key string, at time.Time) store.Delivery {
	d := card(key, "chen")
	d.ID, d.Kind, d.NotBefore = key, string(mechanism.KindDigest), at
	h.enqueue(d)
	return d
}

func (h *house) expectCrowd(by time.Time, want store.Crowd) {
	h.t.Helper()
	h.do(func(tx *store.Tx) error {
		got, err := tx.Crowd(card("a", "chen").Lane, by)
		if got != want {
			h.t.Errorf("crowd by %s: %+v, want %+v", by, got, want)
		}
		return err
	})
}

func crowd(t *testing.T, h *house) {
	h.mixed()
	h.expectCrowd(h.clock(), store.Crowd{Due: 2})
	morning := h.clock().Add(time.Minute)
	h.digestAt("digest", morning)
	h.expectCrowd(h.clock(), store.Crowd{Due: 2})
	h.expectCrowd(morning, store.Crowd{Due: 2, Digest: "digest"})
}

func gather(t *testing.T, h *house) {
	h.mixed()
	lane := card("a", "chen").Lane
	older := h.digestAt("older", h.clock())
	h.do(func(tx *store.Tx) error { return tx.Gather(older.ID, lane, "并入。") })
	newer := h.digestAt("newer", h.clock())
	h.enqueue(card("c", "chen"), card("as it is", "lin"))
	named := h.keyed("as it is")
	h.do(func(tx *store.Tx) error { return tx.Gather(newer.ID, lane, "并入。", named.ID) })
	var keys []string
	h.read(func(v *store.View) error {
		all, err := v.Gathered(newer.ID)
		for _, d := range all {
			keys = append(keys, d.Key+" "+string(d.State))
		}
		return err
	})
	if diff := cmp.Diff([]string{"a superseded", "b superseded", "c superseded", "as it is waiting"}, keys); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for key, want := range map[string]store.DeliveryState{
		"later": store.DeliveryWaiting, "held": store.DeliveryWaiting, "turn": store.DeliveryWaiting, "other": store.DeliveryWaiting,
		"older": store.DeliverySuperseded, "newer": store.DeliveryWaiting,
	} {
		if got := h.keyed(key); got.State != want {
			t.Errorf("%s is %s, want %s", key, got.State, want)
		}
	}
}

// keyed gives the delivery of a key.
func (h *house) keyed(key string) (d store.Delivery) {
	h.t.Helper()
	h.read(func(v *store.View) error {
		all, err := v.Deliveries(store.DeliveryFilter{KeyPrefix: key})
		if len(all) != 1 {
			h.t.Fatalf("%d deliveries of key %s", len(all), key)
		}
		d = all[0]
		return err
	})
	return d
}

func waitingReminders(t *testing.T, h *house) {
	h.mixed()
	reminder := card("reminder", "chen")
	reminder.Kind, reminder.NotBefore = string(mechanism.KindReminder), h.clock().Add(time.Hour)
	h.enqueue(reminder)
	h.read(func(v *store.View) error {
		all, err := v.WaitingReminders(reminder.Lane)
		if len(all) != 1 || all[0].Key != "reminder" {
			t.Errorf("waiting reminders: %+v", all)
		}
		return err
	})
}

func sentCards(t *testing.T, h *house) {
	h.mixed()
	for range 6 { // one of a lane at a time
		for _, d := range h.claim(store.ClaimOptions{Limit: 10}) {
			h.settle(d, store.Outcome{State: store.DeliverySent}, true)
		}
	}
	lane := card("a", "chen").Lane
	count := func(since time.Time) (n int) {
		h.read(func(v *store.View) (err error) {
			n, err = v.SentCards(lane, since)
			return err
		})
		return n
	}
	if got := count(h.clock()); got != 3 {
		t.Errorf("%d sent, want a, b and held", got)
	}
	if got := count(h.clock().Add(time.Millisecond)); got != 0 {
		t.Errorf("%d sent since later, want none", got)
	}
	h.read(func(v *store.View) error { // those three and the turn
		for n, want := range map[int]time.Time{1: h.clock(), 4: h.clock(), 5: {}} {
			if at, err := v.SentBack(lane, n); err != nil || !at.Equal(want) {
				t.Errorf("card %d from the last was sent at %s (%v), want %s", n, at, err, want)
			}
		}
		return nil
	})
}

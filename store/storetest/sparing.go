package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testSparing(t *testing.T, open Opener) {
	t.Run("一人待发的卡片", func(t *testing.T) { waitingCards(t, newHouse(t, open)) })
	t.Run("一人今日已发的卡片", func(t *testing.T) { sentCards(t, newHouse(t, open)) })
}

// mixed are deliveries of chen of which only "a", "b" and "later" are cards that nobody asked for.
func (h *house) mixed() {
	turn, later := card("turn", "chen"), card("later", "chen")
	turn.Urgency, later.NotBefore = int(mechanism.Turn), h.clock().Add(time.Hour)
	h.enqueue(later, card("a", "chen"), card("b", "chen"), card("other", "lin"), turn, talk("said", "chen"))
}

func waitingCards(t *testing.T, h *house) {
	h.mixed()
	var keys []string
	h.read(func(v *store.View) error {
		all, err := v.WaitingCards("chen")
		for _, d := range all {
			keys = append(keys, d.Key)
		}
		return err
	})
	if diff := cmp.Diff([]string{"a", "b", "later"}, keys); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func sentCards(t *testing.T, h *house) {
	h.mixed()
	for range 6 { // one of a person at a time
		for _, d := range h.claim(store.ClaimOptions{Limit: 10}) {
			h.settle(d, store.Outcome{State: store.DeliverySent}, true)
		}
	}
	count := func(since time.Time) (n int) {
		h.read(func(v *store.View) (err error) {
			n, err = v.SentCards("chen", since)
			return err
		})
		return n
	}
	if got := count(h.clock()); got != 2 {
		t.Errorf("%d sent, want a and b", got)
	}
	if got := count(h.clock().Add(time.Millisecond)); got != 0 {
		t.Errorf("%d sent since later, want none", got)
	}
}

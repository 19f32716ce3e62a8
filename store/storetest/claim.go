package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"junma/mechanism"
	"junma/store"
)

// wall is where machine time stands; it has nothing to do with business time.
var wall = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)

func testClaim(t *testing.T, open Opener) {
	t.Run("一条通道一次一件", func(t *testing.T) { oneOfLane(t, newHouse(t, open)) })
	t.Run("卡住的只挡自己的通道", func(t *testing.T) { stuckHead(t, newHouse(t, open)) })
	t.Run("未到时刻不领", func(t *testing.T) { notYetDue(t, newHouse(t, open)) })
	t.Run("急的在前", func(t *testing.T) { urgentFirst(t, newHouse(t, open)) })
	t.Run("一次领取的数量", func(t *testing.T) { atMostLimit(t, newHouse(t, open)) })
	t.Run("应答和卡片同一人一次一件", func(t *testing.T) { talkInItsLane(t, newHouse(t, open)) })
	t.Run("平台停发时的应答", func(t *testing.T) { talkPastTheGate(t, newHouse(t, open)) })
	t.Run("租约到期再领", func(t *testing.T) { leaseOver(t, newHouse(t, open)) })
	t.Run("同时领取不重复", func(t *testing.T) { claimTogether(t, newHouse(t, open)) })
}

// claim claims with a lease of one minute and business time as it is, unless o says otherwise.
func (h *house) claim(o store.ClaimOptions) (claimed []store.Delivery) {
	h.t.Helper()
	if o.Now.IsZero() {
		o.Now = h.clock()
	}
	if o.Wall.IsZero() {
		o.Wall = wall
	}
	if o.Lease == 0 {
		o.Lease = time.Minute
	}
	if o.Limit == 0 {
		o.Limit = 100
	}
	h.do(func(tx *store.Tx) (err error) {
		claimed, err = tx.Claim(o)
		return err
	})
	return claimed
}

// expectClaim claims and compares the keys.
func (h *house) expectClaim(o store.ClaimOptions, want ...string) []store.Delivery {
	h.t.Helper()
	claimed := h.claim(o)
	var keys []string
	for _, d := range claimed {
		keys = append(keys, d.Key)
	}
	if diff := cmp.Diff(want, keys, cmpopts.EquateEmpty()); diff != "" {
		h.t.Errorf("claimed (-want +got):\n%s", diff)
	}
	return claimed
}

func (h *house) settle(d store.Delivery, o store.Outcome, want bool) {
	h.t.Helper()
	h.do(func(tx *store.Tx) error {
		ok, err := tx.Settle(d.ID, d.Epoch, o)
		if ok != want {
			h.t.Errorf("settling %s at epoch %d as %s: %v, want %v", d.Key, d.Epoch, o.State, ok, want)
		}
		return err
	})
}

func oneOfLane(t *testing.T, h *house) {
	h.enqueue(card("chen-1", "chen"), card("chen-2", "chen"), card("lin-1", "lin"))
	first := h.expectClaim(store.ClaimOptions{}, "chen-1", "lin-1")
	if d := first[0]; d.State != store.DeliverySending || d.Epoch != 1 || d.Attempts != 1 || !d.Lease.Equal(wall.Add(time.Minute)) {
		t.Errorf("claimed as %+v", d)
	}
	h.expectClaim(store.ClaimOptions{})
	earlier := card("chen-0", "chen") // goes to the head of the lane, but not past what is in flight
	earlier.NotBefore = morning.Add(-time.Hour)
	h.enqueue(earlier)
	h.expectClaim(store.ClaimOptions{})
	h.settle(first[0], store.Outcome{State: store.DeliverySent}, true)
	second := h.expectClaim(store.ClaimOptions{}, "chen-0")
	h.settle(second[0], store.Outcome{State: store.DeliveryDead, Reason: "对方已离职"}, true)
	h.expectClaim(store.ClaimOptions{}, "chen-2")
}

func stuckHead(t *testing.T, h *house) {
	h.enqueue(card("chen-1", "chen"), card("chen-2", "chen"), card("lin-1", "lin"), card("lin-2", "lin"))
	claimed := h.claim(store.ClaimOptions{})
	h.settle(claimed[0], store.Outcome{State: store.DeliveryUnknown, RetryAt: wall.Add(time.Hour), KeepPayload: true}, true)
	h.settle(claimed[1], store.Outcome{State: store.DeliverySent}, true)
	lin := h.expectClaim(store.ClaimOptions{}, "lin-2")[0]
	h.settle(lin, store.Outcome{State: store.DeliverySent}, true)
	again := h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Hour)}, "chen-1")
	if again[0].Epoch != 2 || again[0].Attempts != 2 {
		t.Errorf("claimed again as epoch %d, attempt %d", again[0].Epoch, again[0].Attempts)
	}
	h.settle(again[0], store.Outcome{State: store.DeliverySent}, true)
	h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Hour)}, "chen-2")
}

func notYetDue(t *testing.T, h *house) {
	later := card("later", "chen")
	later.NotBefore = morning.Add(time.Hour)
	h.enqueue(later, card("now", "chen"))
	claimed := h.expectClaim(store.ClaimOptions{}, "now")
	h.settle(claimed[0], store.Outcome{State: store.DeliveryWaiting, NotBefore: morning.Add(2 * time.Hour)}, true)
	h.expectClaim(store.ClaimOptions{Now: morning.Add(time.Hour - time.Millisecond)})
	claimed = h.expectClaim(store.ClaimOptions{Now: morning.Add(time.Hour)}, "later")
	h.settle(claimed[0], store.Outcome{State: store.DeliverySent}, true)
	h.expectClaim(store.ClaimOptions{Now: morning.Add(2 * time.Hour)}, "now")
}

func urgentFirst(t *testing.T, h *house) {
	answer := card("answer", "lin")
	answer.Urgency = int(mechanism.Now)
	h.enqueue(card("routine-1", "chen"), card("routine-2", "zhou"), answer)
	h.expectClaim(store.ClaimOptions{Limit: 2}, "answer", "routine-1")
}

func atMostLimit(t *testing.T, h *house) {
	for i := range 6 {
		h.enqueue(card("k"+number(i), "p"+number(i)))
	}
	h.expectClaim(store.ClaimOptions{Limit: 2}, "k000", "k001")
	h.expectClaim(store.ClaimOptions{Limit: 2}, "k002", "k003")
}

// An answer goes before the cards of its person and doesn't wait behind one that pauses, but the two are never in flight
// together.
func talkInItsLane(t *testing.T, h *house) {
	h.enqueue(card("card-1", "chen"), card("card-2", "chen"), talk("answer-1", "chen"), talk("answer-2", "chen"))
	answer := h.expectClaim(store.ClaimOptions{}, "answer-1")[0]
	h.expectClaim(store.ClaimOptions{})
	h.settle(answer, store.Outcome{State: store.DeliveryUnknown, RetryAt: wall.Add(time.Minute), KeepPayload: true}, true)
	first := h.expectClaim(store.ClaimOptions{}, "card-1")[0] // the conversation pauses: answer-2 stays behind answer-1
	h.enqueue(talk("answer-0", "chen"))
	h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Minute - time.Millisecond)}) // one in flight, whichever it is
	h.settle(first, store.Outcome{State: store.DeliveryWaiting, RetryAt: wall.Add(time.Hour)}, true)
	again := h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Minute)}, "answer-1")[0]
	h.settle(again, store.Outcome{State: store.DeliverySent}, true)
	for _, key := range []string{"answer-2", "answer-0"} { // while card-1 pauses, and card-2 behind it
		next := h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Minute)}, key)[0]
		h.settle(next, store.Outcome{State: store.DeliverySent}, true)
	}
	h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Minute)})
	h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Hour)}, "card-1")
}

// A platform that gets nothing else may still get replies, past the cards of the same conversation; and what paused there
// can be tried again at once.
func talkPastTheGate(t *testing.T, h *house) {
	asked, card := talk("asked", "chen"), card("card", "chen")
	asked.Effect = store.EffectCard
	reply, other := talk("reply", "chen"), talk("other", "lin")
	reply.Effect, other.Effect, other.Platform = store.EffectReply, store.EffectReply, "elsewhere"
	h.enqueue(card, asked, reply, other)
	closed := []string{card.Platform, "elsewhere"}
	h.expectClaim(store.ClaimOptions{None: closed})
	said := h.expectClaim(store.ClaimOptions{None: closed, Talk: []string{card.Platform}}, "reply")[0]
	h.expectClaim(store.ClaimOptions{None: closed, Talk: []string{card.Platform}}) // one in flight of a lane
	h.settle(said, store.Outcome{State: store.DeliveryWaiting, RetryAt: wall.Add(time.Hour)}, true)
	h.expectClaim(store.ClaimOptions{None: closed, Talk: []string{card.Platform}})
	h.do(func(tx *store.Tx) error { return tx.EndPauses(card.Platform) })
	h.expectClaim(store.ClaimOptions{None: closed, Talk: []string{card.Platform}}, "reply")
}

func leaseOver(t *testing.T, h *house) {
	h.enqueue(card("a", "chen"))
	old := h.claim(store.ClaimOptions{})[0]
	h.do(func(tx *store.Tx) error {
		ok, err := tx.Freeze(old.ID, old.Epoch, []byte("bytes"))
		if !ok {
			t.Error("the holder could not freeze")
		}
		return err
	})
	h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Minute - time.Millisecond)})
	taken := h.expectClaim(store.ClaimOptions{Wall: wall.Add(time.Minute)}, "a")[0]
	if taken.Epoch != old.Epoch+1 || string(taken.Payload) != "bytes" {
		t.Errorf("taken again at epoch %d with %q", taken.Epoch, taken.Payload)
	}
	h.do(func(tx *store.Tx) error {
		ok, err := tx.Freeze(old.ID, old.Epoch, []byte("other bytes"))
		if ok {
			t.Error("the one who lost the lease could freeze")
		}
		return err
	})
	h.settle(old, store.Outcome{State: store.DeliveryDead, Reason: "太迟的话"}, false)
	h.settle(taken, store.Outcome{State: store.DeliverySent}, true)
	h.settle(taken, store.Outcome{State: store.DeliveryDead}, false)
	if got := h.delivery(old.ID); got.State != store.DeliverySent || got.Reason != "" {
		t.Errorf("it ended as %s (%s)", got.State, got.Reason)
	}
}

func claimTogether(t *testing.T, h *house) {
	const lanes = 40
	for i := range lanes {
		h.enqueue(card(fmt.Sprintf("k%d", i), fmt.Sprintf("p%d", i)))
	}
	results := make(chan []store.Delivery, 8)
	for range cap(results) {
		go func() {
			var claimed []store.Delivery
			err := h.Do(t.Context(), func(tx *store.Tx) (err error) {
				claimed, err = tx.Claim(store.ClaimOptions{Now: morning, Wall: wall, Lease: time.Minute, Limit: 7})
				return err
			})
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			results <- claimed
		}()
	}
	seen := map[string]bool{}
	for range cap(results) {
		for _, d := range within(t, "a claim", results) {
			if seen[d.ID] {
				t.Errorf("%s was claimed twice", d.ID)
			}
			seen[d.ID] = true
		}
	}
	if len(seen) != lanes {
		t.Errorf("%d of %d were claimed", len(seen), lanes)
	}
}

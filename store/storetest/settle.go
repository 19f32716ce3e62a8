package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/store"
)

func testSettle(t *testing.T, open Opener) {
	t.Run("每种结果都留下原因", func(t *testing.T) { outcomes(t, open) })
	t.Run("回执供以后重绘", func(t *testing.T) { receipts(t, newHouse(t, open)) })
	t.Run("被让路的一次不计数", func(t *testing.T) { uncounted(t, newHouse(t, open)) })
	t.Run("中断时在途的成为未知", func(t *testing.T) { adopted(t, newHouse(t, open)) })
}

func outcomes(t *testing.T, open Opener) {
	retry := wall.Add(time.Hour)
	for _, c := range []struct {
		name    string
		outcome store.Outcome
		payload string
		sentAt  time.Time
	}{
		{"已送达", store.Outcome{State: store.DeliverySent, Receipt: []byte("r")}, "", morning.Add(time.Minute)},
		{"不知是否送达", store.Outcome{State: store.DeliveryUnknown, Reason: "对方没有回应", RetryAt: retry, KeepPayload: true}, "bytes", time.Time{}},
		{"稍后再试", store.Outcome{State: store.DeliveryWaiting, Reason: "对方繁忙", RetryAt: retry}, "", time.Time{}},
		{"不再尝试", store.Outcome{State: store.DeliveryDead, Reason: "对方拒收"}, "", time.Time{}},
		{"已被新情况取代", store.Outcome{State: store.DeliverySuperseded, Reason: "预警已销号"}, "", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, open)
			h.enqueue(card("a", "chen"))
			d := h.claim(store.ClaimOptions{})[0]
			h.do(func(tx *store.Tx) error {
				_, err := tx.Freeze(d.ID, d.Epoch, []byte("bytes"))
				return err
			})
			h.pass(time.Minute)
			h.settle(d, c.outcome, true)
			want := d
			want.State, want.Reason, want.RetryAt, want.Lease = c.outcome.State, c.outcome.Reason, c.outcome.RetryAt, time.Time{}
			want.Receipt, want.SentAt = c.outcome.Receipt, c.sentAt
			if c.payload != "" {
				want.Payload = []byte(c.payload)
			}
			if diff := cmp.Diff(want, h.delivery(d.ID)); diff != "" {
				t.Errorf("settled (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("在途不是结果", func(t *testing.T) {
		h := newHouse(t, open)
		h.enqueue(card("a", "chen"))
		d := h.claim(store.ClaimOptions{})[0]
		if err := h.Do(context.Background(), func(tx *store.Tx) error {
			_, err := tx.Settle(d.ID, d.Epoch, store.Outcome{State: store.DeliverySending})
			return err
		}); err == nil {
			t.Error("it was accepted")
		}
	})
}

func receipts(t *testing.T, h *house) {
	h.enqueue(card("a", "chen"), card("b", "lin"))
	h.enqueue(redraw("redraw-a", "a"))
	claimed := h.claim(store.ClaimOptions{})
	h.settle(claimed[0], store.Outcome{State: store.DeliverySent, Receipt: []byte("first")}, true)
	h.settle(claimed[1], store.Outcome{State: store.DeliveryDead}, true)
	h.settle(h.claim(store.ClaimOptions{})[0], store.Outcome{State: store.DeliverySent}, true)
	h.do(func(tx *store.Tx) error { return tx.SetReceipt("card-a", []byte("second")) })
	h.failing(store.ErrNotFound, func(tx *store.Tx) error { return tx.SetReceipt("no-such-card", nil) })
	h.read(func(v *store.View) error {
		cards, err := v.CardsOf("JD-1", 1)
		if len(cards) != 1 || cards[0].ID != "card-a" || string(cards[0].Receipt) != "second" {
			t.Errorf("the sent cards are %+v", cards)
		}
		if other, err := v.CardsOf("JD-1", 2); len(other) != 0 || err != nil {
			t.Errorf("another case has %v, %v", other, err)
		}
		return err
	})
}

func uncounted(t *testing.T, h *house) {
	h.enqueue(card("a", "chen"))
	for range 3 {
		h.settle(h.claim(store.ClaimOptions{})[0], store.Outcome{State: store.DeliveryWaiting, Reason: "平台要求稍后", Uncounted: true}, true)
	}
	h.settle(h.claim(store.ClaimOptions{})[0], store.Outcome{State: store.DeliveryWaiting}, true)
	if got := h.delivery("card-a"); got.Attempts != 1 || got.Epoch != 4 {
		t.Errorf("%d attempts count, at epoch %d", got.Attempts, got.Epoch)
	}
}

func adopted(t *testing.T, h *house) {
	h.enqueue(card("a", "chen"), card("b", "lin"), card("c", "zhou"))
	claimed := h.claim(store.ClaimOptions{Limit: 2})
	h.do(func(tx *store.Tx) error {
		_, err := tx.Freeze(claimed[0].ID, claimed[0].Epoch, []byte("bytes"))
		return err
	})
	h.settle(claimed[1], store.Outcome{State: store.DeliverySent}, true)
	h.restart()
	got := h.delivery("card-a")
	if got.State != store.DeliveryUnknown || got.Reason == "" || string(got.Payload) != "bytes" {
		t.Errorf("what was in flight is %s (%s) with %q", got.State, got.Reason, got.Payload)
	}
	h.settle(claimed[0], store.Outcome{State: store.DeliverySent}, false)
	h.read(func(v *store.View) error {
		counts, err := v.InFlight()
		want := map[store.DeliveryState]int{store.DeliveryUnknown: 1, store.DeliveryWaiting: 1}
		if diff := cmp.Diff(want, counts); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		return err
	})
	again := h.expectClaim(store.ClaimOptions{}, "a", "c") // at once: nobody holds the old lease
	h.settle(again[0], store.Outcome{State: store.DeliverySent}, true)
	if err := h.View(context.Background(), func(v *store.View) error {
		_, err := v.Delivery("card-c")
		return err
	}); errors.Is(err, store.ErrNotFound) {
		t.Error("what was waiting is gone")
	}
}

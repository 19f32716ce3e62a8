package notify

import (
	"context"
	"fmt"
	"time"

	"junma/store"
)

// Drain returns when, at the present business time, nothing that could be sent is waiting, unknown or in flight. A
// delivery between two attempts counts as one that could be sent; one that waits for a spent quota does not. Run must
// be running meanwhile.
func (n *Notifier) Drain(ctx context.Context) error {
	for {
		settled := n.nextSettled()
		left, err := n.sendable(ctx)
		if err != nil {
			return fmt.Errorf("drain: %w", err)
		}
		if left == 0 {
			return nil
		}
		n.Wake()
		timer := time.NewTimer(pollTime)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("drain: %d deliveries left: %w", left, ctx.Err())
		case <-settled:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// sendable counts what could be sent now.
func (n *Notifier) sendable(ctx context.Context) (int, error) {
	left := 0
	err := n.Store.View(ctx, func(v *store.View) error {
		next, err := v.NextDelivery(n.Now())
		left = next.Due
		if err != nil || left == 0 || !n.anyParked() {
			return err
		}
		for _, state := range []store.DeliveryState{store.DeliveryWaiting, store.DeliveryUnknown} {
			rows, err := v.Deliveries(store.DeliveryFilter{State: state})
			if err != nil {
				return err
			}
			for _, d := range rows {
				if n.parked(d.Platform) && !d.NotBefore.After(n.Now()) {
					left--
				}
			}
		}
		return nil
	})
	return left, err
}

// parked reports whether a platform stands still for so long that only a spent quota can be the reason.
func (n *Notifier) parked(platform string) bool {
	return n.pausedUntil(platform).Sub(n.Wall()) > parkTime/4
}

func (n *Notifier) anyParked() bool {
	for _, platform := range n.platforms() {
		if n.parked(platform) {
			return true
		}
	}
	return false
}

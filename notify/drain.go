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
		if !left {
			return nil
		}
		n.Wake()
		timer := time.NewTimer(pollTime)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("drain: deliveries are left: %w", ctx.Err())
		case <-settled:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// sendable reports whether anything could be sent now, or is being sent.
func (n *Notifier) sendable(ctx context.Context) (left bool, err error) {
	err = n.Store.View(ctx, func(v *store.View) error {
		next, err := v.NextDelivery(n.Now())
		left = next.Due
		if err != nil || !left || !n.anyParked() {
			return err
		}
		left, err = n.sendableElsewhere(v)
		return err
	})
	return left, err
}

// sendableElsewhere is sendable while a platform is parked: what waits for it does not count.
func (n *Notifier) sendableElsewhere(v *store.View) (bool, error) {
	for _, state := range []store.DeliveryState{store.DeliverySending, store.DeliveryWaiting, store.DeliveryUnknown} {
		rows, err := v.Deliveries(store.DeliveryFilter{State: state})
		if err != nil {
			return false, err
		}
		for _, d := range rows {
			answer := d.Effect == store.EffectReply && !d.RetryAt.After(n.Wall())
			if !d.NotBefore.After(n.Now()) && (state == store.DeliverySending || answer || !n.parked(d.Platform)) {
				return true, nil
			}
		}
	}
	return false, nil
}

// parked reports whether a platform stands still because its quota is spent, and it is not yet time to try again.
func (n *Notifier) parked(platform string) bool {
	g, ok := n.gates[platform]
	return ok && g.parked(month(n.Now()), n.Wall())
}

func (n *Notifier) anyParked() bool {
	for _, platform := range n.platforms() {
		if n.parked(platform) {
			return true
		}
	}
	return false
}

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"junma/store"
)

// crash kills the service and starts it again. kind is counted.
func (w *world) crash(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w.killed[kind]++
	w.failed = errors.Join(w.failed, w.crashNow(ctx))
}

func (w *world) crashNow(ctx context.Context) error {
	if err := w.kill(ctx); err != nil {
		return err
	}
	if err := w.keepTime(ctx); err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	if err := w.plug.nextLife(ctx); err != nil {
		return err
	}
	return w.begin(ctx)
}

// keepTime reads from the dead service's database how far its clock had come: an advance that was under way has moved
// it. Nothing has been done after the last instant that is written there.
func (w *world) keepTime(ctx context.Context) error {
	return store.Peek(ctx, w.database(), func(v *store.View) error {
		deliveries, err := v.Deliveries(store.DeliveryFilter{})
		if err != nil {
			return err
		}
		head, err := v.JournalHead()
		if err != nil {
			return err
		}
		last, err := v.Journal("", max(0, head.Seq-1), 1)
		if err != nil {
			return err
		}
		latest := w.time()
		for _, d := range deliveries {
			latest = later(latest, later(d.CreatedAt, d.SentAt))
		}
		for _, l := range last {
			latest = later(latest, l.At)
		}
		w.setTime(latest)
		return nil
	})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

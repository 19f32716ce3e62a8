package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"junma/mechanism"
	"junma/store"
)

// ErrFixedClock is returned when the machine's own clock was asked to move.
var ErrFixedClock = errors.New("the service runs on the machine's clock, which cannot be moved")

// Advance lives on to the instant to. It stops where the clock stands and at every later instant at which something is due
// – each midnight, and each moment at which a message may go out – does what is due there and waits until nothing that can
// be sent is waiting or in flight. progress, when not nil, hears each instant. An instant in the past is refused.
func (a *App) Advance(ctx context.Context, to time.Time, progress func(time.Time)) error {
	if a.clock == nil {
		return ErrFixedClock
	}
	a.advancing.Lock()
	defer a.advancing.Unlock()
	if to.Before(a.now()) {
		return fmt.Errorf("the clock stands at %s and cannot go back to %s", a.now().Format(time.RFC3339), to.Format(time.RFC3339))
	}
	for { // first where the clock stands: a process that died may have left something due there
		if err := a.handlers.DayBegan(ctx); err != nil {
			return err
		}
		if err := a.notifier.Drain(ctx); err != nil {
			return err
		}
		now := a.now()
		if progress != nil {
			progress(now)
		}
		if !now.Before(to) {
			return nil
		}
		next, err := a.nextStop(ctx, to)
		if err != nil {
			return err
		}
		a.clock.set(next)
	}
}

// nextStop gives the next midnight or the next moment at which a message may go out, whichever is first, at most to.
func (a *App) nextStop(ctx context.Context, to time.Time) (time.Time, error) {
	now := a.now()
	next := (mechanism.DateOf(now) + 1).Time()
	err := a.store.View(ctx, func(v *store.View) error {
		upcoming, err := v.NextDelivery(now)
		if err != nil {
			return err
		}
		if at := upcoming.NotBefore; at.After(now) && at.Before(next) {
			next = at
		}
		return nil
	})
	if to.Before(next) {
		next = to
	}
	return next, err
}

// Workday reports whether the day of t is a working day by the rule book's calendar.
func (a *App) Workday(t time.Time) bool {
	work, _ := a.config.Book.Workday(mechanism.DateOf(t))
	return work
}

package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"junma/bot"
	"junma/store"
)

const (
	// leaseTime is longer than an attempt, so that only the deliveries of a dead sender are claimed again.
	leaseTime = time.Minute
	// pollTime is how often the outbox is looked at without being woken.
	pollTime = time.Second
)

// Run is the dispatcher. It claims what is due, freezes the bytes of each attempt, sends them with at most
// Options.Workers in flight and one per lane, and settles each by the platform's own receipt. It returns ctx's error
// when ctx has ended and everything in flight is settled.
func (n *Notifier) Run(ctx context.Context) error {
	var flying sync.WaitGroup
	defer flying.Wait()
	slots := make(chan struct{}, n.Workers)
	for ctx.Err() == nil {
		jobs, claimed, err := n.claim(ctx, cap(slots)-len(slots))
		if err != nil && ctx.Err() == nil {
			n.Log.Error("deliveries could not be claimed", "error", err)
		}
		for _, j := range jobs {
			slots <- struct{}{} // never blocks: no more are claimed than slots are free
			flying.Go(func() {
				n.deliver(context.WithoutCancel(ctx), j)
				<-slots
				n.Wake() // a slot and a lane are free
			})
		}
		if claimed > 0 && len(slots) < cap(slots) {
			continue
		}
		wait := pollTime // while all slots are taken, the next free one wakes
		if len(slots) < cap(slots) {
			wait = n.untilNext(ctx)
		}
		n.rest(ctx, wait)
	}
	return ctx.Err()
}

// rest waits until there may be something to do: somebody woke the dispatcher, a pause is over, or it is time to look.
func (n *Notifier) rest(ctx context.Context, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-n.wake:
	case <-timer.C:
	}
}

// untilNext gives how long nothing can be claimed, at most pollTime.
func (n *Notifier) untilNext(ctx context.Context) time.Duration {
	wait := pollTime
	for _, g := range n.gates {
		if until := g.shutUntil(); until.After(n.Wall()) {
			wait = min(wait, until.Sub(n.Wall()))
		}
	}
	err := n.Store.View(ctx, func(v *store.View) error {
		next, err := v.NextDelivery(n.Now())
		if err == nil && !next.RetryAt.IsZero() {
			wait = min(wait, max(next.RetryAt.Sub(n.Wall()), 10*time.Millisecond))
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		n.Log.Error("the next delivery could not be found", "error", err)
	}
	return wait
}

// job is one attempt, ready to be made.
type job struct {
	d        store.Delivery
	platform bot.Platform
	payload  bot.Payload // nil when a file is to be fetched or handed over
	first    time.Time   // machine time of the first attempt with these bytes
	shut     time.Time   // after the attempt: until when its platform gets nothing; zero = it works
}

// claim takes deliveries and prepares their attempts, all in one transaction. claimed counts also those that needed no
// attempt.
func (n *Notifier) claim(ctx context.Context, limit int) (jobs []job, claimed int, err error) {
	if limit <= 0 {
		return nil, 0, nil
	}
	options := store.ClaimOptions{Wall: n.Wall(), Lease: leaseTime, Limit: limit}
	for name, g := range n.gates {
		switch g.admit(options.Wall) {
		case admitNone:
			options.None = append(options.None, name)
		case admitOne:
			options.One = append(options.One, name)
		case admitAll:
		}
	}
	var rows []store.Delivery
	err = n.Store.Do(ctx, func(tx *store.Tx) error {
		jobs = nil
		options.Now = tx.Now
		var err error
		if rows, err = tx.Claim(options); err != nil {
			return err
		}
		for _, d := range rows {
			j, ready, err := n.prepare(tx, d)
			if err != nil {
				return fmt.Errorf("prepare delivery %s: %w", d.ID, err)
			}
			if ready {
				jobs = append(jobs, j)
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	for _, j := range jobs {
		n.gates[j.d.Platform].enter(j.d.ID, n.Wall())
	}
	if len(rows) > len(jobs) {
		n.announce()
	}
	return jobs, len(rows), nil
}

// judge tells the gate how the platform took an attempt. A file that does not come, or can't be handed over, says nothing
// about messages, unless the platform asks for a pause.
func (n *Notifier) judge(j job, failure error) time.Time {
	g := n.gates[j.d.Platform]
	if kind := bot.KindOf(failure); j.payload == nil && (failure == nil || kind != bot.Throttled && kind != bot.Spent) {
		g.leave(j.d.ID)
		return time.Time{}
	}
	return g.judge(j.d.ID, failure, n.Wall())
}

// deliver makes one attempt and settles it.
func (n *Notifier) deliver(ctx context.Context, j job) {
	settle := n.attempt(ctx, j)
	used := n.takeUsage(j.d.Platform)
	err := n.Store.Do(ctx, func(tx *store.Tx) error {
		if err := n.meter(tx, j.d.Platform, used); err != nil {
			return err
		}
		return settle(tx)
	})
	if err != nil {
		n.putBack(j.d.Platform, used)
	}
	if err != nil && !errors.Is(err, store.ErrClosed) {
		// the lease will run out and the same bytes go once more, which the platform recognises
		n.Log.Error("a delivery could not be settled", "delivery", j.d.ID, "error", err)
	}
	n.announce()
}

// attempt talks to the platform and gives what records how that ended.
func (n *Notifier) attempt(ctx context.Context, j job) (settle func(*store.Tx) error) {
	most := n.Attempt
	if j.d.Effect == store.EffectFile && j.payload == nil {
		most = uploadTime
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	switch {
	case j.payload != nil:
		receipt, failure := j.platform.Send(ctx, j.payload)
		j.shut = n.judge(j, failure)
		return func(tx *store.Tx) error { return n.settle(tx, j, receipt, failure) }
	case j.d.Effect == store.EffectFetch:
		blob, failure := n.fetch(ctx, j)
		j.shut = n.judge(j, failure)
		return func(tx *store.Tx) error { return n.settleFetch(tx, j, blob, failure) }
	default:
		media, failure := n.upload(ctx, j)
		j.shut = n.judge(j, failure)
		return func(tx *store.Tx) error { return n.settleUpload(tx, j, media, failure) }
	}
}

// announce tells those who drain that something was settled.
func (n *Notifier) announce() {
	n.mu.Lock()
	close(n.settled)
	n.settled = make(chan struct{})
	n.mu.Unlock()
}

// nextSettled gives a channel that is closed when the next delivery is settled.
func (n *Notifier) nextSettled() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.settled
}

package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// Run is the dispatcher. Turn by turn it settles the attempts that have ended, each by the platform's own receipt, claims
// what is due and freezes the bytes of the next attempts, all in one transaction, and sends them: with at most
// Options.Workers in flight, and one per lane. It returns ctx's error when ctx has ended and everything in flight is
// settled.
func (n *Notifier) Run(ctx context.Context) error {
	ends := make(chan ended, n.Workers)
	flying, wait := 0, time.Duration(0)
	for ctx.Err() == nil {
		over := n.rest(ctx, wait, ends)
		flying -= len(over)
		jobs, claimed := n.turn(ctx, over, n.Workers-flying)
		for _, j := range jobs {
			flying++
			go func() { ends <- n.attempt(context.WithoutCancel(ctx), j) }()
		}
		switch {
		case flying == n.Workers:
			wait = pollTime // the next that ends makes room
		case claimed > 0:
			wait = 0 // there may be more
		default:
			wait = n.untilNext(ctx)
		}
	}
	for ; flying > 0; flying-- {
		n.turn(context.WithoutCancel(ctx), []ended{<-ends}, 0)
	}
	return ctx.Err()
}

// rest waits until there may be something to do: an attempt has ended, somebody woke the dispatcher, a pause is over, or
// it is time to look. It gives the attempts that have ended.
func (n *Notifier) rest(ctx context.Context, most time.Duration, ends <-chan ended) []ended {
	var over []ended
	if most > 0 {
		timer := time.NewTimer(most)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-n.wake:
		case <-timer.C:
		case e := <-ends:
			over = append(over, e)
		}
	}
	for {
		select {
		case e := <-ends:
			over = append(over, e)
		default:
			return over
		}
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

// ended is an attempt that was made, and what records how it ended.
type ended struct {
	job
	settle func(*store.Tx) error
	late   bool // it could not be settled at first
}

// turn settles what has ended and claims up to limit deliveries, in one transaction. claimed counts also those that
// needed no attempt.
func (n *Notifier) turn(ctx context.Context, over []ended, limit int) (jobs []job, claimed int) {
	n.settleEach(n.takeLate())
	used := n.takeUsage()
	err := n.Store.Do(ctx, func(tx *store.Tx) (err error) {
		if err := n.meter(tx, used); err != nil {
			return err
		}
		for _, e := range over {
			if err := e.settle(tx); err != nil {
				return fmt.Errorf("settle delivery %s: %w", e.d.ID, err)
			}
		}
		jobs, claimed, err = n.claim(tx, limit)
		return err
	})
	if err != nil {
		n.putBack(used)
		if ctx.Err() == nil {
			n.Log.Error("deliveries could not be settled or claimed", "error", err)
		}
		n.settleEach(over)
		return nil, 0
	}
	for _, j := range jobs {
		n.gates[j.d.Platform].enter(j.d.ID, n.Wall())
	}
	if len(over) > 0 || claimed > len(jobs) {
		n.announce()
	}
	return jobs, claimed
}

// takeLate gives the attempts that could not be settled yet. One whose lease is over is not among them: it is claimed
// again, and the same bytes go once more, which the platform recognises.
func (n *Notifier) takeLate() []ended {
	late := n.late
	n.late = nil
	return slices.DeleteFunc(late, func(e ended) bool { return !n.Wall().Before(e.d.Lease) })
}

// settleEach settles attempts one by one, after a turn with all of them failed: the fault of one must not keep the
// others. One that can't be settled, as on a full disk, is tried again with each turn.
func (n *Notifier) settleEach(over []ended) {
	for _, e := range over {
		err := n.Store.Do(context.Background(), e.settle)
		if errors.Is(err, store.ErrPanic) && e.d.Effect == store.EffectFetch {
			err = n.unreadable(e.d)
		}
		if err == nil || errors.Is(err, store.ErrClosed) {
			continue
		}
		if !e.late {
			n.Log.Error("a delivery could not be settled", "delivery", e.d.ID, "error", err)
		}
		e.late = true
		n.late = append(n.late, e)
	}
	if len(over) > 0 {
		n.announce()
	}
}

// claim takes deliveries and prepares their attempts. claimed counts also those that needed no attempt.
func (n *Notifier) claim(tx *store.Tx, limit int) (jobs []job, claimed int, err error) {
	if limit <= 0 {
		return nil, 0, nil
	}
	options := store.ClaimOptions{Now: tx.Now, Wall: n.Wall(), Lease: leaseTime, Limit: limit}
	for name, g := range n.gates {
		if g.turn(month(tx.Now)) {
			if err := tx.EndPauses(name); err != nil {
				return nil, 0, err
			}
		}
		switch g.admit(options.Wall) {
		case admitNone:
			options.None = append(options.None, name)
			if g.isSpent() {
				options.Talk = append(options.Talk, name)
			}
		case admitOne:
			options.One = append(options.One, name)
		case admitAll:
		}
	}
	rows, err := tx.Claim(options)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range rows {
		j, ready, err := n.prepare(tx, d)
		if err != nil {
			return nil, 0, fmt.Errorf("prepare delivery %s: %w", d.ID, err)
		}
		if ready {
			jobs = append(jobs, j)
		}
	}
	return jobs, len(rows), nil
}

// judge tells the gate how the platform took an attempt. A file that does not come, or can't be handed over, says nothing
// about messages, unless the platform asks for a pause; an answer that arrived says nothing about a quota that is spent,
// since it may not be charged.
func (n *Notifier) judge(j job, failure error) time.Time {
	g := n.gates[j.d.Platform]
	spent := g.isSpent()
	if kind := bot.KindOf(failure); j.payload == nil && (failure == nil || kind != bot.Throttled && kind != bot.Spent) ||
		failure == nil && spent && j.d.Effect == store.EffectReply {
		g.leave(j.d.ID)
		return time.Time{}
	}
	until := g.judge(j.d.ID, failure, n.Wall())
	switch now := g.isSpent(); {
	case now && !spent:
		n.Log.Warn("the monthly quota is used up, cards wait", "platform", j.d.Platform)
	case spent && !now:
		n.Log.Warn("the monthly quota can be used again", "platform", j.d.Platform)
	}
	return until
}

// attempt talks to the platform.
func (n *Notifier) attempt(ctx context.Context, j job) ended {
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
		return ended{job: j, settle: func(tx *store.Tx) error { return n.settle(tx, j, receipt, failure) }}
	case j.d.Effect == store.EffectFetch:
		blob, failure := n.fetch(ctx, j)
		j.shut = n.judge(j, failure)
		return ended{job: j, settle: func(tx *store.Tx) error { return n.settleFetch(tx, j, blob, failure) }}
	default:
		media, failure := n.upload(ctx, j)
		j.shut = n.judge(j, failure)
		return ended{job: j, settle: func(tx *store.Tx) error { return n.settleUpload(tx, j, media, failure) }}
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

package dingtalk

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"junma/bot"
)

const (
	maxBackoff  = 60              // times Options.Backoff: the longest pause
	stableAfter = 30              // times Options.Backoff: a connection that lived this long was a good one
	stopWithin  = 3 * time.Second // for what is in hand at the end
)

// Run keeps the Stream connection until ctx ends: it opens one, watches it, and opens the next before it lets the old
// one go wherever the old one still stands. It returns ctx's error, after what was in hand is answered.
func (p *Platform) Run(ctx context.Context, in bot.Inbox) error {
	useLogger(p.opts.Log, p.redact)
	defer p.stream.set(false)
	var going sync.WaitGroup
	defer going.Wait()
	var old *link
	why, failures := "", 0
	for {
		next := p.open(ctx, in, old, &failures)
		if next == nil {
			why = stopped
		}
		if leaving := old; leaving != nil {
			reason := why
			going.Go(func() { leaving.finish(reason) })
		}
		if next == nil {
			return ctx.Err()
		}
		p.stream.opened()
		p.opts.Log.Info("dingtalk stream connected")
		old, why = next, next.watch(ctx)
		if why == stopped {
			next.finish(why)
			return ctx.Err()
		}
		p.ends(why)
		failures = p.failuresAfter(failures, why, p.opts.Now().Sub(next.since))
	}
}

// ends tells that a connection must be replaced. A quiet one is renewed as a matter of course.
func (p *Platform) ends(why string) {
	level := slog.LevelWarn
	switch why {
	case quiet:
		level = slog.LevelInfo
	case lost, silent:
		p.stream.set(false)
	}
	p.opts.Log.Log(context.Background(), level, "dingtalk stream connection ends", "reason", why)
}

// failuresAfter counts a connection that didn't last as a failure, so that a server which accepts and drops at once isn't
// asked without pause. One that lasted and was lost still waits a little, for all replicas lose theirs together.
func (p *Platform) failuresAfter(failures int, why string, lived time.Duration) int {
	switch {
	case lived < stableAfter*p.opts.Backoff:
		return failures + 1
	case why == lost:
		return 1
	}
	return 0
}

// open connects, again and again with growing pauses, until it succeeds or ctx ends (nil). failures carries over: it is
// cleared by a connection that lasts. old is the connection to be replaced; it may still stand.
func (p *Platform) open(ctx context.Context, in bot.Inbox, old *link, failures *int) *link {
	for ctx.Err() == nil {
		if !pause(ctx, p.backoff(*failures)) {
			return nil
		}
		l := newLink(p, in)
		err := l.start(ctx)
		if err == nil {
			return l
		}
		*failures++
		p.stream.set(old != nil && old.trouble() == "")
		if ctx.Err() == nil {
			p.opts.Log.Warn("dingtalk stream not connected", "attempt", *failures, "err", p.redact(err.Error()))
		}
	}
	return nil
}

// backoff is half the doubled pause and up to another half by chance, so that replicas don't knock together. The first
// attempt is made at once.
func (p *Platform) backoff(failures int) time.Duration {
	if failures == 0 {
		return 0
	}
	d := min(p.opts.Backoff<<min(failures-1, 16), maxBackoff*p.opts.Backoff)
	return d/2 + rand.N(d/2+1)
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

package notify

import (
	"sync"
	"time"

	"junma/bot"
)

const (
	// outageAfter is how many attempts must fail one after another, with nothing coming through between them, before the
	// platform itself is taken to be down. One delivery that fails again and again is its own trouble, not an outage.
	outageAfter = 5
	// An outage is probed more rarely the longer it lasts, since failed calls may cost quota too: every sixtieth part of
	// it, at most ten minutes.
	probeShare = 60
	// slowedMost is how often one delivery may shut an open gate because it was asked to wait: a platform that goes on taking
	// what others send is throttling this one's reader, who then waits alone.
	slowedMost = 3
	probeMost  = 10 * time.Minute
)

// gate decides how much may be sent to one platform. It shuts when the platform asked for a pause, or when it does not
// answer; after that one delivery tries the way, and the first that the platform answers opens it for all. Time is
// machine time. Its methods are safe for concurrent use.
type gate struct {
	probeEvery time.Duration

	mu     sync.Mutex
	shut   bool
	until  time.Time       // while shut: nothing before this instant, then one probe
	probe  string          // the delivery that is trying the way; "" = none
	began  time.Time       // when it started
	down   time.Time       // since when the platform is taken to be down; zero = it is not
	failed map[string]bool // deliveries that failed since the platform last answered
	misses int             // their failed attempts
	slowed map[string]int  // how often a delivery shut an open gate because the platform asked it to wait
	spent  bool            // it shut because the month's quota is used up
	month  string          // the calendar month of business time, as last told
}

// admission is how many deliveries a gate lets through now.
type admission int

const (
	admitNone admission = iota
	admitOne
	admitAll
)

func newGate(probeEvery time.Duration) *gate {
	return &gate{probeEvery: probeEvery, failed: map[string]bool{}, slowed: map[string]int{}}
}

// admit says how many deliveries may be claimed now.
func (g *gate) admit(now time.Time) admission {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !g.shut:
		return admitAll
	case now.Before(g.until) || g.probe != "":
		return admitNone
	default:
		return admitOne
	}
}

// enter notes a delivery that was claimed. While the gate is shut and due to be tried it is the probe; otherwise it is an
// answer that goes past the gate.
func (g *gate) enter(id string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut && g.probe == "" && !now.Before(g.until) {
		g.probe, g.began = id, now
	}
}

// turn tells the gate which calendar month it is. A quota is a month's: when one was used up, the way is tried at once in
// the next; renewed reports that.
func (g *gate) turn(month string) (renewed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	renewed = g.spent && month != g.month
	if renewed {
		g.until = time.Time{}
	}
	g.month = month
	return renewed
}

// parked reports whether the quota is used up and it is not yet time to try again.
func (g *gate) parked(month string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spent && month == g.month && now.Before(g.until)
}

// isSpent reports whether the gate shut because the quota is used up, and has not been opened since.
func (g *gate) isSpent() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.spent
}

// leave notes that a delivery ended without an attempt that could tell anything about the platform.
func (g *gate) leave(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.probe == id {
		g.probe = ""
	}
}

// judge notes how the platform took an attempt, and gives until when the gate is shut; zero = it is open. Any answer
// about the message itself, a refusal too, shows that the platform works.
func (g *gate) judge(id string, failure error, now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	probing := g.probe == id
	if probing {
		g.probe = ""
	}
	kind := bot.KindOf(failure)
	switch {
	case failure != nil && kind == bot.Throttled && !probing:
		if g.slowed[id] < slowedMost || g.shut {
			g.slowed[id]++
			g.close(now.Add(pauseOf(failure)))
		}
	case failure != nil && kind == bot.Spent:
		g.spent = true
		g.close(now.Add(parkTime))
	case failure != nil && (kind == bot.Retry || kind == bot.Unknown || kind == bot.Throttled): // still no, although it waited
		g.missed(id, probing, now)
	case probing || !g.shut:
		g.shut, g.until, g.down, g.misses, g.spent = false, time.Time{}, time.Time{}, 0, false
		clear(g.failed)
		delete(g.slowed, id)
	}
	if !g.shut {
		return time.Time{}
	}
	return g.until
}

// missed notes an attempt that the platform did not answer, or answered with its own trouble.
func (g *gate) missed(id string, probing bool, now time.Time) {
	g.failed[id] = true
	g.misses++
	switch {
	case probing:
		if g.down.IsZero() { // it had only asked for a pause
			g.down = now
		}
		pause := min(max(g.probeEvery, now.Sub(g.down)/probeShare), probeMost)
		g.close(later(now, g.began.Add(pause)))
	case !g.shut && g.misses >= outageAfter && len(g.failed) > 1:
		g.down = now
		g.close(now.Add(g.probeEvery))
	}
}

// close shuts the gate until an instant; an earlier one does not shorten a pause.
func (g *gate) close(until time.Time) {
	g.shut, g.until = true, later(g.until, until)
}

// shutUntil is when the gate will admit a probe; zero while it is open.
func (g *gate) shutUntil() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		return time.Time{}
	}
	return g.until
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Package notify answers "who must know, and do they?".
//
// The mechanism says who must learn what, in the words of the notice (mechanism.Notification). This package finds the
// people and groups behind those words, decides when a message may go out, keeps one row per effect on a platform in
// the store's outbox, draws each card from the project as it is at the moment of sending, and sends it.
//
//	Enqueue, Ask, Reply,
//	Fetch, SendFile              put effects into the outbox, inside the transaction of the event that caused them
//	Draw, DrawFacts, Render      draw a card, also for the answer to a click
//	Run, Drain                   the dispatcher: claim, render and freeze, send, settle
//
// Out of the door it is at least once, seen once: the bytes of an attempt are kept from the first attempt on, and an
// attempt of unknown outcome is repeated byte for byte under the same id. After a definite failure the card is rendered
// again. Nothing talks to a platform inside a transaction.
package notify

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Options are what a Notifier needs. Store, Book, Platforms, Now and Wall must be set.
type Options struct {
	Store     *store.Store
	Book      *mechanism.Book
	Platforms map[string]bot.Platform // by Platform.Name
	Hours     Hours                   // when messages that nobody asked for go out ([push] in the rule book)
	Now       func() time.Time        // business time: decides days, message hours and deadlines
	Wall      func() time.Time        // machine time: decides leases, backoff, pauses and outages
	Log       *slog.Logger            // nil = discard
	Workers   int                     // sends in flight at most; 0 = 8
	Attempt   time.Duration           // how long one attempt may take, less than a minute; 0 = 12 s
	Probe     time.Duration           // how often one delivery tries whether a platform that was down is back; 0 = 8 s
	Quotas    map[string]Quota        // by Platform.Name: what its tenant may use in a month
	Notice    string                  // a banner on every card, such as 示例数据; "" = none

	// Fetched is called in the transaction that settles a fetch: with the stored blob, or with a plain Chinese sentence
	// saying why the file did not come. nil = nobody asks for files.
	Fetched func(tx *store.Tx, d store.Delivery, blob store.Blob, failure string) error
	// Make writes a file that was sent with a Ref instead of stored content, when its turn comes. It may be called again
	// after a failure. nil = nobody sends such files.
	Make func(ctx context.Context, d store.Delivery, f File, w io.Writer) error
}

// Notifier puts notifications into the outbox and delivers them. Its methods are safe for concurrent use.
type Notifier struct {
	Options
	gates   map[string]*gate // by platform
	late    []ended          // attempts that could not be settled yet; the dispatcher's own
	wake    chan struct{}
	mu      sync.Mutex
	unkept  map[string]bot.Usage // by platform: counted, but not in the store yet
	settled chan struct{}        // closed and made anew whenever something was settled
}

// New makes a Notifier. It sends nothing until Run.
func New(o Options) *Notifier {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Workers <= 0 {
		o.Workers = 8
	}
	o.Attempt = cmp.Or(o.Attempt, 12*time.Second)
	o.Probe = cmp.Or(o.Probe, 8*time.Second)
	n := &Notifier{Options: o, gates: map[string]*gate{}, wake: make(chan struct{}, 1), unkept: map[string]bot.Usage{}, settled: make(chan struct{})}
	for name := range o.Platforms {
		n.gates[name] = newGate(o.Probe)
	}
	return n
}

// Wake tells the dispatcher that there may be something to send. It never blocks and is only a hint: Run also polls.
func (n *Notifier) Wake() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

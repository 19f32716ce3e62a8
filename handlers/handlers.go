// Package handlers answers "what just happened?".
//
// Everything that can happen enters here, one file per kind of event:
//
//	Click, Message            what people do in chat (bot.Inbox)
//	TakeRecords, TakeRoster   what other systems report, also over HTTP (API)
//	DayBegan                  a civil day has begun, catching up missed days in order
//	Fetched                   a file that a person sent has come, or has not
//	Make                      it is the turn of a table that a person asked for
//
// Each event is one transaction with one now: load the project, Book.Step, save, one journal line, and the deliveries
// that tell people (apply). A refused attempt leaves its journal line too. Nothing here talks to a platform inside a
// transaction.
package handlers

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"junma/bot"
	"junma/handlers/table"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// Options are what Handlers need. Store, Notify, Book and Now must be set.
type Options struct {
	Store     *store.Store
	Notify    *notify.Notifier
	Book      *mechanism.Book
	Platforms map[string]bot.Platform // by Platform.Name
	Now       func() time.Time        // business time; inside a transaction the transaction's own instant counts
	Log       *slog.Logger            // nil = discard
	Headings  *table.Headings         // of tables sent in the chat; nil = the usual ones
	Corp      string                  // messages from another organisation are not answered; "" = any

	// Taken hears of every body that was taken in: what it held ("projects" or "roster") and how many of its records were
	// accepted and rejected. nil = nobody counts.
	Taken func(kind string, accepted, rejected int)
}

// Handlers take what happens. Their methods are safe for concurrent use.
type Handlers struct {
	Options
	days      sync.Mutex                  // DayBegan runs once at a time
	words     atomic.Pointer[rosterWords] // what questions are read with, made of the roster last read
	bookSaved atomic.Bool                 // the book's text is in the store, so that its journal lines can be replayed
}

// New makes Handlers.
func New(o Options) *Handlers {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Headings == nil {
		o.Headings, _ = table.NewHeadings(nil) // nothing extra, nothing wrong
	}
	if o.Taken == nil {
		o.Taken = func(string, int, int) {}
	}
	return &Handlers{Options: o}
}

// today is the civil day of business time.
func (h *Handlers) today() mechanism.Date { return mechanism.DateOf(h.Now()) }

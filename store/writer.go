package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// most is how many functions share one commit. More would make the first of them wait for the last.
const most = 64

// Tx is a transaction: a View that also writes. It must not be kept after the function of Do returns, nor be given to
// another goroutine.
type Tx struct {
	View
	// Now is the business instant of the transaction, in UTC and whole milliseconds. Everything the transaction writes
	// bears it.
	Now time.Time

	hooks []func()
}

// AfterCommit has hook called once the transaction is on the disk, and never if it fails. It is called in the goroutine
// of Do, before Do returns.
func (tx *Tx) AfterCommit(hook func()) { tx.hooks = append(tx.hooks, hook) }

// Do runs fn in a transaction and returns nil when everything it wrote is on the disk. When fn fails, all it wrote is
// taken back and its error is returned; a panic in fn is such an error. When ctx ends before fn has begun, fn is not
// run. Do must not be called inside fn.
func (s *Store) Do(ctx context.Context, fn func(*Tx) error) error {
	t := newTurn()
	if err := s.writer.join(ctx, t); err != nil {
		return err
	}
	var tx *Tx
	select {
	case tx = <-t.start:
	case <-ctx.Done():
		if t.leave() {
			return ctx.Err()
		}
		tx = <-t.start
	}
	if tx != nil {
		t.run(tx, fn, s.log)
	}
	if err := <-t.done; err != nil {
		return err
	}
	for _, hook := range tx.hooks {
		hook()
	}
	return nil
}

// exec writes; it gives the number of rows changed.
func (tx *Tx) exec(text string, values ...any) (int64, error) {
	return tx.session.exec(text, values...)
}

// turn is one caller's place in the writer's queue. The caller itself runs its function, in its own goroutine, when the
// writer gives it the turn; so a function that never returns to the writer (a panic, a test that stops) hurts nobody else.
type turn struct {
	taken atomic.Bool // by the writer, or by a caller who left
	start chan *Tx    // nil: the transaction could not begin
	ran   chan error
	done  chan error

	failed error // of the function; the writer's
}

func newTurn() *turn {
	return &turn{start: make(chan *Tx, 1), ran: make(chan error, 1), done: make(chan error, 1)}
}

func (t *turn) take() bool  { return t.taken.CompareAndSwap(false, true) }
func (t *turn) leave() bool { return t.taken.CompareAndSwap(false, true) }

var errAbandoned = errors.New("the function left the transaction without returning")

func (t *turn) run(tx *Tx, fn func(*Tx) error, log *slog.Logger) {
	err := errAbandoned
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic in a transaction", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", ErrPanic, p)
		}
		t.ran <- err
	}()
	err = fn(tx)
}

// writer owns the one connection that writes.
type writer struct {
	store   *Store
	session *session
	queue   chan *turn
	mu      sync.RWMutex // held for reading while joining, so that the queue is closed only when nobody is
	closed  bool
	stopped chan struct{}
}

func newWriter(s *Store, session *session) *writer {
	return &writer{store: s, session: session, queue: make(chan *turn, 4*most), stopped: make(chan struct{})}
}

func (w *writer) join(ctx context.Context, t *turn) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// loop serves the queue until it is closed and empty.
func (w *writer) loop() {
	defer close(w.stopped)
	for first := range w.queue {
		if first.take() {
			w.batch(first)
		}
	}
}

// stop lets those who wait finish, and nobody else join.
func (w *writer) stop() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.stopped
}

// batch gives first and those who wait behind it their turns in one transaction, and commits once.
func (w *writer) batch(first *turn) {
	if _, err := w.session.exec(`BEGIN IMMEDIATE`); err != nil {
		first.start <- nil
		first.done <- fmt.Errorf("begin a transaction: %w", err)
		return
	}
	var ran []*turn
	err := w.give(first, &ran)
	for n := 1; n < most && err == nil; n++ {
		next := w.next()
		if next == nil {
			break
		}
		err = w.give(next, &ran)
	}
	if err == nil {
		_, err = w.session.exec(`COMMIT`)
		w.store.copier.dirty.Store(true)
	}
	if err != nil {
		err = fmt.Errorf("commit: %w", err)
		// SQLite has usually rolled back by itself; then this one says so, and that is fine.
		_, _ = w.session.exec(`ROLLBACK`)
	}
	for _, t := range ran {
		if err == nil {
			t.done <- t.failed
		} else {
			t.done <- err
		}
	}
}

// next gives one more who waits now, or nil.
func (w *writer) next() *turn {
	for {
		select {
		case t, ok := <-w.queue:
			if !ok {
				return nil
			}
			if t.take() {
				return t
			}
		default:
			return nil
		}
	}
}

// give lets t run in a savepoint and adds it to ran. An error means that the whole transaction is lost, as after a full
// disk. One whose function failed learns it only after the commit: it may have refused because of what another, whose
// commit then failed, had just written.
func (w *writer) give(t *turn, ran *[]*turn) error {
	*ran = append(*ran, t)
	if _, err := w.session.exec(`SAVEPOINT turn`); err != nil {
		t.start <- nil
		return err
	}
	t.start <- &Tx{
		View: View{ctx: context.Background(), session: w.session, store: w.store},
		Now:  w.store.now().UTC().Truncate(time.Millisecond),
	}
	if t.failed = <-t.ran; t.failed != nil {
		if _, err := w.session.exec(`ROLLBACK TO turn`); err != nil {
			return fmt.Errorf("%w, after: %v", err, t.failed) //nolint:errorlint // nobody may take it for a refusal
		}
	}
	_, err := w.session.exec(`RELEASE turn`)
	return err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Options is what Open needs.
type Options struct {
	Path     string           // the database file; it is made, readable by its owner only, when missing
	Evidence string           // the folder of evidence files; made when missing
	Now      func() time.Time // business time; required
	Log      *slog.Logger     // nil = slog.Default()
}

// Store is the database and the folder of evidence. Its methods are safe for concurrent use.
type Store struct {
	path     string
	evidence string
	now      func() time.Time
	log      *slog.Logger

	lock    *lock
	writeDB *sql.DB
	readDB  *sql.DB
	writer  *writer
	copier  *checkpointer
	readers chan *session // the idle connections of the read pool
	pooled  int           // how many connections the read pool has
	closing chan struct{}
	close   func() error

	roster atomic.Pointer[Roster] // the last one read; see View.Roster
	places sync.Map               // the numbers of places that are on the disk
	sites  sync.Map               // and of sites
}

// poolSize is how many Views may read at once.
const poolSize = 4

// Open opens the database, brings its schema up to date and finds what an earlier process left half done. Only one
// process may have a database open; a second one is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := newStore(o)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	go s.writer.loop()
	go s.copier.loop(s.closing)
	s.close = sync.OnceValue(s.shut)
	if err := s.Do(ctx, func(tx *Tx) error { return tx.adopt() }); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func newStore(o Options) (*Store, error) {
	path, evidence, err := o.places()
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, evidence: evidence, now: o.Now, log: o.Log, closing: make(chan struct{})}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.readers = make(chan *session, poolSize)
	return s, nil
}

// open takes the lock first: nothing is touched that may belong to another process.
func (s *Store) open(ctx context.Context) (err error) {
	if s.lock, err = lockFile(ctx, s.path); err != nil {
		return err
	}
	if err := s.prepareFiles(); err != nil {
		return err
	}
	if s.writeDB, err = openWriter(ctx, s.path); err != nil {
		return err
	}
	if err := migrate(ctx, s.writeDB, s.path); err != nil {
		return err
	}
	writing, err := newSession(ctx, s.writeDB)
	if err != nil {
		return err
	}
	s.writer = newWriter(s, writing)
	if s.copier, err = newCheckpointer(ctx, s.path); err != nil {
		return err
	}
	if s.readDB, err = openReaders(ctx, s.path); err != nil {
		return err
	}
	for range poolSize {
		reading, err := newSession(ctx, s.readDB)
		if err != nil {
			return err
		}
		s.readers <- reading
		s.pooled++
	}
	return nil
}

// Close lets running and waiting transactions finish and closes the database. Later calls give the same answer.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	close(s.closing)
	s.writer.stop()
	<-s.copier.stopped
	return s.release()
}

// release closes what open has opened, in the reverse order; readers in use are waited for.
func (s *Store) release() error {
	var all []error
	if s.readDB != nil {
		for range s.pooled {
			all = append(all, (<-s.readers).close())
		}
		all = append(all, s.readDB.Close())
	}
	if s.copier != nil {
		all = append(all, s.copier.close())
	}
	if s.writer != nil {
		all = append(all, s.writer.session.close())
	}
	if s.writeDB != nil {
		all = append(all, s.writeDB.Close())
	}
	if s.lock != nil {
		all = append(all, s.lock.release())
	}
	return errors.Join(all...)
}

// Ping reports whether the store can read and write now: a reader answers and the writer takes its turn.
func (s *Store) Ping(ctx context.Context) error {
	err := s.View(ctx, func(v *View) error {
		_, err := v.Value("ping")
		return err
	})
	if err != nil {
		return fmt.Errorf("ping the readers: %w", err)
	}
	if err := s.Do(ctx, func(*Tx) error { return nil }); err != nil {
		return fmt.Errorf("ping the writer: %w", err)
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// checkpointEvery is how often committed pages are copied from the log into the database file, beside the writer.
	checkpointEvery = 100 * time.Millisecond
	// checkpointPages is how long the log may get before the writer copies by itself what is left, and everybody waits.
	checkpointPages = 4000
)

// checkpointer copies what is committed into the database file while the writer goes on. Without it the writer would do so
// every thousand pages, and whoever commits then waits some milliseconds longer.
type checkpointer struct {
	db      *sql.DB
	session *session
	dirty   atomic.Bool // something was committed since the last copy
	stopped chan struct{}
}

func newCheckpointer(ctx context.Context, path string) (*checkpointer, error) {
	db, err := sql.Open("sqlite", dsn(path, "_busy_timeout=0", "_synchronous=FULL"))
	if err != nil {
		return nil, fmt.Errorf("open the database for checkpoints: %w", err)
	}
	db.SetMaxOpenConns(1)
	session, err := newSession(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &checkpointer{db: db, session: session, stopped: make(chan struct{})}, nil
}

// loop copies until closing is closed. A copy that fails is made up for by the next one, or by the writer.
func (c *checkpointer) loop(closing <-chan struct{}) {
	defer close(c.stopped)
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-closing:
			return
		case <-tick.C:
		}
		if c.dirty.Swap(false) {
			_, _ = c.session.exec(`PRAGMA wal_checkpoint(PASSIVE)`)
		}
	}
}

func (c *checkpointer) close() error {
	return errors.Join(c.session.close(), c.db.Close())
}

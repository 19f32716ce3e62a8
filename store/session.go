package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// args are the values of a statement's $1, $2, …
type args []any

// session is one database connection with the statements it has prepared. It serves one goroutine at a time.
type session struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a database connection: %w", err)
	}
	return &session{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

// prepare gives the prepared statement of a constant text. Texts put together at run time must not come here: each
// would stay prepared for good.
func (s *session) prepare(text string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[text]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, err
	}
	s.stmts[text] = stmt
	return stmt, nil
}

func (s *session) exec(text string, values ...any) (int64, error) {
	stmt, err := s.prepare(text) //nolint:sqlclosecheck // the session keeps and closes it
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), values...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *session) close() error {
	var all []error
	for _, stmt := range s.stmts {
		all = append(all, stmt.Close())
	}
	return errors.Join(append(all, s.conn.Close())...)
}

// ms gives an instant as it is kept: milliseconds since 1970 in UTC, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant is the reverse of ms.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

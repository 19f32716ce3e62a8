package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"junma/mechanism"
)

// View reads. Everything read through one View belongs to one moment of the database.
type View struct {
	ctx     context.Context
	session *session
	store   *Store
	loaded  *mechanism.Project // the project loaded last: several cards of one turn are often about one
	roster  *Roster            // once it was asked for
}

// View runs fn on one snapshot, on a connection of the read pool; it waits only for a free connection. The View must
// not be kept after fn returns.
func (s *Store) View(ctx context.Context, fn func(*View) error) error {
	var reader *session
	select {
	case reader = <-s.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return ErrClosed
	}
	defer func() { s.readers <- reader }()
	if _, err := reader.exec(`BEGIN`); err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	defer func() {
		if _, err := reader.exec(`ROLLBACK`); err != nil {
			s.log.Error("a reading transaction did not end", "error", err)
		}
	}()
	return fn(&View{ctx: ctx, session: reader, store: s})
}

// row reads one row into dest, or gives ErrNotFound.
func (v *View) row(text string, values args, dest ...any) error {
	stmt, err := v.session.prepare(text) //nolint:sqlclosecheck // the session keeps and closes it
	if err != nil {
		return err
	}
	err = stmt.QueryRowContext(v.ctx, values...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// scanner is a row that can be read: *sql.Row and *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// list reads all rows of a constant statement.
func list[T any](v *View, scan func(scanner) (T, error), text string, values ...any) ([]T, error) {
	stmt, err := v.session.prepare(text) //nolint:sqlclosecheck // the session keeps and closes it
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(v.ctx, values...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

// search reads all rows of a statement put together at run time.
func search[T any](v *View, scan func(scanner) (T, error), text string, values args) ([]T, error) {
	rows, err := v.session.conn.QueryContext(v.ctx, text, values...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

func collect[T any](rows *sql.Rows, scan func(scanner) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }() // rows.Err tells what went wrong
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// scanText reads a row of one text.
func scanText(row scanner) (string, error) {
	var s string
	err := row.Scan(&s)
	return s, err
}

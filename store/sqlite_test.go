package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"junma/store"
	"junma/store/storetest"
)

func options(dir string, now func() time.Time) store.Options {
	return store.Options{
		Path: filepath.Join(dir, "junma.db"), Evidence: filepath.Join(dir, "evidence"), Now: now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), options(dir, time.Now))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T, dir string, now func() time.Time) *store.Store {
		s, err := store.Open(t.Context(), options(dir, now))
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	})
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := store.Open(t.Context(), options(dir, time.Now))
	if err == nil || !strings.Contains(err.Error(), "正被另一个 junma 进程使用") {
		t.Fatalf("a second opening gave %v", err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(filepath.Join(dir, "junma.db"), link); err != nil {
		t.Fatal(err)
	}
	other := options(dir, time.Now)
	other.Path = link
	if _, err := store.Open(t.Context(), other); err == nil {
		t.Error("the same file was opened by another name")
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("the first one was disturbed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	open(t, dir)
}

func TestPlaces(t *testing.T) {
	t.Run("没有写明", func(t *testing.T) {
		if _, err := store.Open(t.Context(), store.Options{Path: "junma.db"}); err == nil || !strings.Contains(err.Error(), "[store]") {
			t.Errorf("no folder of evidence gave %v", err)
		}
	})
	t.Run("特别的文件名", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "骏马 100%#?&x=1")
		s := open(t, dir)
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		info, err := os.Stat(filepath.Join(dir, "junma.db"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the database file: %v, %v", info, err)
		}
	})
	t.Run("不是数据库", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "junma.db"), bytes.Repeat([]byte("not a database "), 100), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), options(dir, time.Now)); err == nil {
			t.Error("a text file was opened as a database")
		}
	})
	t.Run("清走没写完的佐证", func(t *testing.T) {
		dir := t.TempDir()
		half := filepath.Join(dir, "evidence", ".incoming-1")
		if err := errors.Join(os.Mkdir(filepath.Dir(half), 0o700), os.WriteFile(half, []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
		open(t, dir)
		if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the half written file: %v", err)
		}
	})
}

// raw opens the database file of a closed store with nothing of ours between.
func raw(t testing.TB, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "junma.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func mustExec(t testing.TB, db *sql.DB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func TestFailedCommitFailsAll(t *testing.T) {
	s := open(t, t.TempDir())
	started, release := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- s.Do(context.Background(), func(tx *store.Tx) error {
			close(started)
			<-release
			return errors.Join(tx.SetValue("first", "yes"), tx.BreakCommit())
		})
	}()
	<-started
	const others = 20
	results := make(chan error, others)
	refused := errors.New("refused because of what the first has written")
	for i := range others {
		go func() {
			results <- s.Do(context.Background(), func(tx *store.Tx) error {
				tx.AfterCommit(func() { t.Error("a hook was called") })
				if i%2 == 0 {
					return refused
				}
				return tx.SetValue("other", "yes")
			})
		}()
	}
	awaitQueued(t, s, others)
	close(release)
	if err := <-first; err == nil || !strings.Contains(err.Error(), "commit") {
		t.Errorf("the broken one got %v", err)
	}
	for range others {
		if err := <-results; err == nil || errors.Is(err, refused) {
			t.Errorf("one that shared the failed commit was told %v", err)
		}
	}
	expectValue(t, s, "first", "")
	expectValue(t, s, "other", "")
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("after a failed commit: %v", err)
	}
}

// awaitQueued waits until n callers wait for the writer.
func awaitQueued(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); s.Queued() < n; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("only %d of %d came to the queue", s.Queued(), n)
		}
	}
}

func expectValue(t *testing.T, s *store.Store, key, want string) {
	t.Helper()
	err := s.View(t.Context(), func(v *store.View) error {
		got, err := v.Value(key)
		if got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFullDisk(t *testing.T) {
	s := open(t, t.TempDir())
	do := func(fn func(tx *store.Tx) error) error { return s.Do(t.Context(), fn) }
	if err := do(func(tx *store.Tx) error { return errors.Join(tx.SetValue("before", "yes"), tx.FillDisk()) }); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("满", 1<<20)
	if err := do(func(tx *store.Tx) error { return tx.SetValue("large", large) }); err == nil {
		t.Error("a full disk took more")
	}
	if err := do(func(tx *store.Tx) error {
		_ = tx.SetValue("large", large) // a function that overlooks the error must not be told that all is well
		return nil
	}); err == nil {
		// SQLite may undo only the statement; then the transaction stands, without the value.
		expectValue(t, s, "large", "")
	}
	if err := do(func(tx *store.Tx) error { return errors.Join(tx.FreeDisk(), tx.SetValue("large", large)) }); err != nil {
		t.Errorf("with space again: %v", err)
	}
	expectValue(t, s, "before", "yes")
	expectValue(t, s, "large", large)
}

package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"junma/store"
)

// A backup that was killed leaves a copy of the database behind; the next one in that folder takes it away.
func TestUnfinishedBackupIsSwept(t *testing.T) {
	dir, target := t.TempDir(), t.TempDir()
	s := open(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(target, ".junma-backup-123")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "junma.db"), []byte("a copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Backup(t.Context(), options(dir, time.Now), "test", filepath.Join(target, "b.tar.gz")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(target)
	if err != nil || len(entries) != 1 || entries[0].Name() != "b.tar.gz" {
		t.Errorf("the folder holds %v (%v), want the backup alone", entries, err)
	}
}

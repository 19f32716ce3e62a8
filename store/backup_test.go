package store_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"junma/store"
)

// lived makes a database with a journal, evidence, and deliveries that wait.
func lived(t *testing.T, dir string) *store.Store {
	t.Helper()
	s := open(t, dir)
	blob, err := s.PutEvidence(t.Context(), strings.NewReader("a photograph"), 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Do(t.Context(), func(tx *store.Tx) error {
		for range 3 {
			if _, err := tx.Append(store.Entry{Project: "JD-1", Kind: "reported", Data: []byte(`{"evidence":"` + blob.SHA256 + `"}`)}); err != nil {
				return err
			}
		}
		for key, effect := range map[string]store.Effect{"push": store.EffectCard, "said": store.EffectReply, "proof": store.EffectFile} {
			if _, err := tx.Enqueue(store.Delivery{ID: "old-" + key, Key: key, Lane: key, Effect: effect, Platform: "dingtalk", NotBefore: tx.Now.Add(-time.Minute)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func backUp(t *testing.T, dir string) (string, store.Manifest) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.tar.gz")
	m, err := store.Backup(t.Context(), options(dir, time.Now), "junma test", file)
	if err != nil {
		t.Fatal(err)
	}
	return file, m
}

func TestBackupComesBackWhole(t *testing.T) {
	dir := t.TempDir()
	s := lived(t, dir)
	file, made := backUp(t, dir)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup holds telephone numbers, but its mode is %v (%v)", info.Mode(), err)
	}
	target := filepath.Join(t.TempDir(), "new", "place")
	back, err := store.Restore(t.Context(), file, target, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if len(back.Files) != 2 || back.Journal != 3 || made.JournalHash != back.JournalHash || len(back.Damaged()) > 0 {
		t.Errorf("made %+v, restored %+v", made, back)
	}
	head, err := s.VerifyJournal(t.Context())
	if err != nil || head != back.Head() {
		t.Errorf("the journal of the living database ends at %s (%v)", head, err)
	}
	restored := open(t, target)
	photo, err := restored.OpenEvidence(filepath.Base(back.Files[1].Name))
	if err != nil {
		t.Fatal(err)
	}
	defer photo.Close()
	if text, _ := io.ReadAll(photo); string(text) != "a photograph" {
		t.Errorf("the evidence came back as %q", text)
	}
}

// What a copy holds as not sent may have been sent since; it goes out only after somebody has looked.
func TestRestoredOutboxIsHeld(t *testing.T) {
	for _, drop := range []bool{false, true} {
		dir := t.TempDir()
		lived(t, dir)
		file, _ := backUp(t, dir)
		target := filepath.Join(t.TempDir(), "place")
		if _, err := store.Restore(t.Context(), file, target, time.Now()); err != nil {
			t.Fatal(err)
		}
		s := open(t, target)
		if got := claim(t, s); len(got) > 0 {
			t.Fatalf("a held outbox gave %d deliveries", len(got))
		}
		err := s.View(t.Context(), func(v *store.View) error {
			since, err := v.HeldSince()
			next, nextErr := v.NextDelivery(time.Now())
			if since.IsZero() || next.Due {
				t.Errorf("held since %v, next %+v", since, next)
			}
			return errors.Join(err, nextErr)
		})
		if err != nil {
			t.Fatal(err)
		}
		release := func(tx *store.Tx) error { _, err := tx.Release(drop); return err }
		if err := s.Do(t.Context(), release); err != nil {
			t.Fatal(err)
		}
		if err := s.Do(t.Context(), release); !errors.Is(err, store.ErrNotHeld) {
			t.Errorf("a second release gave %v", err)
		}
		sent := claim(t, s)
		switch {
		case drop && len(sent) > 0:
			t.Errorf("%d dropped deliveries go out", len(sent))
		case !drop && (len(sent) != 1 || sent[0].Key != "push" || sent[0].ID == "old-push" || sent[0].Card != sent[0].ID):
			t.Errorf("released, the outbox gives %+v", sent)
		}
	}
}

func claim(t *testing.T, s *store.Store) (got []store.Delivery) {
	t.Helper()
	err := s.Do(t.Context(), func(tx *store.Tx) (err error) {
		got, err = tx.Claim(store.ClaimOptions{Now: time.Now(), Wall: time.Now(), Lease: time.Minute, Limit: 10})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A backup that lost or changed anything restores nothing at all.
func TestDamagedBackupRestoresNothing(t *testing.T) {
	dir := t.TempDir()
	lived(t, dir)
	file, _ := backUp(t, dir)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		damage func(archive []byte) []byte // of the unpacked archive; nil = the file is cut instead
		want   string
	}{
		{"没有传全", nil, "不是一份完整的 junma 备份"},
		{"佐证被改", func(a []byte) []byte { return bytes.Replace(a, []byte("a photograph"), []byte("b photograph"), 1) }, "与清单不符"},
		{"日志被改", func(a []byte) []byte { return bytes.Replace(a, []byte("reported"), []byte("disposed"), 1) }, "与清单不符"},
		{"文件名指到别处", func(a []byte) []byte { return bytes.Replace(a, []byte("evidence/"), []byte("../dence/"), 1) }, "不是一份完整的 junma 备份"},
		{"清单缺失", func(a []byte) []byte { return bytes.Replace(a, []byte("manifest.json"), []byte("manifest.jsin"), 1) }, "不是一份完整的 junma 备份"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := whole[:len(whole)-30]
			if tt.damage != nil {
				bad = repack(t, whole, tt.damage)
			}
			place := t.TempDir()
			badFile := filepath.Join(place, "bad.tar.gz")
			if err := os.WriteFile(badFile, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := store.Restore(t.Context(), badFile, filepath.Join(place, "target"), time.Now())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("gave %v, want %q", err, tt.want)
			}
			left, err := os.ReadDir(place)
			if err != nil || len(left) != 1 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

func repack(t *testing.T, whole []byte, damage func([]byte) []byte) []byte {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	changed := damage(archive)
	if bytes.Equal(changed, archive) {
		t.Fatal("nothing was damaged")
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err = writer.Write(fixTarSums(changed))
	if err = errors.Join(err, writer.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// fixTarSums makes the checksums of changed headers right, as somebody who means harm would.
func fixTarSums(archive []byte) []byte {
	for at := 0; at+512 <= len(archive); at += 512 {
		header := archive[at : at+512]
		if string(header[257:262]) != "ustar" {
			continue
		}
		copy(header[148:156], "        ")
		sum := 0
		for _, b := range header {
			sum += int(b)
		}
		copy(header[148:156], []byte{
			'0' + byte(sum>>15&7), '0' + byte(sum>>12&7), '0' + byte(sum>>9&7), '0' + byte(sum>>6&7), '0' + byte(sum>>3&7), '0' + byte(sum&7), 0, ' ',
		})
	}
	return archive
}

// The journal is checked before it is trusted, in both directions.
func TestBackupOfChangedJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := lived(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "junma.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`DROP TRIGGER journal_keeps_lines; UPDATE journal SET kind = 'disposed' WHERE seq = 2`)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup.tar.gz")
	_, err = store.Backup(t.Context(), options(dir, time.Now), "junma test", file)
	if err == nil || !strings.Contains(err.Error(), "日志第 2 行与校验值不符") {
		t.Errorf("gave %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}

// A picture that was damaged long ago must not make every backup and every restoring impossible; it is named.
func TestDamagedEvidenceIsNamed(t *testing.T) {
	dir := t.TempDir()
	lived(t, dir)
	photos, err := filepath.Glob(filepath.Join(dir, "evidence", "*"))
	if err != nil || len(photos) != 1 {
		t.Fatalf("evidence: %v (%v)", photos, err)
	}
	if err := os.WriteFile(photos[0], []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, made := backUp(t, dir)
	back, err := store.Restore(t.Context(), file, filepath.Join(t.TempDir(), "place"), time.Now())
	if err != nil || len(made.Damaged()) != 1 || len(back.Damaged()) != 1 {
		t.Errorf("named %v when made and %v when restored (%v)", made.Damaged(), back.Damaged(), err)
	}
}

func TestBackupKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	lived(t, dir)
	file, _ := backUp(t, dir)
	if _, err := store.Backup(t.Context(), options(dir, time.Now), "junma test", file); err == nil || !strings.Contains(err.Error(), "已经存在") {
		t.Errorf("a second backup to the same file gave %v", err)
	}
	if _, err := store.Restore(t.Context(), file, dir, time.Now()); err == nil || !strings.Contains(err.Error(), "不是空的") {
		t.Errorf("restoring over something gave %v", err)
	}
	empty := t.TempDir()
	if _, err := store.Restore(t.Context(), file, empty, time.Now()); err != nil {
		t.Errorf("restoring into an empty folder gave %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := store.Backup(ended, options(dir, time.Now), "junma test", filepath.Join(dir, "late")); err == nil {
		t.Error("a backup that was stopped says that it is done")
	}
}

// The service goes on writing while it is copied, and the copy is of one moment.
func TestBackupBesideAWriter(t *testing.T) {
	dir := t.TempDir()
	s := lived(t, dir)
	const lines = 2000
	wrote := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		for i := range lines {
			err := s.Do(context.Background(), func(tx *store.Tx) error {
				_, err := tx.Append(store.Entry{Project: "JD-1", Kind: "reported"})
				return err
			})
			if err != nil {
				wrote <- err
				return
			}
			if i == 10 {
				close(begun)
			}
		}
		wrote <- nil
	}()
	<-begun
	file, made := backUp(t, dir)
	if made.Journal < 13 {
		t.Errorf("the copy misses what was written before it began: %d lines", made.Journal)
	}
	if _, err := store.Restore(t.Context(), file, filepath.Join(t.TempDir(), "place"), time.Now()); err != nil {
		t.Error(err)
	}
	if err := <-wrote; err != nil {
		t.Errorf("the writer was disturbed: %v", err)
	}
}

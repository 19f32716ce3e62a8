package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// troubled is a world with one project, and the record of another one to be sent in trouble.
func troubled(t *testing.T) *world {
	t.Helper()
	w := started(t, program, t.TempDir())
	if got := w.tell(t, "p1"); got != "" {
		t.Fatalf("without trouble the record is answered %s", got)
	}
	return w
}

// started is a world without a project yet, whose service is a program with its files in a folder.
func started(t *testing.T, program, dir string) *world {
	t.Helper()
	w, err := newWorld(program, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.end)
	if err := w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// tell sends a project's record once, and gives the answer when it is not 200.
func (w *world) tell(t *testing.T, id string) string {
	t.Helper()
	body := []byte(`[{"id":"` + id + `","name":"样例项目` + id + `","category":"工业","town":"下涯镇",` +
		`"lights":[{"stage":"开工监管","level":"红","since":"2026-03-02","ref":"` + id + `"}]}]`)
	var out any
	if err := w.call(t.Context(), http.MethodPost, w.process.address, "/api/v1/projects", intakeToken, body, &out); err != nil {
		return err.Error()
	}
	return ""
}

// expectRefusal wants 503 with a sentence, and nothing half done.
func (w *world) expectRefusal(t *testing.T) {
	t.Helper()
	if got := w.tell(t, "p2"); !strings.Contains(got, "503") || !strings.Contains(got, "暂时无法保存,请稍后重新报送") {
		t.Errorf("the record is answered %q, want 503 and a sentence", got)
	}
	var out any
	err := w.call(t.Context(), http.MethodGet, w.process.address, "/api/v1/projects/p2", intakeToken, nil, &out)
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("the refused project is answered %v, want 404", err)
	}
}

// expectWhole wants the service to go on, and everything to be there.
func (w *world) expectWhole(t *testing.T) {
	t.Helper()
	if got := w.tell(t, "p2"); got != "" {
		t.Errorf("after the trouble the record is answered %s", got)
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.expectTwo(t)
}

// expectTwo wants both projects in a sound database that nobody uses any more.
func (w *world) expectTwo(t *testing.T) {
	t.Helper()
	left, err := w.left(t.Context())
	if err != nil || strings.Count(left, "开工监管 红 未办理") != 2 {
		t.Errorf("%v, there is:\n%s", err, left)
	}
}

func TestDatabaseLockedByAnother(t *testing.T) {
	w := troubled(t)
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+w.database()+"?_txlock=immediate&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.expectRefusal(t)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.expectWhole(t)
}

// What can't be used when the service starts ends it with a sentence that says what to do, and changes nothing.
func TestStartInTrouble(t *testing.T) {
	tests := []struct {
		name, says string
		trouble    func(w *world) error
	}{
		{"数据库文件头损坏", "请检查文件是否损坏", func(w *world) error { return scribble(w.database(), 0) }},
		{"佐证材料文件夹写不了", "佐证材料文件夹", func(w *world) error {
			folder := filepath.Join(w.dir, "evidence")
			return errors.Join(os.RemoveAll(folder), os.WriteFile(folder, nil, 0o600))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := troubled(t)
			if err := errors.Join(w.stop(), tt.trouble(w)); err != nil {
				t.Fatal(err)
			}
			err := w.begin(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the service says %v, want %s", err, tt.says)
			}
		})
	}
}

// Damage further in is found by whoever reads there, and by every command that looks at the whole file.
func TestDatabaseDamagedInside(t *testing.T) {
	w := troubled(t)
	err := errors.Join(w.stop(), scribble(w.database(), 4096))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"audit verify", "check --online", "backup " + filepath.Join(w.dir, "backup.tar.gz")} {
		err := w.command(t.Context(), append(strings.Fields(line), "-c", w.configPath())...)
		if err == nil || !strings.Contains(err.Error(), "损坏") {
			t.Errorf("%s says %v", line, err)
		}
	}
}

// stop lets the service end in order, so that everything is in the database file itself.
func (w *world) stop() error {
	err := w.process.command.Process.Signal(os.Interrupt)
	<-w.process.ended
	return err
}

// scribble spoils a file from a place on.
func scribble(path string, from int64) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt([]byte(strings.Repeat("spoilt", 4096)), from)
	return errors.Join(err, file.Close())
}

// A machine's clock that was set back repeats no day and nothing of what was sent.
func TestClockSetBack(t *testing.T) {
	w := troubled(t)
	if err := w.until(t.Context(), "2026-03-05T18:00:00+08:00"); err != nil {
		t.Fatal(err)
	}
	before := w.sandbox.Counts()["card.create"]
	if err := w.kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.setTime(begins.AddDate(0, 0, 2))
	if err := errors.Join(w.begin(t.Context()), w.until(t.Context(), "2026-03-05T18:00:00+08:00")); err != nil {
		t.Fatal(err)
	}
	if after := w.sandbox.Counts()["card.create"]; after != before {
		t.Errorf("%d cards were sent again", after-before)
	}
	w.expectWhole(t)
}

// A file that can't be kept is not reported as kept, and comes when the folder can be written again.
func TestEvidenceFolderGone(t *testing.T) {
	w := troubled(t)
	folder, aside := filepath.Join(w.dir, "evidence"), filepath.Join(w.dir, "aside")
	for _, words := range []string{
		"until 2026-03-02T12:00:00+08:00", "press 陈某 报送情况", "say 陈某 规划调整", "say 陈某 施工队伍进场受阻,正在协调村里",
	} {
		s := strings.Fields(words)
		if err := errors.Join(acts[s[0]](t.Context(), w, s[1:]), w.settle(t.Context())); err != nil {
			t.Fatalf("%s: %v", words, err)
		}
	}
	if err := errors.Join(os.Rename(folder, aside), os.WriteFile(folder, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() { answered <- photo(t.Context(), w, []string{"陈某", "1"}) }()
	tried := func() bool { return w.sandbox.Counts()["file.download"] > 0 }
	if err := w.sandbox.Wait(t.Context(), tried); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(folder), os.Rename(aside, folder), <-answered, w.settle(t.Context())); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v (%v)", entries, err)
	}
	items := w.sandbox.Inbox(w.userOf["陈某"])
	if last := items[len(items)-1].Text; !strings.Contains(last, "收到1件材料") {
		t.Errorf("the last answer is %q", last)
	}
}

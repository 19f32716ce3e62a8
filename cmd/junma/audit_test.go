package main

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var headForm = regexp.MustCompile(`[0-9]+:[0-9a-f]{12,64}`)

// audit runs junma audit verify on the world's database.
func (w *world) audit(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), append([]string{"audit", "verify", "-c", w.configPath()}, args...), &out, &out)
	return code, out.String()
}

// The head that 专班 finds on the list of the day, and the one in the log, prove later that nothing up to it was touched:
// beside the running service, and against whoever can write the database.
func TestAuditWithTheHeadOfTheDay(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "")
	w.play(t, []string{"project", "p1"}, []string{"light", "p1", "开工监管", "红", "since=2026-03-02", "ref=HZ-0001"}, []string{"until", "2026-03-03"})
	card, err := cardText(w, "沈某")
	if err != nil {
		t.Fatal(err)
	}
	shown := headForm.FindString(card)
	if _, hash, _ := strings.Cut(shown, ":"); !strings.Contains(card, "【今日清单】3月3日") || len(hash) != 12 {
		t.Fatalf("the list of the day shows no head to copy:\n%s", card)
	}
	line := regexp.MustCompile(`msg="day done" day=2026-03-03 journal_head=(\S+)`).FindStringSubmatch(w.log.text())
	if line == nil {
		t.Fatal("the log of the day names no head")
	}
	w.play(t, []string{"until", "2026-03-20"})
	for _, head := range []string{shown, line[1]} {
		code, said := w.audit(t, "--head", head)
		if n, _, _ := strings.Cut(head, ":"); code != 0 || !strings.Contains(said, "第"+n+"行与记下的校验值一致") {
			t.Errorf("audit --head %s ended with %d:\n%s", head, code, said)
		}
	}
	code, said := w.audit(t)
	latest := headForm.FindString(said)
	if code != 0 || latest == "" || !strings.Contains(said, "没有写 --head") {
		t.Fatalf("audit ended with %d:\n%s", code, said)
	}
	if err := stopApp(w.app); err != nil {
		t.Fatal(err)
	}
	w.app = nil

	w.tamper(t, `DROP TRIGGER journal_keeps_all; DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)`)
	if code, said := w.audit(t, "--head", shown); code != 0 {
		t.Errorf("a head from before the cut: %d\n%s", code, said)
	}
	if code, said := w.audit(t, "--head", latest); code != 1 || !strings.Contains(said, "末尾的行被删掉了") {
		t.Errorf("the cut journal: %d\n%s", code, said)
	}
	w.tamper(t, `DROP TRIGGER journal_keeps_lines; UPDATE journal SET refused = '改' WHERE seq = 1`)
	if code, said := w.audit(t); code != 1 || !strings.HasPrefix(said, "日志第 1 行与校验值不符") {
		t.Errorf("the changed journal: %d\n%s", code, said)
	}
}

func (w *world) tamper(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "junma.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

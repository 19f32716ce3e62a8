package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"junma/mechanism"
	"junma/store"
)

// journalled makes a closed database with a journal of n lines.
func journalled(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	extend(t, dir, "JD-1", n)
	return dir
}

// extend writes n more lines about a project.
func extend(t *testing.T, dir, project string, n int) {
	t.Helper()
	s := open(t, dir)
	for i := range n {
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Append(store.Entry{
				Project: project, Case: 1, Actor: mechanism.Actor{Person: "lin", Name: "林某"}, Channel: "dingtalk", Kind: "disposed",
				Data: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)), From: "未办理", To: "已销号", Book: "b", Key: "k", Refused: "r",
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, dir string) (store.Head, error) {
	t.Helper()
	return audit(t, dir, store.Head{})
}

// audit verifies the closed database as the operator's command does.
func audit(t *testing.T, dir string, noted store.Head) (store.Head, error) {
	t.Helper()
	return store.Audit(context.Background(), filepath.Join(dir, "junma.db"), noted)
}

var journalColumns = []string{
	"seq", "at", "project", "case_seq", "actor", "channel", "kind", "data", "from_was", "to_is", "book", "key", "refused", "hash",
}

func TestTamperedJournalIsFound(t *testing.T) {
	unlock := []string{`DROP TRIGGER journal_keeps_lines`, `DROP TRIGGER journal_keeps_all`}
	type tampering struct{ sql, want string }
	cases := map[string]tampering{
		"删去中间一行":     {`DELETE FROM journal WHERE seq = 3`, "第 3 行"},
		"删去第一行":      {`DELETE FROM journal WHERE seq = 1`, "第 1 行"},
		"删去中间一行并改编号": {`DELETE FROM journal WHERE seq = 3; UPDATE journal SET seq = seq - 1 WHERE seq > 3`, "第 3 行"},
		"调换两行": {`UPDATE journal SET seq = CASE seq WHEN 2 THEN 1003 ELSE 1002 END WHERE seq IN (2, 3);
			UPDATE journal SET seq = seq - 1000 WHERE seq > 1000`, "第 2 行"},
		"末尾添一行":   {copyLine(5, 6), "第 6 行"},
		"最前塞一行":   {copyLine(1, 0), "第1行之前"},
		"最前塞一负行":  {copyLine(1, math.MinInt64), "第1行之前"},
		"挪动字段间的界": {`UPDATE journal SET from_was = from_was || substr(to_is, 1, 1), to_is = substr(to_is, 2) WHERE seq = 3`, "第 3 行"},
	}
	for _, column := range journalColumns[1:] {
		change := column + ` || 'x'`
		switch column {
		case "at", "case_seq":
			change = column + ` + 1`
		case "actor":
			change = `replace(actor, 'lin', 'lim')`
		}
		cases["改动 "+column] = tampering{`UPDATE journal SET ` + column + ` = ` + change + ` WHERE seq = 3`, "第 3 行"}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := journalled(t, 5)
			tamper(t, dir, append(unlock, c.sql)...)
			if _, err := verify(t, dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("verify gave %v, want it to name %s", err, c.want)
			}
		})
	}
}

// copyLine is the SQL that writes line from again as line to.
func copyLine(from, to int64) string {
	rest := strings.Join(journalColumns[1:], ", ")
	return fmt.Sprintf(`INSERT INTO journal (seq, %s) SELECT %d, %s FROM journal WHERE seq = %d`, rest, to, rest, from)
}

func tamper(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db := raw(t, dir)
	mustExec(t, db, statements...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// What the journal cannot tell by itself, a head that was noted elsewhere does.
func TestNotedHeadFindsCutAndRewrittenJournals(t *testing.T) {
	dir := journalled(t, 5)
	noted, err := verify(t, dir)
	if err != nil || noted.Seq != 5 {
		t.Fatalf("verify: %s, %v", noted, err)
	}
	if _, err := audit(t, dir, noted); err != nil {
		t.Errorf("the sound journal: %v", err)
	}
	tamper(t, dir, `DROP TRIGGER journal_keeps_all`, `DELETE FROM journal WHERE seq > 3`)
	if _, err := verify(t, dir); err != nil {
		t.Errorf("a cut journal looks sound by itself, but: %v", err)
	}
	if _, err := audit(t, dir, noted); err == nil || !strings.Contains(err.Error(), "日志只有3行") {
		t.Errorf("the cut journal: %v", err)
	}
	extend(t, dir, "JD-2", 3) // and the service goes on
	if head, err := verify(t, dir); head.Seq != 6 || err != nil {
		t.Errorf("a journal that went on looks sound by itself, but: %s, %v", head, err)
	}
	if _, err := audit(t, dir, noted); err == nil || !strings.Contains(err.Error(), "第 5 行的校验值与记下的不同") {
		t.Errorf("the journal written anew: %v", err)
	}
}

func TestHeadIsReadBackAsItWasNoted(t *testing.T) {
	head := store.Head{Seq: 12, Hash: strings.Repeat("0a", 32)}
	if got, err := store.ParseHead(head.String()); got != head || err != nil {
		t.Errorf("%s became %s (%v)", head, got, err)
	}
	if got, err := store.ParseHead(head.Short()); got != (store.Head{Seq: 12, Hash: "0a0a0a0a0a0a"}) || err != nil {
		t.Errorf("%s became %s (%v)", head.Short(), got, err)
	}
	for _, text := range []string{
		"", "12", "12:", ":" + head.Hash, "0:" + head.Hash, "-1:" + head.Hash, "12:" + head.Hash[:11], "12:" + head.Hash + "0",
		"12:" + strings.ToUpper(head.Hash), head.String() + "\n", "9999999999999999999:" + head.Hash,
	} {
		if got, err := store.ParseHead(text); err == nil {
			t.Errorf("%q became %s", text, got)
		}
	}
}

// The short form that stands on the card finds a journal written anew, and passes the sound one.
func TestAShortHeadFindsAJournalWrittenAnew(t *testing.T) {
	dir := journalled(t, 6)
	end, err := verify(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	short, err := store.ParseHead(end.Short())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := audit(t, dir, short); err != nil || got != end {
		t.Errorf("the sound journal: %s, %v", got, err)
	}
	short.Hash = strings.Repeat("0", 12)
	if _, err := audit(t, dir, short); err == nil || !strings.Contains(err.Error(), "第 6 行的校验值与记下的不同") {
		t.Errorf("another head: %v", err)
	}
}

func TestJournalRefusesChanges(t *testing.T) {
	dir := journalled(t, 2)
	db := raw(t, dir)
	for _, text := range []string{`UPDATE journal SET kind = 'x'`, `DELETE FROM journal`} {
		if _, err := db.Exec(text); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s gave %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if head, err := verify(t, dir); head.Seq != 2 || err != nil {
		t.Errorf("verify: line %d, %v", head.Seq, err)
	}
}

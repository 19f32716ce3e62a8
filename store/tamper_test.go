package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"junma/mechanism"
	"junma/store"
)

// journalled makes a closed database with a journal of n lines.
func journalled(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s := open(t, dir)
	for i := range n {
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Append(store.Entry{
				Project: "JD-1", Case: 1, Actor: mechanism.Actor{Person: "lin", Name: "林某"}, Channel: "dingtalk", Kind: "disposed",
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
	return dir
}

func verify(t *testing.T, dir string) (head int64, err error) {
	t.Helper()
	s := open(t, dir)
	defer s.Close()
	head, _, err = s.VerifyJournal(context.Background())
	return head, err
}

func TestTamperedJournalIsFound(t *testing.T) {
	unlock := []string{`DROP TRIGGER journal_keeps_lines`, `DROP TRIGGER journal_keeps_all`}
	cases := map[string]struct{ sql, want string }{
		"删去中间一行": {`DELETE FROM journal WHERE seq = 3`, "第 3 行"},
		"删去第一行":  {`DELETE FROM journal WHERE seq = 1`, "第 1 行"},
		"调换两行": {`UPDATE journal SET seq = CASE seq WHEN 2 THEN 1003 ELSE 1002 END WHERE seq IN (2, 3);
			UPDATE journal SET seq = seq - 1000 WHERE seq > 1000`, "第 2 行"},
		"挪动字段间的界": {`UPDATE journal SET from_was = from_was || substr(to_is, 1, 1), to_is = substr(to_is, 2) WHERE seq = 3`, "第 3 行"},
	}
	for _, column := range []string{
		"at", "project", "case_seq", "actor", "channel", "kind", "data", "from_was", "to_is", "book", "key", "refused", "hash",
	} {
		change := column + ` || 'x'`
		switch column {
		case "at", "case_seq":
			change = column + ` + 1`
		case "actor":
			change = `replace(actor, 'lin', 'lim')`
		}
		cases["改动 "+column] = struct{ sql, want string }{`UPDATE journal SET ` + column + ` = ` + change + ` WHERE seq = 3`, "第 3 行"}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := journalled(t, 5)
			db := raw(t, dir)
			mustExec(t, db, append(unlock, c.sql)...)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := verify(t, dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("verify gave %v, want it to name %s", err, c.want)
			}
		})
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
	if head, err := verify(t, dir); head != 2 || err != nil {
		t.Errorf("verify: line %d, %v", head, err)
	}
}

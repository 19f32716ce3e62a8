package store_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

var update = flag.Bool("update", false, "write the dump of the newest schema anew; never after that schema was released")

// newest is the dump that this version of the program writes. Those of earlier releases lie beside it and never change.
const newest = "testdata/schema-1.sql"

// live puts a little of everything into a store.
func live(s *store.Store) error {
	return s.Do(context.Background(), func(tx *store.Tx) error {
		p := mechanism.Project{ID: "JD-1", Code: "2601", Name: "云溪新材料项目", Category: mechanism.Industry, Cases: []mechanism.Case{
			{Seq: 1, Stage: mechanism.ConstructionPermit, Level: mechanism.Red, State: mechanism.Untreated, FiredOn: mechanism.NewDate(2026, 3, 2)},
		}}
		lin := store.Person{ID: "lin", Name: "林某", Unit: "市住建局", Role: mechanism.RoleContact, Accounts: map[string]string{"dingtalk": "user-lin"}, Active: true}
		_, err := tx.Append(store.Entry{Project: "JD-1", Case: 1, Kind: "record", Channel: "api", Data: []byte(`{"id":"JD-1"}`)})
		_, err2 := tx.Enqueue(store.Delivery{ID: "card-1", Key: "push/JD-1/1/1", Lane: "dingtalk/lin", Effect: store.EffectCard, Project: "JD-1", Case: 1})
		return errors.Join(err, err2, tx.SaveProject(&p, mechanism.NewDate(2026, 4, 1)), tx.SaveBook("b1", []byte(`{}`)),
			tx.Remember("api", "k1", []byte("ok")), tx.SaveButtons("card-1", []store.Button{{Ref: "r1", Act: "report", Project: "JD-1", Case: 1}}),
			tx.SaveDialogue(store.Dialogue{Platform: "dingtalk", Person: "lin", Kind: "report", Step: "cause"}), tx.SetValue("day", "2026-03-02"),
			tx.SaveRoster(store.RosterChange{
				Units: []store.Unit{{Name: "市住建局", Kind: store.UnitDepartment}}, People: []store.Person{lin},
				Groups: []store.Group{{Key: "住建群", Unit: "市住建局", Tier: 2, IDs: map[string]string{"dingtalk": "cid"}, Active: true}},
			}))
	})
}

func TestReleasedSchemasMigrate(t *testing.T) {
	fresh := t.TempDir()
	s := open(t, fresh)
	if err := errors.Join(live(s), s.Close()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(newest, []byte(dump(t, fresh)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob("testdata/schema-*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dumps: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			db := raw(t, dir)
			mustExec(t, db, string(text))
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			expectLife(t, open(t, dir))
			if diff := cmp.Diff(schema(t, raw(t, fresh)), schema(t, raw(t, dir))); diff != "" {
				t.Errorf("a migrated database is not like a fresh one (-fresh +migrated):\n%s", diff)
			}
		})
	}
}

// expectLife looks for what live put there.
func expectLife(t *testing.T, s *store.Store) {
	t.Helper()
	if head, err := s.VerifyJournal(t.Context()); head.Seq != 1 || err != nil {
		t.Errorf("the journal: line %d, %v", head.Seq, err)
	}
	err := s.View(t.Context(), func(v *store.View) error {
		p, err := v.Project("JD-1")
		if len(p.Cases) != 1 || p.Revision != 1 {
			t.Errorf("the project is %+v", p)
		}
		rows, _, err2 := v.Cases(store.CaseFilter{Open: true})
		if len(rows) != 1 {
			t.Errorf("the cases are %+v", rows)
		}
		d, err3 := v.Delivery("card-1")
		if d.State != store.DeliveryWaiting {
			t.Errorf("the delivery is %+v", d)
		}
		r, err4 := v.Roster()
		if r.Actor("lin").Name != "林某" || len(r.Groups) != 1 || len(r.Units) != 1 {
			t.Errorf("the roster is %+v", r)
		}
		_, err5 := v.Button("r1")
		_, err6 := v.Dialogue("dingtalk", "lin")
		_, err7 := v.Book("b1")
		_, seen, err8 := v.Seen("api", "k1")
		day, err9 := v.Value("day")
		if !seen || day != "2026-03-02" {
			t.Errorf("seen %v, day %q", seen, day)
		}
		return errors.Join(err, err2, err3, err4, err5, err6, err7, err8, err9)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	mustExec(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), options(dir, time.Now)); err == nil || !strings.Contains(err.Error(), "请换用新版本的程序") {
		t.Errorf("a newer schema gave %v", err)
	}
}

// schema gives the statements that make the database, without those of SQLite's own tables.
func schema(t *testing.T, db *sql.DB) (statements []string) {
	t.Helper()
	return texts(t, db, `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name`)
}

func texts(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dump writes the closed database of dir as statements that make it again: tables and their rows, then indexes and
// triggers.
func dump(t *testing.T, dir string) string {
	t.Helper()
	db := raw(t, dir)
	var out strings.Builder
	for _, table := range texts(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid`) {
		create := texts(t, db, `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '`+table+`'`)
		fmt.Fprintf(&out, "%s;\n", create[0])
		columns := texts(t, db, `SELECT 'quote("' || name || '")' FROM pragma_table_info('`+table+`')`)
		for _, values := range texts(t, db, `SELECT `+strings.Join(columns, ` || ', ' || `)+` FROM `+table) {
			fmt.Fprintf(&out, "INSERT INTO %s VALUES (%s);\n", table, values)
		}
	}
	for _, other := range texts(t, db, `SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid`) {
		fmt.Fprintf(&out, "%s;\n", other)
	}
	return out.String()
}

package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"

	"junma/bot"
	"junma/handlers/table"
	"junma/store"
)

// pressPatience is how long a press on [导入] waits for accounts to be looked up: the platform waits for the answer.
const pressPatience = 1500 * time.Millisecond

// tableRoster is the roster that stands in a table: what POST /api/v1/roster would be sent, with the rows it was made of.
type tableRoster struct {
	body    *rosterBody
	known   *store.Roster                  // that it was held against
	sent    map[table.Kind][]*table.Record // in the order of body
	spoilt  []*table.Record                // with cells that can't be read; they are not in body
	tally   tally
	wanting int // people whose account is to be looked up
}

func (r *tableRoster) empty() bool { return r.tally.records == 0 }

// readTableRoster reads the roster's sheets of a stored table.
func (h *Handlers) readTableRoster(sha string) (r *tableRoster, err error) {
	file, err := h.Store.OpenEvidence(sha)
	if err != nil {
		return nil, err
	}
	defer func(f *os.File) { err = errors.Join(err, f.Close()) }(file)
	r = &tableRoster{body: newRosterBody(), sent: map[table.Kind][]*table.Record{}}
	body := map[table.Kind][]json.RawMessage{}
	rows := func(visit func(table.Row) error) error { return table.ReadWithin(file, mostUnpacked, visit) }
	want := func(k table.Kind) bool { return k != table.Projects }
	other := func(sheet string, unused []string) {
		if len(unused) > 0 { // a sheet that nobody knows is told with the projects
			r.tally.notes = append(r.tally.notes, unread(sheet, unused))
		}
	}
	err = table.Records(rows, h.Headings, want, other, func(record *table.Record) error {
		if r.tally.records++; r.tally.records > mostInChat {
			return errTooMany
		}
		if len(record.Faults) > 0 {
			r.spoilt = append(r.spoilt, record)
			return nil
		}
		text, err := record.Body()
		body[record.Kind], r.sent[record.Kind] = append(body[record.Kind], text), append(r.sent[record.Kind], record)
		return err
	})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode roster: %w", err)
	}
	r.body.read(text)
	return r, nil
}

// rehearseTable reads a table back: what its projects and its roster would do. Accounts are not looked up yet.
func (t *turn) rehearseTable(sha string, rejects *table.Rejects) (*tally, *tableRoster, error) {
	r, err := t.h.readTableRoster(sha)
	if err != nil {
		return nil, nil, err
	}
	if r.known, err = t.tx.Roster(); err != nil {
		return nil, nil, err
	}
	r.body.keep(r.known)
	r.body.checkPlaces(r.known)
	r.body.checkAccounts(r.known)
	r.count()
	for name, platform := range t.h.Platforms {
		if _, ok := platform.(bot.Directory); !ok {
			continue
		}
		for i := range r.body.people {
			if row := &r.body.people[i]; len(row.faults) == 0 && wantsAccount(row.value, name, r.known) {
				r.wanting++
			}
		}
	}
	if err := r.settle(rejects); err != nil {
		return nil, nil, err
	}
	n, err := t.importTable(sha, t.rehearseRecord(), rejects)
	return n, r, err
}

// tellRoster says what the roster of a table would do.
func (t *turn) tellRoster(r *tableRoster) {
	if r.empty() {
		return
	}
	n := &r.tally
	t.sayf("名册共%d条:新增%d条,有变化%d条,没有变化%d条,有错%d条;表上没有的单位、人员和群保持不变。",
		n.records, n.created, n.changed, n.unchanged, n.rejected)
	if r.wanting > 0 {
		t.sayf("有%d人的账号在导入时按手机号查找。", r.wanting)
	}
}

// errRosterUnread ends the transaction of a press on [导入] that needs the roster of the table: its accounts are looked up
// before another one, because no transaction may wait for the network.
var errRosterUnread = errors.New("the roster of the table is not read yet")

// rosterPressed gives the roster of the table whose [导入] a press is on, held against the roster as it is.
func (h *Handlers) rosterPressed(ctx context.Context, c bot.Click) (*tableRoster, error) {
	var b store.Button
	var known *store.Roster
	err := h.Store.View(ctx, func(v *store.View) (err error) {
		if b, err = v.Button(c.Button); err != nil {
			return err
		}
		known, err = v.Roster()
		return err
	})
	if err != nil {
		return nil, err
	}
	sha, _, _ := strings.Cut(b.Arg, "|")
	r, err := h.readTableRoster(sha)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, pressPatience)
	defer cancel()
	r.known = known
	h.checkRoster(ctx, r.body, known)
	r.count()
	return r, r.settle(nil)
}

// takeRoster saves what can be taken of the roster of a pressed table, in the name of who pressed.
func (t *turn) takeRoster() error {
	change := t.roster.body.change(t.roster.known)
	if len(change.Units)+len(change.People)+len(change.Groups) == 0 {
		return nil
	}
	return t.h.saveRoster(t.tx, change, t.actor, t.key)
}

// told says what was done.
func (r *tableRoster) told() string {
	n := &r.tally
	return fmt.Sprintf("名册已导入:新增%d条,有变化%d条,没有变化%d条,退回%d条。", n.created, n.changed, n.unchanged, n.rejected)
}

// settle adds up what is refused, with the rows it stood in, and what is still missing in what is taken.
func (r *tableRoster) settle(rejects *table.Rejects) error {
	for _, record := range r.spoilt {
		if err := r.tally.reject(record, record.Faults, rejects); err != nil {
			return err
		}
	}
	result := r.body.result()
	for _, note := range result.Notes {
		record := r.about(note)
		r.tally.notes = append(r.tally.notes, maskPhones(record.Sentence(record.Explain(note.Field, note.Message))))
	}
	for i := 0; i < len(result.Errors); {
		record := r.about(result.Errors[i])
		var faults []table.Fault
		for ; i < len(result.Errors) && r.about(result.Errors[i]) == record; i++ {
			faults = append(faults, record.Explain(result.Errors[i].Field, result.Errors[i].Message))
		}
		if err := r.tally.reject(record, faults, rejects); err != nil {
			return err
		}
	}
	return nil
}

// about gives the record that a fault or note of the body is about. A body made of a table has none about the whole.
func (r *tableRoster) about(e RecordError) *table.Record {
	path := e.Field[strings.LastIndexByte(e.Field, ' ')+1:]
	list, _, _ := strings.Cut(path, "[")
	return r.sent[table.Kind(list)][e.Index]
}

// count adds up what is new and what differs from the roster as it is.
func (r *tableRoster) count() {
	for _, row := range r.body.units {
		before, known := r.known.Unit(row.id)
		r.add(row.faults, known, before == row.value)
	}
	for _, row := range r.body.people {
		before, known := r.known.Person(row.id)
		after := withKept(row.value, r.known)
		r.add(row.faults, known, known && before.Mobile == after.Mobile && alike(*before, after))
	}
	for _, row := range r.body.groups {
		before, known := groupKeyed(r.known, row.id)
		after := row.value
		after.IDs = maps.Clone(before.IDs) // those that the table doesn't name are kept
		if after.IDs == nil {
			after.IDs = map[string]string{}
		}
		maps.Copy(after.IDs, row.value.IDs)
		r.add(row.faults, known, alike(before, after))
	}
}

func (r *tableRoster) add(faults []RecordError, known, unchanged bool) {
	switch {
	case len(faults) > 0:
	case !known:
		r.tally.created++
	case unchanged:
		r.tally.unchanged++
	default:
		r.tally.changed++
	}
}

func groupKeyed(known *store.Roster, key string) (store.Group, bool) {
	for _, g := range known.Groups {
		if g.Key == key {
			return g, true
		}
	}
	return store.Group{}, false
}

// alike compares what is kept of two values: an empty list is none.
func alike[T any](a, b T) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && bytes.Equal(left, right)
}

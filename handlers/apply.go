package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/store"
)

// result is what an event did to a project.
type result struct {
	Project mechanism.Project // as it is now; as it was, when the event was refused
	Changed bool              // false: the event taught us nothing new and left no trace
}

// apply makes one event happen to one project: load, Step, save, journal, tell. by.Channel says where it came from; key
// is the platform's id of the click or message. Cards named in answered are not redrawn, because the answer to the
// click does that.
//
// A *mechanism.Refusal is journalled and returned. The caller must end its transaction without an error then, or the
// journal line is rolled back with it.
func (h *Handlers) apply(tx *store.Tx, project string, ev mechanism.Event, by mechanism.Actor, key string, answered ...string) (result, error) {
	return h.applyAt(tx, tx.Now, project, ev, by, key, answered...)
}

// applyAt is apply with the business instant of the event, which differs from the transaction's own for a day that is
// caught up later.
func (h *Handlers) applyAt(tx *store.Tx, now time.Time, project string, ev mechanism.Event, by mechanism.Actor, key string, answered ...string) (result, error) {
	before, err := loadFor(tx, project, ev)
	if err != nil {
		return result{}, err
	}
	after, notes, err := h.Book.Step(before, ev, by, now)
	if refusal, ok := errors.AsType[*mechanism.Refusal](err); ok {
		if err := h.journal(tx, ev, by, key, before, before, refusal.Sentence); err != nil {
			return result{}, err
		}
		return result{Project: before}, refusal
	}
	if err != nil {
		return result{Project: before}, &stepError{Project: project, Err: err}
	}
	due := h.Book.NextDue(&after, after.Day)
	if len(notes) == 0 && repeats(ev) && same(before, after) {
		return result{Project: before}, h.moveDue(tx, &before, ev, due)
	}
	if err := tx.SaveProject(&after, due); err != nil {
		return result{}, fmt.Errorf("save project %s: %w", project, err)
	}
	if err := h.outlook(tx, &after); err != nil {
		return result{}, err
	}
	if before.Name != after.Name {
		if err := tx.SaveNameKeys(after.ID, inquiry.Keys(after.Name)); err != nil {
			return result{}, err
		}
	}
	if err := h.journal(tx, ev, by, key, before, after, ""); err != nil {
		return result{}, err
	}
	if err := h.Notify.Enqueue(tx, &after, notes, answered...); err != nil {
		return result{}, fmt.Errorf("enqueue notifications of %s: %w", project, err)
	}
	return result{Project: after, Changed: true}, nil
}

// stepError says that the mechanism itself could not take an event: a fault of ours or of the stored project, which
// trying again does not mend.
type stepError struct {
	Project string
	Err     error
}

func (e *stepError) Error() string { return "step project " + e.Project + ": " + e.Err.Error() }
func (e *stepError) Unwrap() error { return e.Err }

// loadFor loads the project of an event. A record may be about a project that is not there yet.
func loadFor(tx *store.Tx, project string, ev mechanism.Event) (mechanism.Project, error) {
	p, err := tx.Project(project)
	if _, creates := ev.(mechanism.RecordArrived); creates && errors.Is(err, store.ErrNotFound) {
		return mechanism.Project{}, nil
	}
	if err != nil {
		return mechanism.Project{}, fmt.Errorf("load project %s: %w", project, err)
	}
	return p, nil
}

// repeats reports whether an event comes again and again with nothing new in it.
func repeats(ev mechanism.Event) bool {
	switch ev.(type) {
	case mechanism.RecordArrived, mechanism.DayBegan:
		return true
	}
	return false
}

// same reports whether two projects are equal in everything that is stored but the day they have come to.
func same(a, b mechanism.Project) bool {
	b.Day = a.Day
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// moveDue saves that the day which has begun found nothing to do in a project. Without an event the project itself must
// stay as its journal makes it.
func (h *Handlers) moveDue(tx *store.Tx, p *mechanism.Project, ev mechanism.Event, due mechanism.Date) error {
	if _, began := ev.(mechanism.DayBegan); !began {
		return nil
	}
	if err := tx.SaveProject(p, due); err != nil {
		return fmt.Errorf("save next due of %s: %w", p.ID, err)
	}
	return h.outlook(tx, p)
}

// journal appends the line of an event, or of a refused attempt.
func (h *Handlers) journal(tx *store.Tx, ev mechanism.Event, by mechanism.Actor, key string, before, after mechanism.Project, refused string) error {
	kind, data, err := mechanism.EncodeEvent(ev)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if err := h.saveBook(tx); err != nil {
		return err
	}
	id := after.ID
	if record, ok := ev.(mechanism.RecordArrived); ok {
		id = record.Record.ID
	}
	from, to := transitions(before, after)
	_, err = tx.Append(store.Entry{
		Project: id, Case: caseOf(ev), Actor: by, Channel: by.Channel, Kind: kind, Data: data,
		From: from, To: to, Book: h.Book.Hash(), Key: key, Refused: refused,
	})
	if err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// caseOf gives the case that an event is about; 0 when it is about the whole project.
func caseOf(ev mechanism.Event) int {
	switch ev := ev.(type) {
	case mechanism.Responded:
		return ev.Case
	case mechanism.Reported:
		return ev.Case
	case mechanism.Returned:
		return ev.Case
	case mechanism.Disposed:
		return ev.Case
	case mechanism.Disclaimed:
		return ev.Case
	case mechanism.Upheld:
		return ev.Case
	case mechanism.Transferred:
		return ev.Case
	case mechanism.Urged:
		return ev.Case
	case mechanism.EscalationReleased:
		return ev.Case
	case mechanism.EscalationWithheld:
		return ev.Case
	}
	return 0
}

// saveBook keeps the text of the rule book in force, once per process: journal lines name it by its hash.
func (h *Handlers) saveBook(tx *store.Tx) error {
	if h.bookSaved.Load() {
		return nil
	}
	spec, err := json.Marshal(h.Book.Spec())
	if err != nil {
		return fmt.Errorf("encode rule book: %w", err)
	}
	if err := tx.SaveBook(h.Book.Hash(), spec); err != nil {
		return fmt.Errorf("save rule book: %w", err)
	}
	tx.AfterCommit(func() { h.bookSaved.Store(true) })
	return nil
}

// transitions tells which cases changed their state, as "1 未办理" → "1 已升级, 2 未办理" (D.6: from → to).
func transitions(before, after mechanism.Project) (from, to string) {
	was := map[int]string{}
	for i := range before.Cases {
		was[before.Cases[i].Seq] = standing(&before.Cases[i])
	}
	var a, b []string
	for i := range after.Cases {
		c := &after.Cases[i]
		if old, known := was[c.Seq]; old != standing(c) {
			if known {
				a = append(a, fmt.Sprint(c.Seq, " ", old))
			}
			b = append(b, fmt.Sprint(c.Seq, " ", standing(c)))
		}
	}
	return strings.Join(a, ", "), strings.Join(b, ", ")
}

// standing is the state of a case in a few words.
func standing(c *mechanism.Case) string {
	words := []string{string(c.State)}
	if c.Waiting != "" {
		words = append(words, string(c.Waiting))
	}
	if c.Closure != "" {
		words = append(words, string(c.Closure))
	}
	return strings.Join(slices.Compact(words), "·")
}

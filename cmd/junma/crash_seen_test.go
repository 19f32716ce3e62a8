package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"junma/app"
	"junma/handlers"
	"junma/mechanism"
	"junma/store"
)

// outcome is what a story has left behind: on phones, and in the database.
type outcome struct {
	Cards   map[string][]string // by person: everything that each card shows, sorted
	Texts   map[string]int      // what the bot said to whom, and how often
	Told    map[string]int      // cards sent by person, kind, project, case and push
	Journal []string            // what happened, in order
	Project mechanism.Project
}

// outcome kills the program once more, and then looks at what is there.
func (w *world) outcome(ctx context.Context, t *testing.T) outcome {
	t.Helper()
	if err := w.child.kill(ctx); err != nil {
		t.Fatal(err)
	}
	o := outcome{Cards: map[string][]string{}, Texts: map[string]int{}, Told: map[string]int{}}
	for name, user := range w.userOf {
		ids := map[string]bool{}
		for _, item := range w.sandbox.Inbox(user) {
			switch {
			case item.Card != nil && ids[item.Card.OutTrackID]:
				t.Errorf("%s has card %s twice", name, item.Card.OutTrackID)
			case item.Card != nil:
				ids[item.Card.OutTrackID] = true
				o.Cards[name] = append(o.Cards[name], readCard(*item.Card))
			case item.From == "bot":
				o.Texts[name+": "+plain(item.Title+"\n"+item.Text)]++
			}
		}
		slices.Sort(o.Cards[name])
	}
	o.open(ctx, t, w)
	return o
}

// open reads the database of the dead program, and checks what must hold whatever happened.
func (o *outcome) open(ctx context.Context, t *testing.T, w *world) {
	t.Helper()
	config, err := app.LoadConfig(w.configPath())
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, store.Options{Path: config.Store.SQLitePath(), Evidence: config.Store.Evidence, Now: w.child.time})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.VerifyJournal(ctx); err != nil {
		t.Errorf("the journal does not hold: %v", err)
	}
	err = s.View(ctx, func(v *store.View) error {
		if err := o.readDeliveries(t, v); err != nil {
			return err
		}
		lines, err := v.Journal("", 0, 10_000)
		if err != nil {
			return err
		}
		for _, l := range lines {
			o.Journal = append(o.Journal, fmt.Sprintf("%s %s/%d %s %s→%s %s %s %s", l.At.Format("01-02 15:04"), l.Project, l.Case, l.Kind, l.From, l.To, l.Actor.Person, l.Data, l.Refused))
		}
		if o.Project, err = v.Project("p1"); err != nil {
			return err
		}
		for _, e := range evidenceOf(o.Project) {
			file, err := s.OpenEvidence(e.SHA256)
			if err != nil {
				return fmt.Errorf("evidence %s: %w", e.Name, err)
			}
			_ = file.Close()
		}
		o.replay(t, config.Book, lines)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readDeliveries counts the cards that were sent; nothing may be left open or given up.
func (o *outcome) readDeliveries(t *testing.T, v *store.View) error {
	all, err := v.Deliveries(store.DeliveryFilter{})
	for _, d := range all {
		if d.State != store.DeliverySent && d.State != store.DeliverySuperseded {
			t.Errorf("the %s %s is %s: %s", d.Effect, d.Key, d.State, d.Reason)
		}
		if d.Effect == store.EffectCard && d.State == store.DeliverySent {
			o.Told[fmt.Sprintf("%s %s %s/%d push %d", d.Person, d.Kind, d.Project, d.Case, d.Push)]++
		}
	}
	return err
}

func evidenceOf(p mechanism.Project) (all []mechanism.Evidence) {
	for _, c := range p.Cases {
		for _, r := range c.Reports {
			all = append(all, r.Evidence...)
		}
	}
	return all
}

// replay checks that the journal, through Step, gives the stored project.
func (o *outcome) replay(t *testing.T, book *mechanism.Book, lines []store.Entry) {
	t.Helper()
	var p mechanism.Project
	for _, l := range lines {
		if l.Project != "p1" || l.Refused != "" {
			continue
		}
		event, err := mechanism.DecodeEvent(l.Kind, l.Data)
		if err != nil {
			t.Fatal(err)
		}
		if p, _, err = book.Step(p, event, l.Actor, handlers.EventTime(l)); err != nil {
			t.Fatalf("replay of line %d: %v", l.Seq, err)
		}
	}
	if diff := cmp.Diff(o.Project, p, cmpopts.IgnoreFields(mechanism.Project{}, "Revision"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the stored project (-) is not the journal replayed (+):\n%s", diff)
	}
}

// texts says how often a text may be said that was said once without crashes.
type texts int

const (
	once     texts = iota
	repeated       // it may have arrived at each crash, and the platform knows no id of it, as it does of a card
)

// same compares a disturbed story with the undisturbed one.
func same(t *testing.T, want, got outcome, often texts) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(outcome{}, "Texts"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("undisturbed (-), with crashes (+):\n%s", diff)
	}
	all := maps.Clone(want.Texts)
	maps.Copy(all, got.Texts)
	for text := range all {
		before, n := want.Texts[text], got.Texts[text]
		if n < before || before == 0 || often == once && n > before {
			t.Errorf("said %d times, undisturbed %d times: %s", n, before, text)
		}
	}
}

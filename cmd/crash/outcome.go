package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"junma/app"
	"junma/handlers"
	"junma/mechanism"
	"junma/store"
)

// outcome is what a story has left behind: on phones, and in the database.
type outcome struct {
	Cards    map[string][]string          // by person: everything that each card shows, sorted
	Texts    map[string]int               // what the bot said to whom, and how often
	Told     map[string]int               // cards sent by person, kind, project, case and push
	Journal  map[string][]string          // by project: what happened, in order
	Refused  map[string][]string          // by project: what was tried in vain
	Projects map[string]mechanism.Project // as stored
	faults   []string                     // what must never be, whatever happened
}

func (o *outcome) fault(format string, args ...any) {
	o.faults = append(o.faults, fmt.Sprintf(format, args...))
}

// outcome kills the service once more, and then looks at what is there.
func (w *world) outcome(ctx context.Context) (*outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := w.kill(ctx); err != nil {
		return nil, err
	}
	o := &outcome{
		Cards: map[string][]string{}, Texts: map[string]int{}, Told: map[string]int{},
		Journal: map[string][]string{}, Refused: map[string][]string{}, Projects: map[string]mechanism.Project{},
	}
	o.readPhones(w)
	for _, line := range w.log.errorLines() {
		o.fault("an error in the log: %s", line)
	}
	return o, o.readDatabase(ctx, w)
}

// head is what a list of the day says of the moment: the minute at which it was drawn, and the journal's head, which hangs
// on ids that are drawn at random.
var head = regexp.MustCompile(`截至[^。]*。|[0-9]+:[0-9a-f]{8,64}`)

func (o *outcome) readPhones(w *world) {
	for name, user := range w.userOf {
		ids := map[string]bool{}
		for _, item := range w.sandbox.Inbox(user) {
			switch {
			case item.Card != nil && ids[item.Card.OutTrackID]:
				o.fault("%s has card %s twice", name, item.Card.OutTrackID)
			case item.Card != nil:
				ids[item.Card.OutTrackID] = true
				o.Cards[name] = append(o.Cards[name], head.ReplaceAllString(readCard(*item.Card), "…"))
			case item.From == "bot":
				o.Texts[name+": "+plain.Replace(item.Title+"\n"+item.Text)]++
			}
		}
		slices.Sort(o.Cards[name])
	}
}

// readDatabase reads the database of the dead service, and checks what must hold whatever happened.
func (o *outcome) readDatabase(ctx context.Context, w *world) error {
	config, err := app.LoadConfig(w.configPath())
	if err != nil {
		return err
	}
	if _, err := app.Audit(ctx, config, app.Head{}); err != nil {
		o.fault("the journal does not hold: %v", err)
	}
	evidence := func(sha string) string { return filepath.Join(config.Store.Evidence, sha) }
	return store.Peek(ctx, config.Store.SQLitePath(), func(v *store.View) error {
		if err := o.readDeliveries(v); err != nil {
			return err
		}
		ids, err := v.AllProjects("", 1000)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := o.readProject(v, id, config.Book, evidence); err != nil {
				return err
			}
		}
		return nil
	})
}

// readDeliveries counts the cards that were sent; nothing may be left open or given up.
func (o *outcome) readDeliveries(v *store.View) error {
	all, err := v.Deliveries(store.DeliveryFilter{})
	for _, d := range all {
		if d.State != store.DeliverySent && d.State != store.DeliverySuperseded {
			o.fault("the %s %s is %s: %s", d.Effect, d.Key, d.State, d.Reason)
		}
		if d.Effect == store.EffectCard && d.State == store.DeliverySent {
			o.Told[fmt.Sprintf("%s %s %s/%d push %d", d.Person, d.Kind, d.Project, d.Case, d.Push)]++
		}
	}
	return err
}

// readProject reads a project and its journal, replays the one from the other, and looks for its files.
func (o *outcome) readProject(v *store.View, id string, book *mechanism.Book, path func(sha string) string) error {
	p, err := v.Project(id)
	if err != nil {
		return err
	}
	journal, err := v.Journal(id, 0, 10_000)
	if err != nil {
		return err
	}
	var again mechanism.Project
	for _, l := range journal {
		text := fmt.Sprintf("%s %d %s %s→%s %s %s %s", l.At.Format("01-02 15:04"), l.Case, l.Kind, l.From, l.To, l.Actor.Person, l.Data, l.Refused)
		if l.Refused != "" {
			o.Refused[id] = append(o.Refused[id], text)
			continue
		}
		o.Journal[id] = append(o.Journal[id], text)
		event, err := mechanism.DecodeEvent(l.Kind, l.Data)
		if err != nil {
			return err
		}
		if again, _, err = book.Step(again, event, l.Actor, handlers.EventTime(l)); err != nil {
			o.fault("replay of line %d: %v", l.Seq, err)
			return nil
		}
	}
	if diff := cmp.Diff(p, again, cmpopts.IgnoreFields(mechanism.Project{}, "Revision"), cmpopts.EquateEmpty()); diff != "" {
		o.fault("the stored project %s (-) is not its journal replayed (+):\n%s", id, diff)
	}
	for _, c := range p.Cases {
		for _, r := range c.Reports {
			for _, e := range r.Evidence {
				if sum, err := hashFile(path(e.SHA256)); e.SHA256 != "" && (err != nil || sum != e.SHA256) {
					o.fault("the evidence %s of %s is %s (%v)", e.SHA256, id, sum, err)
				}
			}
		}
	}
	p.Revision = 0 // a write more or less is no difference
	o.Projects[id] = p
	return nil
}

// twicePressed is what a card says after a press that had been taken already, when its first answer was lost.
const twicePressed = "没有重复提交"

// expected gives the undisturbed outcome as whoever pressed twice may see it: a card says so in place of what the lost
// answer had said.
func (o *outcome) expected(calm *outcome) *outcome {
	want := *calm
	want.Cards = maps.Clone(calm.Cards)
	for name, cards := range o.Cards {
		others, missing := slices.Clone(cards), 0
		for _, c := range calm.Cards[name] {
			if i := slices.Index(others, c); i >= 0 {
				others = slices.Delete(others, i, i+1)
			} else {
				missing++
			}
		}
		others = slices.DeleteFunc(others, func(c string) bool { return strings.Contains(c, twicePressed) })
		if len(others) == 0 && len(cards) == len(calm.Cards[name]) && missing > 0 {
			want.Cards[name] = cards
		}
	}
	return &want
}

// differences compares a disturbed story with the undisturbed one. What was said once may be said again by a service
// that was killed before it learnt that it had been said: the platform knows no id of a text, as it does of a card.
// repeated allows that. Where acknowledgements are lost, people press twice, which is refused the second time.
func (o *outcome) differences(calm *outcome, repeated, lost bool) []string {
	all := slices.Clone(o.faults)
	ignored := []string{"Texts"}
	if lost {
		calm = o.expected(calm)
		ignored = append(ignored, "Refused")
	}
	if diff := cmp.Diff(calm, o, cmpopts.IgnoreFields(outcome{}, ignored...), cmpopts.IgnoreUnexported(outcome{}), cmpopts.EquateEmpty()); diff != "" {
		all = append(all, "undisturbed (-), with kills (+):\n"+diff)
	}
	texts := maps.Clone(calm.Texts)
	maps.Copy(texts, o.Texts)
	for text := range texts {
		before, n := calm.Texts[text], o.Texts[text]
		if n < before || before == 0 || !repeated && n > before {
			all = append(all, fmt.Sprintf("said %d times, undisturbed %d times: %s", n, before, text))
		}
	}
	return all
}

func hashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // only read
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return hex.EncodeToString(hash.Sum(nil)), err
}

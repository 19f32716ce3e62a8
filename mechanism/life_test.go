package mechanism_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"junma/mechanism"
)

// world is one project lived through Step, with the people of F.1 and F.2.
type world struct {
	t     testing.TB
	book  *mechanism.Book
	p     mechanism.Project
	now   time.Time
	notes []mechanism.Notification // of the last step
}

// newWorld opens no project yet; the clock stands at 09:00 of a day.
func newWorld(t testing.TB, date, rules string) *world {
	t.Helper()
	return &world{t: t, book: bookWith(t, rules), now: day(t, date).At(9, 0)}
}

func office(unit string, role mechanism.Role) mechanism.Actor {
	return mechanism.Actor{
		Person: unit + string(role), Name: unit[:3] + "某", Offices: []mechanism.Office{{Unit: unit, Role: role}},
	}
}

var (
	system  = mechanism.Actor{}
	chen    = office("下涯镇", mechanism.RoleContact)
	boss    = office("下涯镇", mechanism.RoleLeader)
	lin     = office("市住建局", mechanism.RoleContact)
	jingxin = office("市经信局", mechanism.RoleContact)
	guizi   = office("市规划和自然资源局", mechanism.RoleContact)
	force   = office(mechanism.UnitTaskForce, mechanism.RoleTaskForce)
	mayor   = office(mechanism.CityLeaders, mechanism.RoleCity)
	nobody  = mechanism.Actor{Person: "路人", Name: "路某"}
)

// yunxi is the project of F.1: 施工许可 from 4月20日, 25日, so orange on 5月10日 and red on 5月16日.
func yunxi(t testing.TB) mechanism.Record {
	return mechanism.Record{
		ID: "JD-1", Name: "云溪新材料年产2万吨硅基材料项目", Category: mechanism.Industry, Owner: "云溪新材料有限公司",
		Town: "下涯镇", InvestmentWan: 52000, FilingKind: mechanism.FilingBasic,
		Stages: []mechanism.StageRecord{running(t, mechanism.ConstructionPermit, "2026-04-20", "25日")},
	}
}

func running(t testing.TB, s mechanism.Stage, start, limit string) mechanism.StageRecord {
	t.Helper()
	l, err := mechanism.ParseLimit(limit)
	if err != nil {
		t.Fatal(err)
	}
	return mechanism.StageRecord{Stage: s, Start: day(t, start), Limit: l}
}

// try is one step whose outcome the caller looks at. A refused step changes nothing.
func (w *world) try(ev mechanism.Event, by mechanism.Actor) error {
	w.t.Helper()
	next, notes, err := w.book.Step(w.p, ev, by, w.now)
	w.p, w.notes = next, notes
	return err
}

func (w *world) do(ev mechanism.Event, by mechanism.Actor) {
	w.t.Helper()
	if err := w.try(ev, by); err != nil {
		w.t.Fatalf("%T on %s: %v", ev, mechanism.DateOf(w.now), err)
	}
}

func (w *world) record(r mechanism.Record) {
	w.t.Helper()
	w.do(mechanism.RecordArrived{Record: r}, system)
}

// begin moves to 00:00 of a day and lets it begin.
func (w *world) begin(date string) {
	w.t.Helper()
	w.now = day(w.t, date).Time()
	w.do(mechanism.DayBegan{}, system)
}

func (w *world) at(date string) *world {
	w.now = day(w.t, date).At(10, 26)
	return w
}

func (w *world) last() *mechanism.Case {
	w.t.Helper()
	if len(w.p.Cases) == 0 {
		w.t.Fatalf("no case on %s", mechanism.DateOf(w.now))
	}
	return &w.p.Cases[len(w.p.Cases)-1]
}

// stands checks the present level, state and what is waited for, of a case.
func (w *world) stands(seq int, level mechanism.Level, state mechanism.State, wait mechanism.Waiting) {
	w.t.Helper()
	c := w.p.Case(seq)
	if c == nil {
		w.t.Fatalf("no case %d", seq)
	}
	if c.Level != level || c.State != state || c.Waiting != wait {
		w.t.Fatalf("case %d is %s %s·%s, want %s %s·%s", seq, c.Level, c.State, c.Waiting, level, state, wait)
	}
}

func (w *world) cases(n int) {
	w.t.Helper()
	if len(w.p.Cases) != n {
		w.t.Fatalf("%d cases on %s, want %d: %+v", len(w.p.Cases), mechanism.DateOf(w.now), n, w.p.Cases)
	}
}

// refused checks that an event is refused with a code and a sentence that says what a person needs.
func (w *world) refused(ev mechanism.Event, by mechanism.Actor, code mechanism.Code, words ...string) {
	w.t.Helper()
	err := w.try(ev, by)
	refusal, ok := errors.AsType[*mechanism.Refusal](err)
	if !ok {
		w.t.Fatalf("%T by %s is not refused: %v", ev, by.Person, err)
	}
	if refusal.Code != code {
		w.t.Errorf("%T by %s refused as %s, want %s: %s", ev, by.Person, refusal.Code, code, refusal.Sentence)
	}
	for _, word := range words {
		if !strings.Contains(refusal.Sentence, word) {
			w.t.Errorf("sentence %q does not say %q", refusal.Sentence, word)
		}
	}
}

// told gives the keys of the last step's notifications of a kind, sorted.
func (w *world) told(kind mechanism.Kind) []string {
	var keys []string
	for _, n := range w.notes {
		if n.Kind == kind {
			keys = append(keys, n.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (w *world) hints() []mechanism.HintWhy {
	var why []mechanism.HintWhy
	for _, h := range w.p.Hints {
		why = append(why, h.Why)
	}
	return why
}

func report(seq int) mechanism.Reported {
	return mechanism.Reported{
		Case: seq, Cause: "审批手续", Text: "施工图审查消防意见未闭合,预计5月12日补齐", Confirm: "属实,确认报送",
		Evidence: []mechanism.Evidence{{Name: "审查意见书.jpg", SHA256: strings.Repeat("a", 64), Size: 1024, Type: "jpg"}},
	}
}

func dispose(seq int, option mechanism.Option) mechanism.Disposed {
	return mechanism.Disposed{Case: seq, Option: option, Confirm: "确认办理"}
}

func (w *world) ongoing(seq int, date string) mechanism.Disposed {
	d := dispose(seq, mechanism.Ongoing)
	d.Date = day(w.t, date)
	return d
}

func (w *world) completed(seq int, date string) mechanism.Disposed {
	d := dispose(seq, mechanism.Completed)
	d.Date = day(w.t, date)
	return d
}

func notNeeded(seq int, reason string) mechanism.Disposed {
	d := dispose(seq, mechanism.NotNeeded)
	d.Reason = reason
	return d
}

// orange is the world on the day after F.1's card went out.
func orange(t testing.TB) *world {
	w := newWorld(t, "2026-05-09", "")
	w.record(yunxi(t))
	w.begin("2026-05-10")
	w.cases(1)
	return w.at("2026-05-11")
}

// red is the world on the day after the same stage turned red.
func red(t testing.TB) *world {
	w := orange(t)
	w.begin("2026-05-16")
	w.cases(2)
	return w.at("2026-05-17")
}

// early is a red of 2026-03-02, the vector of D.4.
func early(t testing.TB, rules string) *world {
	w := newWorld(t, "2026-03-01", rules)
	r := yunxi(t)
	r.Stages = []mechanism.StageRecord{running(t, mechanism.ConstructionPermit, "2026-02-28", "1日")}
	w.record(r)
	w.begin("2026-03-02")
	return w
}

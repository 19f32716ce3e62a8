package mechanism_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"junma/mechanism"
)

// line is one journal line: what Step was given.
type line struct {
	kind string
	data []byte
	by   mechanism.Actor
	now  time.Time
}

// random lives one project through random events, checking after each what must always hold.
type random struct {
	*rapid.T
	book    *mechanism.Book
	p       mechanism.Project
	now     time.Time
	journal []line
	people  []mechanism.Actor
}

var stagesAtPlay = []mechanism.Stage{
	mechanism.PlanningPermit, mechanism.ConstructionPermit, mechanism.StartSupervision, mechanism.StatisticsEntry,
}

func Test随机事件下始终成立(t *testing.T) { rapid.Check(t, livesAtRandom(t)) }

// livesAtRandom gives the property: one project under random events of random people.
func livesAtRandom(t testing.TB) func(*rapid.T) {
	books := []*mechanism.Book{
		bookWith(t, "[limits]\naccept_samples = true"),
		bookWith(t, ""),
		bookWith(t, "[source]\nlocal_red = \"count\"\n[push]\noverdue_at = \"at_4th_push\"\norange_overdue = true\n[limits]\naccept_samples = true"),
	}
	people := []mechanism.Actor{chen, boss, lin, guizi, jingxin, force, nobody, office("市统计局", mechanism.RoleContact)}
	start := day(t, "2026-03-02")
	return func(rt *rapid.T) {
		r := &random{T: rt, book: books[rapid.IntRange(0, len(books)-1).Draw(rt, "book")], now: start.Time(), people: people}
		r.step(r.record(), system)
		for range rapid.IntRange(1, 25).Draw(rt, "events") {
			r.now = r.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "hours")) * time.Hour)
			r.step(r.event(), r.someone())
		}
		r.sameDayTwice()
		r.gapIsDayByDay()
		r.replays()
	}
}

func (r *random) someone() mechanism.Actor {
	if rapid.Bool().Draw(r.T, "system") {
		return system
	}
	return rapid.SampledFrom(r.people).Draw(r.T, "who")
}

func (r *random) record() mechanism.RecordArrived {
	today := mechanism.DateOf(r.now)
	rec := mechanism.Record{
		ID: "JD-1", Name: "云溪", Category: mechanism.Industry, Town: "下涯镇", Owner: "云溪新材料有限公司", InvestmentWan: 52000,
		RedCount: rapid.IntRange(0, 2).Draw(r.T, "red count"), Complete: rapid.Bool().Draw(r.T, "complete"),
	}
	for _, s := range stagesAtPlay {
		row := mechanism.StageRecord{Stage: s}
		switch rapid.IntRange(0, 5).Draw(r.T, "row") {
		case 0:
			row.Start = today - mechanism.Date(rapid.IntRange(0, 40).Draw(r.T, "started"))
		case 1:
			row.Start = today - mechanism.Date(rapid.IntRange(0, 40).Draw(r.T, "started"))
			row.Limit = rapid.SampledFrom([]mechanism.Limit{
				{N: rapid.IntRange(1, 40).Draw(r.T, "limit"), Unit: mechanism.Days}, {N: 12, Unit: mechanism.WorkDays}, {N: 1, Unit: mechanism.Months},
			}).Draw(r.T, "term")
		case 2:
			row.Done = today - mechanism.Date(rapid.IntRange(0, 5).Draw(r.T, "done"))
		case 3:
			row.Applies = new(rapid.Bool().Draw(r.T, "applies"))
		default:
			continue
		}
		rec.Stages = append(rec.Stages, row)
	}
	for range rapid.IntRange(0, 2).Draw(r.T, "lights") {
		rec.Lights = append(rec.Lights, mechanism.LightRecord{
			Stage: rapid.SampledFrom(stagesAtPlay).Draw(r.T, "lit"),
			Level: rapid.SampledFrom([]mechanism.Level{mechanism.Orange, mechanism.Red}).Draw(r.T, "level"),
			Since: today - mechanism.Date(rapid.IntRange(0, 9).Draw(r.T, "since")),
			Ref:   rapid.SampledFrom([]string{"", "HZ-1", "HZ-2"}).Draw(r.T, "ref"), Off: rapid.Bool().Draw(r.T, "off"),
		})
	}
	return mechanism.RecordArrived{Record: rec, Baseline: rapid.IntRange(0, 4).Draw(r.T, "baseline") == 0}
}

func (r *random) event() mechanism.Event {
	seq := rapid.IntRange(1, max(1, len(r.p.Cases))).Draw(r.T, "case")
	today := mechanism.DateOf(r.now)
	d := dispose(seq, rapid.SampledFrom([]mechanism.Option{
		mechanism.Ongoing, mechanism.Completed, mechanism.NotNeeded, mechanism.Ongoing, mechanism.NotNeeded, mechanism.Exit,
	}).Draw(r.T, "option"))
	d.Date, d.Reason = today, rapid.SampledFrom([]string{"数据有误", "规则豁免"}).Draw(r.T, "reason")
	d.Proxy = rapid.SampledFrom([]string{"", "代办"}).Draw(r.T, "proxy")
	switch rapid.IntRange(0, 12).Draw(r.T, "event") {
	case 0, 1:
		return r.record()
	case 2:
		return mechanism.Responded{Case: seq}
	case 3, 4:
		return report(seq)
	case 5:
		return mechanism.Returned{Case: seq, Reason: "补"}
	case 6, 7:
		return d
	case 8:
		return rapid.SampledFrom([]mechanism.Event{
			mechanism.Urged{Case: seq},
			mechanism.Disclaimed{Case: seq, Reason: "不是"},
			mechanism.Disclaimed{Case: seq, Reason: "不是"},
			mechanism.Upheld{Case: seq, Reason: "是"},
			mechanism.Transferred{Case: seq, Unit: "梅城镇", Reason: "辖区"},
		}).Draw(r.T, "whose")
	case 9:
		return mechanism.BacklogReleased{}
	case 10:
		return mechanism.EscalationReleased{Case: seq}
	case 11:
		return mechanism.EscalationWithheld{Case: seq, Reason: "缓"}
	}
	return mechanism.DayBegan{}
}

func (r *random) step(ev mechanism.Event, by mechanism.Actor) {
	before := encode(r, r.p)
	next, notes, err := r.book.Step(r.p, ev, by, r.now)
	if after := encode(r, r.p); after != before {
		r.Fatalf("%T changed its argument:\n%s\n%s", ev, before, after)
	}
	if err != nil {
		if encode(r, next) != before || notes != nil {
			r.Fatalf("%T was refused but changed something", ev)
		}
		return
	}
	if _, read := ev.(mechanism.Responded); read {
		r.readsOnly(next)
	}
	kind, data, err := mechanism.EncodeEvent(ev)
	if err != nil {
		r.Fatal(err)
	}
	r.journal = append(r.journal, line{kind, data, by, r.now})
	r.p = next
	r.holds(notes)
	if arrived, ok := ev.(mechanism.RecordArrived); ok {
		again, told, err := r.book.Step(r.p, ev, by, r.now)
		if err != nil || len(told) != 0 || encode(r, again) != encode(r, r.p) {
			r.Fatalf("the same record twice: %v %v\n%s\n%s\n%s", err, told, data, encode(r, r.p), encode(r, again))
		}
		r.anyOrder(arrived, before, by)
	}
}

// anyOrder: an export may list stages and lights in any order.
func (r *random) anyOrder(ev mechanism.RecordArrived, before string, by mechanism.Actor) {
	var p mechanism.Project
	if err := json.Unmarshal([]byte(before), &p); err != nil {
		r.Fatal(err)
	}
	ev.Record.Stages, ev.Record.Lights = slices.Clone(ev.Record.Stages), slices.Clone(ev.Record.Lights)
	slices.Reverse(ev.Record.Stages)
	slices.Reverse(ev.Record.Lights)
	other, _, err := r.book.Step(p, ev, by, r.now)
	if err != nil || encode(r, other) != encode(r, r.p) {
		r.Fatalf("in another order: %v\n%s\n%s", err, encode(r, r.p), encode(r, other))
	}
}

// readsOnly: reading ends nothing that the day alone does not end.
func (r *random) readsOnly(next mechanism.Project) {
	byDay, _, err := r.book.Step(r.p, mechanism.DayBegan{}, system, r.now)
	if err != nil {
		r.Fatal(err)
	}
	for i, c := range next.Cases {
		if c.State != byDay.Cases[i].State {
			r.Fatalf("reading took case %d from %s to %s", c.Seq, byDay.Cases[i].State, c.State)
		}
	}
}

func (r *random) holds(notes []mechanism.Notification) {
	open, keys, reds := map[mechanism.Stage]int{}, map[string]bool{}, r.p.RedBase
	for _, c := range r.p.Cases {
		key := encode(r, []any{c.Stage, c.Occurrence, c.Level})
		if keys[key] {
			r.Fatalf("two cases of %s", key)
		}
		keys[key] = true
		if c.State.Open() {
			open[c.Stage]++
		} else if c.ClosedOn.IsZero() || c.Waiting != "" {
			r.Fatalf("ended case %+v", c)
		}
		if open[c.Stage] > 1 {
			r.Fatalf("two open cases of %s", c.Stage)
		}
		if c.Level == mechanism.Red && c.RedNo > 0 && !c.InBase && c.State != mechanism.Revoked {
			reds++
		}
	}
	if reds != r.p.RedCount() {
		r.Fatalf("%d reds, counted %d", r.p.RedCount(), reds)
	}
	told := map[string]bool{}
	for _, n := range notes {
		if told[n.Key] || n.Key == "" || n.To.Unit == "" {
			r.Fatalf("notification %+v", n)
		}
		told[n.Key] = true
		if c := r.p.Case(n.Case); c != nil && c.Backlog && n.Kind != mechanism.KindBacklog {
			r.Fatalf("存量 is told: %+v", n)
		}
	}
}

func (r *random) sameDayTwice() {
	r.step(mechanism.DayBegan{}, system)
	again, notes, err := r.book.Step(r.p, mechanism.DayBegan{}, system, r.now)
	if err != nil || len(notes) != 0 || encode(r, again) != encode(r, r.p) {
		r.Fatalf("a day that began twice: %v %v", err, notes)
	}
}

func (r *random) gapIsDayByDay() {
	daily, dailyTold, changes := r.p, []string(nil), mechanism.Date(0)
	due := r.book.NextDue(&r.p, r.p.Day)
	last := r.p.Day + mechanism.Date(rapid.IntRange(1, 200).Draw(r.T, "gap"))
	for d := r.p.Day + 1; d <= last; d++ {
		next, notes, err := r.book.Step(daily, mechanism.DayBegan{}, system, d.Time())
		if err != nil {
			r.Fatal(err)
		}
		daily.Day = d
		if changes.IsZero() && encode(r, next) != encode(r, daily) {
			changes = d
		}
		daily, dailyTold = next, append(dailyTold, keysOf(notes)...)
	}
	if !changes.IsZero() && (due.IsZero() || due > changes) {
		r.Fatalf("changed on %s, next due was %s", changes, due)
	}
	gap, notes, err := r.book.Step(r.p, mechanism.DayBegan{}, system, last.Time())
	if err != nil {
		r.Fatal(err)
	}
	if encode(r, gap) != encode(r, daily) {
		r.Fatalf("a gap of days gives\n%s\nday by day\n%s", encode(r, gap), encode(r, daily))
	}
	slices.Sort(dailyTold)
	if got := keysOf(notes); !slices.Equal(got, slices.Compact(dailyTold)) {
		r.Fatalf("a gap of days tells %v, day by day %v", got, dailyTold)
	}
}

func keysOf(notes []mechanism.Notification) []string {
	var keys []string
	for _, n := range notes {
		keys = append(keys, n.Key)
	}
	slices.Sort(keys)
	return keys
}

// replays: the journal through Step, every project stored and loaded between, gives the stored project.
func (r *random) replays() {
	var p mechanism.Project
	for _, l := range r.journal {
		ev, err := mechanism.DecodeEvent(l.kind, l.data)
		if err != nil {
			r.Fatal(err)
		}
		next, _, err := r.book.Step(p, ev, l.by, l.now)
		if err != nil {
			r.Fatalf("replay of %s: %v", l.kind, err)
		}
		p = mechanism.Project{}
		if err := json.Unmarshal([]byte(encode(r, next)), &p); err != nil {
			r.Fatal(err)
		}
	}
	if encode(r, p) != encode(r, r.p) {
		r.Fatalf("replay gives\n%s\nstored\n%s", encode(r, p), encode(r, r.p))
	}
}

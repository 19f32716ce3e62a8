package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"junma/handlers"
	"junma/mechanism"
	"junma/store"
)

// fourStages are projects whose days differ: an orange and a red to come, a red that is pushed on, one that is done.
func fourStages() []string {
	return []string{
		record("将橙", `"name":"将橙"`, permit("2026-04-20")),
		record("已红", `"name":"已红"`, permit("2026-03-02")),
		record("两环节", `"name":"两环节"`, `"stages":[{"stage":"施工许可","start":"2026-03-02","done":"2026-03-20"},{"stage":"开工监管","start":"2026-03-20","limit":"60日"}]`),
		record("平台灯", `"name":"平台灯"`, `"lights":[{"stage":"入统","level":"红","since":"2026-04-01","ref":"HZ-1"}]`),
	}
}

func TestAGapOfDaysEqualsTheDaysOneByOne(t *testing.T) {
	oneByOne, gap := newCity(t, "2026-05-08"), newCity(t, "2026-05-08")
	for _, c := range []*city{oneByOne, gap} {
		c.dayBegan("2026-05-08")
		c.mustTake(fourStages()...)
	}
	first, _ := mechanism.ParseDate("2026-05-09")
	last, _ := mechanism.ParseDate("2026-08-31")
	for day := first; day <= last; day++ {
		oneByOne.dayBegan(day.String())
	}
	gap.dayBegan(last.String())
	for _, record := range fourStages() {
		var named struct{ ID string }
		if err := json.Unmarshal([]byte(record), &named); err != nil {
			t.Fatal(err)
		}
		// Only the instants differ: a day that is caught up is dated 00:00.
		instants := cmp.Options{
			cmpopts.IgnoreFields(mechanism.Escalation{}, "RaisedAt", "PostAt"),
			cmpopts.IgnoreFields(mechanism.Project{}, "Revision"),
		}
		if diff := cmp.Diff(oneByOne.project(named.ID), gap.project(named.ID), instants); diff != "" {
			t.Errorf("%s: one by one (-), after a gap (+):\n%s", named.ID, diff)
		}
	}
	if diff := cmp.Diff(pushes(oneByOne), pushes(gap)); diff != "" {
		t.Errorf("pushes told: one by one (-), after a gap (+):\n%s", diff)
	}
	if n := len(gap.project("已红").Cases[0].Disposals); n != 0 || gap.project("已红").Cases[0].Push < 4 {
		t.Errorf("the days did nothing: %+v", gap.project("已红").Cases[0])
	}
}

// pushes gives what was enqueued of every push, by project, case and number.
func pushes(c *city) map[string]int {
	c.t.Helper()
	all := map[string]int{}
	for _, d := range c.told(mechanism.KindPush) {
		all[fmt.Sprint(d.Project, " ", d.Case, " ", d.Push, " ", d.Person)]++
	}
	return all
}

func TestTheSameDayTwiceIsOnce(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.mustTake(fourStages()...)
	c.dayBegan("2026-05-10")
	lines, told := len(c.journal("")), c.deliveries()
	c.dayBegan("2026-05-10")
	if n := len(c.journal("")); n != lines {
		t.Errorf("%d journal lines, before %d", n, lines)
	}
	if n := c.deliveries(); n != told {
		t.Errorf("%d deliveries, before %d", n, told)
	}
	if p := c.project("将橙"); len(p.Cases) != 1 || p.Cases[0].Level != mechanism.Orange {
		t.Errorf("5月10日 is the first orange day: %+v", p.Cases)
	}
}

func TestADayOnWhichNothingHappensLeavesNoTrace(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.dayBegan("2026-05-08")
	c.mustTake(record("绿", permit("2026-05-01")))
	lines := len(c.journal(""))
	c.dayBegan("2026-05-12") // green until 5月21日
	if n := len(c.journal("")); n != lines {
		t.Errorf("%d journal lines, before %d", n, lines)
	}
	c.dayBegan("2026-05-21")
	if p := c.project("绿"); len(p.Cases) != 1 || p.Cases[0].FiredOn.String() != "2026-05-21" {
		t.Errorf("cases: %+v", p.Cases)
	}
}

func TestAfterACrashInTheMiddleTheRestOfTheDayIsDone(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.dayBegan("2026-05-08")
	var all []string
	for i := range 700 { // more than are looked up at once
		all = append(all, record(fmt.Sprintf("JD-%03d", i), fmt.Sprintf(`"name":"项目%d"`, i), permit("2026-04-20")))
	}
	c.mustTake(all...)
	c.moveTo("2026-05-11")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var begun atomic.Int64
	c.onBegin = func() { // the power fails while the second of the three days is under way
		if begun.Add(1) == 100 {
			cancel()
		}
	}
	if err := c.handlers.DayBegan(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the day was not interrupted: %v", err)
	}
	if n := c.fired(); n < 50 || n >= 700 {
		t.Fatalf("%d projects were done before the crash", n)
	}
	if got := c.value("day.done"); got != "2026-05-09" {
		t.Errorf("a day that is not done is recorded: %s", got)
	}
	if err := handlers.New(c.options).DayBegan(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := c.fired(); n != 700 {
		t.Errorf("%d projects are done, want 700", n)
	}
	if got := c.value("day.done"); got != "2026-05-11" {
		t.Errorf("last day done: %s", got)
	}
	for _, p := range []string{"JD-000", "JD-350", "JD-699"} {
		if one := c.project(p).Cases; len(one) != 1 || one[0].FiredOn.String() != "2026-05-10" || one[0].Push != 1 {
			t.Errorf("%s: %+v", p, one)
		}
	}
}

func TestAnActBeforeTheMissedDaysHidesNothing(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.dayBegan("2026-05-08")
	c.mustTake(record("JD-1", permit("2026-04-20")))
	c.moveTo("2026-05-20") // orange from 5月10日, red from 5月16日; nobody began those days
	c.mustTake(record("JD-1", permit("2026-04-20"), `"name":"改名"`))
	c.dayBegan("2026-05-20")
	var levels []string
	for _, one := range c.project("JD-1").Cases {
		levels = append(levels, string(one.Level)+one.FiredOn.String())
	}
	if got := strings.Join(levels, " "); got != "橙2026-05-10 红2026-05-16" {
		t.Errorf("cases: %s", got)
	}
}

func TestANewRuleBookIsTakenUpAtOnce(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.options.Book = cityBook(t, func(s *mechanism.Spec) { s.Limits.AcceptSamples = false })
	c.handlers = handlers.New(c.options)
	c.dayBegan("2026-05-08")
	c.mustTake(record("JD-1", `"stages":[{"stage":"施工许可","start":"2026-04-02"}]`))
	if n := len(c.project("JD-1").Cases); n != 0 {
		t.Fatalf("%d cases on a limit that is not confirmed", n)
	}
	c.options.Book = cityBook(t)
	c.handlers = handlers.New(c.options)
	c.dayBegan("2026-05-08") // the same day: the service was started again with another book
	if one := c.project("JD-1").Cases; len(one) != 1 || one[0].Level != mechanism.Red {
		t.Errorf("cases under the new book: %+v", one)
	}
}

func TestTheTaskForceGetsOneListADay(t *testing.T) {
	c := newCity(t, "2026-05-08") // a Friday; 5月9日 is a workday by arrangement, 5月10日 a Sunday
	c.mustTake(fourStages()...)
	for _, day := range []string{"2026-05-08", "2026-05-08", "2026-05-09", "2026-05-10", "2026-05-11"} {
		c.dayBegan(day)
	}
	var keys []string
	for _, d := range c.told(mechanism.KindDailyList) {
		keys = append(keys, d.NotBefore.In(mechanism.Shanghai).Format("01-02"))
	}
	if got := strings.Join(keys, " "); got != "05-08 05-09 05-11" {
		t.Errorf("lists on %s", got)
	}
}

func TestMissedDaysBringOneReminder(t *testing.T) {
	c := newCity(t, "2026-05-11")
	c.mustTake(record("JD-1", permit("2026-04-20")), record("JD-2", permit("2026-04-20"), `"name":"梅岭"`))
	c.dayBegan("2026-05-14") // 5月12日、14日都该提醒
	got := c.told(mechanism.KindReminder)
	if len(got) != 1 || got[0].Person != "chen" || got[0].Key != "reminder/2026-05-14/chen" {
		t.Errorf("after three days the reminders are %+v", got)
	}
}

func TestAMissingCalendarIsAskedForOnceAMonth(t *testing.T) {
	c := newCity(t, "2026-10-30")
	count := func() int {
		n := 0
		for _, text := range c.alarms() {
			if strings.Contains(text, "没有2027年的工作日历") {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		day  string
		want int
	}{{"2026-10-30", 0}, {"2026-10-31", 0}, {"2026-11-01", 1}, {"2026-11-02", 1}, {"2026-11-30", 1}, {"2026-12-01", 2}, {"2026-12-02", 2}} {
		c.dayBegan(step.day)
		if n := count(); n != step.want {
			t.Errorf("%s: asked %d times, want %d", step.day, n, step.want)
		}
	}
}

func TestReplayingTheJournalGivesTheStoredProject(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.dayBegan("2026-05-08")
	c.mustTake(fourStages()...)
	c.dayBegan("2026-05-10")
	c.dayBegan("2026-07-01") // caught up
	c.mustTake(record("将橙", `"name":"将橙"`, `"stages":[{"stage":"施工许可","start":"2026-04-20","done":"2026-06-30"}]`))
	c.take(record("将橙", `"stages":[{"stage":"施工许可","done":"2026-04-01"}]`)) // refused
	c.dayBegan("2026-09-01")
	for _, id := range []string{"将橙", "已红", "两环节", "平台灯"} {
		var p mechanism.Project
		for _, line := range c.journal(id) {
			ev, err := mechanism.DecodeEvent(line.Kind, line.Data)
			if err != nil {
				t.Fatal(err)
			}
			after, _, err := c.options.Book.Step(p, ev, line.Actor, handlers.EventTime(line))
			if (err != nil) != (line.Refused != "") {
				t.Fatalf("%s line %d: %v, journal says refused %q", id, line.Seq, err, line.Refused)
			}
			p = after
		}
		if diff := cmp.Diff(c.project(id), p, cmpopts.IgnoreFields(mechanism.Project{}, "Revision"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: stored (-), replayed (+):\n%s", id, diff)
		}
	}
}

// fired counts the warnings there are.
func (c *city) fired() int {
	n := 0
	c.view(func(v *store.View) error {
		rows, _, err := v.Cases(store.CaseFilter{Limit: 1000})
		n = len(rows)
		return err
	})
	return n
}

func (c *city) value(key string) string {
	var value string
	c.view(func(v *store.View) (err error) {
		value, err = v.Value(key)
		return err
	})
	return value
}

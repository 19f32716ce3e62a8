package notify_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	platformName = "chat"
	yunxi        = "JD-2026-0001"
	yunxiName    = "云溪新材料年产2万吨硅基材料项目"
	bounded      = 20 * time.Second // no wait of a test is longer
)

// town is a small 建德: a store on disk, the notice's rule book, a pretend platform and a running dispatcher. Both its
// clocks stand still unless a test moves them.
type town struct {
	t     testing.TB
	ctx   context.Context
	biz   atomic.Int64 // ms
	wall  atomic.Int64 // ms
	store *store.Store
	book  *mechanism.Book
	chat  *chat
	n     *notify.Notifier
}

// setup is what a test may change about its town.
type setup struct {
	hours   string
	people  func([]store.Person) []store.Person
	groups  []store.Group
	options func(*notify.Options)
	spec    func(*mechanism.Spec)
	idle    bool // the dispatcher does not run
}

func newTown(t testing.TB, now string, s setup) *town {
	t.Helper()
	tw := &town{t: t, ctx: t.Context(), chat: newChat()}
	tw.at(now)
	tw.wall.Store(time.Now().UnixMilli())
	var spec mechanism.Spec
	must(t, toml.Unmarshal(mechanism.DefaultTOML, &spec))
	spec.Push.Hours, spec.Push.RestDays = s.hours, s.hours == ""
	spec.Push.Digest, spec.Push.Daily = 0, 0 // a test that is about them sets them
	if s.spec != nil {
		s.spec(&spec)
	}
	book, problems := mechanism.Compile(spec)
	if len(problems) > 0 {
		t.Fatalf("the rule book does not compile: %v", problems)
	}
	tw.book = book
	st, err := store.Open(tw.ctx, store.Options{
		Path: filepath.Join(t.TempDir(), "junma.db"), Evidence: t.TempDir(), Now: tw.now,
	})
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	tw.store = st
	hours, err := notify.ParseHours(s.hours, s.hours == "")
	must(t, err)
	o := notify.Options{
		Store: st, Book: book, Platforms: map[string]bot.Platform{platformName: tw.chat}, Hours: hours, Now: tw.now,
		Wall: func() time.Time { return time.UnixMilli(tw.wall.Load()) },
	}
	if s.options != nil {
		s.options(&o)
	}
	tw.n = notify.New(o)
	people := residents()
	if s.people != nil {
		people = s.people(people)
	}
	tw.do(func(tx *store.Tx) error {
		return tx.SaveRoster(store.RosterChange{Units: units(), People: people, Groups: s.groups})
	})
	if !s.idle {
		tw.run()
	}
	return tw
}

// run starts the dispatcher and stops it before the store closes.
func (tw *town) run() {
	ctx, stop := context.WithCancel(tw.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := tw.n.Run(ctx); !errors.Is(err, context.Canceled) {
			tw.t.Errorf("the dispatcher ended: %v", err)
		}
	}()
	tw.t.Cleanup(func() { stop(); <-done })
}

func (tw *town) now() time.Time { return time.UnixMilli(tw.biz.Load()).UTC() }

// at moves business time: "2026-05-10" is its first instant, "2026-05-10 14:30" a moment in Shanghai.
func (tw *town) at(text string) {
	tw.t.Helper()
	layout := "2006-01-02 15:04"
	if !strings.Contains(text, " ") {
		text += " 00:00"
	}
	when, err := time.ParseInLocation(layout, text, mechanism.Shanghai)
	must(tw.t, err)
	tw.biz.Store(when.UnixMilli())
}

// later moves machine time and wakes the dispatcher.
func (tw *town) later(d time.Duration) {
	tw.wall.Add(d.Milliseconds())
	tw.n.Wake()
}

func (tw *town) do(fn func(*store.Tx) error) {
	tw.t.Helper()
	must(tw.t, tw.store.Do(tw.ctx, fn))
}

// event lets something happen to a project, through the mechanism, and tells people.
func (tw *town) event(project string, ev mechanism.Event, person string, answered ...string) {
	tw.t.Helper()
	tw.do(func(tx *store.Tx) error {
		p, err := tx.Project(project)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		var by mechanism.Actor
		if person != "" {
			roster, err := tx.Roster()
			if err != nil {
				return err
			}
			by = roster.Actor(person)
		}
		after, notes, err := tw.book.Step(p, ev, by, tx.Now)
		if err != nil {
			return err
		}
		if err := tx.SaveProject(&after, tw.book.NextDue(&after, mechanism.DateOf(tx.Now))); err != nil {
			return err
		}
		return tw.n.Enqueue(tx, &after, notes, answered...)
	})
}

// tell enqueues notifications as they are.
func (tw *town) tell(p *mechanism.Project, notes ...mechanism.Notification) {
	tw.t.Helper()
	tw.do(func(tx *store.Tx) error { return tw.n.Enqueue(tx, p, notes) })
}

// drain waits until nothing more can be sent.
func (tw *town) drain() {
	tw.t.Helper()
	ctx, cancel := context.WithTimeout(tw.ctx, bounded)
	defer cancel()
	must(tw.t, tw.n.Drain(ctx))
}

func (tw *town) deliveries(f store.DeliveryFilter) []store.Delivery {
	tw.t.Helper()
	var all []store.Delivery
	must(tw.t, tw.store.View(tw.ctx, func(v *store.View) (err error) {
		all, err = v.Deliveries(f)
		return err
	}))
	return all
}

// only gives the one delivery of a kind for a person.
func (tw *town) only(kind mechanism.Kind, person string) store.Delivery {
	tw.t.Helper()
	all := tw.deliveries(store.DeliveryFilter{Kind: string(kind), Person: person, Effect: store.EffectCard})
	if len(all) != 1 {
		tw.t.Fatalf("%s has %d deliveries of %s, want 1: %+v", person, len(all), kind, all)
	}
	return all[0]
}

// until waits for a delivery to come into a state.
func (tw *town) until(id string, state store.DeliveryState) store.Delivery {
	tw.t.Helper()
	return tw.wait(id, "to be "+string(state), func(d store.Delivery) bool { return d.State == state })
}

// untilSettled waits for an attempt of a delivery to end in a state, with its reason.
func (tw *town) untilSettled(id string, state store.DeliveryState) store.Delivery {
	tw.t.Helper()
	return tw.wait(id, "to be settled as "+string(state), func(d store.Delivery) bool { return d.State == state && d.Reason != "" })
}

func (tw *town) wait(id, what string, fits func(store.Delivery) bool) store.Delivery {
	tw.t.Helper()
	var d store.Delivery
	tw.eventually(what, func() bool {
		must(tw.t, tw.store.View(tw.ctx, func(v *store.View) (err error) {
			d, err = v.Delivery(id)
			return err
		}))
		return fits(d)
	})
	return d
}

// untilAttempts waits until the platform was asked n times.
func (tw *town) untilAttempts(n int) {
	tw.t.Helper()
	tw.eventually(fmt.Sprintf("%d attempts", n), func() bool {
		tw.n.Wake()
		return len(tw.chat.attempts()) >= n
	})
}

func (tw *town) eventually(what string, fits func() bool) {
	tw.t.Helper()
	for end := time.Now().Add(bounded); time.Now().Before(end); <-time.After(time.Millisecond) {
		if fits() {
			return
		}
	}
	tw.t.Fatalf("waited in vain for %s", what)
}

func units() []store.Unit {
	return []store.Unit{
		{Name: "下涯镇", Kind: store.UnitTown},
		{Name: "梅城镇", Kind: store.UnitTown},
		{Name: "市住建局", Kind: store.UnitDepartment},
		{Name: "市经信局", Kind: store.UnitDepartment},
		{Name: "市统计局", Kind: store.UnitDepartment},
		{Name: "市规划和自然资源局", Kind: store.UnitDepartment},
		{Name: "市审管办", Kind: store.UnitDepartment},
		{Name: "业务专班", Kind: store.UnitTaskForce},
		{Name: "市领导", Kind: store.UnitCity},
	}
}

func residents() []store.Person {
	person := func(id, name, unit string, role mechanism.Role) store.Person {
		return store.Person{
			ID: id, Name: name, Unit: unit, Role: role, Active: true, Accounts: map[string]string{platformName: "u-" + id},
		}
	}
	leader := person("wang", "王某", "市领导", mechanism.RoleCity)
	leader.Sectors = []mechanism.Sector{mechanism.SectorIndustry}
	return []store.Person{
		person("chen", "陈某", "下涯镇", mechanism.RoleContact), person("li", "李某", "下涯镇", mechanism.RoleLeader),
		person("mei", "梅某", "梅城镇", mechanism.RoleContact), person("limei", "李某", "梅城镇", mechanism.RoleLeader),
		person("lin", "林某", "市住建局", mechanism.RoleContact), person("zhou", "周某", "市经信局", mechanism.RoleContact),
		person("qian", "钱某", "市经信局", mechanism.RoleLeader), person("tong", "童某", "市统计局", mechanism.RoleContact),
		person("gui", "桂某", "市规划和自然资源局", mechanism.RoleContact), person("sun", "孙某", "市审管办", mechanism.RoleContact),
		person("zhao", "赵某", "业务专班", mechanism.RoleTaskForce), leader,
	}
}

// allGroups binds a group for every tier of the industry chain.
func allGroups() []store.Group {
	group := func(key, unit string, tier int) store.Group {
		return store.Group{Key: key, Unit: unit, Tier: tier, IDs: map[string]string{platformName: "g-" + key}, Active: true}
	}
	return []store.Group{
		group("xiaya", "下涯镇", 1), group("meicheng", "梅城镇", 1), group("jingxin", "市经信局", 2), group("city", "市领导", 3),
	}
}

// record is the 云溪 project with one running stage.
func record(stage mechanism.Stage, start, limit string) mechanism.Record {
	return mechanism.Record{
		ID: yunxi, Code: "2601-330182-04-01-123456", Name: yunxiName, Category: mechanism.Industry,
		FilingKind: mechanism.FilingBasic, Owner: "云溪新材料有限公司", Town: "下涯镇", InvestmentWan: 52000,
		Stages: []mechanism.StageRecord{{Stage: stage, Start: date(start), Limit: limitOf(limit)}},
	}
}

func date(text string) mechanism.Date {
	d, err := mechanism.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func limitOf(text string) mechanism.Limit {
	l, err := mechanism.ParseLimit(text)
	if err != nil {
		panic(err)
	}
	return l
}

func report(seq int, text string) mechanism.Reported {
	return mechanism.Reported{
		Case: seq, Cause: "审批手续", Text: text, Evidence: []mechanism.Evidence{{Name: "审查意见书.jpg", SHA256: strings.Repeat("a", 64)}},
		Proposal: mechanism.Ongoing, Confirm: "属实",
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// golden compares a text with its file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func (tw *town) project(id string) mechanism.Project {
	tw.t.Helper()
	var p mechanism.Project
	must(tw.t, tw.store.View(tw.ctx, func(v *store.View) (err error) {
		p, err = v.Project(id)
		return err
	}))
	return p
}

func (tw *town) save(p *mechanism.Project) {
	tw.t.Helper()
	tw.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
}

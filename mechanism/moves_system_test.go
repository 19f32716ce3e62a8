package mechanism_test

import (
	"slices"
	"testing"

	"junma/mechanism"
)

func testT9(t *testing.T) {
	r := yunxi(t)
	r.Stages = []mechanism.StageRecord{running(t, mechanism.ConstructionPermit, "2026-04-20", "36月")}
	w := newWorld(t, "2028-10-19", "")
	w.record(r)
	w.begin("2028-10-20") // 30 months: orange
	for n, date := range []string{"2028-10-20", "2028-11-19", "2028-12-19", "2029-01-18", "2029-02-17", "2029-03-19"} {
		w.begin(date)
		if c := w.last(); c.Push != n+1 || c.PushedOn != day(t, date) || c.State != mechanism.Untreated {
			t.Fatalf("on %s: push %d of %s, %s", date, c.Push, c.PushedOn, c.State) // C-20: never overdue
		}
	}
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitUpdate)
	if got := w.told(mechanism.KindPush); len(got) != 4 || got[0] != "push/JD-1/1/6/五未阶段责任部门" {
		t.Errorf("told %v, want the four parties", got)
	}
}

func testT9Overdue(t *testing.T) {
	w := early(t, "")
	w.begin("2026-06-30")
	w.begin("2026-07-29")
	if len(w.notes) != 0 {
		t.Errorf("told %v between the cycles", w.notes)
	}
	for n, date := range []string{"2026-07-30", "2026-08-29"} {
		w.begin(date)
		if c := w.last(); c.Push != 5+n || c.State != mechanism.Overdue {
			t.Errorf("%s: push %d %s", date, c.Push, c.State)
		}
	}
	want := []string{"push/JD-1/1/6/环节责任部门", "push/JD-1/1/6/项目责任单位", "push/JD-1/1/6/项目责任单位/责任领导"}
	if got := w.told(mechanism.KindPush); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

func testT10(t *testing.T) {
	w := early(t, "")
	w.at("2026-03-10").do(report(1), chen)
	w.do(w.ongoing(1, "2026-05-30"), lin)
	pushes := []string{"2026-03-02", "2026-04-01", "2026-05-01", "2026-05-31"} // D.4
	for n, date := range pushes[1:] {
		w.begin(date)
		w.stands(1, mechanism.Red, mechanism.InHand, mechanism.WaitUpdate)
		if c := w.last(); c.Push != n+2 || c.PushedOn != day(t, date) {
			t.Errorf("push %d on %s, want %d on %s", c.Push, c.PushedOn, n+2, date)
		}
	}
	w.begin("2026-06-29")
	w.stands(1, mechanism.Red, mechanism.InHand, mechanism.WaitUpdate)
	w.begin("2026-06-30")
	w.stands(1, mechanism.Red, mechanism.Overdue, "")
	if w.last().Push != 4 {
		t.Errorf("push %d, want 4", w.last().Push)
	}
	want := []string{
		"overdue/JD-1/1/业务专班", "overdue/JD-1/1/五未阶段责任部门", "overdue/JD-1/1/板块牵头部门", "overdue/JD-1/1/环节责任部门",
		"overdue/JD-1/1/项目责任单位", "overdue/JD-1/1/项目责任单位/责任领导",
	}
	if got := w.told(mechanism.KindOverdue); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

func testT15(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Stages[0].Done = day(t, "2026-05-17")
	w.record(r)
	w.stands(2, mechanism.Red, mechanism.Closed, "")
	if c := w.last(); c.Closure != mechanism.ClosedStage || w.p.RedCount() != 1 {
		t.Errorf("closure %s, %d reds", c.Closure, w.p.RedCount())
	}
	if got := w.told(mechanism.KindOutcome); len(got) != 4 {
		t.Errorf("told %v, want the four parties", got)
	}
	if next := stateOf(w.p, mechanism.StartSupervision); next.Start != day(t, "2026-05-17") || !next.Inferred {
		t.Errorf("开工监管 %+v", next)
	}
}

func testPlatformClosed(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1")}
	w.record(r)
	r.Lights[0].Off = true
	w.record(r)
	w.stands(2, mechanism.Red, mechanism.Closed, "")
	if c := w.last(); c.Closure != mechanism.ClosedPlatform {
		t.Errorf("closure %s", c.Closure)
	}
	if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintNoDoneDate}) {
		t.Errorf("hints %v", got)
	}
	w.begin("2026-08-01")
	w.cases(2)
}

func lamp(t testing.TB, level mechanism.Level, since, ref string) mechanism.LightRecord {
	return mechanism.LightRecord{Stage: mechanism.ConstructionPermit, Level: level, Since: day(t, since), Ref: ref}
}

func testT16(t *testing.T) {
	w := orange(t)
	w.do(report(1), chen)
	w.do(w.ongoing(1, "2026-05-20"), lin)
	w.begin("2026-05-15")
	w.cases(1) // on the last day it is on time until 24:00
	w.begin("2026-05-16")
	w.stands(1, mechanism.Orange, mechanism.Superseded, "")
	w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	c := w.last()
	if c.Follows != 1 || c.Push != 1 || c.Occurrence != 1 || c.RedNo != 1 || c.Tier != 1 || c.Chain != "K1" {
		t.Errorf("red %+v", c)
	}
	if len(c.Reports) != 1 || len(c.Disposals) != 0 {
		t.Errorf("the red has %d reports and %d disposals, want the report as history and no disposal", len(c.Reports), len(c.Disposals))
	}
	if own := w.p.Reported(c); len(own) != 0 {
		t.Errorf("%d reports count as the red's own", len(own))
	}
	w.refused(report(1), chen, mechanism.CodeFinal, "升级为红灯")
}

func testT18(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Stages[0] = running(t, mechanism.ConstructionPermit, "2026-05-10", "25日")
	w.record(r)
	w.stands(2, mechanism.Red, mechanism.Revoked, "")
	if w.p.RedCount() != 0 || w.last().Note == "" {
		t.Errorf("%d reds, note %q", w.p.RedCount(), w.last().Note)
	}
	w.begin("2026-06-05")
	w.stands(4, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); c.RedNo != 1 || c.Occurrence != 2 {
		t.Errorf("第%d次, round %d; want the first red of round 2", c.RedNo, c.Occurrence)
	}
}

func testT18NotApplicable(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Stages[0].Applies = new(false)
	w.record(r)
	w.stands(2, mechanism.Red, mechanism.Revoked, "")
	w.begin("2026-12-01")
	w.cases(2)
}

func testT19(t *testing.T) {
	w := red(t)
	w.do(w.completed(2, "2026-05-17"), lin)
	r := yunxi(t)
	r.Stages[0] = running(t, mechanism.ConstructionPermit, "2026-06-01", "25日") // 重新办理
	w.at("2026-06-02").record(r)
	w.begin("2026-06-21")
	w.stands(3, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	w.begin("2026-06-27")
	w.stands(4, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); c.Occurrence != 2 || c.RedNo != 2 || c.Tier != 2 || c.Follows != 3 {
		t.Errorf("red %+v", c)
	}
}

func testDisclaim(t *testing.T) {
	w := orange(t)
	w.do(mechanism.Disclaimed{Case: 1, Reason: "项目已划归更楼街道"}, chen)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	if got := w.told(mechanism.KindDisclaimed); !slices.Equal(got, []string{"disclaimed/JD-1/1/1/业务专班"}) {
		t.Errorf("told %v", got)
	}
	w.refused(mechanism.Disclaimed{Case: 1, Reason: "再说一次"}, boss, mechanism.CodeRepeat, "业务专班正在核定")
}

func testUphold(t *testing.T) {
	w := orange(t)
	w.do(mechanism.Disclaimed{Case: 1, Reason: "项目已划归更楼街道"}, chen)
	if w.last().DecideUntil().IsZero() {
		t.Error("an objection does not wait for 专班")
	}
	w.refused(mechanism.Upheld{Case: 1, Reason: " "}, force, mechanism.CodeIncomplete, "维持原责任的理由")
	w.do(mechanism.Upheld{Case: 1, Reason: "选址在下涯镇范围内"}, force)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	if got := w.told(mechanism.KindSettled); !slices.Equal(got, []string{"settled/JD-1/1/1/提出异议单位"}) {
		t.Errorf("told %v", got)
	}
	if !w.last().DecideUntil().IsZero() {
		t.Error("a settled objection still waits for 专班")
	}
	w.refused(mechanism.Upheld{Case: 1, Reason: "再核一次"}, force, mechanism.CodeRepeat, "核定:维持原责任。无需再核定")
	w.refused(mechanism.Disclaimed{Case: 1, Reason: "还是不归我"}, chen, mechanism.CodeRepeat, "维持原责任。请照常办理")
}

func testTransfer(t *testing.T) {
	w := orange(t)
	w.do(mechanism.Disclaimed{Case: 1, Reason: "地块在更楼街道"}, chen)
	w.refused(mechanism.Transferred{Case: 1, Unit: "下涯镇", Reason: "地块在此"}, force, mechanism.CodeInvalid, "下涯镇就是现在的项目责任单位")
	w.refused(mechanism.Transferred{Case: 1, Reason: "地块在此"}, force, mechanism.CodeIncomplete, "哪个单位")
	w.refused(mechanism.Transferred{Case: 1, Unit: "更楼街道"}, force, mechanism.CodeIncomplete, "理由")
	w.do(mechanism.Transferred{Case: 1, Unit: "更楼街道", Reason: "地块在更楼街道"}, force)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitReport)
	if got := w.told(mechanism.KindSettled); len(got) != 1 {
		t.Errorf("told %v, want the unit that objected", got)
	}
	if got := w.last().Parties.Responsible.Unit; got != "更楼街道" {
		t.Errorf("%s is responsible", got)
	}
	w.refused(report(1), chen, mechanism.CodeNotYours, "更楼街道")
	taker := mechanism.Actor{Person: "gao", Name: "高某", Offices: []mechanism.Office{{Unit: "更楼街道", Role: mechanism.RoleContact}}}
	w.do(report(1), taker)
	w.begin("2026-05-16") // red: what was decided still holds
	if c := w.last(); c.Level != mechanism.Red || c.Parties.Responsible.Unit != "更楼街道" {
		t.Errorf("the red is %s, and %s is responsible", c.Level, c.Parties.Responsible.Unit)
	}
}

func testBacklogRelease(t *testing.T) {
	w := newWorld(t, "2026-06-01", "")
	r := yunxi(t)
	r.RedCount = 2
	w.do(mechanism.RecordArrived{Record: r, Baseline: true}, system)
	w.at("2026-06-10").do(mechanism.BacklogReleased{}, force)
	c := w.last()
	if c.Backlog || c.Push != 1 || c.PushedOn != day(t, "2026-06-10") || c.RedNo != 2 || c.Tier != 2 || w.p.RedCount() != 2 {
		t.Errorf("case %+v, %d reds", c, w.p.RedCount())
	}
	if got := w.told(mechanism.KindPush); len(got) != 5 {
		t.Errorf("told %v, want the four parties and the copy", got)
	}
	w.refused(mechanism.BacklogReleased{}, force, mechanism.CodeState, "没有待转办")
	w.begin("2026-07-10")
	if w.last().Push != 2 {
		t.Errorf("push %d on the 31st day", w.last().Push)
	}
}

// third is a third red whose text is held for 30 minutes.
func third(t testing.TB, rules string) *world {
	w := newWorld(t, "2026-05-15", rules)
	r := yunxi(t)
	r.RedCount = 2
	w.record(r)
	w.begin("2026-05-16")
	return w
}

func testRelease(t *testing.T) {
	w := third(t, "")
	if held := w.told(mechanism.KindHeld); !slices.Equal(held, []string{"held/JD-1/2/业务专班"}) {
		t.Errorf("held %v", held)
	}
	waiting := w.told(mechanism.KindEscalation)
	e := w.last().Escalation
	if e.Tier != 3 || !e.PostAt.Equal(day(t, "2026-05-16").At(9, 30)) { // 周六:第三级只等时段,不等工作日
		t.Errorf("escalation %+v", e)
	}
	for _, n := range w.notes {
		if n.Kind == mechanism.KindEscalation && (!n.NotBefore.Equal(e.PostAt) || n.Urgency != mechanism.Tier3) {
			t.Errorf("%s waits %s, urgency %d", n.Key, n.NotBefore, n.Urgency)
		}
	}
	w.now = day(t, "2026-05-16").At(9, 10)
	w.do(mechanism.EscalationReleased{Case: 2}, force)
	if got := w.told(mechanism.KindEscalation); !slices.Equal(got, waiting) || !w.notes[0].NotBefore.IsZero() {
		t.Errorf("released %v, want what waits, at once: %v", got, waiting)
	}
	w.refused(mechanism.EscalationReleased{Case: 2}, force, mechanism.CodeRepeat, "已于2026年5月16日发出")

	w = third(t, "[tier]\nhold_minutes = [0, 0, -1]")
	if got := w.told(mechanism.KindEscalation); len(got) != 0 {
		t.Errorf("told %v before 专班 pressed 发出", got)
	}
	w.do(mechanism.EscalationReleased{Case: 2}, force)
	if got := w.told(mechanism.KindEscalation); !slices.Equal(got, waiting) {
		t.Errorf("released %v, want %v", got, waiting)
	}
}

func testWithhold(t *testing.T) {
	w := third(t, "")
	w.refused(mechanism.EscalationWithheld{Case: 2}, force, mechanism.CodeIncomplete, "理由")
	w.do(mechanism.EscalationWithheld{Case: 2, Reason: "镇里已解决"}, force)
	if w.last().Escalation.Withheld != "镇里已解决" {
		t.Errorf("escalation %+v", w.last().Escalation)
	}
	w.refused(mechanism.EscalationWithheld{Case: 2, Reason: "再缓"}, force, mechanism.CodeRepeat, "已暂缓")
	w.at("2026-05-18").do(mechanism.EscalationReleased{Case: 2}, force)
	if got := w.told(mechanism.KindEscalation); len(got) == 0 || !slices.Contains(got, "escalation/JD-1/2/市领导/市领导/released") {
		t.Errorf("released %v: what was dropped has to be told anew", got)
	}

	w = third(t, "")
	w.now = day(t, "2026-05-16").At(9, 30)
	w.refused(mechanism.EscalationWithheld{Case: 2, Reason: "晚了"}, force, mechanism.CodeState, "已到发出时间")
	w.refused(mechanism.EscalationReleased{Case: 2}, force, mechanism.CodeRepeat, "自动发出")
}

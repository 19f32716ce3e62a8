package mechanism_test

import (
	"slices"
	"testing"

	"junma/mechanism"
)

// rowTests exercises every row of the life table under its number.
var rowTests = map[string]func(*testing.T){
	"T1": testT1, "T1存量": testT1Backlog, "T2": testT2, "T3": testT3, "T4": testT4, "T5": testT5, "T6": testT6, "T7": testT7,
	"T8": testT8, "T9": testT9, "T9超时": testT9Overdue, "T10": testT10, "T15": testT15, "A-29": testPlatformClosed,
	"T16": testT16, "T18": testT18, "T18不适用": testT18NotApplicable, "T19": testT19, "不归我办": testDisclaim,
	"存量转办": testBacklogRelease, "发出": testRelease, "暂缓": testWithhold,
}

func Test生命周期逐行(t *testing.T) {
	for _, m := range mechanism.Moves {
		test, ok := rowTests[m.ID]
		if !ok {
			t.Errorf("row %s of the life table has no test", m.ID)
			continue
		}
		t.Run(m.ID+m.Guard, test)
	}
}

func testT1(t *testing.T) {
	w := newWorld(t, "2026-05-09", "")
	w.record(yunxi(t))
	w.cases(0)
	w.begin("2026-05-10")
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	c := w.last()
	if c.Push != 1 || c.PushedOn != day(t, "2026-05-10") || c.Late || c.RedNo != 0 || c.BookHash != w.book.Hash() {
		t.Errorf("case %+v", c)
	}
	if c.Parties.Responsible.Unit != "下涯镇" || c.Parties.Department.Unit != "市住建局" || c.Parties.Lead.Unit != "市经信局" {
		t.Errorf("parties %+v", c.Parties)
	}
	if c.Due.Last != day(t, "2026-05-15") || c.Due.Red != day(t, "2026-05-16") {
		t.Errorf("due %+v", c.Due)
	}
	w.begin("2026-05-10")
	w.cases(1)
	if len(w.notes) != 0 {
		t.Errorf("the same day told again: %v", w.notes)
	}
}

func testT1Backlog(t *testing.T) {
	w := newWorld(t, "2026-06-01", "")
	w.do(mechanism.RecordArrived{Record: yunxi(t), Baseline: true}, system)
	w.stands(1, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); !c.Backlog || c.RedNo != 0 || c.Push != 0 {
		t.Errorf("case %+v", c)
	}
	if len(w.notes) != 1 || w.notes[0].Key != "backlog/2026-06-01" || w.notes[0].To.Role != mechanism.RoleTaskForce {
		t.Errorf("told %v, want one list to 专班", w.notes)
	}
	w.begin("2026-10-01")
	if len(w.notes) != 0 || w.last().State != mechanism.Untreated {
		t.Errorf("存量 is pushed: %v", w.notes)
	}
}

func testT2(t *testing.T) {
	w := orange(t)
	w.do(mechanism.Responded{Case: 1}, lin)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	w.do(mechanism.Responded{Case: 1}, chen)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitReport)
	w.at("2026-05-12").do(mechanism.Responded{Case: 1}, chen)
	responses := w.last().Responses
	if len(responses) != 2 || responses[1].By.Unit != "下涯镇" || mechanism.DateOf(responses[1].At) != day(t, "2026-05-11") {
		t.Errorf("responses %+v, want the first of each person", responses)
	}
}

func testT3(t *testing.T) {
	w := orange(t)
	w.do(report(1), chen)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitDepartment)
	if got := w.told(mechanism.KindTurn); !slices.Equal(got, []string{"turn/JD-1/1/1/环节责任部门"}) {
		t.Errorf("told %v", got)
	}
	r := w.last().Reports[0]
	if r.Cause != "审批手续" || r.By.Name != chen.Name || len(r.Evidence) != 1 || r.Confirm == "" {
		t.Errorf("report %+v", r)
	}
	w.do(report(1), boss) // 报送后不可删除、可补充
	if n := len(w.last().Reports); n != 2 {
		t.Errorf("%d reports, want 2", n)
	}
}

func testT4(t *testing.T) {
	w := orange(t)
	w.do(report(1), chen)
	w.do(mechanism.Returned{Case: 1, Reason: "请附审查意见书"}, lin)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitReturned)
	if got := w.told(mechanism.KindReturned); !slices.Equal(got, []string{"returned/JD-1/1/1/项目责任单位"}) {
		t.Errorf("told %v", got)
	}
	if got := w.last().Reports[0].Returned; got != "请附审查意见书" {
		t.Errorf("returned %q", got)
	}
	w.refused(mechanism.Returned{Case: 1, Reason: "再退"}, lin, mechanism.CodeState, "下涯镇")
	w.refused(notNeeded(1, "数据有误"), lin, mechanism.CodeState, "下涯镇", "尚未报送")
	w.do(report(1), chen)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitDepartment)
}

func testT5(t *testing.T) {
	w := orange(t)
	w.do(report(1), chen)
	w.do(w.ongoing(1, "2026-06-20"), lin)
	w.stands(1, mechanism.Orange, mechanism.InHand, "")
	if d := w.last().Disposals[0]; d.Date != day(t, "2026-06-20") || d.By.Unit != "市住建局" {
		t.Errorf("disposal %+v", d)
	}
	w.refused(w.ongoing(1, "2026-06-20"), lin, mechanism.CodeRepeat, "已办理未销号", "2026年6月8日")
	w.do(report(1), chen)
	w.do(w.ongoing(1, "2026-06-25"), lin) // a new report asks for a new disposal
	w.stands(1, mechanism.Orange, mechanism.InHand, "")
}

func testT6(t *testing.T) {
	w := orange(t)
	w.at("2026-05-12").do(w.completed(1, "2026-05-12"), lin) // 不必先报送
	w.stands(1, mechanism.Orange, mechanism.Closed, "")
	if c := w.last(); c.Closure != mechanism.ClosedDone || c.ClosedOn != day(t, "2026-05-12") {
		t.Errorf("case %+v", c)
	}
	next := stateOf(w.p, mechanism.StartSupervision)
	if next.Start != day(t, "2026-05-12") || !next.Inferred {
		t.Errorf("开工监管 %+v, want 推定 from 2026-05-12", next)
	}
	want := []string{"outcome/JD-1/1/已销号/1/五未阶段责任部门", "outcome/JD-1/1/已销号/1/板块牵头部门", "outcome/JD-1/1/已销号/1/项目责任单位"}
	if got := w.told(mechanism.KindOutcome); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

func stateOf(p mechanism.Project, s mechanism.Stage) mechanism.StageState {
	for _, st := range p.Stages {
		if st.Stage == s {
			return st
		}
	}
	return mechanism.StageState{}
}

func testT7(t *testing.T) {
	for reason, fires := range map[string]bool{"数据有误": true, "环节不适用": false, "规则豁免": false} {
		w := orange(t)
		w.do(report(1), chen)
		w.do(notNeeded(1, reason), lin)
		w.stands(1, mechanism.Orange, mechanism.Closed, "")
		w.begin("2026-05-16")
		if got := len(w.p.Cases) == 2; got != fires {
			t.Errorf("%s: red at R is %v, want %v", reason, got, fires)
			continue
		}
		if !fires {
			continue
		}
		if c := w.last(); c.Level != mechanism.Red || c.Occurrence != 1 || c.RedNo != 1 {
			t.Errorf("%s: %+v", reason, c)
		}
		w.at("2026-05-17").do(report(2), chen)
		w.do(notNeeded(2, reason), lin)
		w.begin("2026-07-30")
		w.cases(2) // a red so closed fires again only after start or limit changed
	}
}

func testT8(t *testing.T) {
	w := orange(t)
	r := yunxi(t)
	r.Stages = append(r.Stages, running(t, mechanism.Approval, "2026-04-01", "20日"))
	w.record(r)
	w.cases(2)
	w.do(report(1), chen)
	exit := dispose(1, mechanism.Exit)
	exit.Reason = "投资协议解除协议书"
	w.do(exit, lin)
	for seq := 1; seq <= 2; seq++ {
		c := w.p.Case(seq)
		if c.State != mechanism.Closed || c.Closure != mechanism.ClosedExit {
			t.Errorf("case %d is %s %s", seq, c.State, c.Closure)
		}
	}
	if got := w.told(mechanism.KindOutcome); !slices.Contains(got, "outcome/JD-1/1/已销号/1/板块牵头部门") {
		t.Errorf("板块牵头 is not told: %v", got)
	}
	if w.p.ExitedOn != day(t, "2026-05-11") || w.p.Exit != exit.Reason || w.p.RedCount() != 1 {
		t.Errorf("exit %+v", w.p)
	}
	w.begin("2027-01-01")
	w.cases(2)
	if due := w.book.NextDue(&w.p, day(t, "2026-05-11")); !due.IsZero() {
		t.Errorf("an exited project is due on %s", due)
	}
}

func testT9(t *testing.T) {
	w := orange(t)
	r := yunxi(t)
	r.Stages = []mechanism.StageRecord{running(t, mechanism.ConstructionPermit, "2026-04-20", "36月")}
	w = newWorld(t, "2028-10-19", "")
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
		if n.Kind == mechanism.KindEscalation && (!w.now.Add(n.Hold).Equal(e.PostAt) || n.Urgency != mechanism.Tier3) {
			t.Errorf("%s waits %s, urgency %d", n.Key, n.Hold, n.Urgency)
		}
	}
	w.now = day(t, "2026-05-16").At(9, 10)
	w.do(mechanism.EscalationReleased{Case: 2}, force)
	if got := w.told(mechanism.KindEscalation); !slices.Equal(got, waiting) || w.notes[0].Hold != 0 {
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

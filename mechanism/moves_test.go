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
	"T16": testT16, "T18": testT18, "T18不适用": testT18NotApplicable, "T19": testT19, "不归我办": testDisclaim, "维持原责任": testUphold, "T22": testTransfer, "催办": testUrge,
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

// 施工许可 was running beside a planning permit of long ago. Once its department says that it does not apply, 开工监管
// waits for nothing any more: its clock starts that day, not with the old permit, which would make it red at once.
func Test环节不适用后下一环节自办理之日起算(t *testing.T) {
	w := orange(t)
	r := yunxi(t)
	r.Stages = append(r.Stages, mechanism.StageRecord{Stage: mechanism.PlanningPermit, Start: day(t, "2023-10-01"), Done: day(t, "2023-11-23")})
	w.record(r)
	w.at("2026-05-11").do(report(1), chen)
	w.do(notNeeded(1, "环节不适用"), lin)
	next := stateOf(w.p, mechanism.StartSupervision)
	if next.Start != day(t, "2026-05-11") || !next.Inferred {
		t.Errorf("开工监管 starts on %s (inferred %t), want 2026-05-11, inferred", next.Start, next.Inferred)
	}
	w.begin("2026-05-12")
	w.cases(1)
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

func Test办理后再报送的可以退回(t *testing.T) {
	w := orange(t)
	w.do(report(1), chen)
	w.do(w.ongoing(1, "2026-05-20"), lin)
	w.do(report(1), chen) // 同一时刻:试用的时钟静止不动
	w.do(mechanism.Returned{Case: 1, Reason: "请附审查意见书"}, lin)
	w.stands(1, mechanism.Orange, mechanism.InHand, mechanism.WaitReturned)
}

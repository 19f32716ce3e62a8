package mechanism

import "slices"

// Trigger is what sets a move off: something a person does, or a condition that a record or a new day meets.
type Trigger string

// What people do.
const (
	OnRead           Trigger = "首次响应"
	OnReport         Trigger = "报送情况"
	OnReturn         Trigger = "退回补充"
	OnOngoing        Trigger = "正在办理"
	OnCompleted      Trigger = "已完成办理"
	OnNotNeeded      Trigger = "无需办理"
	OnExit           Trigger = "项目退出"
	OnDisclaim       Trigger = "不归我办"
	OnUphold         Trigger = "维持原责任"
	OnTransfer       Trigger = "改定责任"
	OnUrge           Trigger = "催办"
	OnBacklogRelease Trigger = "存量转办"
	OnRelease        Trigger = "发出"
	OnWithhold       Trigger = "暂缓"
)

// What enters by itself, and the conditions it meets.
const (
	OnRecord         Trigger = "数据同步"
	OnDay            Trigger = "一日开始"
	OnLight          Trigger = "亮灯"
	OnLitAtImport    Trigger = "导入时已亮灯"
	OnMissedAgain    Trigger = "再次逾期"
	OnCycle          Trigger = "周期届满"
	OnLastCycle      Trigger = "末次周期届满"
	OnStageDone      Trigger = "环节完成"
	OnRedDay         Trigger = "到红灯日"
	OnCorrected      Trigger = "起算或时限更正"
	OnNotApplicable  Trigger = "环节不适用"
	OnPlatformClosed Trigger = "平台销号"
)

// Move is one row of the life of a case.
type Move struct {
	ID      string
	From    []State // nil: there is no case yet
	On      Trigger // who may: Permits, for what people do; otherwise the system
	Guard   string  // what else must hold, in words
	To      State   // "" = unchanged
	Wait    Waiting // "" = nothing, or unchanged where To is
	Closure Closure
	Tell    []Kind // to whom: Tellings
	Basis   string

	ready func(c *Case, proxy bool) *Refusal        // whether the case stands so that this can be done
	check func(t *turn, c *Case, ev Event) *Refusal // whether what was given suffices
	do    func(t *turn, c *Case, ev Event)          // what it leaves on record, apart from the state
}

var (
	opened  = []State{Untreated, InHand, Overdue}
	pushing = []State{Untreated, InHand}
	ended   = []Kind{KindOutcome, KindChanged}
)

// Moves is the life of a case as D.3 has it. For one trigger and one state there is at most one row. It must not be changed.
var Moves = []Move{
	{
		ID: "T1", On: OnLight, To: Untreated, Wait: WaitRead, Tell: []Kind{KindPush, KindHeld, KindEscalation},
		Guard: "时限已核定或平台亮灯;推定起算已满核实期;同一环节、轮次、级别尚无预警", Basis: "三(三);三(四)1;C-7、C-9、C-11、C-19",
	},
	{
		ID: "T1存量", On: OnLitAtImport, To: Untreated, Wait: WaitRead, Tell: []Kind{KindBacklog},
		Guard: "导入时灯已亮,其后方才核实起算或核定时限的亦同;列为存量,不推送", Basis: "C-10",
	},
	{
		ID: "T2", From: opened, On: OnRead, do: doRead,
		Guard: "每人只记一次;项目责任单位响应后待报送;永不销号", Basis: "三(三);R-022、R-026",
	},
	{
		ID: "T3", From: opened, On: OnReport, Wait: WaitDepartment, Tell: []Kind{KindTurn, KindChanged},
		Guard: "原因、情况、佐证不少于1件、属实确认", Basis: "三(四)2;R-027、R-028、R-030", check: checkReport, do: doReport,
	},
	{
		ID: "T4", From: opened, On: OnReturn, Wait: WaitReturned, Tell: []Kind{KindReturned, KindChanged},
		Guard: "有待办理的报送;写明理由", Basis: "三(四)2、3", ready: readyReturn, check: checkReturn, do: doReturn,
	},
	{
		ID: "T5", From: pushing, On: OnOngoing, To: InHand, Tell: ended,
		Guard: "已报送或代办有理由;预计完成日;已办理未销号的须到新周期或有新报送", Basis: "三(四)3、4;R-033",
		ready: readyOngoing, check: checkOngoing, do: doDispose,
	},
	{
		ID: "T6", From: opened, On: OnCompleted, To: Closed, Closure: ClosedDone, Tell: ended,
		Guard: "完成日期不早于起算日、不晚于今日", Basis: "三(四)3;R-032", check: checkCompleted, do: doCompleted,
	},
	{
		ID: "T7", From: opened, On: OnNotNeeded, To: Closed, Closure: ClosedNotNeed, Tell: ended,
		Guard: "已报送或代办有理由;理由类别", Basis: "三(四)3;R-032", ready: readyDispose, check: checkNotNeeded, do: doNotNeeded,
	},
	{
		ID: "T8", From: opened, On: OnExit, To: Closed, Closure: ClosedExit, Tell: ended,
		Guard: "已报送或代办有理由;退出依据;该项目全部预警一并销号", Basis: "三(四)3;A-40", ready: readyDispose, check: checkExit, do: doExit,
	},
	{
		ID: "T9", From: pushing, On: OnCycle, Wait: WaitUpdate, Tell: []Kind{KindPush}, do: doPush,
		Guard: "橙色,或未到第4次推送", Basis: "三(四)4;C-20、D.4",
	},
	{
		ID: "T9超时", From: []State{Overdue}, On: OnCycle, Tell: []Kind{KindPush}, do: doPush,
		Guard: "每30日一次,次数顺延", Basis: "三(四)4",
	},
	{
		ID: "T10", From: pushing, On: OnLastCycle, To: Overdue, Tell: []Kind{KindOverdue},
		Guard: "红色;第4次推送的周期已满(A-24)", Basis: "三(四)4;A-24、A-26",
	},
	{ID: "T15", From: opened, On: OnStageDone, To: Closed, Closure: ClosedStage, Tell: ended, Guard: "有完成日期", Basis: "三(三);R-022"},
	{
		ID: "A-29", From: opened, On: OnPlatformClosed, To: Closed, Closure: ClosedPlatform, Tell: ended, do: doPlatformClosed,
		Guard: "红色", Basis: "A-29",
	},
	{ID: "T16", From: opened, On: OnRedDay, To: Superseded, Tell: []Kind{KindChanged}, Guard: "橙色;另立红色预警,报送留作历史", Basis: "三(三);C-7"},
	{ID: "T18", From: opened, On: OnCorrected, To: Revoked, Tell: ended, Guard: "更正后不再应亮灯;红灯不计次", Basis: "C-12"},
	{ID: "T18不适用", From: opened, On: OnNotApplicable, To: Revoked, Tell: ended, Guard: "环节不再计时;红灯不计次", Basis: "A-07;C-12"},
	{
		ID: "T19", From: []State{Closed, Revoked}, On: OnMissedAgain, To: Untreated, Wait: WaitRead,
		Tell:  []Kind{KindPush, KindHeld, KindEscalation},
		Guard: "起算、时限变更或环节重做后再次亮灯,或平台另亮新灯:另立一案,轮次加1", Basis: "三(四);C-12、C-19",
	},
	{ID: "不归我办", From: opened, On: OnDisclaim, Tell: []Kind{KindDisclaimed, KindChanged}, Guard: "写明理由;每单位一次", Basis: "三(四)1", ready: readyDisclaim, check: checkDisclaim, do: doDisclaim},
	{
		ID: "维持原责任", From: opened, On: OnUphold, Tell: []Kind{KindSettled, KindChanged}, ready: readySettle, check: checkUphold, do: doUphold,
		Guard: "有待核定的异议;写明理由", Basis: "三(四)1",
	},
	{
		ID: "T22", From: opened, On: OnTransfer, Tell: []Kind{KindSettled, KindPush, KindEscalation, KindChanged}, ready: readySettle, check: checkTransfer, do: doTransfer,
		Guard: "有待核定的异议;另一单位;写明理由;仅改本条预警,待部门办理的报送照旧", Basis: "三(四)1;A-36",
	},
	{
		ID: "催办", From: opened, On: OnUrge, Tell: []Kind{KindUrged}, ready: readyUrge, check: checkUrge, do: doUrge,
		Guard: "非存量;距上次催办已满规定的工作日;不计次", Basis: "二1;D.4",
	},
	{
		ID: "存量转办", From: opened, On: OnBacklogRelease, Tell: []Kind{KindPush, KindHeld, KindEscalation}, do: doBacklogRelease,
		Guard: "存量;自当日起第1次推送", Basis: "C-10", ready: readyBacklog,
	},
	{ID: "发出", From: opened, On: OnRelease, Tell: []Kind{KindEscalation}, Guard: "协调任务尚未发出", Basis: "三(五);R-043", ready: readyRelease, check: checkRelease, do: doRelease},
	{ID: "暂缓", From: opened, On: OnWithhold, Guard: "协调任务尚未发出;写明理由", Basis: "三(五);R-043", ready: readyWithhold, check: checkWithhold, do: doWithhold},
}

// moveFor gives the row for a trigger from the state of a case, or nil.
func moveFor(on Trigger, c *Case) *Move {
	for i := range Moves {
		if m := &Moves[i]; m.On == on && (m.From == nil || slices.Contains(m.From, c.State)) {
			return m
		}
	}
	return nil
}

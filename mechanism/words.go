package mechanism

// Category is the kind of project as the platform records it; with Energy and InZone it decides the sector (B.2).
type Category string

// The three categories of the notice (四).
const (
	Industry   Category = "工业"
	Property   Category = "商服住"
	Government Category = "政府投资"
)

// Sector is one of the four boards of "3+1" (四①).
type Sector string

// The four sectors. Energy outside the zone belongs to the government sector (B.2, 三(五)3).
const (
	SectorIndustry   Sector = "工业"
	SectorProperty   Sector = "商服住"
	SectorGovernment Sector = "政府投资"
	SectorZone       Sector = "开发区"
)

// FilingKind splits the stage 立项 between 市发改局 and 市经信局.
type FilingKind string

// The two kinds of filing.
const (
	FilingBasic   FilingKind = "基本建设"
	FilingUpgrade FilingKind = "技术改造"
)

// Stage is one of the 13 环节 (四③).
type Stage string

// The thirteen stages in the notice's order.
const (
	Scouting           Stage = "盯引"
	Signing            Stage = "签约"
	LandAcquisition    Stage = "拿地"
	Approval           Stage = "立项"
	PlanningPermit     Stage = "工程规划许可"
	ConstructionPermit Stage = "施工许可"
	StartSupervision   Stage = "开工监管"
	StatisticsEntry    Stage = "入统"
	Construction       Stage = "在建"
	Acceptance         Stage = "竣工验收"
	TitleRegistration  Stage = "确权"
	Production         Stage = "投产"
	FullCapacity       Stage = "达产"
)

// Stages lists the thirteen stages in order. It must not be changed.
var Stages = []Stage{
	Scouting, Signing, LandAcquisition, Approval, PlanningPermit, ConstructionPermit, StartSupervision,
	StatisticsEntry, Construction, Acceptance, TitleRegistration, Production, FullCapacity,
}

// Phase is one of 五未 (四②), or 未签约 before them.
type Phase string

// The phases a stage can belong to, in order (B.4).
const (
	PhaseUnsigned  Phase = "未签约"
	PhaseUnlanded  Phase = "签约未落地"
	PhaseUnstarted Phase = "落地未开工"
	PhaseUnbuilt   Phase = "开工未竣工"
	PhaseIdle      Phase = "竣工未投产"
	PhaseRampUp    Phase = "投产未达产"
)

// Level is the level of a warning.
type Level string

// Orange warns ahead (三(三)), Red says the limit has passed (三(四)).
const (
	Orange Level = "橙"
	Red    Level = "红"
)

// Light is the light of one stage on one day (C-7).
type Light string

// The lights. A stage on an unconfirmed limit or an inferred start shows the same light, but only as a hint (提示).
const (
	LightNone     Light = ""   // no clock: not started, or does not apply
	LightGreen    Light = "绿"  // on time
	LightOrange   Light = "橙"  // in the warning window
	LightRed      Light = "红"  // past the limit
	LightDone     Light = "办结" // finished on time
	LightDoneLate Light = "逾期完成"
)

// State is the public status of a case (D.2).
type State string

// The states of a case. Handling, Overdue and Untreated are open; the others are final.
const (
	Untreated  State = "未办理"
	InHand     State = "已办理未销号"
	Overdue    State = "销号超时"
	Closed     State = "已销号"
	Revoked    State = "已撤销" // the data was corrected (C-12)
	Superseded State = "已升级" // an orange whose red line was reached (T16)
)

// Waiting says what an open case waits for; it only routes and is never shown as a status (D.2).
type Waiting string

// What an open case waits for.
const (
	WaitRead       Waiting = "待查阅"
	WaitReport     Waiting = "待报送"
	WaitDepartment Waiting = "待部门办理"
	WaitReturned   Waiting = "退回补充"
	WaitUpdate     Waiting = "本周期待更新"
)

// Option is one of the four disposals (三(四)3).
type Option string

// The four disposals.
const (
	NotNeeded Option = "无需办理"
	Ongoing   Option = "正在办理"
	Completed Option = "已完成办理"
	Exit      Option = "项目退出"
)

// Closure says how a case came to be Closed.
type Closure string

// The ways a case closes.
const (
	ClosedDone     Closure = "办结"   // T6
	ClosedNotNeed  Closure = "无需办理" // T7
	ClosedExit     Closure = "项目退出" // T8
	ClosedStage    Closure = "环节完成" // T15
	ClosedPlatform Closure = "平台销号"
)

// Source says who saw a light first.
type Source string

// The two sources of a warning.
const (
	Local    Source = "本地"
	Platform Source = "平台"
)

// Role is what a person is in a unit.
type Role string

// The roles of the roster (contract).
const (
	RoleContact   Role = "联系人"
	RoleLeader    Role = "责任领导"
	RoleTaskForce Role = "专班"
	RoleCity      Role = "市领导"
)

// Duty is one of the four parties frozen on each case (三(四)1), or a part in coordination (三(五)).
type Duty string

// The four duties, and the two that only take part in coordination.
const (
	DutyResponsible Duty = "项目责任单位"
	DutyDepartment  Duty = "环节责任部门"
	DutyLead        Duty = "板块牵头部门"
	DutyPhase       Duty = "五未阶段责任部门"
	DutyReporter    Duty = "协调上报单位"
	DutyIndustry    Duty = "行业主管部门"
)

// Duties lists the four parties of a case in the notice's order. It must not be changed.
var Duties = []Duty{DutyResponsible, DutyLead, DutyPhase, DutyDepartment}

// Grade is how hard a problem is (三(五)).
type Grade string

// The three grades; each answers to a tier.
const (
	GradeOrdinary Grade = "一般"
	GradeComplex  Grade = "复杂"
	GradeMajor    Grade = "重大"
)

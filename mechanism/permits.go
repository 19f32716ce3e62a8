package mechanism

import (
	"slices"
	"strings"
)

// Seat is the part from which someone acts on a case: a column of D.5.
type Seat string

// The seats. SeatProxy is 专班 acting on behalf of another, which needs a reason.
const (
	SeatSystem     Seat = "系统"
	SeatContact    Seat = "责任单位联系人"
	SeatLeader     Seat = "责任单位领导"
	SeatDepartment Seat = "环节责任部门"
	SeatPhase      Seat = "五未部门"
	SeatLead       Seat = "板块牵头"
	SeatTaskForce  Seat = "专班"
	SeatProxy      Seat = "专班代办"
	SeatCity       Seat = "市领导"
	SeatCopied     Seat = "抄送单位"
)

// Seats lists the seats in the order of D.5. It must not be changed.
var Seats = []Seat{
	SeatSystem, SeatContact, SeatLeader, SeatDepartment, SeatPhase, SeatLead, SeatTaskForce, SeatProxy, SeatCity, SeatCopied,
}

// Permit says who may do something (D.5). What no permit names, nobody may.
type Permit struct {
	On    Trigger
	By    []Seat
	Who   string // the sentence for all others; {部门}, {责任单位} and {环节} are those of the case
	Basis string
}

const disposeBelongs = "预警办理由环节责任部门({部门})负责,你单位无此权限。"

// Permits is D.5 for what can be done. It must not be changed.
var Permits = []Permit{
	{OnRecord, []Seat{SeatSystem, SeatTaskForce}, "项目数据由平台同步或业务专班录入,请将需更正的数据报业务专班。", "二1;A-29"},
	{OnDay, []Seat{SeatSystem}, "日期由系统推进。", "C-19"},
	{
		OnRead,
		[]Seat{SeatContact, SeatLeader, SeatDepartment, SeatPhase, SeatLead, SeatTaskForce, SeatCity, SeatCopied},
		"你不在本预警的责任单位之列;如应由你单位办理,请联系业务专班核对。", "三(四)2;R-026",
	},
	{
		OnReport,
		[]Seat{SeatContact, SeatLeader, SeatProxy},
		"情况报送由项目责任单位({责任单位})负责,你单位无此权限;有情况请告知{责任单位}。", "三(四)2;R-028",
	},
	{OnReturn, []Seat{SeatDepartment, SeatTaskForce}, "退回补充由环节责任部门({部门})负责,你单位无此权限。", "三(四)3"},
	{OnOngoing, []Seat{SeatDepartment, SeatProxy}, disposeBelongs, "三(四)3;R-029"},
	{OnCompleted, []Seat{SeatDepartment, SeatProxy}, disposeBelongs, "三(四)3;R-029"},
	{OnNotNeeded, []Seat{SeatDepartment, SeatProxy}, disposeBelongs, "三(四)3;R-029"},
	{OnExit, []Seat{SeatDepartment, SeatProxy}, disposeBelongs, "三(四)3;R-029"},
	{
		OnDisclaim,
		[]Seat{SeatContact, SeatLeader},
		"不归我办由项目责任单位({责任单位})提出,你单位如有异议,请联系业务专班。", "三(四)1",
	},
	{OnUphold, []Seat{SeatTaskForce}, "责任由业务专班核定,你单位无此权限;有意见请告知业务专班。", "三(四)1"},
	{OnTransfer, []Seat{SeatTaskForce}, "责任由业务专班核定,你单位无此权限;有意见请告知业务专班。", "三(四)1;A-36"},
	{OnUrge, []Seat{SeatTaskForce}, "催办由业务专班发出,你单位无此权限;需要催办的,请联系业务专班。", "二1"},
	{OnBacklogRelease, []Seat{SeatTaskForce}, "存量预警由业务专班转办,你单位无此权限。", "C-10"},
	{OnRelease, []Seat{SeatTaskForce}, "协调任务由业务专班发出,你单位无此权限。", "三(五);R-043"},
	{OnWithhold, []Seat{SeatTaskForce}, "协调任务由业务专班暂缓,你单位无此权限。", "三(五);R-043"},
}

func permitFor(on Trigger) *Permit {
	if i := slices.IndexFunc(Permits, func(p Permit) bool { return p.On == on }); i >= 0 {
		return &Permits[i]
	}
	return nil
}

// seat is a seat someone holds, and the unit in whose name.
type seat struct {
	Seat
	unit string
}

// seatsOf gives the seats a person's offices hold on a case, or without a case on the project; the zero Actor is the system.
func seatsOf(c *Case, by Actor) []seat {
	if by.Person == "" {
		return []seat{{Seat: SeatSystem}}
	}
	var seats []seat
	for _, o := range by.Offices {
		switch o.Role {
		case RoleTaskForce:
			seats = append(seats, seat{SeatTaskForce, o.Unit}, seat{SeatProxy, o.Unit})
		case RoleCity:
			seats = append(seats, seat{SeatCity, o.Unit})
		}
		if c != nil && o.Unit != "" && (o.Role == RoleContact || o.Role == RoleLeader) {
			seats = append(seats, partySeats(c.Parties, o)...)
		}
	}
	return seats
}

func partySeats(p Parties, o Office) []seat {
	var seats []seat
	for _, duty := range Duties {
		if p.Unit(duty) != o.Unit {
			continue
		}
		s := map[Duty]Seat{DutyDepartment: SeatDepartment, DutyLead: SeatLead, DutyPhase: SeatPhase}[duty]
		if duty == DutyResponsible {
			s = SeatContact
			if o.Role == RoleLeader {
				s = SeatLeader
			}
		}
		seats = append(seats, seat{s, o.Unit})
	}
	if slices.ContainsFunc(p.Copies, func(c Party) bool { return c.Unit == o.Unit }) {
		seats = append(seats, seat{SeatCopied, o.Unit})
	}
	return seats
}

// allow gives the seat from which someone may do something on a case, or why not. A seat of one's own goes before 代办,
// which needs its reason.
func allow(on Trigger, c *Case, by Actor, proxy string) (seat, *Refusal) {
	permit, held := permitFor(on), seatsOf(c, by)
	found := seat{}
	for _, s := range held {
		if slices.Contains(permit.By, s.Seat) && (found.Seat == "" || found.Seat == SeatProxy) {
			found = s
		}
	}
	switch {
	case found.Seat == "":
		return seat{}, forbidden(permit, c, held)
	case found.Seat == SeatProxy && strings.TrimSpace(proxy) == "":
		return seat{}, refuse(CodeIncomplete, "业务专班代为办理须写明理由,请补充代办理由后再确认。")
	}
	return found, nil
}

// forbidden says who may instead, and to the responsible unit what it can do towards the same end (F.1).
func forbidden(permit *Permit, c *Case, held []seat) *Refusal {
	if c == nil {
		return refuse(CodeNotYours, "%s", permit.Who)
	}
	sentence := fill(permit.Who, c)
	own := slices.ContainsFunc(held, func(s seat) bool { return s.Seat == SeatContact || s.Seat == SeatLeader })
	if own && permit.Who == disposeBelongs {
		proof := "如本环节已办结,可把办结凭证和日期补充报送,我即转{部门}确认。"
		if c.Stage == PlanningPermit || c.Stage == ConstructionPermit {
			proof = "如许可证已取得,可把证号和发证日期补充报送,我即转{部门}确认。"
		}
		sentence += fill(proof, c)
	}
	return refuse(CodeNotYours, "%s", sentence)
}

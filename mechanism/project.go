package mechanism

import (
	"slices"
	"time"
)

// Project is one investment project with everything the mechanism knows of it. It is loaded, stepped and saved whole.
type Project struct {
	ID            string     `json:"id"`
	Code          string     `json:"code,omitempty"`
	Name          string     `json:"name"`
	Category      Category   `json:"category"`
	Energy        bool       `json:"energy,omitempty"`
	InZone        bool       `json:"in_zone,omitempty"`
	FilingKind    FilingKind `json:"filing_kind,omitempty"`
	Owner         string     `json:"owner,omitempty"`         // unit name of 项目业主
	Town          string     `json:"town,omitempty"`          // unit name of 属地政府
	IndustryDept  string     `json:"industry_dept,omitempty"` // unit name of 行业主管部门
	InvestmentWan int64      `json:"investment_wan,omitempty"`

	RedBase      int    `json:"red_base,omitempty"`      // reds before junma, as the record says
	PlatformSeen bool   `json:"platform_seen,omitempty"` // the project has had a platform light: a local red is then a hint by default
	ExitedOn     Date   `json:"exited_on,omitempty"`
	Exit         string `json:"exit,omitempty"` // the exit document

	Day      Date         `json:"day,omitempty"`      // the day up to which days have begun (C-19)
	Baseline Date         `json:"baseline,omitempty"` // day of the import that took what was lit as 存量 (C-10)
	Stages   []StageState `json:"stages"`             // in the order of Stages; only those known
	Cases    []Case       `json:"cases,omitempty"`
	Hints    []Hint       `json:"hints,omitempty"` // 专班's daily list of what alarms nobody

	Revision int64 `json:"-"` // the store's optimistic lock
}

// StageState is what is known of one stage of a project.
type StageState struct {
	Stage      Stage  `json:"stage"`
	Start      Date   `json:"start,omitempty"`
	Inferred   bool   `json:"inferred,omitempty"` // 推定: the start was derived from a finished stage (C-11)
	Derived    Date   `json:"derived,omitempty"`  // day on which an inferred start was derived: its workdays of grace run from here
	Done       Date   `json:"done,omitempty"`
	Limit      Limit  `json:"limit,omitzero"`         // from the record; overrides the book
	Sized      int64  `json:"sized,omitempty"`        // planned investment in 万元 when the start became known: it chooses the limit (C-17)
	NotApply   string `json:"not_apply,omitempty"`    // why the stage does not apply; "" = the book decides
	NotApplyOn Date   `json:"not_apply_on,omitempty"` // day on which the department said so (T7): what hangs on the stage starts no earlier
}

// Case is one warning of one stage, from the day it fires until it is closed: one per (stage, occurrence, level).
type Case struct {
	Seq        int    `json:"seq"` // 1, 2, 3 … within the project; never reused
	Stage      Stage  `json:"stage"`
	Occurrence int    `json:"occurrence"`
	Level      Level  `json:"level"`
	Source     Source `json:"source"`
	Ref        string `json:"ref,omitempty"` // the platform's id of the light, when it has one

	State   State   `json:"state"`
	Waiting Waiting `json:"waiting,omitempty"`
	Closure Closure `json:"closure,omitempty"`
	Follows int     `json:"follows,omitempty"` // seq of the orange that this red superseded (T16)

	FiredOn  Date      `json:"fired_on"`
	FiredAt  time.Time `json:"fired_at"`           // the instant at which the case came about here
	Since    Date      `json:"since,omitempty"`    // the platform's date of the light; wins over Due for the light's date
	Due      Reading   `json:"due"`                // the local dates as they were when the case fired, or as corrected since (C-12); zero without a clock
	Late     bool      `json:"late,omitempty"`     // first seen late (C-9)
	Backlog  bool      `json:"backlog,omitempty"`  // 存量: shown, listed once, never pushed until released (C-10)
	Released Date      `json:"released,omitempty"` // day 专班 turned 存量 into an ordinary warning
	ClosedOn Date      `json:"closed_on,omitempty"`
	Note     string    `json:"note,omitempty"` // plain Chinese: why it was revoked

	Parties  Parties `json:"parties"`   // frozen at creation
	BookHash string  `json:"book_hash"` // the rule book these facts were computed from
	Cycle    Cycle   `json:"cycle"`

	RedNo  int    `json:"red_no,omitempty"`  // 第N次红灯 of the project; 0 for an orange and for 存量
	InBase bool   `json:"in_base,omitempty"` // the red is one of those Project.RedBase counts already
	Tier   int    `json:"tier,omitempty"`    // 1..3; 0 when no coordination is due
	Chain  string `json:"chain,omitempty"`   // K1, K1s, K2, K3, K4

	Push     int  `json:"push"` // number of the latest push, from 1; 0 while Backlog
	PushedOn Date `json:"pushed_on,omitempty"`
	AnswerBy Date `json:"answer_by,omitempty"` // day by which whoever's turn it is must answer; zero while it is nobody's

	Escalation  Escalation   `json:"escalation,omitzero"`
	Responses   []Response   `json:"responses,omitempty"` // T2: each person's first press or message
	Reports     []Report     `json:"reports,omitempty"`
	Disposals   []Disposal   `json:"disposals,omitempty"`
	Disclaimers []Disclaimer `json:"disclaimers,omitempty"` // 不归我办
	Urges       []Urge       `json:"urges,omitempty"`       // 催办
}

// Cycle is the 销号 cycle frozen on a case (三(四)4, D.4).
type Cycle struct {
	Days      int  `json:"days"`       // days from one push to the next; the push day counts as day 1
	Pushes    int  `json:"pushes"`     // the push after whose cycle a red is overdue
	AtPush    bool `json:"at_push"`    // overdue on that push instead of at the end of its cycle
	Overdue   bool `json:"overdue"`    // this case can become overdue at all (C-20: oranges do not)
	RestartAt Date `json:"restart_at"` // day of push 1
}

// Party is a unit with a duty on a case and the clause that names it.
type Party struct {
	Unit  string `json:"unit"`
	Basis string `json:"basis"` // clause of the notice, or A-number when only a default names it
}

// Parties are the four responsible parties of a case (三(四)1), the chain's reporter where it differs, the
// 行业主管部门 for chain K3, and units that get copies.
type Parties struct {
	Responsible Party   `json:"responsible"`
	Department  Party   `json:"department"`
	Lead        Party   `json:"lead"`
	Phase       Party   `json:"phase"`
	Reporter    Party   `json:"reporter,omitzero"`
	Industry    Party   `json:"industry,omitzero"`
	Copies      []Party `json:"copies,omitempty"`
}

// Unit gives the unit that holds duty.
func (p Parties) Unit(duty Duty) string {
	switch duty {
	case DutyResponsible:
		return p.Responsible.Unit
	case DutyDepartment:
		return p.Department.Unit
	case DutyLead:
		return p.Lead.Unit
	case DutyPhase:
		return p.Phase.Unit
	}
	return ""
}

// Escalation is the posting of a red to its tier (三(五)).
type Escalation struct {
	Tier     int       `json:"tier"`
	RaisedAt time.Time `json:"raised_at"`
	PostAt   time.Time `json:"post_at,omitzero"`   // when it goes out unless withheld, message hours included; zero = only on release
	Released time.Time `json:"released,omitzero"`  // 专班 pressed 发出
	Withheld string    `json:"withheld,omitempty"` // 专班's reason for 暂缓
}

// Person is who did something, as recorded for good.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Unit string `json:"unit"` // the unit in whose name the person acted
}

// Response is a person's first press or message about a case (T2).
type Response struct {
	By   Person    `json:"by"`
	At   time.Time `json:"at"`
	Push int       `json:"push"`
}

// Report is what the responsible unit reported.
type Report struct {
	By       Person     `json:"by"`
	At       time.Time  `json:"at"`
	Push     int        `json:"push"`
	Cause    string     `json:"cause"` // one of the book's cause categories
	Text     string     `json:"text"`
	Evidence []Evidence `json:"evidence"`
	Proposal Option     `json:"proposal,omitempty"` // the disposal the responsible unit proposes
	Proxy    string     `json:"proxy,omitempty"`    // 专班's reason for reporting on behalf
	Confirm  string     `json:"confirm"`            // the exact text the person confirmed
	Returned string     `json:"returned,omitempty"` // the department's reason for sending it back (T4)
}

// Evidence is one item of proof: a stored file, or a certificate number.
type Evidence struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256,omitempty"` // lower-case hex; empty for a certificate number
	Size   int64  `json:"size,omitempty"`   // bytes
	Type   string `json:"type,omitempty"`   // jpg, png, pdf … by content
	Number string `json:"number,omitempty"` // certificate number
}

// Disposal is the department's 办理 (R-029 … R-033).
type Disposal struct {
	By      Person    `json:"by"`
	At      time.Time `json:"at"`
	Push    int       `json:"push"`
	Option  Option    `json:"option"`
	Date    Date      `json:"date,omitempty"`   // 预计完成日, or the completion date
	Reason  string    `json:"reason,omitempty"` // reason category of 无需办理, exit document of 项目退出
	Note    string    `json:"note,omitempty"`
	Proxy   string    `json:"proxy,omitempty"` // 专班's reason for acting on behalf
	Confirm string    `json:"confirm"`
	Reports int       `json:"reports,omitempty"` // how many reports there were when it was made
}

// Disclaimer is a unit's word that the matter is not its own (不归我办), and what 专班 decided on it.
type Disclaimer struct {
	By      Person     `json:"by"`
	At      time.Time  `json:"at"`
	Reason  string     `json:"reason"`
	Settled Settlement `json:"settled,omitzero"`
}

// Settlement is 专班's decision on an objection; zero while there is none.
type Settlement struct {
	By     Person    `json:"by"`
	At     time.Time `json:"at"`
	Unit   string    `json:"unit,omitempty"` // who took over; "" = the duty stays
	Reason string    `json:"reason"`
}

// Urge is 专班 urging whoever's turn it was (催办).
type Urge struct {
	By       Person    `json:"by"`
	At       time.Time `json:"at"`
	Push     int       `json:"push"`
	Together bool      `json:"together,omitempty"` // with several others at once
}

// Open reports whether a case in this state still waits for its 销号.
func (s State) Open() bool { return s == Untreated || s == InHand || s == Overdue }

// Case gives the case with a number, or nil.
func (p *Project) Case(seq int) *Case {
	if seq < 1 || seq > len(p.Cases) {
		return nil
	}
	return &p.Cases[seq-1]
}

// Reported gives the reports that were made on a case itself: a red begins with copies of those of its orange (T16).
func (p *Project) Reported(c *Case) []Report {
	if orange := p.Case(c.Follows); orange != nil {
		return c.Reports[min(len(orange.Reports), len(c.Reports)):]
	}
	return c.Reports
}

// OpenCase gives the open case of a stage, or nil; there is never more than one.
func (p *Project) OpenCase(s Stage) *Case {
	if c := p.lastCase(s); c != nil && c.State.Open() {
		return c
	}
	return nil
}

// Evidenced gives the latest report that has a file among its evidence, or nil.
func (c *Case) Evidenced() *Report {
	for i := len(c.Reports) - 1; i >= 0; i-- {
		if slices.ContainsFunc(c.Reports[i].Evidence, func(e Evidence) bool { return e.SHA256 != "" }) {
			return &c.Reports[i]
		}
	}
	return nil
}

// RedCount is the number of red warnings of the project so far: those before junma and every counted red that
// was not revoked. 存量 counts once it is released.
func (p *Project) RedCount() int {
	n := p.RedBase
	for i := range p.Cases {
		if c := &p.Cases[i]; c.RedNo > 0 && !c.InBase && c.State != Revoked {
			n++
		}
	}
	return n
}

// inBase is the number of cases among the reds that RedBase counts.
func (p *Project) inBase() int {
	n := 0
	for i := range p.Cases {
		if p.Cases[i].InBase {
			n++
		}
	}
	return n
}

func (p *Project) lastCase(s Stage) *Case {
	for i := len(p.Cases) - 1; i >= 0; i-- {
		if p.Cases[i].Stage == s {
			return &p.Cases[i]
		}
	}
	return nil
}

// known reports whether a case of this key exists: one per stage, occurrence and level (C-19).
func (p *Project) known(s Stage, occurrence int, level Level) bool {
	return slices.ContainsFunc(p.Cases, func(c Case) bool {
		return c.Stage == s && c.Occurrence == occurrence && c.Level == level
	})
}

// clone copies everything a step may change.
func (p Project) clone() Project {
	p.Stages, p.Hints, p.Cases = slices.Clone(p.Stages), slices.Clone(p.Hints), slices.Clone(p.Cases)
	for i := range p.Cases {
		c := &p.Cases[i]
		c.Responses, c.Reports = slices.Clone(c.Responses), slices.Clone(c.Reports)
		c.Disposals, c.Disclaimers = slices.Clone(c.Disposals), slices.Clone(c.Disclaimers)
		c.Urges = slices.Clone(c.Urges)
	}
	return p
}

package notify

import (
	"slices"
	"strings"

	"junma/mechanism"
)

// view is what a template can say. Every date is written out already; everything a person typed passes through scrub.
type view struct {
	Name, Code, Sector, Town, Owner, Money, Exit string

	Stage, Colour, Start, Limit, LimitBasis, Orange, Last, FiredOn, ClosedOn string
	State, Waiting, Closure, Note, OverdueOn                                 string
	Red, Late, CanOverdue, FinalPush, Overtaken, Renewed                     bool
	Left, Over, RedNo, Push, LatestPush, Pushes, NextNo                      int
	CycleFrom, CycleTo, NextPush, ReportBy, DisposeBy, PlanBy                string

	Responsible, Department, DepartmentShort, Lead, Phase string

	// the person or group that reads
	Unit, Duty, Leader string
	Duties             []string
	Own, Same          bool // holds the duty of the responsible unit; and also is the department

	Report     reportView
	Disposal   disposalView
	Disclaimer wordView
	Settled    wordView // what 专班 decided on it; Unit = who took over
	Urge       wordView // the latest 催办; Text is who urged
	Took       int      // days the stage took; 0 = not known
	Next       []string

	TierWord, Coordinator, AnswerBy, Helper, Reason, Did, Clause, RaisedOn string
	ReportsUp, Others                                                      []string

	PostAt, Released, Withheld, DraftTitle string
	Minutes                                int
	Draft, Targets                         []string

	Lost Undelivered

	On, AsOf, Alarm, JournalHead string
	InGroup                      bool
	Total, More                  int
	Items                        []string
}

// reportView is the latest report.
type reportView struct {
	Unit, On, Cause, Text, Proposal, Returned string
	Evidence                                  int
}

// disposalView is the latest disposal.
type disposalView struct{ Unit, On, Option, Date, Reason, Note, Proxy string }

// wordView is what somebody said.
type wordView struct{ Unit, On, Text string }

// projectView says what a project is.
func (n *Notifier) projectView(p *mechanism.Project, today mechanism.Date) view {
	v := view{Name: p.Name, Code: p.Code, Town: p.Town, Owner: p.Owner, Exit: p.Exit, On: day(today, today)}
	if sector, _, err := n.Book.Sector(p); err == nil {
		v.Sector = string(sector)
	}
	if p.InvestmentWan > 0 {
		v.Money = money(p.InvestmentWan)
	}
	return v
}

// caseView says how a case of p stands on today; push is the push a card is about.
func (n *Notifier) caseView(p *mechanism.Project, c *mechanism.Case, push int, today mechanism.Date) view {
	v := n.projectView(p, today)
	v.Stage, v.Colour, v.Red, v.Late = string(c.Stage), colour(c.Level), c.Level == mechanism.Red, c.Late
	v.State, v.Waiting, v.Closure = string(c.State), string(c.Waiting), string(c.Closure)
	v.FiredOn, v.RedNo, v.Push, v.LatestPush = day(lit(c), today), c.RedNo, push, c.Push
	v.Overtaken = c.Push > push
	v.ClosedOn, v.Note = day(c.ClosedOn, today), bare(c.Note)
	v.Responsible, v.Department = c.Parties.Responsible.Unit, c.Parties.Department.Unit
	v.DepartmentShort = short(v.Department)
	v.Lead, v.Phase = c.Parties.Lead.Unit, c.Parties.Phase.Unit
	v.due(c, today)
	v.cycle(c, push, today)
	n.respond(&v, c, push, today)
	v.history(c, today)
	n.completion(&v, p, c)
	return v
}

// lit is the day the light came on: the platform's own date wins.
func lit(c *mechanism.Case) mechanism.Date {
	if !c.Since.IsZero() {
		return c.Since
	}
	return c.FiredOn
}

// due says the dates as they were when the case fired.
func (v *view) due(c *mechanism.Case, today mechanism.Date) {
	v.LimitBasis = c.Due.Basis
	if !c.Due.Start.IsZero() && !c.Due.Limit.IsZero() {
		v.Start, v.Limit = day(c.Due.Start, today), span(c.Due.Limit)
	}
	v.Orange = day(lit(c), today)
	if !c.Due.Orange.IsZero() {
		v.Orange = day(c.Due.Orange, today)
	}
	if !c.Due.Last.IsZero() {
		v.Last = day(c.Due.Last, today)
		v.Left, v.Over = max(0, int(c.Due.Last-today)), max(0, int(today-c.Due.Last))
	}
}

// cycle says the dates of the 销号 cycle (三(四)4, D.4).
func (v *view) cycle(c *mechanism.Case, push int, today mechanism.Date) {
	if push < 1 {
		return
	}
	from := pushDay(c, push)
	next := from + mechanism.Date(c.Cycle.Days)
	v.CycleFrom, v.CycleTo = day(from, today), day(next-1, today)
	v.NextPush, v.NextNo = day(next, today), push+1
	v.Pushes, v.CanOverdue = c.Cycle.Pushes, c.Cycle.Overdue && push < c.Cycle.Pushes
	v.FinalPush = c.Cycle.Overdue && push == c.Cycle.Pushes && c.State != mechanism.Overdue
	v.OverdueOn = day(c.Cycle.OverdueOn(), today)
}

// pushDay gives the day of a push. In 销号超时 the cards come a cycle later than the cycle's own count.
func pushDay(c *mechanism.Case, push int) mechanism.Date {
	if push == c.Push && !c.PushedOn.IsZero() {
		return c.PushedOn
	}
	return c.Cycle.Push(push)
}

// respond says by when each side must answer.
func (n *Notifier) respond(v *view, c *mechanism.Case, push int, today mechanism.Date) {
	from := c.FiredOn
	if push > 0 {
		from = pushDay(c, push)
	}
	report, dispose := n.Book.Due(c, from)
	v.ReportBy, v.DisposeBy = day(report, today), day(dispose, today)
	plan, _ := n.Book.AddWorkdays(c.Cycle.OverdueOn(), 3)
	v.PlanBy = day(plan, today)
}

// history says what was reported and done last.
func (v *view) history(c *mechanism.Case, today mechanism.Date) {
	if len(c.Reports) > 0 {
		r := c.Reports[len(c.Reports)-1]
		v.Report = reportView{
			Unit: r.By.Unit, On: day(mechanism.DateOf(r.At), today), Cause: r.Cause, Text: bare(r.Text), Proposal: string(r.Proposal),
			Returned: bare(r.Returned), Evidence: len(r.Evidence),
		}
	}
	if len(c.Disposals) > 0 {
		d := c.Disposals[len(c.Disposals)-1]
		v.Disposal = disposalView{
			Unit: d.By.Unit, On: day(mechanism.DateOf(d.At), today), Option: string(d.Option),
			Reason: bare(d.Reason), Note: bare(d.Note), Proxy: bare(d.Proxy),
		}
		if !d.Date.IsZero() {
			v.Disposal.Date = day(d.Date, today)
		}
	}
	if len(c.Disclaimers) > 0 {
		d := c.Disclaimers[len(c.Disclaimers)-1]
		v.Disclaimer = wordView{Unit: d.By.Unit, On: day(mechanism.DateOf(d.At), today), Text: bare(d.Reason)}
		if s := d.Settled; !s.At.IsZero() {
			v.Settled = wordView{Unit: s.Unit, On: day(mechanism.DateOf(s.At), today), Text: bare(s.Reason)}
		}
	}
	if len(c.Urges) > 0 {
		u := c.Urges[len(c.Urges)-1]
		v.Urge = wordView{Unit: u.By.Unit, On: day(mechanism.DateOf(u.At), today), Text: u.By.Name}
	}
}

// completion says how long the stage took and which clocks started from its completion.
func (n *Notifier) completion(v *view, p *mechanism.Project, c *mechanism.Case) {
	stage := stageOf(p, c.Stage)
	if stage == nil || stage.Done.IsZero() {
		return
	}
	if !c.Due.Start.IsZero() && stage.Done >= c.Due.Start {
		v.Took = int(stage.Done - c.Due.Start)
	}
	for _, next := range n.Book.Successors(c.Stage) {
		if s := stageOf(p, next); s != nil && s.Start == stage.Done && s.Inferred {
			v.Next = append(v.Next, string(next))
		}
	}
}

// readBy says who reads: the unit, the duties it is told on account of, the strongest first.
func (v *view) readBy(unit string, duties []mechanism.Duty) {
	v.Unit = unit
	for _, duty := range duties {
		if duty != mechanism.DutyTaskForce {
			v.Duties = append(v.Duties, string(duty))
		}
	}
	if len(duties) > 0 {
		v.Duty = string(duties[0])
	}
	v.Own = slices.Contains(duties, mechanism.DutyResponsible)
	v.Same = v.Responsible == v.Department
}

// marks says what is not settled about the figures of a case: an example limit, a derived start, an unchecked calendar.
func marks(c *mechanism.Case) string {
	var said []string
	if c.Due.Inferred {
		said = append(said, "起算日为推定")
	}
	if !c.Due.Confirmed && !c.Due.Limit.IsZero() && c.Source == mechanism.Local {
		said = append(said, "时限为示例,待核定")
	}
	if c.Due.Unverified {
		said = append(said, "日历未核定")
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, ";") + "。"
}

// stageOf gives what is known of a stage, or nil.
func stageOf(p *mechanism.Project, stage mechanism.Stage) *mechanism.StageState {
	for i := range p.Stages {
		if p.Stages[i].Stage == stage {
			return &p.Stages[i]
		}
	}
	return nil
}

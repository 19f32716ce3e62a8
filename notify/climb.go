package notify

import (
	"fmt"
	"slices"
	"strings"

	"junma/mechanism"
)

// Workdays for the first act of each tier: tier 1 answers in 3, tier 2 meets within 5, tier 3 is laid before the
// leaders within 1 and meets within 5 more.
var tierWorkdays = [...]int{0, 3, 5, 6}

// climb says what a tier's posting needs: who reports up to whom, by when, why, and what was done so far (三(五), B.5).
func (n *Notifier) climb(v *view, p *mechanism.Project, c *mechanism.Case, today mechanism.Date) {
	tier := max(1, min(c.Tier, 3))
	chain := n.Book.Chain(c.Chain)
	duty := chain.Tier(tier, c.Parties)
	v.TierWord, v.Coordinator = numeral(tier), duty.Coordinator
	for _, unit := range duty.ReportsUp {
		v.ReportsUp = append(v.ReportsUp, filing(unit, c.Parties))
	}
	v.Clause = clause(c.Chain)
	raised, by := n.answerBy(c)
	v.RaisedOn, v.AnswerBy = day(raised, today), day(by, today)
	for _, unit := range []string{c.Parties.Department.Unit, c.Parties.Lead.Unit, c.Parties.Phase.Unit, c.Parties.Responsible.Unit, c.Parties.Industry.Unit} {
		if unit != "" && unit != duty.Coordinator && !slices.Contains(v.Others, unit) {
			v.Others = append(v.Others, unit)
		}
	}
	if helper := c.Parties.Department.Unit; helper != duty.Coordinator {
		v.Helper = helper
	}
	v.Reason, v.Did = reason(p), done(p, c, today)
}

// answerBy gives when a case climbed to its tier, and by when the first act of that tier is due.
func (n *Notifier) answerBy(c *mechanism.Case) (raised, by mechanism.Date) {
	raised = c.FiredOn
	if !c.Escalation.RaisedAt.IsZero() {
		raised = mechanism.DateOf(c.Escalation.RaisedAt)
	}
	by, _ = n.Book.AddWorkdays(raised, tierWorkdays[max(1, min(c.Tier, 3))])
	return raised, by
}

// called says in a line what the posting of a case asks for, and until when.
func (n *Notifier) called(s standing) Matter {
	_, by := n.answerBy(s.c)
	who, what := n.Book.Chain(s.c.Chain).Tier(max(1, min(s.c.Tier, 3)), s.c.Parties).Coordinator, "协调"
	if s.c.Tier > 1 {
		what = "召集协调"
	}
	if who == "" {
		who, what = "专班", "指定协调单位"
	}
	return Matter{Due: by, Text: fmt.Sprintf("%s:第%d次红灯,请%s%s,%s前", s.title(), s.c.RedNo, who, what, day(by, s.today))}
}

// filing names who reports up. For an enterprise, which has no seat here, its 属地 files, and both are shown.
func filing(unit string, parties mechanism.Parties) string {
	if own := parties.Responsible.Unit; unit == parties.Reporter.Unit && own != "" && own != unit {
		return fmt.Sprintf("%s(由%s代报)", unit, own)
	}
	return unit
}

// clause gives the paragraph of 三(五) that a chain stands on.
func clause(chain string) string {
	switch chain {
	case "K1", "K1s":
		return "1"
	case "K2":
		return "2"
	case "K3":
		return "3"
	case "K4":
		return "4"
	}
	return ""
}

// reason gives the latest cause that was reported for any warning of the project.
func reason(p *mechanism.Project) string {
	var latest *mechanism.Report
	for i := range p.Cases {
		for j := range p.Cases[i].Reports {
			if r := &p.Cases[i].Reports[j]; latest == nil || !r.At.Before(latest.At) {
				latest = r
			}
		}
	}
	if latest == nil {
		return "责任单位尚未报送"
	}
	return latest.Cause + "——" + bare(latest.Text)
}

// done says in one breath what was done so far: earlier postings, reports and disposals of the project's warnings.
func done(p *mechanism.Project, now *mechanism.Case, today mechanism.Date) string {
	var postings, reports, disposals int
	var posted mechanism.Date
	var last mechanism.Disposal
	for i := range p.Cases {
		c := &p.Cases[i]
		if c.Seq != now.Seq && c.RedNo > 0 && c.RedNo < now.RedNo && c.Escalation.Tier > 0 && c.Escalation.Withheld == "" {
			postings, posted = postings+1, max(posted, c.FiredOn)
		}
		reports, disposals = reports+len(p.Reported(c)), disposals+len(c.Disposals)
		for _, d := range c.Disposals {
			if !d.At.Before(last.At) {
				last = d
			}
		}
	}
	var said []string
	if postings > 0 {
		said = append(said, fmt.Sprintf("交办协调%d次(最近%s)", postings, day(posted, today)))
	}
	if reports > 0 {
		said = append(said, fmt.Sprintf("报送%d次", reports))
	}
	if disposals > 0 {
		said = append(said, fmt.Sprintf("办理%d次(最近%s%s)", disposals, day(mechanism.DateOf(last.At), today), last.Option))
	}
	if len(said) == 0 {
		return "尚无报送和办理"
	}
	return strings.Join(said, ",")
}

package mechanism

import "slices"

// Act is something a button lets a person do.
type Act string

// The acts.
const (
	ActReport         Act = "report"
	ActSame           Act = "report-same" // a report that repeats the one before
	ActDisclaim       Act = "disclaim"
	ActUphold         Act = "uphold"
	ActTransfer       Act = "transfer"
	ActView           Act = "view"
	ActProcess        Act = "process"  // what was done about the project's warnings so far (F.3 看过程)
	ActEvidence       Act = "evidence" // the files of the latest report that has any
	ActOngoing        Act = "dispose-ongoing"
	ActCompleted      Act = "dispose-completed"
	ActNotNeeded      Act = "dispose-not-needed"
	ActExit           Act = "dispose-exit"
	ActReturn         Act = "return"
	ActRelease        Act = "release"
	ActWithhold       Act = "withhold"
	ActReleaseBacklog Act = "release-backlog"
)

var triggers = map[Act]Trigger{
	ActReport: OnReport, ActSame: OnReport, ActDisclaim: OnDisclaim, ActUphold: OnUphold,
	ActTransfer: OnTransfer, ActOngoing: OnOngoing, ActCompleted: OnCompleted, ActNotNeeded: OnNotNeeded,
	ActExit: OnExit, ActReturn: OnReturn, ActRelease: OnRelease, ActWithhold: OnWithhold, ActReleaseBacklog: OnBacklogRelease,
}

// Label gives the words on the button.
func (a Act) Label() string {
	switch a {
	case ActView:
		return "查看项目"
	case ActProcess:
		return "看过程"
	case ActSame:
		return "无变化,沿用上次"
	case ActEvidence:
		return "看佐证"
	}
	return string(triggers[a])
}

// Label gives the words on the button of an act on the case: a report that follows an earlier cycle's is an update
// (三(四)4).
func (c *Case) Label(a Act) string {
	if a == ActReport && c.Repeatable() {
		return "更新进展"
	}
	return a.Label()
}

// Repeatable reports whether the latest report stands and belongs to an earlier push, so that this cycle's report may
// say the same again.
func (c *Case) Repeatable() bool {
	return c.reported() && c.Reports[len(c.Reports)-1].Push < c.Push
}

// Looks reports whether an act only shows something and changes nothing.
func (a Act) Looks() bool { return a == ActView || a == ActProcess || a == ActEvidence }

// Option gives the disposal an act chooses, or "" when it chooses none.
func (a Act) Option() Option {
	switch a {
	case ActOngoing, ActCompleted, ActNotNeeded, ActExit:
		return Option(triggers[a])
	}
	return ""
}

// ActsFor gives what someone with a duty can do on a case now, in the order of the buttons. Drawing a card and taking a
// press both go by it. The zero Actor stands for any contact of the duty's unit. duty is one of the four, or
// DutyTaskForce for what only 专班 does.
func ActsFor(p *Project, c *Case, duty Duty, person Actor) []Act {
	if person.Person == "" {
		person = Actor{Person: "?", Offices: []Office{{Unit: c.Parties.Unit(duty), Role: RoleContact}}}
		if duty == DutyTaskForce {
			person.Offices[0] = Office{Unit: UnitTaskForce, Role: RoleTaskForce}
		}
	}
	var acts []Act
	for _, act := range dutyActs(duty) {
		if c.offers(p, act, duty, person) {
			acts = append(acts, act)
		}
	}
	return acts
}

// offers reports whether an act has a button now. A department gets a card with each report; the cards of all others are
// not drawn anew for it and have 看佐证 as long as a report may come.
func (c *Case) offers(p *Project, act Act, duty Duty, person Actor) bool {
	switch act {
	case ActView, ActProcess:
		return true
	case ActEvidence:
		return c.Evidenced() != nil || duty != DutyDepartment && c.State.Open()
	case ActSame:
		if !c.Repeatable() {
			return false
		}
	default:
	}
	return p.ExitedOn.IsZero() && c.can(triggers[act], person)
}

func (c *Case) can(on Trigger, person Actor) bool {
	if _, refusal := allow(on, c, person, ""); refusal != nil {
		return false
	}
	m := moveFor(on, c)
	return m != nil && (m.ready == nil || m.ready(c, false) == nil)
}

// dutyActs gives the acts Tellings ever offers a duty; to look comes after to act.
func dutyActs(duty Duty) []Act {
	var acts []Act
	for _, row := range Tellings {
		if row.To != duty {
			continue
		}
		for _, act := range row.Acts {
			if !slices.Contains(acts, act) {
				acts = append(acts, act)
			}
		}
	}
	if i := slices.Index(acts, ActEvidence); i >= 0 {
		acts = append(slices.Delete(acts, i, i+1), ActEvidence)
	}
	return acts
}

// DutiesOf gives which of the four duties the units of a person hold on a case, in the notice's order.
func DutiesOf(c *Case, by Actor) []Duty {
	var duties []Duty
	for _, duty := range Duties {
		unit := c.Parties.Unit(duty)
		if unit != "" && slices.ContainsFunc(by.Offices, func(o Office) bool {
			return o.Unit == unit && (o.Role == RoleContact || o.Role == RoleLeader)
		}) {
			duties = append(duties, duty)
		}
	}
	return duties
}

package handlers

import (
	"slices"
	"time"

	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/store"
)

// asker is somebody who wants to know something, at one instant. What is counted, listed and sent for them stays within
// what they may see (D.5, A-41).
type asker struct {
	book  *mechanism.Book
	actor mechanism.Actor
	now   time.Time // business time
}

// today is the civil day on which is asked.
func (a asker) today() mechanism.Date { return mechanism.DateOf(a.now) }

// seesAll reports whether the person may see every project: 专班 and city leaders (D.5).
func (a asker) seesAll() bool {
	return slices.ContainsFunc(a.actor.Offices, func(o mechanism.Office) bool {
		return o.Role == mechanism.RoleTaskForce || o.Role == mechanism.RoleCity
	})
}

// isCity reports whether the person is a city leader.
func (a asker) isCity() bool {
	return slices.ContainsFunc(a.actor.Offices, func(o mechanism.Office) bool { return o.Role == mechanism.RoleCity })
}

// holds reports whether the person sits in one of the units.
func (a asker) holds(units ...string) bool {
	return slices.ContainsFunc(a.actor.Offices, func(o mechanism.Office) bool {
		return o.Unit != "" && slices.Contains(units, o.Unit)
	})
}

// sees reports whether the person may see a stage of a project (D.5): the responsible unit and the sector's lead see
// the whole project, a department its own stages, a phase's department its own phase, copied units the stages they are
// copied on. 盯引 is seen only by those whom A-41 names.
func (a asker) sees(p *mechanism.Project, s mechanism.Stage) bool {
	if a.seesAll() {
		return true
	}
	now, _ := a.book.Parties(p, s)
	all := []mechanism.Parties{now}
	for i := range p.Cases {
		if p.Cases[i].Stage == s {
			all = append(all, p.Cases[i].Parties)
		}
	}
	for _, parties := range all {
		units := []string{parties.Responsible.Unit, parties.Department.Unit, parties.Lead.Unit}
		if s != mechanism.Scouting {
			units = append(units, parties.Reporter.Unit, parties.Phase.Unit, parties.Industry.Unit)
			for _, c := range parties.Copies {
				units = append(units, c.Unit)
			}
		}
		if a.holds(units...) {
			return true
		}
	}
	return false
}

// units gives the units through which the person sees warnings.
func (a asker) units() []string {
	var units []string
	for _, o := range a.actor.Offices {
		if o.Unit != "" && !slices.Contains(units, o.Unit) {
			units = append(units, o.Unit)
		}
	}
	return units
}

// scope turns the slots of a question into what is looked up, within what the person may see, and names the time that
// was asked about; "" = now.
func (a asker) scope(q query) (s store.Scope, when string) {
	s = store.Scope{
		Level: q.Level, State: q.State, Unit: q.Unit, Town: q.Town, RedNo: q.RedNo, Tier: q.Tier, Push: q.Push,
		All: a.seesAll(), Rights: a.units(),
	}
	if q.Sector != "" {
		s.Sectors = []mechanism.Sector{q.Sector}
	}
	for _, stage := range mechanism.Stages {
		if (q.Stage != "" || q.Phase != "") && (q.Stage == "" || q.Stage == stage) && (q.Phase == "" || q.Phase == a.book.Phase(stage)) {
			s.Stages = append(s.Stages, stage)
		}
	}
	offices := a.actor.Offices
	if q.Person != "" {
		offices = q.roster.Actor(q.Person).Offices
	} else if !q.Mine {
		offices = nil
	}
	for _, o := range offices {
		switch o.Role {
		case mechanism.RoleCity:
			s.Sectors = append(s.Sectors, o.Sectors...)
		case mechanism.RoleTaskForce: // 专班 answers for everything
		default:
			s.Units = append(s.Units, o.Unit)
		}
	}
	switch {
	case q.Kind == inquiry.Disposed:
		s.DisposedFrom, s.DisposedTo = q.New.Days(a.today())
		disposing(&s, q.roster)
		when = string(q.New) + "办理"
	case q.Ended != "":
		s.EndedFrom, s.EndedTo = q.Ended.Days(a.today())
		when = string(q.Ended) + "已销号"
	case q.New != "":
		s.FiredFrom, s.FiredTo = q.New.Days(a.today())
		when = string(q.New) + "新亮"
	}
	return s, when
}

// ahead gives the days that a question about lights to come means.
func (a asker) ahead(q query) (from, to mechanism.Date) {
	return a.today() + 1, a.today() + mechanism.Date(q.Days)
}

// disposing narrows what departments have a duty on to what they dispose of themselves (三(四)3).
func disposing(s *store.Scope, roster *store.Roster) {
	isDepartment := func(name string) bool {
		u, ok := roster.Unit(name)
		return ok && u.Kind == store.UnitDepartment
	}
	if isDepartment(s.Unit) {
		s.Unit, s.Departments = "", append(s.Departments, s.Unit)
	}
	if len(s.Units) > 0 && !slices.ContainsFunc(s.Units, func(name string) bool { return !isDepartment(name) }) {
		s.Units, s.Departments = nil, append(s.Departments, s.Units...)
	}
}

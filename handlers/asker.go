package handlers

import (
	"slices"
	"time"

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

// holds reports whether the person sits in one of the units.
func (a asker) holds(units ...string) bool {
	return slices.ContainsFunc(a.actor.Offices, func(o mechanism.Office) bool {
		return o.Unit != "" && slices.Contains(units, o.Unit)
	})
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

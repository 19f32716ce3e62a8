package store

import (
	"log/slog"
	"slices"

	"junma/mechanism"
)

// UnitKind is what a unit is (contract, roster body).
type UnitKind string

// The kinds of unit.
const (
	UnitDepartment UnitKind = "部门"
	UnitTown       UnitKind = "镇街"
	UnitOwner      UnitKind = "业主"
	UnitTaskForce  UnitKind = "专班"
	UnitCity       UnitKind = "市领导"
)

// Unit is a body with duties, known by its name.
type Unit struct {
	Name string   `json:"name"`
	Kind UnitKind `json:"kind"`
}

// Mobile is a telephone number. It prints as ***; convert it to string to use it.
type Mobile string

// String hides the number.
func (m Mobile) String() string {
	if m == "" {
		return ""
	}
	return "***"
}

// GoString hides the number.
func (m Mobile) GoString() string { return m.String() }

// LogValue hides the number.
func (m Mobile) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Person is somebody of the roster.
type Person struct {
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	Unit     string             `json:"unit"` // with Role and Sectors the first office
	Role     mechanism.Role     `json:"role"`
	Accounts map[string]string  `json:"accounts,omitempty"` // platform → the person's id there
	Mobile   Mobile             `json:"-"`
	Active   bool               `json:"active"`            // false: holds no office
	Offices  []mechanism.Office `json:"offices,omitempty"` // further ones
	Sectors  []mechanism.Sector `json:"sectors,omitempty"` // which a city leader leads
}

// Held gives all offices the person holds, the first one first; none when not active.
func (p *Person) Held() []mechanism.Office {
	if !p.Active {
		return nil
	}
	var held []mechanism.Office
	if p.Unit != "" || p.Role != "" {
		held = append(held, mechanism.Office{Unit: p.Unit, Role: p.Role, Sectors: p.Sectors})
	}
	return append(held, p.Offices...)
}

// Group is a chat group in which a unit coordinates the matters of a tier.
type Group struct {
	Key    string            `json:"key"`
	Unit   string            `json:"unit"`
	Tier   int               `json:"tier"`          // 1, 2 or 3
	IDs    map[string]string `json:"ids,omitempty"` // platform → the group's id there
	Active bool              `json:"active"`
}

// Roster is who is who at one moment. It is shared: it must not be changed.
type Roster struct {
	Units  []Unit // these three in the order in which they were first named
	People []Person
	Groups []Group

	version  string
	person   map[string]*Person
	account  map[account]*Person
	unit     map[string]Unit
	inOffice map[office][]*Person
}

type (
	account struct{ platform, user string }
	office  struct {
		unit string
		role mechanism.Role
	}
)

func newRoster(version string, units []Unit, people []Person, groups []Group) *Roster {
	r := &Roster{
		Units: units, People: people, Groups: groups, version: version,
		person: map[string]*Person{}, account: map[account]*Person{}, unit: map[string]Unit{}, inOffice: map[office][]*Person{},
	}
	for _, u := range units {
		r.unit[u.Name] = u
	}
	for i := range people {
		p := &people[i]
		r.person[p.ID] = p
		for platform, user := range p.Accounts {
			r.account[account{platform, user}] = p
		}
		for _, held := range p.Held() {
			key := office{held.Unit, held.Role}
			if !slices.Contains(r.inOffice[key], p) {
				r.inOffice[key] = append(r.inOffice[key], p)
			}
		}
	}
	return r
}

// Person gives the person with the roster id.
func (r *Roster) Person(id string) (*Person, bool) {
	p, ok := r.person[id]
	return p, ok
}

// ByAccount gives the person whom a platform calls user, active or not.
func (r *Roster) ByAccount(platform, user string) (*Person, bool) {
	p, ok := r.account[account{platform, user}]
	return p, ok
}

// Holders gives the active people who hold the role in the unit, in a stable order.
func (r *Roster) Holders(unit string, role mechanism.Role) []*Person {
	return r.inOffice[office{unit, role}]
}

// TaskForce gives the active people of 专班, in a stable order.
func (r *Roster) TaskForce() []*Person {
	return r.holding(func(o mechanism.Office) bool { return o.Role == mechanism.RoleTaskForce })
}

// CityLeaders gives the active city leaders who lead the sector, in a stable order.
func (r *Roster) CityLeaders(sector mechanism.Sector) []*Person {
	return r.holding(func(o mechanism.Office) bool {
		return o.Role == mechanism.RoleCity && slices.Contains(o.Sectors, sector)
	})
}

func (r *Roster) holding(fits func(mechanism.Office) bool) []*Person {
	var all []*Person
	for i := range r.People {
		if slices.ContainsFunc(r.People[i].Held(), fits) {
			all = append(all, &r.People[i])
		}
	}
	return all
}

// Group gives the active group in which the unit coordinates matters of the tier.
func (r *Roster) Group(unit string, tier int) (*Group, bool) {
	for i := range r.Groups {
		if g := &r.Groups[i]; g.Active && g.Unit == unit && g.Tier == tier {
			return g, true
		}
	}
	return nil, false
}

// Unit gives the unit of that name.
func (r *Roster) Unit(name string) (Unit, bool) {
	u, ok := r.unit[name]
	return u, ok
}

// Actor gives the person as the mechanism knows who acts, with the offices held now. Somebody unknown holds none.
func (r *Roster) Actor(person string) mechanism.Actor {
	p, ok := r.person[person]
	if !ok {
		return mechanism.Actor{Person: person}
	}
	return mechanism.Actor{Person: p.ID, Name: p.Name, Offices: p.Held()}
}

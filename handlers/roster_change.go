package handlers

import (
	"encoding/json"
	"fmt"

	"junma/mechanism"
	"junma/store"
)

// checkAccounts finds accounts that two people claim: an account says who pressed a button, so it is one person's.
func (b *rosterBody) checkAccounts(known *store.Roster) {
	owner := map[[2]string]string{} // platform and account → person
	sent := map[string]bool{}
	for _, r := range b.people {
		sent[r.id] = sent[r.id] || len(r.faults) == 0
	}
	claim := func(p store.Person, fault func(platform, user, other string)) {
		for _, platform := range accountFields {
			user := p.Accounts[platform]
			if user == "" {
				continue
			}
			if other, taken := owner[[2]string{platform, user}]; taken && other != p.ID {
				fault(platform, user, other)
				continue
			}
			owner[[2]string{platform, user}] = p.ID
		}
	}
	for _, p := range known.People {
		if !sent[p.ID] {
			claim(p, func(_, _, _ string) {}) // what is in the roster already is not this body's fault
		}
	}
	for i := range b.people {
		r := &b.people[i]
		if len(r.faults) > 0 {
			continue
		}
		claim(withKept(r.value, known), func(platform, user, other string) {
			path := r.path + "." + platform
			r.note(path, user, fmt.Sprintf("%s已登记给编号为“%s”的人员,一个账号只能登记给一人,请核对。", r.name(path), other))
		})
	}
}

// keep fills in what was not written of people and groups that the roster has: an empty cell of a table, or a field left
// out, changes nothing. Accounts are kept as they are saved.
func (b *rosterBody) keep(known *store.Roster) {
	for i := range b.people {
		r := &b.people[i]
		before, there := known.Person(r.id)
		if !there {
			continue
		}
		p := &r.value
		keep(r.given, "mobile", &p.Mobile, before.Mobile)
		keep(r.given, "active", &p.Active, before.Active)
		keep(r.given, "offices", &p.Offices, before.Offices)
		if p.Role == before.Role { // a city leader's
			keep(r.given, "sectors", &p.Sectors, before.Sectors)
		}
	}
	for i := range b.groups {
		r := &b.groups[i]
		if before, there := groupKeyed(known, r.id); there {
			keep(r.given, "active", &r.value.Active, before.Active)
		}
	}
}

// keep takes over what the roster has of a field that was not given.
func keep[T any](given map[string]json.RawMessage, field string, into *T, before T) {
	if written, ok := given[field]; !ok || string(written) == "null" {
		*into = before
	}
}

// withKept gives the accounts a person will have: those the body doesn't name are kept.
func withKept(p store.Person, known *store.Roster) store.Person {
	before, ok := known.Person(p.ID)
	if !ok {
		return p
	}
	all := map[string]string{}
	for platform, user := range before.Accounts {
		all[platform] = user
	}
	for platform, user := range p.Accounts {
		all[platform] = user
	}
	p.Accounts = all
	return p
}

// change gives what can be taken, with the units that exist by an office of theirs.
func (b *rosterBody) change(known *store.Roster) store.RosterChange {
	var change store.RosterChange
	there := map[string]bool{}
	for _, r := range b.units {
		if len(r.faults) == 0 {
			there[r.id] = true
			change.Units = append(change.Units, r.value)
		}
	}
	exists := func(unit string, role mechanism.Role) {
		kind := officeUnit(role)
		if _, ok := known.Unit(unit); kind == "" || ok || there[unit] {
			return
		}
		there[unit] = true
		change.Units = append(change.Units, store.Unit{Name: unit, Kind: kind})
	}
	for _, r := range b.people {
		if len(r.faults) > 0 {
			continue
		}
		change.People = append(change.People, r.value)
		exists(r.value.Unit, r.value.Role)
		for _, o := range r.value.Offices {
			exists(o.Unit, o.Role)
		}
	}
	for _, r := range b.groups {
		if len(r.faults) > 0 {
			continue
		}
		change.Groups = append(change.Groups, r.value)
		if r.value.Unit == cityUnit {
			exists(cityUnit, mechanism.RoleCity)
		}
	}
	return change
}

// result counts the rows and lists what is wrong, in the order of the body.
func (b *rosterBody) result() RosterResult {
	out := RosterResult{Errors: []RecordError{}, Notes: b.notes}
	if len(b.faults) > 0 {
		out.Rejected++
		out.Errors = append(out.Errors, b.faults...)
	}
	count(&out, b.units)
	count(&out, b.people)
	count(&out, b.groups)
	return out
}

func count[T any](out *RosterResult, rows []rosterRow[T]) {
	for i := range rows {
		r := &rows[i]
		if len(r.faults) == 0 {
			out.Accepted++
			continue
		}
		out.Rejected++
		for _, fault := range r.faults {
			out.Errors = append(out.Errors, r.told(fault))
		}
	}
}

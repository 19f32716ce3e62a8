package store

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
)

// RosterChange is what a roster body brings: each unit (by name), person (by id) and group (by key) takes the place of
// the one there was; those not named stay as they are.
type RosterChange struct {
	Units  []Unit
	People []Person
	Groups []Group
}

// rosterVersion is the key of a random mark that every change of the roster renews. Random, because a counter that a
// rolled back transaction raised would name two different rosters.
const rosterVersion = "roster.version"

// Roster gives the roster. It is read from the database only when it has changed.
func (v *View) Roster() (*Roster, error) {
	if v.roster != nil {
		return v.roster, nil
	}
	roster, err := v.loadRoster()
	v.roster = roster
	return roster, err
}

func (v *View) loadRoster() (*Roster, error) {
	version, err := v.Value(rosterVersion)
	if err != nil {
		return nil, err
	}
	if known := v.store.roster.Load(); known != nil && known.version == version {
		return known, nil
	}
	units, err := list(v, scanUnit, `SELECT name, kind FROM units ORDER BY position`)
	if err != nil {
		return nil, fmt.Errorf("load the units: %w", err)
	}
	people, err := list(v, scanPerson, `SELECT id, name, unit, role, accounts, mobile, active, offices, sectors
		FROM people ORDER BY position`)
	if err != nil {
		return nil, fmt.Errorf("load the people: %w", err)
	}
	groups, err := list(v, scanGroup, `SELECT key, unit, tier, ids, active FROM chat_groups ORDER BY position`)
	if err != nil {
		return nil, fmt.Errorf("load the groups: %w", err)
	}
	roster := newRoster(version, units, people, groups)
	v.store.roster.Store(roster)
	return roster, nil
}

// SaveRoster brings the roster up to date. Of a person or group, accounts on platforms that the change does not name are
// kept; one named with "" is taken away. An account that another person already has is an error that names both.
func (tx *Tx) SaveRoster(change RosterChange) error {
	before, err := tx.Roster()
	if err != nil {
		return err
	}
	for _, u := range change.Units {
		if err := tx.saveUnit(u); err != nil {
			return fmt.Errorf("save unit %s: %w", u.Name, err)
		}
	}
	for _, p := range change.People {
		if known, ok := before.Person(p.ID); ok {
			p.Accounts = merge(known.Accounts, p.Accounts)
		}
		if err := tx.savePerson(p); err != nil {
			return fmt.Errorf("save person %s: %w", p.ID, err)
		}
	}
	for _, g := range change.Groups {
		for _, known := range before.Groups {
			if known.Key == g.Key {
				g.IDs = merge(known.IDs, g.IDs)
			}
		}
		if err := tx.saveGroup(g); err != nil {
			return fmt.Errorf("save group %s: %w", g.Key, err)
		}
	}
	tx.roster = nil
	if err := tx.SetValue(rosterVersion, rand.Text()); err != nil {
		return err
	}
	return tx.checkAccounts()
}

func merge(known, given map[string]string) map[string]string {
	all := maps.Clone(known)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, given)
	maps.DeleteFunc(all, func(_, id string) bool { return id == "" })
	return all
}

func (tx *Tx) checkAccounts() error {
	roster, err := tx.Roster()
	if err != nil {
		return err
	}
	for i := range roster.People {
		p := &roster.People[i]
		for platform, user := range p.Accounts {
			if other, _ := roster.ByAccount(platform, user); other != p {
				return fmt.Errorf("%s(%s)与%s(%s)填了同一个 %s 账号,请改正其中一个。", other.Name, other.ID, p.Name, p.ID, platform)
			}
		}
	}
	return nil
}

func (tx *Tx) saveUnit(u Unit) error {
	_, err := tx.exec(`INSERT INTO units (name, kind, position)
		VALUES ($1, $2, (SELECT COALESCE(MAX(position), 0) + 1 FROM units))
		ON CONFLICT (name) DO UPDATE SET kind = excluded.kind`, u.Name, string(u.Kind))
	return err
}

func (tx *Tx) savePerson(p Person) error {
	accounts, offices, sectors, err := encode3(merge(nil, p.Accounts), p.Offices, p.Sectors)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO people (id, name, unit, role, accounts, mobile, active, offices, sectors, position)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT COALESCE(MAX(position), 0) + 1 FROM people))
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit, role = excluded.role,
		accounts = excluded.accounts, mobile = excluded.mobile, active = excluded.active, offices = excluded.offices,
		sectors = excluded.sectors`,
		p.ID, p.Name, p.Unit, string(p.Role), accounts, string(p.Mobile), flag(p.Active), offices, sectors)
	return err
}

func (tx *Tx) saveGroup(g Group) error {
	ids, err := json.Marshal(merge(nil, g.IDs))
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO chat_groups (key, unit, tier, ids, active, position)
		VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(position), 0) + 1 FROM chat_groups))
		ON CONFLICT (key) DO UPDATE SET unit = excluded.unit, tier = excluded.tier, ids = excluded.ids,
		active = excluded.active`, g.Key, g.Unit, g.Tier, string(ids), flag(g.Active))
	return err
}

func encode3(a, b, c any) (string, string, string, error) {
	var texts [3]string
	for i, value := range []any{a, b, c} {
		text, err := json.Marshal(value)
		if err != nil {
			return "", "", "", err
		}
		texts[i] = string(text)
	}
	return texts[0], texts[1], texts[2], nil
}

func scanUnit(row scanner) (Unit, error) {
	var u Unit
	err := row.Scan(&u.Name, &u.Kind)
	return u, err
}

func scanPerson(row scanner) (Person, error) {
	var p Person
	var accounts, offices, sectors []byte
	err := row.Scan(&p.ID, &p.Name, &p.Unit, &p.Role, &accounts, &p.Mobile, &p.Active, &offices, &sectors)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(accounts, &p.Accounts); err != nil {
		return p, err
	}
	if err := json.Unmarshal(offices, &p.Offices); err != nil {
		return p, err
	}
	return p, json.Unmarshal(sectors, &p.Sectors)
}

func scanGroup(row scanner) (Group, error) {
	var g Group
	var ids []byte
	err := row.Scan(&g.Key, &g.Unit, &g.Tier, &ids, &g.Active)
	if err != nil {
		return g, err
	}
	return g, json.Unmarshal(ids, &g.IDs)
}

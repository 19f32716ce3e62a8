package store

import (
	"errors"
	"fmt"

	"junma/mechanism"
)

// place is where a warning or a coming light stands. The store keeps each once and calls it by a number, which stays.
type place struct {
	stage                                mechanism.Stage
	sector                               mechanism.Sector
	town                                 string
	responsible, department, lead, phase string // units
}

func placeOf(stage mechanism.Stage, sector mechanism.Sector, town string, parties mechanism.Parties) place {
	return place{stage, sector, town, parties.Responsible.Unit, parties.Department.Unit, parties.Lead.Unit, parties.Phase.Unit}
}

// place gives the number of a place, which is made when it is new. Numbers that are on the disk are remembered.
func (tx *Tx) place(p place) (id int64, err error) {
	if known, ok := tx.store.places.Load(p); ok {
		return known.(int64), nil
	}
	of := args{string(p.stage), string(p.sector), p.town, p.responsible, p.department, p.lead, p.phase}
	const one = `SELECT id FROM places WHERE stage = $1 AND sector = $2 AND town = $3 AND responsible = $4 AND department = $5
		AND lead = $6 AND phase = $7`
	err = tx.row(one, of, &id)
	if errors.Is(err, ErrNotFound) {
		if _, err = tx.exec(`INSERT INTO places (`+placeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`, of...); err == nil {
			err = tx.row(one, of, &id)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("find a place: %w", err)
	}
	tx.AfterCommit(func() { tx.store.places.Store(p, id) })
	return id, nil
}

const placeColumns = `stage, sector, town, responsible, department, lead, phase`

// within keeps what stands in one of the places that p chooses.
func (c *conditions) within(p *conditions) {
	if len(p.terms) > 0 {
		c.add("place IN (SELECT id FROM places"+p.where()+")", p.values...)
	}
}

// places writes which places a scope covers.
func (s Scope) places() *conditions {
	c := &conditions{}
	c.equal("town", s.Town)
	in(c, "department", s.Departments)
	if s.Unit != "" {
		c.heldBy([]string{s.Unit})
	}
	if len(s.Units) > 0 {
		c.heldBy(s.Units)
	}
	if !s.All {
		c.seenBy(s.Rights)
	}
	in(c, "sector", s.Sectors)
	in(c, "stage", s.Stages)
	return c
}

// heldBy keeps the places where one of the units has a duty.
func (c *conditions) heldBy(units []string) {
	list := marks(len(units))
	c.add("(responsible IN ("+list+") OR department IN ("+list+") OR lead IN ("+list+") OR phase IN ("+list+"))",
		anys(units, units, units, units)...)
}

// seenBy keeps the places that one of the units may see (D.5): a phase's unit does not see 盯引.
func (c *conditions) seenBy(units []string) {
	if len(units) == 0 {
		c.add("1 = 0")
		return
	}
	list := marks(len(units))
	c.add("(responsible IN ("+list+") OR department IN ("+list+") OR lead IN ("+list+") OR phase IN ("+list+") AND stage <> ?)",
		append(anys(units, units, units, units), string(mechanism.Scouting))...)
}

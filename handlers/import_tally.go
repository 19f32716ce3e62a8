package handlers

import (
	"slices"

	"junma/handlers/table"
	"junma/mechanism"
)

// tally is what a table does, or would do.
type tally struct {
	records, created, changed, unchanged, rejected int
	red, orange, closed                            int
	faults, notes                                  []string
}

// reject adds a record that is not taken; its rows go to rejects, unless it is nil.
func (n *tally) reject(r *table.Record, faults []table.Fault, rejects *table.Rejects) error {
	n.rejected++
	for _, f := range faults {
		n.faults = append(n.faults, maskPhones(r.Sentence(f)))
	}
	if rejects != nil {
		return rejects.Add(r, faults)
	}
	return nil
}

// and is what the roster of a table and its projects do together, as far as it is told alike.
func (n *tally) and(o *tally) *tally {
	return &tally{
		rejected: n.rejected + o.rejected,
		faults:   slices.Concat(n.faults, o.faults),
		notes:    slices.Concat(n.notes, o.notes),
	}
}

// count adds what one record does.
func (n *tally) count(before, after mechanism.Project) {
	switch {
	case before.ID == "":
		n.created++
	case same(before, after):
		n.unchanged++
	default:
		n.changed++
	}
	open := func(p mechanism.Project, seq int) bool {
		c := p.Case(seq)
		return c != nil && c.State.Open()
	}
	for i := range after.Cases {
		c := &after.Cases[i]
		switch was := open(before, c.Seq); {
		case was && !c.State.Open():
			n.closed++
		case was || !c.State.Open():
		case c.Level == mechanism.Red:
			n.red++
		default:
			n.orange++
		}
	}
}

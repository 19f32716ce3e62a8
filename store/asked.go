package store

import (
	"fmt"
	"time"

	"junma/mechanism"
)

// AskedCase names a warning that waits for a unit's answer.
type AskedCase struct {
	Project  string
	Seq      int
	AnswerBy mechanism.Date
}

// Asked gives the first most warnings that wait for an answer of one of the units, the earliest due first, and how many
// wait in all. 存量 waits for nobody.
func (v *View) Asked(units []string, most int) (first []AskedCase, total int, err error) {
	if len(units) == 0 {
		return nil, 0, nil
	}
	c := &conditions{}
	c.add("asked <> ''")
	in(c, "asked", units)
	rows, err := search(v, func(row scanner) (n int, err error) {
		err = row.Scan(&n)
		return n, err
	}, `SELECT COUNT(*) FROM cases`+c.text(), c.values)
	if err != nil {
		return nil, 0, fmt.Errorf("count the asked cases: %w", err)
	}
	first, err = search(v, func(row scanner) (a AskedCase, err error) {
		err = row.Scan(&a.Project, &a.Seq, day{&a.AnswerBy})
		return a, err
	}, fmt.Sprintf(`SELECT project, seq, answer_by FROM cases%s ORDER BY answer_by, project, seq LIMIT %d`, c.text(), most), c.values)
	if err != nil {
		return nil, 0, fmt.Errorf("list the asked cases: %w", err)
	}
	return first, rows[0], nil
}

// Undecided gives the warnings on which something waits for the decision of 专班 at a business instant: a finished text
// that is held, or an objection.
func (v *View) Undecided(now time.Time) ([]AskedCase, error) {
	all, err := list(v, func(row scanner) (a AskedCase, err error) {
		err = row.Scan(&a.Project, &a.Seq)
		return a, err
	}, `SELECT project, seq FROM cases WHERE decide_until > 0 AND decide_until > $1 ORDER BY decide_until, project, seq`, ms(now))
	if err != nil {
		return nil, fmt.Errorf("list what waits for a decision: %w", err)
	}
	return all, nil
}

// askedUnit gives the unit whose answer an open case waits for, or "".
func askedUnit(c *mechanism.Case) string {
	if c.AnswerBy.IsZero() {
		return ""
	}
	return c.Parties.Unit(c.Turn())
}

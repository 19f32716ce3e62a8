package store

import (
	"fmt"

	"junma/mechanism"
)

// Timely is how a unit answered the warnings whose time to answer has come: of N, InTime were answered in time (M10,
// M11).
type Timely struct {
	Unit      string
	N, InTime int
}

// Due is the last day for answering a warning first pushed on Pushed.
type Due struct{ Pushed, By mechanism.Date }

// Timeliness counts, for the first pushes of the given days, the reports by 项目责任单位 or else the disposals by 环节责任部门. A
// warning that ended before its day without an answer does not count. Of the scope Town, Sectors, Stages, Units and the
// rights count.
func (v *View) Timeliness(s Scope, reports bool, days []Due) ([]Timely, error) {
	if len(days) == 0 {
		return nil, nil
	}
	unit, answered := "department", "disposed_on"
	if reports {
		unit, answered = "responsible", "reported_on"
	}
	c := &conditions{}
	cases := "CASE first_push"
	for _, d := range days {
		cases += " WHEN '" + d.Pushed.String() + "' THEN '" + d.By.String() + "'"
	}
	cases += " END"
	c.add("first_push <> '' AND first_push BETWEEN ? AND ?", days[0].Pushed.String(), days[len(days)-1].Pushed.String())
	c.equal("+town", s.Town)
	if len(s.Units) > 0 {
		c.add("+"+unit+" IN ("+marks(len(s.Units))+")", anys(s.Units)...)
	}
	if !s.All {
		c.add("+"+unit+" IN ("+marks(max(1, len(s.Rights)))+")", anys(append([]string{""}, s.Rights...)[min(1, len(s.Rights)):])...)
	}
	in(c, "sector", s.Sectors)
	in(c, "stage", s.Stages)
	all, err := search(v, scanTimely, `SELECT unit, COUNT(*), SUM(answered <> '' AND answered <= by_day) FROM (
		SELECT `+unit+` AS unit, `+answered+` AS answered, ended_on, `+cases+` AS by_day FROM cases`+c.text()+`)
		WHERE answered <> '' OR ended_on = '' OR ended_on > by_day GROUP BY unit ORDER BY unit`, c.values)
	if err != nil {
		return nil, fmt.Errorf("count answers: %w", err)
	}
	return all, nil
}

func scanTimely(row scanner) (Timely, error) {
	var t Timely
	err := row.Scan(&t.Unit, &t.N, &t.InTime)
	return t, err
}

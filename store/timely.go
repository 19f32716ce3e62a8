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
	if len(days) == 0 || !s.All && len(s.Rights) == 0 {
		return nil, nil
	}
	unit, answered := "department", "disposed_on"
	if reports {
		unit, answered = "responsible", "reported_on"
	}
	by := "CASE first_push"
	for _, d := range days {
		by += " WHEN '" + d.Pushed.String() + "' THEN '" + d.By.String() + "'"
	}
	by += " END"
	at := Scope{Town: s.Town, Sectors: s.Sectors, Stages: s.Stages, All: true}.places()
	in(at, unit, s.Units)
	if !s.All {
		in(at, unit, s.Rights)
	}
	c := &conditions{}
	c.add("first_push <> '' AND first_push BETWEEN ? AND ?", days[0].Pushed.String(), days[len(days)-1].Pushed.String())
	c.within(at)
	all, err := search(v, scanTimely, `SELECT `+unit+`, SUM(n), SUM(good) FROM (
		SELECT place, COUNT(*) AS n, SUM(answered <> '' AND answered <= by_day) AS good FROM (
			SELECT place, `+answered+` AS answered, ended_on, `+by+` AS by_day FROM cases`+c.text()+`)
		WHERE answered <> '' OR ended_on = '' OR ended_on > by_day GROUP BY place)
		CROSS JOIN places ON id = place GROUP BY `+unit+` ORDER BY `+unit, c.values)
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

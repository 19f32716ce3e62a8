package store

import (
	"fmt"
	"strconv"

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

// Answer is one warning whose time to answer has come; Answered is zero while it was not.
type Answer struct {
	Unit, Project, ProjectName string
	Stage                      mechanism.Stage
	Level                      mechanism.Level
	Pushed, By, Answered       mechanism.Date
}

// Timeliness counts, for the first pushes of the given days, the reports by 项目责任单位 or else the disposals by 环节责任部门. A
// warning that ended before its day without an answer does not count. Of the scope Town, Sectors, Stages, Units and the
// rights count.
func (v *View) Timeliness(s Scope, reports bool, days []Due) ([]Timely, error) {
	if len(days) == 0 || !s.All && len(s.Rights) == 0 {
		return nil, nil
	}
	unit := answering(reports)
	text, values := s.due(reports, days)
	all, err := search(v, scanTimely, `SELECT `+unit+`, SUM(n), SUM(good) FROM (
		SELECT place, COUNT(*) AS n, SUM(answered <> '' AND answered <= by_day) AS good FROM (`+text+`) GROUP BY place)
		CROSS JOIN places ON id = place GROUP BY `+unit+` ORDER BY `+unit, values)
	if err != nil {
		return nil, fmt.Errorf("count answers: %w", err)
	}
	return all, nil
}

// Answers lists what Timeliness counts, by unit and the earliest first.
func (v *View) Answers(s Scope, reports bool, days []Due, limit int) ([]Answer, error) {
	if len(days) == 0 || !s.All && len(s.Rights) == 0 {
		return nil, nil
	}
	unit := answering(reports)
	text, values := s.due(reports, days)
	all, err := search(v, scanAnswer, `SELECT `+unit+`, project, project_name, stage, level, first_push, by_day, answered
		FROM (`+text+`) AS due CROSS JOIN cases ON cases.rowid = due.row CROSS JOIN places ON id = due.place
		ORDER BY `+unit+`, first_push, project, seq LIMIT `+strconv.Itoa(limit), values)
	if err != nil {
		return nil, fmt.Errorf("list answers: %w", err)
	}
	return all, nil
}

// answering is the duty that answers: that of 项目责任单位 reports, that of 环节责任部门 disposes.
func answering(reports bool) string {
	if reports {
		return "responsible"
	}
	return "department"
}

// due selects the warnings whose time to answer has come: row, place, answered, by_day.
func (s Scope) due(reports bool, days []Due) (text string, values args) {
	answered := "disposed_on"
	if reports {
		answered = "reported_on"
	}
	by := "CASE first_push"
	for _, d := range days {
		by += " WHEN '" + d.Pushed.String() + "' THEN '" + d.By.String() + "'"
	}
	by += " END"
	at := Scope{Town: s.Town, Sectors: s.Sectors, Stages: s.Stages, All: true}.places()
	in(at, answering(reports), s.Units)
	if !s.All {
		in(at, answering(reports), s.Rights)
	}
	c := &conditions{}
	c.add("first_push <> '' AND first_push BETWEEN ? AND ?", days[0].Pushed.String(), days[len(days)-1].Pushed.String())
	c.within(at)
	return `SELECT row, place, answered, by_day FROM (
		SELECT rowid AS row, place, ` + answered + ` AS answered, ended_on, ` + by + ` AS by_day FROM cases` + c.text() + `)
		WHERE answered <> '' OR ended_on = '' OR ended_on > by_day`, c.values
}

func scanTimely(row scanner) (Timely, error) {
	var t Timely
	err := row.Scan(&t.Unit, &t.N, &t.InTime)
	return t, err
}

func scanAnswer(row scanner) (Answer, error) {
	var a Answer
	err := row.Scan(&a.Unit, &a.Project, &a.ProjectName, &a.Stage, &a.Level, day{&a.Pushed}, day{&a.By}, day{&a.Answered})
	return a, err
}

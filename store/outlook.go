package store

import (
	"fmt"
	"strconv"

	"junma/mechanism"
)

// Outlook is the next light of a running stage of a project, if nothing happens before.
type Outlook struct {
	Day     mechanism.Date
	Project string
	Name    string // of the project
	Stage   mechanism.Stage
	Level   mechanism.Level
	Sector  mechanism.Sector
	Town    string
	Parties mechanism.Parties // the units of the four duties
}

// SaveOutlooks replaces what is foreseen for a project.
func (tx *Tx) SaveOutlooks(project string, all []Outlook) error {
	if _, err := tx.exec(`DELETE FROM outlooks WHERE project = $1`, project); err != nil {
		return fmt.Errorf("save outlooks of %s: %w", project, err)
	}
	for _, o := range all {
		at, err := tx.place(placeOf(o.Stage, o.Sector, o.Town, o.Parties))
		if err == nil {
			_, err = tx.exec(`INSERT INTO outlooks (day, project, place, level, project_name) VALUES ($1, $2, $3, $4, $5)`,
				o.Day.String(), project, at, string(o.Level), o.Name)
		}
		if err != nil {
			return fmt.Errorf("save outlooks of %s: %w", project, err)
		}
	}
	return nil
}

// OutlookFigures counts the lights foreseen from one day to another, both included, by 项目责任单位. Of the scope Level and what
// says where count.
func (v *View) OutlookFigures(s Scope, from, to mechanism.Date) ([]Share, error) {
	c := s.foreseen(from, to)
	shares, err := search(v, scanShare, `SELECT responsible AS name, SUM(part) AS n FROM
		(SELECT place, COUNT(*) AS part FROM outlooks`+c.text()+` GROUP BY place) CROSS JOIN places ON id = place
		GROUP BY name ORDER BY n DESC, name`, c.values)
	if err != nil {
		return nil, fmt.Errorf("count outlooks: %w", err)
	}
	return shares, nil
}

// Outlooks gives a stretch of the lights foreseen, the nearest first.
func (v *View) Outlooks(s Scope, from, to mechanism.Date, skip, limit int) ([]Outlook, error) {
	c := s.foreseen(from, to)
	all, err := search(v, scanOutlook, `SELECT day, project, level, project_name, `+placeColumns+
		` FROM outlooks CROSS JOIN places ON id = place`+c.text()+
		` ORDER BY day, project, place LIMIT `+strconv.Itoa(limit)+` OFFSET `+strconv.Itoa(skip), c.values)
	if err != nil {
		return nil, fmt.Errorf("list outlooks: %w", err)
	}
	return all, nil
}

func (s Scope) foreseen(from, to mechanism.Date) *conditions {
	c := &conditions{}
	c.add("day BETWEEN ? AND ?", from.String(), to.String())
	c.equal("level", string(s.Level))
	c.within(s.places())
	return c
}

func scanOutlook(row scanner) (Outlook, error) {
	var o Outlook
	p := &o.Parties
	err := row.Scan(day{&o.Day}, &o.Project, &o.Level, &o.Name, &o.Stage, &o.Sector, &o.Town, &p.Responsible.Unit,
		&p.Department.Unit, &p.Lead.Unit, &p.Phase.Unit)
	return o, err
}

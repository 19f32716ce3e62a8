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
		_, err := tx.exec(`INSERT INTO outlooks (`+outlookColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			o.Day.String(), project, string(o.Stage), string(o.Level), o.Name, string(o.Sector), o.Town, o.Parties.Responsible.Unit,
			o.Parties.Department.Unit, o.Parties.Lead.Unit, o.Parties.Phase.Unit)
		if err != nil {
			return fmt.Errorf("save outlooks of %s: %w", project, err)
		}
	}
	return nil
}

const outlookColumns = `day, project, stage, level, project_name, sector, town, responsible, department, lead, phase`

// OutlookFigures counts the lights foreseen from one day to another, both included, by 项目责任单位. Of the scope Level, Unit,
// Units, Town, Sectors, Stages and the rights count.
func (v *View) OutlookFigures(s Scope, from, to mechanism.Date) ([]Share, error) {
	c := s.foreseen(from, to)
	shares, err := search(v, scanShare, `SELECT responsible AS name, COUNT(*) AS n FROM outlooks`+c.text()+` GROUP BY name ORDER BY n DESC, name`, c.values)
	if err != nil {
		return nil, fmt.Errorf("count outlooks: %w", err)
	}
	return shares, nil
}

// Outlooks gives a stretch of the lights foreseen, the nearest first.
func (v *View) Outlooks(s Scope, from, to mechanism.Date, skip, limit int) ([]Outlook, error) {
	c := s.foreseen(from, to)
	all, err := search(v, scanOutlook, `SELECT `+outlookColumns+` FROM outlooks`+c.text()+
		` ORDER BY day, project, stage LIMIT `+strconv.Itoa(limit)+` OFFSET `+strconv.Itoa(skip), c.values)
	if err != nil {
		return nil, fmt.Errorf("list outlooks: %w", err)
	}
	return all, nil
}

func (s Scope) foreseen(from, to mechanism.Date) *conditions {
	c := &conditions{}
	c.add("day BETWEEN ? AND ?", from.String(), to.String())
	c.equal("level", string(s.Level))
	c.equal("town", s.Town)
	if s.Unit != "" {
		c.anyOf([]string{s.Unit}, true)
	}
	if len(s.Units) > 0 {
		c.anyOf(s.Units, true)
	}
	if !s.All {
		c.anyOf(s.Rights, false)
	}
	in(c, "sector", s.Sectors)
	in(c, "stage", s.Stages)
	return c
}

func scanOutlook(row scanner) (Outlook, error) {
	var o Outlook
	p := &o.Parties
	err := row.Scan(day{&o.Day}, &o.Project, &o.Stage, &o.Level, &o.Name, &o.Sector, &o.Town, &p.Responsible.Unit, &p.Department.Unit,
		&p.Lead.Unit, &p.Phase.Unit)
	return o, err
}

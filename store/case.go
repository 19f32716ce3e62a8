package store

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"junma/mechanism"
)

// CaseRow is one warning as lists show it.
type CaseRow struct {
	Project     string
	ProjectName string
	Seq         int
	Stage       mechanism.Stage
	Level       mechanism.Level
	State       mechanism.State
	Waiting     mechanism.Waiting
	Closure     mechanism.Closure
	Sector      mechanism.Sector
	Responsible string // unit, as the next three
	Department  string
	Lead        string
	Phase       string // the unit responsible for the 五未 phase
	FiredOn     mechanism.Date
	FiredAt     time.Time
	Last        mechanism.Date // last permitted day of the stage
	Red         mechanism.Date // first red day
	Push        int
	PushedOn    mechanism.Date
	RedNo       int
	Tier        int
	Backlog     bool
}

// CaseFilter chooses warnings; an empty field does not restrict.
type CaseFilter struct {
	State     mechanism.State
	Level     mechanism.Level
	Unit      string // holds any of the four duties
	Sector    mechanism.Sector
	Stage     mechanism.Stage
	Project   string
	Open      bool           // only those in 未办理, 已办理未销号 or 销号超时
	FiredFrom mechanism.Date // first day, included
	FiredTo   mechanism.Date // last day, included
	Page      string         // the token that the page before gave
	Limit     int            // rows a page; 0 = 100, at most 1000
}

const (
	pageDefault = 100
	pageMost    = 1000
)

// Cases gives the warnings that f chooses, the oldest first, and the token of the next page, "" after the last. A token
// of another making gives ErrPage.
func (v *View) Cases(f CaseFilter) (rows []CaseRow, next string, err error) {
	where, err := f.where()
	if err != nil {
		return nil, "", err
	}
	limit := min(f.Limit, pageMost)
	if limit <= 0 {
		limit = pageDefault
	}
	query := `SELECT ` + caseColumns + ` FROM cases CROSS JOIN places ON id = place` + where.text() + ` ORDER BY fired_on, project, seq LIMIT ` + strconv.Itoa(limit+1)
	rows, err = search(v, scanCase, query, where.values)
	if err != nil {
		return nil, "", fmt.Errorf("list cases: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = pageAfter(rows[limit-1])
	}
	return rows, next, nil
}

// AllCases gives every warning that f chooses, the oldest first, whatever its Page and Limit.
func (v *View) AllCases(f CaseFilter) ([]CaseRow, error) {
	var all []CaseRow
	f.Page, f.Limit = "", pageMost
	for {
		rows, next, err := v.Cases(f)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if next == "" {
			return all, nil
		}
		f.Page = next
	}
}

func (f CaseFilter) where() (*conditions, error) {
	c := &conditions{}
	c.equal("state", string(f.State))
	c.equal("level", string(f.Level))
	c.equal("sector", string(f.Sector))
	c.equal("stage", string(f.Stage))
	c.equal("project", f.Project)
	if f.Unit != "" {
		held := &conditions{}
		held.heldBy([]string{f.Unit})
		c.within(held)
	}
	if f.Open {
		c.add("is_open = 1")
	}
	if !f.FiredFrom.IsZero() {
		c.add("fired_on >= ?", f.FiredFrom.String())
	}
	if !f.FiredTo.IsZero() {
		c.add("fired_on <= ?", f.FiredTo.String())
	}
	if f.Page != "" {
		place, err := readPage(f.Page)
		if err != nil {
			return nil, err
		}
		c.add("(fired_on, project, seq) > (?, ?, ?)", place.FiredOn, place.Project, place.Seq)
	}
	return c, nil
}

// page is the place behind which a page of cases begins.
type page struct {
	FiredOn string
	Project string
	Seq     int
}

func pageAfter(last CaseRow) string {
	text, _ := json.Marshal(page{last.FiredOn.String(), last.Project, last.Seq})
	return base64.RawURLEncoding.EncodeToString(text)
}

func readPage(token string) (page, error) {
	var p page
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return p, ErrPage
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, ErrPage
	}
	return p, nil
}

const caseColumns = `project, project_name, seq, stage, level, state, waiting, closure, sector, responsible, department,
	lead, phase, fired_on, last_day, red_day, push, pushed_on, red_no, tier, backlog, fired_at`

func scanCase(row scanner) (CaseRow, error) {
	var c CaseRow
	var firedAt int64
	err := row.Scan(&c.Project, &c.ProjectName, &c.Seq, &c.Stage, &c.Level, &c.State, &c.Waiting, &c.Closure, &c.Sector,
		&c.Responsible, &c.Department, &c.Lead, &c.Phase, day{&c.FiredOn}, day{&c.Last}, day{&c.Red},
		&c.Push, day{&c.PushedOn}, &c.RedNo, &c.Tier, &c.Backlog, &firedAt)
	c.FiredAt = instant(firedAt)
	return c, err
}

// saveCases writes the read model of p's cases. Cases are never removed from a project, so none is removed here.
func (tx *Tx) saveCases(p *mechanism.Project) error {
	sector := p.Sector()
	for i := range p.Cases {
		c := &p.Cases[i]
		at, err := tx.place(placeOf(c.Stage, sector, p.Town, c.Parties))
		if err == nil {
			_, err = tx.exec(saveCase, p.ID, c.Seq, p.Name, at, string(c.Level), string(c.State), flag(c.State.Open()), string(c.Waiting),
				string(c.Closure), c.FiredOn.String(), c.Due.Last.String(), c.Due.Red.String(), c.Push, c.PushedOn.String(), c.RedNo,
				c.Tier, flag(c.Backlog), ms(c.FiredAt), c.ClosedOn.String(), firstPush(c).String(), firstReport(p, c).String(),
				firstDisposal(c).String(), askedUnit(c), c.AnswerBy.String(), ms(c.DecideUntil()))
		}
		if err != nil {
			return fmt.Errorf("save case %d of project %s: %w", c.Seq, p.ID, err)
		}
	}
	return nil
}

const saveCase = `INSERT INTO cases (project, seq, project_name, place, level, state, is_open, waiting, closure, fired_on, last_day,
	red_day, push, pushed_on, red_no, tier, backlog, fired_at, ended_on, first_push, reported_on, disposed_on, asked, answer_by,
	decide_until)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
	ON CONFLICT (project, seq) DO UPDATE SET project_name = excluded.project_name, place = excluded.place, level = excluded.level,
	state = excluded.state, is_open = excluded.is_open, waiting = excluded.waiting, closure = excluded.closure,
	fired_on = excluded.fired_on, last_day = excluded.last_day, red_day = excluded.red_day, push = excluded.push,
	pushed_on = excluded.pushed_on, red_no = excluded.red_no, tier = excluded.tier, backlog = excluded.backlog,
	fired_at = excluded.fired_at, ended_on = excluded.ended_on, first_push = excluded.first_push,
	reported_on = excluded.reported_on, disposed_on = excluded.disposed_on, asked = excluded.asked,
	answer_by = excluded.answer_by, decide_until = excluded.decide_until`

// firstPush gives the day of push 1, or zero while there was none.
func firstPush(c *mechanism.Case) mechanism.Date {
	if c.Push == 0 {
		return 0
	}
	return c.Cycle.RestartAt
}

// firstReport gives the day on which a case was first reported on; what a red took over from its orange answers the orange
// alone (M10).
func firstReport(p *mechanism.Project, c *mechanism.Case) mechanism.Date {
	own := p.Reported(c)
	if len(own) == 0 {
		return 0
	}
	return mechanism.DateOf(own[0].At)
}

func firstDisposal(c *mechanism.Case) mechanism.Date {
	if len(c.Disposals) == 0 {
		return 0
	}
	return mechanism.DateOf(c.Disposals[0].At)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// day scans a civil date.
type day struct{ date *mechanism.Date }

func (d day) Scan(value any) (err error) {
	s, ok := value.(string)
	if !ok {
		return fmt.Errorf("a date is kept as %T", value)
	}
	*d.date, err = mechanism.ParseDate(s)
	return err
}

package store

import (
	"fmt"
	"strconv"

	"junma/mechanism"
)

// Scope chooses warnings for a question; an empty field does not restrict. 存量 is never among them: it is shown apart
// (E.1). Without a time it chooses those that are open.
type Scope struct {
	Level       mechanism.Level
	State       mechanism.State
	Waiting     mechanism.Waiting
	Unit        string // holds any of the four duties
	Units       []string
	Departments []string // one of them is 环节责任部门
	Town        string   // 属地 of the project
	Sectors     []mechanism.Sector
	Stages      []mechanism.Stage
	RedNo       int // this 第N次红灯; 3 means the third and later ones
	Tier        int
	Push        int
	Rights      []string // the units through which the asker sees (D.5); 盯引 not through a phase
	All         bool     // the asker sees everything; Rights don't count

	FiredFrom mechanism.Date // lit from this day
	FiredTo   mechanism.Date // to this one, included; whatever became of them since
	EndedFrom mechanism.Date // 已销号 from this day
	EndedTo   mechanism.Date // to this one, included

	StoodOn mechanism.Date // lit, and not ended at the end of this day; only for Listed

	DisposedFrom mechanism.Date // first disposed of from this day
	DisposedTo   mechanism.Date // to this one, included
}

// Share is a part of what a question counts: how many there are under one name.
type Share struct {
	Name string
	N    int
}

// Column is what figures are split by.
type Column string

// The columns of a split.
const (
	ByTown        Column = "town"
	BySector      Column = "sector"
	ByStage       Column = "stage"
	ByResponsible Column = "responsible"
	ByDepartment  Column = "department"
)

// Figures counts the warnings of a scope, split by a column, the largest share first.
func (v *View) Figures(s Scope, by Column) ([]Share, error) {
	c := s.places()
	s.restrict(c)
	shares, err := search(v, scanShare, `SELECT name, SUM(part) AS n FROM (SELECT `+string(by)+` AS name, COUNT(*) AS part
		FROM places CROSS JOIN cases ON place = id`+c.text()+` GROUP BY id) GROUP BY name ORDER BY n DESC, name`, c.values)
	if err != nil {
		return nil, fmt.Errorf("count cases by %s: %w", by, err)
	}
	return shares, nil
}

// Turns counts the open warnings of a scope by the unit whose answer they wait for, the largest share first.
func (v *View) Turns(s Scope) ([]Share, error) {
	c := &conditions{}
	s.restrict(c)
	s.anywhere(c)
	shares, err := search(v, scanShare, `SELECT asked AS name, SUM(part) AS n FROM (SELECT asked, COUNT(*) AS part FROM cases`+c.text()+`
		GROUP BY level, state, asked) GROUP BY name ORDER BY n DESC, name`, c.values)
	if err != nil {
		return nil, fmt.Errorf("count turns: %w", err)
	}
	return shares, nil
}

// Light is how many warnings of a level are in a state.
type Light struct {
	Level mechanism.Level
	State mechanism.State
	N     int
}

// Lights counts the warnings of a scope by level and state.
func (v *View) Lights(s Scope) ([]Light, error) {
	c := &conditions{}
	s.restrict(c)
	s.anywhere(c)
	all, err := search(v, scanLight, `SELECT level, state, COUNT(*) FROM cases`+c.text()+` GROUP BY level, state`, c.values)
	if err != nil {
		return nil, fmt.Errorf("count lights: %w", err)
	}
	return all, nil
}

// Count counts the warnings of a scope.
func (v *View) Count(s Scope) (int, error) {
	c := &conditions{}
	s.restrict(c)
	c.within(s.places())
	return v.count(c)
}

func (v *View) count(c *conditions) (n int, err error) {
	err = v.session.conn.QueryRowContext(v.ctx, `SELECT COUNT(*) FROM cases`+c.text(), c.values...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return n, nil
}

// Standing says how many warnings of a scope were lit and had not ended at the end of a day gone by: the number of those open
// now, with those that ended since, without those lit since.
func (v *View) Standing(s Scope, at mechanism.Date, now int) (int, error) {
	ended, err := v.since(s, "ended_on <> '' AND backlog = 0 AND ended_on > ?", at)
	if err != nil {
		return 0, err
	}
	lit, err := v.since(s, "fired_on > ? AND backlog = 0", at)
	return now + ended - lit, err
}

func (v *View) since(s Scope, what string, at mechanism.Date) (int, error) {
	c := &conditions{}
	c.add(what, at.String())
	s.kind(c)
	c.within(s.places())
	return v.count(c)
}

// Total adds shares up.
func Total(shares []Share) int {
	n := 0
	for _, s := range shares {
		n += s.N
	}
	return n
}

// Listed gives a stretch of the warnings of a scope: of the open ones red before orange and the oldest first, of those lit,
// ended or disposed of in a stretch of days the latest first.
func (v *View) Listed(s Scope, from, limit int) ([]CaseRow, error) {
	c := &conditions{}
	s.restrict(c)
	c.within(s.places())
	order := ` ORDER BY level DESC, fired_on, project, seq`
	switch {
	case !s.DisposedFrom.IsZero():
		order = ` ORDER BY disposed_on DESC, project DESC, seq DESC`
	case !s.EndedFrom.IsZero():
		order = ` ORDER BY ended_on DESC, project DESC, seq DESC`
	case !s.FiredFrom.IsZero():
		order = ` ORDER BY fired_on DESC, project DESC, seq DESC`
	}
	// The inner select walks an index that holds all it needs; only the rows of the page are fetched whole.
	query := `SELECT ` + caseColumns + ` FROM cases CROSS JOIN places ON id = place WHERE cases.rowid IN (SELECT rowid FROM cases` +
		c.text() + order + ` LIMIT ` + strconv.Itoa(limit) + ` OFFSET ` + strconv.Itoa(from) + `)` + order
	rows, err := search(v, scanCase, query, c.values)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return rows, nil
}

// restrict writes which cases a scope covers, wherever they stand.
func (s Scope) restrict(c *conditions) {
	switch {
	case !s.StoodOn.IsZero():
		c.add("fired_on <= ? AND backlog = 0 AND (ended_on = '' OR ended_on > ?)", s.StoodOn.String(), s.StoodOn.String())
	case !s.DisposedFrom.IsZero():
		c.add("disposed_on <> '' AND backlog = 0 AND disposed_on BETWEEN ? AND ?", s.DisposedFrom.String(), s.DisposedTo.String())
	case !s.EndedFrom.IsZero():
		c.add("ended_on <> '' AND backlog = 0 AND ended_on BETWEEN ? AND ? AND state = ?", s.EndedFrom.String(), s.EndedTo.String(),
			string(mechanism.Closed))
	case !s.FiredFrom.IsZero():
		c.add("fired_on BETWEEN ? AND ? AND backlog = 0", s.FiredFrom.String(), s.FiredTo.String())
	default:
		c.add("is_open = 1 AND backlog = 0")
	}
	s.kind(c)
}

// kind writes what kind of cases a scope covers, whenever they were lit.
func (s Scope) kind(c *conditions) {
	c.equal("level", string(s.Level))
	c.equal("+state", string(s.State)) // the plus leaves the index to the order of the list
	c.equal("waiting", string(s.Waiting))
	switch {
	case s.RedNo >= 3:
		c.add("red_no >= 3")
	case s.RedNo > 0:
		c.add("red_no = ?", s.RedNo)
	}
	if s.Tier > 0 {
		c.add("tier = ?", s.Tier)
	}
	if s.Push > 0 {
		c.add("push = ?", s.Push)
	}
}

// anywhere keeps what stands where a scope covers. The plus leaves the index to the order of the groups: one pass over all
// that is open.
func (s Scope) anywhere(c *conditions) {
	if at := s.places(); len(at.terms) > 0 {
		c.add("+place IN (SELECT id FROM places"+at.where()+")", at.values...)
	}
}

func scanLight(row scanner) (Light, error) {
	var l Light
	err := row.Scan(&l.Level, &l.State, &l.N)
	return l, err
}

func scanShare(row scanner) (Share, error) {
	var s Share
	err := row.Scan(&s.Name, &s.N)
	return s, err
}

package store

import (
	"fmt"
	"strconv"

	"junma/mechanism"
)

// Scope chooses warnings for a question; an empty field does not restrict. 存量 is never among them: it is shown apart
// (E.1).
type Scope struct {
	Level   mechanism.Level
	State   mechanism.State
	Unit    string // holds any of the four duties
	Units   []string
	Town    string // 属地 of the project
	Sectors []mechanism.Sector
	Stages  []mechanism.Stage
	RedNo   int // this 第N次红灯; 3 means the third and later ones
	Tier    int
	Push    int
	Rights  []string // the units through which the asker sees (D.5); 盯引 not through a phase
	All     bool     // the asker sees everything; Rights don't count

	FiredFrom  mechanism.Date // lit from this day
	FiredTo    mechanism.Date // to this one, included; whatever became of them since
	EndedFrom  mechanism.Date // 已销号 from this day
	EndedTo    mechanism.Date // to this one, included
	EndedAfter mechanism.Date // ended after this day, in whatever way
	LitBy      mechanism.Date // lit on this day or before
}

// Share is a part of what a question counts: how many there are under one name.
type Share struct {
	Name string
	N    int
}

// Column is a column of the warnings by which figures can be split.
type Column string

// The columns of a split.
const (
	ByState       Column = "state"
	ByTown        Column = "town"
	BySector      Column = "sector"
	ByStage       Column = "stage"
	ByResponsible Column = "responsible"
	ByDepartment  Column = "department"
	ByWaiting     Column = "CASE waiting WHEN '待部门办理' THEN department ELSE responsible END" // whose turn it is
)

// Figures counts the warnings of a scope, split by a column, the largest share first.
func (v *View) Figures(s Scope, by Column) ([]Share, error) {
	c := s.conditions()
	query := `SELECT ` + string(by) + ` AS name, COUNT(*) AS n FROM cases` + c.text() + ` GROUP BY name ORDER BY n DESC, name`
	shares, err := search(v, scanShare, query, c.values)
	if err != nil {
		return nil, fmt.Errorf("count cases by %s: %w", by, err)
	}
	return shares, nil
}

// Standing counts the warnings of a scope that were lit and had not ended at the end of a day gone by.
func (v *View) Standing(s Scope, at mechanism.Date) (int, error) {
	s.LitBy = at
	total := 0
	for _, s.EndedAfter = range []mechanism.Date{0, at} { // those still open, and those ended since
		c := s.conditions()
		var n int
		err := v.session.conn.QueryRowContext(v.ctx, `SELECT COUNT(*) FROM cases`+c.text(), c.values...).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("count cases standing on %s: %w", at, err)
		}
		total += n
	}
	return total, nil
}

// Total adds shares up.
func Total(shares []Share) int {
	n := 0
	for _, s := range shares {
		n += s.N
	}
	return n
}

// Listed gives a stretch of the warnings of a scope: red before orange, the oldest first.
func (v *View) Listed(s Scope, from, limit int) ([]CaseRow, error) {
	c := s.conditions()
	// The inner select walks an index that holds all it needs; only the rows of the page are fetched whole.
	query := `SELECT ` + caseColumns + ` FROM cases WHERE rowid IN (SELECT rowid FROM cases` + c.text() +
		` ORDER BY level DESC, fired_on, project, seq LIMIT ` + strconv.Itoa(limit) + ` OFFSET ` + strconv.Itoa(from) + `)
		ORDER BY level DESC, fired_on, project, seq`
	rows, err := search(v, scanCase, query, c.values)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return rows, nil
}

// conditions writes a scope so that one of the indexes made for questions covers it: each begins with what the scope
// always names.
func (s Scope) conditions() *conditions {
	c := &conditions{}
	switch {
	case !s.EndedFrom.IsZero():
		c.add("ended_on <> '' AND ended_on BETWEEN ? AND ? AND state = ?", s.EndedFrom.String(), s.EndedTo.String(), string(mechanism.Closed))
	case !s.EndedAfter.IsZero():
		c.add("ended_on <> '' AND ended_on > ?", s.EndedAfter.String())
	case !s.FiredFrom.IsZero():
		c.add("fired_on BETWEEN ? AND ?", s.FiredFrom.String(), s.FiredTo.String())
	default:
		c.add("is_open = 1")
	}
	if !s.LitBy.IsZero() {
		c.add("fired_on <= ?", s.LitBy.String())
	}
	c.equal("level", string(s.Level))
	c.equal("state", string(s.State))
	c.equal("+town", s.Town)
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
	c.add("backlog = 0")
	return c
}

// anyOf keeps what one of the units has a duty on. The plus signs keep SQLite from looking each duty up by itself: one
// walk over the covering index is cheaper than that many rows fetched one by one.
func (c *conditions) anyOf(units []string, scouting bool) {
	if len(units) == 0 {
		c.add("1 = 0")
		return
	}
	list, phase := marks(len(units)), ""
	if !scouting {
		phase = " AND stage <> '" + string(mechanism.Scouting) + "'"
	}
	var values []any
	for range 4 {
		for _, u := range units {
			values = append(values, u)
		}
	}
	c.add("(+responsible IN ("+list+") OR +department IN ("+list+") OR +lead IN ("+list+") OR +phase IN ("+list+")"+phase+")", values...)
}

func marks(n int) string {
	text := "?"
	for range n - 1 {
		text += ", ?"
	}
	return text
}

func in[T ~string](c *conditions, column string, words []T) {
	if len(words) == 0 {
		return
	}
	var values []any
	for _, w := range words {
		values = append(values, string(w))
	}
	c.add("+"+column+" IN ("+marks(len(words))+")", values...)
}

func scanShare(row scanner) (Share, error) {
	var s Share
	err := row.Scan(&s.Name, &s.N)
	return s, err
}

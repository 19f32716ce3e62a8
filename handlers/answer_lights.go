package handlers

import (
	"cmp"
	"fmt"
	"strings"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/store"
)

// answerLights counts and lists warnings, and says since when and from what.
func (t *turn) answerLights(q query) error {
	s, when := t.scope(q)
	if q.At != "" {
		return t.answerPast(q, s)
	}
	n, split, err := t.figures(q, s, when)
	if err != nil {
		return err
	}
	t.sayCount(q, when, n)
	if split != "" {
		t.sayf("%s。", split)
	}
	if n.total("") == 0 && q.State != "" {
		if err := t.sayOtherStates(q, s); err != nil {
			return err
		}
	}
	if err := t.compare(q, s, when, n); err != nil {
		return err
	}
	return t.listLights(q, s, n.total(""))
}

// figures counts what a question asks for and says how the number is made up, "" where there is nothing to tell apart.
func (t *turn) figures(q query, s store.Scope, when string) (n lights, split string, err error) {
	if q.By == "" {
		n, err = countLights(&t.tx.View, s)
		if q.State == "" && (when == "" || q.Kind == inquiry.Disposed) {
			split = n.split(q.levels())
		}
		return n, split, err
	}
	column, rename := t.split(q)
	n, split, err = q.perLevel(func(level mechanism.Level) ([]store.Share, error) {
		of := s
		of.Level = level
		return t.tx.Figures(of, column)
	}, rename)
	if split != "" {
		split = fmt.Sprintf("按%s:%s", q.By, split)
	}
	return n, split, err
}

// sayOtherStates says what there is instead where nothing is in the state that was asked for.
func (t *turn) sayOtherStates(q query, s store.Scope) error {
	s.State = ""
	n, err := countLights(&t.tx.View, s)
	if err != nil || n.total("") == 0 {
		return err
	}
	t.sayf("%s。", n.split(q.levels()))
	return nil
}

// head names what a question counts: 下涯镇:本月新亮红灯.
func (q query) head(when string) string {
	return q.headed(q.which() + when + levelsWord(q.levels()))
}

// sayCount is the first line: the number, as of when, from what.
func (t *turn) sayCount(q query, when string, n lights) {
	text := q.headed(q.which() + when + n.counted(q.levels()))
	if n.total("") == 0 {
		if when != "" {
			when += "的"
		}
		text = t.none(q, q.which()+when+levelsWord(q.levels()))
	}
	t.sayAsOf(text)
}

// sayAsOf is the first line of an answer from the warnings: as of when, from what.
func (t *turn) sayAsOf(text string) {
	t.say(bot.Text{{Text: text, Bold: true}, {Text: fmt.Sprintf("(截至%s,据骏马预警台账,存量不计)", minute(t.tx.Now))}})
}

// split says by what column a question's number is split, and how the shares are called.
func (t *turn) split(q query) (by store.Column, rename func(string) string) {
	switch q.By {
	case inquiry.ByTown:
		return store.ByTown, nil
	case inquiry.ByUnit:
		return store.ByResponsible, nil
	case inquiry.ByDepartment:
		return store.ByDepartment, nil
	case inquiry.ByStage:
		return store.ByStage, nil
	case inquiry.ByPhase:
		return store.ByStage, func(stage string) string { return string(t.h.Book.Phase(mechanism.Stage(stage))) }
	case inquiry.ByLeader:
		return store.BySector, func(sector string) string { return leaders(q.roster, mechanism.Sector(sector)) }
	default:
		return store.BySector, nil
	}
}

func leaders(roster *store.Roster, sector mechanism.Sector) string {
	var names []string
	for _, p := range roster.CityLeaders(sector) {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "未明确(" + string(sector) + ")"
	}
	return strings.Join(names, "和")
}

// listLights is a page of the list behind a number.
func (t *turn) listLights(q query, s store.Scope, total int) error {
	q.page = min(q.page, max(0, (total-1)/mostShown))
	rows, err := t.tx.Listed(s, q.page*mostShown, mostShown)
	if err != nil {
		return err
	}
	var listed []store.ProjectRef
	t.sayPage(q, len(rows), func(i, width int) string { return t.row(q, rows[i], width) })
	for _, row := range rows {
		listed = append(listed, store.ProjectRef{ID: row.Project, Name: row.ProjectName})
	}
	t.sayLimits()
	t.turnPages(q, total)
	t.offerStatuses(total, listed)
	return nil
}

// row is a warning in a list; where it was asked who has not acted, with whose turn it is.
func (t *turn) row(q query, row store.CaseRow, width int) string {
	name := fmt.Sprintf("%s · %s", shorten(row.ProjectName, width), row.Stage)
	if q.Kind != inquiry.Idle {
		return fmt.Sprintf("%s(%s,%s,第%d次推送)", name, levelWord(row.Level), row.State, row.Push)
	}
	whose, what := row.Responsible, "待报送"
	if row.Waiting == mechanism.WaitDepartment {
		whose, what = row.Department, "待办理"
	}
	late := ""
	if over := t.today() - row.Last; over > 0 && !row.Last.IsZero() {
		late = fmt.Sprintf(",已超%d日", int(over))
	}
	return fmt.Sprintf("%s(%s,%s%s%s)", name, levelWord(row.Level), cmp.Or(whose, "责任单位待明确"), what, late)
}

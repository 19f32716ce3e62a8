package handlers

import (
	"cmp"
	"fmt"
	"slices"
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
	total, split, err := t.figures(q, s, when)
	if err != nil {
		return err
	}
	t.sayCount(q, when, total)
	if split != "" {
		t.sayf("%s。", split)
	}
	if err := t.compare(q, s, when, total); err != nil {
		return err
	}
	return t.listLights(q, s, total)
}

// figures gives the number that a question asks for and how it is made up, "" where there is nothing to tell apart.
func (t *turn) figures(q query, s store.Scope, when string) (total int, split string, err error) {
	title, column, rename := t.split(q)
	if column == store.ByState && (q.State != "" || when != "") {
		total, err = t.tx.Count(s)
		return total, "", err
	}
	figures, err := t.tx.Figures(s, column)
	if len(figures) > 0 {
		split = title + shares(figures, rename)
	}
	return store.Total(figures), split, err
}

// head names what a question counts: 下涯镇:本月新亮红灯.
func (q query) head(when string) string {
	head := when + "预警"
	if q.Level != "" {
		head = when + levelWord(q.Level)
	}
	if about := q.about(); about != "" {
		return about + ":" + head
	}
	return head
}

// sayCount is the first line: the number, as of when, from what.
func (t *turn) sayCount(q query, when string, total int) {
	t.say(bot.Text{
		{Text: fmt.Sprintf("%s%d个", q.head(when), total), Bold: true},
		{Text: fmt.Sprintf("(截至%s,据骏马预警台账,存量不计)", minute(t.tx.Now))},
	})
}

// answerPast says how many stood at the end of a time gone by.
func (t *turn) answerPast(q query, s store.Scope) error {
	_, at := q.At.Days(t.today())
	now, err := t.tx.Count(s)
	if err != nil {
		return err
	}
	then, err := t.tx.Standing(s, at, now)
	if err != nil {
		return err
	}
	t.sayCount(q, day(at)+"24时", then)
	t.sayf("现在%d个。", now)
	t.sayLimits()
	return nil
}

// compare sets a number against that of the same day a month before. The states and pushes of then are not kept, so a
// question that names one is not compared.
func (t *turn) compare(q query, s store.Scope, when string, total int) error {
	if when != "" || q.State != "" || q.Push != 0 {
		if q.Compare {
			t.sayf("这一项没有上月同期的数。")
		}
		return nil
	}
	at := inquiry.MonthBefore(t.today())
	before, err := t.tx.Standing(s, at, total)
	if err != nil {
		return err
	}
	change := "持平"
	switch {
	case total > before:
		change = fmt.Sprintf("增加%d个", total-before)
	case total < before:
		change = fmt.Sprintf("减少%d个", before-total)
	}
	t.sayf("上月同期(%s)%d个,%s。", day(at), before, change)
	return nil
}

// split says by what a question's number is split, and how the shares are called: 谁没办 by whose turn it is, what names no
// dimension by state.
func (t *turn) split(q query) (title string, by store.Column, rename func(string) string) {
	if q.Kind == inquiry.Idle {
		return "轮到:", store.ByWaiting, nil
	}
	title = "按" + string(q.By) + ":"
	switch q.By {
	case inquiry.ByTown:
		return title, store.ByTown, nil
	case inquiry.ByUnit:
		return title, store.ByResponsible, nil
	case inquiry.ByDepartment:
		return title, store.ByDepartment, nil
	case inquiry.BySector:
		return title, store.BySector, nil
	case inquiry.ByStage:
		return title, store.ByStage, nil
	case inquiry.ByPhase:
		return title, store.ByStage, func(stage string) string { return string(t.h.Book.Phase(mechanism.Stage(stage))) }
	case inquiry.ByLeader:
		return title, store.BySector, func(sector string) string { return leaders(q.roster, mechanism.Sector(sector)) }
	default:
		return "", store.ByState, nil
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

// mostShares is how many shares are named; the others are added up.
const mostShares = 8

// shares writes 下涯镇3个、梅城镇1个, the largest first; rename may bring several under one name.
func shares(figures []store.Share, rename func(string) string) string {
	var named []store.Share
	for _, f := range figures {
		if rename != nil {
			f.Name = rename(f.Name)
		}
		if f.Name == "" {
			f.Name = "未明确"
		}
		if i := slices.IndexFunc(named, func(n store.Share) bool { return n.Name == f.Name }); i >= 0 {
			named[i].N += f.N
			continue
		}
		named = append(named, f)
	}
	slices.SortStableFunc(named, func(a, b store.Share) int { return cmp.Compare(b.N, a.N) })
	var parts []string
	for _, n := range named[:min(len(named), mostShares)] {
		parts = append(parts, fmt.Sprintf("%s%d个", n.Name, n.N))
	}
	text := strings.Join(parts, "、")
	if len(named) > mostShares {
		text += fmt.Sprintf(",其余%d个", store.Total(named[mostShares:]))
	}
	return text
}

// listLights is a page of the list behind a number.
func (t *turn) listLights(q query, s store.Scope, total int) error {
	q.page = min(q.page, max(0, (total-1)/mostShown))
	rows, err := t.tx.Listed(s, q.page*mostShown, mostShown)
	if err != nil {
		return err
	}
	for i, row := range rows {
		t.sayf("%d. %s · %s(%s,%s,第%d次推送)", q.page*mostShown+i+1, shorten(row.ProjectName, 16), row.Stage, levelWord(row.Level), row.State, row.Push)
	}
	t.sayLimits()
	t.turnPages(q, total)
	return nil
}

package handlers

import (
	"cmp"
	"fmt"
	"strings"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// answerSummary says how everything within the question's restriction stands: the projects in hand, the warnings by level
// and state compared with the month before, what was lit and closed in the time asked about. Each number has a button
// that opens its list.
func (t *turn) answerSummary(q query) error {
	s, _ := t.scope(query{Asked: q.within(), roster: q.roster})
	t.title = cmp.Or(strings.Join(q.where(), "、"), map[bool]string{true: "全市", false: "职责范围内"}[t.seesAll()]) + "情况"
	projects, err := t.tx.CountProjects(s)
	if err != nil {
		return err
	}
	n, err := countLights(&t.tx.View, s)
	if err != nil {
		return err
	}
	if projects+n.total("") == 0 && !t.seesAll() {
		t.sayf("%s。", t.none(q, "在办项目和预警"))
		t.sayLimits()
		return nil
	}
	t.say(bot.Text{
		{Text: fmt.Sprintf("在办项目%d个", projects), Bold: true},
		{Text: fmt.Sprintf("(截至%s,据骏马项目台账和预警台账,存量不计)", minute(t.tx.Now))},
	})
	for _, level := range q.levels() {
		if err := t.sayLevel(level, s, n); err != nil {
			return err
		}
	}
	lit, ended, err := t.sayMoved(q, s)
	if err != nil {
		return err
	}
	if !t.seesAll() {
		t.sayf("等你办理的事项,请回复“%s”。", sayTodo)
	}
	t.sayLimits()
	t.offerLists(q, []store.Share{
		{Name: "在办项目", N: projects},
		{Name: "红灯", N: n.total(mechanism.Red)},
		{Name: "橙色预警", N: n.total(mechanism.Orange)},
		{Name: string(mechanism.Untreated), N: n.inState(mechanism.Untreated)},
		{Name: string(mechanism.InHand), N: n.inState(mechanism.InHand)},
		{Name: string(mechanism.Overdue), N: n.inState(mechanism.Overdue)},
		{Name: string(q.New) + "新增", N: lit.total("")},
		{Name: string(q.New) + "销号", N: ended.total("")},
	})
	return nil
}

// within is a question's restriction without what it asks.
func (q query) within() inquiry.Asked {
	return inquiry.Asked{Unit: q.Unit, Town: q.Town, Sector: q.Sector, Stage: q.Stage, Phase: q.Phase, Person: q.Person, Mine: q.Mine}
}

// sayLevel says how many warnings of a level are open, in which states, and how many there were a month before.
func (t *turn) sayLevel(level mechanism.Level, s store.Scope, n lights) error {
	one := []mechanism.Level{level}
	before, err := t.monthBefore(&t.tx.View, one, s, n)
	if err != nil {
		return err
	}
	text := "。"
	if states := n.states(level); states != "" {
		text = ":" + states + "。"
	}
	if before != "" {
		text += before + "。"
	}
	t.say(bot.Text{{Text: n.counted(one), Bold: true}, {Text: text}})
	return nil
}

// sayMoved says what was lit and what was closed in the time asked about.
func (t *turn) sayMoved(q query, s store.Scope) (lit, ended lights, err error) {
	from, to := q.New.Days(t.today())
	at := s
	at.FiredFrom, at.FiredTo = from, to
	if lit, err = countLights(&t.tx.View, at); err != nil {
		return nil, nil, err
	}
	s.EndedFrom, s.EndedTo = from, to
	if ended, err = countLights(&t.tx.View, s); err != nil {
		return nil, nil, err
	}
	t.sayf("%s新增%s;销号%s。", q.New, lit.counted(q.levels()), ended.counted(q.levels()))
	return lit, ended, nil
}

// inState adds up the levels for a button, which opens a list of both.
func (l lights) inState(state mechanism.State) int {
	return l[mechanism.Red][state] + l[mechanism.Orange][state]
}

// offerLists adds a button for each number that is not 0; those that one card can't hold are on its next page.
func (t *turn) offerLists(q query, lists []store.Share) {
	var all []notify.Choice
	for _, list := range lists {
		if list.N > 0 {
			all = append(all, notify.Choice{Label: "看" + list.Name, Act: actAsk, Arg: "0|" + strings.TrimSpace(q.again()+" "+list.Name)})
		}
	}
	most := t.mostButtons()
	if len(all) <= most {
		t.buttons = append(t.buttons, all...)
		return
	}
	page := min(q.page, (len(all)-1)/(most-1))
	begin := page * (most - 1)
	t.buttons = append(t.buttons, all[begin:min(len(all), begin+most-1)]...)
	next := (page + 1) % ((len(all)-1)/(most-1) + 1)
	t.buttons = append(t.buttons, notify.Choice{Label: "看其他", Act: actAsk, Arg: fmt.Sprintf("%d|%s", next, q.text)})
}

// mostButtons is how many buttons a card of the person's platform holds.
func (t *turn) mostButtons() int { return t.h.Platforms[t.platform].Traits().MaxButtons }

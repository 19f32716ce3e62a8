package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// todoItem is one thing that waits for a person.
type todoItem struct {
	due  mechanism.Date
	text string
	open notify.Choice // takes it up by one press
}

// mostTodo is how many matters one card shows, each with its button.
const mostTodo = 8

// mostListed is how many lines a list in a chat shows.
const mostListed = 10

// todo is one card of what waits for the person, the earliest due first, each a press away.
func (t *turn) todo(string) error {
	rows, err := t.ownCases()
	if err != nil {
		return err
	}
	var items []todoItem
	for _, row := range rows {
		p, err := t.tx.Project(row.Project)
		if err != nil {
			return err
		}
		if item, ok := t.waits(&p, p.Case(row.Seq)); ok {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		t.sayf("截至%s,没有等你办理的预警。", minute(t.tx.Now))
		return nil
	}
	slices.SortStableFunc(items, func(a, b todoItem) int { return cmp.Compare(a.due, b.due) })
	t.title = sayTodo
	t.say(bot.Text{{Text: fmt.Sprintf("待办%d件", len(items)), Bold: true}, {Text: fmt.Sprintf("(截至%s):", minute(t.tx.Now))}})
	for i, item := range items[:min(len(items), mostTodo)] {
		t.sayf("%d. %s", i+1, item.text)
		item.open.Label = fmt.Sprintf("%d %s", i+1, item.open.Label)
		t.buttons = append(t.buttons, item.open)
	}
	if len(items) > mostTodo {
		t.sayf("另有%d件,办完前面的再回复“我的待办”。", len(items)-mostTodo)
	}
	return nil
}

// ownCases gives the open cases on which a unit of the person has a duty, each once.
func (t *turn) ownCases() ([]store.CaseRow, error) {
	var all []store.CaseRow
	for _, o := range t.actor.Offices {
		if o.Unit == "" || o.Role != mechanism.RoleContact && o.Role != mechanism.RoleLeader {
			continue
		}
		rows, err := t.casesOf(o.Unit)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !slices.ContainsFunc(all, func(r store.CaseRow) bool { return r.Project == row.Project && r.Seq == row.Seq }) {
				all = append(all, row)
			}
		}
	}
	return all, nil
}

// casesOf gives the open cases on which a unit has a duty; 存量 is not among them.
func (t *turn) casesOf(unit string) ([]store.CaseRow, error) {
	var all []store.CaseRow
	filter := store.CaseFilter{Unit: unit, Open: true, Limit: 1000}
	for {
		rows, next, err := t.tx.Cases(filter)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !row.Backlog {
				all = append(all, row)
			}
		}
		if next == "" {
			return all, nil
		}
		filter.Page = next
	}
}

// waits says what a case waits for from the person, and until when; ok is false when it waits for others.
func (t *turn) waits(p *mechanism.Project, c *mechanism.Case) (item todoItem, ok bool) {
	response := t.h.Book.Response()
	var acts []mechanism.Act
	for _, duty := range mechanism.Duties {
		acts = append(acts, mechanism.ActsFor(p, c, duty, t.actor)...)
	}
	due, what := mechanism.Date(0), ""
	where := []string{p.ID, strconv.Itoa(c.Seq)}
	var open notify.Choice
	switch {
	case c.State == mechanism.InHand && c.Waiting == "":
		return item, false
	case slices.Contains(acts, mechanism.ActOngoing):
		due, _ = t.h.Book.AddWorkdays(c.PushedOn, response.Dispose)
		what = "请办理"
		open = notify.Choice{Label: "办理 " + shorten(p.Name, 8), Act: actDecide, Arg: strings.Join(where, "|")}
	case slices.Contains(acts, mechanism.ActReport) && c.Waiting != mechanism.WaitDepartment:
		due, _ = t.h.Book.AddWorkdays(c.PushedOn, response.Report)
		what = "请报送情况"
		if c.Waiting == mechanism.WaitUpdate {
			what = "请更新进展"
		}
		open = notify.Choice{
			Label: c.Label(mechanism.ActReport) + " " + shorten(p.Name, 8), Act: actTakeUp,
			Arg: strings.Join(append([]string{string(mechanism.ActReport)}, where...), "|"),
		}
	default:
		return item, false
	}
	text := fmt.Sprintf("%s · %s(%s):%s,%s前", p.Name, c.Stage, levelWord(c.Level), what, t.short(due))
	if c.Push > 1 {
		text += fmt.Sprintf(",第%d次推送", c.Push)
	}
	return todoItem{due, text, open}, true
}

// levelWord is a level in words; a colour never stands alone.
func levelWord(l mechanism.Level) string {
	if l == mechanism.Red {
		return "红灯"
	}
	return "橙色预警"
}

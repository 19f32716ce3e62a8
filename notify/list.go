package notify

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"junma/mechanism"
	"junma/store"
)

// A list must fit into one value of a card (DingTalk: 1 KB), so it names the first few and counts the rest.
const (
	listedNames = 3
	nameMost    = 13
	listMost    = 312 // characters
)

// list draws 专班's list of the day, or the list of 存量.
func (s subject) list(kind mechanism.Kind) (picture, error) {
	v := view{On: day(s.more.On, s.today), AsOf: day(s.today, s.today) + moment(s.tx.Now, s.today)}
	rows, err := openCases(s.tx)
	if err != nil {
		return picture{}, err
	}
	if kind == mechanism.KindBacklog {
		v.Items, v.Total = backlogItems(rows)
		if v.Total == 0 {
			return picture{stale: "已没有待转办的存量预警。"}, nil
		}
		card, err := compose("backlog", v)
		return picture{card: card}, err
	}
	if v.Items, err = s.dailyLines(rows); err != nil {
		return picture{}, err
	}
	if len(v.Items) == 0 {
		return picture{stale: "今日没有需要专班关注的事项。"}, nil
	}
	head, err := s.tx.JournalHead()
	if err != nil {
		return picture{}, err
	}
	if head.Seq > 0 {
		v.JournalHead = head.Short()
	}
	card, err := compose("daily-list", v)
	return picture{card: card}, err
}

// dailyLines says what a list of the day holds, as much as one card takes.
func (s subject) dailyLines(rows []store.CaseRow) ([]string, error) {
	since, err := s.previousList()
	if err != nil {
		return nil, err
	}
	hints, err := hintItems(s.tx)
	if err != nil {
		return nil, err
	}
	desk, err := s.n.ownDesk(s.tx)
	if err != nil {
		return nil, err
	}
	lines := append(dailyItems(rows, since), hints...)
	if line := deskLine(desk); line != "" {
		lines = append([]string{line}, lines...)
	}
	return fit(lines), nil
}

// Daily gives the lines of the list of the day as things are now, as the card of today would show them to a person of
// 专班; none when there is nothing to look at. What is new is counted from the list before today's.
func (n *Notifier) Daily(tx *store.Tx, person string) ([]string, error) {
	today := mechanism.DateOf(tx.Now)
	rows, err := openCases(tx)
	if err != nil {
		return nil, err
	}
	return subject{n: n, tx: tx, d: store.Delivery{Person: person}, more: params{On: today}, today: today}.dailyLines(rows)
}

// openCases gives every open warning.
func openCases(tx *store.Tx) ([]store.CaseRow, error) {
	var all []store.CaseRow
	filter := store.CaseFilter{Open: true, Limit: 1000}
	for {
		rows, next, err := tx.Cases(filter)
		if err != nil {
			return nil, fmt.Errorf("list open cases: %w", err)
		}
		all = append(all, rows...)
		if next == "" {
			return all, nil
		}
		filter.Page = next
	}
}

// tally gathers warnings under one heading.
type tally struct {
	heading string
	names   []string
	count   int
}

func (t *tally) add(name string) {
	t.count++
	if len(t.names) < listedNames {
		t.names = append(t.names, name)
	}
}

// line writes a tally out, or "" when it is empty.
func (t *tally) line() string {
	if t.count == 0 {
		return ""
	}
	rest := ""
	if t.count > len(t.names) {
		rest = "等"
	}
	return fmt.Sprintf("%s%d件:%s%s。", t.heading, t.count, strings.Join(t.names, "、"), rest)
}

// fit keeps as many lines as one card holds and says how many it left out.
func fit(items []string) []string {
	size := 0
	for i, item := range items {
		if size += len([]rune(item)); size > listMost {
			return append(items[:i:i], fmt.Sprintf("另有%d类事项未列出,上列事项处理后再列。", len(items)-i))
		}
	}
	return items
}

func titled(r store.CaseRow) string {
	return fmt.Sprintf("%s(%s)", cut(nameMost, r.ProjectName), r.Stage)
}

// mostLookedBack is how many days ago the last list may have been; before that, everything is new.
const mostLookedBack = 31

// previousList is when the last list was due to this person: what came about later is new. A day without one, when
// junma did not run or the roster did not have the person, is made up for.
func (s subject) previousList() (time.Time, error) {
	for day := s.more.On - 1; day > s.more.On-mostLookedBack; day-- {
		_, err := s.tx.Delivery(cardID(fmt.Sprintf("daily-list/%s/%s", day, s.d.Person)))
		switch {
		case err == nil:
			return s.n.Hours.Next(day.Time(), mechanism.Routine, s.n.Book).Add(spread(s.d.Person, s.n.Hours)), nil
		case !errors.Is(err, store.ErrNotFound):
			return time.Time{}, fmt.Errorf("find the list of %s: %w", day, err)
		}
	}
	return (s.more.On - mostLookedBack).Time(), nil
}

// dailyItems says what came about since an instant and what stands; orange and red are never counted together (F.6).
func dailyItems(rows []store.CaseRow, since time.Time) []string {
	orange, red := tally{heading: "新增橙色预警"}, tally{heading: "新增红灯预警"}
	overdue, waiting := tally{heading: "销号超时"}, tally{heading: "待部门办理"}
	standing := map[mechanism.Level]int{}
	for _, r := range rows {
		if r.Backlog {
			continue
		}
		standing[r.Level]++
		switch fresh := !r.FiredAt.Before(since); {
		case fresh && r.Level == mechanism.Red:
			red.add(titled(r))
		case fresh:
			orange.add(titled(r))
		}
		switch {
		case r.State == mechanism.Overdue:
			overdue.add(titled(r))
		case r.Waiting == mechanism.WaitDepartment:
			waiting.add(titled(r))
		}
	}
	var items []string
	for _, t := range []tally{orange, red, overdue, waiting} {
		if line := t.line(); line != "" {
			items = append(items, line)
		}
	}
	if len(standing) > 0 {
		items = append(items, fmt.Sprintf("在办:橙色预警%d件,红灯预警%d件。", standing[mechanism.Orange], standing[mechanism.Red]))
	}
	return items
}

// backlogItems lists 存量 by level.
func backlogItems(rows []store.CaseRow) (items []string, total int) {
	red, orange := tally{heading: "红灯"}, tally{heading: "橙色"}
	for _, r := range rows {
		switch {
		case !r.Backlog:
		case r.Level == mechanism.Red:
			red.add(titled(r))
		default:
			orange.add(titled(r))
		}
	}
	for _, t := range []tally{red, orange} {
		if line := t.line(); line != "" {
			items = append(items, line)
		}
	}
	return items, red.count + orange.count
}

// hintItems lists what alarms nobody, by reason: lights on unconfirmed limits, and where the platform and junma disagree.
func hintItems(tx *store.Tx) ([]string, error) {
	tallies := map[mechanism.HintWhy]*tally{}
	var order []mechanism.HintWhy
	for after := ""; ; {
		ids, err := tx.AllProjects(after, 500)
		if err != nil {
			return nil, fmt.Errorf("list projects: %w", err)
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		for _, id := range ids {
			p, err := tx.Project(id)
			if err != nil {
				return nil, fmt.Errorf("read project %s: %w", id, err)
			}
			for _, h := range p.Hints {
				if tallies[h.Why] == nil {
					tallies[h.Why] = &tally{heading: "提示·" + string(h.Why)}
					order = append(order, h.Why)
				}
				tallies[h.Why].add(fmt.Sprintf("%s(%s)", cut(nameMost, p.Name), h.Stage))
			}
		}
	}
	var items []string
	for _, why := range order {
		items = append(items, tallies[why].line())
	}
	return items, nil
}

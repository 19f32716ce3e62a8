package notify

import (
	"errors"
	"fmt"
	"time"

	"junma/mechanism"
	"junma/store"
)

// dailyLines says what a list of the day holds, as much as one card takes.
func (s subject) dailyLines() ([]string, error) {
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
	lines, err := dailyItems(&s.tx.View, since)
	if err != nil {
		return nil, err
	}
	lines = append(lines, hints...)
	if line := deskLine(desk); line != "" {
		lines = append([]string{line}, lines...)
	}
	return fit(lines), nil
}

// Daily gives the lines of the list of the day as things are now, as the card of today would show them to a person of
// 专班; none when there is nothing to look at. What is new is counted from the list before today's.
func (n *Notifier) Daily(tx *store.Tx, person string) ([]string, error) {
	today := mechanism.DateOf(tx.Now)
	return subject{n: n, tx: tx, d: store.Delivery{Person: person}, more: params{On: today}, today: today}.dailyLines()
}

// dailyItems says what came about since an instant and what stands; orange and red are never counted together (F.6).
func dailyItems(v *store.View, since time.Time) ([]string, error) {
	orange, red := tally{heading: "新增橙色预警"}, tally{heading: "新增红灯预警"}
	// What a day that was caught up late has lit bears an earlier date than the instant at which it came about.
	recent, err := v.AllCases(store.CaseFilter{Open: true, FiredFrom: mechanism.DateOf(since) - mostLookedBack})
	if err != nil {
		return nil, err
	}
	for _, r := range recent {
		switch fresh := !r.Backlog && !r.FiredAt.Before(since); {
		case fresh && r.Level == mechanism.Red:
			red.add(titled(r))
		case fresh:
			orange.add(titled(r))
		}
	}
	overdue, err := tallied(v, "销号超时", store.Scope{All: true, State: mechanism.Overdue})
	if err != nil {
		return nil, err
	}
	waiting, err := tallied(v, "待部门办理", store.Scope{All: true, Waiting: mechanism.WaitDepartment})
	if err != nil {
		return nil, err
	}
	var items []string
	for _, t := range []tally{orange, red, overdue, waiting} {
		if line := t.line(); line != "" {
			items = append(items, line)
		}
	}
	lights, err := v.Lights(store.Scope{All: true})
	standing := map[mechanism.Level]int{}
	for _, l := range lights {
		standing[l.Level] += l.N
	}
	if len(standing) > 0 {
		items = append(items, fmt.Sprintf("在办:橙色预警%d件,红灯预警%d件。", standing[mechanism.Orange], standing[mechanism.Red]))
	}
	return items, err
}

// tallied counts the warnings of a scope and names the first of them.
func tallied(v *store.View, heading string, s store.Scope) (tally, error) {
	t := tally{heading: heading}
	n, err := v.Count(s)
	if err != nil || n == 0 {
		return t, err
	}
	first, err := v.Listed(s, 0, listedNames)
	for _, r := range first {
		t.add(titled(r))
	}
	t.count = n
	return t, err
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

// hintItems lists what alarms nobody, by reason: lights on unconfirmed limits, and where the platform and junma disagree.
func hintItems(tx *store.Tx) ([]string, error) {
	hints, err := tx.Hints()
	if err != nil {
		return nil, err
	}
	tallies := map[mechanism.HintWhy]*tally{}
	var order []mechanism.HintWhy
	for _, h := range hints {
		if tallies[h.Why] == nil {
			tallies[h.Why] = &tally{heading: "提示·" + string(h.Why)}
			order = append(order, h.Why)
		}
		tallies[h.Why].add(fmt.Sprintf("%s(%s)", cut(nameMost, h.ProjectName), h.Stage))
	}
	var items []string
	for _, why := range order {
		items = append(items, tallies[why].line())
	}
	return items, nil
}

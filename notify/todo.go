package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"junma/mechanism"
	"junma/store"
)

// Acts of the buttons on lists. They open something; what is done there is an act of the mechanism.
const (
	ActTakeUp = "take-up" // begins an act; the argument is act|project|case
	ActDecide = "decide"  // shows what a department can do about a case; the argument is project|case
	ActOpen   = "open"    // sends one card of a digest; the argument is its delivery's id
	ActMore   = "more"    // sends the rest of a digest; the argument is its delivery's id|how many were shown
	ActTodo   = "todo"    // shows the next stretch of 我的待办; the argument is how many were shown
)

// A list must fit into one value of a card (DingTalk: 1 KB), and each matter has its button.
const (
	mostListed  = 8
	listedBytes = 880
)

// Matter is one line of a list: something that waits for a person, or in a digest also what there is to know.
type Matter struct {
	About string          // what it is about, as its Text begins
	Due   mechanism.Date  // zero: nothing is asked
	Level mechanism.Level // "" when it is about no open warning
	Text  string
	Open  Choice // takes it up by one press
}

// Todo gives a page of what waits for a person, after the first shown: what goes out by itself soon first, then the
// earliest due. total is how much waits in all.
func (n *Notifier) Todo(tx *store.Tx, platform string, by mechanism.Actor, shown int) (lines []string, choices []Choice, total int, err error) {
	desk, err := n.onDesk(tx, by)
	if err != nil {
		return nil, nil, 0, err
	}
	asked, own, err := tx.Asked(unitsOf(by), shown+mostListed)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, a := range asked {
		desk = append(desk, waiting{due: a.AnswerBy, say: func() (Matter, error) { return n.askedOf(tx, a, by) }})
	}
	slices.SortStableFunc(desk, inTurn)
	total = len(desk) - len(asked) + own
	var all []Matter
	for _, w := range desk[min(shown, len(desk)):min(shown+mostListed, len(desk))] {
		m, err := w.say()
		if err != nil {
			return nil, nil, 0, err
		}
		all = append(all, m)
	}
	lines, choices = n.paged(platform, all, shown, func(seen int) *Choice {
		switch {
		case seen < total:
			return &Choice{Label: fmt.Sprintf("其余%d件", total-seen), Act: ActTodo, Arg: strconv.Itoa(seen)}
		case shown > 0:
			return &Choice{Label: "从头看", Act: ActTodo, Arg: "0"}
		}
		return nil
	})
	return lines, choices, total, nil
}

// waiting is something that waits for a person, not yet put into words.
type waiting struct {
	what string    // of 专班's own desk: 待发文稿, 未送达 …
	post time.Time // when it goes out by itself; zero = it does not
	due  mechanism.Date
	say  func() (Matter, error)
}

// inTurn orders what waits: what goes out by itself, then the earliest due, then what is not due.
func inTurn(a, b waiting) int {
	if a.post.IsZero() != b.post.IsZero() {
		if a.post.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(a.post.Compare(b.post), cmp.Compare(latest(a.due), latest(b.due)))
}

// unitsOf gives the units for which a person answers.
func unitsOf(by mechanism.Actor) []string {
	var units []string
	for _, o := range by.Offices {
		if o.Unit != "" && (o.Role == mechanism.RoleContact || o.Role == mechanism.RoleLeader) && !slices.Contains(units, o.Unit) {
			units = append(units, o.Unit)
		}
	}
	return units
}

// askedOf says what a warning waits for.
func (n *Notifier) askedOf(tx *store.Tx, a store.AskedCase, by mechanism.Actor) (Matter, error) {
	p, err := tx.Project(a.Project)
	if err != nil {
		return Matter{}, fmt.Errorf("read project %s: %w", a.Project, err)
	}
	m, _ := n.asked(standing{&p, p.Case(a.Seq), by, mechanism.DateOf(tx.Now)})
	return m, nil
}

// Reminded gives what a person is reminded of on the days from first to today and has not done yet.
func (n *Notifier) reminded(tx *store.Tx, by mechanism.Actor, first mechanism.Date) ([]Matter, error) {
	today := mechanism.DateOf(tx.Now)
	wanted := func(c mechanism.Case) bool { return n.Book.RemindedOf(&c, first, today) }
	return n.matters(tx, by, wanted, func(s standing) (Matter, bool) {
		if s.c.State == mechanism.InHand {
			return n.ending(s), true
		}
		return n.asked(s)
	})
}

// standing is a case as it stands before the person whose turn it is.
type standing struct {
	p     *mechanism.Project
	c     *mechanism.Case
	by    mechanism.Actor
	today mechanism.Date
}

// matters says of each wanted case on which it is the person's turn what is to be done.
func (n *Notifier) matters(tx *store.Tx, by mechanism.Actor, wanted func(mechanism.Case) bool, say func(standing) (Matter, bool)) ([]Matter, error) {
	rows, err := OwnCases(&tx.View, by)
	if err != nil {
		return nil, err
	}
	var all []Matter
	for _, row := range rows {
		p, err := tx.Project(row.Project)
		if err != nil {
			return nil, fmt.Errorf("read project %s: %w", row.Project, err)
		}
		c := p.Case(row.Seq)
		if !slices.Contains(mechanism.DutiesOf(c, by), c.Turn()) || !wanted(*c) {
			continue
		}
		if m, ok := say(standing{&p, c, by, mechanism.DateOf(tx.Now)}); ok {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b Matter) int { return cmp.Compare(a.Due, b.Due) })
	return all, nil
}

// OwnCases gives the open cases on which a unit of the person has a duty, each once; 存量 is not among them.
func OwnCases(v *store.View, by mechanism.Actor) ([]store.CaseRow, error) {
	var all []store.CaseRow
	for _, unit := range unitsOf(by) {
		rows, err := v.AllCases(store.CaseFilter{Unit: unit, Open: true})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			known := slices.ContainsFunc(all, func(r store.CaseRow) bool { return r.Project == row.Project && r.Seq == row.Seq })
			if !row.Backlog && !known {
				all = append(all, row)
			}
		}
	}
	return all, nil
}

// asked says what a case waits for, and until when; ok is false when it is in hand and waits for nobody.
func (n *Notifier) asked(s standing) (m Matter, ok bool) {
	what, due := "请报送情况", s.c.AnswerBy
	switch {
	case due.IsZero():
		return m, false
	case s.c.Turn() == mechanism.DutyDepartment:
		what = "请办理"
	case s.c.State == mechanism.Overdue:
		what = "请报送销号计划"
	case s.c.Waiting == mechanism.WaitUpdate:
		what = "请更新进展"
	}
	text := fmt.Sprintf("%s:%s,%s前", s.title(), what, day(due, s.today))
	if late := int(s.today - due); late > 0 {
		text += fmt.Sprintf(",已超%d日", late)
	}
	if s.c.Push > 1 {
		text += fmt.Sprintf(",第%d次推送", s.c.Push)
	}
	return Matter{About: s.title(), Due: due, Level: s.c.Level, Text: text, Open: s.open()}, true
}

// followed says, for those of whom nothing is asked, what a case waits for, and until when.
func (s standing) followed() string {
	what := string(s.c.State)
	if !s.c.AnswerBy.IsZero() {
		unit, does := s.c.Parties.Responsible.Unit, "报送"
		if s.c.Turn() == mechanism.DutyDepartment {
			unit, does = s.c.Parties.Department.Unit, "办理"
		}
		what = fmt.Sprintf("%s%s前%s", unit, day(s.c.AnswerBy, s.today), does)
	}
	if s.c.Push > 1 {
		what += fmt.Sprintf(",第%d次推送", s.c.Push)
	}
	return s.title() + ":" + what
}

// ending says that the cycle of a case in hand comes to its end, and what follows (F.4).
func (n *Notifier) ending(s standing) Matter {
	end := s.c.Cycle.End(s.c.Push)
	next := fmt.Sprintf("将第%d次推送", s.c.Push+1)
	if s.c.Cycle.Overdue && s.c.Push >= s.c.Cycle.Pushes {
		next = "将列入销号超时"
	}
	text := fmt.Sprintf("%s:本周期(第%d次推送)还有%d日,%s24时前未销号,%s", s.title(), s.c.Push, int(end-s.today), day(end, s.today), next)
	return Matter{About: s.title(), Due: end, Level: s.c.Level, Text: text, Open: s.open()}
}

// title names a case in a list; a colour never stands alone.
func (s standing) title() string {
	level := "橙色预警"
	if s.c.Level == mechanism.Red {
		level = "红灯"
	}
	return fmt.Sprintf("%s · %s(%s)", cut(20, s.p.Name), s.c.Stage, level)
}

// open is the button that takes a case up: a report begins at once, a department chooses first.
func (s standing) open() Choice {
	where := []string{s.p.ID, strconv.Itoa(s.c.Seq)}
	if s.c.Turn() == mechanism.DutyDepartment {
		return Choice{Label: "办理 " + cut(8, s.p.Name), Act: ActDecide, Arg: strings.Join(where, "|")}
	}
	return Choice{
		Label: s.c.Label(mechanism.ActReport) + " " + cut(8, s.p.Name), Act: ActTakeUp,
		Arg: strings.Join(append([]string{string(mechanism.ActReport)}, where...), "|"),
	}
}

// paged is Numbered with a further button at the end, if next has one for how many are shown then; where there is no room
// for it, it takes the place of the last matter.
func (n *Notifier) paged(platform string, rest []Matter, shown int, next func(shown int) *Choice) (lines []string, choices []Choice) {
	lines, choices = n.Numbered(platform, rest, shown)
	further := next(shown + len(lines))
	if further == nil {
		return lines, choices
	}
	if p, ok := n.Platforms[platform]; ok && len(choices) >= p.Traits().MaxButtons {
		lines, choices = lines[:len(lines)-1], choices[:len(choices)-1]
		further = next(shown + len(lines))
	}
	return lines, append(choices, *further)
}

// Numbered puts matters in a list, one line and one button each: as many as a card of the platform holds. The numbers go
// on from those that were shown before.
func (n *Notifier) Numbered(platform string, matters []Matter, shown int) (lines []string, choices []Choice) {
	most, size := mostListed, 0
	if p, ok := n.Platforms[platform]; ok {
		most = min(most, p.Traits().MaxButtons)
	}
	for i, m := range matters {
		line := fmt.Sprintf("%d. %s", shown+i+1, m.Text)
		if size += len(line); i == most || i > 0 && size > listedBytes {
			break
		}
		choice := m.Open
		choice.Label = fmt.Sprintf("%d %s", shown+i+1, choice.Label)
		lines, choices = append(lines, line), append(choices, choice)
	}
	return lines, choices
}

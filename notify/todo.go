package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// Acts of the buttons on lists. They open something; what is done there is an act of the mechanism.
const (
	ActTakeUp = "take-up" // begins an act; the argument is act|project|case
	ActDecide = "decide"  // shows what a department can do about a case; the argument is project|case
	ActOpen   = "open"    // sends one card of a digest; the argument is its delivery's id
	ActMore   = "more"    // sends the rest of a digest; the argument is its delivery's id|how many were shown
)

// A list must fit into one value of a card (DingTalk: 1 KB), and each matter has its button.
const (
	mostListed  = 8
	listedBytes = 880
)

// Matter is one line of a list: something that waits for a person, or in a digest also what there is to know.
type Matter struct {
	Due   mechanism.Date  // zero: nothing is asked
	Level mechanism.Level // "" when it is about no open warning
	Text  string
	Open  Choice // takes it up by one press
}

// Todo gives what waits for a person, the earliest due first.
func (n *Notifier) Todo(tx *store.Tx, by mechanism.Actor) ([]Matter, error) {
	return n.matters(tx, by, func(mechanism.Case) bool { return true }, n.asked)
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
	for _, o := range by.Offices {
		if o.Unit == "" || o.Role != mechanism.RoleContact && o.Role != mechanism.RoleLeader {
			continue
		}
		rows, err := v.AllCases(store.CaseFilter{Unit: o.Unit, Open: true})
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
	what := "请报送情况"
	due, dispose := n.due(s.c, s.c.PushedOn)
	switch {
	case s.c.Turn() == mechanism.DutyDepartment:
		what, due = "请办理", dispose
	case s.c.State == mechanism.InHand && s.c.Waiting == "":
		return m, false
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
	return Matter{Due: due, Level: s.c.Level, Text: text, Open: s.open()}, true
}

// ending says that the cycle of a case in hand comes to its end, and what follows (F.4).
func (n *Notifier) ending(s standing) Matter {
	end := s.c.Cycle.End(s.c.Push)
	next := fmt.Sprintf("将第%d次推送", s.c.Push+1)
	if s.c.Cycle.Overdue && s.c.Push >= s.c.Cycle.Pushes {
		next = "将列入销号超时"
	}
	text := fmt.Sprintf("%s:本周期(第%d次推送)还有%d日,%s24时前未销号,%s", s.title(), s.c.Push, int(end-s.today), day(end, s.today), next)
	return Matter{Due: end, Level: s.c.Level, Text: text, Open: s.open()}
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

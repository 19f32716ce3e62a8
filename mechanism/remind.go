package mechanism

import "slices"

// Turn gives whose turn it is on an open case: the department's while a report waits for its disposal, or else that of
// the responsible unit, which reports first and again each cycle (三(四)2、3).
func (c *Case) Turn() Duty {
	if c.Waiting == WaitDepartment {
		return DutyDepartment
	}
	return DutyResponsible
}

// Reminders gives, in order, the days on which whoever's turn it is is reminded of a case within the cycle that runs
// (D.4). They are workdays: while nothing was done, some workdays after the push went out; once it is in hand, the last
// workday that leaves the days of grace before the cycle ends. A reminder is no push and counts nowhere.
func (b *Book) Reminders(c *Case) []Date {
	if c.Backlog || c.Push < 1 {
		return nil
	}
	var days []Date
	switch c.State {
	case Untreated:
		for _, n := range b.spec.Push.RemindAfter {
			day, _ := b.AddWorkdays(b.toldOn(c), n)
			days = append(days, day)
		}
	case InHand:
		if n := b.spec.Push.RemindBefore; n > 0 {
			day, _ := b.AddWorkdays(c.Cycle.End(c.Push)-Date(n)+1, -1)
			days = append(days, day)
		}
	}
	return slices.DeleteFunc(days, func(day Date) bool { return day <= c.PushedOn || day > c.Cycle.End(c.Push) })
}

// toldOn gives the day on which the latest push can be read: one of a rest day, or after the hours, goes out later.
func (b *Book) toldOn(c *Case) Date {
	at := c.PushedOn.Time()
	if DateOf(c.FiredAt) == c.PushedOn {
		at = c.FiredAt
	}
	return DateOf(b.speak(at, false))
}

// RemindedOf reports whether a case is reminded of on one of the days from first to last.
func (b *Book) RemindedOf(c *Case, first, last Date) bool {
	return slices.ContainsFunc(b.Reminders(c), func(day Date) bool { return first <= day && day <= last })
}

// remind reminds of every case whose day it is.
func (t *turn) remind() {
	for i := range t.p.Cases {
		if c := &t.p.Cases[i]; t.b.RemindedOf(c, t.day, t.day) {
			t.notify(KindReminder, c, "")
		}
	}
}

func readyUrge(c *Case, _ bool) *Refusal {
	if c.Backlog {
		return refuse(CodeState, "存量预警尚未推送,不能催办;请先回复“存量转办”加项目名称。")
	}
	return nil
}

// checkUrge keeps 专班 from urging too often.
func checkUrge(t *turn, c *Case, _ Event) *Refusal {
	if len(c.Urges) == 0 {
		return nil
	}
	last := c.Urges[len(c.Urges)-1]
	again, _ := t.b.AddWorkdays(DateOf(last.At), t.b.spec.Push.UrgeInterval)
	if t.day >= again {
		return nil
	}
	at := last.At.In(Shanghai)
	return refuse(CodeRepeat, "本预警已由%s于%s%s催办,%s起可再次催办。", last.By.Name, chinese(DateOf(last.At)), at.Format("15:04"), chinese(again))
}

func doUrge(t *turn, c *Case, ev Event) {
	c.Urges = append(c.Urges, Urge{By: t.me, At: t.now, Push: c.Push, Together: ev.(Urged).Together})
}

package mechanism

// Due gives by when each side must answer a push of a day; never after the last day of an orange.
func (b *Book) Due(c *Case, pushed Date) (report, dispose Date) {
	by := func(start Date, workdays int) Date {
		due, _ := b.AddWorkdays(start, workdays)
		if c.Level == Orange && !c.Due.Last.IsZero() && due > c.Due.Last && c.Due.Last >= start {
			return c.Due.Last
		}
		return due
	}
	rules := b.Response()
	report, dispose = by(pushed, rules.Report), by(pushed, rules.Dispose)
	if len(c.Reports) > 0 && c.Waiting == WaitDepartment {
		// a late report still leaves the department the days between 报送 and 办理
		reported := DateOf(c.Reports[len(c.Reports)-1].At)
		dispose = max(dispose, by(reported, max(1, rules.Dispose-rules.Report)))
	}
	return report, dispose
}

// answerBy gives by when whoever's turn it is must answer; zero while a case is in hand, has ended or is 存量. 销号超时 asks
// anew, for a plan (F.4), from the day it begins.
func (b *Book) answerBy(c *Case) Date {
	if !c.State.Open() || c.Backlog || c.State == InHand && c.Waiting == "" {
		return 0
	}
	from := c.PushedOn
	if c.State == Overdue {
		from = max(from, c.Cycle.OverdueOn())
	}
	report, dispose := b.Due(c, from)
	if c.Turn() == DutyDepartment {
		return dispose
	}
	return report
}

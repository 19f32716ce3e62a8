package mechanism

// Cycle gives the 销号 cycle of a case of the given level whose first push is on from (三(四)4, D.4). An orange does not
// become overdue unless the book says so (C-20).
func (b *Book) Cycle(level Level, from Date) Cycle {
	push := b.spec.Push
	return Cycle{
		Days:      push.CycleDays,
		Pushes:    push.Pushes,
		AtPush:    push.OverdueAt == overdueAtPush,
		Overdue:   level == Red || push.OrangeOverdue,
		RestartAt: from,
	}
}

// The two readings of "第4次推送后仍未完成销号".
const (
	overdueAtEnd  = "end_of_4th_cycle"
	overdueAtPush = "at_4th_push"
)

// Push gives the day of push n, from 1. Pushes stay exactly Days apart, whenever their messages are delivered.
func (c Cycle) Push(n int) Date { return c.RestartAt + Date((n-1)*c.Days) }

// End gives the last day of the cycle that push n opens, until 24:00; the push day is its day 1.
func (c Cycle) End(n int) Date { return c.Push(n+1) - 1 }

// OverdueOn gives the day from whose 00:00 an open case is 销号超时; zero when the case can't become overdue.
func (c Cycle) OverdueOn() Date {
	switch {
	case !c.Overdue:
		return 0
	case c.AtPush:
		return c.Push(c.Pushes)
	default:
		return c.End(c.Pushes) + 1
	}
}

package mechanism

// rounding is how the lead of a sixth is rounded to whole days (C-5).
type rounding int

const (
	roundUp rounding = iota
	roundNearest
	roundDown
)

// sixth gives the lead of a span: a sixth of it, rounded, at least 1 (三(三), C-4).
func (r rounding) sixth(span int) int {
	switch r {
	case roundNearest:
		return max(1, (span+3)/6)
	case roundDown:
		return max(1, span/6)
	default:
		return max(1, (span+5)/6)
	}
}

// Evaluate gives the light of a clock on a day, and the arithmetic behind it. A clock without a start or a limit has no
// light. On the last day the stage is on time until 24:00 (C-1). A hint (提示) shows the same light; whether it may alarm
// is for the caller to see from the reading's Confirmed and Inferred.
func (b *Book) Evaluate(c Clock, today Date) (Light, Reading) {
	if c.Start.IsZero() || c.Limit.IsZero() {
		return LightNone, Reading{}
	}
	r := b.reading(c)
	switch {
	case !c.Done.IsZero() && c.Done <= r.Last:
		return LightDone, r
	case !c.Done.IsZero():
		return LightDoneLate, r
	case today >= r.Red:
		return LightRed, r
	case !r.Orange.IsZero() && today >= r.Orange:
		return LightOrange, r
	default:
		return LightGreen, r
	}
}

func (b *Book) reading(c Clock) Reading {
	due, verified := b.after(c.Start, c.Limit)
	orange, leadVerified := b.orange(c, due)
	last := due
	if b.spec.Orange.RollDue {
		var rolled bool
		last, rolled = b.rollForward(due)
		verified = verified && rolled
	}
	return Reading{
		Start: c.Start, Limit: c.Limit, Orange: orange, Last: last, Red: last + 1,
		Confirmed: c.Confirmed, Inferred: c.Inferred, Unverified: !verified || !leadVerified, Basis: c.Basis,
	}
}

// after gives the last day of a limit that starts on start; the start day is not counted (C-1, C-2). It is verified
// unless workdays were counted in a year without a calendar.
func (b *Book) after(start Date, l Limit) (last Date, verified bool) {
	switch l.Unit {
	case WorkDays:
		return b.calendar.add(start, l.N)
	case Months:
		return start.AddMonths(l.N), true
	default:
		return start + Date(l.N), true
	}
}

// orange gives the first orange day, or zero when the limit is too short for one (C-3 … C-6). A yellow day that comes
// after the last day can't warn ahead, so the sixth holds then.
func (b *Book) orange(c Clock, due Date) (day Date, verified bool) {
	if !c.Yellow.IsZero() && c.Yellow <= due {
		return c.Yellow, true
	}
	day, verified = b.sixthBefore(c.Start, due, c.Limit)
	if day <= c.Start || c.Limit.Unit != Months && c.Limit.N < b.spec.Orange.MinLimit {
		return 0, true
	}
	return day, verified
}

func (b *Book) sixthBefore(start, due Date, l Limit) (day Date, verified bool) {
	switch {
	case l.Unit == WorkDays:
		return b.calendar.add(due, -b.round.sixth(l.N))
	case l.Unit == Months && l.N%6 == 0:
		return start.AddMonths(l.N / 6 * 5), true
	default:
		return due - Date(b.round.sixth(int(due-start))), true
	}
}

// Window gives the first orange day after an extension that was approved on approved and ends on last (C-14): a sixth
// of the time since the approval, or of the whole span since start when the book says full_span.
func (b *Book) Window(approved, last, start Date) Date {
	from := approved
	if b.spec.Orange.FullSpan {
		from = start
	}
	return last - Date(b.round.sixth(int(last-from)))
}

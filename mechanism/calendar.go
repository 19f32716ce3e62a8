package mechanism

import "time"

// calendar knows the working days. Years without a table count weekends only and are not verified (Part G).
type calendar struct {
	first Date      // 1 January of the first year of days
	days  []dayKind // one per day
}

// dayKind is what is known of a day.
type dayKind uint8

const (
	dayKnown dayKind = 1 << iota // the State Council's arrangement of the year is in the book
	dayWork
)

func (c *calendar) at(d Date) dayKind {
	if i := int(d - c.first); i >= 0 && i < len(c.days) {
		return c.days[i]
	}
	return weekday(d)
}

func weekday(d Date) dayKind {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return 0
	}
	return dayWork
}

// add steps n workdays forward, or back when n is negative; d itself is not counted.
func (c *calendar) add(d Date, n int) (Date, bool) {
	step := Date(1)
	if n < 0 {
		step, n = -1, -n
	}
	verified := true
	for n > 0 {
		d += step
		at := c.at(d)
		verified = verified && at&dayKnown != 0
		if at&dayWork != 0 {
			n--
		}
	}
	return d, verified
}

// Workday reports whether d is a working day, and whether the year's calendar is in the book; without it only weekends
// are off (日历未核定).
func (b *Book) Workday(d Date) (work, known bool) {
	at := b.calendar.at(d)
	return at&dayWork != 0, at&dayKnown != 0
}

// AddWorkdays gives the day n working days after d, which itself is not counted; before d when n is negative. It is not
// verified when a day on the way falls in a year without a calendar.
func (b *Book) AddWorkdays(d Date, n int) (day Date, verified bool) { return b.calendar.add(d, n) }

// rollForward gives d itself on a working day, or else the next working day.
func (b *Book) rollForward(d Date) (Date, bool) { return b.calendar.add(d-1, 1) }

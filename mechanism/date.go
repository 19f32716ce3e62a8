package mechanism

import (
	"fmt"
	"time"
)

// Shanghai is the civil time zone of every date of the mechanism (C-21). China keeps one offset all year.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil day in Shanghai, counted in days since 1970-01-01. The zero Date means "no date".
type Date int32

const dateLayout = "2006-01-02"

// DateOf gives the civil day in Shanghai on which the instant t falls: 2026-03-01T16:30Z is 2026-03-02 (C-21).
func DateOf(t time.Time) Date {
	return NewDate(t.In(Shanghai).Date())
}

// NewDate gives the day of a year, month and day of month; the day must exist.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDate reads "2006-01-02". An empty text is the zero Date.
func ParseDate(text string) (Date, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(dateLayout, text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date of the form 2006-01-02", text)
	}
	return Date(t.Unix() / 86400), nil
}

// Time gives 00:00 of the day in Shanghai.
func (d Date) Time() time.Time { return d.At(0, 0) }

// At gives the instant hour:minute of the day in Shanghai.
func (d Date) At(hour, minute int) time.Time {
	y, m, day := d.utc().Date()
	return time.Date(y, m, day, hour, minute, 0, 0, Shanghai)
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == 0 }

// Year gives the calendar year.
func (d Date) Year() int { return d.utc().Year() }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday {
	const thursday = 4 // 1970-01-01
	return time.Weekday(((int(d)+thursday)%7 + 7) % 7)
}

// AddMonths gives the same day n months later, clamped to the end of a shorter month (C-2):
// 2024-08-31 plus 18 months is 2026-02-28.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.utc().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return NewDate(last.Year(), last.Month(), min(day, last.Day()))
}

// String gives "2006-01-02", or "" for the zero Date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.utc().Format(dateLayout)
}

// MarshalText writes the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

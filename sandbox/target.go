package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Refusal is a plain Chinese sentence that says why a clock was not moved and what to do instead. The
// page shows it as it is.
type Refusal string

// Error gives the sentence.
func (r Refusal) Error() string { return string(r) }

// NextWorkday is the place to go to that means 9 o'clock of the next working day.
const NextWorkday = "workday"

const (
	morning      = 9  // the hour of NextWorkday
	closingHour  = 18 // a date alone means: when that day's work is done and delivered
	farthestDays = 366
)

const badTarget Refusal = "请写日期(2026-04-21)、时刻(2026-04-21T18:30:00+08:00)或时长(+1d、+1h)。"

// Target reads where a clock that stands at now is asked to go: a date (18:00 of that day, or now when
// it is that evening already), an RFC 3339 instant, "+3d" or "+2h", or [NextWorkday]. Days are those of
// now's location. workday says whether a day is a working day; nil = Monday to Friday. An error is a
// [Refusal]: the text was not understood, or lies in the past or more than 366 days ahead.
func Target(now time.Time, to string, workday func(day time.Time) bool) (time.Time, error) {
	at, err := readTarget(now, strings.TrimSpace(to), workday)
	switch {
	case err != nil:
		return time.Time{}, err
	case at.Before(now):
		return time.Time{}, Refusal(fmt.Sprintf("时钟不能倒拨,现在是 %s,请选以后的日期。", now.Format("2006年1月2日 15:04")))
	case at.After(now.AddDate(0, 0, farthestDays)):
		return time.Time{}, Refusal(fmt.Sprintf("一次最多拨 %d 天,请选近一些的日期。", farthestDays))
	}
	return at, nil
}

func readTarget(now time.Time, to string, workday func(time.Time) bool) (time.Time, error) {
	if to == NextWorkday {
		return nextMorning(now, workday), nil
	}
	if span, ok := strings.CutPrefix(to, "+"); ok {
		return later(now, span)
	}
	if at, err := time.Parse(time.RFC3339, to); err == nil {
		return at.In(now.Location()), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, to, now.Location())
	if err != nil {
		return time.Time{}, badTarget
	}
	at := atHour(day, closingHour)
	if at.Before(now) && day.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return now, nil
	}
	return at, nil
}

// later adds a number of days (d) or hours (h). More than anybody can ask for is cut to too far, so that
// it is refused as such and never overflows.
func later(now time.Time, span string) (time.Time, error) {
	number, unit := span, ""
	if len(span) > 0 {
		number, unit = span[:len(span)-1], span[len(span)-1:]
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return time.Time{}, badTarget
	}
	n = min(n, (farthestDays+1)*24)
	switch unit {
	case "d":
		return now.AddDate(0, 0, n), nil
	case "h":
		return now.Add(time.Duration(n) * time.Hour), nil
	}
	return time.Time{}, badTarget
}

func nextMorning(now time.Time, workday func(time.Time) bool) time.Time {
	if workday == nil {
		workday = func(day time.Time) bool { return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday }
	}
	at := atHour(now, morning)
	for range farthestDays {
		if at.After(now) && workday(at) {
			break
		}
		at = at.AddDate(0, 0, 1)
	}
	return at
}

func atHour(day time.Time, hour int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location())
}

package notify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"junma/mechanism"
)

// Hours is when messages that nobody asked for may go out, in Shanghai (contract, [push]; A-42).
type Hours struct {
	From, To time.Duration // since midnight; equal = at any time
	RestDays bool          // on rest days too
}

// Turns go out from 08:00 to 20:00 on any day: the act of a colleague has just opened them (contract).
const turnFrom, turnTo = 8 * time.Hour, 20 * time.Hour

// ParseHours reads "09:00-18:00"; "" means at any time.
func ParseHours(text string, restDays bool) (Hours, error) {
	if text == "" {
		return Hours{RestDays: restDays}, nil
	}
	from, to, ok := strings.Cut(text, "-")
	start, err1 := clock(from)
	end, err2 := clock(to)
	if !ok || err1 != nil || err2 != nil || start >= end {
		return Hours{}, fmt.Errorf("%q is not a span of hours such as 09:00-18:00", text)
	}
	return Hours{From: start, To: end, RestDays: restDays}, nil
}

// clock reads "09:00", up to "24:00", as time since midnight.
func clock(text string) (time.Duration, error) {
	h, m, ok := strings.Cut(strings.TrimSpace(text), ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 {
		return 0, fmt.Errorf("%q is not a time of day", text)
	}
	return time.Duration(hour*60+minute) * time.Minute, nil
}

// Calendar tells which days are workdays; mechanism.Book is one.
type Calendar interface {
	Workday(d mechanism.Date) (workday, known bool)
}

// Next gives the first instant at or after t at which a message of this urgency may go out.
func (h Hours) Next(t time.Time, u mechanism.Urgency, calendar Calendar) time.Time {
	from, to, everyDay := h.From, h.To, h.RestDays
	switch u {
	case mechanism.Now:
		return t
	case mechanism.Turn:
		from, to, everyDay = turnFrom, turnTo, true
	case mechanism.Tier3: // the hours count, the rest day does not
		everyDay = true
	case mechanism.Routine:
	}
	if from == to {
		from, to = 0, 24*time.Hour
	}
	for day := mechanism.DateOf(t); ; day++ {
		open, shut := day.Time().Add(from), day.Time().Add(to)
		if !everyDay {
			if workday, _ := calendar.Workday(day); !workday {
				continue
			}
		}
		if t.Before(open) {
			return open
		}
		if t.Before(shut) {
			return t
		}
	}
}

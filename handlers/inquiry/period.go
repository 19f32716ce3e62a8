package inquiry

import (
	"strconv"
	"strings"
	"time"

	"junma/mechanism"
)

// Period is a stretch of days as people name it: 今天, 昨天, 近7天, 本周, 上周, 本月, 上月, 今年, or a month such as 5月.
type Period string

// Days gives the first and the last day of the period, as seen from today; a running one ends today. A month that has
// not come this year is last year's.
func (p Period) Days(today mechanism.Date) (from, to mechanism.Date) {
	at := today.Time()
	monday := today - mechanism.Date((int(at.Weekday())+6)%7)
	month := func(year int, m time.Month) (mechanism.Date, mechanism.Date) {
		return mechanism.NewDate(year, m, 1), min(mechanism.NewDate(year, m+1, 1)-1, today)
	}
	switch p {
	case "今天":
		return today, today
	case "昨天":
		return today - 1, today - 1
	case "近7天":
		return today - 6, today
	case "本周":
		return monday, today
	case "上周":
		return monday - 7, monday - 1
	case "上月":
		return month(at.Year(), at.Month()-1)
	case "今年":
		return mechanism.NewDate(at.Year(), 1, 1), today
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(string(p), "月")); err == nil {
		if time.Month(n) > at.Month() {
			return month(at.Year()-1, time.Month(n))
		}
		return month(at.Year(), time.Month(n))
	}
	return month(at.Year(), at.Month())
}

// MonthBefore gives the same day of the month before, or that month's last day.
func MonthBefore(today mechanism.Date) mechanism.Date {
	at := today.Time()
	last := mechanism.NewDate(at.Year(), at.Month(), 1) - 1
	return min(mechanism.NewDate(at.Year(), at.Month()-1, at.Day()), last)
}

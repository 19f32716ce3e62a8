package mechanism

import (
	"fmt"
	"slices"
	"time"
)

// The years a calendar may be given for; the bounds keep a slip of the pen from filling memory.
const (
	firstYear = 2000
	lastYear  = 2100
)

// calendars reads the State Council's arrangements into one bit set by day.
func (c *compiler) calendars() {
	var years []int
	var paths []string
	for _, row := range c.spec.Calendars {
		path := rowPath("calendar", fmt.Sprint(row.Year))
		paths = append(paths, path)
		if row.Source == "" {
			c.fault(path+".source", "", "请写明国务院办公厅节假日安排通知的文号")
		}
		if row.Year < firstYear || row.Year > lastYear {
			c.fault(path+".year", fmt.Sprint(row.Year), fmt.Sprintf("应为 %d 至 %d 的整数", firstYear, lastYear))
			continue
		}
		years = append(years, row.Year)
	}
	c.unique(paths)
	if len(years) == 0 {
		return
	}
	first, end := NewDate(slices.Min(years), time.January, 1), NewDate(slices.Max(years)+1, time.January, 1)
	c.book.calendar = calendar{first: first, days: make([]dayKind, end-first)}
	for i := range c.book.calendar.days {
		c.book.calendar.days[i] = weekday(first + Date(i))
	}
	for _, row := range c.spec.Calendars {
		if row.Year >= firstYear && row.Year <= lastYear {
			c.year(row)
		}
	}
}

func (c *compiler) year(row CalendarRow) {
	cal, path := c.book.calendar, rowPath("calendar", fmt.Sprint(row.Year))
	for d := NewDate(row.Year, time.January, 1); d < NewDate(row.Year+1, time.January, 1); d++ {
		cal.days[d-cal.first] |= dayKnown
	}
	off := map[Date]bool{}
	for i, span := range row.Off {
		for _, d := range c.span(fmt.Sprintf("%s.off[%d]", path, i), row.Year, span) {
			off[d] = true
			cal.days[d-cal.first] &^= dayWork
		}
	}
	for i, span := range row.Work {
		at := fmt.Sprintf("%s.work[%d]", path, i)
		for _, d := range c.span(at, row.Year, span) {
			switch {
			case off[d]:
				c.fault(at, d.String(), "这一天已列为放假")
			case weekday(d) == dayWork:
				c.fault(at, d.String(), "这一天不是周末,无须列为调休上班")
			}
			cal.days[d-cal.first] |= dayWork
		}
	}
}

// span gives the days of a row, all of them in its year.
func (c *compiler) span(path string, year int, row SpanRow) []Date {
	from, err := ParseDate(row.From)
	if err != nil || from.IsZero() || from.Year() != year {
		c.fault(path+".from", row.From, fmt.Sprintf("应为 %d 年内的日期,如 %d-05-01", year, year))
		return nil
	}
	if row.To == "" {
		return []Date{from}
	}
	to, err := ParseDate(row.To)
	if err != nil || to < from || to.Year() != year {
		c.fault(path+".to", row.To, fmt.Sprintf("应为 %d 年内不早于 from 的日期", year))
		return nil
	}
	var days []Date
	for d := from; d <= to; d++ {
		days = append(days, d)
	}
	return days
}

package mechanism

import (
	"fmt"
	"slices"
	"time"
)

// settings checks the sections that are single tables.
func (c *compiler) settings() {
	o := c.spec.Orange
	if word(c, "orange.round", o.Round, "ceil", "nearest", "floor") {
		c.book.round = map[string]rounding{"ceil": roundUp, "nearest": roundNearest, "floor": roundDown}[o.Round]
	}
	c.between("orange.min_limit", o.MinLimit, 1, maxLimit)

	p := c.spec.Push
	c.between("push.cycle_days", p.CycleDays, 1, 366)
	c.between("push.pushes", p.Pushes, 1, 99)
	word(c, "push.overdue_at", p.OverdueAt, overdueAtEnd, overdueAtPush)
	if p.OverdueAt == overdueAtPush && p.Pushes == 1 {
		c.fault("push.pushes", "1", "overdue_at 为 at_4th_push 时至少为 2,否则首次推送当日即销号超时")
	}
	c.hours("push.hours", p.Hours)
	for i, n := range p.RemindAfter {
		c.between(fmt.Sprintf("push.remind_after[%d]", i), n, 1, 99)
	}
	if !slices.IsSorted(p.RemindAfter) {
		c.fault("push.remind_after", fmt.Sprint(p.RemindAfter), "应从小到大,如 [1, 3, 5];不提醒的写 []")
	}
	c.between("push.remind_before", p.RemindBefore, 0, 99)
	c.between("push.urge_interval", p.UrgeInterval, 0, 99)
	c.between("push.digest", p.Digest, 0, 99)
	c.between("push.daily", p.Daily, 0, 99)

	r := c.spec.Response
	c.between("response.read", r.Read, 1, 99)
	c.between("response.report", r.Report, 1, 99)
	c.between("response.dispose", r.Dispose, 1, 99)
	c.between("response.confirm", r.Confirm, 1, 99)

	c.tier()
	word(c, "source.local_red", c.spec.Source.LocalRed, "hint", "count")
}

func (c *compiler) tier() {
	t := c.spec.Tier
	if len(t.ByCount) == 0 {
		c.fault("tier.by_count", "", "至少写明第1次红灯的层级,如 [1, 2, 3]")
	}
	for i, tier := range t.ByCount {
		c.between(fmt.Sprintf("tier.by_count[%d]", i), tier, 1, 3)
	}
	if !slices.IsSorted(t.ByCount) {
		c.fault("tier.by_count", fmt.Sprint(t.ByCount), "次数越多层级不能越低")
	}
	c.between("tier.ordinary", t.Ordinary, 1, 3)
	c.between("tier.complex", t.Complex, 1, 3)
	c.between("tier.major", t.Major, 1, 3)
	if len(t.HoldMinutes) != 3 {
		c.fault("tier.hold_minutes", fmt.Sprint(t.HoldMinutes), "应为三个数,依次为一、二、三级,如 [0, 0, 30]")
	}
	for i, minutes := range t.HoldMinutes {
		c.between(fmt.Sprintf("tier.hold_minutes[%d]", i), minutes, -1, 7*24*60)
	}
}

// hours checks "09:00-18:00"; an empty text means at any time.
func (c *compiler) hours(path, text string) {
	if _, _, err := ParseHours(text); err != nil {
		c.fault(path, text, "应为 09:00-18:00 这样的时段,起在止前;\"\" 为不限")
	}
}

// ParseHours reads the hours of messages, "09:00-18:00", as times since midnight. An empty text is the whole day.
func ParseHours(text string) (from, to time.Duration, err error) {
	if text == "" {
		return 0, 24 * time.Hour, nil
	}
	var h1, m1, h2, m2 int
	if _, err := fmt.Sscanf(text, "%02d:%02d-%02d:%02d", &h1, &m1, &h2, &m2); err != nil {
		return 0, 0, fmt.Errorf("%q is not of the form 09:00-18:00", text)
	}
	from = time.Duration(h1)*time.Hour + time.Duration(m1)*time.Minute
	to = time.Duration(h2)*time.Hour + time.Duration(m2)*time.Minute
	if text != fmt.Sprintf("%02d:%02d-%02d:%02d", h1, m1, h2, m2) || m1 > 59 || m2 > 59 || from >= to || to > 24*time.Hour {
		return 0, 0, fmt.Errorf("%q is not of the form 09:00-18:00", text)
	}
	return from, to, nil
}

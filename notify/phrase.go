package notify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"junma/mechanism"
)

// day writes a date out: 5月15日, with the year when it is not that of today.
func day(d, today mechanism.Date) string {
	if d.IsZero() {
		return "未定"
	}
	t := d.Time()
	text := fmt.Sprintf("%d月%d日", t.Month(), t.Day())
	if d.Year() != today.Year() {
		text = fmt.Sprintf("%d年%s", d.Year(), text)
	}
	return text
}

// moment writes an instant of today or of a later day: 14时30分, 5月15日9时.
func moment(t time.Time, today mechanism.Date) string {
	t = t.In(mechanism.Shanghai)
	text := fmt.Sprintf("%d时", t.Hour())
	if t.Minute() > 0 {
		text += fmt.Sprintf("%d分", t.Minute())
	}
	if d := mechanism.DateOf(t); d != today {
		return day(d, today) + text
	}
	return text
}

// instant is moment with its day, for what lies behind: 5月15日9时5分.
func instant(t time.Time, today mechanism.Date) string {
	if on := mechanism.DateOf(t); on == today {
		return day(on, today) + moment(t, today)
	}
	return moment(t, today)
}

// money writes 万元 as people say it: 12.6亿元, 5200万元.
func money(wan int64) string {
	if wan < 10000 {
		return fmt.Sprintf("%d万元", wan)
	}
	text := strconv.FormatFloat(float64(wan)/10000, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "亿元"
}

// span writes a limit as people say it: 25日, 20个工作日, 36个月.
func span(l mechanism.Limit) string {
	switch l.Unit {
	case mechanism.Days:
		return fmt.Sprintf("%d日", l.N)
	case mechanism.WorkDays:
		return fmt.Sprintf("%d个工作日", l.N)
	case mechanism.Months:
		return fmt.Sprintf("%d个月", l.N)
	}
	return "未定"
}

// colour always puts the word beside the colour: a card says 橙色 or 红灯, never only shows it.
func colour(l mechanism.Level) string {
	if l == mechanism.Red {
		return "红灯"
	}
	return "橙色"
}

// numeral writes 1 … 3 as 第一 … 第三 want it.
func numeral(n int) string {
	return [...]string{"〇", "一", "二", "三"}[max(0, min(n, 3))]
}

// shortNames are the short names in use that dropping 市 does not give.
var shortNames = map[string]string{"市规划和自然资源局": "市规资局"}

// short is a unit's name as it is said beside its stage: 住建局 for 市住建局.
func short(unit string) string {
	if name, ok := shortNames[unit]; ok {
		return name
	}
	if name, ok := strings.CutPrefix(unit, "市"); ok && len([]rune(name)) > 2 {
		return name
	}
	return unit
}

// bare takes the full stop off the end, so that a person's words fit into a sentence.
func bare(text string) string { return strings.TrimRight(strings.TrimSpace(text), "。.;；,，!！") }

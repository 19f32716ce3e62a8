package handlers

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"junma/mechanism"
)

// dayWords are the days that people name by a word, as days from today.
var dayWords = []struct {
	word string
	from int
}{
	{"大后天", 3},
	{"前天", -2},
	{"昨天", -1},
	{"昨日", -1},
	{"今天", 0},
	{"今日", 0},
	{"当天", 0},
	{"明天", 1},
	{"明日", 1},
	{"后天", 2},
}

// writtenDay finds a date written with digits: 6月30日, 6.30, 6/30, 2026-6-30, 2026年6月30日. The year is optional.
var writtenDay = regexp.MustCompile(`(?:^|[^0-9.])(?:([0-9]{4})\s*[年./-]\s*)?([0-9]{1,2})\s*[月./-]\s*([0-9]{1,2})(?:\s*[日号]|[^0-9.]|$)`)

// measures follow an amount, so that 3.5亿元 and 2-3天 are not taken for days of a month.
const measures = "亿万元%天周个米吨"

// window is which days an answer may name. from and to are included; zero means no bound.
type window struct {
	from, to mechanism.Date
	what     string // what the date is called in sentences: 完成日期, 预计完成日
	origin   string // what from is called
}

// completionWindow is a completion date: not before the stage began and not after today (C-13).
func completionWindow(start, today mechanism.Date) window {
	return window{from: start, to: today, what: "完成日期", origin: "本环节起算日"}
}

// expectedWindow is an expected completion date: after today.
func expectedWindow(today mechanism.Date) window {
	return window{from: today + 1, what: "预计完成日"}
}

// past reports whether the window looks back.
func (w window) past() bool { return !w.to.IsZero() }

// example is how a date may be written, for the sentences that ask for one.
func (w window) example(today mechanism.Date) string {
	if w.past() {
		return fmt.Sprintf("今天、昨天,或%s、%d.%d、%s", day(today), month(today), dayOfMonth(today), today)
	}
	next := today + 30
	return fmt.Sprintf("明天,或%s、%d.%d、%s", day(next), month(next), dayOfMonth(next), next)
}

// read finds the one date in what a person typed and checks it against the window. The year is derived when it is left
// out. The second result is a plain sentence saying what to do when there is no such date.
func (w window) read(text string, today mechanism.Date) (mechanism.Date, string) {
	text = halfWidth(text)
	words, written := wordsIn(text), writtenIn(text)
	if len(words)+len(written) != 1 {
		return 0, fmt.Sprintf("没有读懂日期。请只写一个%s。", w.what)
	}
	if len(words) == 1 {
		d := today + mechanism.Date(words[0])
		return d, w.refusal(d, today)
	}
	return w.resolve(written[0], today)
}

// wordsIn gives the days named by words in text, as days from today; the same day named twice counts once.
func wordsIn(text string) []int {
	var found []int
	for _, w := range dayWords {
		if strings.Contains(text, w.word) {
			text = strings.ReplaceAll(text, w.word, " ")
			found = append(found, w.from)
		}
	}
	return found
}

// written is a date as digits; year 0 was left out.
type written struct{ year, month, day int }

// writtenIn gives the dates written with digits in text. A long number, such as that of a certificate, is none.
func writtenIn(text string) []written {
	text = strings.TrimRight(text, " .,;!、")
	if whole, ok := eightDigits(text); ok {
		return []written{whole}
	}
	var found []written
	for {
		at := writtenDay.FindStringSubmatchIndex(text)
		if at == nil {
			return found
		}
		part := func(group int) string {
			if at[2*group] < 0 {
				return ""
			}
			return text[at[2*group]:at[2*group+1]]
		}
		rest := text[at[7]:]
		if next := strings.TrimLeft(rest, " "); next == "" || !strings.ContainsRune(measures, firstRune(next)) {
			found = append(found, written{number(part(1)), number(part(2)), number(part(3))})
		}
		text = "日" + strings.TrimLeft(rest, "日号") // whatever follows stands after a boundary
	}
}

func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// eightDigits reads 20260630, only when nothing else was typed.
func eightDigits(text string) (written, bool) {
	t, err := time.Parse("20060102", strings.TrimSpace(text))
	if err != nil {
		return written{}, false
	}
	return written{t.Year(), int(t.Month()), t.Day()}, true
}

// justPassed is how near a day must be on the wrong side of today for it to be meant as that day, and not as the same
// day of another year: on 20 December, 预计 "12月19日" is a slip of the pen, not a day 364 days away.
const justPassed = 31

// resolve derives the year where it was left out: the latest such day up to today for a completion, the earliest one
// after today for an expectation.
func (w window) resolve(d written, today mechanism.Date) (mechanism.Date, string) {
	if d.year != 0 {
		exact, ok := civil(d.year, d.month, d.day)
		if !ok {
			return 0, fmt.Sprintf("%d年%d月%d日不存在,请核对后重写。", d.year, d.month, d.day)
		}
		return exact, w.refusal(exact, today)
	}
	years := []int{today.Year(), today.Year() + 1, today.Year() - 1}
	if w.past() {
		years = []int{today.Year(), today.Year() - 1, today.Year() + 1}
	}
	var first mechanism.Date
	for _, year := range years {
		candidate, ok := civil(year, d.month, d.day)
		if !ok {
			continue
		}
		if first.IsZero() || nearSlip(candidate, today) {
			first = candidate
		}
		if nearSlip(candidate, today) || w.refusal(candidate, today) == "" {
			return candidate, w.refusal(candidate, today)
		}
	}
	if first.IsZero() {
		return 0, fmt.Sprintf("%d月%d日不存在,请核对后重写。", d.month, d.day)
	}
	return first, w.refusal(first, today)
}

func nearSlip(d, today mechanism.Date) bool {
	return max(d-today, today-d) <= justPassed
}

// refusal says why d can't be the answer, or "".
func (w window) refusal(d, today mechanism.Date) string {
	switch {
	case w.past() && d > w.to:
		return fmt.Sprintf("%s还没有到。%s不能晚于今天(%s),请重写。", fullDay(d), w.what, day(today))
	case w.past() && d < w.from:
		return fmt.Sprintf("%s早于%s(%s),请核对后重写。", fullDay(d), w.origin, fullDay(w.from))
	case !w.past() && d < w.from:
		return fmt.Sprintf("%s要晚于今天(%s),请重写。", w.what, day(today))
	default:
		return ""
	}
}

// civil gives the day of a year, month and day of month, when it exists.
func civil(year, month, day int) (mechanism.Date, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if year < 1990 || year > 2100 || int(t.Month()) != month || t.Day() != day {
		return 0, false
	}
	return mechanism.NewDate(year, time.Month(month), day), true
}

// fullDay writes 2026年6月30日.
func fullDay(d mechanism.Date) string { return fmt.Sprintf("%d年%s", d.Year(), day(d)) }

// day writes 6月30日.
func day(d mechanism.Date) string { return fmt.Sprintf("%d月%d日", month(d), dayOfMonth(d)) }

func month(d mechanism.Date) int { return int(d.Time().Month()) }

func dayOfMonth(d mechanism.Date) int { return d.Time().Day() }

// minute writes 5月11日 10:26, in Shanghai.
func minute(t time.Time) string {
	return day(mechanism.DateOf(t)) + " " + t.In(mechanism.Shanghai).Format("15:04")
}

// number reads digits; anything else is 0.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// halfWidth turns the full-width digits, letters and signs of a Chinese keyboard into plain ones.
func halfWidth(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff01' && r <= '\uff5e': // the wide forms of ! to ~
			return r - '\uff01' + '!'
		case r == '\u3000':
			return ' '
		case r == '。':
			return '.'
		default:
			return r
		}
	}, text)
}

package handlers

import (
	"cmp"
	"fmt"
	"strings"

	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/store"
)

// answerPast says how many stood at the end of a time gone by.
func (t *turn) answerPast(q query, s store.Scope) error {
	_, at := q.At.Days(t.today())
	now, then := lights{}, lights{}
	for _, level := range q.levels() {
		s.Level = level
		n, err := t.tx.Count(s)
		if err != nil {
			return err
		}
		before, err := t.tx.Standing(s, at, n)
		if err != nil {
			return err
		}
		now[level], then[level] = map[mechanism.State]int{"": n}, map[mechanism.State]int{"": before}
	}
	t.sayAsOf(q.headed(q.which() + day(at) + "24时" + then.counted(q.levels())))
	t.sayf("现在%s。", now.counted(q.levels()))
	t.sayLimits()
	t.offerExport(q, then.total(""))
	return nil
}

// comparable reports whether there is a number of the month before to set a question's against: the states and pushes of
// then are not kept.
func (q query) comparable(when string) bool {
	return (when == "" || cmp.Or(q.New, q.Ended) == "本月") && q.State == "" && q.Push == 0
}

// compare sets a number against that of the same day, or of the same days, of the month before.
func (t *turn) compare(q query, s store.Scope, when string, n lights) error {
	if !q.comparable(when) {
		if q.Compare {
			t.sayf("这一项没有上月同期的数。")
		}
		return nil
	}
	text, err := t.monthBefore(&t.tx.View, q.levels(), s, n)
	if text != "" {
		t.sayf("%s。", text)
	}
	return err
}

// monthBefore says how many there were a month before, and how much that changed: 上月同期(4月18日)6个,减少1个. "" = none,
// then and now.
func (a asker) monthBefore(v *store.View, levels []mechanism.Level, s store.Scope, n lights) (string, error) {
	at := inquiry.MonthBefore(a.today())
	when := day(at)
	for _, from := range []*mechanism.Date{&s.FiredFrom, &s.EndedFrom, &s.DisposedFrom} {
		if !from.IsZero() {
			*from = inquiry.MonthBefore(*from)
			when = day(*from) + "至" + day(at)
		}
	}
	s.FiredTo, s.EndedTo, s.DisposedTo = at, at, at
	var parts []string
	for _, level := range levels {
		s.Level = level
		before, err := v.Count(s)
		if s.FiredFrom.IsZero() && s.EndedFrom.IsZero() && s.DisposedFrom.IsZero() {
			before, err = v.Standing(s, at, n.total(level))
		}
		if err != nil {
			return "", err
		}
		if before+n.total(level) == 0 {
			continue
		}
		word := ""
		if len(levels) > 1 {
			word = levelWord(level)
		}
		parts = append(parts, fmt.Sprintf("%s%d个,%s", word, before, change(before, n.total(level))))
	}
	if len(parts) == 0 {
		return "", nil
	}
	return fmt.Sprintf("上月同期(%s)%s", when, strings.Join(parts, ";")), nil
}

func change(before, now int) string {
	switch {
	case now > before:
		return fmt.Sprintf("增加%d个", now-before)
	case now < before:
		return fmt.Sprintf("减少%d个", before-now)
	}
	return "持平"
}

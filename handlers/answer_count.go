package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// lights are how many warnings of each level are in each state, "" standing for any. Orange and red are never counted
// together (F.6).
type lights map[mechanism.Level]map[mechanism.State]int

// countLights counts the warnings of a scope.
func countLights(v *store.View, s store.Scope) (lights, error) {
	all, err := v.Lights(s)
	n := lights{mechanism.Red: {}, mechanism.Orange: {}}
	for _, l := range all {
		n[l.Level][l.State] = l.N
	}
	return n, err
}

// total adds up the states of a level, or of both for "".
func (l lights) total(level mechanism.Level) int {
	n := 0
	for of, states := range l {
		for _, count := range states {
			if level == "" || of == level {
				n += count
			}
		}
	}
	return n
}

// counted writes 红灯5个、橙色预警7个.
func (l lights) counted(levels []mechanism.Level) string {
	var parts []string
	for _, level := range levels {
		parts = append(parts, fmt.Sprintf("%s%d个", levelWord(level), l.total(level)))
	}
	return strings.Join(parts, "、")
}

// states writes in which states the warnings of a level are: 未办理1个、销号超时1个.
func (l lights) states(level mechanism.Level) string {
	var parts []string
	for _, state := range states {
		if n := l[level][state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s%d个", state, n))
		}
	}
	return strings.Join(parts, "、")
}

// split writes the states of every level that has any.
func (l lights) split(levels []mechanism.Level) string {
	var parts []string
	for _, level := range levels {
		text := l.states(level)
		if text != "" && len(levels) > 1 {
			text = levelWord(level) + "中" + text
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ";")
}

// perLevel splits each level of a question by what figures count, and gives the numbers and the text: 红灯下涯镇7个、大同镇1个.
func (q query) perLevel(figures func(mechanism.Level) ([]store.Share, error), rename func(string) string) (n lights, text string, err error) {
	n = lights{}
	var parts []string
	for _, level := range q.levels() {
		all, err := figures(level)
		if err != nil {
			return nil, "", err
		}
		n[level] = map[mechanism.State]int{"": store.Total(all)}
		part := shares(all, rename, mostShareBytes/len(q.levels()))
		if part != "" && q.Level == "" {
			part = levelWord(level) + part
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return n, strings.Join(parts, ";"), nil
}

// levels gives the levels that a question is about, red first.
func (q query) levels() []mechanism.Level {
	switch {
	case q.Level != "":
		return []mechanism.Level{q.Level}
	case q.State == mechanism.Overdue: // an orange is never overdue (C-20)
		return []mechanism.Level{mechanism.Red}
	}
	return []mechanism.Level{mechanism.Red, mechanism.Orange}
}

// levelsWord names the levels of a question together.
func levelsWord(levels []mechanism.Level) string {
	if len(levels) == 1 {
		return levelWord(levels[0])
	}
	return "预警"
}

// mostShares and mostShareBytes bound how many shares an answer names; the others are added up.
const (
	mostShares     = 8
	mostShareBytes = 180
)

// shares writes 下涯镇3个、梅城镇1个, the largest first; rename may bring several under one name.
func shares(figures []store.Share, rename func(string) string, room int) string {
	var named []store.Share
	for _, f := range figures {
		if rename != nil {
			f.Name = rename(f.Name)
		}
		if f.Name == "" {
			f.Name = "未明确"
		}
		if i := slices.IndexFunc(named, func(n store.Share) bool { return n.Name == f.Name }); i >= 0 {
			named[i].N += f.N
			continue
		}
		named = append(named, f)
	}
	return largest(named, "个", room)
}

// largest writes as many shares as there is room for, the largest first, and adds the others up.
func largest(all []store.Share, counter string, room int) string {
	slices.SortStableFunc(all, func(a, b store.Share) int { return cmp.Compare(b.N, a.N) })
	text := ""
	for i, one := range all {
		part := fmt.Sprintf("%s%d%s", one.Name, one.N, counter)
		if i == mostShares || i > 0 && len(text)+len(part) > room {
			return text + fmt.Sprintf(",其余%d%s", store.Total(all[i:]), counter)
		}
		if i > 0 {
			text += "、"
		}
		text += part
	}
	return text
}

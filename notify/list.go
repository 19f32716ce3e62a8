package notify

import (
	"fmt"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// A list must fit into one value of a card (DingTalk: 1 KB), so it names the first few and counts the rest.
const (
	listedNames = 3
	nameMost    = 13
	listMost    = 312 // characters
)

// list draws 专班's list of the day, or the list of 存量.
func (s subject) list(kind mechanism.Kind) (picture, error) {
	v := view{On: day(s.more.On, s.today), AsOf: day(s.today, s.today) + moment(s.tx.Now, s.today)}
	if kind == mechanism.KindBacklog {
		rows, err := s.tx.AllCases(store.CaseFilter{Open: true})
		if err != nil {
			return picture{}, err
		}
		v.Items, v.Total = backlogItems(rows)
		if v.Total == 0 {
			return picture{stale: "已没有待转办的存量预警。"}, nil
		}
		card, err := compose("backlog", v)
		return picture{card: card}, err
	}
	var err error
	if v.Items, err = s.dailyLines(); err != nil {
		return picture{}, err
	}
	if len(v.Items) == 0 {
		return picture{stale: "今日没有需要专班关注的事项。"}, nil
	}
	head, err := s.tx.JournalHead()
	if err != nil {
		return picture{}, err
	}
	if head.Seq > 0 {
		v.JournalHead = head.Short()
	}
	card, err := compose("daily-list", v)
	return picture{card: card}, err
}

// tally gathers warnings under one heading.
type tally struct {
	heading string
	names   []string
	count   int
}

func (t *tally) add(name string) {
	t.count++
	if len(t.names) < listedNames {
		t.names = append(t.names, name)
	}
}

// line writes a tally out, or "" when it is empty.
func (t *tally) line() string {
	if t.count == 0 {
		return ""
	}
	rest := ""
	if t.count > len(t.names) {
		rest = "等"
	}
	return fmt.Sprintf("%s%d件:%s%s。", t.heading, t.count, strings.Join(t.names, "、"), rest)
}

// fit keeps as many lines as one card holds and says how many it left out.
func fit(items []string) []string {
	size := 0
	for i, item := range items {
		if size += len([]rune(item)); size > listMost {
			return append(items[:i:i], fmt.Sprintf("另有%d类事项未列出,上列事项处理后再列。", len(items)-i))
		}
	}
	return items
}

func titled(r store.CaseRow) string {
	return fmt.Sprintf("%s(%s)", cut(nameMost, r.ProjectName), r.Stage)
}

// backlogItems lists 存量 by level.
func backlogItems(rows []store.CaseRow) (items []string, total int) {
	red, orange := tally{heading: "红灯"}, tally{heading: "橙色"}
	for _, r := range rows {
		switch {
		case !r.Backlog:
		case r.Level == mechanism.Red:
			red.add(titled(r))
		default:
			orange.add(titled(r))
		}
	}
	for _, t := range []tally{red, orange} {
		if line := t.line(); line != "" {
			items = append(items, line)
		}
	}
	return items, red.count + orange.count
}

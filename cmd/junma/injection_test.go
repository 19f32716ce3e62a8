package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// evil is what somebody might write into a name or a report: links, markup, a card variable, the end of a JSON value.
const evil = `[点](http://evil.example)**粗**<font color=red>红</font>${title}"}],"x":[{"`

var (
	escapedSign = regexp.MustCompile(`\\[[:punct:]]`)
	liveMarkup  = regexp.MustCompile(`https?:|\]\(|<font|\*\*粗`)
)

// What people write travels through the whole program and reaches every card as text: no link, no markup, no further
// variable, in project names, reports and file names alike.
func TestNothingWrittenBecomesMarkup(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "")
	w.play(t, []string{"project", "p1"})
	w.projects["p1"]["name"] = "云溪" + evil
	w.play(t,
		[]string{"stage", "p1", "施工许可", "start=2026-02-10", "limit=25日"}, []string{"until", "2026-03-03"},
		[]string{"press", "陈某", "报送情况"}, []string{"say", "陈某", "审批手续"},
		[]string{"say", "陈某", "施工图审查意见还差消防那部分," + evil},
		[]string{"file", "陈某", evil + ".pdf", "%PDF-1.4 x"}, []string{"say", "陈某", "完成"}, []string{"press", "陈某", "属实,确认报送"},
	)
	seen := 0
	for _, route := range []string{"card.create", "card.update", "robot.reply"} {
		for _, e := range w.sandbox.Journal(0, route) {
			var body any
			if err := json.Unmarshal(e.Request, &body); err != nil {
				t.Fatalf("%s: %v", route, err)
			}
			walk(body, "", func(name, text string) {
				if !strings.Contains(text, "evil") {
					return
				}
				seen++
				if live := escapedSign.ReplaceAllString(text, ""); name == "markdown" && liveMarkup.MatchString(live) {
					t.Errorf("%s is live in %s:\n%s", name, route, text)
				}
				if name == "x" {
					t.Errorf("a value of %s was broken out of: %s", route, text)
				}
			})
		}
	}
	if seen < 10 {
		t.Errorf("only %d values hold what was written, so it proves little", seen)
	}
}

// walk visits every text of a JSON value with the name it stands under.
func walk(v any, name string, visit func(name, text string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			walk(inner, key, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, name, visit)
		}
	case string:
		visit(name, v)
		var inner any
		if strings.ContainsAny(v[:min(1, len(v))], "{[") && json.Unmarshal([]byte(v), &inner) == nil {
			walk(inner, name, visit)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

// What one ordinary warning may cost a small tenant, whose month has 5,000 API calls and 3,000 Webhook & Stream events.
const (
	mostCalls  = 12
	mostEvents = 16
)

// One reference warning – four units with one contact each, reported with one picture, closed by 已完成办理 – is
// counted as the platform counts it.
func TestReferenceWarningIsSparing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	roster, err := os.ReadFile("testdata/roster.json")
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(ctx, t.TempDir(), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), "", roster)
	if err != nil {
		t.Fatal(err)
	}
	defer w.stop()
	// 拿地 of an industrial project: 下涯镇 reports, 规资局 disposes, 经信局 leads the sector, 商务局 owns the phase.
	steps := [][]string{
		{"project", "p1"}, {"stage", "p1", "拿地", "start=2026-03-02", "limit=60日"}, {"until", "2026-04-21T10:00:00+08:00"},
		{"press", "陈某", "报送情况"}, {"say", "陈某", "土地要素"}, {"say", "陈某", "指标已落实,等待挂牌出让公告期满"}, {"photo", "陈某"}, {"say", "陈某", "完成"},
		{"press", "陈某", "属实,确认报送"}, {"press", "钱某", "已完成办理"}, {"press", "钱某", "今天"}, {"press", "钱某", "确认办理"},
		{"until", "2026-04-22T18:00:00+08:00"},
	}
	for _, step := range steps {
		act := acts[step[0]]
		if err := act(ctx, w, step[1:]); err != nil {
			t.Fatalf("%v: %v", step, err)
		}
		if err := w.settle(ctx); err != nil {
			t.Fatalf("%v: %v", step, err)
		}
	}
	for _, who := range []string{"陈某", "钱某", "王某", "赵某"} {
		text, err := cardText(w, who)
		if err != nil || !strings.Contains(text, "已销号") {
			t.Errorf("%s does not see that the warning is closed (%v):\n%s", who, err, text)
		}
	}
	calls, events := spent(w.sandbox)
	t.Logf("API calls %d (most %d): %s", calls.total(), mostCalls, calls)
	t.Logf("Webhook & Stream events %d (most %d): %s", events.total(), mostEvents, events)
	if calls.total() > mostCalls || events.total() > mostEvents {
		t.Errorf("a reference warning costs %d API calls and %d events, more than %d and %d", calls.total(), events.total(), mostCalls, mostEvents)
	}
	if total := w.sandbox.Meters(); total.API.Used != calls.total()+calls.taskForce || total.Events.Used != events.total() {
		t.Errorf("the platform's own meters say %+v", total)
	}
}

// tally counts calls by kind; what went to 专班, who gets one list a day for all projects, is apart.
type tally struct {
	byKind    map[string]int
	taskForce int
}

func (c tally) total() int {
	n := 0
	for _, k := range c.byKind {
		n += k
	}
	return n
}

func (c tally) String() string {
	var b strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(c.byKind)) {
		fmt.Fprintf(&b, "%s × %d  ", kind, c.byKind[kind])
	}
	return b.String()
}

// spent tallies the journal of the pretend DingTalk by quota class.
func spent(s *dingtalk.Server) (calls, events tally) {
	calls, events = tally{byKind: map[string]int{}}, tally{byKind: map[string]int{}}
	toTaskForce := func(e dingtalk.Entry) bool { return strings.Contains(string(e.Request), "user-shen") }
	for _, e := range s.Journal(0, "*") {
		switch {
		case !e.Counted:
		case e.Class == "event":
			events.byKind[e.Kind]++
		case toTaskForce(e):
			calls.taskForce++
		default:
			calls.byKind[e.Kind]++
		}
	}
	return calls, events
}

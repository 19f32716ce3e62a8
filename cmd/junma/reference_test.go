package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

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
	w := startWorld(t, "")
	mainScenario(t, w)
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

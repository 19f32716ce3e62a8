package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

// The program is killed with kill -9, as a process of its own, in the middle of one warning's whole story. Each story
// must end as the undisturbed one: everybody with the same cards, each once; the same journal, the same project.
func TestKilledInTheMiddle(t *testing.T) {
	calm := startChild(t)
	calm.play(t, mainSteps...)
	want := calm.outcome(t.Context(), t)

	for _, tt := range []struct{ name, duplicate string }{
		{"每个请求到达平台之前和之后,重复创建被拒绝", "refuse"},
		{"每个请求到达平台之前和之后,重复创建不生效", "ignore"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := startChild(t)
			if err := w.sandbox.SetSwitch(dingtalk.DuplicateCreate, tt.duplicate); err != nil {
				t.Fatal(err)
			}
			kills := w.killAtEveryRequest(t)
			w.play(t, mainSteps...)
			same(t, want, w.outcome(t.Context(), t), repeated)
			checkKills(t, kills())
		})
	}
	t.Run("每次按键和每条消息得到应答之后", func(t *testing.T) {
		w := startChild(t)
		w.playWith(t, map[string]func(*testing.T, []string){
			"press": w.killAtAcknowledgement, "say": w.killAtAcknowledgement, "photo": w.killAtAcknowledgement,
			"stage": w.killAfter,
		})
		same(t, want, w.outcome(t.Context(), t), once)
	})
	t.Run("每条消息记下之后、应答之前", func(t *testing.T) {
		w := startChild(t)
		w.playWith(t, map[string]func(*testing.T, []string){
			"say": w.killBeforeAcknowledgement, "photo": w.killBeforeAcknowledgement,
		})
		same(t, want, w.outcome(t.Context(), t), once)
	})
}

// playWith plays the story, with another way of doing some kinds of acts.
func (w *world) playWith(t *testing.T, other map[string]func(*testing.T, []string)) {
	t.Helper()
	for _, step := range mainSteps {
		if do := other[step[0]]; do != nil {
			do(t, step)
			continue
		}
		w.play(t, step)
	}
}

// startChild makes a world in which junma is a process of its own.
func startChild(t *testing.T) *world {
	t.Helper()
	roster, err := os.ReadFile("testdata/roster.json")
	if err != nil {
		t.Fatal(err)
	}
	p, serve, err := newPlug()
	if err != nil {
		t.Fatal(err)
	}
	w := emptyWorld(t.TempDir(), "")
	w.child = &child{w: w, plug: p}
	w.child.setTime(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC))
	w.sandbox = pretend(w.child.time, "http://"+p.addr)
	serve(w.sandbox.Handler(), w.child.crash)
	t.Cleanup(func() { w.endChild(t) })
	w.populate(roster)
	if _, err := w.config(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.child.begin(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.sandbox.WaitConnections(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.post(ctx, "/api/v1/roster", adminToken, roster, nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// endChild leaves nothing behind; errors in the log of any life fail the test.
func (w *world) endChild(t *testing.T) {
	if w.child.process != nil {
		_ = w.child.process.command.Process.Kill() // dead already, after a test that went well
		<-w.child.process.ended
	}
	_ = w.child.plug.server.Close()
	_ = w.sandbox.Close()
	for _, line := range w.log.takeErrors() {
		t.Errorf("unexpected error in the log: %s", line)
	}
	if t.Failed() {
		t.Logf("log of all lives:\n%s", w.log.text())
	}
}

// killAtEveryRequest pulls the plug when a request arrives for the first time, before it is applied, and when it
// arrives for the second time, after it was applied; then it passes. Each time it must be the same request, byte for
// byte. kills gives how often that was done to each kind.
func (w *world) killAtEveryRequest(t *testing.T) (kills func() map[string]int) {
	arrived, done, bodies := map[string]int{}, map[string]int{}, map[string]string{}
	w.child.plug.pull(func(target, body string) moment {
		request := target + body
		if card := createdCard(target, body); card != "" {
			request = card
			if first, known := bodies[card]; known && first != body {
				t.Errorf("card %s was repeated with other bytes:\n%s\n%s", card, first, body)
			}
			bodies[card] = body
		}
		arrived[request]++
		pulled := []moment{beforeApplied, afterApplied, never}[min(arrived[request], 3)-1]
		if pulled != never {
			path, _, _ := strings.Cut(target, "?")
			done[path]++
		}
		return pulled
	})
	return func() map[string]int {
		w.child.plug.gate.Lock()
		defer w.child.plug.gate.Unlock()
		return done
	}
}

const createCard = "POST /v1.0/card/instances/createAndDeliver"

// createdCard gives the id of the card that a request creates; "" when it creates none.
func createdCard(target, body string) string {
	var card struct{ OutTrackID string }
	if target != createCard || json.Unmarshal([]byte(body), &card) != nil {
		return ""
	}
	return card.OutTrackID
}

// checkKills wants every kind of request to have met both kinds of crash.
func checkKills(t *testing.T, kills map[string]int) {
	t.Helper()
	t.Logf("kills: %v", kills)
	for path, least := range map[string]int{
		createCard: 2 * 4, "PUT /v1.0/card/instances": 2,
		"POST /robot/sendBySession": 2, "POST /v1.0/robot/messageFiles/download": 2, "GET file": 2,
	} {
		if kills[path] < least {
			t.Errorf("%s met %d crashes, want at least %d; all: %v", path, kills[path], least, slices.Sorted(maps.Keys(kills)))
		}
	}
}

// killAtAcknowledgement does what a person does, and kills the program when it has acknowledged that and before anything
// that follows from it has reached the platform.
func (w *world) killAtAcknowledgement(t *testing.T, step []string) {
	t.Helper()
	before, _ := w.pushes()
	restarted := make(chan struct{})
	w.child.plug.pull(func(string, string) moment {
		<-restarted
		return never
	})
	go func() {
		defer close(restarted)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		heard := func() bool { n, _ := w.pushes(); return n > before }
		if err := w.sandbox.Wait(ctx, heard); err != nil {
			t.Errorf("%v was not acknowledged: %v", step, err)
			return
		}
		w.child.crash()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	err := acts[step[0]](ctx, w, step[1:])
	<-restarted
	if err == nil {
		err = w.settle(ctx)
	}
	if err != nil {
		t.Fatalf("%v: %v", step, err)
	}
}

// killAfter does what happens over HTTP, and kills the program when it has answered.
func (w *world) killAfter(t *testing.T, step []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	if err := acts[step[0]](ctx, w, step[1:]); err != nil {
		t.Fatalf("%v: %v", step, err)
	}
	w.child.crash()
	if err := w.settle(ctx); err != nil {
		t.Fatalf("%v: %v", step, err)
	}
}

// killBeforeAcknowledgement lets a message through and loses its acknowledgement, kills the program when it is about to
// answer, and waits until the platform has delivered the message once more.
func (w *world) killBeforeAcknowledgement(t *testing.T, step []string) {
	t.Helper()
	if _, err := w.sandbox.SetFault(dingtalk.Fault{Route: "push.message", Kind: "cut-after", Count: 1}); err != nil {
		t.Fatal(err)
	}
	_, before, _ := w.child.life()
	w.child.expectUnheard()
	requests := 0
	w.child.plug.pull(func(string, string) moment {
		if requests++; requests == 1 {
			return beforeApplied
		}
		return never
	})
	heard, _ := w.pushes()
	w.play(t, step)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	again := func() bool { n, _ := w.pushes(); return n > heard }
	if err := w.sandbox.Wait(ctx, again); err != nil {
		t.Fatalf("%v was not delivered again: %v", step, err)
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if _, life, _ := w.child.life(); life != before+1 {
		t.Errorf("%v: the program was started %d times, want once", step, life-before)
	}
}

// pushes counts the presses and messages that the program has acknowledged, and all.
func (w *world) pushes() (acknowledged, all int) {
	for _, e := range w.sandbox.Journal(0, "push.*") {
		all++
		if e.Status != 0 {
			acknowledged++
		}
	}
	return acknowledged, all
}

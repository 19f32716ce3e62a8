package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScenarios runs every script of testdata/script through the whole program: the service on a database file, the
// official Stream SDK over a WebSocket, the pretend DingTalk, people who press and speak. A script that leaves a line of
// error level in the log fails, unless it says `errors TEXT`.
func TestScenarios(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                commands(),
		Setup: func(env *testscript.Env) error {
			slot := &slot{}
			env.Values[slotKey{}] = slot
			env.Defer(func() {
				w := slot.world
				if w == nil {
					return
				}
				if err := w.stop(); err != nil {
					env.T().Log("stop: ", err)
				}
				if lines := w.log.takeErrors(); len(lines) > 0 {
					env.T().Fatal("unexpected errors in the log:\n" + strings.Join(lines, ""))
				}
			})
			return nil
		},
	})
}

// acts are the things that happen in a world; each is also a script command of that name.
var acts = map[string]func(context.Context, *world, []string) error{
	"restart":    func(ctx context.Context, w *world, _ []string) error { return w.restart(ctx) },
	"until":      func(ctx context.Context, w *world, args []string) error { return w.until(ctx, args[0]) },
	"project":    projectCommand,
	"stage":      stageCommand,
	"light":      lightCommand,
	"post":       func(ctx context.Context, w *world, args []string) error { return w.postRecord(ctx, args[0], "") },
	"press":      pressCommand,
	"pressgroup": pressGroupCommand,
	"pressold":   pressOldCommand,
	"presstwice": pressTwiceCommand,
	"together":   togetherCommand,
	"say":        sayCommand,
	"saygroup":   sayGroupCommand,
	"saycorp":    sayCorpCommand,
	"refused":    refusedCommand,
	"robot":      robotCommand,
	"visible":    visibleCommand,
	"photo":      photoCommand,
	"file":       fileCommand,
	"photogroup": photoGroupCommand,
	"files":      filesCommand,
	"calls":      callsCommand,
	"buttons":    buttonsCommand,
	"cards":      cardsCommand,
	"state":      stateCommand,
	"switch":     func(_ context.Context, w *world, args []string) error { return w.sandbox.SetSwitch(args[0], args[1]) },
	"fault":      faultCommand,
	"stream":     streamCommand,
	"errors":     errorsCommand,
}

// views are what people see; a script command of that name waits until the view shows every text it lists.
var views = map[string]func(w *world, who string) (string, error){
	"card":     cardText,
	"lastcard": lastCardText,
	"answer":   answerText,
	"group":    groupText,
	"received": receivedText,
	"said":     saidText,
}

func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){
		"world": worldCommand, "roster": rosterCommand, "logged": loggedCommand, "show": showCommand,
	}
	for name, act := range acts {
		all[name] = inWorld(act)
	}
	for name, view := range views {
		all[name] = expecting(view)
	}
	return all
}

// worldCommand is `world START [roster.json]`: everything starts at 09:00 of the day START, or at an instant. A file
// config.toml in the script adds to the configuration.
func worldCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: world START")
	}
	start, err := time.Parse("2006-01-02T15:04:05-07:00", args[0]+"T09:00:00+08:00")
	if err != nil {
		start, err = time.Parse(time.RFC3339, args[0])
	}
	ts.Check(err)
	roster, err := os.ReadFile("testdata/roster.json")
	ts.Check(err)
	if len(args) > 1 {
		roster = []byte(ts.ReadFile(args[1]))
	}
	extra := ""
	if _, err := os.Stat(ts.MkAbs("config.toml")); err == nil {
		extra = ts.ReadFile("config.toml")
	}
	w, err := newWorld(context.Background(), ts.MkAbs("."), start, extra, roster)
	ts.Check(err)
	ts.Value(slotKey{}).(*slot).world = w
}

// slot holds the world of one script, once its `world` line has made it.
type slot struct{ world *world }

type slotKey struct{}

func worldOf(ts *testscript.TestScript) *world {
	w := ts.Value(slotKey{}).(*slot).world
	if w == nil {
		ts.Fatalf("the script must begin with `world START`")
	}
	return w
}

// inWorld makes a script command of an act in the world; afterwards everything that can go out has gone out.
func inWorld(act func(context.Context, *world, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
		defer cancel()
		w := worldOf(ts)
		err := act(ctx, w, args)
		if err == nil {
			err = w.settle(ctx)
		}
		if neg && err == nil {
			ts.Fatalf("it worked, and should not have")
		}
		if !neg {
			ts.Check(err)
		}
	}
}

// expecting makes a script command that waits until what show gives contains every further argument. With ! it
// checks, after everything has gone out, that it contains none of them.
func expecting(show func(w *world, who string) (string, error)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		w := worldOf(ts)
		who, wanted := args[0], args[1:]
		seen, showErr := "", error(nil)
		holds := func() bool {
			seen, showErr = show(w, who)
			for _, text := range wanted {
				if strings.Contains(seen, text) == neg {
					return false
				}
			}
			return showErr == nil || neg
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if neg {
			ts.Check(w.settle(ctx))
			if !holds() {
				ts.Fatalf("%s should not show any of %q, but shows:\n%s", who, wanted, seen)
			}
			return
		}
		if err := w.sandbox.Wait(ctx, holds); err != nil {
			ts.Fatalf("%s should show %q, but shows (%v):\n%s", who, wanted, showErr, seen)
		}
	}
}

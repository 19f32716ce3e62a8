package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
)

//go:embed story.txt
var storyText string

// step is one act of the story.
type step struct {
	number int
	verb   string
	args   []string
}

func (s step) String() string {
	return fmt.Sprintf("step %d (%s %s)", s.number, s.verb, strings.Join(s.args, " "))
}

// byPhone reports whether the step reaches the service through the Stream, so that it is acknowledged.
func (s step) byPhone() bool {
	return s.verb == "press" || s.verb == "say" || s.verb == "photo" || s.verb == "file"
}

// record reports whether the step is a record that the service takes in over HTTP.
func (s step) record() bool { return s.verb == "stage" || s.verb == "light" }

// story is what every world lives through: people with phones, the platform's records, the clock.
func story() []step {
	var all []step
	for line := range strings.Lines(storyText) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		all = append(all, step{len(all) + 1, words[0], words[1:]})
	}
	return all
}

// live does the steps one after the other; after each, everything that can go out has gone out. other, when it is not nil,
// does a step in another way, by calling act.
func (w *world) live(ctx context.Context, other around) error {
	for _, s := range story() {
		act := func(ctx context.Context) error { return acts[s.verb](ctx, w, s.args) }
		if err := w.liveStep(ctx, s, act, other); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (w *world) liveStep(ctx context.Context, s step, act func(context.Context) error, other around) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var err error
	if other == nil {
		err = act(ctx)
	} else {
		err = other(ctx, s, act)
	}
	if err != nil {
		return err
	}
	return w.settle(ctx)
}

package main

import (
	"context"
	"fmt"

	"junma/sandbox/dingtalk"
)

// calm is the undisturbed story, and what it shows about where a disturbed one can be killed.
type calm struct {
	outcome  *outcome
	requests []place
	steps    []lived
	dir      string // with the database that it left
}

// lived is a step as it went undisturbed.
type lived struct {
	step
	requests int   // that went out because of it
	written  int64 // bytes that the service wrote
}

func (s *siege) calm(ctx context.Context) (*calm, error) {
	w, err := newWorld(s.program, s.folder())
	if err != nil {
		return nil, err
	}
	defer w.end()
	if err := w.start(ctx); err != nil {
		return nil, err
	}
	c := &calm{dir: w.dir}
	names, known, requests := newRequestNames(), map[place]bool{}, 0
	w.plug.pull(func(target, body string) (moment, string) {
		requests++
		kind, name, _ := names.of(target, body)
		c.note(known, kind, name)
		return never, ""
	})
	count := func() int {
		w.plug.gate.Lock()
		defer w.plug.gate.Unlock()
		return requests
	}
	err = w.live(ctx, func(ctx context.Context, st step, act func(context.Context) error) error {
		before, written := count(), w.process.written()
		err := act(ctx)
		if err == nil {
			err = w.settle(ctx)
		}
		c.steps = append(c.steps, lived{st, count() - before, w.process.written() - written})
		return err
	})
	if err != nil {
		return nil, err
	}
	if c.outcome, err = w.outcome(ctx); err != nil {
		return nil, err
	}
	if len(c.outcome.faults) > 0 {
		return nil, fmt.Errorf("what holds undisturbed: %q", c.outcome.faults)
	}
	return c, nil
}

// note keeps the places of a request that has not been seen before. The second half of a card's creation is made only
// after a crash between the halves, when the platform refuses to create the card again.
func (c *calm) note(known map[place]bool, kind, name string) {
	both := twice(kind, name)
	all := both[:]
	if kind == cardCreate {
		halves := twice(cardDeliver, name)
		all = append(all, halves[:]...)
	}
	for _, p := range all {
		if !known[p] {
			known[p] = true
			c.requests = append(c.requests, p)
		}
	}
}

// besiege lives the story in a world that prepare has troubled, and compares what is left; see differences.
func (s *siege) besiege(ctx context.Context, dir string, c *calm, repeated, lost bool, duplicate string,
	prepare func(w *world) around,
) (found, error) {
	w, err := newWorld(s.program, dir)
	if err != nil {
		return found{}, err
	}
	defer w.end()
	if err := w.sandbox.SetSwitch(dingtalk.DuplicateCreate, duplicate); err != nil {
		return found{}, err
	}
	if err := w.start(ctx); err != nil {
		return found{}, err
	}
	err = w.live(ctx, prepare(w))
	f := found{killed: w.counts()}
	if err != nil {
		return f, fmt.Errorf("%w\nthe log:\n%s", err, w.log.text())
	}
	o, err := w.outcome(ctx)
	if err != nil {
		return f, err
	}
	f.findings = o.differences(c.outcome, repeated, lost)
	return f, nil
}

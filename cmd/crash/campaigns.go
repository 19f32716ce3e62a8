package main

import (
	"context"
	"errors"
	"fmt"

	"junma/sandbox/dingtalk"
)

// campaigns are all ways to kill. What the vendor's documents leave open, whether a card is made a second time, goes
// both ways by turns.
func (s *siege) campaigns(c *calm, cycle int) []campaign {
	duplicate := []string{"refuse", "ignore"}[cycle%2]
	return append([]campaign{
		{"requests", c.requests, func(ctx context.Context, dir string, chosen map[place]bool) (found, error) {
			return s.atRequests(ctx, dir, c, duplicate, chosen)
		}},
		s.phoneCampaign("acknowledged", false, c, duplicate, func(l lived) string {
			switch {
			case l.record():
				return "record answered"
			case l.byPhone():
				return l.verb + " acknowledged"
			default:
				return ""
			}
		}, killAtAcknowledgement),
		s.phoneCampaign("acknowledgement lost", true, c, duplicate, func(l lived) string {
			if l.byPhone() && l.requests > 0 {
				return l.verb + " committed, not acknowledged"
			}
			return ""
		}, killBeforeAcknowledgement),
		s.meanwhile(c, duplicate),
	}, s.commandCampaigns(c)...)
}

func (s *siege) atRequests(ctx context.Context, dir string, c *calm, duplicate string, chosen map[place]bool) (found, error) {
	p := newPuller(chosen)
	f, err := s.besiege(ctx, dir, c, true, false, duplicate, func(w *world) around {
		w.plug.pull(func(target, body string) (moment, string) {
			m, kind := p.plan(target, body)
			if m != never {
				_ = w.heard(ctx) // a person who waits in vain for an acknowledgement is another campaign's
			}
			return m, kind
		})
		return nil
	})
	f.findings = append(f.findings, p.faults...)
	return f, err
}

// phoneCampaign kills at chosen steps of the story. kind names a step's place, "" has none.
func (s *siege) phoneCampaign(name string, lost bool, c *calm, duplicate string, kind func(lived) string, do killing) campaign {
	var places []place
	at := map[int]place{}
	for _, l := range c.steps {
		if k := kind(l); k != "" {
			at[l.number] = place{k, l.String()}
			places = append(places, at[l.number])
		}
	}
	return campaign{name, places, func(ctx context.Context, dir string, chosen map[place]bool) (found, error) {
		return s.besiege(ctx, dir, c, false, lost, duplicate, func(w *world) around {
			return func(ctx context.Context, st step, act func(context.Context) error) error {
				if p := at[st.number]; chosen[p] {
					return do(ctx, w, p.kind, st, act)
				}
				return act(ctx)
			}
		})
	}}
}

// around does a step of the story in another way, by calling act.
type around func(ctx context.Context, s step, act func(context.Context) error) error

// killing does a step and kills the service at a certain moment of it.
type killing func(ctx context.Context, w *world, kind string, s step, act func(context.Context) error) error

// killAtAcknowledgement does what a person does, and kills the service when it has acknowledged that and before anything
// that follows from it has reached the platform.
func killAtAcknowledgement(ctx context.Context, w *world, kind string, s step, act func(context.Context) error) error {
	defer w.plug.pull(spare)
	if s.record() {
		err := act(ctx)
		w.crash(kind)
		return err
	}
	before, _ := w.pushes()
	restarted := make(chan error, 1)
	done := make(chan struct{})
	w.plug.pull(func(string, string) (moment, string) {
		<-done
		return never, ""
	})
	go func() {
		defer close(done)
		err := w.sandbox.Wait(ctx, func() bool { n, _ := w.pushes(); return n > before })
		if err == nil {
			w.crash(kind)
		}
		restarted <- err
	}()
	err := act(ctx)
	return errors.Join(err, <-restarted)
}

// killBeforeAcknowledgement lets a press or a message through and loses its acknowledgement, kills the service when the
// first thing follows from it, and waits until the platform has delivered it once more.
func killBeforeAcknowledgement(ctx context.Context, w *world, kind string, s step, act func(context.Context) error) error {
	defer w.plug.pull(spare)
	route := "push.message"
	if s.verb == "press" {
		route = "push.card"
	}
	if err := w.sandbox.SetSwitch(dingtalk.CardRedelivery, "same"); err != nil {
		return err
	}
	if _, err := w.sandbox.SetFault(dingtalk.Fault{Route: route, Kind: dingtalk.FaultCutAfter, Count: 1}); err != nil {
		return err
	}
	requests := 0
	w.plug.pull(func(string, string) (moment, string) {
		if requests++; requests == 1 {
			return beforeApplied, kind
		}
		return never, ""
	})
	before, _ := w.pushes()
	err := act(ctx)
	if err != nil && !errors.Is(err, errNoAnswer) {
		return err
	}
	if waited := w.sandbox.Wait(ctx, func() bool { n, _ := w.pushes(); return n > before }); waited != nil {
		return fmt.Errorf("it was not delivered again: %w", waited)
	}
	if err == nil {
		return nil
	}
	if err := w.settle(ctx); err != nil {
		return err
	}
	// Whoever has read that the press failed presses again, unless the button has gone meanwhile.
	if err := act(ctx); err != nil && !errors.Is(err, errNoButton) {
		return err
	}
	return nil
}

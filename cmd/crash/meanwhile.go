package main

import (
	"context"
	"fmt"
)

// meanwhile kills while the service takes something in or moves its clock: when it has written so much of what it wrote
// undisturbed.
func (s *siege) meanwhile(c *calm, duplicate string) campaign {
	type cut struct {
		place   place
		written int64
	}
	var places []place
	cuts := map[int][]cut{}
	for _, l := range c.steps {
		kind := map[string]string{"stage": "record", "light": "record", "until": "clock move"}[l.verb]
		if kind == "" {
			continue
		}
		for _, percent := range fractions {
			p := place{kind + ", under way", fmt.Sprintf("%s at %d%%", l, percent)}
			places = append(places, p)
			cuts[l.number] = append(cuts[l.number], cut{p, part(l.written, percent)})
		}
	}
	return campaign{"meanwhile", places, func(ctx context.Context, dir string, chosen map[place]bool) (found, error) {
		return s.besiege(ctx, dir, c, true, false, duplicate, func(w *world) around {
			return func(ctx context.Context, st step, act func(context.Context) error) error {
				for _, cut := range cuts[st.number] {
					if chosen[cut.place] {
						return killWhen(ctx, w, cut.place.kind, cut.written, act)
					}
				}
				return act(ctx)
			}
		})
	}}
}

// killWhen does a step and kills the service when it has written so much meanwhile; act goes on with the next process.
func killWhen(ctx context.Context, w *world, kind string, much int64, act func(context.Context) error) error {
	much += w.process.written()
	done, watched := make(chan struct{}), make(chan struct{})
	go func(p *process) {
		defer close(watched)
		if p.whenWritten(much, done) {
			w.crash(kind)
		}
	}(w.process)
	err := act(ctx)
	close(done)
	<-watched
	return err
}

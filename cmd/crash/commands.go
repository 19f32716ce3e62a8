package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// trial is a piece of an operator's work that is killed on its way, in a world of its own.
type trial struct {
	kind string
	// begin makes the world ready and begins the work. It gives the process that is killed, and what is closed when the
	// work is at its end.
	begin func(ctx context.Context, w *world) (victim *process, done <-chan struct{}, err error)
	// finish does what an operator does after such a crash, and says what there is then. It must be what an undisturbed
	// trial leaves.
	finish func(ctx context.Context, w *world) (left string, err error)
}

// commandCampaigns kill what an operator does.
func (s *siege) commandCampaigns(c *calm) []campaign {
	var all []campaign
	for _, t := range []trial{importAlone(), importThrough(false), importThrough(true), backup(c.dir), firstStart()} {
		var places []place
		for _, percent := range fractions {
			places = append(places, place{t.kind, strconv.Itoa(percent)})
		}
		all = append(all, campaign{t.kind, places, func(ctx context.Context, dir string, chosen map[place]bool) (found, error) {
			return s.attempt(ctx, dir, t, places, chosen)
		}})
	}
	return all
}

// attempt does a trial undisturbed, and then once for each chosen place, where it is killed when it has written so much of
// what it wrote undisturbed.
func (s *siege) attempt(ctx context.Context, dir string, t trial, places []place, chosen map[place]bool) (found, error) {
	f := found{killed: map[string]int{}}
	want, whole, _, err := s.try(ctx, dir+"-0", t, 0)
	if err != nil {
		return f, fmt.Errorf("undisturbed: %w", err)
	}
	for _, p := range slices.DeleteFunc(slices.Clone(places), func(p place) bool { return !chosen[p] }) {
		percent, err := strconv.Atoi(p.id)
		if err != nil {
			return f, err
		}
		left, _, killed, err := s.try(ctx, dir+"-"+p.id, t, max(1, part(whole, percent)))
		if killed {
			f.killed[t.kind]++
		}
		switch {
		case err != nil:
			f.findings = append(f.findings, fmt.Sprintf("at %d%%: %v", percent, err))
		case left != want:
			f.findings = append(f.findings, fmt.Sprintf("at %d%% there is:\n%s\ninstead of:\n%s", percent, left, want))
		}
	}
	return f, nil
}

// try does a trial in a new world. The victim is killed when it has written so much; with 0 the work comes to its end, and
// whole is then how much that was.
func (s *siege) try(ctx context.Context, dir string, t trial, much int64) (left string, whole int64, killed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	w, err := newWorld(s.program, dir)
	if err != nil {
		return "", 0, false, err
	}
	defer w.end()
	victim, done, err := t.begin(ctx, w)
	if err != nil {
		return "", 0, false, err
	}
	before := victim.written()
	if much == 0 {
		whole = victim.writtenUntil(done) - before
	} else if killed = victim.whenWritten(before+much, done); killed {
		victim.kill()
	}
	<-done
	if left, err = t.finish(ctx, w); err != nil {
		err = fmt.Errorf("%w\nthe log:\n%s", err, w.log.text())
	}
	return left, whole, killed, err
}

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// place is where the service can be killed once. Its name is the same in every run.
type place struct {
	kind string // what is counted in the table
	id   string // which one of its kind
}

// campaign is one way to kill.
type campaign struct {
	name   string
	places []place
	attack attack
}

// attack kills at the chosen places. What it returns as an error is a finding too: a story that does not come to its end.
type attack func(ctx context.Context, dir string, chosen map[place]bool) (found, error)

// found is what came of an attack.
type found struct {
	killed   map[string]int // by kind of place
	findings []string
}

// siege is one run of this program.
type siege struct {
	program string
	dir     string
	seed    uint64
	say     func(line string) // hears how far it is

	folders int
}

// folder gives a new place for a world.
func (s *siege) folder() string {
	s.folders++
	return filepath.Join(s.dir, fmt.Sprintf("world-%03d", s.folders))
}

// idle is after how many cycles without one kill the siege gives up.
const idle = 3

// run kills about as often as it is told, at least once in every campaign; with 0 at every place once.
func (s *siege) run(ctx context.Context, kills int) (*report, error) {
	r := &report{}
	c, err := s.calm(ctx)
	if err != nil {
		return r, fmt.Errorf("the undisturbed story does not come to its end: %w", err)
	}
	for cycle, without := 0, 0; without < idle; cycle++ {
		before := r.kills()
		if err := s.cycle(ctx, r, c, cycle, kills-before); err != nil {
			return r, err
		}
		if kills == 0 || r.kills() >= kills {
			return r, nil
		}
		if without++; r.kills() > before {
			without = 0
		}
	}
	return r, errors.New("no place is reached any more")
}

// cycle runs every campaign once.
func (s *siege) cycle(ctx context.Context, r *report, c *calm, cycle, want int) error {
	campaigns := s.campaigns(c, cycle)
	total := 0
	for _, one := range campaigns {
		total += len(one.places)
	}
	share := 1.0
	if want > 0 {
		share = min(1, float64(want)/float64(total))
	}
	for _, one := range campaigns {
		chosen := s.choose(one.places, share, cycle)
		f, err := one.attack(ctx, s.folder(), chosen)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			f.findings = append(f.findings, err.Error())
		}
		r.add(one.name, cycle, f)
		s.say(fmt.Sprintf("%s: %d of %d places chosen, %d kills in all, %d findings", one.name, len(chosen), len(one.places), r.kills(), len(r.findings)))
	}
	return nil
}

// choose takes a share of the places, at least one; which ones the seed says.
func (s *siege) choose(places []place, share float64, cycle int) map[place]bool {
	rank := func(p place) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s\n%s", s.seed, cycle, p.kind, p.id))
		return string(sum[:])
	}
	order := slices.SortedFunc(slices.Values(places), func(a, b place) int { return strings.Compare(rank(a), rank(b)) })
	n := max(1, int(math.Round(share*float64(len(order)))))
	chosen := map[place]bool{}
	for _, p := range order[:min(n, len(order))] {
		chosen[p] = true
	}
	return chosen
}

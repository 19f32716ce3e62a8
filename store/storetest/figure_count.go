package storetest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

// figuresCount saves projects over and over with cases that change at random, and counts them one by one.
func figuresCount(t *testing.T, h *house) {
	random := rand.New(rand.NewPCG(1, 2))
	fired := mechanism.NewDate(2026, 3, 2)
	all := map[string]*mechanism.Project{}
	for round := range 60 {
		id := "JD-" + number(random.IntN(12))
		p := all[id]
		if p == nil {
			p = project(id, "项目", warning(1, mechanism.Red, fired))
			all[id] = p
		}
		p.Town = pick(random, "下涯镇", "大同镇")
		if len(p.Cases) < 5 {
			p.Cases = append(p.Cases, warning(len(p.Cases)+1, mechanism.Red, fired+mechanism.Date(random.IntN(20))))
		}
		for i := range p.Cases {
			change(random, &p.Cases[i])
		}
		h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
		if round%10 == 9 {
			for range 20 {
				h.expectCount(scopeOf(random, fired), all)
			}
		}
	}
}

func pick[T any](random *rand.Rand, from ...T) T { return from[random.IntN(len(from))] }

func change(random *rand.Rand, c *mechanism.Case) {
	c.Level = pick(random, mechanism.Red, mechanism.Orange)
	c.State = pick(random, mechanism.Untreated, mechanism.InHand, mechanism.Overdue, mechanism.Closed, mechanism.Superseded)
	c.Waiting = pick(random, mechanism.WaitRead, mechanism.WaitDepartment)
	c.AnswerBy = pick(random, 0, c.FiredOn, c.FiredOn)
	c.Stage = pick(random, mechanism.ConstructionPermit, mechanism.Scouting)
	c.Backlog = random.IntN(8) == 0
	c.RedNo, c.Tier, c.Push = random.IntN(5), random.IntN(4), random.IntN(4)
	c.Parties.Responsible.Unit = pick(random, "下涯镇", "大同镇")
	c.Parties.Department.Unit = pick(random, "市住建局", "市住建局", "市统计局")
	c.Parties.Phase.Unit = pick(random, "市发改局", "下涯镇")
	if c.ClosedOn = 0; !c.State.Open() {
		c.ClosedOn = c.FiredOn + mechanism.Date(random.IntN(20))
	}
	if len(c.Disposals) == 0 && random.IntN(3) == 0 {
		c.Disposals = []mechanism.Disposal{{At: (c.FiredOn + mechanism.Date(random.IntN(20))).At(10, 0)}}
	}
}

func scopeOf(random *rand.Rand, fired mechanism.Date) store.Scope {
	s := store.Scope{
		All: random.IntN(2) == 0, Rights: pick(random, nil, []string{"大同镇"}, []string{"市发改局", "下涯镇"}),
		Level: pick(random, "", mechanism.Red), State: pick(random, "", "", mechanism.Untreated),
		Departments: pick(random, nil, nil, []string{"市住建局"}), Town: pick(random, "", "", "大同镇"),
		Unit: pick(random, "", "", "下涯镇"), Stages: pick(random, nil, []mechanism.Stage{mechanism.Scouting}),
		RedNo: pick(random, 0, 0, 1, 3), Tier: pick(random, 0, 0, 2), Push: pick(random, 0, 0, 2),
	}
	switch random.IntN(4) {
	case 0:
		s.FiredFrom, s.FiredTo = fired+5, fired+12
	case 1:
		s.EndedFrom, s.EndedTo = fired+5, fired+15
	case 2:
		s.DisposedFrom, s.DisposedTo = fired+5, fired+15
	}
	return s
}

// expectCount counts by hand what a scope chooses.
func (h *house) expectCount(s store.Scope, all map[string]*mechanism.Project) {
	h.t.Helper()
	towns, turns, lights, total := map[string]int{}, map[string]int{}, map[string]int{}, 0
	for _, p := range all {
		for i := range p.Cases {
			c := &p.Cases[i]
			if !chosen(s, p, c) {
				continue
			}
			turn := ""
			if !c.AnswerBy.IsZero() {
				turn = c.Parties.Unit(c.Turn())
			}
			total++
			towns[p.Town]++
			turns[turn]++
			lights[string(c.Level)+" "+string(c.State)]++
		}
	}
	h.read(func(v *store.View) error {
		for _, split := range []struct {
			by   store.Column
			want map[string]int
		}{{store.ByTown, towns}} {
			shares, err := v.Figures(s, split.by)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(split.want, named(shares)); diff != "" {
				h.t.Errorf("%+v by %v (-counted +figures):\n%s", s, split.by, diff)
			}
		}
		if s.FiredFrom.IsZero() && s.EndedFrom.IsZero() && s.DisposedFrom.IsZero() {
			shares, err := v.Turns(s)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(turns, named(shares)); diff != "" {
				h.t.Errorf("%+v (-counted +turns):\n%s", s, diff)
			}
		}
		counted, err := v.Lights(s)
		if err != nil {
			return err
		}
		got := map[string]int{}
		for _, light := range counted {
			got[string(light.Level)+" "+string(light.State)] = light.N
		}
		if diff := cmp.Diff(lights, got); diff != "" {
			h.t.Errorf("%+v (-counted +lights):\n%s", s, diff)
		}
		n, err := v.Count(s)
		rows, err2 := v.Listed(s, 0, 1000)
		if n != total || len(rows) != total {
			h.t.Errorf("%+v: counted %d, listed %d, are %d", s, n, len(rows), total)
		}
		if err != nil {
			return err
		}
		return err2
	})
}

func named(shares []store.Share) map[string]int {
	n := map[string]int{}
	for _, share := range shares {
		n[share.Name] = share.N
	}
	return n
}

func chosen(s store.Scope, p *mechanism.Project, c *mechanism.Case) bool {
	held := []string{c.Parties.Responsible.Unit, c.Parties.Department.Unit, c.Parties.Lead.Unit, c.Parties.Phase.Unit}
	seen := held
	if c.Stage == mechanism.Scouting {
		seen = held[:3]
	}
	within := func(d, from, to mechanism.Date) bool { return d >= from && d <= to }
	timely := c.State.Open()
	switch {
	case !s.FiredFrom.IsZero():
		timely = within(c.FiredOn, s.FiredFrom, s.FiredTo)
	case !s.DisposedFrom.IsZero():
		timely = len(c.Disposals) > 0 && within(mechanism.DateOf(c.Disposals[0].At), s.DisposedFrom, s.DisposedTo)
	case !s.EndedFrom.IsZero():
		timely = c.State == mechanism.Closed && within(c.ClosedOn, s.EndedFrom, s.EndedTo)
	}
	meet := func(of, among []string) bool {
		return slices.ContainsFunc(of, func(u string) bool { return slices.Contains(among, u) })
	}
	return timely && !c.Backlog && (s.All || meet(seen, s.Rights)) && (s.Unit == "" || slices.Contains(held, s.Unit)) &&
		(s.Departments == nil || slices.Contains(s.Departments, c.Parties.Department.Unit)) &&
		(s.Level == "" || s.Level == c.Level) && (s.State == "" || s.State == c.State) && (s.Town == "" || s.Town == p.Town) &&
		(s.Stages == nil || slices.Contains(s.Stages, c.Stage)) &&
		(s.RedNo == 0 || s.RedNo == c.RedNo || s.RedNo == 3 && c.RedNo > 3) && (s.Tier == 0 || s.Tier == c.Tier) &&
		(s.Push == 0 || s.Push == c.Push)
}

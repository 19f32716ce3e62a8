package mechanism

import (
	"cmp"
	"slices"
)

// setClockHint keeps at most one hint of the local clock per stage; why "" removes it.
func (t *turn) setClockHint(s Stage, level Level, why HintWhy) {
	for _, other := range []HintWhy{HintUnconfirmed, HintInferred, HintNotOnPlatform} {
		if other != why {
			t.dropHint(s, other)
		}
	}
	if why != "" {
		t.addHint(Hint{Stage: s, Level: level, Why: why, On: t.day})
	}
}

// compareSize notes a running stage whose limit is not what the project's present investment would give (C-17).
func (t *turn) compareSize(s Stage, running bool) {
	if st := t.p.stage(s); running && st != nil && st.Limit.IsZero() {
		then, _ := t.b.limitOf(t.p, s)
		if now, _ := t.b.limitAt(t.p, s, t.p.InvestmentWan); now.limit != then.limit {
			t.addHint(Hint{Stage: s, Why: HintSized, On: t.day})
			return
		}
	}
	t.dropHint(s, HintSized)
}

// addHint notes a hint, or its present level and reference; the day it was first seen stays, also when a record drops
// and finds it again.
func (t *turn) addHint(h Hint) {
	same := func(o Hint) bool { return o.Stage == h.Stage && o.Why == h.Why }
	for _, known := range [][]Hint{t.hints, t.p.Hints} {
		if i := slices.IndexFunc(known, same); i >= 0 {
			h.On = known[i].On
			break
		}
	}
	t.dropHint(h.Stage, h.Why)
	t.p.Hints = append(t.p.Hints, h)
}

// sortHints keeps the list in the notice's order, whichever way it came about.
func (t *turn) sortHints() {
	slices.SortFunc(t.p.Hints, func(a, b Hint) int {
		return cmp.Or(cmp.Compare(slices.Index(Stages, a.Stage), slices.Index(Stages, b.Stage)), cmp.Compare(a.Why, b.Why))
	})
	if len(t.p.Hints) == 0 {
		t.p.Hints = nil // as JSON gives it back
	}
}

func (t *turn) hinted(s Stage, why HintWhy) bool {
	return slices.ContainsFunc(t.p.Hints, func(h Hint) bool { return h.Stage == s && h.Why == why })
}

func (t *turn) dropHint(s Stage, why HintWhy) {
	t.p.Hints = slices.DeleteFunc(t.p.Hints, func(h Hint) bool { return h.Stage == s && h.Why == why })
}

package mechanism

import (
	"cmp"
	"slices"
)

// Hint is something 专班 should look at that alarms nobody: it has no case, is never pushed and never counts.
type Hint struct {
	Stage Stage   `json:"stage"`
	Level Level   `json:"level,omitempty"`
	Why   HintWhy `json:"why"`
	On    Date    `json:"on"` // first seen
	Ref   string  `json:"ref,omitempty"`
}

// HintWhy says why a Hint is only a hint; shown as it is.
type HintWhy string

// Lights that alarm nobody (contract, C-11, A-29), and where the platform and junma disagree.
const (
	HintUnconfirmed   HintWhy = "时限未核定"
	HintInferred      HintWhy = "起算为推定,待核实"
	HintNotOnPlatform HintWhy = "本地红灯,平台未显示"
	HintGone          HintWhy = "平台已不显示"
	HintStillLit      HintWhy = "本地已办结或不适用,平台仍亮灯"
	HintYellowRead    HintWhy = "平台黄灯已销号,本地橙色预警未办结"
	HintNoDoneDate    HintWhy = "平台已销号,本地缺完成日期"
	HintDoneOnlyHere  HintWhy = "本地已办结,平台记录缺完成日期"
	HintSized         HintWhy = "投资额已变更,时限仍按起算时的档次" // C-17
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

package mechanism

import "fmt"

type stageRule struct {
	phase Phase
	after Stage // the stage whose completion starts the clock
}

type limitRule struct {
	sector    Sector
	size      sizeRange
	limit     Limit // zero: 无, the stage has no limit
	yellow    Limit
	confirmed bool
	basis     string
}

type appliesRule struct {
	row  AppliesRow
	size sizeRange
}

// sizeRange is a bracket of investment in 万元; the zero value holds every project.
type sizeRange struct {
	named    bool
	min, max int64
}

// holds reports whether an investment falls in the range. An unknown investment (0) falls only in "all".
func (r sizeRange) holds(wan int64) bool {
	return !r.named || wan > 0 && wan >= r.min && (r.max == 0 || wan < r.max)
}

// Applies reports whether a stage applies to a project, and if not, why, in plain Chinese with its basis. What the
// record says wins over the book.
func (b *Book) Applies(p *Project, s Stage) (ok bool, why string) {
	if state := p.stage(s); state != nil && state.NotApply != "" {
		return false, state.NotApply
	}
	best, rank := -1, -1
	for i, rule := range b.applies {
		row := rule.row
		if row.Stage != s || row.Category != "" && row.Category != p.Category || !rule.size.holds(p.InvestmentWan) {
			continue
		}
		if r := keyRank(row.Category != "", rule.size.named); r > rank {
			best, rank = i, r
		}
	}
	if best < 0 || b.applies[best].row.Applies {
		return true, ""
	}
	row := b.applies[best].row
	return false, fmt.Sprintf("%s(%s)", row.Why, row.Basis)
}

// keyRank orders rows of one stage: naming the sector or category outranks naming the size, which outranks naming neither.
func keyRank(kind, size bool) int {
	rank := 0
	if kind {
		rank += 2
	}
	if size {
		rank++
	}
	return rank
}

// Clock gives the clock of a stage of a project. It gives false when no clock runs: the stage does not apply, it has
// neither a recorded start nor a finished stage to hang on, it has no limit (无, or an unknown investment where the
// limit depends on the size), the category is unknown, or the project has been withdrawn with the stage unfinished.
// A finished stage has a clock, so that its light can be shown as 办结 or 逾期完成.
func (b *Book) Clock(p *Project, s Stage) (Clock, bool) {
	if ok, _ := b.Applies(p, s); !ok {
		return Clock{}, false
	}
	var c Clock
	c.Start, c.Inferred = b.start(p, s)
	state := p.stage(s)
	if state != nil {
		c.Done = state.Done
	}
	if c.Start.IsZero() || !p.ExitedOn.IsZero() && c.Done.IsZero() {
		return Clock{}, false
	}
	rule, known := b.limitOf(p, s)
	switch {
	case state != nil && !state.Limit.IsZero():
		c.Limit, c.Confirmed, c.Basis = state.Limit, true, "项目记录所载时限"
	case known && !rule.limit.IsZero():
		c.Limit, c.Confirmed, c.Basis = rule.limit, rule.confirmed || b.spec.Limits.AcceptSamples, rule.basis
	default:
		return Clock{}, false
	}
	if known && !rule.yellow.IsZero() {
		c.Yellow, _ = b.after(c.Start, rule.yellow)
	}
	return c, true
}

// start gives the recorded start, or else the completion of the nearest applicable stage it hangs on, marked 推定 (C-11).
// A stage in between that its department took off the clock (T7) lets it start no earlier than that day: until then
// everybody waited for the stage, and a clock that began years ago would be red at once.
func (b *Book) start(p *Project, s Stage) (start Date, inferred bool) {
	if state := p.stage(s); state != nil && !state.Start.IsZero() {
		return state.Start, state.Inferred
	}
	var skipped Date
	for before := b.stages[s].after; before != ""; before = b.stages[before].after {
		state := p.stage(before)
		if ok, _ := b.Applies(p, before); !ok {
			if state != nil {
				skipped = max(skipped, state.NotApplyOn)
			}
			continue
		}
		if state != nil && !state.Done.IsZero() {
			return max(state.Done, skipped), true
		}
		return 0, state != nil
	}
	return 0, false
}

// limitOf gives the row that answers for a stage of a project; false when none does. The investment is that of the day on
// which the start became known: a later change leaves the limit until the record states another one (C-17).
func (b *Book) limitOf(p *Project, s Stage) (limitRule, bool) {
	if st := p.stage(s); st != nil && st.Sized != 0 {
		return b.limitAt(p, s, st.Sized)
	}
	return b.limitAt(p, s, p.InvestmentWan)
}

func (b *Book) limitAt(p *Project, s Stage, wan int64) (limitRule, bool) {
	sector, ok := sectorOf(p)
	if !ok {
		return limitRule{}, false
	}
	best, rank := limitRule{}, -1
	for _, rule := range b.limits[s] {
		if rule.sector != "" && rule.sector != sector || !rule.size.holds(wan) {
			continue
		}
		if r := keyRank(rule.sector != "", rule.size.named); r > rank {
			best, rank = rule, r
		}
	}
	return best, rank >= 0
}

// stage gives the state of a stage, or nil when nothing is known of it.
func (p *Project) stage(s Stage) *StageState {
	for i := range p.Stages {
		if p.Stages[i].Stage == s {
			return &p.Stages[i]
		}
	}
	return nil
}

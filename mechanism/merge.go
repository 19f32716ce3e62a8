package mechanism

import (
	"fmt"
	"slices"
)

// Blank gives the spec with its tables but without any rows, for a person's file to be decoded over: a key the file
// leaves out keeps its value. Merge then brings the rows together.
func (s Spec) Blank() Spec {
	blank := Spec{Limits: s.Limits, Orange: s.Orange, Push: s.Push, Response: s.Response, Tier: s.Tier, Source: s.Source}
	blank.Tier.ByCount = slices.Clone(s.Tier.ByCount)
	blank.Tier.HoldMinutes = slices.Clone(s.Tier.HoldMinutes)
	return blank
}

// Merge gives the tables of over, a spec decoded over base.Blank(), with the rows of base overridden: rows of stage,
// size, limit, applies, duty and calendar one by one where their key columns are equal, others added after them; the
// lists copy, chain, option, cause and reason as a whole where over has any. Neither argument is changed.
func Merge(base, over Spec) Spec {
	merged := over.Blank()
	merged.Stages = mergeRows(base.Stages, over.Stages, func(r StageRow) string { return string(r.Name) })
	merged.Sizes = mergeRows(base.Sizes, over.Sizes, func(r SizeRow) string { return r.Name })
	merged.Limit = mergeRows(base.Limit, over.Limit, func(r LimitRow) string {
		return rowPath("", string(r.Stage), string(r.Sector), r.Size)
	})
	merged.Applies = mergeRows(base.Applies, over.Applies, func(r AppliesRow) string {
		return rowPath("", string(r.Stage), string(r.Category), r.Size)
	})
	merged.Duties = mergeRows(base.Duties, over.Duties, dutyPath)
	merged.Calendars = mergeRows(base.Calendars, over.Calendars, func(r CalendarRow) string { return fmt.Sprint(r.Year) })
	merged.Copies = replaceRows(base.Copies, over.Copies)
	merged.Chains = replaceRows(base.Chains, over.Chains)
	merged.Options = replaceRows(base.Options, over.Options)
	merged.Causes = replaceRows(base.Causes, over.Causes)
	merged.Reasons = replaceRows(base.Reasons, over.Reasons)
	return merged
}

// mergeRows lets a row of over stand in the place of base's row with its key, which only the first may take: a key that
// over has twice stays twice, for Compile to report.
func mergeRows[R any](base, over []R, key func(R) string) []R {
	rows, taken := slices.Clone(base), map[string]bool{}
	for _, row := range over {
		k := key(row)
		i := slices.IndexFunc(base, func(r R) bool { return key(r) == k })
		if i >= 0 && !taken[k] {
			rows[i] = row
		} else {
			rows = append(rows, row)
		}
		taken[k] = true
	}
	return rows
}

func replaceRows[R any](base, over []R) []R {
	if len(over) > 0 {
		return slices.Clone(over)
	}
	return slices.Clone(base)
}

package mechanism

import (
	"slices"
	"time"
)

// Book is a checked rule book. It never changes, and is safe for use by many goroutines.
type Book struct {
	spec      Spec
	hash      string
	stages    map[Stage]stageRule
	limits    map[Stage][]limitRule
	applies   []appliesRule
	round     rounding
	calendar  calendar
	successor map[Stage][]Stage
}

// Hash identifies the book: SHA-256 of its contents in lower-case hex. Equal books have equal hashes.
func (b *Book) Hash() string { return b.hash }

// Spec gives the contents the book was compiled from. It must not be changed.
func (b *Book) Spec() Spec { return b.spec }

// Phase gives the phase a stage belongs to (B.4, A-05).
func (b *Book) Phase(s Stage) Phase { return b.stages[s].phase }

// Successors gives the stages whose clocks hang on the completion of s, in the order of Stages.
func (b *Book) Successors(s Stage) []Stage { return slices.Clone(b.successor[s]) }

// Options gives the disposals in the order they are offered.
func (b *Book) Options() []OptionRow { return slices.Clone(b.spec.Options) }

// Causes gives the categories of causes in the order they are offered.
func (b *Book) Causes() []CauseRow { return slices.Clone(b.spec.Causes) }

// Reasons gives the categories of reasons for 无需办理 in the order they are offered.
func (b *Book) Reasons() []ReasonRow { return slices.Clone(b.spec.Reasons) }

// Response gives what 及时 means, in workdays.
func (b *Book) Response() ResponseSpec { return b.spec.Response }

// CountsLocalRed reports whether a red that only the local arithmetic sees is a warning that counts. With
// local_red = "hint" it is a mismatch to be checked once the project has ever had a platform light.
func (b *Book) CountsLocalRed(platformSeen bool) bool {
	return b.spec.Source.LocalRed == "count" || !platformSeen
}

// Hold gives how long 专班 sees the finished text of a tier before it goes out; false means that it goes out only when
// 专班 sends it.
func (b *Book) Hold(tier int) (time.Duration, bool) {
	if tier < 1 || tier > len(b.spec.Tier.HoldMinutes) {
		return 0, true
	}
	minutes := b.spec.Tier.HoldMinutes[tier-1]
	if minutes < 0 {
		return 0, false
	}
	return time.Duration(minutes) * time.Minute, true
}

// Unconfirmed names the limit rows that nobody has confirmed: a light computed from one is a hint and alarms nobody.
// It is empty when the book accepts samples.
func (b *Book) Unconfirmed() []string {
	if b.spec.Limits.AcceptSamples {
		return nil
	}
	var rows []string
	for _, row := range b.spec.Limit {
		if row.Confirmed || row.Limit == noLimit {
			continue
		}
		name := string(row.Stage)
		if row.Sector != "" {
			name += "·" + string(row.Sector)
		}
		if row.Size != "" {
			name += "·" + row.Size
		}
		rows = append(rows, name+" "+inWords(row.Limit))
	}
	return rows
}

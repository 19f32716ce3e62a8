package mechanism

// Coverage is the proof of who answers in every combination of circumstances.
type Coverage struct {
	Combinations []Combination
}

// Combination is one set of circumstances and who holds each of the four duties in it.
type Combination struct {
	Category Category
	Energy   bool
	InZone   bool
	Filing   FilingKind // empty: the record does not say
	Stage    Stage
	Phase    Phase
	Sector   Sector
	Chain    string   // id of the chain of coordination
	Answers  []Answer // in the order of Duties
}

// Answer says who holds a duty. Unit is a unit's name, or a word such as 属地政府 for what the record names; it is empty
// when no rule answers.
type Answer struct {
	Duty    Duty
	Unit    string
	Basis   string
	Default bool // only our default answers; the notice names nobody
}

// Coverage enumerates category, energy, zone, stage (and with it sector and phase) and kind of filing.
func (b *Book) Coverage() Coverage {
	var cover Coverage
	for _, project := range kinds() {
		for _, s := range Stages {
			cover.Combinations = append(cover.Combinations, b.combination(&project, s))
		}
	}
	return cover
}

func (b *Book) combination(p *Project, s Stage) Combination {
	at := b.situation(p, s)
	combination := Combination{
		Category: p.Category, Energy: p.Energy, InZone: p.InZone, Filing: p.FilingKind, Stage: s,
		Phase: at.phase, Sector: at.sector, Chain: b.ChainOf(p, s).ID,
	}
	for _, duty := range Duties {
		row, _ := b.answer(duty, p, s)
		answer := Answer{Duty: duty, Unit: row.Unit, Basis: row.Basis, Default: row.Default}
		combination.Answers = append(combination.Answers, answer)
	}
	return combination
}

// Finding is a duty in some circumstances that only a default answers, or nobody.
type Finding struct {
	Answer
	Combinations []Combination
}

// OnlyDefault gives what the notice leaves to a default, grouped by duty, unit and basis.
func (c Coverage) OnlyDefault() []Finding {
	return c.find(func(a Answer) bool { return a.Default })
}

// Unanswered gives the duties that nobody holds, grouped by duty.
func (c Coverage) Unanswered() []Finding {
	return c.find(func(a Answer) bool { return a.Unit == "" })
}

func (c Coverage) find(wanted func(Answer) bool) []Finding {
	var findings []Finding
	at := map[Answer]int{}
	for _, combination := range c.Combinations {
		for _, answer := range combination.Answers {
			if !wanted(answer) {
				continue
			}
			i, ok := at[answer]
			if !ok {
				i = len(findings)
				at[answer] = i
				findings = append(findings, Finding{Answer: answer})
			}
			findings[i].Combinations = append(findings[i].Combinations, combination)
		}
	}
	return findings
}

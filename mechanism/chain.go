package mechanism

import "slices"

// CityLeaders is the unit that coordinates tier 3; which leaders they are follows from the sector.
const CityLeaders = "市领导"

// Chain is one ladder of coordination (三(五)). The zero Chain has no tiers.
type Chain struct {
	ID    string // K1, K1s, K2, K3, K4
	Basis string
	tiers []TierRow
}

// TierDuty says who acts at one tier of a chain. Units the record lacks are left out.
type TierDuty struct {
	ReportsUp   []string // who reports the matter up to the coordinator
	Coordinator string   // a unit, or CityLeaders
	Convener    string   // the coordinator where it calls the departments together, or else empty
	Basis       string
}

// Tier gives who acts at tier n (1 … 3) for a case with the given parties; the zero TierDuty for any other n.
func (c Chain) Tier(n int, parties Parties) TierDuty {
	if n < 1 || n > len(c.tiers) {
		return TierDuty{}
	}
	row := c.tiers[n-1]
	duty := TierDuty{Coordinator: partaker(row.Coordinator, parties), Basis: c.Basis}
	for _, word := range row.ReportsUp {
		if unit := partaker(word, parties); unit != "" {
			duty.ReportsUp = append(duty.ReportsUp, unit)
		}
	}
	if row.Convenes {
		duty.Convener = duty.Coordinator
	}
	return duty
}

// partaker gives the unit that a word of a chain stands for in a case.
func partaker(word string, parties Parties) string {
	switch word {
	case unitTown:
		return parties.Responsible.Unit
	case unitOwner:
		if parties.Reporter.Unit != "" {
			return parties.Reporter.Unit
		}
		return parties.Responsible.Unit
	case unitIndustry:
		return parties.Industry.Unit
	}
	return word
}

// ChainOf gives the chain on which reds of a stage of a project climb (B.5). 未签约 uses that of 签约未落地.
func (b *Book) ChainOf(p *Project, s Stage) Chain {
	sector, ok := sectorOf(p)
	if !ok {
		return Chain{}
	}
	phase := b.Phase(s)
	if phase == PhaseUnsigned {
		phase = PhaseUnlanded
	}
	return b.chainFor(sector, phase)
}

func (b *Book) chainFor(sector Sector, phase Phase) Chain {
	var found *ChainRow
	for i, row := range b.spec.Chains {
		if row.Sector != sector || len(row.Phases) > 0 && !slices.Contains(row.Phases, phase) {
			continue
		}
		if found == nil || len(row.Phases) > 0 {
			found = &b.spec.Chains[i]
		}
	}
	if found == nil {
		return Chain{}
	}
	return Chain{ID: found.ID, Basis: found.Basis, tiers: found.Tiers}
}

// Chain gives the chain with an id, as frozen on a case; the zero Chain when the book has none of that id.
func (b *Book) Chain(id string) Chain {
	for _, row := range b.spec.Chains {
		if row.ID == id {
			return Chain{ID: row.ID, Basis: row.Basis, tiers: row.Tiers}
		}
	}
	return Chain{}
}

// Tier gives the tier of a matter: the higher of what the project's red count and the problem's grade ask for.
// Without either (count 0, grade "") it is 0.
func (b *Book) Tier(count int, g Grade) int {
	tier := b.spec.Tier
	byGrade := map[Grade]int{GradeOrdinary: tier.Ordinary, GradeComplex: tier.Complex, GradeMajor: tier.Major}[g]
	if count < 1 {
		return byGrade
	}
	return max(byGrade, tier.ByCount[min(count, len(tier.ByCount))-1])
}

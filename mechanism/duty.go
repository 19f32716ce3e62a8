package mechanism

// situation is everything that decides who holds a duty.
type situation struct {
	sector   Sector
	category Category
	energy   string
	zone     string
	phase    Phase
	stage    Stage
	filing   FilingKind
}

// The words of the columns energy and zone.
const (
	isEnergy  = "能源"
	notEnergy = "非能源"
	inZone    = "区内"
	outZone   = "区外"
)

func (b *Book) situation(p *Project, s Stage) situation {
	sector, _ := sectorOf(p)
	at := situation{
		sector: sector, category: p.Category, energy: notEnergy, zone: outZone,
		phase: b.Phase(s), stage: s, filing: filing(p),
	}
	if p.Energy {
		at.energy = isEnergy
	}
	if p.InZone {
		at.zone = inZone
	}
	return at
}

// answer gives the row that answers for a project. Where it depends on a kind of filing the record does not name, it is
// our default that answers.
func (b *Book) answer(duty Duty, p *Project, s Stage) (DutyRow, bool) {
	row, ok := b.dutyRow(duty, b.situation(p, s))
	if row.Filing != "" && p.FilingKind == "" {
		row.Default, row.Basis = true, row.Basis+";A-10"
	}
	return row, ok
}

// dutyRow gives the row that answers: of those that match, the one that names most columns. Compile has made sure that
// no two rows of equal rank match one situation.
func (b *Book) dutyRow(duty Duty, at situation) (DutyRow, bool) {
	best, rank := DutyRow{}, -1
	for _, row := range b.spec.Duties {
		if row.Duty != duty || !row.matches(at) {
			continue
		}
		if r := row.rank(); r > rank {
			best, rank = row, r
		}
	}
	return best, rank >= 0
}

func (r DutyRow) matches(at situation) bool {
	return either(r.Sector, at.sector) && either(r.Category, at.category) && either(r.Energy, at.energy) &&
		either(r.Zone, at.zone) && either(r.Phase, at.phase) && either(r.Stage, at.stage) && either(r.Filing, at.filing)
}

// either reports whether a column is empty (any) or names the value.
func either[T ~string](column, value T) bool { return column == "" || column == value }

// rank counts the columns a row names.
func (r DutyRow) rank() int {
	rank := 0
	for _, column := range r.columns() {
		if column != "" {
			rank++
		}
	}
	return rank
}

func (r DutyRow) columns() [7]string {
	return [7]string{
		string(r.Sector), string(r.Category), r.Energy, r.Zone, string(r.Phase), string(r.Stage), string(r.Filing),
	}
}

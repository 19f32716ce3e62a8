package mechanism

import (
	"fmt"
	"slices"
	"strings"
)

// The units a rule can name without naming one: what the project's record says stands in for them.
const (
	unitTown     = "属地政府"
	unitOwner    = "项目业主"
	unitIndustry = "行业主管部门"
)

// Gap is something the record lacks or contradicts, so that a duty has no unit or only a presumed one. It is an alarm
// to 专班, never a silent default.
type Gap struct {
	Duty Duty
	Why  string // plain Chinese: what is wrong and what to enter
}

// Sector gives the board of a project and its lead (B.2, evaluated top-down). An unknown category is an error.
func (b *Book) Sector(p *Project) (Sector, Party, error) {
	sector, ok := sectorOf(p)
	if !ok {
		return "", Party{}, fmt.Errorf("category %q belongs to no sector", p.Category)
	}
	lead, _ := b.holder(DutyLead, p, "")
	return sector, lead, nil
}

// sectorOf is B.2: the first match wins (R-054: the zone outranks everything).
func sectorOf(p *Project) (Sector, bool) {
	switch {
	case p.InZone:
		return SectorZone, true
	case p.Category == Government, p.Energy:
		return SectorGovernment, true
	case p.Category == Industry:
		return SectorIndustry, true
	case p.Category == Property:
		return SectorProperty, true
	}
	return "", false
}

// Parties gives the four responsible parties of a stage of a project with the clause that names each (三(四)1), who
// takes part in its coordination, who gets copies, and what the record lacks for them.
func (b *Book) Parties(p *Project, s Stage) (Parties, []Gap) {
	if _, ok := sectorOf(p); !ok {
		why := fmt.Sprintf("项目类别“%s”不属于工业、商服住、政府投资,无法确定责任单位,请在项目记录中更正类别。", p.Category)
		return Parties{}, []Gap{{DutyLead, why}}
	}
	var parties Parties
	var gaps []Gap
	for _, duty := range Duties {
		party, ok := b.holder(duty, p, s)
		if !ok {
			gaps = append(gaps, Gap{duty, missing(duty, party.Unit, s)})
			party = Party{}
		}
		*parties.of(duty) = party
	}
	gaps = append(gaps, b.join(&parties, p, s)...)
	gaps = append(gaps, doubts(p, s)...)
	parties.Copies = b.copies(parties, p, s)
	return parties, gaps
}

// of points at the party of one of the four duties.
func (p *Parties) of(duty Duty) *Party {
	switch duty {
	case DutyResponsible:
		return &p.Responsible
	case DutyDepartment:
		return &p.Department
	case DutyLead:
		return &p.Lead
	default:
		return &p.Phase
	}
}

// holder gives the unit of a duty. When it is false, Unit is the word whose unit the record lacks, or empty when no rule
// answers.
func (b *Book) holder(duty Duty, p *Project, s Stage) (Party, bool) {
	row, ok := b.answer(duty, p, s)
	if !ok {
		return Party{}, false
	}
	if unit := recorded(row.Unit, p); unit != "" {
		return Party{Unit: unit, Basis: row.Basis}, true
	}
	if row.Else != "" {
		return Party{Unit: row.Else, Basis: row.Basis}, true
	}
	return Party{Unit: row.Unit}, false
}

// recorded gives what the record says for a word such as 属地政府, and any other unit as it is.
func recorded(unit string, p *Project) string {
	switch unit {
	case unitTown:
		return p.Town
	case unitOwner:
		return p.Owner
	case unitIndustry:
		return p.IndustryDept
	}
	return unit
}

func missing(duty Duty, unit string, s Stage) string {
	switch unit {
	case unitTown:
		return fmt.Sprintf("项目未登记属地政府,%s无法确定,请在项目记录中补填所属镇街。", duty)
	case unitOwner:
		return fmt.Sprintf("项目未登记项目业主,%s无法确定,请在项目记录中补填项目业主。", duty)
	case unitIndustry:
		return fmt.Sprintf("项目未登记行业主管部门,%s无法确定,请在项目记录中补填行业主管部门。", duty)
	}
	return fmt.Sprintf("规则库没有写明“%s”环节的%s,请运维人员在规则库中补写。", s, duty)
}

// join adds who only takes part in coordination: the reporter where the chain names another unit than the responsible
// one, and the industry's department of a project led by 市发改局.
func (b *Book) join(parties *Parties, p *Project, s Stage) []Gap {
	if sector, _ := sectorOf(p); sector != SectorGovernment {
		return nil
	}
	var gaps []Gap
	if p.IndustryDept != "" {
		parties.Industry = Party{Unit: p.IndustryDept, Basis: "三(五)3"}
	} else {
		gaps = append(gaps, Gap{DutyIndustry, "项目未登记行业主管部门,第一次红灯无协调单位,请专班在1个工作日内指定并补填。"})
	}
	if p.Category != Government {
		if p.Owner == "" {
			return append(gaps, Gap{DutyReporter, missing(DutyReporter, unitOwner, s)})
		}
		parties.Reporter = Party{Unit: p.Owner, Basis: "三(五)3;A-13 由属地政府代为报送"}
	}
	return gaps
}

// doubts are facts of the record that let a rule answer but should be looked at again.
func doubts(p *Project, s Stage) []Gap {
	var gaps []Gap
	if p.Category == Property && p.Energy && !p.InZone {
		gaps = append(gaps, Gap{DutyLead, "商服住项目同时登记为能源项目,暂由市发改局牵头,请核对项目类别。"})
	}
	if s != Approval {
		return gaps
	}
	hint, hinted := filingOfCode(p.Code)
	switch {
	case p.FilingKind == "" && !hinted:
		gaps = append(gaps, Gap{DutyDepartment, "项目未登记基本建设或技术改造,立项环节暂由市发改局负责,请补填立项方式。"})
	case p.FilingKind != "" && hinted && hint != p.FilingKind:
		why := fmt.Sprintf("项目登记为%s,项目代码却属%s,立项环节责任部门以登记为准,请核对。", p.FilingKind, hint)
		gaps = append(gaps, Gap{DutyDepartment, why})
	}
	return gaps
}

// filing gives the recorded kind of filing, or what the project code hints at, or 基本建设.
func filing(p *Project) FilingKind {
	if p.FilingKind != "" {
		return p.FilingKind
	}
	if hint, ok := filingOfCode(p.Code); ok {
		return hint
	}
	return FilingBasic
}

// filingOfCode reads the groups DD-TT of a project code YYMM-RRRRRR-DD-TT-NNNNNN: 07-02 is filed as 技术改造, 04-01 as
// 基本建设 (A.5). Other groups hint at nothing.
func filingOfCode(code string) (FilingKind, bool) {
	groups := strings.Split(code, "-")
	if len(groups) != 5 {
		return "", false
	}
	switch groups[2] + "-" + groups[3] {
	case "07-02":
		return FilingUpgrade, true
	case "04-01":
		return FilingBasic, true
	}
	return "", false
}

// copies gives the units that learn of a stage's warnings without a duty: those of the book, and the industry's
// department where 住建 answers for works it doesn't oversee. A unit with a duty gets no copy.
func (b *Book) copies(parties Parties, p *Project, s Stage) []Party {
	var copies []Party
	for _, row := range b.spec.Copies {
		if unit := recorded(row.Unit, p); row.Stage == s && unit != "" {
			copies = append(copies, Party{Unit: unit, Basis: row.Basis})
		}
	}
	return slices.DeleteFunc(copies, func(c Party) bool {
		return slices.ContainsFunc(Duties, func(d Duty) bool { return parties.Unit(d) == c.Unit })
	})
}

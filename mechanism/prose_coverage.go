package mechanism

import (
	"fmt"
	"slices"
	"strings"
)

// coverage tells what the enumeration of all circumstances shows: who is missing, and where only a default answers.
func (p *prose) coverage() {
	p.section("覆盖证明")
	cover := p.book.Coverage()
	unanswered, byDefault := cover.Unanswered(), cover.OnlyDefault()
	p.line("逐一列举类别、能源与否、开发区内外、立项类型(基本建设、技术改造、未登记)和环节,连同由此确定的板块和阶段,共%d种情形,每种核对四方责任。", len(cover.Combinations))
	if len(unanswered) == 0 {
		p.line("每种情形的四方责任都有单位承担。")
	}
	for _, finding := range unanswered {
		p.line("%s无人承担,%d种情形:%s。", finding.Duty, len(finding.Combinations), where(finding.Combinations))
	}
	if len(byDefault) == 0 {
		p.line("没有只由默认回答的情形。")
	}
	for _, finding := range byDefault {
		p.line("公文没有写明、只由默认回答:%s为%s〔%s〕,%d种情形:%s。", finding.Duty, finding.Unit, finding.Basis,
			len(finding.Combinations), where(finding.Combinations))
	}
}

// where names circumstances briefly: kinds of project first, then the stages they meet in, each once.
func where(combinations []Combination) string {
	var order []string
	stages := map[string][]string{}
	for _, c := range combinations {
		kind := c.kind()
		if _, ok := stages[kind]; !ok {
			order = append(order, kind)
		}
		stage := string(c.Stage)
		if !slices.Contains(stages[kind], stage) {
			stages[kind] = append(stages[kind], stage)
		}
	}
	var shown []string
	for _, kind := range order {
		at := strings.Join(stages[kind], "、")
		if len(stages[kind]) == len(Stages) {
			at = "全部环节"
		}
		shown = append(shown, fmt.Sprintf("%s(%s)", kind, at))
	}
	text := strings.Join(shown, ";")
	if !slices.ContainsFunc(combinations, func(c Combination) bool { return c.Filing != "" }) {
		text += ",均未登记基本建设或技术改造"
	}
	return text
}

// kind names the kind of project of a combination.
func (c Combination) kind() string {
	return string(c.Category) + "·" + choose(c.Energy, isEnergy, notEnergy) + "·" + choose(c.InZone, "开发区内", "开发区外")
}

// combinations lists every combination with the units that answer, one kind of project after the other.
func (p *prose) combinations() {
	p.section("各种情形的责任单位")
	p.line("每行依次为:环节(阶段):项目责任单位|板块牵头部门|五未阶段责任部门|环节责任部门|协调链。带*的只由默认回答。")
	all := p.book.Coverage().Combinations
	kind := ""
	for i, c := range all {
		if c.kind() != kind {
			kind = c.kind()
			p.line("%s(%s板块):", kind, c.Sector)
			p.kindOfProject(all[i:], kind)
		}
	}
}

// kindOfProject lists the stages of one kind of project; the kinds of filing apart only where they differ.
func (p *prose) kindOfProject(all []Combination, kind string) {
	for _, s := range Stages {
		var filings, answers []string
		for _, c := range all {
			if c.Stage != s || c.kind() != kind {
				continue
			}
			filings, answers = append(filings, filingName(c.Filing)), append(answers, c.answersInWords())
		}
		if len(slices.Compact(slices.Clone(answers))) == 1 {
			p.line("  %s(%s):%s", s, p.book.Phase(s), answers[0])
			continue
		}
		for i := range answers {
			p.line("  %s·%s(%s):%s", s, filings[i], p.book.Phase(s), answers[i])
		}
	}
}

func filingName(f FilingKind) string {
	if f == "" {
		return "未登记立项类型"
	}
	return string(f)
}

func (c Combination) answersInWords() string {
	var units []string
	for _, duty := range []Duty{DutyResponsible, DutyLead, DutyPhase, DutyDepartment} {
		for _, a := range c.Answers {
			if a.Duty == duty {
				units = append(units, choose(a.Unit == "", "无人承担", a.Unit)+choose(a.Default, "*", ""))
			}
		}
	}
	return strings.Join(append(units, c.Chain), "|")
}

package mechanism

import (
	"fmt"
	"slices"
	"strings"
)

func (p *prose) duties() {
	p.section("四方责任与抄送")
	p.line("同时符合几行的,以条件写得最多的一行为准。")
	for _, duty := range Duties {
		p.line("%s:", duty)
		for _, row := range p.spec.Duties {
			if row.Duty == duty {
				p.line("  %s。", holderProse(row))
			}
		}
	}
	p.line("抄送:")
	for _, row := range p.spec.Copies {
		p.line("  %s环节:%s。〔%s〕", row.Stage, row.Unit, row.Basis)
	}
}

func holderProse(row DutyRow) string {
	columns := row.columns()
	text := fmt.Sprintf("%s:%s", all(columns[:]...), row.Unit)
	if row.Else != "" {
		text += fmt.Sprintf(",未登记的为%s", row.Else)
	}
	if row.Default {
		text += "(默认)"
	}
	return fmt.Sprintf("%s〔%s〕", text, row.Basis)
}

func (p *prose) chains() {
	p.section("三级协调链")
	for _, row := range p.spec.Chains {
		p.line("%s %s(%s)〔%s〕", row.ID, row.Sector, p.phasesOf(row), row.Basis)
		for i, tier := range row.Tiers {
			p.line("  第%d级:%s。", i+1, tierProse(tier))
		}
	}
	p.line("未签约阶段用签约未落地的链。〔A-05〕")
}

func (p *prose) phasesOf(row ChainRow) string {
	var named []string
	for _, phase := range row.Phases {
		named = append(named, string(phase))
	}
	if len(named) > 0 {
		return strings.Join(named, "、")
	}
	others := slices.ContainsFunc(p.spec.Chains, func(r ChainRow) bool { return r.Sector == row.Sector && r.ID != row.ID })
	return choose(others, "其余各阶段", "各阶段")
}

func tierProse(tier TierRow) string {
	act := tier.Coordinator + choose(tier.Convenes, "召集相关部门协调", "协调")
	if len(tier.ReportsUp) == 0 {
		return act
	}
	return fmt.Sprintf("%s上报,%s", strings.Join(tier.ReportsUp, "和"), act)
}

func (p *prose) lists() {
	p.section("办理选项、预警原因与无需办理的理由")
	for _, row := range p.spec.Options {
		p.line("办理选项“%s”:%s。〔%s〕", row.Name, row.Meaning, row.Basis)
	}
	for _, row := range p.spec.Causes {
		p.line("预警原因“%s”。〔%s〕", row.Name, row.Basis)
	}
	for _, row := range p.spec.Reasons {
		p.line("无需办理的理由“%s”:该环节%s。〔%s〕", row.Name, choose(row.TakesOffClock, "此后不再计时", "继续计时"), row.Basis)
	}
}

func (p *prose) calendars() {
	p.section("工作日日历")
	for _, row := range p.spec.Calendars {
		p.line("%d年:放假%s;调休上班%s。〔%s〕", row.Year, spans(row.Off), spans(row.Work), row.Source)
	}
	p.line("没有日历的年份只按周末计算,并注明“日历未核定”。")
}

func spans(rows []SpanRow) string {
	if len(rows) == 0 {
		return "无"
	}
	var shown []string
	for _, row := range rows {
		text := row.Name + row.From[len("2006-"):]
		if row.To != "" {
			text += "至" + row.To[len("2006-"):]
		}
		shown = append(shown, text)
	}
	return strings.Join(shown, "、")
}

func (p *prose) coverage() {
	p.section("覆盖证明")
	cover := p.book.Coverage()
	unanswered, byDefault := cover.Unanswered(), cover.OnlyDefault()
	p.line("逐一列举类别×能源×区内外×备案类型×环节(连同板块和阶段),共%d种情形,每种情形四方责任。", len(cover.Combinations))
	if len(unanswered) == 0 {
		p.line("每种情形的四方责任都有人承担。")
	}
	for _, finding := range unanswered {
		p.line("无人承担 %s:%s。", finding.Duty, where(finding.Combinations))
	}
	if len(byDefault) == 0 {
		p.line("没有只由默认回答的情形。")
	}
	for _, finding := range byDefault {
		p.line("只由默认回答 %s→%s〔%s〕,%d种情形:%s。", finding.Duty, finding.Unit, finding.Basis,
			len(finding.Combinations), where(finding.Combinations))
	}
}

// where names circumstances briefly: kinds of project first, then the stages they meet in, each once.
func where(combinations []Combination) string {
	var order []string
	stages := map[string][]string{}
	for _, c := range combinations {
		kind := string(c.Category) + choose(c.Energy, "·能源", "·非能源") + choose(c.InZone, "·区内", "·区外")
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

package mechanism

import (
	"fmt"
	"slices"
	"strings"
)

func (p *prose) duties() {
	p.section("板块、四方责任与抄送")
	p.line("板块按先后确定:开发区内的,归开发区板块;其余政府投资类和能源项目,归政府投资板块;其余按类别归工业板块、商服住板块。〔二;三(五)〕")
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
	text := fmt.Sprintf("%s:%s", conditions(row), row.Unit)
	if row.Else != "" {
		text += fmt.Sprintf(",未登记的为%s", row.Else)
	}
	if row.Default {
		text += "(默认)"
	}
	return fmt.Sprintf("%s〔%s〕", text, row.Basis)
}

// conditions joins the columns that a row names; none named means every project and stage.
func conditions(row DutyRow) string {
	named := slices.DeleteFunc([]string{
		with(string(row.Sector), "板块"), with(string(row.Category), "类"), with(row.Energy, "项目"), zones[row.Zone],
		with(string(row.Phase), "阶段"), with(string(row.Stage), "环节"), string(row.Filing),
	}, func(c string) bool { return c == "" })
	if len(named) == 0 {
		return "全部"
	}
	return strings.Join(named, "、")
}

// zones are the words of the column zone as people say them.
var zones = map[string]string{inZone: "开发区内", outZone: "开发区外"}

func (p *prose) chains() {
	p.section("三级协调链")
	for _, row := range p.spec.Chains {
		p.line("%s %s板块(%s)〔%s〕", row.ID, row.Sector, p.phasesOf(row), row.Basis)
		for i, tier := range row.Tiers {
			p.line("  第%d级:%s。", i+1, tierProse(tier))
		}
	}
	p.line("未签约阶段用签约未落地阶段的协调链。〔A-05〕")
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
	p.causes()
	for _, row := range p.spec.Reasons {
		p.line("无需办理的理由“%s”:该环节%s。〔%s〕", row.Name, choose(row.TakesOffClock, "此后不再计时", "继续计时"), row.Basis)
	}
}

// causes lists the causes that stand on one basis together.
func (p *prose) causes() {
	for i, row := range p.spec.Causes {
		if i > 0 && p.spec.Causes[i-1].Basis == row.Basis {
			continue
		}
		var names []string
		for _, same := range p.spec.Causes[i:] {
			if same.Basis != row.Basis {
				break
			}
			names = append(names, same.Name)
		}
		p.line("预警原因:%s。〔%s〕", strings.Join(names, "、"), row.Basis)
	}
}

func (p *prose) calendars() {
	p.section("工作日日历")
	for _, row := range p.spec.Calendars {
		p.line("%d年放假:%s。调休上班:%s。〔%s〕", row.Year, spans(row.Off), spans(row.Work), row.Source)
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

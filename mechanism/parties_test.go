package mechanism_test

import (
	"strings"
	"testing"

	m "junma/mechanism"
)

// kind gives a project of the circumstances that the tables name, with everything recorded.
func kind(category, energy, zone string) m.Project {
	p := plant()
	p.Category, p.Energy, p.InZone = m.Category(category), energy == "yes", zone == "in" || zone == "区内"
	return p
}

// asRecorded gives the unit that a word of the tables stands for in plant.
func asRecorded(cell string) string {
	return strings.NewReplacer("属地政府", "下涯镇", "项目业主", "云溪新材料有限公司", "行业主管部门", "市交通局").Replace(cell)
}

func Test板块及牵头(t *testing.T) {
	book := bookWith(t, "")
	for _, row := range table(t, "b2.csv") {
		p := kind(row[1], row[2], row[0])
		sector, lead, err := book.Sector(&p)
		if err != nil || string(sector) != row[3] || lead.Unit != row[4] || lead.Basis == "" {
			t.Errorf("%v 的板块为 %s、牵头 %+v(%v)", row[:3], sector, lead, err)
		}
	}
	p := kind("农业", "–", "out")
	if sector, _, err := book.Sector(&p); err == nil {
		t.Errorf("类别农业竟归入 %s", sector)
	}
	if _, gaps := book.Parties(&p, m.Approval); len(gaps) != 1 || !strings.Contains(gaps[0].Why, "农业") {
		t.Errorf("类别农业应报专班更正,却为 %v", gaps)
	}
}

func Test十二类项目的责任单位(t *testing.T) {
	book := bookWith(t, "")
	for _, row := range table(t, "b3.csv") {
		t.Run(row[0]+strings.Join(row[1:4], ""), func(t *testing.T) {
			p := kind(row[1], row[2], row[3])
			for _, s := range m.Stages {
				parties, _ := book.Parties(&p, s)
				phase, chain := row[7], row[10]
				if at := book.Phase(s); at == m.PhaseUnlanded || at == m.PhaseUnsigned {
					phase, chain = row[6], row[9]
				}
				check(t, s, "板块牵头部门", parties.Lead, row[4])
				check(t, s, "项目责任单位", parties.Responsible, asRecorded(row[5]))
				check(t, s, "五未阶段责任部门", parties.Phase, phase)
				if s == m.Scouting || s == m.Signing {
					check(t, s, "环节责任部门", parties.Department, row[8])
				}
				if got := book.ChainOf(&p, s); got.ID != chain {
					t.Errorf("%s 的协调链为 %s,应为 %s", s, got.ID, chain)
				}
			}
		})
	}
}

func check(t *testing.T, s m.Stage, duty string, got m.Party, want string) {
	t.Helper()
	if got.Unit != want || got.Basis == "" {
		t.Errorf("%s 的%s为 %q〔%s〕,应为 %q 并注明依据", s, duty, got.Unit, got.Basis, want)
	}
}

func Test十三个环节的责任部门(t *testing.T) {
	book := bookWith(t, "")
	places := [][2]string{{"–", "out"}, {"yes", "out"}, {"–", "in"}, {"yes", "in"}}
	for _, row := range table(t, "b4.csv") {
		for i, place := range places {
			for _, category := range []string{"工业", "商服住", "政府投资"} {
				p := kind(category, place[0], place[1])
				p.FilingKind = m.FilingKind(row[1])
				parties, _ := book.Parties(&p, m.Stage(row[0]))
				check(t, m.Stage(row[0]), category+place[0]+place[1], parties.Department, row[2+min(i, 2)])
			}
		}
		if got := book.Phase(m.Stage(row[0])); string(got) != row[5] {
			t.Errorf("%s 属 %s,应属 %s", row[0], got, row[5])
		}
	}
}

func Test责任单位的依据(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name                   string
		category, energy, zone string
		stage                  m.Stage
		duty                   m.Duty
		basis                  string
	}{
		{"工业由经信局牵头", "工业", "–", "out", m.Approval, m.DutyLead, "四2①"},
		{"商服住兼能源由默认牵头", "商服住", "yes", "out", m.Approval, m.DutyLead, "A-09"},
		{"商服住兼能源由默认负责阶段", "商服住", "yes", "out", m.Approval, m.DutyPhase, "A-09"},
		{"能源盯引由默认负责", "工业", "yes", "out", m.Scouting, m.DutyDepartment, "A-08"},
		{"非能源盯引由商务局负责", "工业", "–", "out", m.Scouting, m.DutyDepartment, "四5②"},
		{"区内企业项目属地由默认", "工业", "–", "in", m.Approval, m.DutyResponsible, "A-11"},
		{"区外企业项目属地", "工业", "yes", "out", m.Approval, m.DutyResponsible, "四10"},
		{"未签约阶段由默认", "工业", "–", "out", m.Signing, m.DutyPhase, "A-05"},
		{"签约未落地由商务局", "工业", "–", "out", m.LandAcquisition, m.DutyPhase, "四5①"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := kind(c.category, c.energy, c.zone)
			parties, _ := book.Parties(&p, c.stage)
			got := map[m.Duty]m.Party{
				m.DutyLead: parties.Lead, m.DutyPhase: parties.Phase,
				m.DutyDepartment: parties.Department, m.DutyResponsible: parties.Responsible,
			}[c.duty]
			if got.Basis != c.basis {
				t.Errorf("%s 为 %+v,依据应为 %s", c.duty, got, c.basis)
			}
		})
	}
}

func Test立项按备案类型分(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name, filing, code, unit, basis, doubt string
	}{
		{"登记基本建设", "基本建设", "", "市发改局", "四1③", ""},
		{"登记技术改造", "技术改造", "", "市经信局", "四2③", ""},
		{"未登记而代码07-02", "", "2306-330182-07-02-123456", "市经信局", "四2③;A-10", ""},
		{"未登记而代码04-01", "", "2306-330182-04-01-123456", "市发改局", "四1③;A-10", ""},
		{"未登记且无代码", "", "", "市发改局", "四1③;A-10", "未登记基本建设或技术改造"},
		{"代码看不出类型", "", "2306-330182-99-01-123456", "市发改局", "四1③;A-10", "未登记基本建设或技术改造"},
		{"登记与代码不符以登记为准", "基本建设", "2306-330182-07-02-123456", "市发改局", "四1③", "项目代码却属技术改造"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plant()
			p.FilingKind, p.Code = m.FilingKind(c.filing), c.code
			parties, gaps := book.Parties(&p, m.Approval)
			if parties.Department != (m.Party{Unit: c.unit, Basis: c.basis}) {
				t.Errorf("立项归 %+v,应为 %s〔%s〕", parties.Department, c.unit, c.basis)
			}
			if c.doubt == "" && len(gaps) > 0 || c.doubt != "" && (len(gaps) != 1 || !strings.Contains(gaps[0].Why, c.doubt)) {
				t.Errorf("提示专班 %v,应含 %q", gaps, c.doubt)
			}
			if _, gaps := book.Parties(&p, m.ConstructionPermit); len(gaps) > 0 {
				t.Errorf("施工许可与备案类型无关,却提示 %v", gaps)
			}
		})
	}
}

func Test记录缺单位时报专班(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name                   string
		category, energy, zone string
		forget                 func(*m.Project)
		duty                   m.Duty
		field                  string
	}{
		{"企业项目缺属地", "工业", "–", "out", func(p *m.Project) { p.Town = "" }, m.DutyResponsible, "补填所属镇街"},
		{"政府投资缺业主", "政府投资", "–", "out", func(p *m.Project) { p.Owner = "" }, m.DutyResponsible, "补填项目业主"},
		{"企业能源缺业主", "工业", "yes", "out", func(p *m.Project) { p.Owner = "" }, m.DutyReporter, "补填项目业主"},
		{"政府投资缺行业主管", "政府投资", "–", "out", func(p *m.Project) { p.IndustryDept = "" }, m.DutyIndustry, "未登记行业主管部门"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := kind(c.category, c.energy, c.zone)
			c.forget(&p)
			_, gaps := book.Parties(&p, m.ConstructionPermit)
			if len(gaps) != 1 || gaps[0].Duty != c.duty || !strings.Contains(gaps[0].Why, c.field) {
				t.Errorf("缺口 %v,应为%s并提示补填 %s", gaps, c.duty, c.field)
			}
		})
	}
	p := kind("工业", "–", "in")
	p.Town = ""
	parties, gaps := book.Parties(&p, m.ConstructionPermit)
	if len(gaps) != 0 || parties.Responsible != (m.Party{Unit: "开发区管委会", Basis: "A-11"}) {
		t.Errorf("区内未登记属地的责任单位为 %+v,缺口 %v,应为开发区管委会〔A-11〕", parties.Responsible, gaps)
	}
	p = kind("商服住", "yes", "out")
	if _, gaps := book.Parties(&p, m.ConstructionPermit); len(gaps) != 1 || !strings.Contains(gaps[0].Why, "核对项目类别") {
		t.Errorf("商服住兼能源应请专班核对类别,却为 %v", gaps)
	}
}

func Test参与协调与抄送(t *testing.T) {
	book := bookWith(t, "")
	p := kind("工业", "yes", "out")
	parties, _ := book.Parties(&p, m.ConstructionPermit)
	if parties.Reporter.Unit != p.Owner || !strings.Contains(parties.Reporter.Basis, "A-13") || parties.Responsible.Unit != p.Town {
		t.Errorf("企业能源项目由 %+v 上报、%+v 报送,应为项目业主、属地政府(A-13)", parties.Reporter, parties.Responsible)
	}
	if parties.Industry.Unit != "市交通局" {
		t.Errorf("行业主管部门为 %+v", parties.Industry)
	}
	for s, want := range map[m.Stage]string{
		m.Approval: "市审管办", m.PlanningPermit: "市审管办", m.ConstructionPermit: "市审管办、市交通局",
		m.Acceptance: "市审管办、市交通局", m.TitleRegistration: "市审管办", m.Construction: "市交通局",
		m.LandAcquisition: "", m.StatisticsEntry: "",
	} {
		p := plant()
		parties, _ := book.Parties(&p, s)
		var got []string
		for _, c := range parties.Copies {
			got = append(got, c.Unit)
		}
		if strings.Join(got, "、") != want {
			t.Errorf("%s 抄送 %v,应为 %s", s, got, want)
		}
	}
	p = plant()
	p.IndustryDept = "市住建局"
	if parties, _ := book.Parties(&p, m.ConstructionPermit); len(parties.Copies) != 1 {
		t.Errorf("环节责任部门自己又被抄送:%v", parties.Copies)
	}
}

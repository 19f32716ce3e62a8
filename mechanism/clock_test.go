package mechanism_test

import (
	"strings"
	"testing"

	m "junma/mechanism"
)

// plant is an industrial project outside the zone with everything recorded.
func plant() m.Project {
	return m.Project{
		ID: "JD-1", Name: "云溪新材料项目", Category: m.Industry, FilingKind: m.FilingBasic, InvestmentWan: 52000,
		Town: "下涯镇", Owner: "云溪新材料有限公司", IndustryDept: "市交通局",
	}
}

func stage(t testing.TB, s m.Stage, start, done string) m.StageState {
	t.Helper()
	return m.StageState{Stage: s, Start: day(t, start), Done: day(t, done)}
}

func Test示例时限不算核定(t *testing.T) {
	p := plant()
	p.Stages = []m.StageState{stage(t, m.ConstructionPermit, "2026-04-20", "")}
	c, ok := bookWith(t, "").Clock(&p, m.ConstructionPermit)
	if !ok || c.Confirmed || c.Limit != limit(t, "25日") || !strings.Contains(c.Basis, "示例,待核定") {
		t.Errorf("内置规则库给出 %+v(%v),应为示例25日", c, ok)
	}
	c, _ = bookWith(t, "[limits]\naccept_samples = true").Clock(&p, m.ConstructionPermit)
	if !c.Confirmed || !strings.Contains(c.Basis, "示例,待核定") {
		t.Errorf("演示时给出 %+v,应按核定处理而仍注明示例", c)
	}
	c, _ = bookWith(t, `
[[limit]]
stage = "施工许可"
limit = "20工作日"
confirmed = true
basis = "市发改局核定"`).Clock(&p, m.ConstructionPermit)
	if !c.Confirmed || c.Limit != limit(t, "20工作日") || c.Basis != "市发改局核定" {
		t.Errorf("核定后给出 %+v", c)
	}
	p.Stages[0].Limit = limit(t, "40日")
	c, _ = bookWith(t, "").Clock(&p, m.ConstructionPermit)
	if !c.Confirmed || c.Limit != limit(t, "40日") || c.Basis != "项目记录所载时限" {
		t.Errorf("记录自带时限的给出 %+v", c)
	}
}

func Test时限按板块和投资选行(t *testing.T) {
	book := bookWith(t, `
[[limit]]
stage = "施工许可"
sector = "工业"
limit = "10日"
basis = "试"
[[limit]]
stage = "施工许可"
size = "10亿元以上"
limit = "50日"
basis = "试"`)
	for _, c := range []struct {
		name  string
		stage m.Stage
		wan   int64
		zone  bool
		want  string // "" = no clock
	}{
		{"不足1亿没有在建时限", m.Construction, 9999, false, ""},
		{"1亿整18个月", m.Construction, 10000, false, "18月"},
		{"4.9999亿18个月", m.Construction, 49999, false, "18月"},
		{"5亿整24个月", m.Construction, 50000, false, "24月"},
		{"9.9999亿24个月", m.Construction, 99999, false, "24月"},
		{"10亿整36个月", m.Construction, 100000, false, "36月"},
		{"投资不详没有在建时限", m.Construction, 0, false, ""},
		{"写明板块的行优先", m.ConstructionPermit, 100000, false, "10日"},
		{"其他板块按写明档次的行", m.ConstructionPermit, 100000, true, "50日"},
		{"都未写明的行垫底", m.ConstructionPermit, 99999, true, "25日"},
		{"投资不详按不分档次的行", m.ConstructionPermit, 0, true, "25日"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plant()
			p.InvestmentWan, p.InZone = c.wan, c.zone
			p.Stages = []m.StageState{stage(t, c.stage, "2024-08-31", "")}
			got, ok := book.Clock(&p, c.stage)
			if ok != (c.want != "") || got.Limit.String() != c.want {
				t.Errorf("时限 %q(%v),应为 %q", got.Limit, ok, c.want)
			}
		})
	}
}

func Test在建期限(t *testing.T) {
	book := bookWith(t, "")
	for wan, want := range map[int64]string{49900: "2026-02-28", 50000: "2026-08-31"} {
		p := plant()
		p.InvestmentWan = wan
		p.Stages = []m.StageState{stage(t, m.Construction, "2024-08-31", "")}
		c, _ := book.Clock(&p, m.Construction)
		if _, r := book.Evaluate(c, c.Start); r.Last.String() != want {
			t.Errorf("%d万元的在建期限为 %s,应为 %s", wan, r.Last, want)
		}
	}
}

func Test黄灯日取自规则库(t *testing.T) {
	p := plant()
	p.Stages = []m.StageState{stage(t, m.StatisticsEntry, "2026-03-02", "")}
	c, _ := bookWith(t, "").Clock(&p, m.StatisticsEntry)
	if c.Yellow != day(t, "2026-04-01") {
		t.Errorf("入统黄灯日为 %q,应为起算日加30日", c.Yellow)
	}
}

func Test起算日(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name     string
		stages   []m.StageState
		of       m.Stage
		start    string // "" = no clock
		inferred bool
	}{
		{"登记的起算日", []m.StageState{stage(t, m.Signing, "2026-02-01", "2026-03-01"), stage(t, m.LandAcquisition, "2026-03-05", "")}, m.LandAcquisition, "2026-03-05", false},
		{"前一环节办结之日为推定", []m.StageState{stage(t, m.Signing, "2026-02-01", "2026-03-01")}, m.LandAcquisition, "2026-03-01", true},
		{"只有环节记录没有起算日也推定", []m.StageState{stage(t, m.Signing, "", "2026-03-01"), stage(t, m.LandAcquisition, "", "")}, m.LandAcquisition, "2026-03-01", true},
		{"前一环节未办结不计时", []m.StageState{stage(t, m.Signing, "2026-02-01", "")}, m.LandAcquisition, "", false},
		{"不跳过未办结的环节", []m.StageState{stage(t, m.Scouting, "2026-01-01", "2026-02-01")}, m.LandAcquisition, "", false},
		{"跳过不适用的环节", []m.StageState{stage(t, m.Scouting, "2026-01-01", "2026-02-01"), {Stage: m.Signing, NotApply: "存量土地"}}, m.LandAcquisition, "2026-02-01", true},
		{"盯引只按登记起算", nil, m.Scouting, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plant()
			p.Stages = c.stages
			got, ok := book.Clock(&p, c.of)
			if ok != (c.start != "") || got.Start.String() != c.start || got.Inferred != c.inferred {
				t.Errorf("起算 %q(计时=%v、推定=%v),应为 %q、推定=%v", got.Start, ok, got.Inferred, c.start, c.inferred)
			}
		})
	}
}

func Test哪些环节随之起算(t *testing.T) {
	book := bookWith(t, "")
	for s, want := range map[m.Stage][]m.Stage{
		m.Scouting:           {m.Signing},
		m.Signing:            {m.LandAcquisition},
		m.LandAcquisition:    {m.Approval, m.PlanningPermit},
		m.Approval:           nil,
		m.PlanningPermit:     {m.ConstructionPermit},
		m.ConstructionPermit: {m.StartSupervision},
		m.StartSupervision:   {m.StatisticsEntry, m.Construction},
		m.StatisticsEntry:    nil,
		m.Construction:       {m.Acceptance},
		m.Acceptance:         {m.TitleRegistration, m.Production},
		m.TitleRegistration:  nil,
		m.Production:         {m.FullCapacity},
		m.FullCapacity:       nil,
	} {
		got := book.Successors(s)
		if len(got) != len(want) {
			t.Errorf("%s 办结后起算 %v,应为 %v", s, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s 办结后起算 %v,应为 %v", s, got, want)
			}
		}
	}
}

func Test不适用的环节(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name     string
		category m.Category
		wan      int64
		stage    m.Stage
		notApply string // the record's own word
		why      string // part of the reason; "" = applies
	}{
		{"商服住没有投产", m.Property, 52000, m.Production, "", "A-39"},
		{"商服住没有达产", m.Property, 52000, m.FullCapacity, "", "A-39"},
		{"政府投资没有投产", m.Government, 52000, m.Production, "", "A-39"},
		{"政府投资没有达产", m.Government, 52000, m.FullCapacity, "", "A-39"},
		{"工业有投产", m.Industry, 52000, m.Production, "", ""},
		{"政府投资有入统", m.Government, 52000, m.StatisticsEntry, "", ""},
		{"499万元没有入统", m.Industry, 499, m.StatisticsEntry, "", "不足500万元"},
		{"500万元有入统", m.Industry, 500, m.StatisticsEntry, "", ""},
		{"投资不详有入统", m.Industry, 0, m.StatisticsEntry, "", ""},
		{"记录写明不适用", m.Industry, 52000, m.LandAcquisition, "零土地技改", "零土地技改"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plant()
			p.Category, p.InvestmentWan = c.category, c.wan
			p.Stages = []m.StageState{{Stage: c.stage, Start: day(t, "2026-03-02"), NotApply: c.notApply}}
			ok, why := book.Applies(&p, c.stage)
			if ok != (c.why == "") || !strings.Contains(why, c.why) {
				t.Errorf("适用=%v,理由 %q,应含 %q", ok, why, c.why)
			}
			if _, clock := book.Clock(&p, c.stage); clock != ok {
				t.Errorf("适用=%v 而计时=%v", ok, clock)
			}
		})
	}
	exception := bookWith(t, `
[[applies]]
stage = "投产"
category = "政府投资"
applies = true
basis = "试"`)
	p := plant()
	p.Category = m.Government
	if ok, _ := exception.Applies(&p, m.Production); !ok {
		t.Error("改定政府投资有投产环节后仍不适用")
	}
}

func Test退出的项目停止计时(t *testing.T) {
	book, p := bookWith(t, ""), plant()
	p.Stages = []m.StageState{stage(t, m.PlanningPermit, "2026-03-02", "2026-03-20"), stage(t, m.ConstructionPermit, "2026-03-20", "")}
	p.ExitedOn = day(t, "2026-04-01")
	if _, ok := book.Clock(&p, m.ConstructionPermit); ok {
		t.Error("项目退出后未办结的环节仍在计时")
	}
	if _, ok := book.Clock(&p, m.PlanningPermit); !ok {
		t.Error("项目退出后看不到已办结环节的用时")
	}
}

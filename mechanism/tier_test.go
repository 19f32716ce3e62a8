package mechanism_test

import (
	"fmt"
	"slices"
	"testing"

	"junma/mechanism"
)

// Test三次红灯逐级协调 is B.5: whom the first, second and third red of each chain reach, typed from the clauses.
func Test三次红灯逐级协调(t *testing.T) {
	record := func(category mechanism.Category, energy, zone bool) mechanism.Record {
		r := yunxi(t)
		r.Category, r.Energy, r.InZone, r.IndustryDept, r.Stages = category, energy, zone, "市交通局", nil
		return r
	}
	cases := []struct {
		chain  string
		record mechanism.Record
		stages []mechanism.Stage
		groups [3]string   // the unit in whose group of the tier the red is posted
		up     [3][]string // whose responsible leader is told to report up
	}{
		{
			"K1", record(mechanism.Industry, false, false),
			[]mechanism.Stage{mechanism.ConstructionPermit, mechanism.StatisticsEntry, mechanism.Acceptance},
			[3]string{"下涯镇", "市经信局", "市领导"},
			[3][]string{nil, {"下涯镇"}, {"下涯镇", "市经信局"}},
		},
		{
			"K1s", record(mechanism.Industry, false, false),
			[]mechanism.Stage{mechanism.Scouting, mechanism.Signing, mechanism.LandAcquisition},
			[3]string{"下涯镇", "市商务局", "市领导"},
			[3][]string{nil, {"下涯镇"}, {"下涯镇", "市商务局"}},
		},
		{
			"K2", record(mechanism.Property, false, false),
			[]mechanism.Stage{mechanism.LandAcquisition, mechanism.StatisticsEntry, mechanism.Acceptance},
			[3]string{"下涯镇", "市住建局", "市领导"},
			[3][]string{nil, {"下涯镇"}, {"下涯镇", "市住建局"}},
		},
		{
			"K3", record(mechanism.Government, false, false),
			[]mechanism.Stage{mechanism.LandAcquisition, mechanism.StatisticsEntry, mechanism.Acceptance},
			[3]string{"市交通局", "市发改局", "市领导"},
			[3][]string{{"云溪新材料有限公司"}, {"云溪新材料有限公司"}, {"云溪新材料有限公司", "市发改局"}},
		},
		{
			"K3", record(mechanism.Industry, true, false), // 企业能源项目由属地代为报送(A-13)
			[]mechanism.Stage{mechanism.LandAcquisition, mechanism.StatisticsEntry, mechanism.Acceptance},
			[3]string{"市交通局", "市发改局", "市领导"},
			[3][]string{{"下涯镇"}, {"下涯镇"}, {"下涯镇", "市发改局"}},
		},
		{
			"K4", record(mechanism.Industry, true, true),
			[]mechanism.Stage{mechanism.LandAcquisition, mechanism.StatisticsEntry, mechanism.Acceptance},
			[3]string{"开发区管委会", "开发区管委会", "市领导"},
			[3][]string{nil, nil, {"开发区管委会"}},
		},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s%s", c.chain, c.record.Category), func(t *testing.T) {
			w := newWorld(t, "2026-03-01", "")
			for i, s := range c.stages {
				start := mechanism.DateOf(w.now).String()
				c.record.Stages = append(c.record.Stages, running(t, s, start, "1日"))
				w.record(c.record)
				w.begin((mechanism.DateOf(w.now) + 2).String())
				got := w.last()
				if got.Stage != s || got.Chain != c.chain || got.RedNo != i+1 || got.Tier != i+1 {
					t.Fatalf("red %d: %s %s 第%d次 tier %d", i+1, got.Stage, got.Chain, got.RedNo, got.Tier)
				}
				checkEscalation(t, w, i+1, c.groups[i], c.up[i])
			}
		})
	}
}

func checkEscalation(t *testing.T, w *world, tier int, group string, up []string) {
	t.Helper()
	var groups, leaders, city []string
	for _, n := range w.notes {
		if n.Kind != mechanism.KindEscalation {
			continue
		}
		if want := mechanism.Urgency(0); tier == 3 {
			want = mechanism.Tier3
			if n.Urgency != want || n.NotBefore.IsZero() {
				t.Errorf("%s has urgency %d, not before %s", n.Key, n.Urgency, n.NotBefore)
			}
		}
		switch {
		case n.To.Tier > 0:
			groups = append(groups, fmt.Sprintf("%s %d", n.To.Unit, n.To.Tier))
		case n.To.Role == mechanism.RoleCity:
			city = append(city, string(n.To.Sector))
		default:
			leaders = append(leaders, n.To.Unit)
		}
	}
	if want := []string{fmt.Sprintf("%s %d", group, tier)}; !slices.Equal(groups, want) {
		t.Errorf("tier %d posts in %v, want %v", tier, groups, want)
	}
	if !slices.Equal(leaders, up) {
		t.Errorf("tier %d tells the leaders of %v, want %v", tier, leaders, up)
	}
	if want := tier == 3; (len(city) == 1 && city[0] == string(w.p.Sector())) != want {
		t.Errorf("tier %d tells the city leader of %v", tier, city)
	}
}

func Test记录所载的红灯次数接着数(t *testing.T) {
	w := newWorld(t, "2026-05-15", "")
	r := yunxi(t)
	r.RedCount = 4
	w.record(r)
	w.begin("2026-05-16")
	if c := w.last(); c.RedNo != 5 || c.Tier != 3 || w.p.RedCount() != 5 {
		t.Errorf("第%d次 tier %d, %d reds", c.RedNo, c.Tier, w.p.RedCount())
	}
}

func Test再次推送不计入红灯次数(t *testing.T) {
	w := red(t)
	w.begin("2026-09-30")
	w.cases(2)
	if w.p.RedCount() != 1 || w.last().Push < 4 {
		t.Errorf("%d reds after %d pushes", w.p.RedCount(), w.last().Push)
	}
}

func Test第一级在休息日也立即立案不等时段(t *testing.T) {
	w := red(t) // 2026-05-16 是周六
	e := w.p.Case(2).Escalation
	if e.Tier != 1 || !e.PostAt.Equal(e.RaisedAt) || len(w.told(mechanism.KindHeld)) != 0 {
		t.Errorf("escalation %+v", e)
	}
	w.refused(mechanism.EscalationReleased{Case: 2}, force, mechanism.CodeState, "没有等待发出")
}

// Test暂缓的时间从专班看得到文稿起算 covers when a held text goes out by itself; 2026-05-16 is a Saturday.
func Test暂缓的时间从专班看得到文稿起算(t *testing.T) {
	cases := []struct{ name, rules, want string }{
		{"第一级等到工作日", "[tier]\nhold_minutes = [60, 0, 0]", "2026-05-18T10:00:00+08:00"},
		{"休息日也发", "[tier]\nhold_minutes = [60, 0, 0]\n[push]\nrest_days = true", "2026-05-16T10:00:00+08:00"},
		{"不限时段", "[tier]\nhold_minutes = [60, 0, 0]\n[push]\nhours = \"\"\nrest_days = true", "2026-05-16T01:00:00+08:00"},
		{"不暂缓", "[tier]\nhold_minutes = [0, 0, 0]", "2026-05-16T00:00:00+08:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-05-09", c.rules)
			w.record(yunxi(t))
			w.begin("2026-05-10")
			w.begin("2026-05-16")
			if got := w.last().Escalation.PostAt.In(mechanism.Shanghai).Format("2006-01-02T15:04:05-07:00"); got != c.want {
				t.Errorf("goes out at %s, want %s", got, c.want)
			}
		})
	}
}

func Test当日下班后立案的次日发出(t *testing.T) {
	w := newWorld(t, "2026-05-18", "[tier]\nhold_minutes = [30, 0, 0]")
	w.now = day(t, "2026-05-18").At(18, 0)
	w.record(yunxi(t))
	if got, want := w.last().Escalation.PostAt, day(t, "2026-05-19").At(9, 30); !got.Equal(want) {
		t.Errorf("goes out at %s, want %s", got, want)
	}
}

func Test存量红灯多于记录所载次数的照常计次(t *testing.T) {
	w := newWorld(t, "2026-06-01", "")
	r := yunxi(t)
	r.RedCount = 1
	r.Stages = append(r.Stages, running(t, mechanism.StatisticsEntry, "2026-05-05", "10日"))
	w.do(mechanism.RecordArrived{Record: r, Baseline: true}, system)
	w.do(mechanism.BacklogReleased{}, force)
	first, second := w.p.Case(1), w.p.Case(2)
	if first.RedNo != 1 || !first.InBase || second.RedNo != 2 || second.InBase || second.Tier != 2 || w.p.RedCount() != 2 {
		t.Errorf("第%d次、第%d次 tier %d, %d reds", first.RedNo, second.RedNo, second.Tier, w.p.RedCount())
	}
}

package mechanism_test

import (
	"slices"
	"testing"

	"junma/mechanism"
)

func Test首次看到已晚(t *testing.T) {
	cases := []struct {
		name, today, done string
		level             mechanism.Level // "" = no case
		late              bool
	}{
		{"绿灯", "2026-05-09", "", "", false},
		{"橙线当日", "2026-05-10", "", mechanism.Orange, false},
		{"预警期内", "2026-05-13", "", mechanism.Orange, true},
		{"期末当日", "2026-05-15", "", mechanism.Orange, true},
		{"红线当日直接红灯", "2026-05-16", "", mechanism.Red, false},
		{"早已逾期", "2026-07-01", "", mechanism.Red, true},
		{"已办结", "2026-07-01", "2026-06-01", "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.today, "")
			r := yunxi(t)
			r.Stages[0].Done = day(t, c.done)
			w.record(r)
			if c.level == "" {
				w.cases(0)
				return
			}
			w.cases(1)
			w.stands(1, c.level, mechanism.Untreated, mechanism.WaitRead)
			if got := w.last(); got.Late != c.late || got.FiredOn != day(t, c.today) || got.Follows != 0 {
				t.Errorf("case %+v", got)
			}
			if got := w.told(mechanism.KindPush); len(got) != 5 { // 四方和抄送的市审管办
				t.Errorf("told %v", got)
			}
		})
	}
}

func Test未核定的时限只提示(t *testing.T) {
	w := newWorld(t, "2026-05-10", "")
	r := yunxi(t)
	r.Stages[0].Limit = mechanism.Limit{}
	w.record(r)
	w.begin("2026-06-30")
	w.cases(0)
	if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintUnconfirmed}) || w.p.Hints[0].Level != mechanism.Red {
		t.Errorf("hints %+v", w.p.Hints)
	}
	if len(w.notes) != 0 || w.p.RedCount() != 0 {
		t.Errorf("an unconfirmed limit alarms: %v", w.notes)
	}

	w.book = bookWith(t, "[[limit]]\nstage = \"施工许可\"\nlimit = \"25日\"\nconfirmed = true\nbasis = \"核定\"")
	w.begin("2026-07-01")
	w.stands(1, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if len(w.p.Hints) != 0 || !w.last().Late {
		t.Errorf("hints %v, case %+v", w.hints(), w.last())
	}
}

func Test推定的起算满三个工作日才通报(t *testing.T) {
	rules := "[limits]\naccept_samples = true"
	w := newWorld(t, "2026-05-28", rules) // 周四
	r := yunxi(t)
	r.Stages = append(r.Stages, mechanism.StageRecord{Stage: mechanism.PlanningPermit, Done: day(t, "2026-05-01")})
	r.Stages = r.Stages[1:]
	w.record(r) // 施工许可 25日 自5月1日推定,5月27日起红灯
	w.cases(0)
	if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintInferred}) {
		t.Fatalf("hints %v", got)
	}
	w.begin("2026-06-02") // 第3个工作日
	w.cases(0)
	if due := w.book.NextDue(&w.p, day(t, "2026-06-02")); due != day(t, "2026-06-03") {
		t.Errorf("next due %s, want 2026-06-03", due)
	}
	w.begin("2026-06-03")
	w.stands(1, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); !c.Due.Inferred || !c.Late {
		t.Errorf("case %+v", c)
	}

	confirmed := r
	confirmed.Stages = append(confirmed.Stages, mechanism.StageRecord{Stage: mechanism.ConstructionPermit, Start: day(t, "2026-05-20")})
	w.at("2026-06-03").record(confirmed) // 登记的起算日较晚:6月15日前按时
	w.stands(1, mechanism.Red, mechanism.Revoked, "")
	if w.p.RedCount() != 0 {
		t.Errorf("%d reds", w.p.RedCount())
	}
}

func Test后续环节已开始的不再推定(t *testing.T) {
	w := newWorld(t, "2026-05-01", "[limits]\naccept_samples = true")
	r := yunxi(t)
	r.Stages = append(r.Stages, mechanism.StageRecord{Stage: mechanism.Scouting, Done: day(t, "2020-01-01")})
	w.record(r) // 施工许可 已起算,签约、拿地、工程规划许可 都已过去
	for _, s := range []mechanism.Stage{mechanism.Signing, mechanism.LandAcquisition, mechanism.PlanningPermit} {
		if st := stateOf(w.p, s); !st.Start.IsZero() {
			t.Errorf("%s starts on %s", s, st.Start)
		}
	}
	w.begin("2026-05-09")
	w.cases(0)
}

func Test仍应亮灯的更正只改日期(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Stages[0] = running(t, mechanism.ConstructionPermit, "2026-04-15", "25日")
	w.record(r)
	w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); c.Due.Start != day(t, "2026-04-15") || c.Push != 1 {
		t.Errorf("case %+v", c)
	}
	if len(w.told(mechanism.KindChanged)) != 2 || len(w.told(mechanism.KindPush)) != 0 {
		t.Errorf("told %v, want the two cards redrawn", w.notes)
	}
}

func Test更正后直接到红灯(t *testing.T) {
	w := orange(t)
	r := yunxi(t)
	r.Stages[0] = running(t, mechanism.ConstructionPermit, "2026-04-01", "25日")
	w.record(r)
	w.stands(1, mechanism.Orange, mechanism.Superseded, "")
	w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
}

func Test规则库改动不动已立的预警(t *testing.T) {
	rules := func(limit string) string {
		return "[[limit]]\nstage = \"施工许可\"\nlimit = \"" + limit + "\"\nconfirmed = true\nbasis = \"核定\""
	}
	w := newWorld(t, "2026-05-10", rules("25日"))
	r := yunxi(t)
	r.Stages[0].Limit = mechanism.Limit{}
	w.record(r)
	w.cases(1)
	w.book = bookWith(t, rules("90日"))
	w.record(r)
	w.begin("2026-05-16")
	w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if w.last().Due.Limit.N != 25 {
		t.Errorf("due %+v", w.last().Due)
	}
}

func Test缺登记的单位当日报专班(t *testing.T) {
	w := newWorld(t, "2026-05-01", "")
	r := yunxi(t)
	r.Town = ""
	w.record(r)
	alarms := w.told(mechanism.KindAlarm)
	if !slices.Equal(alarms, []string{"alarm/JD-1/项目责任单位/" + w.notes[0].Alarm}) {
		t.Fatalf("told %v", alarms)
	}
	if n := w.notes[0]; n.Alarm == "" || n.To.Unit != mechanism.UnitTaskForce {
		t.Errorf("alarm %+v", n)
	}
	w.record(r)
	if len(w.notes) != 0 {
		t.Errorf("told again: %v", w.notes)
	}
	w.begin("2026-05-10")
	if got := w.told(mechanism.KindPush); len(got) != 4 { // 其余三方和抄送照发
		t.Errorf("told %v", got)
	}
	if !slices.Equal(w.told(mechanism.KindAlarm), alarms) {
		t.Errorf("told %v", w.notes)
	}
}

func Test推定的起算经登记核实后不再注明推定(t *testing.T) {
	w := newWorld(t, "2026-05-01", "[limits]\naccept_samples = true")
	r := yunxi(t)
	r.Stages = []mechanism.StageRecord{{Stage: mechanism.PlanningPermit, Done: day(t, "2026-05-01")}}
	w.record(r)
	w.begin("2026-05-21")
	if c := w.last(); c.Level != mechanism.Orange || !c.Due.Inferred {
		t.Fatalf("case %+v", c)
	}
	r.Stages = append(r.Stages, mechanism.StageRecord{Stage: mechanism.ConstructionPermit, Start: day(t, "2026-05-01")})
	w.record(r)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); c.Due.Inferred || len(w.told(mechanism.KindChanged)) != 2 {
		t.Errorf("inferred is %v, told %v", c.Due.Inferred, w.notes)
	}
}

func Test完成早于推定起算的不留推定(t *testing.T) {
	w := newWorld(t, "2026-05-28", "[limits]\naccept_samples = true")
	r := yunxi(t)
	r.Stages = []mechanism.StageRecord{{Stage: mechanism.PlanningPermit, Done: day(t, "2026-05-20")}}
	w.record(r)
	r.Stages = append(r.Stages, mechanism.StageRecord{Stage: mechanism.ConstructionPermit, Done: day(t, "2026-05-18")})
	w.record(r)
	if st := stateOf(w.p, mechanism.ConstructionPermit); !st.Start.IsZero() || st.Inferred || st.Done != day(t, "2026-05-18") {
		t.Errorf("施工许可 %+v", st)
	}
	if st := stateOf(w.p, mechanism.StartSupervision); st.Start != day(t, "2026-05-18") || !st.Inferred {
		t.Errorf("开工监管 %+v", st)
	}
	w.cases(0)
}

// Test投资变更不改已起算环节的时限 is C-17.
func Test投资变更不改已起算环节的时限(t *testing.T) {
	w := newWorld(t, "2026-05-01", "[limits]\naccept_samples = true")
	r := yunxi(t)
	r.InvestmentWan = 49900
	r.Stages = []mechanism.StageRecord{{Stage: mechanism.Construction, Start: day(t, "2026-05-01")}}
	w.record(r)
	due := func() string {
		c, _ := w.book.Clock(&w.p, mechanism.Construction)
		return c.Limit.String()
	}
	r.InvestmentWan = 52000
	w.at("2026-05-02").record(r)
	if got := w.hints(); due() != "18月" || !slices.Equal(got, []mechanism.HintWhy{mechanism.HintSized}) {
		t.Errorf("limit %s, hints %v; want 18月 as on the day of the start, and 专班 to know", due(), got)
	}
	r.Stages[0].Limit = mechanism.Limit{N: 24, Unit: mechanism.Months} // 专班核定
	w.record(r)
	if got := w.hints(); due() != "24月" || len(got) != 0 {
		t.Errorf("limit %s, hints %v", due(), got)
	}

	w = newWorld(t, "2026-05-01", "[limits]\naccept_samples = true")
	r.Stages[0].Limit, r.InvestmentWan = mechanism.Limit{}, 0
	w.record(r)
	r.InvestmentWan = 52000 // 起算时不详,补填后才有时限
	w.record(r)
	if got := w.hints(); due() != "24月" || len(got) != 0 {
		t.Errorf("limit %s, hints %v", due(), got)
	}
	r.InvestmentWan, r.Stages[0].Start = 49900, day(t, "2026-04-30") // 起算更正,档次随之重定
	w.record(r)
	if got := w.hints(); due() != "18月" || len(got) != 0 {
		t.Errorf("limit %s, hints %v", due(), got)
	}
}

// Test导入时已亮灯而有疑的日后仍为存量 is C-10: a doubt that is lifted later must not turn an import into a flood of pushes.
func Test导入时已亮灯而有疑的日后仍为存量(t *testing.T) {
	inferred, sample := yunxi(t), yunxi(t)
	inferred.Stages = []mechanism.StageRecord{{Stage: mechanism.PlanningPermit, Done: day(t, "2026-05-01")}}
	sample.Stages = []mechanism.StageRecord{{Stage: mechanism.ConstructionPermit, Start: day(t, "2026-05-01")}}
	confirmed := "[limits]\naccept_samples = true"
	for _, c := range []struct {
		name, rules string
		record      mechanism.Record
		hint        mechanism.HintWhy
	}{
		{"推定的起算", confirmed, inferred, mechanism.HintInferred},
		{"未核定的时限", "", sample, mechanism.HintUnconfirmed},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-06-20", c.rules) // 5月27日起红灯
			w.do(mechanism.RecordArrived{Record: c.record, Baseline: true}, system)
			if got := w.hints(); len(w.p.Cases) != 0 || !slices.Equal(got, []mechanism.HintWhy{c.hint}) {
				t.Fatalf("%d cases, hints %v", len(w.p.Cases), got)
			}
			w.book = bookWith(t, confirmed)
			w.begin("2026-06-29")
			w.stands(1, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
			if c := w.last(); !c.Backlog || w.p.RedCount() != 0 || len(w.notes) != 1 || len(w.told(mechanism.KindBacklog)) != 1 {
				t.Errorf("case %+v, told %v; want one list to 专班", c, w.notes)
			}
		})
	}
	w := newWorld(t, "2026-05-22", "") // 5月21日起橙色
	w.do(mechanism.RecordArrived{Record: sample, Baseline: true}, system)
	w.book = bookWith(t, confirmed)
	w.begin("2026-05-23")
	w.begin("2026-05-27")
	if w.cases(2); !w.p.Case(1).Backlog || w.last().Backlog || len(w.told(mechanism.KindPush)) == 0 {
		t.Errorf("cases %+v, told %v; want the red that came after the import pushed", w.p.Cases, w.notes)
	}
}

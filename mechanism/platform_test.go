package mechanism_test

import (
	"slices"
	"testing"

	"junma/mechanism"
)

func Test红灯同日先后到达只计一次(t *testing.T) {
	lit := yunxi(t)
	lit.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-15", "HZ-1")}
	for name, local := range map[string]bool{"本地先": true, "平台先": false} {
		t.Run(name, func(t *testing.T) {
			w := orange(t)
			if local {
				w.begin("2026-05-16")
				w.record(lit)
			} else {
				w.now = day(t, "2026-05-16").Time()
				w.record(lit)
				w.begin("2026-05-16")
			}
			w.record(lit)
			w.cases(2)
			c := w.last()
			if w.p.RedCount() != 1 || c.RedNo != 1 || c.Ref != "HZ-1" || c.Since != day(t, "2026-05-15") || c.Due.Red != day(t, "2026-05-16") {
				t.Errorf("%d reds, case %+v", w.p.RedCount(), c)
			}
			if len(w.notes) != 0 {
				t.Errorf("the same light told again: %v", w.notes)
			}
		})
	}
}

func Test平台红灯早于本地到达也只计一次(t *testing.T) {
	w := orange(t)
	lit := yunxi(t)
	lit.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-13", "HZ-1")}
	w.at("2026-05-14").record(lit)
	w.stands(1, mechanism.Orange, mechanism.Superseded, "")
	w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	w.begin("2026-05-16")
	w.cases(2)
	if c := w.last(); w.p.RedCount() != 1 || c.Source != mechanism.Platform || c.Occurrence != 1 || c.Follows != 1 {
		t.Errorf("%d reds, case %+v", w.p.RedCount(), c)
	}
}

func Test平台灯先亮(t *testing.T) {
	w := newWorld(t, "2026-05-01", "")
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Orange, "2026-04-29", "HZ-0")}
	w.record(r)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	if c := w.last(); c.Source != mechanism.Platform || !c.Late || c.FiredOn != day(t, "2026-05-01") || c.Due.Orange != day(t, "2026-05-10") {
		t.Errorf("case %+v", c)
	}
	w.begin("2026-05-10")
	w.cases(1) // 本地到橙线,同一预警
	r.Lights[0].Off = true
	w.at("2026-05-11").record(r)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead) // 阅读销号不销橙色
	if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintYellowRead}) {
		t.Errorf("hints %v", got)
	}
}

func Test平台亮过灯的项目本地红灯只提示(t *testing.T) {
	for rule, counts := range map[string]bool{"hint": false, "count": true} {
		w := newWorld(t, "2026-05-11", "[source]\nlocal_red = \""+rule+"\"")
		r := yunxi(t)
		r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Orange, "2026-05-10", "HZ-0")}
		w.record(r)
		w.begin("2026-05-16")
		if got := w.p.RedCount() == 1; got != counts {
			t.Fatalf("%s: counted is %v", rule, got)
		}
		if counts {
			continue
		}
		w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
		if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintNotOnPlatform}) {
			t.Errorf("hints %v", got)
		}
		if told := append(w.told(mechanism.KindPush), w.told(mechanism.KindHeld)...); len(told) != 0 {
			t.Errorf("a hint is told: %v", told)
		}
		r.Lights = append(r.Lights, lamp(t, mechanism.Red, "2026-05-17", "HZ-1"))
		w.at("2026-05-18").record(r)
		w.stands(1, mechanism.Orange, mechanism.Superseded, "")
		w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
		if w.last().Follows != 1 || len(w.p.Hints) != 0 {
			t.Errorf("case %+v, hints %v", w.last(), w.hints())
		}
	}
}

func Test平台不再显示的灯只列入比对(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1")}
	r.Complete = true
	w.record(r)
	if len(w.p.Hints) != 0 {
		t.Fatalf("hints %v", w.hints())
	}
	shown := r.Lights
	r.Lights = nil
	w.record(r)
	w.stands(2, mechanism.Red, mechanism.Untreated, mechanism.WaitRead)
	if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintGone}) {
		t.Errorf("hints %v", got)
	}
	r.Lights = shown
	w.record(r)
	if len(w.p.Hints) != 0 {
		t.Errorf("hints %v once it is shown again", w.hints())
	}
}

func Test本地已销号后平台迟到的灯不再立案(t *testing.T) {
	w := red(t)
	w.do(report(2), chen)
	w.do(notNeeded(2, "数据有误"), lin)
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1")}
	w.at("2026-05-18").record(r)
	w.cases(2)
	if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintStillLit}) {
		t.Errorf("hints %v", got)
	}
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-20", "HZ-2")} // 平台另亮新灯
	w.at("2026-05-20").record(r)
	w.cases(3)
	if c := w.last(); c.Occurrence != 2 || c.RedNo != 2 || len(w.p.Hints) != 0 {
		t.Errorf("case %+v, hints %v", c, w.hints())
	}
}

func Test已完成的环节本地与平台不一致时列入比对(t *testing.T) {
	w := red(t)
	w.do(w.completed(2, "2026-05-17"), lin)
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1")}
	w.record(r)
	w.cases(2)
	got := w.hints()
	if len(got) != 2 || !slices.Contains(got, mechanism.HintStillLit) || !slices.Contains(got, mechanism.HintDoneOnlyHere) {
		t.Errorf("hints %v", got)
	}
	r.Lights, r.Complete, r.Stages[0].Done = nil, true, day(t, "2026-05-17")
	w.record(r)
	if len(w.p.Hints) != 0 {
		t.Errorf("hints %v once the platform agrees", w.hints())
	}
}

func Test另一个仍亮着的平台灯不改编号(t *testing.T) {
	w := red(t)
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1"), lamp(t, mechanism.Red, "2026-05-17", "HZ-2")}
	w.record(r)
	if c := w.last(); c.Ref != "HZ-1" || c.Since != day(t, "2026-05-16") {
		t.Errorf("ref %s since %s", c.Ref, c.Since)
	}
	r.Lights = r.Lights[1:] // HZ-1 不再显示,HZ-2 接替
	w.record(r)
	w.cases(2)
	if c := w.last(); c.Ref != "HZ-2" || w.p.RedCount() != 1 {
		t.Errorf("ref %s, %d reds", c.Ref, w.p.RedCount())
	}
}

func Test一条记录里灯的先后不改次数(t *testing.T) {
	r := yunxi(t)
	r.Stages = nil
	r.Lights = []mechanism.LightRecord{
		{Stage: mechanism.StatisticsEntry, Level: mechanism.Red, Since: day(t, "2026-05-12"), Ref: "HZ-2"},
		{Stage: mechanism.ConstructionPermit, Level: mechanism.Red, Since: day(t, "2026-05-12"), Ref: "HZ-3"},
		{Stage: mechanism.Acceptance, Level: mechanism.Red, Since: day(t, "2026-05-10"), Ref: "HZ-1"},
	}
	want := []mechanism.Stage{mechanism.Acceptance, mechanism.ConstructionPermit, mechanism.StatisticsEntry}
	for range 2 {
		w := newWorld(t, "2026-05-17", "")
		w.record(r)
		w.cases(3)
		for i, s := range want { // 先亮的在前,同日的按公文次序
			if c := w.p.Cases[i]; c.Stage != s || c.RedNo != i+1 || c.Tier != i+1 {
				t.Errorf("case %d is of %s, 第%d次, tier %d; want %s", i+1, c.Stage, c.RedNo, c.Tier, s)
			}
		}
		slices.Reverse(r.Lights)
	}
}

func Test同日两个本地红灯按公文次序计次(t *testing.T) {
	w := newWorld(t, "2026-05-15", "")
	r := yunxi(t)
	r.Stages = []mechanism.StageRecord{
		running(t, mechanism.StatisticsEntry, "2026-05-05", "10日"), running(t, mechanism.ConstructionPermit, "2026-04-20", "25日"),
	}
	w.record(r)
	w.begin("2026-05-16")
	var reds []mechanism.Stage
	for _, c := range w.p.Cases {
		if c.Level == mechanism.Red {
			if reds = append(reds, c.Stage); c.RedNo != len(reds) {
				t.Errorf("%s is 第%d次, want %d", c.Stage, c.RedNo, len(reds))
			}
		}
	}
	if !slices.Equal(reds, []mechanism.Stage{mechanism.ConstructionPermit, mechanism.StatisticsEntry}) {
		t.Errorf("reds %v", reds)
	}
}

func Test平台黄灯而本地已红时一直列入比对(t *testing.T) {
	w := newWorld(t, "2026-05-20", "")
	r := yunxi(t)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Orange, "2026-05-10", "HZ-0")}
	for range 2 { // 记录再来一次也不丢
		w.record(r)
		w.cases(1)
		w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
		if got := w.hints(); !slices.Equal(got, []mechanism.HintWhy{mechanism.HintNotOnPlatform}) {
			t.Errorf("hints %v", got)
		}
	}
}

func Test平台红灯的环节重做后再次逾期(t *testing.T) {
	w := newWorld(t, "2026-05-17", "")
	r := yunxi(t)
	r.Stages = nil
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1")} // 没有起算日的环节
	w.record(r)
	w.do(w.completed(1, "2026-05-17"), lin)
	r.Lights, r.Stages = nil, []mechanism.StageRecord{running(t, mechanism.ConstructionPermit, "2026-06-01", "25日")}
	w.p.PlatformSeen = false // 只看轮次
	w.at("2026-06-02").record(r)
	w.begin("2026-06-27")
	if c := w.last(); c.Level != mechanism.Red || c.Occurrence != 2 || w.p.RedCount() != 2 {
		t.Errorf("case %+v, %d reds", c, w.p.RedCount())
	}
}

package mechanism_test

import (
	"slices"
	"testing"

	"junma/mechanism"
)

// reminded begins every day up to last and gives the days on which somebody was reminded, with whom.
func (w *world) reminded(last string) []string {
	w.t.Helper()
	var told []string
	for d := w.p.Day + 1; d <= day(w.t, last); d++ {
		w.begin(d.String())
		for _, n := range w.notes {
			if n.Kind == mechanism.KindReminder {
				told = append(told, n.On.String()[5:]+" "+n.To.Unit)
			}
		}
	}
	return told
}

func (w *world) wantReminders(name, last string, want ...string) {
	w.t.Helper()
	if got := w.reminded(last); !slices.Equal(got, want) {
		w.t.Errorf("%s: reminded %v, want %v", name, got, want)
	}
}

// The first push of early is on Monday 2026-03-02, its cycle ends on 03-31.
func Test未办理的在推送后第一三五个工作日提醒(t *testing.T) {
	early(t, "").wantReminders("无人理会", "2026-03-31", "03-03 下涯镇", "03-05 下涯镇", "03-09 下涯镇")

	w := early(t, "")
	w.wantReminders("第1日", "2026-03-03", "03-03 下涯镇")
	w.at("2026-03-04").do(report(1), chen)
	w.wantReminders("报送后轮到部门", "2026-03-05", "03-05 市住建局")
	w.do(mechanism.Returned{Case: 1, Reason: "补"}, lin)
	w.wantReminders("退回后轮到责任单位", "2026-03-09", "03-09 下涯镇")

	w = newWorld(t, "2026-05-09", "") // 橙灯在周日,周一才推送到人
	w.record(yunxi(t))
	w.wantReminders("休息日亮灯", "2026-05-15", "05-12 下涯镇", "05-14 下涯镇")

	w = newWorld(t, "2026-03-02", "") // 平台19时亮灯,次日才推送到人
	w.now = day(t, "2026-03-02").At(19, 0)
	r := yunxi(t)
	r.Stages, r.Lights = nil, []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-03-02", "HZ-1")}
	w.record(r)
	w.wantReminders("时段外亮灯", "2026-03-05", "03-04 下涯镇")

	w = early(t, "")
	w.do(w.completed(1, "2026-03-02"), lin)
	w.wantReminders("销号即止", "2026-04-10")
}

func Test已办理未销号的在周期届满前五日提醒(t *testing.T) {
	inHand := func(rules string) *world {
		w := early(t, rules)
		w.do(report(1), chen)
		w.do(w.ongoing(1, "2026-05-30"), lin)
		return w
	}
	inHand("").wantReminders("第1个周期", "2026-03-31", "03-26 下涯镇")
	w := inHand("")
	w.begin("2026-05-31")
	w.wantReminders("第4个周期,届满6月29日", "2026-06-29", "06-24 下涯镇")
	inHand("[push]\nremind_before = 9").wantReminders("逢周日提前到周五", "2026-03-31", "03-20 下涯镇")
	inHand("[push]\nremind_before = 0").wantReminders("不提醒", "2026-03-31")

	w = inHand("")
	w.begin("2026-06-30")
	w.stands(1, mechanism.Red, mechanism.Overdue, "")
	w.wantReminders("销号超时后只有每周期一张卡", "2026-07-29")
}

func Test提醒不算推送且一日只一次(t *testing.T) {
	w := early(t, "")
	w.begin("2026-03-03")
	if len(w.told(mechanism.KindReminder)) != 1 {
		t.Fatalf("told %v", w.notes)
	}
	w.begin("2026-03-03")
	if len(w.notes) != 0 {
		t.Errorf("the day began again and told %v", w.notes)
	}
	w.do(mechanism.Responded{Case: 1}, chen)
	if len(w.notes) != 0 {
		t.Errorf("a press on the day of a reminder told %v", w.notes)
	}
	if c := w.last(); c.Push != 1 || w.p.RedCount() != 1 {
		t.Errorf("push %d, %d reds", c.Push, w.p.RedCount())
	}
}

func Test下一次该看的日子包括提醒日(t *testing.T) {
	w := early(t, "")
	for _, want := range []string{"2026-03-03", "2026-03-05", "2026-03-09", "2026-04-01"} {
		if got := w.book.NextDue(&w.p, w.p.Day); got != day(t, want) {
			t.Fatalf("after %s the next is %s, want %s", w.p.Day, got, want)
		}
		w.begin(want)
	}
}

func testUrge(t *testing.T) {
	w := early(t, "")
	w.refused(mechanism.Urged{Case: 1}, chen, mechanism.CodeNotYours, "催办由业务专班发出")
	w.do(mechanism.Urged{Case: 1}, force)
	if got := w.told(mechanism.KindUrged); !slices.Equal(got, []string{"urged/JD-1/1/1/项目责任单位"}) {
		t.Errorf("told %v", got)
	}
	w.refused(mechanism.Urged{Case: 1}, force, mechanism.CodeRepeat, "于2026年3月2日00:00催办", "2026年3月3日起可再次催办")
	w.at("2026-03-03").do(report(1), chen)
	w.do(mechanism.Urged{Case: 1}, force)
	if got := w.told(mechanism.KindUrged); !slices.Equal(got, []string{"urged/JD-1/1/2/环节责任部门"}) {
		t.Errorf("told %v", got)
	}
	if c := w.last(); c.Push != 1 || len(c.Urges) != 2 || c.State != mechanism.Untreated {
		t.Errorf("case %+v", c)
	}
	w.at("2026-03-06").do(mechanism.Urged{Case: 1}, force) // a Friday
	w.at("2026-03-08").refused(mechanism.Urged{Case: 1}, force, mechanism.CodeRepeat, "2026年3月9日起")
	w.do(w.completed(1, "2026-03-02"), lin)
	w.refused(mechanism.Urged{Case: 1}, force, mechanism.CodeFinal, "已于2026年3月8日销号")
}

func Test存量不提醒(t *testing.T) {
	w := newWorld(t, "2026-05-11", "")
	w.do(mechanism.RecordArrived{Record: yunxi(t), Baseline: true}, system)
	w.stands(1, mechanism.Orange, mechanism.Untreated, mechanism.WaitRead)
	w.refused(mechanism.Urged{Case: 1}, force, mechanism.CodeState, "存量转办")
	w.wantReminders("存量", "2026-05-15")
}

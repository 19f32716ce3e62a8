package mechanism_test

import (
	"testing"

	"junma/mechanism"
)

func Test销号周期的日期向量(t *testing.T) {
	cycle := bookWith(t, "").Cycle(mechanism.Red, day(t, "2026-03-02"))
	for n, want := range map[int][2]string{
		1: {"2026-03-02", "2026-03-31"},
		2: {"2026-04-01", "2026-04-30"},
		3: {"2026-05-01", "2026-05-30"},
		4: {"2026-05-31", "2026-06-29"},
	} {
		if push, end := cycle.Push(n).String(), cycle.End(n).String(); push != want[0] || end != want[1] {
			t.Errorf("第%d次推送 %s、周期至 %s,应为 %s、%s", n, push, end, want[0], want[1])
		}
	}
	if got := cycle.OverdueOn(); got != day(t, "2026-06-30") || got-cycle.RestartAt != 120 {
		t.Errorf("销号超时自 %s,应为 2026-06-30,即第120日", got)
	}
}

func Test销号超时的几种设置(t *testing.T) {
	from := day(t, "2026-03-02")
	for _, c := range []struct {
		name, text string
		level      mechanism.Level
		want       string
	}{
		{"第4次推送当日", "overdue_at = 'at_4th_push'", mechanism.Red, "2026-05-31"},
		{"橙灯不超时", "", mechanism.Orange, ""},
		{"橙灯也可设为超时", "orange_overdue = true", mechanism.Orange, "2026-06-30"},
		{"周期20日、3次推送", "cycle_days = 20\npushes = 3", mechanism.Red, "2026-05-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := bookWith(t, "[push]\n"+c.text).Cycle(c.level, from).OverdueOn().String(); got != c.want {
				t.Errorf("销号超时自 %q,应为 %q", got, c.want)
			}
		})
	}
}

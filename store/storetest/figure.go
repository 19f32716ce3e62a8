package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testFigures(t *testing.T, open Opener) {
	t.Run("计数与清单一致", func(t *testing.T) { figuresAgree(t, newHouse(t, open)) })
	t.Run("计数与逐件清点相同", func(t *testing.T) { figuresCount(t, newHouse(t, open)) })
	t.Run("看不到的不计", func(t *testing.T) { figuresKeepRights(t, newHouse(t, open)) })
	t.Run("上月同期", func(t *testing.T) { standingThen(t, newHouse(t, open)) })
	t.Run("按时率", func(t *testing.T) { timeliness(t, newHouse(t, open)) })
	t.Run("未来亮灯", func(t *testing.T) { outlooks(t, newHouse(t, open)) })
	t.Run("在办项目", func(t *testing.T) { projectsInHand(t, newHouse(t, open)) })
	t.Run("按读音找名称", func(t *testing.T) { searchNames(t, newHouse(t, open)) })
}

var everything = store.Scope{All: true}

// twoReds is two projects: a red and an orange open, one red that has ended, and 存量.
func twoReds(h *house, fired mechanism.Date) {
	one := project("JD-1", "云溪项目", warning(1, mechanism.Red, fired), warning(2, mechanism.Orange, fired+1))
	two := project("JD-2", "梅岭项目", warning(1, mechanism.Red, fired+2), warning(2, mechanism.Red, fired))
	one.Cases[1].Stage = mechanism.Scouting
	two.Cases[0].State, two.Cases[0].ClosedOn = mechanism.Closed, fired+9
	two.Cases[1].Backlog = true
	h.do(func(tx *store.Tx) error { return errors.Join(tx.SaveProject(one, 0), tx.SaveProject(two, 0)) })
}

func figuresAgree(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	twoReds(h, fired)
	h.read(func(v *store.View) error {
		lights, err := v.Lights(everything)
		if diff := cmp.Diff([]store.Light{{Level: "橙", State: "未办理", N: 1}, {Level: "红", State: "未办理", N: 1}}, lights); diff != "" {
			t.Errorf("figures (-want +got):\n%s", diff)
		}
		rows, err2 := v.Listed(everything, 0, 10)
		if len(rows) != 2 || rows[0].Level != mechanism.Red {
			t.Errorf("listed %+v", rows)
		}
		second, err3 := v.Listed(everything, 1, 1)
		if len(second) != 1 || second[0].Seq != 2 {
			t.Errorf("second %+v", second)
		}
		ended, err4 := v.Figures(store.Scope{All: true, EndedFrom: fired, EndedTo: fired + 9}, store.ByDepartment)
		if diff := cmp.Diff([]store.Share{{Name: "市住建局", N: 1}}, ended); diff != "" {
			t.Errorf("ended (-want +got):\n%s", diff)
		}
		lit, err5 := v.Figures(store.Scope{All: true, FiredFrom: fired + 2, FiredTo: fired + 2}, store.ByStage)
		if store.Total(lit) != 1 {
			t.Errorf("newly lit %+v", lit)
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
}

func figuresKeepRights(t *testing.T, h *house) {
	twoReds(h, mechanism.NewDate(2026, 3, 2))
	for unit, want := range map[string]int{"下涯镇": 2, "市住建局": 2, "市经信局": 2, "市发改局": 1, "大同镇": 0} { // 发改 has but the phase: no 盯引
		h.read(func(v *store.View) error {
			seen, err := v.Figures(store.Scope{Rights: []string{unit}}, store.ByStage)
			if store.Total(seen) != want {
				t.Errorf("%s sees %+v, want %d", unit, seen, want)
			}
			return err
		})
	}
	h.read(func(v *store.View) error {
		seen, err := v.Figures(store.Scope{}, store.ByStage)
		if len(seen) != 0 {
			t.Errorf("nobody's units see %+v", seen)
		}
		return err
	})
}

func standingThen(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	twoReds(h, fired)
	for after, want := range map[mechanism.Date]int{-1: 0, 0: 1, 1: 2, 2: 3, 8: 3, 9: 2} {
		h.read(func(v *store.View) error {
			now, err := v.Count(everything)
			n, err2 := v.Standing(everything, fired+after, now)
			rows, err3 := v.Listed(store.Scope{All: true, StoodOn: fired + after}, 0, 10)
			if n != want || len(rows) != want {
				t.Errorf("day %+d: %d stood, %d listed, want %d", after, n, len(rows), want)
			}
			return errors.Join(err, err2, err3)
		})
	}
}

func timeliness(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	p := project("JD-1", "云溪项目", warning(1, mechanism.Red, fired), warning(2, mechanism.Red, fired), warning(3, mechanism.Red, fired))
	for i := range p.Cases {
		p.Cases[i].Push, p.Cases[i].Cycle.RestartAt = 1, fired
	}
	p.Cases[0].Disposals = []mechanism.Disposal{{At: (fired + 5).At(10, 0)}}
	p.Cases[1].Disposals = []mechanism.Disposal{{At: (fired + 8).At(10, 0)}}
	p.Cases[2].State, p.Cases[2].ClosedOn = mechanism.Closed, fired+3 // ended before its day came
	h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
	h.read(func(v *store.View) error {
		got, err := v.Timeliness(everything, false, []store.Due{{Pushed: fired, By: fired + 7}})
		if diff := cmp.Diff([]store.Timely{{Unit: "市住建局", N: 2, InTime: 1}}, got); diff != "" {
			t.Errorf("disposals (-want +got):\n%s", diff)
		}
		answers, err3 := v.Answers(everything, false, []store.Due{{Pushed: fired, By: fired + 7}}, 10)
		if len(answers) != 2 || answers[0].Unit != "市住建局" || answers[0].Answered != fired+5 || answers[1].By != fired+7 {
			t.Errorf("answers %+v", answers)
		}
		got, err2 := v.Timeliness(store.Scope{Rights: []string{"大同镇"}}, true, []store.Due{{Pushed: fired, By: fired + 7}})
		if len(got) != 0 {
			t.Errorf("another town sees %+v", got)
		}
		return errors.Join(err, err2, err3)
	})
}

func outlooks(t *testing.T, h *house) {
	on := mechanism.NewDate(2026, 4, 1)
	row := store.Outlook{Day: on, Project: "JD-1", Name: "云溪项目", Stage: mechanism.Construction, Level: mechanism.Orange, Town: "下涯镇"}
	row.Parties.Responsible.Unit = "下涯镇"
	h.do(func(tx *store.Tx) error { return tx.SaveOutlooks("JD-1", []store.Outlook{row}) })
	row.Day++
	h.do(func(tx *store.Tx) error { return tx.SaveOutlooks("JD-1", []store.Outlook{row}) })
	h.read(func(v *store.View) error {
		got, err := v.Outlooks(everything, on, on+1, 0, 10)
		if diff := cmp.Diff([]store.Outlook{row}, got); diff != "" {
			t.Errorf("outlooks (-want +got):\n%s", diff)
		}
		figures, err2 := v.OutlookFigures(store.Scope{All: true, Town: "下涯镇"}, on, on)
		if len(figures) != 0 {
			t.Errorf("the day before: %+v", figures)
		}
		return errors.Join(err, err2)
	})
}

func searchNames(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.SaveProject(project("JD-1", "云溪厂房"), 0), tx.SaveProject(project("JD-2", "云山厂房"), 0),
			tx.SaveNameKeys("JD-1", []string{"yun xi", "xi chang", "^yxcf"}), tx.SaveNameKeys("JD-2", []string{"yun shan", "^yscf"}))
	})
	for _, c := range []struct {
		choices [][]string
		prefix  string
		want    int
	}{
		{[][]string{{"yun xi"}, {"xi chang"}}, "", 1},
		{[][]string{{"yun xi", "yun shan"}}, "", 2},
		{[][]string{{"yun xi"}, {"yun shan"}}, "", 0},
		{nil, "^ys", 1},
		{nil, "^y", 2},
		{nil, "", 0},
	} {
		h.read(func(v *store.View) error {
			got, err := v.SearchNames(c.choices, c.prefix, 10)
			if len(got) != c.want {
				t.Errorf("%v %q: %+v, want %d", c.choices, c.prefix, got, c.want)
			}
			return err
		})
	}
}

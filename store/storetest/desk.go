package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testDesk(t *testing.T, open Opener) {
	t.Run("等谁答复,按时限先后", func(t *testing.T) { askedInOrder(t, newHouse(t, open)) })
	t.Run("等专班决定的", func(t *testing.T) { undecided(t, newHouse(t, open)) })
	t.Run("数据提醒登记到处理", func(t *testing.T) { alarmLife(t, newHouse(t, open)) })
	t.Run("提示随项目增减", func(t *testing.T) { hintsFollow(t, newHouse(t, open)) })
	t.Run("未送达的重发或收起", func(t *testing.T) { revived(t, newHouse(t, open)) })
}

func askedInOrder(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	for i, due := range []mechanism.Date{fired + 9, fired + 3, 0, fired + 5} {
		p := project("JD-"+number(i), "云溪项目", warning(1, mechanism.Red, fired))
		p.Cases[0].AnswerBy = due
		if i == 3 {
			p.Cases[0].Waiting = mechanism.WaitDepartment
		}
		h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
	}
	h.read(func(v *store.View) error {
		for _, c := range []struct {
			name  string
			units []string
			most  int
			want  []string
			total int
		}{
			{"责任单位", []string{"下涯镇"}, 9, []string{"JD-001", "JD-000"}, 2},
			{"部门", []string{"市住建局"}, 9, []string{"JD-003"}, 1},
			{"两个单位的人", []string{"下涯镇", "市住建局"}, 2, []string{"JD-001", "JD-003"}, 3},
			{"没有单位的人", nil, 9, nil, 0},
		} {
			first, total, err := v.Asked(c.units, c.most)
			if err != nil {
				return err
			}
			var got []string
			for _, a := range first {
				got = append(got, a.Project)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || total != c.total {
				t.Errorf("%s: %d in all, want %d (-want +got):\n%s", c.name, total, c.total, diff)
			}
		}
		return nil
	})
}

func undecided(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	held := warning(1, mechanism.Red, fired)
	held.Escalation = mechanism.Escalation{Tier: 3, RaisedAt: morning, PostAt: morning.Add(30 * time.Minute)}
	objected := warning(1, mechanism.Red, fired)
	objected.Disclaimers = []mechanism.Disclaimer{{At: morning, Reason: "不归我办"}}
	for id, c := range map[string]mechanism.Case{"JD-1": held, "JD-2": objected, "JD-3": warning(1, mechanism.Red, fired)} {
		h.do(func(tx *store.Tx) error { return tx.SaveProject(project(id, "云溪项目", c), 0) })
	}
	for after, want := range map[time.Duration]int{0: 2, 29 * time.Minute: 2, 31 * time.Minute: 1} {
		h.read(func(v *store.View) error {
			rows, err := v.Undecided(morning.Add(after))
			if len(rows) != want {
				t.Errorf("%v after it was raised %v wait, want %d", after, rows, want)
			}
			return err
		})
	}
}

func hintsFollow(t *testing.T, h *house) {
	one, two := project("JD-1", "云溪项目"), project("JD-2", "梅岭项目")
	two.Hints = []mechanism.Hint{{Stage: mechanism.ConstructionPermit, Why: "待核"}, {Stage: mechanism.Acceptance, Why: "另一种"}}
	h.do(func(tx *store.Tx) error { return errors.Join(tx.SaveProject(one, 0), tx.SaveProject(two, 0)) })
	expect := func(want ...store.HintRow) {
		t.Helper()
		h.read(func(v *store.View) error {
			got, err := v.Hints()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return err
		})
	}
	expect(store.HintRow{ProjectName: "梅岭项目", Stage: mechanism.ConstructionPermit, Why: "待核"},
		store.HintRow{ProjectName: "梅岭项目", Stage: mechanism.Acceptance, Why: "另一种"})
	one.Hints, two.Hints = two.Hints[1:], nil
	h.do(func(tx *store.Tx) error { return errors.Join(tx.SaveProject(one, 0), tx.SaveProject(two, 0)) })
	expect(store.HintRow{ProjectName: "云溪项目", Stage: mechanism.Acceptance, Why: "另一种"})
}

func alarmLife(t *testing.T, h *house) {
	open := func() (keys []string, since time.Time) {
		h.read(func(v *store.View) error {
			all, err := v.OpenAlarms()
			for _, a := range all {
				keys, since = append(keys, a.Key+" "+a.Sentence), a.RaisedAt
			}
			return err
		})
		return keys, since
	}
	raise := func(sentence string) {
		h.do(func(tx *store.Tx) error { return tx.RaiseAlarm("unit", "", sentence) })
	}
	settle := func() (done bool) {
		h.do(func(tx *store.Tx) (err error) {
			done, err = tx.SettleAlarm("unit", "zhao")
			return err
		})
		return done
	}
	raise("单位不在名册中")
	h.pass(time.Hour)
	raise("单位仍不在名册中")
	if keys, since := open(); !cmp.Equal(keys, []string{"unit 单位仍不在名册中"}) || !since.Equal(morning) {
		t.Errorf("open are %v since %v", keys, since)
	}
	if !settle() || settle() {
		t.Error("an alarm is settled once")
	}
	if keys, _ := open(); len(keys) != 0 {
		t.Errorf("open are %v", keys)
	}
	raise("单位又不在名册中")
	if keys, since := open(); len(keys) != 1 || !since.Equal(morning.Add(time.Hour)) {
		t.Errorf("raised again it is open as %v since %v", keys, since)
	}
	h.read(func(v *store.View) error {
		if _, err := v.Alarm("nothing"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an alarm nobody raised gives %v", err)
		}
		return nil
	})
}

func revived(t *testing.T, h *house) {
	h.enqueue(card("a", "chen"), card("b", "lin"))
	for _, d := range h.claim(store.ClaimOptions{}) {
		h.settle(d, store.Outcome{State: store.DeliveryDead, Reason: "对方拒收", RetryAt: wall.Add(time.Hour)}, true)
	}
	var dead []store.Delivery
	h.read(func(v *store.View) (err error) {
		dead, err = v.DeadCards()
		return err
	})
	if len(dead) != 2 {
		t.Fatalf("%d dead cards, want 2", len(dead))
	}
	again := dead[0]
	again.Lane, again.Address = "dingtalk/chen-new", []byte(`{"user":"chen-new"}`)
	for i, want := range []bool{true, false} {
		h.do(func(tx *store.Tx) error {
			done, err := tx.Revive(again, "沈某重发。")
			if done != want {
				t.Errorf("revived for the time %d: %t", i+1, done)
			}
			return err
		})
	}
	for i, want := range []bool{true, false} {
		h.do(func(tx *store.Tx) error {
			done, err := tx.Bury(dead[1].ID, "不再发送。")
			if done != want {
				t.Errorf("buried for the time %d: %t", i+1, done)
			}
			return err
		})
	}
	claimed := h.claim(store.ClaimOptions{})
	if len(claimed) != 1 || claimed[0].ID != dead[0].ID || claimed[0].Lane != again.Lane || claimed[0].Attempts != 1 || len(claimed[0].Payload) != 0 {
		t.Errorf("claimed %+v, want the revived card, drawn anew, at its first attempt", claimed)
	}
	if d := h.delivery(dead[1].ID); d.State != store.DeliverySuperseded || d.Reason != "不再发送。" {
		t.Errorf("the buried card is %s: %s", d.State, d.Reason)
	}
}

package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testProjects(t *testing.T, open Opener) {
	t.Run("存取如一", func(t *testing.T) { projectReturns(t, newHouse(t, open)) })
	t.Run("过时的修订不能覆盖", func(t *testing.T) { staleRevision(t, newHouse(t, open)) })
	t.Run("到期的按日找到", func(t *testing.T) { dueProjects(t, newHouse(t, open)) })
	t.Run("按名称代码编号查找", func(t *testing.T) { findProjects(t, newHouse(t, open)) })
	t.Run("同名同代码的互相找到", func(t *testing.T) { twinProjects(t, newHouse(t, open)) })
}

func projectReturns(t *testing.T, h *house) {
	want := project("JD-1", "云溪新材料项目", warning(1, mechanism.Orange, mechanism.NewDate(2026, 3, 2)))
	want.Cases[0].Reports = []mechanism.Report{{
		By: mechanism.Person{ID: "chen", Name: "陈某", Unit: "下涯镇"}, At: morning, Push: 1, Cause: "资金", Text: "贷款未到位",
		Evidence: []mechanism.Evidence{{Name: "贷款说明.pdf", SHA256: "ab", Size: 7, Type: "pdf"}}, Confirm: "属实",
	}}
	want.Cases[0].Responses = []mechanism.Response{{At: morning.Add(time.Minute), Push: 1}}
	h.do(func(tx *store.Tx) error { return tx.SaveProject(want, 0) })
	h.restart()
	h.read(func(v *store.View) error {
		got, err := v.Project("JD-1")
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("the project came back changed (-saved +loaded):\n%s", diff)
		}
		if _, err := v.Project("JD-2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown project gave %v", err)
		}
		if _, err := v.ProjectByCode("no-such-code"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown code gave %v", err)
		}
		if byCode, err := v.ProjectByCode(want.Code); err != nil || byCode.ID != "JD-1" {
			t.Errorf("by code: %v, %v", byCode.ID, err)
		}
		return err
	})
}

func staleRevision(t *testing.T, h *house) {
	p := project("JD-1", "云溪新材料项目")
	h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
	if p.Revision != 1 {
		t.Errorf("the first revision is %d", p.Revision)
	}
	early := *p
	p.Name = "云溪新材料二期项目"
	h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
	h.failing(store.ErrStale, func(tx *store.Tx) error { return tx.SaveProject(&early, 0) })
	h.failing(store.ErrStale, func(tx *store.Tx) error { return tx.SaveProject(project("JD-1", "冒名项目"), 0) })
	h.read(func(v *store.View) error {
		got, err := v.Project("JD-1")
		if got.Name != "云溪新材料二期项目" || got.Revision != 2 {
			t.Errorf("kept %q at revision %d", got.Name, got.Revision)
		}
		return err
	})
}

func dueProjects(t *testing.T, h *house) {
	first := mechanism.NewDate(2026, 3, 9)
	var monday *mechanism.Project
	h.do(func(tx *store.Tx) error {
		for i := range 5 {
			p := project("JD-"+number(i), "项目"+number(i))
			if err := tx.SaveProject(p, first+mechanism.Date(4-i)); err != nil {
				return err
			}
			monday = p // the last one is due first
		}
		return tx.SaveProject(project("JD-009", "没有时限的项目"), 0)
	})
	h.read(func(v *store.View) error {
		page, err := v.DueProjects(first+2, "", 2)
		if diff := cmp.Diff([]string{"JD-002", "JD-003"}, page); diff != "" || err != nil {
			t.Errorf("first page: %v %s", err, diff)
		}
		page, err = v.DueProjects(first+2, "JD-003", 2)
		if diff := cmp.Diff([]string{"JD-004"}, page); diff != "" || err != nil {
			t.Errorf("second page: %v %s", err, diff)
		}
		all, err := v.AllProjects("JD-003", 10)
		if diff := cmp.Diff([]string{"JD-004", "JD-009"}, all); diff != "" {
			t.Errorf("all projects: %s", diff)
		}
		return err
	})
	expectNextDue(t, h, first)
	h.do(func(tx *store.Tx) error { return tx.SaveProject(monday, 0) })
	expectNextDue(t, h, first+1)
}

func expectNextDue(t *testing.T, h *house, want mechanism.Date) {
	t.Helper()
	h.read(func(v *store.View) error {
		got, err := v.NextDue()
		if got != want {
			t.Errorf("the next due day is %v, want %v", got, want)
		}
		return err
	})
}

func findProjects(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error {
		for _, p := range []*mechanism.Project{
			project("JD-1", "云溪"), project("JD-2", "云溪新材料年产2万吨硅基材料项目"), project("JD-3", "三江口100%光伏_ABC项目"),
		} {
			if err := tx.SaveProject(p, 0); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		name, words string
		want        []string
	}{
		{"全名在前", "云溪", []string{"JD-1", "JD-2"}},
		{"名称的一部分", "硅基", []string{"JD-2"}},
		{"编号不分大小写", "jd-2", []string{"JD-2"}},
		{"代码的一部分", "04-01-jd-3", []string{"JD-3"}},
		{"拉丁字母不分大小写", "abc", []string{"JD-3"}},
		{"百分号只是字符", "100%光", []string{"JD-3"}},
		{"百分号不是通配符", "1%光", nil},
		{"下划线不是通配符", "光_伏", nil},
		{"空白找不到东西", "  ", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.read(func(v *store.View) error {
				found, err := v.FindProjects(c.words, 10)
				var ids []string
				for _, ref := range found {
					ids = append(ids, ref.ID)
				}
				if diff := cmp.Diff(c.want, ids); diff != "" {
					t.Errorf("found (-want +got):\n%s", diff)
				}
				return err
			})
		})
	}
}

func twinProjects(t *testing.T, h *house) {
	one, two, three := project("JD-1", "云溪项目"), project("JD-2", "云溪项目"), project("JD-3", "另一项目")
	three.Code = one.Code
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.SaveProject(one, 0), tx.SaveProject(two, 0), tx.SaveProject(three, 0))
	})
	h.read(func(v *store.View) error {
		byCode, byName, err := v.Twins(one)
		if len(byCode) != 1 || byCode[0].ID != "JD-3" || len(byName) != 1 || byName[0].ID != "JD-2" {
			t.Errorf("by code %v, by name %v", byCode, byName)
		}
		return err
	})
}

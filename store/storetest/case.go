package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testCases(t *testing.T, open Opener) {
	t.Run("列表与项目一致", func(t *testing.T) { caseRowFollows(t, newHouse(t, open)) })
	t.Run("按条件筛选", func(t *testing.T) { filterCases(t, newHouse(t, open)) })
	t.Run("分页不重不漏", func(t *testing.T) { pageCases(t, newHouse(t, open)) })
}

func caseRowFollows(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	p := project("JD-1", "云溪项目", warning(1, mechanism.Red, fired))
	p.Cases[0].RedNo, p.Cases[0].Tier = 3, 3
	h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
	c := &p.Cases[0]
	c.State, c.Waiting, c.Closure, c.Push, c.PushedOn = mechanism.Closed, "", mechanism.ClosedDone, 2, fired+30
	h.do(func(tx *store.Tx) error { return tx.SaveProject(p, 0) })
	want := []store.CaseRow{{
		Project: "JD-1", ProjectName: "云溪项目", Seq: 1, Stage: mechanism.ConstructionPermit, Level: mechanism.Red,
		State: mechanism.Closed, Closure: mechanism.ClosedDone, Sector: mechanism.SectorIndustry,
		Responsible: "下涯镇", Department: "市住建局", Lead: "市经信局", Phase: "市发改局",
		FiredOn: fired, FiredAt: fired.At(9, 0), Last: fired + 3, Red: fired + 4, Push: 2, PushedOn: fired + 30, RedNo: 3, Tier: 3,
	}}
	h.read(func(v *store.View) error {
		got, next, err := v.Cases(store.CaseFilter{})
		if diff := cmp.Diff(want, got); diff != "" || next != "" {
			t.Errorf("next %q (-want +got):\n%s", next, diff)
		}
		return err
	})
}

// rows gives the chosen warnings as "project/seq".
func (h *house) rows(f store.CaseFilter) (all []string) {
	h.t.Helper()
	h.read(func(v *store.View) error {
		rows, _, err := v.Cases(f)
		for _, row := range rows {
			all = append(all, row.Project+"/"+number(row.Seq))
		}
		return err
	})
	return all
}

func filterCases(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	one := project("JD-1", "云溪项目", warning(1, mechanism.Orange, fired), warning(2, mechanism.Red, fired+5))
	one.Cases[0].State = mechanism.Superseded
	two := project("JD-2", "管委会项目", warning(1, mechanism.Red, fired+1))
	two.InZone = true
	two.Cases[0].Stage, two.Cases[0].State, two.Cases[0].Backlog = mechanism.Signing, mechanism.Overdue, true
	two.Cases[0].Parties.Lead.Unit = "开发区管委会"
	h.do(func(tx *store.Tx) error { return errors.Join(tx.SaveProject(one, 0), tx.SaveProject(two, 0)) })
	for _, c := range []struct {
		name   string
		filter store.CaseFilter
		want   []string
	}{
		{"全部按日期", store.CaseFilter{}, []string{"JD-1/001", "JD-2/001", "JD-1/002"}},
		{"未销号的", store.CaseFilter{Open: true}, []string{"JD-2/001", "JD-1/002"}},
		{"红色", store.CaseFilter{Level: mechanism.Red}, []string{"JD-2/001", "JD-1/002"}},
		{"销号超时", store.CaseFilter{State: mechanism.Overdue}, []string{"JD-2/001"}},
		{"责任单位", store.CaseFilter{Unit: "下涯镇", Open: true}, []string{"JD-2/001", "JD-1/002"}},
		{"环节部门", store.CaseFilter{Unit: "市住建局", State: mechanism.Untreated}, []string{"JD-1/002"}},
		{"板块牵头", store.CaseFilter{Unit: "开发区管委会"}, []string{"JD-2/001"}},
		{"阶段部门", store.CaseFilter{Unit: "市发改局", Project: "JD-1"}, []string{"JD-1/001", "JD-1/002"}},
		{"板块", store.CaseFilter{Sector: mechanism.SectorZone}, []string{"JD-2/001"}},
		{"环节", store.CaseFilter{Stage: mechanism.ConstructionPermit}, []string{"JD-1/001", "JD-1/002"}},
		{"日期两端都含", store.CaseFilter{FiredFrom: fired + 1, FiredTo: fired + 5}, []string{"JD-2/001", "JD-1/002"}},
		{"无关单位", store.CaseFilter{Unit: "市商务局"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, h.rows(c.filter)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func pageCases(t *testing.T, h *house) {
	fired := mechanism.NewDate(2026, 3, 2)
	var want []string
	h.do(func(tx *store.Tx) error {
		for i := range 7 {
			p := project("JD-"+number(i), "项目", warning(1, mechanism.Red, fired), warning(2, mechanism.Red, fired))
			want = append(want, p.ID+"/001", p.ID+"/002")
			if err := tx.SaveProject(p, 0); err != nil {
				return err
			}
		}
		return nil
	})
	var got []string
	page := store.CaseFilter{Limit: 3, Open: true}
	for range len(want) {
		h.read(func(v *store.View) error {
			rows, next, err := v.Cases(page)
			for _, row := range rows {
				got = append(got, row.Project+"/"+number(row.Seq))
			}
			page.Page = next
			return err
		})
		if page.Page == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	h.read(func(v *store.View) error {
		for _, token := range []string{"瞎写", "bm90IGpzb24"} {
			if _, _, err := v.Cases(store.CaseFilter{Page: token}); !errors.Is(err, store.ErrPage) {
				t.Errorf("the token %q gave %v", token, err)
			}
		}
		return nil
	})
}

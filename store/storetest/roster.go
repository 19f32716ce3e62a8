package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"junma/mechanism"
	"junma/store"
)

func testRoster(t *testing.T, open Opener) {
	t.Run("谁任何职", func(t *testing.T) { whoHolds(t, newHouse(t, open)) })
	t.Run("更新与离任", func(t *testing.T) { rosterChanges(t, newHouse(t, open)) })
	t.Run("一个账号一个人", func(t *testing.T) { accountTaken(t, newHouse(t, open)) })
	t.Run("退回的改动看不见", func(t *testing.T) { rosterRollsBack(t, newHouse(t, open)) })
	t.Run("手机号不外露", func(t *testing.T) { mobileHidden(t, newHouse(t, open)) })
}

func city() store.RosterChange {
	taskForce := mechanism.Office{Unit: "业务专班", Role: mechanism.RoleTaskForce}
	return store.RosterChange{
		Units: []store.Unit{{Name: "市住建局", Kind: store.UnitDepartment}, {Name: "下涯镇", Kind: store.UnitTown}, {Name: "业务专班", Kind: store.UnitTaskForce}},
		People: []store.Person{
			{ID: "zhu", Name: "朱某", Unit: "市住建局", Role: mechanism.RoleContact, Active: true},
			{
				ID: "lin", Name: "林某", Unit: "市住建局", Role: mechanism.RoleContact, Accounts: map[string]string{"dingtalk": "user-lin"},
				Mobile: "13800000000", Active: true, Offices: []mechanism.Office{taskForce},
			},
			{ID: "he", Name: "何某", Unit: "市住建局", Role: mechanism.RoleLeader, Active: true},
			{ID: "gone", Name: "离某", Unit: "市住建局", Role: mechanism.RoleContact, Accounts: map[string]string{"dingtalk": "user-gone"}, Offices: []mechanism.Office{taskForce}},
			{ID: "fang", Name: "方某", Unit: "市领导", Role: mechanism.RoleCity, Active: true, Sectors: []mechanism.Sector{mechanism.SectorIndustry}},
		},
		Groups: []store.Group{
			{Key: "旧群", Unit: "市住建局", Tier: 2, IDs: map[string]string{"dingtalk": "cid-old"}},
			{Key: "住建群", Unit: "市住建局", Tier: 2, IDs: map[string]string{"dingtalk": "cid-new"}, Active: true},
		},
	}
}

func (h *house) roster() (roster *store.Roster) {
	h.t.Helper()
	h.read(func(v *store.View) (err error) {
		roster, err = v.Roster()
		return err
	})
	return roster
}

func names(people []*store.Person) (ids []string) {
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return ids
}

func whoHolds(t *testing.T, h *house) {
	if r := h.roster(); len(r.People) != 0 || len(r.TaskForce()) != 0 {
		t.Errorf("an empty roster has %v", r.People)
	}
	h.do(func(tx *store.Tx) error { return tx.SaveRoster(city()) })
	h.restart()
	r := h.roster()
	for name, c := range map[string]struct{ got, want []string }{
		"联系人按登记顺序":  {names(r.Holders("市住建局", mechanism.RoleContact)), []string{"zhu", "lin"}},
		"责任领导":      {names(r.Holders("市住建局", mechanism.RoleLeader)), []string{"he"}},
		"没有登记的单位":   {names(r.Holders("市商务局", mechanism.RoleContact)), nil},
		"专班含兼任不含离任": {names(r.TaskForce()), []string{"lin"}},
		"分管市领导":     {names(r.CityLeaders(mechanism.SectorIndustry)), []string{"fang"}},
		"不分管的市领导":   {names(r.CityLeaders(mechanism.SectorZone)), nil},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if p, ok := r.ByAccount("dingtalk", "user-lin"); !ok || p.Name != "林某" || p.Mobile != "13800000000" {
		t.Errorf("by account: %v, %v", p, ok)
	}
	if _, ok := r.ByAccount("wecom", "user-lin"); ok {
		t.Error("an account of one platform was found on another")
	}
	if g, ok := r.Group("市住建局", 2); !ok || g.IDs["dingtalk"] != "cid-new" {
		t.Errorf("the group is %v, %v", g, ok)
	}
	if _, ok := r.Group("市住建局", 3); ok {
		t.Error("there is a group of tier 3")
	}
	if u, ok := r.Unit("下涯镇"); !ok || u.Kind != store.UnitTown {
		t.Errorf("the unit is %v, %v", u, ok)
	}
	expectActors(t, r)
}

func expectActors(t *testing.T, r *store.Roster) {
	t.Helper()
	want := mechanism.Actor{Person: "lin", Name: "林某", Offices: []mechanism.Office{
		{Unit: "市住建局", Role: mechanism.RoleContact}, {Unit: "业务专班", Role: mechanism.RoleTaskForce},
	}}
	if diff := cmp.Diff(want, r.Actor("lin"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("actor (-want +got):\n%s", diff)
	}
	if a := r.Actor("gone"); len(a.Offices) != 0 || a.Name != "离某" {
		t.Errorf("who has left acts as %+v", a)
	}
	if a := r.Actor("stranger"); len(a.Offices) != 0 || a.Person != "stranger" {
		t.Errorf("a stranger acts as %+v", a)
	}
}

func rosterChanges(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error { return tx.SaveRoster(city()) })
	before := h.roster()
	if h.roster() != before {
		t.Error("an unchanged roster was read again")
	}
	h.do(func(tx *store.Tx) error {
		return tx.SaveRoster(store.RosterChange{People: []store.Person{
			{ID: "zhu", Name: "朱某", Unit: "市住建局", Role: mechanism.RoleContact},
			{ID: "lin", Name: "林某某", Unit: "下涯镇", Role: mechanism.RoleContact, Active: true, Accounts: map[string]string{"wecom": "Lin"}},
		}})
	})
	r := h.roster()
	if got := names(r.Holders("市住建局", mechanism.RoleContact)); len(got) != 0 {
		t.Errorf("who has left or moved still holds the office: %v", got)
	}
	if diff := cmp.Diff([]string{"lin"}, names(r.Holders("下涯镇", mechanism.RoleContact))); diff != "" {
		t.Errorf("who moved is not found (-want +got):\n%s", diff)
	}
	lin, _ := r.Person("lin")
	if diff := cmp.Diff(map[string]string{"dingtalk": "user-lin", "wecom": "Lin"}, lin.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	if len(r.Units) != 3 || len(r.People) != 5 || len(r.Groups) != 2 {
		t.Errorf("what was not named has changed: %d units, %d people, %d groups", len(r.Units), len(r.People), len(r.Groups))
	}
	lin.Accounts = map[string]string{"dingtalk": ""}
	h.do(func(tx *store.Tx) error { return tx.SaveRoster(store.RosterChange{People: []store.Person{*lin}}) })
	if _, ok := h.roster().ByAccount("dingtalk", "user-lin"); ok {
		t.Error("an account that was taken away is still there")
	}
}

func accountTaken(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error { return tx.SaveRoster(city()) })
	err := h.Do(context.Background(), func(tx *store.Tx) error {
		return tx.SaveRoster(store.RosterChange{People: []store.Person{
			{ID: "he", Name: "何某", Active: true, Accounts: map[string]string{"dingtalk": "user-lin"}},
		}})
	})
	if err == nil || !strings.Contains(err.Error(), "林某") || !strings.Contains(err.Error(), "何某") {
		t.Errorf("one account for two people gave %v", err)
	}
	if p, ok := h.roster().ByAccount("dingtalk", "user-lin"); !ok || p.ID != "lin" {
		t.Errorf("the account now belongs to %v", p)
	}
}

func rosterRollsBack(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error { return tx.SaveRoster(city()) })
	refused := errors.New("refused")
	rename := func(tx *store.Tx, name string) error {
		err := tx.SaveRoster(store.RosterChange{People: []store.Person{{ID: "lin", Name: name, Active: true}}})
		if err != nil {
			return err
		}
		r, err := tx.Roster()
		if p, _ := r.Person("lin"); p.Name != name {
			t.Errorf("the transaction itself sees %s", p.Name)
		}
		return err
	}
	h.failing(refused, func(tx *store.Tx) error { return errors.Join(rename(tx, "假名"), refused) })
	if p, _ := h.roster().Person("lin"); p.Name != "林某" {
		t.Errorf("after rolling back the name is %s", p.Name)
	}
	h.do(func(tx *store.Tx) error { return rename(tx, "真名") })
	if p, _ := h.roster().Person("lin"); p.Name != "真名" {
		t.Errorf("after committing the name is %s", p.Name)
	}
}

func mobileHidden(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error { return tx.SaveRoster(city()) })
	p, _ := h.roster().Person("lin")
	text, err := json.Marshal(h.roster().People)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), fmt.Sprintf("%v", *p), fmt.Sprintf("%+v", *p), fmt.Sprintf("%#v", *p), p.Mobile.LogValue().String()} {
		if strings.Contains(shown, "1380000") {
			t.Errorf("the number is shown in %s", shown)
		}
	}
}

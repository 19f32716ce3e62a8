package handlers_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/handlers"
	"junma/mechanism"
	"junma/store"
)

func (c *city) whoIsWho() *store.Roster {
	c.t.Helper()
	var roster *store.Roster
	c.view(func(v *store.View) (err error) {
		roster, err = v.Roster()
		return err
	})
	return roster
}

func TestEveryFaultOfARosterIsNamed(t *testing.T) {
	for _, tc := range []struct{ name, body, field, value, message string }{
		{
			"手机号填在角色里也不回显", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"13800000001"}]}`, "people[0].role", "1**********",
			"角色(people[0].role)应为联系人、责任领导、专班 或 市领导,现为“1**********”。",
		},
		{"编号用手机号", `{"people":[{"id":"13800000001","name":"甲","unit":"下涯镇","role":"联系人"}]}`, "people[0].id", "", "人员编号(people[0].id)不能用手机号,请改用工号或拼音等编号。"},
		{"单位缺名称", `{"units":[{"kind":"部门"}]}`, "units[0].name", "", "名称(units[0].name)不能为空,请补填。"},
		{
			"单位类别", `{"units":[{"name":"甲局","kind":"局"}]}`, "units[0].kind", "局",
			"单位类别(units[0].kind)应为部门、镇街、业主、专班 或 市领导,现为“局”。",
		},
		{"单位重复", `{"units":[{"name":"甲局","kind":"部门"},{"name":"甲局","kind":"镇街"}]}`, "units[1]", "甲局", "“甲局”在名单中重复出现,请只保留一条。"},
		{"人员缺编号", `{"people":[{"name":"甲","unit":"下涯镇","role":"联系人"}]}`, "people[0].id", "", "人员编号(people[0].id)不能为空,请补填。"},
		{
			"角色", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"科长"}]}`, "people[0].role", "科长",
			"角色(people[0].role)应为联系人、责任领导、专班 或 市领导,现为“科长”。",
		},
		{
			"单位未登记", `{"people":[{"id":"a","name":"甲","unit":"下崖镇","role":"联系人"}]}`, "people[0].unit", "下崖镇",
			"单位“下崖镇”未登记,请先登记该单位,或核对名称。",
		},
		{
			"兼任单位未登记", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","offices":[{"unit":"乙局","role":"联系人"}]}]}`,
			"people[0].offices[0].unit", "乙局", "单位“乙局”未登记,请先登记该单位,或核对名称。",
		},
		{
			"手机号不回显", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","mobile":"1380000"}]}`, "people[0].mobile", "",
			"手机号(people[0].mobile)应为 11 位手机号(带引号)。",
		},
		{
			"账号已被占用", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","dingtalk":"user-lin"}]}`, "people[0].dingtalk", "user-lin",
			"钉钉账号(people[0].dingtalk)已登记给编号为“lin”的人员,一个账号只能登记给一人,请核对。",
		},
		{
			"分管板块", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","sectors":["工业"]}]}`, "people[0].sectors", "",
			"分管板块(people[0].sectors)只有市领导填写,请删去或把角色改为市领导。",
		},
		{"在任写成文字", `{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","active":"是"}]}`, "people[0].active", "是", "在任(people[0].active)应为 true 或 false(不带引号),现为“是”。"},
		{"群缺层级", `{"groups":[{"key":"甲","unit":"下涯镇","dingtalk":"cid1"}]}`, "groups[0].tier", "", "协调层级(groups[0].tier)不能为空,请补填。"},
		{"层级", `{"groups":[{"key":"甲","unit":"下涯镇","tier":4}]}`, "groups[0].tier", "4", "协调层级(groups[0].tier)应为 1 至 3 的整数(不带引号),现为“4”。"},
		{
			"一级两群", `{"groups":[{"key":"甲","unit":"下涯镇","tier":1},{"key":"乙","unit":"下涯镇","tier":1}]}`, "groups[1].tier", "",
			"下涯镇的第1级协调群已是“甲”,请先停用那个群。",
		},
		{"没有的字段", `{"units":[{"name":"甲局","kind":"部门","code":"1"}]}`, "units[0].code", "1", "没有字段“units[0].code”,可用的字段:kind、name。"},
		{"没有的名单", `{"units":[],"leaders":[]}`, "leaders", "[]", "没有字段“leaders”,可用的字段:groups、people、units。"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCity(t, "2026-05-08")
			got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(tc.body))
			if len(got.Errors) != 1 || got.Rejected != 1 {
				t.Fatalf("error %v, rejected %d:\n%s", err, got.Rejected, listed(got.Errors))
			}
			e := got.Errors[0]
			want := handlers.RecordError{Index: e.Index, ID: e.ID, Field: tc.field, Value: tc.value, Message: tc.message}
			if diff := cmp.Diff(want, e); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFaultyPersonDoesNotSpoilTheOthers(t *testing.T) {
	c := newCity(t, "2026-05-08")
	got := c.roster(`{"units":[{"name":"乾潭镇","kind":"镇街"},{"name":"","kind":"镇街"}],
		"people":[{"id":"a","name":"甲","unit":"乾潭镇","role":"联系人","dingtalk":"user-a"},{"id":"b","name":"","unit":"无此镇","role":"联系人"}],
		"groups":[{"key":"协调群","unit":"乾潭镇","tier":1,"dingtalk":"cid1"}]}`)
	if got.Accepted != 3 || got.Rejected != 2 || len(got.Errors) != 3 {
		t.Errorf("accepted %d, rejected %d:\n%s", got.Accepted, got.Rejected, listed(got.Errors))
	}
	roster := c.whoIsWho()
	if held := roster.Holders("乾潭镇", mechanism.RoleContact); len(held) != 1 || held[0].ID != "a" {
		t.Errorf("contacts of 乾潭镇: %+v", held)
	}
	if group, ok := roster.Group("乾潭镇", 1); !ok || group.IDs["dingtalk"] != "cid1" {
		t.Errorf("group: %+v", group)
	}
}

func TestAPersonWithdrawnHoldsNoOffice(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.roster(`{"people":[{"id":"lin","name":"林某","unit":"市住建局","role":"联系人","active":false}]}`)
	if held := c.whoIsWho().Holders("市住建局", mechanism.RoleContact); len(held) > 0 {
		t.Errorf("still in office: %+v", held)
	}
}

func TestTheSampleOfTheContractIsTaken(t *testing.T) {
	c := newCity(t, "2026-05-08")
	got := c.roster(`{"units":[{"name":"市住建局","kind":"部门"}],
		"people":[{"id":"lin","name":"林某","unit":"市住建局","role":"联系人","dingtalk":"user-lin","wecom":"LinMou","mobile":"","active":true,
			"offices":[{"unit":"业务专班","role":"专班"}]}],
		"groups":[{"key":"市住建局协调群","unit":"市住建局","tier":2,"dingtalk":"cidXXXX==","wecom":"","active":true}]}`)
	if got.Accepted != 3 || got.Rejected != 0 {
		t.Fatalf("got %+v", got)
	}
	p, _ := c.whoIsWho().Person("lin")
	if p.Accounts["dingtalk"] != "user-lin" || p.Accounts["wecom"] != "LinMou" || len(p.Held()) != 2 {
		t.Errorf("person: %+v", p)
	}
}

func TestAnAccountIsLookedUpByMobileNumber(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.sink.people = map[string]string{"13900000001": "user-a"}
	body := `{"people":[
		{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","dingtalk":"","mobile":"13900000001"},
		{"id":"b","name":"乙","unit":"下涯镇","role":"责任领导","mobile":"13900000002"}]}`
	got := c.roster(body)
	if got.Accepted != 2 || got.Rejected != 0 {
		t.Fatalf("got %+v", got)
	}
	wantNotes := []handlers.RecordError{{Index: 1, ID: "b", Field: "people[1].dingtalk", Message: "按手机号没有查到钉钉账号,此人暂收不到消息,请核对手机号或直接填写账号。"}}
	if diff := cmp.Diff(wantNotes, got.Notes); diff != "" {
		t.Error(diff)
	}
	if p, ok := c.whoIsWho().ByAccount("dingtalk", "user-a"); !ok || p.ID != "a" {
		t.Errorf("user-a is %+v", p)
	}
	c.sink.asked = nil
	c.roster(body)
	if len(c.sink.asked) != 1 || c.sink.asked[0] != "13900000002" {
		t.Errorf("asked again for %v, want only the one not found", c.sink.asked)
	}
	if p, ok := c.whoIsWho().ByAccount("dingtalk", "user-a"); !ok || p.ID != "a" {
		t.Errorf("the account found before was lost: %+v", p)
	}
}

func TestANewNumberIsLookedUpAgain(t *testing.T) {
	c := newCity(t, "2026-05-08")
	c.sink.people = map[string]string{"13900000001": "user-a", "13900000003": "user-a2"}
	for number, user := range map[string]string{"13900000001": "user-a", "13900000003": "user-a2"} {
		c.roster(`{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","mobile":"` + number + `"}]}`)
		if p, _ := c.whoIsWho().Person("a"); p.Accounts["dingtalk"] != user {
			t.Errorf("after a new number the account is %v, want %s", p.Accounts, user)
		}
	}
}

func TestAnAccountThatIsKeptIsStillTaken(t *testing.T) {
	c := newCity(t, "2026-05-08")
	got := c.roster(`{"people":[
		{"id":"chen","name":"陈某","unit":"下涯镇","role":"责任领导"},
		{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","dingtalk":"user-chen"}]}`)
	if got.Accepted != 1 || len(got.Errors) != 1 || got.Errors[0].ID != "a" || !strings.Contains(got.Errors[0].Message, "“chen”") {
		t.Errorf("accepted %d:\n%s", got.Accepted, listed(got.Errors))
	}
	if p, ok := c.whoIsWho().ByAccount("dingtalk", "user-chen"); !ok || p.ID != "chen" {
		t.Errorf("user-chen is %+v", p)
	}
}

func TestADirectoryThatDoesNotAnswerRefusesNobody(t *testing.T) {
	c := newCity(t, "2026-05-08")
	got := c.roster(`{"people":[{"id":"a","name":"甲","unit":"下涯镇","role":"联系人","mobile":"13900000001"}]}`)
	if got.Accepted != 1 || len(got.Notes) != 1 || !strings.HasPrefix(got.Notes[0].Message, "暂时无法按手机号查询钉钉账号") {
		t.Errorf("got %+v", got)
	}
}

func TestARosterLeavesAJournalLineWithoutNumbersAndAccounts(t *testing.T) {
	c := newCity(t, "2026-05-08")
	lines := c.journal("")
	if len(lines) != 1 || lines[0].Kind != "roster" || !strings.Contains(string(lines[0].Data), "zhao") {
		t.Fatalf("journal: %+v", lines)
	}
	for _, secret := range []string{"13800000000", "user-zhao"} {
		if strings.Contains(string(lines[0].Data), secret) {
			t.Errorf("the journal holds %s", secret)
		}
	}
}

func TestABodyThatIsNoRosterIsNotTaken(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for _, body := range []string{"", "[]", "{", `"x"`, "{\"units\":[{\"name\":\"\xbd\xa8\"}]}"} {
		got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(body))
		if err == nil || got.Rejected != 1 {
			t.Errorf("%q: error %v, result %+v", body, err, got)
		}
	}
	cut := errors.New("the line was cut")
	if _, err := c.handlers.TakeRoster(context.Background(), &broken{cut}); !errors.Is(err, cut) {
		t.Errorf("a body that broke off: %v", err)
	}
}

// 写成 null 的与没有写一样:离任的人不会因此重新在任,手机号也不丢。
func TestNullInARosterChangesNothing(t *testing.T) {
	c := newOrange(t)
	for _, person := range []string{
		`"active":false,"mobile":"13800000000"`, `"active":null,"mobile":null,"offices":null,"sectors":null,"dingtalk":null`,
	} {
		body := `{"people":[{"id":"chen","name":"陈某","unit":"下涯镇","role":"联系人",` + person + `}]}`
		if got, err := c.handlers.TakeRoster(t.Context(), strings.NewReader(body)); err != nil || got.Rejected > 0 {
			t.Fatalf("roster: %v %+v", err, got)
		}
	}
	err := c.store.View(t.Context(), func(v *store.View) error {
		roster, err := v.Roster()
		if err != nil {
			return err
		}
		p, _ := roster.Person("chen")
		if p.Active || string(p.Mobile) != "13800000000" || p.Accounts["dingtalk"] != "user-chen" {
			t.Errorf("陈某 is now active %t, with accounts %v", p.Active, p.Accounts)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

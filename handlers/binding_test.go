package handlers_test

import (
	"strings"
	"testing"

	"junma/bot"
	"junma/store"
)

// inGroup lets a person write in a group whose bot is mentioned.
func (c *chat) inGroup(person, group, text string) {
	c.t.Helper()
	c.message(bot.Incoming{User: "user-" + person, UserName: person, Group: group, Title: "协调" + group, Text: " " + text})
}

func (c *chat) bound(unit string, tier int) string {
	c.t.Helper()
	var id string
	if err := c.store.View(c.t.Context(), func(v *store.View) error {
		roster, err := v.Roster()
		if err != nil {
			return err
		}
		if g, ok := roster.Group(unit, tier); ok {
			id = g.IDs["dingtalk"]
		}
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	return id
}

func TestBindingAGroup(t *testing.T) {
	for _, tc := range []struct {
		name, person, text, answer string
		unit                       string
		tier                       int
		bound                      bool
	}{
		{"单位和级别", "zhao", "绑定 市经信局 2", "已绑定:本群“协调g1”为市经信局第二级协调群,今后第二级协调件发到这里。", "市经信局", 2, true},
		{"写成第二级", "zhao", "绑定 市经信局第二级", "为市经信局第二级协调群", "市经信局", 2, true},
		{"带着提及", "zhao", "@骏马 绑定:市经信局 2级。", "为市经信局第二级协调群", "市经信局", 2, true},
		{"市领导第三级", "zhao", "绑定 市领导 3", "为市领导第三级协调群", "市领导", 3, true},
		{"没有级别", "zhao", "绑定 市经信局", "没有看懂单位和级别", "市经信局", 2, false},
		{"没有单位", "zhao", "绑定 2", "没有看懂单位和级别", "市经信局", 2, false},
		{"没有这个单位", "zhao", "绑定 经信 2", "单位名册中没有“经信”", "经信", 2, false},
		{"部门没有第三级", "zhao", "绑定 市经信局 3", "第三级协调群的单位写“市领导”", "市经信局", 3, false},
		{"不是专班", "chen", "绑定 下涯镇 1", "协调群由业务专班绑定和解绑", "下涯镇", 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChat(t, "2026-05-11")
			c.inGroup(tc.person, "g1", tc.text)
			c.expect("群g1", tc.answer)
			if got := c.bound(tc.unit, tc.tier) == "g1"; got != tc.bound {
				t.Errorf("bound: %t, want %t", got, tc.bound)
			}
		})
	}
}

func TestBindingIsReplacedUndoneAndKept(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.inGroup("zhao", "g1", "绑定 市经信局 2")
	c.inGroup("zhao", "g1", "绑定 市经信局 2")
	c.expect("群g1", "本群已绑定为市经信局第二级协调群")
	c.inGroup("zhao", "g2", "绑定 市经信局 2")
	c.expect("群g2", "已绑定", "原来绑定的群不再使用")
	if got := c.bound("市经信局", 2); got != "g2" {
		t.Fatalf("bound is %q", got)
	}
	c.inGroup("zhao", "g1", "解绑")
	c.expect("群g1", "没有这样的绑定")
	c.inGroup("zhao", "g2", "绑定 下涯镇 1")
	c.inGroup("zhao", "g2", "解绑 下涯镇 1")
	c.expect("群g2", "不再是下涯镇第一级协调群")
	if c.bound("下涯镇", 1) != "" || c.bound("市经信局", 2) != "g2" {
		t.Error("the wrong binding was undone")
	}
	var kinds []string
	for _, line := range c.journal("") {
		if strings.HasPrefix(line.Kind, "group-") {
			kinds = append(kinds, line.Kind+" "+line.Actor.Person)
		}
	}
	if got := strings.Join(kinds, ","); got != "group-bound zhao,group-bound zhao,group-bound zhao,group-unbound zhao" {
		t.Errorf("the journal keeps %s", got)
	}
}

func TestBindingNeedsOurOrganisation(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.handlers.Corp = "other" // the message below says nothing of its organisation
	in := bot.Incoming{
		Platform: "dingtalk", Key: "m", User: "user-zhao", Group: "g1", Text: "绑定 市经信局 2", Session: "s", At: c.now(),
	}
	if err := c.handlers.Message(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.expect("群g1", "没有带本组织的编号")
	if c.bound("市经信局", 2) != "" {
		t.Error("bound nevertheless")
	}
}

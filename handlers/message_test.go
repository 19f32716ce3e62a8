package handlers_test

import (
	"strings"
	"testing"

	"junma/bot"
)

func TestHelp(t *testing.T) {
	c := newOrange(t)
	c.log.Reset()
	c.say("chen", "帮助")
	c.golden("help")
	for _, word := range []string{"help", "?", "\uff1f", "用法", "菜单"} {
		c.say("chen", word)
		c.expect("chen", "我的待办", "状态", "取消")
	}
}

func TestUnknownWordsGetTheNearestCommands(t *testing.T) {
	cases := []struct{ text, want string }{
		{"待办事项有哪些", "“我的待办”"},
		{"我要看状态", "“状态”"},
		{"早上好", "没有听懂“早上好”。可以回复“我的待办”、“状态”、“帮助”"},
		{"这是一段很长很长的话,讲的是与本助手没有关系的事情", "没有听懂“这是一段很长很长的话,讲的是与本助手没…”"},
	}
	for _, tc := range cases {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			c := newOrange(t)
			c.say("chen", tc.text)
			c.expect("chen", "没有听懂", tc.want)
		})
	}
}

func TestWhetherAReportIsAClosure(t *testing.T) {
	c := newReported(t)
	c.say("chen", "那这个算销号了吗?")
	c.expect("chen", "报送情况不等于销号", "30日为一个周期")
}

func TestEmptyMessage(t *testing.T) {
	c := newOrange(t)
	c.say("chen", " ")
	c.expect("chen", "这条消息没有可以读取的文字")
	c.press("chen", "报送情况")
	c.say("chen", "")
	c.expect("chen", "这条消息没有可以读取的文字", "请选择预警原因")
}

func TestFilesOutsideAnExchange(t *testing.T) {
	c := newOrange(t)
	c.send("chen", c.file("", jpg))
	c.expect("chen", "收到1件材料,但现在没有正在填写的报送", "先在预警卡片上按“报送情况”")
}

func TestFilesWhereNoneBelong(t *testing.T) {
	c := newReported(t)
	c.press("lin", "已完成办理")
	c.send("lin", c.file("", jpg))
	c.expect("lin", "这一步不收附件", "请填写完成日期")
}

func TestCancel(t *testing.T) {
	c := newOrange(t)
	c.say("chen", "取消")
	c.expect("chen", "现在没有正在填写的内容")
	c.press("chen", "报送情况")
	c.say("chen", "3")
	c.say("chen", "取消")
	c.expect("chen", "已取消“报送情况”(云溪新材料年产2万吨硅基材料项目 · 施工许可)")
	c.press("chen", "报送情况")
	c.expect("chen", "请选择预警原因")
	c.expectNot("chen", "草稿")
}

func TestCommandsDuringAnExchange(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "报送情况")
	c.say("chen", "我的待办")
	c.expect("chen", "待办1件", "正在填写“报送情况”(云溪新材料年产2万吨硅基材料项目 · 施工许可),接着回复即可")
	c.say("chen", "3")
	c.say("chen", "状态良好,只差消防专业的审查意见")
	c.expect("chen", "请发送佐证材料")
}

func TestGroupMessage(t *testing.T) {
	c := newOrange(t)
	c.message(bot.Incoming{User: "user-chen", Group: "g1", Title: "协调群", Text: "我的待办"})
	c.expect("chen", "待办1件", "云溪新材料年产2万吨硅基材料项目")
	c.expect("群g1", "待办已单独发给你")
	c.expectNot("群g1", "云溪", "陈某")
	c.message(bot.Incoming{User: "user-chen", Group: "g1", Title: "协调群", Text: "状态 云溪"})
	c.expect("群g1", "请在与我的单聊中进行")
	c.expectNot("群g1", "云溪", "陈某")
}

func TestContentKeptBackByASpentQuota(t *testing.T) {
	c := newOrange(t)
	told := func(person, words string) int { return strings.Count(c.phones.screen(person), words) }
	ask := func() { c.message(bot.Incoming{User: "user-chen", Group: "g1", Spent: true}) }
	ask()
	ask()
	if got := told("chen", "你发的文字和文件没有收到"); got != 1 {
		t.Errorf("told %d times on one day, want once:\n%s", got, c.phones.last("chen"))
	}
	c.message(bot.Incoming{User: "user-lin", Spent: true})
	c.expect("lin", "没有收到", "联系业务专班代为填报")
	c.message(bot.Incoming{User: "user-nobody", Spent: true})
	if got := c.phones.last("nobody"); got != "" {
		t.Errorf("a stranger is told: %s", got)
	}
	if got := told("zhao", "大家发来的文字和文件都收不到"); got != 1 {
		t.Errorf("专班 was told %d times, want once", got)
	}
	if c.refusals() != 4 {
		t.Errorf("%d lines about what could not be read", c.refusals())
	}
	c.moveTo("2026-05-12", 10, 0)
	ask()
	if got := told("chen", "你发的文字和文件没有收到"); got != 2 {
		t.Errorf("told %d times after two days, want twice", got)
	}
	if got := told("群g1", "没有收到"); got != 0 {
		t.Errorf("the group was told")
	}
}

func TestAnotherOrganisation(t *testing.T) {
	c := newOrange(t)
	c.acts++
	if err := c.handlers.Message(t.Context(), bot.Incoming{Platform: "dingtalk", Key: "x", Corp: "other", User: "user-chen", Text: "帮助", Session: "s"}); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.expectNot("chen", "我的待办")
	if c.refusals() != 1 {
		t.Errorf("%d refused", c.refusals())
	}
}

func TestOutsider(t *testing.T) {
	c := newOrange(t)
	c.message(bot.Incoming{Text: "你好"})
	c.expect("", "你的账号还没有登记到联系人名册")
}

package handlers_test

import (
	"strings"
	"testing"
)

// 总体情况:每个数字都有按钮,按一下就是它的清单;专班和领导看全市,其他人只看职责以内的,并且说明。
func TestSummary(t *testing.T) {
	c := newQuestions(t)
	c.say("zhao", "状态")
	want := `# 全市情况
在办项目12个(截至5月18日 09:30,据骏马项目台账和预警台账,存量不计)
红灯8个:未办理8个。上月同期(4月18日)0个,增加8个。
橙色预警2个:未办理2个。上月同期(4月18日)0个,增加2个。
本月新增红灯8个、橙色预警2个;销号红灯0个、橙色预警0个。
[看在办项目] [看红灯] [看橙色预警] [看未办理] [看本月新增]
`
	if got := c.phones.last("zhao"); got != want {
		t.Errorf("zhao sees\n%s, want\n%s", got, want)
	}
	for _, words := range []string{"全市情况", "现在什么情况", "今天有什么要我看的"} {
		c.say("zhao", words)
		c.expect("zhao", "# 全市情况", "在办项目12个(截至5月18日 09:30,据骏马项目台账和预警台账,存量不计)", "红灯8个:未办理8个。上月同期(4月18日)0个,增加8个。")
	}
	c.expect("zhao", "今天新增红灯8个、橙色预警2个")
	c.say("li", "全市情况")
	c.expect("li", "# 全市情况", "在办项目12个")
	c.expectNot("li", "只计")
	c.say("qian", "全市情况")
	c.expect("qian", "# 职责范围内情况", "在办项目4个", "红灯1个", "等你办理的事项,请回复“我的待办”。", "只计你单位职责范围以内的")
	c.say("zhao", "大同镇情况怎么样")
	c.expect("zhao", "# 大同镇情况", "在办项目4个", "红灯1个", "橙色预警1个")
	c.press("zhao", "看红灯")
	c.expect("zhao", "大同镇:红灯1个", "1. 大同酒厂技改 · 入统(红灯,未办理,第1次推送)")
}

func TestEachNumberOfTheSummaryOpensItsList(t *testing.T) {
	c := newQuestions(t)
	for label, want := range map[string]string{
		"看在办项目": "在办项目12个", "看红灯": "红灯8个", "看橙色预警": "橙色预警2个", "看未办理": "未办理的红灯8个、橙色预警2个", "看本月新增": "本月新亮红灯8个、橙色预警2个",
	} {
		c.say("zhao", "状态")
		c.press("zhao", label)
		c.expect("zhao", want, "1. ")
	}
}

// 一张卡片放不下的按钮在下一页。
func TestSummaryOnAPlatformWithFewButtons(t *testing.T) {
	c := newQuestions(t)
	c.phones.traits.MaxButtons = 3
	c.say("zhao", "状态")
	c.expect("zhao", "[看在办项目] [看红灯] [看其他]")
	c.press("zhao", "看其他")
	c.expect("zhao", "[看橙色预警] [看未办理] [看其他]", "在办项目12个")
	c.press("zhao", "看其他")
	c.expect("zhao", "[看本月新增] [看其他]")
	c.press("zhao", "看其他")
	c.expect("zhao", "[看在办项目] [看红灯] [看其他]")
}

func TestProjectsInHand(t *testing.T) {
	c := newQuestions(t)
	c.say("zhao", "在办项目有哪些")
	c.expect("zhao", "在办项目12个(有环节计时中或有预警的;截至5月18日 09:30,据骏马项目台账)", "第1页,共3页")
	c.press("zhao", "下一页")
	c.expect("zhao", "6. ", "第2页,共3页")
	c.say("qian", "在办项目")
	c.expect("qian", "在办项目4个", "大同酒厂技改 · 入统(红灯)", "航头纺织项目 · 施工许可(计时中)", "青山项目 · 盯引(橙色预警)", "只计你单位职责范围以内的")
	c.say("lin", "大同镇在办项目")
	c.expect("lin", "大同镇:在办项目2个") // of 盯引 and 入统 the department has no part
	c.expectNot("lin", "盯引", "入统")
	c.say("qian", "下涯镇有几个项目")
	c.expect("qian", "下涯镇没有在办项目")
	c.take(record("p3", `"name":"航头纺织项目"`, `"town":"大同镇"`, `"stages":[{"stage":"施工许可","start":"2026-05-16","limit":"25日","done":"2026-05-17"}]`))
	all := c.export("qian", "在办项目")
	if got := strings.Join(column(all, "所处环节"), " "); all[0][0] != "在办项目(4项)" || got != "入统 开工监管 施工许可 盯引" {
		t.Errorf("the table %v has stages %s", all[0], got)
	}
}

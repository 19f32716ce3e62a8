package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// 机制文本 F.5 里专班的问法,逐句答到要害;有上月数的,答上月同期。
func TestTheQuestionsOfF5(t *testing.T) {
	c := newQuestions(t)
	c.take(record("z1", `"name":"航空部件二期"`, `"in_zone":true`, `"town":"大同镇"`, `"stages":[{"stage":"施工许可","start":"2026-04-18","limit":"25日"}]`))
	for _, tc := range []struct {
		words string
		want  []string
	}{
		{"开发区现在几个红灯,谁没办?", []string{
			"开发区:在办项目1个,红灯1个(截至5月18日 09:30", "# 开发区现在几个红灯,谁没办", "未办理1个。", "上月同期(4月18日)0个,增加1个。", "未办理的轮到:大同镇1个。",
			"1. 航空部件二期 · 施工许可(红灯,大同镇待报送,已超5日)", "[看红灯1个]", "[给未办单位发提醒]", "[1 航空部件二期]",
		}},
		{"商服住红灯谁没办", []string{"商服住:在办项目0个,没有红灯"}},
		{"这个月哪个单位办理最慢?", []string{"本月办理及时率", "推送后5个工作日内", "这段时间没有到期应办理的预警。"}},
		{"把第三次预警的都列出来,准备例会材料。", []string{"没有文字稿;清单可按“导出表格”取用", "没有第3次及以上红灯"}},
		{"帮我把云溪项目的红灯去掉。", []string{"灯色由时限规则和环节办理结果产生,不能直接去除"}},
		{"杭州平台显示已销号,这里还是红的。", []string{"以杭州平台为准", "平台销号的数据还没有传来", "请写明项目名称"}},
		{"住建局办了几个", []string{"市住建局没有本月办理的预警"}},
		{"最近哪些项目有问题", []string{"红灯9个、橙色预警2个", "红灯中未办理9个;橙色预警中未办理2个。", "上月同期(4月18日)红灯0个,增加9个;橙色预警0个,增加2个。"}},
		{"今天有什么要我看的", []string{"# 全市情况", "在办项目13个", "今天新增红灯9个"}},
		{"现在几个红灯", []string{"红灯9个", "上月同期"}},
	} {
		t.Run(tc.words, func(t *testing.T) {
			c.t = t
			c.say("zhao", tc.words)
			c.expect("zhao", tc.want...)
		})
	}
}

func TestWhatADepartmentDisposedOf(t *testing.T) {
	c := newQuestions(t)
	c.report("p2")
	c.press("lin", "正在办理")
	c.say("lin", "6月30日")
	c.press("lin", "确认办理")
	c.say("zhao", "住建局办了几个")
	c.expect("zhao", "市住建局:本月办理红灯1个、橙色预警0个", "红灯中已办理未销号1个", "上月同期(4月1日至4月18日)红灯0个,增加1个", "1. 梅岭智能装备项目")
	c.say("zhao", "经信局办了几个") // it leads, and disposes of nothing here
	c.expect("zhao", "市经信局没有本月办理的预警")
	c.say("lin", "我们办了几个红灯")
	c.expect("lin", "本单位:本月办理红灯1个")
	if all := c.export("zhao", "住建局这个月办了几个"); all[0][0] != "市住建局:本月办理预警(1项)" {
		t.Errorf("the table begins with %q", all[0])
	}
}

// 平台与这里不一致的,说清是哪一种、谁做什么。
func TestWhyThePlatformDiffers(t *testing.T) {
	c := newChat(t, "2026-05-18")
	red := `"lights":[{"stage":"施工许可","level":"红","since":"2026-05-16","ref":"HZ-1"}]`
	c.take(record("p1", `"name":"云溪新材料项目"`, `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`, red))
	c.say("zhao", "云溪新材料杭州平台显示已销号,这里还是红的")
	c.expect("zhao", "云溪新材料项目", "施工许可:这里为红灯,未办理;平台销号的数据还没有传来")
	c.take(record("p1", `"name":"云溪新材料项目"`, strings.Replace(red, `"ref"`, `"state":"已销号","ref"`, 1)))
	c.say("zhao", "云溪平台已销号,这里还是红的")
	c.expect("zhao", "施工许可:平台已销号,这里的预警也已销号,但尚缺完成日期", "已列入比对清单,请市住建局补录完成日期")
	c.say("qian", "云溪平台已销号,这里还是红的")
	c.expect("qian", "没有找到“云溪”")
}

// 清单短的,每个项目一个按钮,按了看它的状态;看不到的不给。
func TestAShortListLeadsToItsProjects(t *testing.T) {
	c := newTown(t)
	c.say("zhao", "红灯几个")
	c.press("zhao", "1 梅岭智能装备项目")
	c.expect("zhao", "# 项目状态", "梅岭智能装备项目(截至5月18日 09:30)", "施工许可:第1次红灯,未办理")
	c.say("zhao", "未来30天哪些会亮灯")
	c.expect("zhao", "[1 云溪新材料项目] [2 青山项目]")
	c.say("chen", "在办项目")
	card, ref := c.phones.button("chen", "1 云溪新材料项目")
	c.click("chen", card, ref)
	c.expect("chen", "# 项目状态", "施工许可:橙色预警")
	c.say("chen", "在办项目")
	card, ref = c.phones.button("chen", "1 云溪新材料项目")
	c.handOver("chen", "大同镇")
	c.click("chen", card, ref)
	c.expect("chen", "这个项目不在你单位的职责范围内")
	c.expectNot("chen", "橙色预警,")
}

func TestUrgingAllWhoHaveNotActed(t *testing.T) {
	c := newQuestions(t)
	c.report("p2")
	c.dayBegan("2026-05-20") // the cards of the day before yesterday count no more
	c.later(time.Hour)
	c.say("zhao", "红灯谁没办")
	c.press("zhao", "给未办单位发提醒")
	c.expect("zhao", "# 给未办单位发提醒", "已提醒8件:下涯镇6件、大同镇1件、市住建局1件。", "同一人当天收到的卡片满5张的,并入次日摘要卡", "[再看谁没办]")
	c.expect("chen", "【摘要】6件事项", "【催办】下涯标准厂房1号 · 施工许可(红灯):请报送情况,5月21日前")
	c.expect("qian", "【催办】大同酒厂技改")
	c.expect("lin", "【催办】梅岭智能装备项目")
	c.press("zhao", "再看谁没办")
	c.press("zhao", "给未办单位发提醒")
	c.expect("zhao", "没有发出提醒。", "没有提醒的:刚催办过,未到间隔8件。")
	urged, refused := 0, 0
	for _, line := range c.journal("") {
		if line.Kind != "urged" {
			continue
		}
		urged++
		if line.Refused != "" {
			refused++
		}
	}
	if urged != 8 || refused != 0 {
		t.Errorf("the journal has %d lines of urging, %d of them refused", urged, refused)
	}
}

// 一次按不完的,说还有几件,再按一次接着发。
func TestUrgingMoreThanOnePressDoes(t *testing.T) {
	c := newChat(t, "2026-05-18")
	var many []string
	for i := range 103 {
		many = append(many, record(fmt.Sprint("m", i), `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`))
	}
	c.take(many...)
	c.say("zhao", "谁没办")
	c.press("zhao", "给未办单位发提醒")
	c.expect("zhao", "已提醒100件", "一次最多提醒100件,还有3件,请再按一次。")
	c.press("zhao", "再看谁没办")
	c.press("zhao", "给未办单位发提醒")
	c.expect("zhao", "已提醒3件", "没有提醒的:刚催办过,未到间隔100件。")
}

// 按的时候再看一次是不是专班。
func TestOnlyTheTaskForceUrges(t *testing.T) {
	c := newQuestions(t)
	c.say("chen", "红灯谁没办")
	c.expectNot("chen", "给未办单位发提醒")
	c.say("zhao", "红灯谁没办")
	card, ref := c.phones.button("zhao", "给未办单位发提醒")
	c.handOver("zhao", "市统计局")
	c.click("zhao", card, ref)
	c.expect("zhao", "提醒由业务专班发出,你单位无此权限")
	if c.refusals() != 1 || strings.Contains(c.phones.screen("chen"), "【催办】") {
		t.Errorf("%d refusals in the journal; chen sees\n%s", c.refusals(), c.phones.screen("chen"))
	}
}

// handOver moves a person to another unit as its contact.
func (c *chat) handOver(person, unit string) {
	c.t.Helper()
	body := `{"people":[{"id":"` + person + `","name":"某","unit":"` + unit + `","role":"联系人","dingtalk":"user-` + person + `"}]}`
	c.enrol(body)
}

package handlers_test

import (
	"fmt"
	"strings"
	"testing"
)

// newQuestions is a city with seven reds of 下涯镇, one of 大同镇, an orange, a green that turns soon, and a scouting project.
func newQuestions(t *testing.T) *chat {
	t.Helper()
	c := newTown(t)
	for i := range 6 {
		c.take(record(fmt.Sprintf("r%d", i), fmt.Sprintf(`"name":"下涯标准厂房%d号"`, i+1), `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`))
	}
	c.take(record("q1", `"name":"大同酒厂技改"`, `"town":"大同镇"`, `"stages":[{"stage":"入统","start":"2026-04-20","limit":"25日"}]`))
	return c
}

func TestQuestionsOfTheTaskForce(t *testing.T) {
	c := newQuestions(t)
	c.say("zhao", "现在几个红灯?")
	c.expect("zhao", "红灯8个(截至5月18日 09:30,据骏马预警台账,存量不计)", "未办理8个。", "上月同期(4月18日)0个,增加8个", "5. ", "第1页,共2页", "[下一页]")
	c.expectNot("zhao", "6. ", "[上一页]")
	c.press("zhao", "下一页")
	c.expect("zhao", "6. ", "8. ", "第2页,共2页", "[上一页]")
	c.expectNot("zhao", "5. ", "[下一页]")
	c.press("zhao", "上一页")
	c.expect("zhao", "1. ", "第1页,共2页")
	c.say("zhao", "红灯谁没办")
	c.expect("zhao", "红灯8个", "未办理的轮到:下涯镇7个、大同镇1个", "下涯标准厂房1号 · 施工许可(红灯,下涯镇待报送,已超3日)", "[看红灯8个]")
	c.say("zhao", "各镇街红灯")
	c.expect("zhao", "按镇街:下涯镇7个、大同镇1个")
	c.say("zhao", "未来30天哪些会亮灯")
	c.expect("zhao", "未来30天(至6月17日)将亮红灯2个、橙色预警2个(截至5月18日 09:30,按现有起算日和时限推算)", "按单位:红灯下涯镇1个、大同镇1个;橙色预警大同镇2个。",
		"1. 云溪新材料项目 · 施工许可:5月21日转红灯", "2. 青山项目 · 盯引:5月21日转红灯", "3. 航头纺织项目 · 施工许可:6月5日转橙色预警",
		"4. 青山二期项目 · 施工许可:6月5日转橙色预警", "[导出表格]")
	c.log.Reset()
	c.say("zhao", "梅岭到哪了")
	c.say("zhao", "梅岭谁负责")
	c.say("zhao", "梅岭还剩几天")
	c.say("zhao", "梅岭第几次推送")
	c.say("zhao", "梅岭为什么红")
	c.golden("questions")
}

func TestQuestions(t *testing.T) {
	c := newQuestions(t)
	for _, tc := range []struct{ person, words, want string }{
		{"zhao", "下涯镇红灯几个", "下涯镇:红灯7个"},
		{"zhao", "下崖镇红灯几个", "“下崖镇”按“下涯镇”理解"},
		{"zhao", "xiaya hongdeng", "下涯镇:红灯7个"},
		{"zhao", "入统红灯", "入统:红灯1个"},
		{"zhao", "落地未开工的红灯", "落地未开工:红灯7个"},
		{"zhao", "工业红灯", "工业:红灯8个"},
		{"zhao", "李某分管的红灯", "李某:红灯8个"},
		{"zhao", "第一次红灯的", "第1次红灯8个"},
		{"zhao", "第三次预警的", "没有第3次及以上红灯"},
		{"zhao", "按领导看红灯", "按领导:李某8个"},
		{"zhao", "按阶段看红灯", "按阶段:落地未开工7个、开工未竣工1个"},
		{"zhao", "本月新增红灯", "本月新亮红灯8个"},
		{"zhao", "上月底红灯几个", "4月30日24时红灯0个"},
		{"zhao", "红灯比上月", "上月同期(4月18日)0个,增加8个"},
		{"zhao", "未办理的比上月", "没有上月同期的数"},
		{"zhao", "本月销号了几个", "没有本月已销号的预警"},
		{"zhao", "盯引预警几个", "盯引:红灯0个、橙色预警1个"},
		{"zhao", "红灯", "(截至5月18日 09:30,据骏马预警台账,存量不计)"},
		{"zhao", "yunxi到哪了", "云溪新材料项目"},
		{"zhao", "云西新材料到哪了", "云溪新材料项目"},
		{"zhao", "P2到哪了", "梅岭智能装备项目"},
		{"zhao", "没有的东西到哪了", "没有找到名称含“没有的东西”的项目,请核对名称"},
		{"zhao", "到哪了", "请写明项目名称,例如:云溪新材料到哪了"},
		{"zhao", "规划红灯", "[市规划和自然资源局]"},
		{"zhao", "下涯镇", "想了解下涯镇的什么"},
		{"zhao", "红灯要整改多少回", "想问的是不是"},
		{"li", "红灯几个", "红灯8个"},
		{"qian", "红灯几个", "红灯1个"}, // another town's reds are not counted, and it is said
		{"qian", "红灯几个", "只计你单位职责范围以内的"},
		{"qian", "下涯镇红灯", "下涯镇没有红灯"},
		{"qian", "云溪到哪了", "没有找到“云溪”,或它不在你单位的职责范围内"},
		{"chen", "我们单位红灯几个", "本单位:红灯7个"},
		{"li", "我分管的红灯", "你分管的板块:红灯8个"},
		{"zhao", "给我出一份红灯的表格", "[导出表格]"},
		{"zhao", "导出表格", "再按答复上的“导出表格”"},
		{"zhao", "绑定 市经信局 2", "绑定和解绑请在那个群里做"},
		{"zhao", "报送及时率", "本月报送及时率"},
		{"zhao", "青山二期项目什么时候亮灯", "起橙色"},
		{"lin", "盯引预警几个", "盯引没有预警"},
	} {
		t.Run(tc.person+" "+tc.words, func(t *testing.T) {
			c.say(tc.person, tc.words)
			c.expect(tc.person, tc.want)
		})
	}
}

func TestAChoiceIsAQuestion(t *testing.T) {
	c := newQuestions(t)
	c.say("zhao", "许可红灯")
	c.press("zhao", "施工许可")
	c.expect("zhao", "施工许可:红灯7个")
	c.say("zhao", "青山到哪了")
	c.expect("zhao", "有2个项目的名称与“青山”相近")
	c.press("zhao", "青山二期项目")
	c.expect("zhao", "青山二期项目", "施工许可:绿灯")
}

// A unit with fewer than five warnings is shown and not ranked (E.1).
func TestTheSlowestUnit(t *testing.T) {
	c := newQuestions(t)
	c.dayBegan("2026-05-28")
	c.say("zhao", "哪个单位最慢")
	c.expect("zhao", "本月办理及时率", "市住建局7件中0件按时(0%)", "不足5件的不排序", "市统计局1件中0件按时")
	c.say("zhao", "哪个镇最慢")
	c.expect("zhao", "本月报送及时率", "下涯镇")
}

func TestAnAnswerFollowsWhatHappens(t *testing.T) {
	c := newQuestions(t)
	c.report("p2")
	c.press("lin", "已完成办理")
	c.press("lin", "今天")
	c.say("lin", "330182202605120101")
	if strings.Contains(c.phones.last("lin"), "确认办理") {
		c.press("lin", "确认办理")
	}
	c.say("zhao", "红灯几个")
	c.expect("zhao", "红灯7个")
	c.say("zhao", "本月销号了几个")
	c.expect("zhao", "本月已销号红灯1个、橙色预警0个", "上月同期(4月1日至4月18日)红灯0个,增加1个", "梅岭")
}

package handlers_test

import (
	"testing"
	"time"
)

// What people say where no button and no command fits (F.1, F.5).

func TestAnotherDateAtTheLastStep(t *testing.T) {
	c := newReported(t)
	c.press("lin", "已完成办理")
	c.press("lin", "今天")
	c.expect("lin", "完成日期:2026年5月11日")
	c.say("lin", "改为5月9日")
	c.expect("lin", "完成日期:2026年5月9日", "自5月9日起算")
	c.expectNot("lin", "说明:")
	c.say("lin", "5月40日")
	c.expect("lin", "5月40日不存在")
	c.press("lin", "确认办理")
	if d := c.theCase("p1").Disposals[0]; d.Date.String() != "2026-05-09" || d.Note != "" {
		t.Errorf("disposal: %+v", d)
	}
}

func TestAnAnswerThatComesTooLateIsNotCalledUnknown(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "报送情况")
	c.say("chen", "3")
	c.later(24 * time.Hour)
	c.say("chen", "施工图审查意见还差消防那部分")
	c.expect("chen", "超过24小时", "这一条没有记入")
	c.expectNot("chen", "没有听懂")
}

func TestACardGetsItsButtonsBackWhenTheExchangeEndsInTheChat(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "不归我办")
	c.say("chen", "取消")
	c.press("chen", "报送情况") // the card had only [取消] while it asked
	c.expect("chen", "请选择预警原因")
	c.say("chen", "取消")
	c.press("chen", "不归我办")
	c.say("chen", "地块已划归大同镇,应由大同镇负责")
	c.press("chen", "报送情况")
	c.expect("chen", "请选择预警原因")
}

func TestWhatNoCommandCanDo(t *testing.T) {
	c := newOrange(t)
	for _, tc := range []struct{ person, words, want string }{
		{"chen", "那这个算销号了吗?", "报送情况不等于销号"},
		{"chen", "帮我直接点已办完吧", "预警办理由环节责任部门(市住建局)负责,你单位无此权限。如许可证已取得,可把证号和发证日期补充报送,我即转市住建局确认。"},
		{"lin", "办结吧", "没有听懂“办结吧”"}, // his card has the button
		{"zhao", "帮我把云溪项目的红灯去掉", "灯色由时限规则和环节办理结果产生,不能直接去除"},
		{"chen", "这个不归我们管", "请在该预警的卡片上按“不归我办”"},
		{"zhao", "存量有几个", "由业务专班回复“存量转办”加项目名称"},
		{"chen", "我要申请延期", "请直接向业务专班提出"},
		{"chen", "怎么联系专班", "业务专班:赵某。在钉钉里搜姓名即可联系。"},
		{"li", "同意", "批示和意见请直接告知业务专班"},
	} {
		c.say(tc.person, tc.words)
		c.expect(tc.person, tc.want)
	}
	c.take(permitRecord("p2", "梅岭智能装备项目"))
	c.say("chen", "都办结了")
	c.expect("chen", "预警办理由各环节责任部门负责")
}

func TestHelpFitsTheReader(t *testing.T) {
	c := newOrange(t)
	for person, want := range map[string]string{"chen": "按卡片上的按钮报送或办理", "li": "意见请直接告知业务专班", "zhao": "存量转办"} {
		c.say(person, "帮助")
		c.expect(person, want)
	}
	c.expectNot("zhao", "我的项目")
	c.expect("chen", "我的项目")
}

func TestAnOwnerNamedLikeItsProjectDoesNotHideTheProject(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.take(permitRecord("p1", "大同镇水厂"))
	c.say("zhao", "状态 大同镇")
	c.expect("zhao", "大同镇水厂", "施工许可:橙色预警")
}

// The rule book's own numbers for its open points never reach a chat (F.6).
func TestWhyNamesNoRuleNumbers(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.take(record("p1", `"name":"云溪新材料项目"`, `"stages":[{"stage":"在建","start":"2023-05-01"}]`))
	c.say("zhao", "云溪新材料为什么红")
	c.expect("zhao", "时限24个月(示例,待核定;五2)")
	c.expectNot("zhao", "A-")
}

func TestCourtesiesAndBareNames(t *testing.T) {
	c := newOrange(t)
	c.say("chen", "好的,什么时候")
	c.expect("chen", "没有听懂")
	for _, words := range []string{"谢谢!", "好的,谢谢", "你好"} {
		c.say("chen", words)
		c.expect("chen", "收到。需要时请直接问")
	}
	c.say("chen", "云溪")
	c.expect("chen", "云溪新材料年产2万吨硅基材料项目", "施工许可:橙色预警")
	c.say("qian", "云溪新材料") // of another town
	c.expectNot("qian", "施工许可")
}

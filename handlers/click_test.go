package handlers_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// pressOn presses a button as it was on the oldest drawing of the card whose title holds the words: an old card.
func (c *chat) pressOn(person, title, label string) {
	c.t.Helper()
	card, ref := c.phones.oldButton(person, title, label)
	if ref == "" {
		c.t.Fatalf("%s never saw [%s] on a card %q:\n%s", person, label, title, c.phones.screen(person))
	}
	c.click(person, card, ref)
}

func TestDuplicateFrameIsAnsweredAlike(t *testing.T) {
	c := newReported(t)
	c.press("lin", "已完成办理")
	c.press("lin", "今天")
	card, ref := c.phones.button("lin", "确认办理")
	press := bot.Click{Platform: "dingtalk", Key: "same", User: "user-lin", Card: card, Button: ref}
	first := c.deliver(press)
	lines := len(c.journal("p1"))
	again := c.deliver(press)
	if first.Card == nil || again.Card == nil || drawn(*first.Card) != drawn(*again.Card) {
		t.Errorf("first %+v, again %+v", first.Card, again.Card)
	}
	if got := len(c.journal("p1")); got != lines {
		t.Errorf("the repetition left %d journal lines", got-lines)
	}
}

func TestDuplicateMessageIsTakenOnce(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "报送情况")
	in := bot.Incoming{Platform: "dingtalk", Key: "same", Corp: "corp", User: "user-chen", Text: "3", Session: "s"}
	for range 2 {
		if err := c.handlers.Message(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		c.settle()
	}
	asked := strings.Count(c.phones.screen("chen"), "请用一条消息写明具体情况")
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestSecondPressShowsWhatHappened(t *testing.T) {
	c := newReported(t)
	c.press("lin", "已完成办理")
	c.press("lin", "今天")
	card, ref := c.phones.button("lin", "确认办理")
	c.click("lin", card, ref)
	c.expect("lin", "已销号")
	c.later(3 * time.Minute)
	c.click("lin", card, ref)
	c.expect("lin", "这一步已经过去,没有重复提交", "最近一次:市住建局林某于5月11日 09:30办理:已完成办理。现为已销号")
	if got := len(c.theCase("p1").Disposals); got != 1 {
		t.Errorf("%d disposals", got)
	}
}

func TestSecondConfirmationOfAReport(t *testing.T) {
	c := newOrange(t)
	c.report("p1")
	c.pressOn("chen", "报送情况", "属实,确认报送")
	c.expect("chen", "没有重复提交", "最近一次:下涯镇陈某于5月11日 09:30报送情况。现为未办理")
	if got := len(c.theCase("p1").Reports); got != 1 {
		t.Errorf("%d reports", got)
	}
}

// Two people at the last step of the same case: the second learns who was first and when, and what was read back before
// that confirms nothing.
func TestSecondOfTwoPeople(t *testing.T) {
	for _, tc := range []struct {
		name, act, answer string // of the first; the second was about to confirm 已完成办理
		then              string // what the second is told besides
		disposals         int    // after she confirmed once more, where that is possible
	}{
		{"仍可办理的,重新核对后再确认", "正在办理", "5月31日", "[确认办理]", 2},
		{"已销号的,不再办理", "已完成办理", "今天", "本预警已于2026年5月11日销号", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newReported(t)
			card, ref := c.phones.button("lin", tc.act)
			c.press("lin", "已完成办理")
			c.say("lin", "今天")
			c.click("zhao", card, ref)
			c.say("zhao", tc.answer)
			c.say("zhao", "市住建局联系人休假,受其委托")
			mine, confirm := c.phones.button("lin", "确认办理")
			c.press("zhao", "确认办理")
			c.click("lin", mine, confirm)
			c.saw("lin", "在你确认之前,这项预警已有新的办理", "业务专班赵某于5月11日 09:30办理:"+tc.act, tc.then)
			if got := len(c.theCase("p1").Disposals); got != 1 {
				t.Fatalf("%d disposals", got)
			}
			if tc.disposals == 2 {
				c.press("lin", "确认办理")
			}
			if got := len(c.theCase("p1").Disposals); got != tc.disposals {
				t.Errorf("%d disposals in the end, want %d", got, tc.disposals)
			}
		})
	}
}

func TestOldSummaryDoesNotConfirm(t *testing.T) {
	c := newOrange(t)
	c.fillIn()
	old, ref := c.phones.button("chen", "属实,确认报送")
	c.say("chen", "修改")
	c.say("chen", "原因")
	c.say("chen", "资金")
	c.click("chen", old, ref)
	c.expect("chen", "这一步已经过去", "预警原因:资金", "[属实,确认报送]")
	if got := len(c.theCase("p1").Reports); got != 0 {
		t.Errorf("an old summary confirmed %d reports", got)
	}
	c.press("chen", "属实,确认报送")
	if got := c.theCase("p1").Reports; len(got) != 1 || got[0].Cause != "资金" {
		t.Errorf("reports: %+v", got)
	}
}

func TestCardOfAnEarlierPush(t *testing.T) {
	c := newOrange(t)
	c.dayBegan("2026-05-14")
	c.dayBegan("2026-05-15")
	c.dayBegan("2026-05-16") // red: a new case with its own cards
	c.pressOn("chen", "橙色", "报送情况")
	c.expect("chen", "本橙色预警已于2026年5月16日升级为红灯,请在红灯预警的卡片上办理")

	c.dayBegan("2026-06-15") // second push of the red
	c.pressOn("chen", "红灯预警", "报送情况")
	c.expect("chen", "这是第1次推送的卡片,现在已是第2次推送,请在最新的卡片上办理")
	c.press("chen", "报送情况")
	c.expect("chen", "请选择预警原因")
}

func TestWrongPerson(t *testing.T) {
	cases := []struct {
		name, owner, label, presser string
		reported                    bool
		want                        string
	}{
		{"责任单位按办理", "lin", "已完成办理", "chen", false, "预警办理由环节责任部门(市住建局)负责,你单位无此权限"},
		{"部门按报送", "chen", "报送情况", "lin", false, "情况报送由项目责任单位(下涯镇)负责,你单位无此权限"},
		{"别的镇按报送", "chen", "报送情况", "qian", false, "情况报送由项目责任单位(下涯镇)负责"},
		{"责任单位按退回", "lin", "退回补充", "chen", true, "退回补充由环节责任部门(市住建局)负责"},
		{"别的镇看项目", "chen", "查看项目", "qian", false, "不在你单位的职责范围内"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := newOrange(t)
			if tc.reported {
				c.report("p1")
			}
			card, ref := c.phones.button(tc.owner, tc.label)
			before := c.refusals()
			c.click(tc.presser, card, ref)
			c.expect(tc.presser, tc.want)
			if got := c.refusals(); got != before+1 {
				t.Errorf("%d refused attempts are kept, not one", got-before)
			}
			if k := c.theCase("p1"); len(k.Disposals) != 0 || k.State != mechanism.Untreated {
				t.Errorf("case: %+v", k)
			}
		})
	}
}

func TestSomebodyElsesDialogueCard(t *testing.T) {
	c := newOrange(t)
	c.fillIn()
	card, ref := c.phones.button("chen", "属实,确认报送")
	c.click("lin", card, ref)
	c.expect("lin", "这张卡片是发给另一位同志的")
	if got := len(c.theCase("p1").Reports); got != 0 {
		t.Errorf("%d reports", got)
	}
}

func TestStranger(t *testing.T) {
	c := newOrange(t)
	card, ref := c.phones.button("chen", "报送情况")
	c.click("nobody", card, ref)
	c.expect("nobody", "你的账号还没有登记到联系人名册", "请联系业务专班")
	if c.refusals() != 1 {
		t.Errorf("%d refused attempts", c.refusals())
	}
	c.say("nobody", "帮助")
	c.expect("nobody", "你的账号还没有登记到联系人名册")
}

func TestLostButton(t *testing.T) {
	c := newOrange(t)
	card, _ := c.phones.button("chen", "报送情况")
	for _, ref := range []string{"", "ABCDEFGHIJ"} {
		c.click("chen", card, ref)
		c.expect("chen", "云溪新材料", "没有收到你按的是哪个按钮", "[报送情况]")
	}
	c.press("chen", "报送情况")
	c.expect("chen", "请选择预警原因")
}

func TestUnknownCardIsKeptAndHarmless(t *testing.T) {
	c := newOrange(t)
	answer := c.deliver(bot.Click{Platform: "dingtalk", Key: "k", User: "user-chen", Card: "no-such-card", Button: "x"})
	if answer.Card != nil || c.refusals() != 1 {
		t.Errorf("answer %+v, %d refused", answer.Card, c.refusals())
	}
}

func TestFirstPressIsTheResponse(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "查看项目")
	c.expect("chen", "云溪新材料")
	k := c.theCase("p1")
	if len(k.Responses) != 1 || k.Responses[0].By.ID != "chen" || k.State != mechanism.Untreated {
		t.Fatalf("responses %+v, state %s", k.Responses, k.State)
	}
	lines := len(c.journal("p1"))
	c.press("chen", "查看项目")
	if got := len(c.journal("p1")); got != lines {
		t.Errorf("the second look left %d journal lines", got-lines)
	}
}

func TestParkedCards(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newChat(t, "2026-05-11")
		c.take(permitRecord("p1", "云溪新材料项目"), permitRecord("p2", "梅岭智能装备项目"))
		c.restart = restart
		c.pressOn("chen", "云溪", "报送情况")
		c.pressOn("chen", "梅岭", "报送情况")
		c.expect("chen", "已记下这一件。你正在填写“报送情况”(云溪新材料项目 · 施工许可),填完后提示你办理")
		c.pressOn("chen", "梅岭", "查看项目")
		c.expect("chen", "梅岭")
		c.say("chen", "3")
		c.expect("chen", "云溪新材料项目", "请用一条消息写明具体情况")
		c.say("chen", "施工图审查意见还差消防那部分")
		c.send("chen", c.file("", jpg))
		c.say("chen", "完成")
		c.press("chen", "属实,确认报送")
		c.expect("chen", "已报送", "填写期间你还按过1件", "梅岭智能装备项目 · 施工许可", "[报送情况 梅岭智能装备项目]")
		c.press("chen", "报送情况 梅岭智能装备项目")
		c.expect("chen", "梅岭智能装备项目", "请选择预警原因")
		c.say("chen", "取消")
		c.expect("chen", "已取消")
		c.expectNot("chen", "还按过")
	}
}

// A parked act that somebody else has done meanwhile is not offered; one whose exchange lapsed is.
func TestParkedActsAreOfferedOnlyWhileOpen(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.take(permitRecord("p1", "云溪新材料项目"), permitRecord("p2", "梅岭智能装备项目"), permitRecord("p3", "航头纺织项目"))
	c.pressOn("chen", "云溪", "报送情况")
	c.pressOn("chen", "梅岭", "报送情况")
	c.pressOn("chen", "航头", "报送情况")
	c.pressOn("lin", "梅岭", "已完成办理")
	c.press("lin", "今天")
	c.press("lin", "确认办理")
	c.later(24 * time.Hour)
	c.say("chen", "帮助")
	c.expect("chen", "超过24小时", "你还按过1件", "[报送情况 航头纺织项目]")
	c.expectNot("chen", "梅岭")
}

func TestExpiryKeepsTheDraft(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newOrange(t)
		c.restart = restart
		c.press("chen", "报送情况")
		c.say("chen", "3")
		c.say("chen", "施工图审查意见还差消防那部分")
		c.send("chen", c.file("", jpg))
		c.later(24 * time.Hour)
		c.say("chen", "完成")
		c.expect("chen", "“报送情况”(云溪新材料年产2万吨硅基材料项目 · 施工许可)超过24小时没有填完,已先放下,草稿还在")
		c.say("chen", "帮助")
		c.expectNot("chen", "草稿")
		c.press("chen", "报送情况")
		c.expect("chen", "上次填写的草稿已恢复", "佐证材料现有1件(图片1)")
		c.say("chen", "完成")
		c.press("chen", "属实,确认报送")
		if got := c.theCase("p1").Reports; len(got) != 1 || got[0].Cause != "审批手续" {
			t.Errorf("reports: %+v", got)
		}
	}
}

func TestPressingAnExpiredSummaryReadsItBackAgain(t *testing.T) {
	c := newOrange(t)
	c.fillIn()
	c.later(25 * time.Hour)
	c.press("chen", "属实,确认报送")
	c.expect("chen", "超过24小时", "上次填写的草稿已恢复", "所报内容是否属实")
	if got := len(c.theCase("p1").Reports); got != 0 {
		t.Fatal("an expired summary was confirmed by one press")
	}
	c.press("chen", "属实,确认报送")
	if got := len(c.theCase("p1").Reports); got != 1 {
		t.Errorf("%d reports", got)
	}
}

func TestDraftSurvivesAnotherExchange(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.take(permitRecord("p1", "云溪新材料项目"), permitRecord("p2", "梅岭智能装备项目"))
	c.pressOn("chen", "云溪", "报送情况")
	c.say("chen", "3")
	c.dayBegan("2026-05-12")
	c.pressOn("chen", "梅岭", "不归我办")
	c.expect("chen", "超过24小时", "请用一句话写明为什么不归你单位办")
	c.say("chen", "地块已划归大同镇,应由大同镇负责")
	c.pressOn("chen", "云溪", "报送情况")
	c.expect("chen", "上次填写的草稿已恢复", "原因:审批手续")
}

func TestSwitchingTheActOnOneCase(t *testing.T) {
	c := newReported(t)
	c.press("lin", "正在办理")
	c.pressOn("lin", "待办理", "已完成办理")
	c.expect("lin", "前面填写的“正在办理”已保留草稿", "请填写完成日期")
}

func TestCaseClosesDuringAnExchange(t *testing.T) {
	c := newOrange(t)
	c.describe()
	c.press("lin", "已完成办理")
	c.press("lin", "今天")
	c.press("lin", "确认办理")
	c.send("chen", c.file("", jpg))
	c.say("chen", "完成")
	c.expect("chen", "本预警已于2026年5月11日销号(办结),无需再办理")
	c.say("chen", "我的待办")
	c.expect("chen", "没有等你办理的事项")
}

// Where the answer to a press can't redraw the card, everything goes as a card of its own.
func TestPlatformWhoseAnswersDoNotRedraw(t *testing.T) {
	c := newOrange(t)
	c.phones.traits.AnswerRedraws = false
	c.report("p1")
	c.expect("chen", "已报送")
	c.press("chen", "查看项目")
	c.expect("chen", "云溪新材料")
	c.press("lin", "已完成办理")
	c.expect("lin", "请填写完成日期", "[今天] [昨天] [取消]")
	c.press("lin", "今天")
	c.expect("lin", "[确认办理] [取消]")
	c.press("lin", "确认办理")
	if k := c.theCase("p1"); k.State != mechanism.Closed {
		t.Errorf("state %s", k.State)
	}
}

func TestTaskForceActsOnBehalf(t *testing.T) {
	c := newOrange(t)
	card, ref := c.phones.button("lin", "已完成办理")
	c.click("zhao", card, ref)
	c.expect("zhao", "请填写完成日期")
	c.press("zhao", "今天")
	c.expect("zhao", "由专班代为办理,请用一句话写明代办理由")
	c.say("zhao", "市住建局联系人休假,受其委托")
	c.expect("zhao", "专班代办理由:市住建局联系人休假,受其委托", "[确认办理]")
	c.press("zhao", "确认办理")
	if k := c.theCase("p1"); k.State != mechanism.Closed || k.Disposals[0].Proxy == "" {
		t.Errorf("case: %+v", k)
	}
}

// Tier 3 is held for 专班, who may send it out or keep it back.
func TestHeldEscalation(t *testing.T) {
	third := func(t *testing.T) *chat {
		t.Helper()
		c := newChat(t, "2026-05-16")
		c.take(record("p1", `"name":"梅岭智能装备项目"`, `"red_count":2`, `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`))
		return c
	}
	t.Run("发出", func(t *testing.T) {
		c := third(t)
		c.press("zhao", "发出")
		c.expect("zhao", "已发出")
		c.expect("li", "梅岭智能装备项目")
		c.pressOn("zhao", "梅岭", "发出")
		c.expectNot("zhao", "已发出。\n")
	})
	t.Run("暂缓", func(t *testing.T) {
		c := third(t)
		c.press("zhao", "暂缓")
		c.expect("zhao", "请用一句话写明暂缓的理由")
		c.say("zhao", "等市经信局会商结果")
		c.saw("zhao", "已暂缓发出。理由:等市经信局会商结果") // the card is redrawn beside the reply
		c.later(2 * time.Hour)
		c.settle()
		if screen := c.phones.screen("li"); screen != "" {
			t.Errorf("the leader sees:\n%s", screen)
		}
	})
	t.Run("别人不能发出", func(t *testing.T) {
		c := third(t)
		card, ref := c.phones.button("zhao", "发出")
		c.click("chen", card, ref)
		c.expect("chen", "协调任务由业务专班发出")
	})
}

// A failed transaction is not acknowledged, and leaves nothing.
func TestNothingIsAnsweredWithoutTheStore(t *testing.T) {
	c := newOrange(t)
	card, ref := c.phones.button("chen", "报送情况")
	c.stop()
	if err := c.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := c.handlers.Click(context.Background(), bot.Click{Platform: "dingtalk", Key: "k", User: "user-chen", Card: card, Button: ref})
	if !errors.Is(err, store.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

// A press counts even when the connection it came on is gone.
func TestPressOutlivesItsConnection(t *testing.T) {
	c := newOrange(t)
	card, ref := c.phones.button("chen", "报送情况")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	answer, err := c.handlers.Click(ctx, bot.Click{Platform: "dingtalk", Key: "k", User: "user-chen", Card: card, Button: ref})
	if err != nil || answer.Card == nil {
		t.Fatalf("answer %+v, error %v", answer.Card, err)
	}
	if !slices.ContainsFunc(answer.Card.Lines, func(l bot.Text) bool { return strings.Contains(l.String(), "请选择预警原因") }) {
		t.Errorf("answer:\n%s", drawn(*answer.Card))
	}
}

// The numbers of prompts never return: the confirmation card of a dropped exchange means nothing in the next one.
func TestCancelledConfirmationStaysDead(t *testing.T) {
	c := newReported(t)
	c.press("lin", "已完成办理")
	c.say("lin", "今天")
	old, ref := c.phones.button("lin", "确认办理")
	c.say("lin", "取消")
	c.pressOn("lin", "待办理", "已完成办理")
	c.say("lin", "5月8日")
	c.click("lin", old, ref)
	c.expect("lin", "这一步已经过去", "完成日期:2026年5月8日", "[确认办理]")
	if k := c.theCase("p1"); k.State != mechanism.Untreated {
		t.Fatalf("a dropped confirmation closed the case: %+v", k.Disposals)
	}
	c.press("lin", "确认办理")
	if k := c.theCase("p1"); k.State != mechanism.Closed || k.Disposals[0].Date.String() != "2026-05-08" {
		t.Errorf("case: %+v", k)
	}
}

// In a group nothing personal is drawn: the exchange begins one to one.
func TestPressInAGroup(t *testing.T) {
	c := newOrange(t)
	c.phones.traits.GroupButtons = true
	c.bindGroup("g1")
	err := c.store.Do(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Enqueue(store.Delivery{
			ID: "group-card", Key: "group-card", Lane: "group", Effect: store.EffectCard, Platform: "dingtalk",
			Address: []byte(`{"group":"g1"}`), Kind: string(mechanism.KindPush), Project: "p1", Case: 1, Push: 1,
			Params: []byte(`{"on":"2026-05-11","unit":"下涯镇","duties":["项目责任单位"]}`), NotBefore: tx.Now,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.notify.Wake()
	c.settle()
	card, ref := c.phones.button("群g1", "报送情况")
	answer := c.deliver(bot.Click{Platform: "dingtalk", Key: "g", User: "user-chen", Card: card, Button: ref})
	if answer.Card != nil {
		t.Errorf("the group's card changed:\n%s", drawn(*answer.Card))
	}
	c.expect("chen", "请选择预警原因")
}

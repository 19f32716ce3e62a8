package handlers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"junma/bot"
	"junma/mechanism"
)

// newUndelivered is an orange whose card does not reach 陈某; 赵某 of 专班 has learned of it.
func newUndelivered(t *testing.T) *chat {
	t.Helper()
	c := newChat(t, "2026-05-18")
	c.phones.bar("chen", true)
	c.take(record("p1", `"name":"云溪新材料项目"`, `"stages":[{"stage":"施工许可","start":"2026-04-25","limit":"25日"}]`))
	c.expect("zhao", "【未送达】下涯镇陈某", "云溪新材料项目")
	return c
}

// did counts the journal's lines of a kind: done, and refused.
func (c *chat) did(kind string) (done, refused int) {
	for _, line := range c.journal("") {
		switch {
		case line.Kind != kind:
		case line.Refused != "":
			refused++
		default:
			done++
		}
	}
	return done, refused
}

// 重发一次有一次的效果:重复的一次得到现状,也留痕。
func TestResendingOnce(t *testing.T) {
	c := newUndelivered(t)
	c.phones.bar("chen", false)
	card, ref := c.phones.button("zhao", "重发")
	c.click("zhao", card, ref)
	c.expect("chen", "云溪新材料项目", "[报送情况]")
	seen := len(c.phones.seen["chen"])
	c.click("zhao", card, ref)
	c.expect("zhao", "这张卡片已于5月18日9时30分送达")
	if got := len(c.phones.seen["chen"]); got != seen {
		t.Errorf("陈某 saw %d cards more", got-seen)
	}
	if done, refused := c.did("resent"); done != 1 || refused != 1 {
		t.Errorf("journal: %d done, %d refused, want one each", done, refused)
	}
}

// 不是专班的人按不动,写不动,也留痕;什么都不显示。
func TestResendingIsForTheTaskForce(t *testing.T) {
	c := newUndelivered(t)
	card, ref := c.phones.button("zhao", "重发")
	for i, act := range []func(){
		func() {
			answer := c.deliver(bot.Click{Platform: "dingtalk", Key: "forged", User: "user-lin", Card: card, Button: ref})
			if answer.Card == nil || strings.Contains(written(*answer.Card), "云溪") || !strings.Contains(written(*answer.Card), "由业务专班处理") {
				t.Errorf("林某 is answered %+v", answer.Card)
			}
		},
		func() { c.say("lin", "重发 全部"); c.expect("lin", "“重发”由业务专班办理") },
	} {
		before := c.refusals()
		act()
		if got := c.refusals(); got != before+1 {
			t.Errorf("act %d: %d refused attempts are kept, not one", i+1, got-before)
		}
	}
	if done, _ := c.did("resent"); done != 0 {
		t.Error("it was sent again")
	}
	if len(c.phones.seen["chen"]) != 0 {
		t.Error("陈某 got the card")
	}
}

// 换了账号的人,重发到新账号;名册里没有账号的,先补名册。
func TestResendingGoesWhereThePersonIsNow(t *testing.T) {
	c := newUndelivered(t)
	change := func(people string) {
		t.Helper()
		got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(`{"people":[`+people+`]}`))
		if err != nil || got.Rejected > 0 {
			t.Fatalf("roster: %v %+v", err, got)
		}
	}
	change(`{"id":"chen","name":"陈某","unit":"下涯镇","role":"联系人","active":false}`)
	c.say("zhao", "重发 陈某")
	c.saw("zhao", "下涯镇陈某在名册中没有可用的账号,请先更新名册再重发")
	change(`{"id":"chen","name":"陈某","unit":"下涯镇","role":"联系人","active":true,"dingtalk":"user-chen-new"}`)
	c.say("zhao", "重发 陈某")
	c.expect("zhao", "已重发给下涯镇陈某:")
	c.expect("chen-new", "云溪新材料项目", "[报送情况]")
}

// 事情已经过去的,不再列出;在旧卡片上按,说明不必再发。
func TestNothingOvertakenIsSentAgain(t *testing.T) {
	c := newUndelivered(t)
	c.phones.bar("chen", false)
	card, ref := c.phones.button("zhao", "重发")
	c.press("lin", "已完成办理")
	c.say("lin", "今天")
	c.press("lin", "确认办理")
	c.say("zhao", "重发")
	c.expect("zhao", "没有未送达的卡片")
	c.click("zhao", card, ref)
	c.expect("zhao", "不必再发:该预警已销号")
	c.expectNot("chen", "【橙色预警通报】")
}

// 不再发送的,待办里没有了;第二次按,答复现状。
func TestLettingBe(t *testing.T) {
	c := newUndelivered(t)
	c.say("zhao", "待办")
	c.expect("zhao", "未送达下涯镇陈某")
	card, ref := c.phones.button("zhao", "不再发送")
	c.click("zhao", card, ref)
	c.expect("zhao", "已记下,不再发送")
	c.click("zhao", card, ref)
	c.expect("zhao", "业务专班赵某决定不再发送")
	c.say("zhao", "待办")
	c.expectNot("zhao", "未送达")
	if done, refused := c.did("let-be"); done != 1 || refused != 1 {
		t.Errorf("journal: %d done, %d refused, want one each", done, refused)
	}
}

// 没送达的卡片,收件人后来调离:不把原单位的项目发给他,发给该单位现在的联系人;没有的,告知专班。
func TestNoCardIsSentAgainToWhoChangedUnits(t *testing.T) {
	moved := `{"id":"chen","name":"陈某","unit":"市统计局","role":"联系人"}`
	for name, v := range map[string]struct{ people, said string }{
		"有接任的":  {moved + `,{"id":"hu","name":"胡某","unit":"下涯镇","role":"联系人","dingtalk":"user-hu"}`, "收件人已不在该单位任职,改发现在的收件人"},
		"没有接任的": {moved, "下涯镇现在没有可送达的收件人"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newUndelivered(t)
			c.phones.bar("chen", false)
			card, ref := c.phones.button("zhao", "重发")
			got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(`{"people":[`+v.people+`]}`))
			if err != nil || got.Rejected > 0 {
				t.Fatalf("roster: %v %+v", err, got)
			}
			c.click("zhao", card, ref)
			c.saw("zhao", v.said)
			if len(c.phones.seen["chen"]) != 0 {
				t.Errorf("陈某 got %+v", c.phones.seen["chen"])
			}
			if strings.Contains(v.people, "hu") {
				c.expect("hu", "云溪新材料项目", "[报送情况]")
			}
		})
	}
}

// 一次重发很多件的,答复只列前几件。
func TestResendingManyIsAnsweredInBrief(t *testing.T) {
	c := newChat(t, "2026-05-18", func(s *mechanism.Spec) { s.Push.Digest, s.Push.Daily = 0, 0 })
	c.phones.bar("chen", true)
	for i := range 12 {
		c.take(record(fmt.Sprint("p", i), fmt.Sprintf(`"name":"云溪%d号项目"`, i), `"stages":[{"stage":"施工许可","start":"2026-04-25","limit":"25日"}]`))
	}
	c.phones.bar("chen", false)
	c.say("zhao", "重发")
	c.expect("zhao", "未送达12件", "另有7件,处理前面的再回复“重发”")
	c.say("zhao", "重发 全部")
	c.expect("zhao", "已重发给下涯镇陈某:", "以上和另外7件都已处理")
	if got := len(c.phones.seen["chen"]); got != 12 {
		t.Errorf("陈某 got %d cards, want 12", got)
	}
}

package dingtalk_test

import (
	"testing"

	"junma/bot"
	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

// 计量与平台的计量一致:令牌不计,发卡、更新、机器人消息计接口调用,收到的消息和按下计推送,会话答复也计推送。
func TestUsageIsWhatThePlatformCharges(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	in := new(bottest.Recorder)
	p.run(in)
	receipt := p.mustSend(cardFor(toLin))
	p.mustSend(bot.Redraw{ID: cardFor(toLin).ID, To: toLin, Receipt: receipt, Card: cardFor(toLin).Card})
	p.press("报送情况")
	if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "我的待办"}); err != nil {
		t.Fatal(err)
	}
	asked := in.WaitMessages(t, 1)[0]
	p.mustSend(bot.Reply{Session: asked.Session, To: toLin, Text: bot.Say("没有待办")})
	p.mustSend(bot.Reply{To: toLin, Text: bot.Say("没有待办")})
	p.server.ExpireToken()
	p.mustSend(bot.Reply{To: toLin, Text: bot.Say("没有待办")})
	meters := p.server.Meters()
	want := bot.Usage{Calls: meters.API.Used, Events: meters.Events.Used}
	if got := p.platform.TakeUsage(); got != want || got != (bot.Usage{Calls: 4, Events: 3}) {
		t.Errorf("counted %+v, the platform charges %+v, want 4 calls and 3 events", got, want)
	}
	if got := p.platform.TakeUsage(); got != (bot.Usage{}) {
		t.Errorf("taken twice: %+v", got)
	}
}

// 被限流、额度用完的请求平台不计,我们也不计。
func TestUsageLeavesOutWhatWasThrottled(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	if !p.fail(bot.Spent) {
		t.Fatal("the pretend platform can't refuse for the quota")
	}
	if _, err := p.send(cardFor(toLin)); bot.KindOf(err) != bot.Spent {
		t.Fatalf("got %v, want a spent quota", err)
	}
	if got := p.platform.TakeUsage(); got.Calls != 0 {
		t.Errorf("counted %+v", got)
	}
}

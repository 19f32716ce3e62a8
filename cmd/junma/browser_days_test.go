package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserTaskForceDay is a day of 专班 on the page: questions in plain words and their pages, a table dropped into the
// chat, read back, imported, and found again among the chat's files; then one of the waiting units is urged.
func TestBrowserTaskForceDay(t *testing.T) {
	page := openPage(t, 1400, 950)
	w := page.world
	for i, name := range []string{"云溪新材料", "梅岭智能装备", "乾潭五金厂房", "下涯标准厂房", "洋尾物流园", "千岛源饮料"} {
		id := fmt.Sprintf("p%d", i+1)
		w.play(t, []string{"project", id, "name=" + name + "项目"}, []string{"light", id, "施工许可", "红", "since=2026-03-02"})
	}
	w.play(t, []string{"until", "2026-03-04T09:30:00+08:00"})
	page.showPhones("user-shen")
	page.click(`[data-testid="people-picker"]`) // stays open while several are chosen
	page.click(`[data-testid="pick-user-lin"]`)
	page.click(`[data-testid="pick-user-chen"]`)
	page.click(`[data-testid="pick-user-lin"]`)
	page.click(`[data-testid="people-close"]`)
	page.run(chromedp.WaitNotPresent(page.in("user-lin", ".chat")))

	page.see("user-chen", "【摘要】2件事项") // the sixth warning of a day waited for the next morning
	page.press("user-chen", "2 打开 提醒")
	page.see("user-chen", "【提醒】6件未办结")
	page.press("user-chen", "1 打开 千岛源饮料项目")
	page.see("user-chen", "【红灯预警通报】千岛源饮料项目")
	page.shot("0-digest")

	page.click(page.in("user-shen", `.examples button:nth-child(4)`)) // an example fills the input, and is sent by hand
	page.send("user-shen")
	page.see("user-shen", "红灯6个", "截至3月4日", "未办理的轮到:下涯镇6个", "第1页,共2页")
	page.press("user-shen", "下一页")
	page.see("user-shen", "第2页,共2页")
	page.say("user-shen", "我的待办")
	page.see("user-shen", "没有等你办理的")
	page.say("user-shen", "这个月哪个单位办理最慢?")
	page.see("user-shen", "本月办理及时率")
	page.say("user-shen", "洋尾物流园到哪了")
	page.see("user-shen", "洋尾物流园项目", "施工许可:第1次红灯,未办理")
	page.shot("1-questions")

	page.drop("user-shen", "平台导出.csv", "项目编号,项目名称,类别,属地,施工许可起算日,施工许可时限\n"+
		"JD-1,大洋冷链,工业,下涯镇,2026-01-12,25日\nJD-2,三都果园,工业,下涯镇,2026-02-10,25日\nJD-3,航头绿道,工业,下涯镇,去年,25日\n")
	page.see("user-shen", "导入《平台导出.csv》", "共3个项目:新增2个", "有错1个", "第4行 E列“施工许可起算日”", "现为“去年”")
	page.shot("2-table")
	page.press("user-shen", "导入")
	page.see("user-shen", "已导入:新增2个")
	page.click(page.in("user-shen", `[data-testid="open-files"]`))
	page.see("user-shen", "聊天文件", "平台导出.csv")
	page.shot("3-files")
	page.click(page.in("user-shen", `button[aria-label="返回聊天"]`))
	page.click(`[data-testid="clock-next-hour"]`)
	page.see("user-chen", "【红灯预警通报】大洋冷链")
	w.play(t, []string{"state", "JD-1", "施工许可", "红", "未办理"})

	page.goUp("user-chen")
	page.say("user-shen", "催办 洋尾物流园")
	page.see("user-shen", "已催办", "下涯镇陈某")
	page.see("user-chen", "【催办】洋尾物流园项目 施工许可(红灯)", "有新消息")
	page.click(page.in("user-chen", `[data-testid="newer"]`))
	page.run(chromedp.WaitNotVisible(page.in("user-chen", `[data-testid="newer"]`)))
	page.shot("4-urged")
}

// TestBrowserLeaderDay is a day of a city leader at a phone's width: the escalation stands on one screen with its button,
// what was done so far is a press away, and a question is answered with how fresh the figures are.
func TestBrowserLeaderDay(t *testing.T) {
	page := openPage(t, 390, 844)
	w := page.world
	w.play(t, []string{"project", "p1", "name=梅岭智能装备产业园(一期)", "town=梅城镇", "investment_wan=126000", "red_count=2"},
		[]string{"light", "p1", "在建", "红", "since=2026-03-02"}, []string{"until", "2026-03-02T09:29:00+08:00"},
		[]string{"press", "梅某", "报送情况"}, []string{"say", "梅某", "规划调整"},
		[]string{"say", "梅某", "110千伏外线路由跨两镇,政策处理未达成一致"}, []string{"photo", "梅某"}, []string{"say", "梅某", "完成"},
		[]string{"press", "梅某", "属实,确认报送"})
	page.showPhones("user-he", "user-shen")
	page.click(`[data-testid="help-close"]`)
	page.click(`#more`)
	page.click(`[data-testid="clock-next-hour"]`)
	page.click(`#more`)
	page.see("user-he", "【呈阅】梅岭智能装备产业园(一期) 第3次红灯,请予协调", "总投资12.6亿元", "症结:规划调整——110千伏外线", "上报:梅城镇、市经信局")
	page.shot("1-escalation")
	page.fits("user-he", "看过程")

	page.press("user-he", "看过程")
	page.see("user-he", "【办理过程】梅岭智能装备产业园(一期)", "在建(红灯):3月2日亮灯", "梅城镇报送“110千伏外线路由跨两镇")
	page.shot("2-process")
	page.say("user-he", "哪个单位最慢")
	page.see("user-he", "本月办理及时率", "截至3月2日 10:")
	page.shot("3-slowest")
}

// fits checks that the card with the newest button of that label stands whole in a phone's chat, and the page in the
// window.
func (p *page) fits(user, label string) {
	p.t.Helper()
	whole, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(() => {
		const chat = document.querySelector('[data-testid="phone-%s"] .chat');
		const button = [...chat.querySelectorAll('button')].findLast((b) => b.innerText === %q);
		const card = button.closest('.card').getBoundingClientRect(), screen = chat.getBoundingClientRect();
		return card.top >= screen.top && card.bottom <= screen.bottom && card.right <= innerWidth
			&& document.documentElement.scrollWidth <= innerWidth;
	})()`, user, label)))
	if err != nil || !whole {
		p.t.Errorf("the card with [%s] does not fit %s's screen: %t, %v", label, user, whole, err)
	}
}

// goUp scrolls to a chat's beginning, and stays there for some frames, until the page has noticed.
func (p *page) goUp(user string) {
	p.t.Helper()
	p.run(chromedp.Poll[chromedp.Void](fmt.Sprintf(`(() => {
		const chat = document.querySelector('[data-testid="phone-%s"] .chat');
		chat.scrollTop = 0;
		chat.framesUp = (chat.framesUp ?? 0) + 1;
		return chat.framesUp > 10;
	})()`, user)))
}

// drop lets a file go over a phone, as a visitor's mouse would.
func (p *page) drop(user, name, text string) {
	p.t.Helper()
	p.run(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const carried = new DataTransfer();
		carried.items.add(new File([%q], %q, { type: 'text/csv' }));
		const over = (kind) => new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried });
		const screen = document.querySelector('[data-testid="phone-%s"] .chat');
		screen.dispatchEvent(over('dragover'));
		screen.dispatchEvent(over('drop'));
	})()`, text, name, user)))
}

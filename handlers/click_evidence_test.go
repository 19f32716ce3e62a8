package handlers_test

import (
	"testing"
	"time"

	"junma/bot"
)

// evidenceButton gives the button 看佐证 on a person's newest card about a project.
func (c *chat) evidenceButton(person string) (card, ref string) {
	c.t.Helper()
	card, ref = c.phones.button(person, "看佐证")
	if ref == "" {
		c.t.Fatalf("%s sees no [看佐证]:\n%s", person, c.phones.screen(person))
	}
	return card, ref
}

func TestEvidenceGoesToWhoMaySeeIt(t *testing.T) {
	c := newReported(t)
	card, ref := c.evidenceButton("lin")
	for _, tc := range []struct {
		person string
		sees   bool
	}{
		{"lin", true},   // 环节责任部门
		{"wang", true},  // 板块牵头部门
		{"chen", true},  // 项目责任单位
		{"li", true},    // 市领导
		{"zhao", true},  // 业务专班
		{"qian", false}, // another town
	} {
		lines := c.refusals()
		c.click(tc.person, card, ref)
		got := c.phones.filesOf(tc.person)
		if tc.sees != (len(got) == 1) {
			t.Errorf("%s received %d files", tc.person, len(got))
		}
		if tc.sees != (c.refusals() == lines) {
			t.Errorf("%s: %d refused attempts in the journal, before %d", tc.person, c.refusals(), lines)
		}
		if !tc.sees {
			c.expect(tc.person, "不在你单位的职责范围内,不能查看佐证材料")
		} else if string(got[0].data) != string(jpg) || got[0].name != "" {
			t.Errorf("%s received %q", tc.person, got[0].name)
		}
	}
	if n := len(c.phones.uploads); n != 1 {
		t.Errorf("%d uploads for one picture", n)
	}
}

// 盯引 is only for those whom A-41 names: the office to which its units are copied gets nothing.
func TestEvidenceOfScouting(t *testing.T) {
	c := newChat(t, "2026-05-11")
	c.take(record("p4", `"name":"青山项目"`, `"town":"大同镇"`, `"stages":[{"stage":"盯引","start":"2026-03-01","limit":"80日"}]`))
	c.press("qian", "报送情况")
	c.say("qian", "企业意愿/市场")
	c.say("qian", "企业仍在比选用地,预计5月底答复")
	c.send("qian", c.file("", jpg))
	c.say("qian", "完成")
	c.press("qian", "属实,确认报送")
	card, ref := c.evidenceButton("wang")
	c.click("sun", card, ref)
	c.expect("sun", "不能查看佐证材料")
	c.click("wang", card, ref)
	if sun, wang := c.phones.filesOf("sun"), c.phones.filesOf("wang"); len(sun) != 0 || len(wang) != 1 {
		t.Errorf("审管办 received %d files, the sector's lead %d", len(sun), len(wang))
	}
}

// 后来补报的材料,即使前面的刚发过,也会发来;没有变的不重复。
func TestOnlyNewEvidenceIsSentAgain(t *testing.T) {
	c := newReported(t)
	c.press("lin", "看佐证")
	c.later(time.Minute)
	c.press("lin", "退回补充")
	c.say("lin", "请补充设计单位的修改单")
	c.pressOn("chen", "退回", "报送情况")
	c.send("chen", c.file("修改单.pdf", []byte("%PDF-1.4 a change")))
	c.say("chen", "完成")
	c.press("chen", "属实,确认报送")
	c.press("lin", "看佐证")
	got := c.phones.filesOf("lin")
	if len(got) != 2 || got[1].name != "修改单.pdf" {
		t.Errorf("lin received %d files; lin sees:\n%s\nchen:\n%s", len(got), c.phones.last("lin"), c.phones.last("chen"))
	}
}

func TestFilesInAGroup(t *testing.T) {
	c := newOrange(t)
	c.message(bot.Incoming{User: "user-chen", UserName: "陈某", Group: "g", Files: []bot.File{c.file("", jpg)}})
	c.expect("群g", "文件和图片请在单聊中发送")
}

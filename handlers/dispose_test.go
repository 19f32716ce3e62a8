package handlers_test

import (
	"strings"
	"testing"

	"junma/mechanism"
)

// The department's disposals (F.2): each asks what the notice wants to know, reads everything back with what follows
// from it, and is done by a second press.

// newReported is a city whose orange warning is reported and waits for the department.
func newReported(t *testing.T) *chat {
	t.Helper()
	c := newOrange(t)
	c.report("p1")
	return c
}

func TestCompleted(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newReported(t)
		c.restart = restart
		c.dayBegan("2026-05-12")
		c.log.Reset()
		c.press("lin", "已完成办理")
		c.say("lin", "今天发证了,330182202605120101,办结吧")
		c.press("lin", "确认办理")
		c.golden("completed")

		p, k := c.project("p1"), c.theCase("p1")
		if k.State != mechanism.Closed || k.Closure != mechanism.ClosedDone {
			t.Fatalf("case: %+v", k)
		}
		d := k.Disposals[0]
		if d.Date.String() != "2026-05-12" || !strings.Contains(d.Note, "330182202605120101") || d.By.Name != "林某" {
			t.Errorf("disposal: %+v", d)
		}
		if !strings.Contains(d.Confirm, "用时22日(时限25日)") {
			t.Errorf("the confirmed text is not kept word for word: %q", d.Confirm)
		}
		if next := stage(p, mechanism.StartSupervision); next.Start.String() != "2026-05-12" {
			t.Errorf("开工监管 starts on %s", next.Start)
		}
	}
}

func stage(p mechanism.Project, name mechanism.Stage) mechanism.StageState {
	for _, s := range p.Stages {
		if s.Stage == name {
			return s
		}
	}
	return mechanism.StageState{}
}

func TestCompletedNeedsNoReport(t *testing.T) {
	c := newOrange(t)
	c.press("lin", "已完成办理")
	c.press("lin", "昨天")
	c.expect("lin", "完成日期:2026年5月10日", "用时20日(时限25日)", "下一环节“开工监管”自5月10日起算")
	c.press("lin", "确认办理")
	c.expect("lin", "已销号", "已通知下涯镇、市经信局")
	if k := c.theCase("p1"); k.State != mechanism.Closed {
		t.Errorf("state %s", k.State)
	}
}

func TestOngoing(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newReported(t)
		c.restart = restart
		c.log.Reset()
		c.press("lin", "正在办理")
		c.say("lin", "下周")
		c.say("lin", "6.30")
		c.press("lin", "确认办理")
		c.golden("ongoing")
		if k := c.theCase("p1"); k.State != mechanism.InHand || k.Disposals[0].Date.String() != "2026-06-30" {
			t.Fatalf("case: %+v", k)
		}
	}
}

// A red names the last push and 销号超时; an orange never does (C-20).
func TestOngoingOnRedNamesOverdue(t *testing.T) {
	c := newChat(t, "2026-05-16")
	c.take(permitRecord("p1", "云溪新材料项目"))
	c.report("p1")
	c.press("lin", "正在办理")
	c.say("lin", "6月1日")
	c.expect("lin", "本周期至6月14日,届时未销号将于6月15日第2次推送;原则上第4次推送后仍未销号的,列入销号超时")
}

func TestNotNeeded(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newReported(t)
		c.restart = restart
		c.log.Reset()
		c.press("lin", "无需办理")
		c.press("lin", "数据有误")
		c.say("lin", "起算日应为4月30日,平台录错")
		c.press("lin", "确认办理")
		c.golden("not-needed")
		d := c.theCase("p1").Disposals[0]
		if d.Reason != "数据有误" || d.Note != "起算日应为4月30日,平台录错" {
			t.Errorf("disposal: %+v", d)
		}
	}
}

func TestNotNeededTypedForms(t *testing.T) {
	for _, typed := range []string{"2", "环节不适用", "不适用", "本环节不适用", "2、环节不适用"} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			c := newReported(t)
			c.press("lin", "无需办理")
			c.say("lin", typed)
			c.expect("lin", "理由:环节不适用", "本环节不再计时", "[确认办理]")
		})
	}
}

// A sentence that names no category is kept as the explanation, and only the category is asked for.
func TestNotNeededExplainedFirst(t *testing.T) {
	c := newReported(t)
	c.press("lin", "无需办理")
	c.say("lin", "起算日应为4月30日,平台录成了4月20日")
	c.expect("lin", "说明已记下,还需要选定理由", "1 数据有误")
	c.say("lin", "一")
	c.expect("lin", "没有对上理由“一”")
	c.press("lin", "数据有误")
	c.expect("lin", "理由:数据有误", "说明:起算日应为4月30日,平台录成了4月20日")
	c.expectNot("lin", "可先发来一句说明")
	c.press("lin", "确认办理")
	if d := c.theCase("p1").Disposals[0]; d.Reason != "数据有误" || d.Note != "起算日应为4月30日,平台录成了4月20日" {
		t.Errorf("disposal: %+v", d)
	}
}

func TestNotNeededExplainedTooLong(t *testing.T) {
	c := newReported(t)
	c.press("lin", "无需办理")
	c.say("lin", strings.Repeat("平台录入的起算日", 8))
	c.expect("lin", "说明有64字,请压缩到60字以内", "请选择无需办理的理由")
}

func TestExit(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newReported(t)
		c.restart = restart
		c.log.Reset()
		c.press("lin", "项目退出")
		c.say("lin", "《投资协议解除书》2026年5月9日")
		c.say("lin", "云溪新材料")
		c.say("lin", "云溪新材料 年产2万吨硅基材料项目")
		c.press("lin", "确认办理")
		c.golden("exit")
		p := c.project("p1")
		if p.ExitedOn.String() != "2026-05-11" || p.Exit != "《投资协议解除书》2026年5月9日" {
			t.Errorf("exit: %s %q", p.ExitedOn, p.Exit)
		}
	}
}

func TestReturnAndReportAgain(t *testing.T) {
	for _, restart := range []bool{false, true} {
		c := newReported(t)
		c.restart = restart
		c.log.Reset()
		c.press("lin", "退回补充")
		c.say("lin", "补")
		c.say("lin", "请补充设计单位的修改计划")
		c.golden("return")
		if k := c.theCase("p1"); k.Waiting != mechanism.WaitReturned {
			t.Fatalf("waiting %s", k.Waiting)
		}
		c.report("p1")
		if k := c.theCase("p1"); k.Waiting != mechanism.WaitDepartment || len(k.Reports) != 2 {
			t.Errorf("after the second report: %+v", k)
		}
	}
}

func TestDisclaim(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "不归我办")
	c.expect("chen", "请用一句话写明为什么不归你单位办")
	c.say("chen", "项目地块已划归大同镇,应由大同镇负责")
	c.saw("chen", "已转业务专班核定", "核定前请继续跟进") // and the card gets its buttons back
	if k := c.theCase("p1"); len(k.Disclaimers) != 1 {
		t.Fatalf("disclaimers: %+v", k.Disclaimers)
	}
	c.expect("zhao", "项目地块已划归大同镇")
}

func TestModifyADisposal(t *testing.T) {
	c := newReported(t)
	c.press("lin", "已完成办理")
	c.press("lin", "今天")
	c.say("lin", "修改")
	c.expect("lin", "请填写完成日期")
	c.say("lin", "5月9日")
	c.expect("lin", "完成日期:2026年5月9日", "用时19日")
}

// Every disposal can be dropped at every step, and leaves nothing.
func TestCancelDisposals(t *testing.T) {
	for _, act := range []string{"正在办理", "已完成办理", "无需办理", "项目退出", "退回补充"} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()
			c := newReported(t)
			c.press("lin", act)
			c.press("lin", "取消")
			c.expect("lin", "已取消“"+act+"”", "没有提交任何内容")
			if k := c.theCase("p1"); len(k.Disposals) != 0 || k.Waiting != mechanism.WaitDepartment {
				t.Errorf("case: %+v", k)
			}
			c.press("lin", act)
			c.expectNot("lin", "草稿")
		})
	}
}

// What the notice does not allow is said before anything is asked.
func TestRefusedBeforeAsking(t *testing.T) {
	c := newReported(t)
	c.press("lin", "正在办理")
	c.say("lin", "6.30")
	c.press("lin", "确认办理")
	old := c.phones.screen("lin")
	if !strings.Contains(old, "已列入已办理未销号") {
		t.Fatalf("lin sees:\n%s", old)
	}
	c.pressOn("lin", "待办理", "正在办理")
	c.expect("lin", "本预警已列入已办理未销号", "最近一次:市住建局林某于5月11日 09:30办理:正在办理")
	c.expectNot("lin", "请填写预计完成日")
}

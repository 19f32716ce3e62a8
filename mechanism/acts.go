package mechanism

import (
	"slices"
	"strings"
)

// This file holds what the rows of Moves ask of people (ready, check) and leave on record (do).

func doRead(t *turn, c *Case, _ Event) {
	if slices.ContainsFunc(c.Responses, func(r Response) bool { return r.By.ID == t.me.ID }) {
		return
	}
	c.Responses = append(c.Responses, Response{By: t.me, At: t.now, Push: c.Push})
	if c.Waiting == WaitRead && t.me.Unit == c.Parties.Responsible.Unit {
		c.Waiting = WaitReport
	}
}

func checkReport(t *turn, _ *Case, ev Event) *Refusal {
	report := ev.(Reported)
	causes := make([]string, 0, len(t.b.spec.Causes))
	for _, row := range t.b.spec.Causes {
		causes = append(causes, row.Name)
	}
	switch {
	case !slices.Contains(causes, report.Cause):
		return refuse(CodeIncomplete, "请选择预警原因:%s。", strings.Join(causes, "、"))
	case strings.TrimSpace(report.Text) == "":
		return refuse(CodeIncomplete, "请用一句话写明具体情况后再报送。")
	case len(report.Evidence) == 0:
		return refuse(CodeIncomplete, "报送须附佐证,请补充至少1件照片、文件或证号。")
	case report.Confirm == "":
		return refuse(CodeIncomplete, "请核对所报内容属实并确认后再报送。")
	}
	return nil
}

func doReport(t *turn, c *Case, ev Event) {
	r := ev.(Reported)
	c.Reports = append(c.Reports, Report{
		By: t.me, At: t.now, Push: c.Push, Cause: r.Cause, Text: r.Text, Evidence: r.Evidence, Proposal: r.Proposal,
		Proxy: r.Proxy, Confirm: r.Confirm,
	})
}

// reported reports whether the responsible unit's latest report stands, not sent back.
func (c *Case) reported() bool {
	n := len(c.Reports)
	return n > 0 && c.Reports[n-1].Returned == ""
}

// pending reports whether a report waits for the department: none of its disposals was made after it.
func (c *Case) pending() bool {
	n := len(c.Disposals)
	return c.reported() && (n == 0 || len(c.Reports) > c.Disposals[n-1].Reports)
}

func readyReturn(c *Case, _ bool) *Refusal {
	if !c.pending() {
		return refuse(CodeState, "目前没有待办理的报送可以退回,请等%s报送。", unitOr(c.Parties.Responsible, "项目责任单位"))
	}
	return nil
}

func checkReturn(_ *turn, _ *Case, ev Event) *Refusal {
	if strings.TrimSpace(ev.(Returned).Reason) == "" {
		return refuse(CodeIncomplete, "请写明退回的理由和需要补充的内容。")
	}
	return nil
}

func doReturn(_ *turn, c *Case, ev Event) {
	c.Reports[len(c.Reports)-1].Returned = ev.(Returned).Reason
}

// readyDispose is: no disposal but a completion without a report. 专班's reason for acting on behalf
// stands in for one.
func readyDispose(c *Case, proxy bool) *Refusal {
	if c.reported() || proxy {
		return nil
	}
	return refuse(CodeState, "%s尚未报送情况和佐证,报送后方可这样办理;已办结的可直接选已完成办理。", unitOr(c.Parties.Responsible, "项目责任单位"))
}

// readyOngoing lets 正在办理 be renewed once a cycle, or when a new report came in (T9).
func readyOngoing(c *Case, proxy bool) *Refusal {
	if c.State == InHand && c.Waiting == "" {
		return present(c)
	}
	return readyDispose(c, proxy)
}

func checkOngoing(t *turn, _ *Case, ev Event) *Refusal {
	d := ev.(Disposed)
	switch {
	case d.Date.IsZero():
		return refuse(CodeIncomplete, "请填写预计完成日。")
	case d.Date < t.day:
		return refuse(CodeInvalid, "预计完成日%s已过,请填写今日或以后的日期;已办结的请选已完成办理。", chinese(d.Date))
	}
	return confirmed(d)
}

func checkCompleted(t *turn, c *Case, ev Event) *Refusal {
	d := ev.(Disposed)
	switch start := t.startOf(c); {
	case d.Date.IsZero():
		return refuse(CodeIncomplete, "请填写本环节的完成日期。")
	case d.Date > t.day:
		return refuse(CodeInvalid, "完成日期%s还没有到,请核对;尚未办结的请选正在办理。", chinese(d.Date))
	case d.Date < start:
		return refuse(CodeInvalid, "完成日期%s早于起算日%s,请核对。", chinese(d.Date), chinese(start))
	}
	return confirmed(d)
}

func checkNotNeeded(t *turn, _ *Case, ev Event) *Refusal {
	d := ev.(Disposed)
	if t.reason(d.Reason) == nil {
		names := make([]string, 0, len(t.b.spec.Reasons))
		for _, row := range t.b.spec.Reasons {
			names = append(names, row.Name)
		}
		return refuse(CodeIncomplete, "请选择无需办理的理由:%s。", strings.Join(names, "、"))
	}
	return confirmed(d)
}

func checkExit(_ *turn, _ *Case, ev Event) *Refusal {
	d := ev.(Disposed)
	if strings.TrimSpace(d.Reason) == "" {
		return refuse(CodeIncomplete, "项目退出须写明退出依据(协议解除、备案撤销等)。")
	}
	return confirmed(d)
}

func confirmed(d Disposed) *Refusal {
	if d.Confirm == "" {
		return refuse(CodeIncomplete, "请核对办理内容并确认后再提交。")
	}
	return nil
}

func doDispose(t *turn, c *Case, ev Event) {
	d := ev.(Disposed)
	c.Disposals = append(c.Disposals, Disposal{
		By: t.me, At: t.now, Push: c.Push, Option: d.Option, Date: d.Date, Reason: d.Reason, Note: d.Note, Proxy: d.Proxy,
		Confirm: d.Confirm, Reports: len(c.Reports),
	})
}

func doCompleted(t *turn, c *Case, ev Event) {
	doDispose(t, c, ev)
	t.state(c.Stage).Done = ev.(Disposed).Date
}

// doNotNeeded takes the stage off the clock where the reason says so; 数据有误 leaves it on.
func doNotNeeded(t *turn, c *Case, ev Event) {
	doDispose(t, c, ev)
	if reason := t.reason(ev.(Disposed).Reason); reason.TakesOffClock {
		st := t.state(c.Stage)
		st.NotApply, st.NotApplyOn = "环节责任部门办理:"+reason.Name, t.day
	}
}

func doExit(t *turn, c *Case, ev Event) {
	doDispose(t, c, ev)
	t.p.ExitedOn, t.p.Exit = t.day, ev.(Disposed).Reason
}

func (t *turn) reason(name string) *ReasonRow {
	if i := slices.IndexFunc(t.b.spec.Reasons, func(r ReasonRow) bool { return r.Name == name }); i >= 0 {
		return &t.b.spec.Reasons[i]
	}
	return nil
}

// startOf gives the start a completion can't precede; zero when none is known.
func (t *turn) startOf(c *Case) Date {
	if st := t.p.stage(c.Stage); st != nil && !st.Start.IsZero() {
		return st.Start
	}
	return c.Due.Start
}

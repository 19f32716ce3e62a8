package handlers

import (
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/mechanism"
)

// The words of the buttons under what is read back.
const (
	sayConfirmReport = "属实,确认报送"
	sayConfirm       = "确认办理"
	sayModify        = "修改"
	sayCancel        = "取消"
)

// askToConfirm reads everything back. What is shown is what is kept as confirmed, word for word (R-030, D.6).
func askToConfirm(t *turn) ([]bot.Text, []string, error) {
	_, c, err := t.find(t.ex.Target)
	if err != nil {
		return nil, nil, err
	}
	lines, said := t.reportRead(c), []string{sayConfirmReport, sayModify, sayCancel}
	if t.ex.Target.Act != mechanism.ActReport {
		if lines, err = t.disposalRead(c); err != nil {
			return nil, nil, err
		}
		said = []string{sayConfirm, sayCancel}
	}
	t.ex.Draft.Confirm = t.ex.Target.title() + "\n" + plain(lines)
	t.ex.Draft.Acts = acts(c)
	return lines, said, nil
}

// acts counts what people have done about a case.
func acts(c *mechanism.Case) int { return len(c.Reports) + len(c.Disposals) }

// overtaken stops a confirmation when somebody acted on the case after everything was read back: the person is told by
// whom and when, and confirms again if the case still allows it.
func (t *turn) overtaken() (bool, error) {
	_, c, err := t.find(t.ex.Target)
	if err != nil || !t.ex.Draft.Confirmed || acts(c) == t.ex.Draft.Acts {
		return false, err
	}
	t.ex.Draft.Confirmed = false
	t.sayf("在你确认之前,这项预警已有新的办理。%s", happened(c))
	return true, t.proceed()
}

func takeConfirm(t *turn, text string) string {
	d, report := &t.ex.Draft, t.ex.Target.Act == mechanism.ActReport
	word := bare(text)
	switch {
	case word == sayConfirm, word == sayConfirmReport, isOneOf(word, "确认", "属实", "确认报送", "属实确认报送"):
		d.Confirmed = true
		return ""
	case word == sayModify && report:
		d.Redo = askPart
		return ""
	case word == sayModify:
		d.Date, d.Reason, d.Note, d.Named = 0, "", "", false
		return ""
	case report:
		return "请按卡片上的按钮,或回复“确认报送”“修改”“取消”。"
	case !d.Date.IsZero() && onlyDate(word):
		return takeDate(t, text)
	}
	if said := checkSentence(oneLine(text), "说明"); said != "" {
		return said + "办理请按卡片上的按钮,或回复“确认”“取消”。"
	}
	d.Note = oneLine(text)
	return "说明已记下,请重新核对。"
}

func (t *turn) reportRead(c *mechanism.Case) []bot.Text {
	d := &t.ex.Draft
	lines := []bot.Text{
		{{Text: "将以"}, {Text: unitOr(c.Parties.Responsible, "项目责任单位"), Bold: true}, {Text: "名义报送" + unitOr(c.Parties.Department, "环节责任部门") + ",请核对:"}},
		bot.Say("预警原因:" + d.Cause),
		bot.Say("情况说明:" + d.Text),
		bot.Say("佐证材料:" + d.names()),
		{{Text: "建议办理:"}, {Text: string(d.proposal()), Bold: true}},
	}
	if d.unchanged() && !t.same {
		lines = append(lines, bot.Say("原因和情况说明与上次报送的相同。"))
	}
	if d.Proxy != "" {
		lines = append(lines, bot.Say("专班代办理由:"+d.Proxy))
	}
	return append(lines, bot.Say("报送后不可删除、可补充。所报内容是否属实?"))
}

func (t *turn) disposalRead(c *mechanism.Case) ([]bot.Text, error) {
	d, act := &t.ex.Draft, t.ex.Target.Act
	head := bot.Text{{Text: "请核对后确认。办理选项:"}, {Text: act.Label(), Bold: true}}
	switch act {
	case mechanism.ActCompleted:
		head = append(head, bot.Span{Text: " 完成日期:" + fullDay(d.Date)})
	case mechanism.ActOngoing:
		head = append(head, bot.Span{Text: " 预计完成日:" + fullDay(d.Date)})
	default: // the others have no date
	}
	lines := []bot.Text{head}
	if d.Reason != "" {
		label := "理由:"
		if act == mechanism.ActExit {
			label = "退出依据:"
		}
		lines = append(lines, bot.Say(label+d.Reason))
	}
	if d.Note != "" {
		lines = append(lines, bot.Say("说明:"+d.Note))
	}
	if d.Proxy != "" {
		lines = append(lines, bot.Say("专班代办理由:"+d.Proxy))
	}
	after, err := t.preview()
	if err != nil {
		return nil, err
	}
	before, err := t.tx.Project(t.ex.Target.Project)
	if err != nil {
		return nil, fmt.Errorf("load project %s: %w", t.ex.Target.Project, err)
	}
	lines = append(lines, bot.Say("确认后:"+t.consequences(&before, after, c.Seq)))
	if act == mechanism.ActNotNeeded && d.Note == "" {
		lines = append(lines, bot.Say("如需写明具体情况,可先发来一句说明。"))
	}
	return lines, nil
}

// consequences says what a disposal does, by comparing the project before and after it (F.2).
func (t *turn) consequences(before, after *mechanism.Project, seq int) string {
	c := after.Case(seq)
	if c.State == mechanism.InHand {
		return t.inHand(c)
	}
	said := []string{"本预警自动销号"}
	if !after.ExitedOn.IsZero() && before.ExitedOn.IsZero() {
		return "该项目全部预警自动销号,各环节停止计时。"
	}
	for _, s := range after.Stages {
		if s.Stage == c.Stage && !s.Done.IsZero() && stageOf(before, c.Stage).Done.IsZero() {
			said = append(said, finished(c, s))
		}
	}
	if next := t.started(before, after); next != "" {
		said = append(said, next)
	}
	if stageOf(after, c.Stage).NotApply != "" {
		said = append(said, "本环节不再计时")
	}
	if c.Closure == mechanism.ClosedNotNeed {
		said = append(said, "专班将抽查")
	}
	return strings.Join(said, ";") + "。"
}

// inHand says what 已办理未销号 means for the case (三(四)4).
func (t *turn) inHand(c *mechanism.Case) string {
	text := fmt.Sprintf("列入已办理未销号,本周期至%s,届时未销号将于%s第%d次推送",
		t.short(c.Cycle.End(c.Push)), t.short(c.Cycle.Push(c.Push+1)), c.Push+1)
	switch {
	case !c.Cycle.Overdue:
		return text + "。"
	case c.Push >= c.Cycle.Pushes:
		return fmt.Sprintf("列入已办理未销号,本周期至%s,届时仍未销号的,列入销号超时。", t.short(c.Cycle.End(c.Push)))
	default:
		return text + fmt.Sprintf(";原则上第%d次推送后仍未销号的,列入销号超时。", c.Cycle.Pushes)
	}
}

// finished says how long the stage took, counted from the day after its start (C-1).
func finished(c *mechanism.Case, s mechanism.StageState) string {
	if s.Start.IsZero() {
		return fmt.Sprintf("%s环节办结", c.Stage)
	}
	took := fmt.Sprintf("%s环节办结,用时%d日", c.Stage, int(s.Done-s.Start))
	if limit := c.Due.Limit; !limit.IsZero() {
		took += fmt.Sprintf("(时限%s)", span(limit))
	}
	return took
}

// started names the stages whose clocks begin with the act.
func (t *turn) started(before, after *mechanism.Project) string {
	var names []string
	var from mechanism.Date
	for _, s := range after.Stages {
		if !s.Start.IsZero() && stageOf(before, s.Stage).Start.IsZero() {
			names = append(names, "“"+string(s.Stage)+"”")
			from = s.Start
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("下一环节%s自%s起算", strings.Join(names, "、"), t.short(from))
}

// span writes a limit: 25日, 20个工作日, 18个月.
func span(l mechanism.Limit) string {
	if l.Unit == mechanism.Days {
		return fmt.Sprintf("%d日", l.N)
	}
	unit := string(l.Unit)
	return fmt.Sprintf("%d个%s", l.N, unit)
}

func stageOf(p *mechanism.Project, name mechanism.Stage) mechanism.StageState {
	for _, s := range p.Stages {
		if s.Stage == name {
			return s
		}
	}
	return mechanism.StageState{}
}

// told says what was done, after it was done.
func (t *turn) told(to target, d *draft, after *mechanism.Project) []bot.Text {
	c := after.Case(to.Case)
	department := unitOr(c.Parties.Department, "环节责任部门")
	switch to.Act {
	case mechanism.ActReport:
		return []bot.Text{
			{{Text: "已报送。", Bold: true}, {Text: fmt.Sprintf("%s将进行预警办理,结果会通知你。报送时间 %s。", department, minute(t.tx.Now))}},
			bot.Say("报送情况不等于销号。"),
		}
	case mechanism.ActReturn:
		return []bot.Text{bot.Say(fmt.Sprintf("已退回%s补充。退回理由:%s", unitOr(c.Parties.Responsible, "项目责任单位"), sentence(d.Reason)))}
	case mechanism.ActDisclaim:
		return []bot.Text{bot.Say(fmt.Sprintf("已转业务专班核定。所写理由:%s核定前请继续跟进。", sentence(d.Reason)))}
	case mechanism.ActWithhold:
		return []bot.Text{bot.Say("已暂缓发出。理由:" + sentence(d.Reason))}
	case mechanism.ActUphold:
		return []bot.Text{bot.Say(fmt.Sprintf("已核定:维持原责任。理由:%s已告知%s。", sentence(d.Reason), c.Disclaimers[len(c.Disclaimers)-1].By.Unit))}
	case mechanism.ActTransfer:
		return []bot.Text{
			bot.Say(fmt.Sprintf("已核定:本条预警改由%s负责。理由:%s已告知两个单位。", d.Unit, sentence(d.Reason))),
			bot.Say("今后的预警仍按项目记录定责,请同时更正项目数据。"),
		}
	case mechanism.ActOngoing:
		return []bot.Text{{{Text: "已办理。", Bold: true}, {Text: "已" + t.inHand(c)}}}
	default:
		return []bot.Text{{{Text: "已销号。", Bold: true}, {Text: informed(c)}}}
	}
}

// informed names the units that learn of a closed warning, apart from the department that closed it.
func informed(c *mechanism.Case) string {
	var units []string
	for _, unit := range []string{c.Parties.Responsible.Unit, c.Parties.Phase.Unit, c.Parties.Lead.Unit} {
		if unit != "" && unit != c.Parties.Department.Unit && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	if len(units) == 0 {
		return ""
	}
	return "已通知" + strings.Join(units, "、") + "。"
}

func unitOr(p mechanism.Party, word string) string {
	if p.Unit == "" {
		return word
	}
	return p.Unit
}

// plain gives lines as text, one a line.
func plain(lines []bot.Text) string {
	var out []string
	for _, line := range lines {
		out = append(out, line.String())
	}
	return strings.Join(out, "\n")
}

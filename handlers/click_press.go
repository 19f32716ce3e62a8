package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// sayNotYours is for who presses on a project that is none of theirs (D.5).
const sayNotYours = "这个项目不在你单位的职责范围内,不能查看。需要了解的,请联系业务专班。"

// press does what a button means. facts reports that the person wants to see the project.
func (t *turn) press(pressed store.Delivery, ref string) (facts bool, err error) {
	t.about = target{Project: pressed.Project, Case: pressed.Case, Push: pressed.Push}
	b, err := t.tx.Button(ref)
	if ref == "" || errors.Is(err, store.ErrNotFound) || err == nil && b.Card != pressed.ID {
		return false, t.refuse(t.about, "没有收到你按的是哪个按钮。请在本卡片上再按一次;仍然不行的,请联系业务专班。")
	}
	if err != nil {
		return false, err
	}
	if (t.listed && pressed.Person != "" || pressed.Kind == string(mechanism.KindDialogue)) && pressed.Person != t.who.ID {
		return false, t.refuse(t.about, "这张卡片是发给另一位同志的,请在自己的卡片上办理。")
	}
	// For the record only: a serial number keeps old prompts from acting, and the mechanism keeps acts from repeating.
	if err := t.tx.UseButton(ref, t.who.ID); err != nil {
		return false, err
	}
	switch b.Act {
	case actSay:
		return false, t.pressSay(b)
	case actAsk:
		return false, t.pressAsk(b)
	case actExport:
		return false, t.pressExport(b)
	case actImport, actForget:
		return false, t.pressImport(pressed.ID, b)
	case notify.ActDecide:
		return false, t.pressDecide(b)
	case notify.ActTakeUp:
		return false, t.pressTakeUp(b)
	case notify.ActOpen:
		return false, t.pressOpen(pressed, b)
	case actUrge:
		return false, t.pressUrge(b)
	case actUrgeIdle:
		return false, t.pressUrgeIdle(b)
	case actStatus:
		return false, t.pressStatus(b)
	case notify.ActMore:
		return false, t.pressMore(pressed, b)
	case notify.ActTodo:
		return false, t.pressTodo(b)
	case notify.ActShow:
		return false, t.pressShow(b)
	case notify.ActResend, notify.ActLetBe:
		return false, t.pressLost(pressed, b)
	case notify.ActSettleAlarm:
		return false, t.pressSettleAlarm(b)
	case string(mechanism.ActView):
		return t.pressView(b)
	case string(mechanism.ActProcess):
		return false, t.pressProcess(b)
	case string(mechanism.ActEvidence):
		return false, t.pressEvidence(b.Project, b.Case)
	default:
		return false, t.pressAct(mechanism.Act(b.Act), b.Project, b.Case, b.Push)
	}
}

// pressSay is a press on a prompt's button. One that belongs to an earlier prompt is answered with where things stand.
func (t *turn) pressSay(b store.Button) error {
	ex := t.ex
	serial, said, _ := strings.Cut(b.Arg, "|")
	if ex.active() && b.Project == ex.Target.Project && b.Case == ex.Target.Case && serial == strconv.Itoa(ex.Serial) {
		return t.answer(said)
	}
	if ex.active() && b.Project == ex.Target.Project && b.Case == ex.Target.Case {
		t.sayf("这一步已经过去,请按现在这一步办理。")
		return t.proceed()
	}
	for _, s := range ex.Shelf {
		if !ex.active() && s.Target.Project == b.Project && s.Target.Case == b.Case {
			return t.begin(s.Target, s.Draft.ByProxy)
		}
	}
	t.sayf("这一步已经过去,没有重复提交。")
	return t.sayHappened(b.Project, b.Case)
}

// pressView shows the project to those who may see it (D.5).
func (t *turn) pressView(b store.Button) (facts bool, err error) {
	p, err := t.tx.Project(b.Project)
	if err != nil {
		return false, err
	}
	if err := t.respond(&p, b.Case); err != nil {
		return false, err
	}
	if c := p.Case(b.Case); c != nil && !t.sees(&p, c.Stage) {
		return false, t.refuse(t.about, sayNotYours)
	}
	return true, nil
}

// pressProcess sends what was done so far as a card of its own, so that the one pressed stays as it was laid before the
// leader (F.3).
func (t *turn) pressProcess(b store.Button) error {
	p, err := t.tx.Project(b.Project)
	if err != nil {
		return err
	}
	if c := p.Case(b.Case); c != nil && !t.sees(&p, c.Stage) {
		return t.refuse(t.about, "这个项目不在你的职责范围内,不能查看。需要了解的,请联系业务专班。")
	}
	shown := turn{h: t.h, tx: t.tx, platform: t.platform, key: t.key, who: t.who, asker: t.asker, ex: t.ex, title: "【办理过程】" + p.Name}
	shown.projectHistory(&p)
	q, err := shown.question()
	if err != nil {
		return err
	}
	return t.h.Notify.Ask(t.tx, t.platform, t.who.ID, q)
}

// pressAct is a press on a card of a case. push is that of the card; an older card only shows how things stand.
func (t *turn) pressAct(act mechanism.Act, project string, seq, push int) error {
	p, err := t.tx.Project(project)
	if err != nil {
		return err
	}
	c := p.Case(seq)
	if c == nil {
		return fmt.Errorf("project %s has no case %d: %w", project, seq, store.ErrNotFound)
	}
	if act == mechanism.ActSame {
		act, t.same = mechanism.ActReport, c.Repeatable()
	}
	to := target{Act: act, Project: project, Case: seq, Push: c.Push, Name: p.Name, Stage: c.Stage}
	if err := t.respond(&p, seq); err != nil {
		return err
	}
	if push != 0 && push < c.Push && c.State.Open() {
		if err := t.refuse(to, fmt.Sprintf("这是第%d次推送的卡片,现在已是第%d次推送,请在最新的卡片上办理。", push, c.Push)); err != nil {
			return err
		}
		return t.sayHappened(project, seq)
	}
	return t.open(to, &p, c)
}

// open begins the exchange of an act, or does the act when it asks for nothing. What the notice does not allow is said
// at once, by the mechanism's own sentence.
func (t *turn) open(to target, p *mechanism.Project, c *mechanism.Case) error {
	t.about = to
	if to.Act == mechanism.ActRelease {
		return t.release(to)
	}
	if _, ok := flows[to.Act]; !ok {
		return fmt.Errorf("no flow for act %q", to.Act)
	}
	refusal, err := t.refusal(to, p)
	if err != nil {
		return err
	}
	if refusal != nil {
		if _, _, err := t.apply(to.Project, flows[to.Act].event(to, &draft{})); err != nil { // for the journal
			return err
		}
		t.sayf("%s", refusal.Sentence)
		return t.sayHappened(to.Project, to.Case)
	}
	return t.begin(to, t.actsByProxy(to.Act, c))
}

// release sends a held escalation out (三(五)).
func (t *turn) release(to target) error {
	_, refusal, err := t.apply(to.Project, mechanism.EscalationReleased{Case: to.Case})
	switch {
	case err != nil:
		return err
	case refusal != nil:
		t.sayf("%s", refusal.Sentence)
	case t.covers: // the card itself says so
		t.about.Act = ""
	default:
		t.sayf("已发出。")
	}
	return nil
}

// actsByProxy reports whether somebody of 专班 is doing what belongs to a party of the case (D.5).
func (t *turn) actsByProxy(act mechanism.Act, c *mechanism.Case) bool {
	owner := c.Parties.Department.Unit
	switch act {
	case mechanism.ActReport:
		owner = c.Parties.Responsible.Unit
	case mechanism.ActReturn, mechanism.ActDisclaim, mechanism.ActWithhold, mechanism.ActUphold, mechanism.ActTransfer:
		return false
	default: // the disposals are the department's
	}
	return !slices.ContainsFunc(t.actor.Offices, func(o mechanism.Office) bool {
		return o.Unit == owner && (o.Role == mechanism.RoleContact || o.Role == mechanism.RoleLeader)
	})
}

// respond records the person's first press about a case (T2). It never closes anything.
func (t *turn) respond(p *mechanism.Project, seq int) error {
	c := p.Case(seq)
	if c == nil || !c.State.Open() || slices.ContainsFunc(c.Responses, func(r mechanism.Response) bool { return r.By.ID == t.who.ID }) {
		return nil
	}
	ev := mechanism.Responded{Case: seq}
	_, _, err := t.h.Book.Step(*p, ev, t.actor, t.tx.Now)
	if _, refused := errors.AsType[*mechanism.Refusal](err); refused {
		return nil // somebody without a part in the case; the act itself is refused below
	}
	done, _, err := t.apply(p.ID, ev)
	if err == nil {
		*p = *done
	}
	return err
}

// sayHappened says what was last done about a case, by whom and when, to those who may see it (D.5).
func (t *turn) sayHappened(project string, seq int) error {
	p, err := t.tx.Project(project)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if c := p.Case(seq); c != nil && t.sees(&p, c.Stage) {
		if text := happened(c); text != "" {
			t.sayf("%s", text)
		}
	}
	return nil
}

// happened tells the last act of a person on a case; "" when there was none.
func happened(c *mechanism.Case) string {
	var text string
	var by mechanism.Person
	reports, disposals := len(c.Reports), len(c.Disposals)
	switch {
	case reports == 0 && disposals == 0:
		return ""
	case disposals == 0 || reports > 0 && c.Reports[reports-1].At.After(c.Disposals[disposals-1].At):
		last := c.Reports[reports-1]
		by, text = last.By, minute(last.At)+"报送情况"
		if last.Returned != "" {
			text += ",后被退回补充:" + strings.TrimRight(last.Returned, "。")
		}
	default:
		last := c.Disposals[disposals-1]
		by, text = last.By, minute(last.At)+"办理:"+string(last.Option)
	}
	return fmt.Sprintf("最近一次:%s%s于%s。现为%s。", by.Unit, by.Name, text, c.State)
}

// tellLapsed says once that an exchange expired and its draft is kept.
func (t *turn) tellLapsed() {
	if t.ex.Lapsed == "" {
		return
	}
	t.sayf("%s超过24小时没有填完,已先放下,草稿还在。再按原卡片上的按钮即可接着填写。", t.ex.Lapsed)
	t.ex.Lapsed, t.lapsed = "", true
}

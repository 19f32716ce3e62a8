package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// sayStranger is for people whose account the roster does not know.
const sayStranger = "你的账号还没有登记到联系人名册,暂时不能办理。请联系业务专班登记后再试。"

// Click takes a press on a button. It is one transaction: the press, what it does, the journal and the answer given,
// on the disk before Click returns, whatever becomes of the connection. The same press delivered again is answered
// alike and does nothing.
func (h *Handlers) Click(ctx context.Context, c bot.Click) (bot.Answer, error) {
	var answer bot.Answer
	source := "click/" + c.Platform
	err := h.Store.Do(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		kept, seen, err := tx.Seen(source, c.Key)
		if err != nil {
			return err
		}
		if seen {
			answer = bot.Answer{}
			return json.Unmarshal(kept, &answer)
		}
		if answer, err = h.click(tx, c); err != nil {
			return err
		}
		kept, err = json.Marshal(answer)
		if err != nil {
			return err
		}
		return tx.Remember(source, c.Key, kept)
	})
	if err != nil {
		return bot.Answer{}, fmt.Errorf("take click: %w", err)
	}
	return answer, nil
}

func (h *Handlers) click(tx *store.Tx, c bot.Click) (bot.Answer, error) {
	pressed, err := tx.Delivery(c.Card)
	if errors.Is(err, store.ErrNotFound) {
		return bot.Answer{}, h.refused(tx, mechanism.Actor{Channel: c.Platform}, c.Key, "click", "", 0, "没有这张卡片的记录。")
	}
	if err != nil {
		return bot.Answer{}, err
	}
	roster, err := tx.Roster()
	if err != nil {
		return bot.Answer{}, err
	}
	who, ok := roster.ByAccount(c.Platform, c.User)
	if !ok || !who.Active {
		return h.clickByStranger(tx, c, pressed)
	}
	t, err := h.newTurn(tx, c.Platform, c.Key, who.ID)
	if err != nil {
		return bot.Answer{}, err
	}
	t.card = c.Card
	if t.ex.Lapsed != "" {
		t.tellLapsed()
	}
	facts, err := t.press(pressed, c.Button)
	if err != nil {
		return bot.Answer{}, err
	}
	if err := t.save(); err != nil {
		return bot.Answer{}, err
	}
	return t.clickAnswer(pressed, facts)
}

// clickByStranger answers somebody whom the roster does not know, and keeps the attempt.
func (h *Handlers) clickByStranger(tx *store.Tx, c bot.Click, pressed store.Delivery) (bot.Answer, error) {
	by := mechanism.Actor{Person: c.Platform + ":" + c.User, Channel: c.Platform}
	if err := h.refused(tx, by, c.Key, "click", pressed.Project, pressed.Case, sayStranger); err != nil {
		return bot.Answer{}, err
	}
	if p, ok := h.Platforms[c.Platform]; !ok || !p.Traits().AnswerRedraws {
		return bot.Answer{}, nil
	}
	return bot.Answer{Card: &bot.Card{Title: "未登记", Lines: []bot.Text{bot.Say(sayStranger)}}}, nil
}

// refused keeps an attempt that never became an event of the mechanism (D.6: refused attempts are kept too).
func (h *Handlers) refused(tx *store.Tx, by mechanism.Actor, key, kind, project string, seq int, sentence string) error {
	_, err := tx.Append(store.Entry{
		Project: project, Case: seq, Actor: by, Channel: by.Channel, Kind: kind, Data: []byte("{}"),
		Book: h.Book.Hash(), Key: key, Refused: sentence,
	})
	if err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// refuse says a sentence and keeps the attempt.
func (t *turn) refuse(to target, sentence string) error {
	t.about = to
	t.sayf("%s", sentence)
	return t.h.refused(t.tx, t.actor, t.key, "click", to.Project, to.Case, sentence)
}

// press does what a button means. facts reports that the person wants to see the project.
func (t *turn) press(pressed store.Delivery, ref string) (facts bool, err error) {
	t.about = target{Project: pressed.Project, Case: pressed.Case, Push: pressed.Push}
	b, err := t.tx.Button(ref)
	if ref == "" || errors.Is(err, store.ErrNotFound) || err == nil && b.Card != pressed.ID {
		t.sayf("没有收到你按的是哪个按钮。请在本卡片上再按一次;仍然不行的,请联系业务专班。")
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if pressed.Kind == string(mechanism.KindDialogue) && pressed.Person != t.who.ID {
		return false, t.refuse(t.about, "这张卡片是发给另一位同志的,请在自己的卡片上办理。")
	}
	if _, _, _, err := t.tx.UseButton(ref, t.who.ID); err != nil {
		return false, err
	}
	switch b.Act {
	case actSay:
		return false, t.pressSay(b)
	case actTakeUp:
		return false, t.pressTakeUp(b)
	case string(mechanism.ActView):
		return t.pressView(b)
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

// pressTakeUp opens an act that was parked, named in the button's argument.
func (t *turn) pressTakeUp(b store.Button) error {
	part := strings.Split(b.Arg, "|")
	if len(part) != 3 {
		return fmt.Errorf("button of act %q has the argument %q", b.Act, b.Arg)
	}
	return t.pressAct(mechanism.Act(part[0]), part[1], number(part[2]), 0)
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
		return false, t.refuse(t.about, "这个项目不在你单位的职责范围内,不能查看。需要了解的,请联系业务专班。")
	}
	return true, nil
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
		_, refusal, err := t.apply(to.Project, mechanism.EscalationReleased{Case: to.Case})
		if refusal != nil {
			t.sayf("%s", refusal.Sentence)
			return t.sayHappened(to.Project, to.Case)
		}
		t.sayf("已发出。")
		return err
	}
	f, ok := flows[to.Act]
	if !ok {
		return fmt.Errorf("no flow for act %q", to.Act)
	}
	bare := f.event(to, &draft{})
	_, _, err := t.h.Book.Step(*p, bare, t.actor, t.tx.Now)
	refusal, refused := errors.AsType[*mechanism.Refusal](err)
	if !refused && err != nil {
		return err
	}
	if refused && refusal.Code != mechanism.CodeIncomplete && refusal.Code != mechanism.CodeInvalid {
		if _, _, err := t.apply(to.Project, bare); err != nil { // for the journal
			return err
		}
		t.sayf("%s", refusal.Sentence)
		return t.sayHappened(to.Project, to.Case)
	}
	return t.begin(to, t.actsByProxy(to.Act, c))
}

// actsByProxy reports whether somebody of 专班 is doing what belongs to a party of the case (D.5).
func (t *turn) actsByProxy(act mechanism.Act, c *mechanism.Case) bool {
	owner := c.Parties.Department.Unit
	switch act {
	case mechanism.ActReport:
		owner = c.Parties.Responsible.Unit
	case mechanism.ActReturn, mechanism.ActDisclaim, mechanism.ActWithhold:
		return false
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

// sayHappened says what was last done about a case, by whom and when.
func (t *turn) sayHappened(project string, seq int) error {
	p, err := t.tx.Project(project)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if c := p.Case(seq); c != nil {
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
	t.sayf("%s超过24小时没有填完,已先放下,草稿还在。再按原卡片上的按钮即可接着填写。", t.ex.Lapsed)
	t.ex.Lapsed = ""
}

// clickAnswer draws the answer on the pressed card, or sends it as a card of its own where an answer can't redraw, and
// for a card in a group, where nothing personal belongs.
func (t *turn) clickAnswer(pressed store.Delivery, facts bool) (bot.Answer, error) {
	if t.answerRedraws() && pressed.Person != "" {
		card, err := t.redraw(pressed, facts)
		return bot.Answer{Card: &card}, err
	}
	q, err := t.question()
	if err != nil {
		return bot.Answer{}, err
	}
	if facts {
		card, err := t.h.Notify.DrawFacts(t.tx, pressed.ID, t.who.ID)
		if err != nil {
			return bot.Answer{}, err
		}
		q.Title, q.Level, q.State, q.Basis, q.Tips = card.Title, card.Level, card.State, card.Basis, card.Tips
		q.Lines = append(card.Lines, q.Lines...)
	}
	return bot.Answer{}, t.h.Notify.Ask(t.tx, t.platform, t.who.ID, q)
}

// mostAnswerBytes keeps the answer within what a platform shows of one value (DingTalk: 1 KB); the prompt counts more
// than what stood on the card before.
const mostAnswerBytes = 960

// redraw draws the pressed card as things are now, with the answer under it. A prompt's buttons take the place of the
// card's own.
func (t *turn) redraw(pressed store.Delivery, facts bool) (bot.Card, error) {
	q, err := t.question()
	if err != nil {
		return bot.Card{}, err
	}
	prompt, err := t.h.Notify.Render(t.tx, q, pressed.ID)
	if err != nil || pressed.Kind == string(mechanism.KindDialogue) && !facts {
		return prompt, err
	}
	draw := t.h.Notify.Draw
	if facts {
		draw = t.h.Notify.DrawFacts
	}
	card, err := draw(t.tx, pressed.ID, t.who.ID)
	if err != nil {
		return bot.Card{}, err
	}
	if size(card.Lines)+size(prompt.Lines) > mostAnswerBytes {
		card.Lines = card.Lines[:min(1, len(card.Lines))]
	}
	if t.about.Act != "" {
		card.Lines = append(card.Lines, bot.Text{{Text: t.about.title(), Bold: true}})
	}
	card.Lines = append(card.Lines, prompt.Lines...)
	if len(prompt.Buttons) > 0 {
		card.Buttons = prompt.Buttons
	}
	return card, nil
}

// size is how many bytes lines take as text.
func size(lines []bot.Text) int { return len(plain(lines)) }

// question is the answer as a card.
func (t *turn) question() (notify.Question, error) {
	q := notify.Question{
		Lines: t.lines, Buttons: t.buttons, Project: t.about.Project, Case: t.about.Case, Push: t.about.Push,
		Key: strings.Join([]string{"dialogue", t.platform, t.who.ID, t.key}, "/"),
	}
	switch {
	case t.about.Project == "":
		q.Title = "骏马助手"
		return q, nil
	case t.about.Act != "":
		q.Title = t.about.title()
	}
	p, err := t.tx.Project(t.about.Project)
	if err != nil {
		return q, fmt.Errorf("load project %s: %w", t.about.Project, err)
	}
	if q.Title == "" {
		q.Title = p.Name
	}
	if c := p.Case(t.about.Case); c != nil && c.State.Open() {
		q.Level, q.State = bot.Level(c.Level), string(c.State)
	}
	return q, nil
}

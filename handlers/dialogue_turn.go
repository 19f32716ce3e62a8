package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// Acts that only guided exchanges know. A button of a prompt says what typing its words would say, so pressing and
// typing are one thing.
const (
	actSay = "say"
	actAsk = "ask" // a question, said by a press; the argument is its page and its words

	actStatus = "status" // how the project stands whose id is the argument
)

// turn is one thing a person did, a press or a message, inside its transaction: who it was, what is open, and what is
// to be said in answer.
type turn struct {
	asker
	h        *Handlers
	tx       *store.Tx
	platform string
	key      string // the platform's id of the press or message
	who      *store.Person
	ex       *exchange

	card string       // the pressed card; "" when the person wrote
	in   bot.Incoming // where a reply goes; no Session when the person pressed

	roster *tableRoster // of the table whose [导入] was pressed

	same    bool   // the person pressed 无变化,沿用上次
	title   string // of an answer about no one project; "" = the assistant's name
	about   target // what the answer is about
	lines   []bot.Text
	buttons []notify.Choice
	covers  bool // the answer is drawn on the pressed card, over buttons of its own
	listed  bool // the pressed card is a list of matters
	lapsed  bool // told in this turn that an exchange expired
}

// newTurn reads what the person has open on this platform.
func (h *Handlers) newTurn(tx *store.Tx, platform, key, person string) (*turn, error) {
	roster, err := tx.Roster()
	if err != nil {
		return nil, err
	}
	who, ok := roster.Person(person)
	if !ok {
		return nil, fmt.Errorf("person %s: %w", person, store.ErrNotFound)
	}
	ex, err := loadExchange(tx, platform, person)
	if err != nil {
		return nil, err
	}
	actor := roster.Actor(person)
	actor.Channel = platform
	return &turn{h: h, tx: tx, platform: platform, key: key, who: who, asker: asker{book: h.Book, actor: actor, now: tx.Now}, ex: ex}, nil
}

// say adds one paragraph to the answer.
func (t *turn) say(text bot.Text) {
	if len(text) > 0 {
		t.lines = append(t.lines, text)
	}
}

// sayf is say for a plain sentence.
func (t *turn) sayf(format string, args ...any) { t.say(bot.Say(fmt.Sprintf(format, args...))) }

// find loads the project and the case of a target.
func (t *turn) find(to target) (*mechanism.Project, *mechanism.Case, error) {
	p, err := t.tx.Project(to.Project)
	if err != nil {
		return nil, nil, fmt.Errorf("load project %s: %w", to.Project, err)
	}
	c := p.Case(to.Case)
	if c == nil {
		return nil, nil, fmt.Errorf("project %s has no case %d: %w", to.Project, to.Case, store.ErrNotFound)
	}
	return &p, c, nil
}

// proceed asks for the first answer still missing, or does the act when nothing is.
func (t *turn) proceed() error {
	ex := t.ex
	t.about = ex.Target
	ex.Step = flows[ex.Target.Act].next(&ex.Draft)
	if ex.Step == allAnswered {
		return t.perform()
	}
	if ex.Step == askConfirm {
		if refused, err := t.rehearse(); refused || err != nil {
			return err
		}
	}
	lines, labels, err := questions[ex.Step].ask(t)
	if err != nil {
		return err
	}
	ex.Serial++
	t.lines = append(t.lines, lines...)
	t.buttons = nil
	for i, label := range labels {
		t.buttons = append(t.buttons, notify.Choice{
			Label: label, Act: actSay, Arg: strconv.Itoa(ex.Serial) + "|" + label, Primary: i == 0,
		})
	}
	return nil
}

// answer takes what the person said at the present step, and goes on.
func (t *turn) answer(text string) error {
	if bare(text) == sayCancel {
		return t.cancel()
	}
	if remark := questions[t.ex.Step].take(t, strings.TrimSpace(text)); remark != "" {
		t.sayf("%s", remark)
	}
	return t.proceed()
}

// begin opens a guided exchange about an act, or parks it while another one is open. byProxy: somebody of 专班 acts on
// behalf of the party.
func (t *turn) begin(to target, byProxy bool) error {
	ex := t.ex
	t.about = to
	switch {
	case ex.active() && ex.Target.sameAct(to):
		if err := t.recall(!t.same); err != nil {
			return err
		}
		return t.proceed()
	case ex.active() && !ex.Target.sameCase(to):
		ex.park(to)
		t.sayf("%s已记下这一件。你正在填写%s,填完后提示你办理;要先放下正在填写的,请回复“取消”。", minute(t.tx.Now), ex.Target.phrase())
		return nil
	case ex.active():
		t.sayf("前面填写的“%s”已保留草稿。", ex.Target.Act.Label())
		ex.shelve(t.tx.Now)
	}
	resumed := ex.begin(to) && !t.same
	if resumed {
		t.sayf("上次填写的草稿已恢复,请接着填写。")
	}
	ex.Draft.ByProxy = byProxy
	if err := t.recall(resumed); err != nil {
		return err
	}
	return t.proceed()
}

// cancel ends the exchange without its act.
func (t *turn) cancel() error {
	t.about = t.ex.Target
	t.sayf("已取消%s,没有提交任何内容。需要时请再按卡片上的按钮。", t.ex.Target.phrase())
	t.ex.end()
	return t.offerParked()
}

// offerParked offers the acts that were pressed while another exchange was open, if they can still be done.
func (t *turn) offerParked() error {
	if t.ex.active() || len(t.ex.Parked) == 0 {
		return nil
	}
	var open []target
	for _, to := range t.ex.Parked {
		p, _, err := t.find(to)
		if err != nil {
			return err
		}
		refusal, err := t.refusal(to, p)
		if err != nil {
			return err
		}
		if refusal == nil {
			open = append(open, to)
		}
	}
	t.ex.Parked, t.buttons = open, nil
	if len(open) == 0 {
		return nil
	}
	t.sayf("填写期间你还按过%d件,请接着办理:", len(open))
	for _, to := range open {
		t.sayf("%s · %s", to.Name, to.Stage)
		t.buttons = append(t.buttons, notify.Choice{
			Label: to.Act.Label() + " " + shorten(to.Name, 8), Act: notify.ActTakeUp,
			Arg: strings.Join([]string{string(to.Act), to.Project, strconv.Itoa(to.Case)}, "|"), Primary: true,
		})
	}
	return nil
}

// refusal says why the notice does not allow an act at all now, whatever would be answered; nil when it may begin.
func (t *turn) refusal(to target, p *mechanism.Project) (*mechanism.Refusal, error) {
	_, _, err := t.h.Book.Step(*p, flows[to.Act].event(to, &draft{}), t.actor, t.tx.Now)
	refusal, refused := errors.AsType[*mechanism.Refusal](err)
	switch {
	case !refused:
		return nil, err
	case refusal.Code == mechanism.CodeIncomplete || refusal.Code == mechanism.CodeInvalid:
		return nil, nil
	default:
		return refusal, nil
	}
}

// perform does the act of the exchange: one event, with the exact text that was confirmed. A refusal ends the exchange
// too; its sentence says what the person can do.
func (t *turn) perform() error {
	if overtaken, err := t.overtaken(); overtaken || err != nil {
		return err
	}
	to, d := t.ex.Target, t.ex.Draft
	done, refusal, err := t.apply(to.Project, flows[to.Act].event(to, &d))
	if err != nil {
		return err
	}
	t.about = to
	t.ex.end()
	if refusal != nil {
		t.sayf("%s", refusal.Sentence)
	} else {
		t.lines = append(t.lines, t.told(to, &d, done)...)
	}
	return t.offerParked()
}

// rehearse steps the act of the exchange without keeping anything, so that what can't be done is said before it is
// confirmed.
func (t *turn) rehearse() (refused bool, err error) {
	_, err = t.preview()
	refusal, ok := errors.AsType[*mechanism.Refusal](err)
	if !ok {
		return false, err
	}
	t.sayf("%s", refusal.Sentence)
	t.ex.end()
	return true, t.offerParked()
}

// preview gives the project as it would be after the act of the exchange.
func (t *turn) preview() (*mechanism.Project, error) {
	p, _, err := t.find(t.ex.Target)
	if err != nil {
		return nil, err
	}
	draft := t.ex.Draft
	draft.Confirm = "待确认"
	after, _, err := t.h.Book.Step(*p, flows[t.ex.Target.Act].event(t.ex.Target, &draft), t.actor, t.tx.Now)
	return &after, err
}

// apply makes an event happen; the pressed card is redrawn by the answer itself.
func (t *turn) apply(project string, ev mechanism.Event) (*mechanism.Project, *mechanism.Refusal, error) {
	var answered []string
	if t.card != "" && t.answerRedraws() {
		answered = append(answered, t.card)
	}
	done, err := t.h.apply(t.tx, project, ev, t.actor, t.key, answered...)
	if refusal, ok := errors.AsType[*mechanism.Refusal](err); ok {
		return &done.Project, refusal, nil
	}
	return &done.Project, nil, err
}

// answerRedraws reports whether the answer to a press can change the pressed card.
func (t *turn) answerRedraws() bool {
	p, ok := t.h.Platforms[t.platform]
	return ok && p.Traits().AnswerRedraws
}

// save keeps what the person has open. A card that showed a prompt of an exchange which is over gets its own buttons
// back, and a list shows what is left on it; the pressed card gets them by the answer.
func (t *turn) save() error {
	covered := t.ex.Card
	prompted := t.ex.active() && t.covers && (len(t.buttons) > 0 || t.listed)
	switch {
	case prompted:
		t.ex.Card = t.card
	case !t.ex.active():
		t.ex.Card = ""
	}
	if covered != "" && covered != t.ex.Card && covered != t.card {
		if err := t.h.Notify.Redraw(t.tx, covered); err != nil {
			return err
		}
	}
	return t.ex.save(t.tx, t.platform, t.who.ID)
}

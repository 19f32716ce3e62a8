package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// params is what a delivery of a notification keeps beside its columns: what the text needs and the project can't tell.
type params struct {
	On     mechanism.Date   `json:"on"`
	Unit   string           `json:"unit,omitempty"` // on whose account the reader is told
	Tier   int              `json:"tier,omitempty"` // told in, or instead of, the group of this tier
	Role   mechanism.Role   `json:"role,omitempty"` // whose desk it went to
	Sector mechanism.Sector `json:"sector,omitempty"`
	Alarm  string           `json:"alarm,omitempty"` // for an alarm: the sentence
	About  string           `json:"about,omitempty"` // of an alarm its matter, of an undelivered card the delivery
	Duties []mechanism.Duty `json:"duties,omitempty"`
	Report int              `json:"report,omitempty"` // for a turn or a return: which of the case's reports it is about
}

// picture is a card before its buttons have references.
type picture struct {
	card    bot.Card
	choices []Choice
	stale   string // why the card is overtaken by events and not worth sending; "" = it is news
}

// Draw gives a sent card as the project is now, with fresh button references saved in tx; viewer is the person (roster
// id) who looks at it. A card whose case has ended or moved on shows the present state and no acting button.
func (n *Notifier) Draw(tx *store.Tx, cardID, viewer string) (bot.Card, error) {
	d, err := tx.Delivery(cardID)
	if err != nil {
		return bot.Card{}, fmt.Errorf("read card %s: %w", cardID, err)
	}
	drawn, err := n.picture(tx, d, viewer)
	if err != nil {
		return bot.Card{}, fmt.Errorf("draw card %s: %w", cardID, err)
	}
	return n.attach(tx, d, drawn)
}

// picture draws the card of a delivery as things are now.
func (n *Notifier) picture(tx *store.Tx, d store.Delivery, viewer string) (drawn picture, err error) {
	defer n.contain(d, &err)
	if mechanism.Kind(d.Kind) == mechanism.KindDialogue {
		return questionPicture(d)
	}
	s, err := n.subject(tx, d, viewer)
	if err != nil {
		return picture{}, err
	}
	if drawn, err = s.draw(); err != nil {
		return picture{}, err
	}
	if s.c != nil {
		drawn.card.Tips = joinTips(drawn.card.Tips, marks(s.c))
	}
	drawn.card.Tips = joinTips(drawn.card.Tips, n.Notice)
	return drawn, nil
}

// subject gives what the card of a delivery is about, as things are now.
func (n *Notifier) subject(tx *store.Tx, d store.Delivery, viewer string) (subject, error) {
	s := subject{n: n, tx: tx, d: d, viewer: viewer, today: mechanism.DateOf(tx.Now)}
	if err := json.Unmarshal(d.Params, &s.more); err != nil {
		return s, fmt.Errorf("read parameters: %w", err)
	}
	if d.Project == "" {
		return s, nil
	}
	p, err := tx.Project(d.Project)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return s, fmt.Errorf("read project: %w", err)
	}
	s.p, s.c = &p, p.Case(d.Case)
	return s, nil
}

// subject is everything a card can be about.
type subject struct {
	n      *Notifier
	tx     *store.Tx
	d      store.Delivery
	more   params
	p      *mechanism.Project // nil for lists
	c      *mechanism.Case    // nil when the card is about no case
	viewer string
	today  mechanism.Date
}

// draw chooses how the kind of card is drawn.
func (s subject) draw() (picture, error) {
	switch kind := mechanism.Kind(s.d.Kind); kind {
	case mechanism.KindAlarm:
		return s.alarm()
	case mechanism.KindUndelivered:
		return s.undelivered()
	case mechanism.KindDailyList, mechanism.KindBacklog:
		return s.list(kind)
	case mechanism.KindReminder:
		return s.reminder()
	case mechanism.KindDigest:
		return s.digest()
	case mechanism.KindPush, mechanism.KindOverdue, mechanism.KindTurn, mechanism.KindReturned, mechanism.KindUrged, mechanism.KindOutcome,
		mechanism.KindEscalation, mechanism.KindHeld, mechanism.KindDisclaimed, mechanism.KindSettled:
		if s.c == nil {
			return picture{}, fmt.Errorf("project %q has no case %d", s.d.Project, s.d.Case)
		}
		return s.caseCard(kind)
	default:
		return picture{}, fmt.Errorf("no card for kind %q", kind)
	}
}

// caseCard draws a card about a case.
func (s subject) caseCard(kind mechanism.Kind) (picture, error) {
	v, name, stale := s.caseDraft(kind)
	if kind == mechanism.KindHeld {
		if err := s.draft(&v); err != nil {
			return picture{}, err
		}
	}
	if kind == mechanism.KindOverdue {
		if err := s.leader(&v); err != nil {
			return picture{}, err
		}
	}
	card, err := compose(name, v)
	if err != nil {
		return picture{}, err
	}
	card.Level = s.level()
	choices, err := s.choices(kind, stale)
	if kind == mechanism.KindHeld && v.Released != "" || kind == mechanism.KindSettled && v.Settled.Unit != "" {
		choices = nil // it has gone out by itself, or to another unit
	}
	return picture{card: card, choices: choices, stale: stale}, err
}

// caseDraft gives what the card of a case says, by which template, and why events have overtaken it, if they have.
func (s subject) caseDraft(kind mechanism.Kind) (v view, name, stale string) {
	v = s.n.caseView(s.p, s.c, s.push(), s.today)
	v.readBy(s.more.Unit, s.more.Duties)
	v.Renewed = s.more.Report > 0 && s.more.Report < len(s.c.Reports)
	if kind == mechanism.KindReturned {
		again, _ := s.n.Book.AddWorkdays(s.more.On, s.n.Book.Response().Report)
		v.ReportBy, v.On = day(again, s.today), day(s.more.On, s.today)
	}
	name, stale = s.template(kind, &v)
	return v, name, stale
}

// push is the push a card is about: for an outcome, always the latest.
func (s subject) push() int {
	if mechanism.Kind(s.d.Kind) == mechanism.KindOutcome {
		return s.c.Push
	}
	return s.d.Push
}

// level colours the card: an ended case is no longer orange or red.
func (s subject) level() bot.Level {
	switch {
	case s.c.State == mechanism.Closed:
		return bot.Green
	case !s.c.State.Open():
		return bot.Plain
	case s.c.Level == mechanism.Red:
		return bot.Red
	default:
		return bot.Orange
	}
}

// template names the template of a card as the case is now, and says why the card is overtaken, if it is.
func (s subject) template(kind mechanism.Kind, v *view) (name, stale string) {
	if kind == mechanism.KindOutcome {
		return outcome(s.c), ""
	}
	if !s.c.State.Open() {
		return "present", "该预警已" + lastWord(s.c.State) + ",不再发送。"
	}
	if s.n.transferred(s.c, s.more) {
		return "present", nowTransferred
	}
	switch kind {
	case mechanism.KindDisclaimed:
		return "disclaimed", ""
	case mechanism.KindEscalation, mechanism.KindHeld:
		s.n.climb(v, s.p, s.c, s.today)
		if kind == mechanism.KindHeld {
			return "held", ""
		}
		if s.c.Escalation.Withheld != "" && s.c.Escalation.Released.IsZero() {
			stale = "专班已暂缓发出。"
		}
		return fmt.Sprintf("escalation-%d", max(1, min(s.c.Tier, 3))), stale
	case mechanism.KindTurn:
		if s.c.Waiting != mechanism.WaitDepartment {
			return "present", "报送的情况已处理,不再提请办理。"
		}
		if v.Renewed {
			return "present", "已重新报送,请在新的卡片中办理。"
		}
		return "turn", ""
	case mechanism.KindReturned:
		if s.c.Waiting != mechanism.WaitReturned || v.Renewed {
			return "present", "已重新报送,不再提请补充。"
		}
		return "returned", ""
	case mechanism.KindUrged:
		switch {
		case v.Overtaken:
			return "present", fmt.Sprintf("已有第%d次推送。", s.c.Push)
		case !slices.Contains(s.more.Duties, s.c.Turn()):
			return "present", urgeOver
		}
		return "urged", ""
	default: // a push, 销号超时, or what 专班 decided
		return s.pushed(kind, v)
	}
}

// pushed names the text of a push, of 销号超时 or of a decision on 不归我办; the next push overtakes each.
func (s subject) pushed(kind mechanism.Kind, v *view) (name, stale string) {
	if v.Overtaken {
		return "present", fmt.Sprintf("已有第%d次推送。", s.c.Push)
	}
	if kind == mechanism.KindOverdue || kind == mechanism.KindSettled {
		return string(kind), ""
	}
	return pushTemplate(s.more.Duties, s.c, s.d.Push), ""
}

// pushTemplate names the text of a push for the strongest of the reader's duties.
func pushTemplate(duties []mechanism.Duty, c *mechanism.Case, push int) string {
	duty := mechanism.DutyResponsible
	if len(duties) > 0 {
		duty = duties[0]
	}
	switch {
	case duty == mechanism.DutyDepartment:
		return "push-department"
	case duty != mechanism.DutyResponsible:
		return "push-notice"
	case push > 1:
		return "push-again"
	case c.Level == mechanism.Red:
		return "push-red"
	default:
		return "push-orange"
	}
}

// outcome names the text that says how a case stands after the last act on it.
func outcome(c *mechanism.Case) string {
	switch {
	case c.State == mechanism.InHand:
		return "outcome-ongoing"
	case c.State == mechanism.Revoked:
		return "revoked"
	case c.State != mechanism.Closed:
		return "present"
	}
	switch c.Closure {
	case mechanism.ClosedDone:
		return "outcome-completed"
	case mechanism.ClosedNotNeed:
		return "outcome-unneeded"
	case mechanism.ClosedExit:
		return "outcome-exit"
	default:
		return "outcome-auto"
	}
}

// lastWord says what became of an ended case: 销号, 撤销, 转为红灯.
func lastWord(state mechanism.State) string {
	switch state {
	case mechanism.Revoked:
		return "撤销"
	case mechanism.Superseded:
		return "转为红灯"
	default:
		return "销号"
	}
}

// joinTips adds one quiet remark to others.
func joinTips(tips, more string) string {
	if tips == "" || more == "" {
		return tips + more
	}
	return tips + " " + more
}

package notify

import (
	"encoding/json"
	"fmt"
	"slices"

	"junma/mechanism"
	"junma/store"
)

// actingKinds are the kinds of card that people act on, and that stop being right when the case moves on.
var actingKinds = []mechanism.Kind{
	mechanism.KindPush, mechanism.KindOverdue, mechanism.KindTurn, mechanism.KindReturned, mechanism.KindUrged, mechanism.KindEscalation, mechanism.KindHeld,
	mechanism.KindDisclaimed, mechanism.KindSettled,
}

// overtake brings earlier deliveries of the project's cases in line with what just happened: what still waits and has
// no point any more is superseded, and a card whose buttons stopped being right is redrawn. A card whose buttons still
// work is left as it is, because every redraw costs a request and the news comes as a card of its own. An escalation is
// redrawn once, when its case ends: leaders and groups get no other word of it.
func (b *batch) overtake(notes []mechanism.Notification, answered []string) error {
	today := mechanism.DateOf(b.tx.Now)
	for i := range b.p.Cases {
		c := &b.p.Cases[i]
		if !moved(c, today, notes) {
			continue
		}
		sent, err := b.tx.Deliveries(store.DeliveryFilter{Project: b.p.ID, Case: c.Seq, Effect: store.EffectCard})
		if err != nil {
			return fmt.Errorf("list the cards of case %d: %w", c.Seq, err)
		}
		pushed := slices.ContainsFunc(notes, func(n mechanism.Notification) bool {
			return n.Case == c.Seq && n.Kind == mechanism.KindPush
		})
		for _, d := range sent {
			if c.State.Open() && d.Push < c.Push && !pushed && d.State == store.DeliverySent {
				continue // it has said since the next push that it is overtaken
			}
			if err := b.adjust(c, d, answered); err != nil {
				return err
			}
		}
	}
	return nil
}

// moved reports whether a case can have earlier deliveries that this event overtook: it ended today, or it is told of
// and is not brand new.
func moved(c *mechanism.Case, today mechanism.Date, notes []mechanism.Notification) bool {
	if !c.State.Open() {
		return c.ClosedOn == today || slices.ContainsFunc(notes, func(n mechanism.Notification) bool { return n.Case == c.Seq })
	}
	if c.Escalation.Tier > 0 && (c.Escalation.Withheld != "" || !c.Escalation.Released.IsZero()) {
		return true
	}
	return slices.ContainsFunc(notes, func(n mechanism.Notification) bool {
		return n.Case == c.Seq && (n.Push > 1 || n.Kind != mechanism.KindPush && n.Kind != mechanism.KindHeld && n.Kind != mechanism.KindEscalation)
	})
}

// adjust supersedes one waiting delivery, or redraws one sent card, if events overtook it.
func (b *batch) adjust(c *mechanism.Case, d store.Delivery, answered []string) error {
	reason := b.overtaken(c, d)
	if reason == "" {
		return nil
	}
	switch d.State {
	case store.DeliveryWaiting:
		if _, err := b.tx.Supersede(store.DeliveryFilter{Card: d.ID, Effect: store.EffectCard}, reason); err != nil {
			return err
		}
		return nil
	case store.DeliverySent, store.DeliverySending, store.DeliveryUnknown:
	default:
		return nil
	}
	escalation := d.Kind == string(mechanism.KindEscalation) // belongs to the case, not to a push
	latest := escalation || d.Push == c.Push || d.Push == c.Push-1
	if !latest || slices.Contains(answered, d.ID) || !escalation && !hasButtons(d) {
		return nil
	}
	return b.n.redraw(b.tx, d)
}

// overtaken says why a card no longer tells how the case stands; "" when it still does.
func (b *batch) overtaken(c *mechanism.Case, d store.Delivery) string {
	kind := mechanism.Kind(d.Kind)
	switch {
	case kind == mechanism.KindOutcome:
		if slices.ContainsFunc(b.letters, func(l letter) bool {
			return l.note.Kind == kind && l.note.Case == c.Seq && l.to.person == d.Person && cardID(l.note.Key+"/"+l.to.id()) != d.ID
		}) {
			return "该预警又有新的办理结果。"
		}
		return ""
	case !slices.Contains(actingKinds, kind):
		return ""
	case !c.State.Open():
		return "该预警已" + lastWord(c.State) + ",不再发送。"
	case b.n.transferred(c, paramsOf(d)):
		return nowTransferred
	case kind == mechanism.KindDisclaimed:
		if c.Objection() == nil {
			return "专班已核定。"
		}
		return ""
	case d.Push > 0 && d.Push < c.Push && kind != mechanism.KindEscalation && kind != mechanism.KindHeld:
		return fmt.Sprintf("已有第%d次推送。", c.Push)
	case (kind == mechanism.KindTurn || kind == mechanism.KindReturned) && paramsOf(d).Report < len(c.Reports):
		return "已重新报送,以新的卡片为准。"
	case kind == mechanism.KindTurn && c.Waiting != mechanism.WaitDepartment:
		return "报送的情况已处理,不再提请办理。"
	case kind == mechanism.KindReturned && c.Waiting != mechanism.WaitReturned:
		return "已重新报送,不再提请补充。"
	case kind == mechanism.KindUrged && !slices.Contains(d.Duties, string(c.Turn())):
		return urgeOver
	case kind == mechanism.KindEscalation && c.Escalation.Withheld != "" && c.Escalation.Released.IsZero():
		return "专班已暂缓发出。"
	case kind == mechanism.KindHeld && (c.Escalation.Withheld != "" || !c.Escalation.Released.IsZero()):
		return "专班已处理。"
	}
	return ""
}

// urgeOver is what a card of 催办 says once its reader's turn is over.
const urgeOver = "已办理,不再催办。"

// nowTransferred is what a card says once another unit has taken over the duty of its reader.
const nowTransferred = "专班已将本预警改由其他单位负责,你单位无需再办。"

// transferred reports whether 专班 has given the duty on whose account a card tells its reader to another unit (T22). With
// the responsible unit the coordinator of the first tier changes.
func (n *Notifier) transferred(c *mechanism.Case, more params) bool {
	if len(more.Duties) == 0 || more.Unit == "" {
		return false
	}
	switch more.Duties[0] {
	case mechanism.DutyResponsible:
		return more.Unit != c.Parties.Responsible.Unit
	case mechanism.DutyCoordinator:
		return more.Unit != n.Book.Chain(c.Chain).Tier(c.Tier, c.Parties).Coordinator
	}
	return false
}

// paramsOf gives what a delivery of a notification keeps beside its columns.
func paramsOf(d store.Delivery) params {
	var more params
	_ = json.Unmarshal(d.Params, &more) // we wrote it; drawing the card reads it again
	return more
}

// hasButtons reports whether a card carries buttons that act. 板块牵头 and 五未 are told without any; 看佐证 only shows.
func hasButtons(d store.Delivery) bool {
	switch mechanism.Kind(d.Kind) {
	case mechanism.KindHeld, mechanism.KindDisclaimed, mechanism.KindSettled:
		return true
	}
	return slices.Contains(d.Duties, string(mechanism.DutyResponsible)) || slices.Contains(d.Duties, string(mechanism.DutyDepartment))
}

// Redraw brings a card that was sent in line with the present; cardID is its delivery's.
func (n *Notifier) Redraw(tx *store.Tx, cardID string) error {
	card, err := tx.Delivery(cardID)
	if err != nil {
		return fmt.Errorf("read card %s: %w", cardID, err)
	}
	return n.redraw(tx, card)
}

// redraw enqueues the present state for a card that was sent. It waits in the card's own lane, so it comes after it.
func (n *Notifier) redraw(tx *store.Tx, card store.Delivery) error {
	id := token() + token()
	_, err := tx.Enqueue(store.Delivery{
		ID: id, Key: "redraw/" + card.ID + "/" + id, Lane: card.Lane, Talk: card.Talk, Effect: store.EffectRedraw, Platform: card.Platform,
		Address: card.Address, Person: card.Person, Kind: card.Kind, Project: card.Project, Case: card.Case, Push: card.Push,
		Duties: card.Duties, Params: card.Params, Urgency: int(mechanism.Now), NotBefore: tx.Now, Card: card.ID,
	})
	if err != nil {
		return fmt.Errorf("enqueue redraw of card %s: %w", card.ID, err)
	}
	tx.AfterCommit(n.Wake)
	return nil
}

package notify

import (
	"cmp"
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Acts of 专班 on a card that was given up; the argument is its delivery's id.
const (
	ActResend = "resend"
	ActLetBe  = "let-be" // it is not sent any more
)

// tellUndelivered tells 专班 that a card was given up.
func (n *Notifier) tellUndelivered(tx *store.Tx, d store.Delivery) error {
	if toldOnly(d) {
		return nil
	}
	return n.Enqueue(tx, nil, []mechanism.Notification{{
		Kind: mechanism.KindUndelivered, Project: d.Project, Key: fmt.Sprintf("undelivered/%s/%d", d.ID, d.Epoch), On: mechanism.DateOf(tx.Now),
		To: mechanism.Addressee{Role: mechanism.RoleTaskForce}, About: d.ID,
	}})
}

// Undelivered is a card that was given up, in words for 专班.
type Undelivered struct {
	ID    string
	Whom  string // 下涯镇陈某, or a group
	What  string // the card's title
	Why   string
	Since string // when it was to arrive
	on    mechanism.Date
}

// lost puts a dead delivery into words; stale says why nobody needs it any more.
func (n *Notifier) lost(tx *store.Tx, roster *store.Roster, d store.Delivery) (u Undelivered, stale string) {
	drawn, err := n.picture(tx, d, d.Person)
	if err != nil { // that may be why it was given up
		n.Log.Error("a dead card could not be drawn", "delivery", d.ID, "kind", d.Kind, "error", err)
		drawn.card.Title = "内容无法生成,请联系运维人员查看服务日志"
	}
	if drawn.stale != "" {
		return u, drawn.stale
	}
	return Undelivered{
		ID: d.ID, Whom: whom(roster, d), What: drawn.card.Title, Why: d.Reason,
		Since: instant(d.NotBefore, mechanism.DateOf(tx.Now)), on: mechanism.DateOf(d.NotBefore),
	}, ""
}

// whom names the person or group that a card goes to.
func whom(roster *store.Roster, d store.Delivery) string {
	if d.Person != "" {
		return nameOf(roster, d.Person)
	}
	if more := paramsOf(d); more.Unit != "" {
		return fmt.Sprintf("%s第%s级协调群", more.Unit, numeral(more.Tier))
	}
	return "协调群"
}

// Undelivered lists the cards that were given up and are still worth sending, the oldest first.
func (n *Notifier) Undelivered(tx *store.Tx) ([]Undelivered, error) {
	dead, err := tx.DeadCards()
	if err != nil {
		return nil, err
	}
	roster, err := tx.Roster()
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	var all []Undelivered
	for _, d := range dead {
		if u, stale := n.lost(tx, roster, d); stale == "" {
			all = append(all, u)
		}
	}
	return all, nil
}

// undelivered draws the card that tells 专班 of one that was given up, and what became of it since.
func (s subject) undelivered() (picture, error) {
	d, err := s.tx.Delivery(s.more.About)
	if err != nil {
		return picture{}, fmt.Errorf("read card %s: %w", s.more.About, err)
	}
	roster, err := s.tx.Roster()
	if err != nil {
		return picture{}, fmt.Errorf("read roster: %w", err)
	}
	lost, stale := s.n.lost(s.tx, roster, d)
	v := view{Lost: lost, Did: stale}
	v.Lost.Whom = whom(roster, d)
	if d.State != store.DeliveryDead {
		v.Did = became(d, s.today)
	}
	drawn := picture{stale: v.Did}
	if v.Did == "" {
		drawn.choices = []Choice{{Label: "重发", Act: ActResend, Arg: d.ID, Primary: true}, {Label: "不再发送", Act: ActLetBe, Arg: d.ID}}
	}
	drawn.card, err = compose("undelivered", v)
	return drawn, err
}

// became says what became of a card that is not dead any more.
func became(d store.Delivery, today mechanism.Date) string {
	switch d.State {
	case store.DeliverySent:
		return "已于" + instant(d.SentAt, today) + "送达。"
	case store.DeliverySuperseded:
		return d.Reason
	}
	return "已重发,再次未送达时另行告知。"
}

// Resend puts a card that was given up back into the outbox, to where its reader is reached now, with fresh attempts.
// What it says is for the one who pressed (roster id by); done reports that something changed.
func (n *Notifier) Resend(tx *store.Tx, id, by string) (said string, done bool, err error) {
	d, err := tx.Delivery(id)
	if err != nil {
		return "", false, fmt.Errorf("read card %s: %w", id, err)
	}
	roster, err := tx.Roster()
	if err != nil {
		return "", false, fmt.Errorf("read roster: %w", err)
	}
	if d.State != store.DeliveryDead {
		return "这张卡片" + became(d, mechanism.DateOf(tx.Now)), false, nil
	}
	lost, stale := n.lost(tx, roster, d)
	if stale == "" && !d.Deadline.IsZero() && !tx.Now.Before(d.Deadline) {
		stale = "已过有效时间。"
	}
	if stale != "" {
		done, err = tx.Bury(id, stale)
		return "不必再发:" + stale, done, err
	}
	if said, done, err = n.resendToWhoIsIn(tx, roster, d); said != "" || err != nil {
		return said, done, err
	}
	to, fault := n.reachAgain(roster, d)
	if fault != "" {
		return fault, false, nil
	}
	d.Platform, d.Lane = to.platform, to.lane()
	if d.Address, err = to.encoded(); err != nil {
		return "", false, err
	}
	if done, err = tx.Revive(d, nameOf(roster, by)+"重发。"); err != nil {
		return "", false, err
	}
	tx.AfterCommit(n.Wake)
	said = fmt.Sprintf("已重发给%s:%s", lost.Whom, lost.What)
	if at := n.laterHour(tx.Now, d); at.After(tx.Now) {
		said += ",到消息时段(" + instant(at, mechanism.DateOf(tx.Now)) + ")送达"
	}
	return said + "。", done, nil
}

// resendToWhoIsIn ends a dead card whose reader is out and tells those in charge; a digest goes on, without what is no more
// its reader's. said is "" where there is nothing of this to do, or nobody else to tell.
func (n *Notifier) resendToWhoIsIn(tx *store.Tx, roster *store.Roster, d store.Delivery) (said string, done bool, err error) {
	why := out(roster, d)
	if why == "" && mechanism.Kind(d.Kind) != mechanism.KindDigest {
		return "", false, nil
	}
	told, err := n.redirect(tx, d)
	switch {
	case err != nil:
		return "", false, err
	case told && why != "":
		done, err = tx.Bury(d.ID, why)
		return why, done, err
	case why == readerMoved:
		return cmp.Or(paramsOf(d).Unit, string(paramsOf(d).Role)) + "现在没有可送达的收件人,请先更新名册再重发。", false, nil
	}
	return "", false, nil
}

// reachAgain finds where the reader of a card is reached now. fault is plain Chinese.
func (n *Notifier) reachAgain(roster *store.Roster, d store.Delivery) (to recipient, fault string) {
	if d.Person != "" {
		p, ok := roster.Person(d.Person)
		if ok && p.Active {
			if to, ok = n.reach(p); ok {
				return to, ""
			}
		}
		return to, nameOf(roster, d.Person) + "在名册中没有可用的账号,请先更新名册再重发。"
	}
	more := paramsOf(d)
	if g, ok := roster.Group(more.Unit, more.Tier); ok && g.IDs[d.Platform] != "" {
		at := mentions(roster.Holders(more.Unit, mechanism.RoleContact), d.Platform)
		return recipient{platform: d.Platform, address: bot.Address{Group: g.IDs[d.Platform], At: at}}, ""
	}
	return to, fmt.Sprintf("%s第%s级协调群没有绑定,请先在群里绑定再重发。", more.Unit, numeral(more.Tier))
}

// LetBe ends a card that was given up: nobody needs it any more.
func (n *Notifier) LetBe(tx *store.Tx, id, by string) (said string, done bool, err error) {
	roster, err := tx.Roster()
	if err != nil {
		return "", false, fmt.Errorf("read roster: %w", err)
	}
	if done, err = tx.Bury(id, nameOf(roster, by)+"决定不再发送。"); err != nil || done {
		return "已记下,不再发送这张卡片。", done, err
	}
	d, err := tx.Delivery(id)
	if err != nil {
		return "", false, fmt.Errorf("read card %s: %w", id, err)
	}
	return "这张卡片" + became(d, mechanism.DateOf(tx.Now)), false, nil
}

// nameOf names a person with the unit: 下涯镇陈某.
func nameOf(roster *store.Roster, person string) string {
	if p, ok := roster.Person(person); ok {
		return p.Unit + p.Name
	}
	return "名册中已没有的人"
}

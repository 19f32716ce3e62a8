package notify

import (
	"fmt"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// DrawFacts is Draw with the project's facts in place of the news: what [查看项目] shows. The card's own buttons stay.
func (n *Notifier) DrawFacts(tx *store.Tx, cardID, viewer string) (bot.Card, error) {
	d, err := tx.Delivery(cardID)
	if err != nil {
		return bot.Card{}, fmt.Errorf("read card %s: %w", cardID, err)
	}
	drawn, err := n.picture(tx, d, viewer)
	if err != nil {
		return bot.Card{}, fmt.Errorf("draw card %s: %w", cardID, err)
	}
	p, err := tx.Project(d.Project)
	if err != nil {
		return bot.Card{}, fmt.Errorf("read project %s: %w", d.Project, err)
	}
	facts, err := n.facts(&p, p.Case(d.Case), tx.Now)
	if err != nil {
		return bot.Card{}, err
	}
	facts.Level = drawn.card.Level
	drawn.card = facts
	return n.attach(tx, d, drawn)
}

// facts draws what is known of a project, and of one of its cases when there is one.
func (n *Notifier) facts(p *mechanism.Project, c *mechanism.Case, now time.Time) (bot.Card, error) {
	today := mechanism.DateOf(now)
	v := n.projectView(p, today)
	if c != nil {
		v = n.caseView(p, c, c.Push, today)
	}
	v.AsOf = day(today, today) + moment(now, today)
	for i := range p.Cases {
		if other := &p.Cases[i]; (c == nil || other.Seq != c.Seq) && other.State.Open() {
			v.Items = append(v.Items, fmt.Sprintf("另有%s:%s,%s,第%d次推送。", colour(other.Level), other.Stage, other.State, other.Push))
		}
	}
	card, err := compose("facts", v)
	if err != nil {
		return bot.Card{}, err
	}
	if c != nil {
		card.Tips = joinTips(card.Tips, marks(c))
	}
	card.Tips = joinTips(card.Tips, n.Notice)
	return card, nil
}

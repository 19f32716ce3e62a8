package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// digest draws what is still news of the cards that it stands for, by due date.
func (s subject) digest() (picture, error) {
	all, err := s.digested()
	if err != nil {
		return picture{}, err
	}
	if len(all) == 0 {
		return picture{stale: "摘要所列的事项都已办结,不再发送。"}, nil
	}
	v := view{Total: len(all), AsOf: day(s.today, s.today) + moment(s.tx.Now, s.today)}
	var drawn picture
	v.Items, drawn.choices = s.n.page(s.d, all, 0)
	drawn.card, err = compose("digest", v)
	return drawn, err
}

// page is Numbered with a button for the rest, which takes the place of the last matter where there is no room for both.
func (n *Notifier) page(digest store.Delivery, all []Matter, shown int) (lines []string, choices []Choice) {
	lines, choices = n.Numbered(digest.Platform, all, shown)
	if shown+len(lines) == len(all) {
		return lines, choices
	}
	if p, ok := n.Platforms[digest.Platform]; ok && len(choices) >= p.Traits().MaxButtons {
		lines, choices = lines[:len(lines)-1], choices[:len(choices)-1]
	}
	shown += len(lines)
	return lines, append(choices, Choice{
		Label: fmt.Sprintf("其余%d件", len(all)-shown), Act: ActMore, Arg: digest.ID + "|" + strconv.Itoa(shown),
	})
}

// digested gives what a digest lists now, the earliest due first; what asks for nothing comes last, red before orange.
func (s subject) digested() ([]Matter, error) {
	roster, err := s.tx.Roster()
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	by := roster.Actor(s.d.Person)
	var all []Matter
	for _, id := range s.more.Items {
		d, err := s.tx.Delivery(id)
		if err != nil {
			return nil, fmt.Errorf("read card %s: %w", id, err)
		}
		item, err := s.n.subject(s.tx, d, d.Person)
		if err != nil {
			return nil, err
		}
		m, news, err := item.inBrief(by)
		if err != nil {
			return nil, fmt.Errorf("draw card %s: %w", id, err)
		}
		if news {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b Matter) int {
		return cmp.Or(cmp.Compare(latest(a.Due), latest(b.Due)), cmp.Compare(rank(a.Level), rank(b.Level)))
	})
	return all, nil
}

// latest puts what is not due after everything that is.
func latest(due mechanism.Date) mechanism.Date {
	if due.IsZero() {
		return mechanism.NewDate(9999, 12, 31)
	}
	return due
}

func rank(l mechanism.Level) int {
	return slices.Index([]mechanism.Level{mechanism.Red, mechanism.Orange, ""}, l)
}

// inBrief says in a line what a card is about; news is false when events have overtaken it.
func (s subject) inBrief(by mechanism.Actor) (m Matter, news bool, err error) {
	drawn, err := s.draw()
	if err != nil || drawn.stale != "" {
		return m, false, err
	}
	m = Matter{Text: drawn.card.Title, Open: Choice{Label: "打开", Act: ActOpen, Arg: s.d.ID}}
	if mechanism.Kind(s.d.Kind) == mechanism.KindAlarm {
		m.Text += ":" + cut(30, drawn.card.Lines[0].String())
	}
	if s.p != nil && s.p.Name != "" {
		m.Open.Label += " " + cut(8, s.p.Name)
	} else if word, _, ok := strings.Cut(strings.TrimPrefix(m.Text, "【"), "】"); ok { // a list is about no one project
		m.Open.Label += " " + word
	}
	if s.c == nil || !s.c.State.Open() {
		return m, true, nil
	}
	m.Level = s.c.Level
	if mechanism.Kind(s.d.Kind) == mechanism.KindPush && slices.Contains(mechanism.DutiesOf(s.c, by), s.c.Turn()) {
		if asked, ok := s.n.asked(standing{s.p, s.c, by, s.today}); ok {
			m.Due, m.Text = asked.Due, asked.Text
		}
	}
	return m, true, nil
}

// Open sends a person the card of a digest's item, in answer to a press, and says so; or why there is nothing to send.
func (n *Notifier) Open(tx *store.Tx, id, person string) (said string, err error) {
	d, err := tx.Delivery(id)
	if err != nil {
		return "", fmt.Errorf("read card %s: %w", id, err)
	}
	if d.Person != person {
		return "这张卡片是发给另一位同志的,不能打开。", nil
	}
	drawn, err := n.picture(tx, d, person)
	if err != nil || drawn.stale != "" {
		return drawn.stale, err
	}
	key := "open/" + d.ID
	added, err := tx.Enqueue(store.Delivery{
		ID: cardID(key), Key: key, Lane: d.Lane, Talk: true, Effect: d.Effect, Platform: d.Platform, Address: d.Address, Person: d.Person,
		Kind: d.Kind, Project: d.Project, Case: d.Case, Push: d.Push, Duties: d.Duties, Params: d.Params,
		Urgency: int(mechanism.Now), NotBefore: tx.Now,
	})
	if err != nil {
		return "", fmt.Errorf("open card %s: %w", id, err)
	}
	tx.AfterCommit(n.Wake)
	if !added {
		return "这张卡片已经打开过,请在上面的聊天记录中办理:" + drawn.card.Title, nil
	}
	return "已打开,请在新发的卡片上办理:" + drawn.card.Title, nil
}

// More sends a person the rest of a digest, from the matter after the first shown, as a card of its own; a key is
// answered once.
func (n *Notifier) More(tx *store.Tx, id string, shown int, key string) error {
	d, err := tx.Delivery(id)
	if err != nil {
		return fmt.Errorf("read card %s: %w", id, err)
	}
	s, err := n.subject(tx, d, d.Person)
	if err != nil {
		return err
	}
	all, err := s.digested()
	if err != nil {
		return err
	}
	q := Question{Title: "【摘要】其余事项", Key: key}
	var lines []string
	lines, q.Buttons = n.page(d, all, min(shown, len(all)))
	for _, line := range lines {
		q.Lines = append(q.Lines, bot.Say(line))
	}
	return n.Ask(tx, d.Platform, d.Person, q)
}

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
	v := view{Total: len(all), AsOf: day(s.today, s.today) + moment(s.tx.Now, s.today), InGroup: s.d.Person == ""}
	var drawn picture
	if v.Items, drawn.choices, err = s.page(all, 0); err != nil {
		return picture{}, err
	}
	drawn.card, err = compose("digest", v)
	return drawn, err
}

// page numbers what one card holds, from the item after the first shown, with a button for the rest, which takes the
// place of the last item where there is no room for both. Only what stands on the card is put into words.
func (s subject) page(all []item, shown int) (lines []string, choices []Choice, err error) {
	var matters []Matter
	for _, it := range all[shown:min(len(all), shown+mostListed)] {
		if err := it.say(); err != nil {
			return nil, nil, fmt.Errorf("draw card %s: %w", it.d.ID, err)
		}
		matters = append(matters, it.Matter)
	}
	lines, choices = s.n.paged(s.d.Platform, matters, shown, func(seen int) *Choice {
		if seen == len(all) {
			return nil
		}
		return &Choice{Label: fmt.Sprintf("其余%d件", len(all)-seen), Act: ActMore, Arg: s.d.ID + "|" + strconv.Itoa(seen)}
	})
	return lines, choices, nil
}

// item is a card that a digest stands for.
type item struct {
	subject
	Matter // without Text until it is said, except where the weight is in the words
}

// digested gives what a digest lists now, the earliest due first; what asks for nothing comes last, red before orange.
// Of several reminders the first reminds of everything since.
func (s subject) digested() ([]item, error) {
	roster, err := s.tx.Roster()
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	by := roster.Actor(s.d.Person)
	cards, err := s.tx.Gathered(s.d.ID)
	if err != nil {
		return nil, err
	}
	var all []item
	reminded := false
	for _, d := range cards {
		if out(roster, d) != "" && s.d.State != store.DeliveryDead { // what did not arrive is told whole, to 专班 only
			continue
		}
		if mechanism.Kind(d.Kind) == mechanism.KindReminder {
			if reminded {
				continue
			}
			reminded = true
		}
		about, err := s.n.subject(s.tx, d, d.Person)
		if err != nil {
			return nil, err
		}
		it, news, err := about.weigh(by)
		if err != nil {
			return nil, fmt.Errorf("draw card %s: %w", d.ID, err)
		}
		if news {
			all = append(all, it)
		}
	}
	slices.SortStableFunc(all, func(a, b item) int {
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

// weigh tells where a card belongs in a digest that by reads; news is false when events have overtaken it.
func (s subject) weigh(by mechanism.Actor) (it item, news bool, err error) {
	it.subject = s
	if s.c == nil {
		drawn, err := s.draw()
		return it, err == nil && drawn.stale == "", err
	}
	kind := mechanism.Kind(s.d.Kind)
	if _, _, stale := s.caseDraft(kind); stale != "" {
		return it, false, nil
	}
	if !s.c.State.Open() {
		return it, true, nil
	}
	now := standing{s.p, s.c, by, s.today}
	switch {
	case kind == mechanism.KindEscalation:
		it.Matter = s.n.called(now)
	case (kind == mechanism.KindPush || kind == mechanism.KindUrged) && slices.Contains(mechanism.DutiesOf(s.c, by), s.c.Turn()):
		it.Matter, _ = s.n.asked(now)
	case kind == mechanism.KindPush:
		it.Text = now.followed()
	}
	if kind == mechanism.KindUrged && it.Text != "" {
		it.Text = "【催办】" + it.Text
	}
	it.Level = s.c.Level
	return it, true, nil
}

// say puts an item into words: a line, and the button that opens its card.
func (it *item) say() error {
	if it.Text == "" {
		drawn, err := it.draw()
		if err != nil {
			return err
		}
		it.Text = drawn.card.Title
		if toldOnly(it.d) {
			it.Text += ":" + cut(30, strings.TrimPrefix(drawn.card.Lines[0].String(), "卡片:"))
		}
	}
	it.Open = Choice{Label: "打开", Act: ActOpen, Arg: it.d.ID}
	if it.p != nil && it.p.Name != "" {
		it.Open.Label += " " + cut(8, it.p.Name)
	} else if word, _, ok := strings.Cut(strings.TrimPrefix(it.Text, "【"), "】"); ok { // a list is about no one project
		it.Open.Label += " " + word
	}
	return nil
}

// Open sends a person the card of a digest's item, in answer to a press, and says so; or why there is nothing to send.
// A card of a group goes to whoever presses, one-to-one; the caller has checked that they may see it.
func (n *Notifier) Open(tx *store.Tx, id, person string) (said string, err error) {
	d, err := tx.Delivery(id)
	if err != nil {
		return "", fmt.Errorf("read card %s: %w", id, err)
	}
	if d.Person != "" && d.Person != person {
		return "这张卡片是发给另一位同志的,不能打开。", nil
	}
	if in, err := n.InCharge(tx, d); err != nil || !in {
		return "这件事项现在由原单位其他同志负责,不能打开。", err
	}
	drawn, err := n.picture(tx, d, person)
	if err != nil || drawn.stale != "" {
		return drawn.stale, err
	}
	opened, err := toPerson(tx, d.Platform, person)
	if err != nil {
		return "", fmt.Errorf("open card %s: %w", id, err)
	}
	opened.Key = "open/" + d.ID
	if d.Person == "" {
		opened.Key += "/" + person
	}
	opened.ID, opened.Talk, opened.Effect, opened.Kind = cardID(opened.Key), true, d.Effect, d.Kind
	opened.Project, opened.Case, opened.Push, opened.Duties, opened.Params = d.Project, d.Case, d.Push, d.Duties, d.Params
	added, err := tx.Enqueue(opened)
	if err != nil {
		return "", fmt.Errorf("open card %s: %w", id, err)
	}
	tx.AfterCommit(n.Wake)
	if !added {
		return "这张卡片已经打开过,请在上面的聊天记录中办理:" + drawn.card.Title, nil
	}
	return "已打开,请在新发的卡片上办理:" + drawn.card.Title, nil
}

// More sends a person the rest of a digest, from the item after the first shown, as a card of its own; a key is answered
// once. Of a group's digest it tells what sees allows. False: nothing is left to tell.
func (n *Notifier) More(tx *store.Tx, id, person string, shown int, key string, sees func(*mechanism.Project, mechanism.Stage) bool) (sent bool, err error) {
	d, err := tx.Delivery(id)
	if err != nil {
		return false, fmt.Errorf("read card %s: %w", id, err)
	}
	s, err := n.subject(tx, d, person)
	if err != nil {
		return false, err
	}
	all, err := s.digested()
	if err != nil {
		return false, err
	}
	shown = min(shown, len(all))
	if d.Person == "" {
		all = append(all[:shown], slices.DeleteFunc(all[shown:], func(it item) bool { return it.c != nil && !sees(it.p, it.c.Stage) })...)
	}
	if shown == len(all) {
		return false, nil
	}
	q := Question{Title: "【摘要】其余事项", Key: key}
	lines, choices, err := s.page(all, shown)
	if err != nil {
		return false, err
	}
	q.Buttons = choices
	for _, line := range lines {
		q.Lines = append(q.Lines, bot.Say(line))
	}
	return true, n.Ask(tx, d.Platform, person, q)
}

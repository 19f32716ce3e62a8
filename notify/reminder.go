package notify

import (
	"encoding/json"
	"fmt"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// reminder draws what its reader is reminded of and has not done yet. When that is nothing, there is no reminder any
// more: it stops the moment the act is done.
func (s subject) reminder() (picture, error) {
	roster, err := s.tx.Roster()
	if err != nil {
		return picture{}, fmt.Errorf("read roster: %w", err)
	}
	left, err := s.n.reminded(s.tx, roster.Actor(s.d.Person), s.more.On)
	if err != nil {
		return picture{}, err
	}
	name := ""
	if len(left) == 1 { // the title says what it is about
		name = left[0].About
		left[0].Text = strings.TrimPrefix(left[0].Text, name+":")
	}
	v := view{Name: name, Total: len(left), AsOf: day(s.today, s.today) + moment(s.tx.Now, s.today)}
	var drawn picture
	v.Items, drawn.choices = s.n.Numbered(s.d.Platform, left, 0)
	v.More = len(left) - len(v.Items)
	if len(left) == 0 {
		drawn.stale = "提醒的事项都已办理,不再提醒。"
	}
	drawn.card, err = compose("reminder", v)
	return drawn, err
}

// remind makes of what a person is reminded of on one day one delivery about no single project. It takes the place of
// an earlier one that still waits, and reminds of what that one would have.
func (b *batch) remind(d *store.Delivery, more *params) error {
	d.Key, d.Project, d.Case, d.Push, d.Duties = fmt.Sprintf("reminder/%s/%s", mechanism.DateOf(d.NotBefore), d.Person), "", 0, 0, nil
	waiting, err := b.tx.WaitingReminders(d.Lane)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if w.Key == d.Key {
			continue
		}
		var earlier params
		if err := json.Unmarshal(w.Params, &earlier); err != nil {
			return fmt.Errorf("read parameters: %w", err)
		}
		more.On = min(more.On, earlier.On)
		if _, err := b.tx.Supersede(store.DeliveryFilter{Card: w.ID, Effect: store.EffectCard}, "已并入次日的提醒。"); err != nil {
			return err
		}
	}
	return nil
}

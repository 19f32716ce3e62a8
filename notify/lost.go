package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// lostGroup deals with a group that the platform no longer reaches: the robot was removed from it, or it was dissolved.
// The binding is taken out of the roster, the same text goes one-to-one to those who stand in for the group, and 专班
// learns how to bind it again.
func (n *Notifier) lostGroup(tx *store.Tx, d store.Delivery, group string) error {
	held, err := tx.Settle(d.ID, d.Epoch, store.Outcome{State: store.DeliverySuperseded, Reason: "机器人已不在该群,或群已解散,改为单发。"})
	if err != nil || !held {
		return err
	}
	if err := n.forgetGroup(tx, d.Platform, group); err != nil {
		return err
	}
	lost := []store.Delivery{d}
	if mechanism.Kind(d.Kind) == mechanism.KindDigest {
		if lost, err = tx.Gathered(d.ID); err != nil {
			return err
		}
	}
	for _, card := range lost {
		if err := n.tellInstead(tx, card, group); err != nil {
			return err
		}
	}
	return nil
}

// tellInstead sends what a lost group was to be told to those who stand in for it.
func (n *Notifier) tellInstead(tx *store.Tx, d store.Delivery, group string) error {
	b, err := n.newBatch(tx, d.Project)
	if err != nil {
		return err
	}
	note, err := noteOf(d)
	if err != nil {
		return err
	}
	f := n.who(b.roster, note.To) // the roster no longer has the group
	for _, to := range f.to {
		b.merge(to, note)
	}
	unit, tier := note.To.Unit, note.To.Tier
	alarm := mechanism.Notification{
		Kind: mechanism.KindAlarm, Project: d.Project, On: mechanism.DateOf(tx.Now), To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
		Alarm: fmt.Sprintf("机器人已不在%s第%s级协调群,或该群已解散,%s请把机器人加回群里,由专班在群里发“@骏马 绑定 %s %d”。",
			unit, numeral(tier), meanwhile(unit, len(f.to)), unit, tier),
	}
	alarm.Key = fmt.Sprintf("alarm/%s/%s", f.about, alarm.On) // with the day's alarm about the unbound group it is one
	for _, to := range n.people(b.roster.TaskForce()) {
		b.merge(to, alarm)
	}
	return b.postAll()
}

// meanwhile says who is told in the place of a lost group.
func meanwhile(unit string, substitutes int) string {
	switch {
	case unit == string(store.UnitCity): // the leaders are told one-to-one by a notification of their own
		return "呈阅件只单发分管市领导。"
	case substitutes == 0:
		return "该单位也没有可送达的责任领导和联系人,协调件未能送达,请补登。"
	}
	return "协调件已改为单发该单位责任领导和联系人。"
}

// noteOf gives the notification that a card was made from, its duty left out.
func noteOf(d store.Delivery) (mechanism.Notification, error) {
	var more params
	if err := json.Unmarshal(d.Params, &more); err != nil {
		return mechanism.Notification{}, fmt.Errorf("read parameters: %w", err)
	}
	return mechanism.Notification{
		Kind: mechanism.Kind(d.Kind), Project: d.Project, Case: d.Case, Push: d.Push,
		Key: strings.TrimSuffix(d.Key, "/"+recipient{person: d.Person, address: bot.Address{Group: groupOf(d)}}.id()),
		To:  mechanism.Addressee{Unit: more.Unit, Tier: more.Tier, Role: more.Role, Sector: more.Sector}, On: more.On, Urgency: mechanism.Urgency(d.Urgency),
	}, nil
}

// newBatch begins a batch about a project as it is now; project may be "".
func (n *Notifier) newBatch(tx *store.Tx, project string) (*batch, error) {
	roster, err := tx.Roster()
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	b := &batch{n: n, tx: tx, roster: roster, at: map[string]int{}}
	if project == "" {
		return b, nil
	}
	p, err := tx.Project(project)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read project %s: %w", project, err)
	}
	if err == nil {
		b.p = &p
	}
	return b, nil
}

// forgetGroup takes a platform's group out of the roster wherever it is bound.
func (n *Notifier) forgetGroup(tx *store.Tx, platform, group string) error {
	roster, err := tx.Roster()
	if err != nil {
		return fmt.Errorf("read roster: %w", err)
	}
	var change store.RosterChange
	for _, g := range roster.Groups {
		if g.IDs[platform] == group {
			g.IDs = map[string]string{platform: ""}
			change.Groups = append(change.Groups, g)
		}
	}
	if len(change.Groups) == 0 {
		return nil
	}
	if err := tx.SaveRoster(change); err != nil {
		return fmt.Errorf("forget a group: %w", err)
	}
	n.Log.Warn("a group is not reachable any more", "platform", platform, "bindings", len(change.Groups))
	return nil
}

// groupOf gives the group a delivery is addressed to; "" for a person.
func groupOf(d store.Delivery) string {
	var to bot.Address
	if err := json.Unmarshal(d.Address, &to); err != nil {
		return ""
	}
	return to.Group
}

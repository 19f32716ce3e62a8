package notify

import (
	"slices"

	"junma/mechanism"
	"junma/store"
)

// What a card says of itself whose reader is not the one to be told any more.
const (
	readerLeft  = "收件人已离任或没有账号,改发现在的收件人。"
	readerMoved = "收件人已不在该单位任职,改发现在的收件人。"
	groupGone   = "该群已不是协调群,改发现在的收件人。"
)

// out says why the reader of a card is not to be told any more what stands on it: somebody who has left the unit
// since, a group that is not bound any more. "" = they are; what answers a person always goes to that person.
func out(roster *store.Roster, d store.Delivery) string {
	if d.Effect != store.EffectCard || mechanism.Kind(d.Kind) == mechanism.KindDialogue {
		return ""
	}
	if group := groupOf(d); group != "" {
		bound := func(g store.Group) bool { return g.Active && g.IDs[d.Platform] == group }
		if slices.ContainsFunc(roster.Groups, bound) {
			return ""
		}
		return groupGone
	}
	p, known := roster.Person(d.Person)
	if !known || !p.Active || len(p.Accounts) == 0 {
		return readerLeft
	}
	if kind := mechanism.Kind(d.Kind); kind == mechanism.KindReminder || kind == mechanism.KindDigest {
		return "" // it lists what is the person's own when it is drawn
	}
	told := paramsOf(d)
	still := func(o mechanism.Office) bool {
		if told.Role == mechanism.RoleTaskForce || told.Role == mechanism.RoleCity {
			return o.Role == told.Role
		}
		return told.Unit == "" || o.Unit == told.Unit
	}
	if !slices.ContainsFunc(p.Held(), still) {
		return readerMoved
	}
	return ""
}

// presentAccount gives the account that the roster has now for a card's reader: it may have been put right since.
func presentAccount(tx *store.Tx, d store.Delivery, user string) (string, error) {
	roster, err := tx.Roster()
	if err != nil {
		return "", err
	}
	if p, known := roster.Person(d.Person); known && p.Accounts[d.Platform] != "" {
		return p.Accounts[d.Platform], nil
	}
	return user, nil
}

// InCharge reports whether the reader of a card is still to be told what stands on it: neither out of the unit since, nor a
// group that is not bound any more.
func (n *Notifier) InCharge(tx *store.Tx, d store.Delivery) (bool, error) {
	roster, err := tx.Roster()
	if err != nil {
		return false, err
	}
	return out(roster, d) == "", nil
}

// redirect tells those who are in charge now what a card was to tell a reader who is out; of a digest, each such card.
// somebody is false when nobody is in charge; 专班 learns of that. It does nothing twice.
func (n *Notifier) redirect(tx *store.Tx, d store.Delivery) (somebody bool, err error) {
	roster, err := tx.Roster()
	if err != nil {
		return false, err
	}
	cards := []store.Delivery{d}
	if mechanism.Kind(d.Kind) == mechanism.KindDigest {
		if cards, err = tx.Gathered(d.ID); err != nil {
			return false, err
		}
	}
	for _, card := range cards {
		if out(roster, card) == "" {
			continue
		}
		told, err := n.tellWhoIsIn(tx, card)
		if err != nil {
			return false, err
		}
		somebody = somebody || told
	}
	return somebody, nil
}

// tellWhoIsIn enqueues a card anew for those to whom its notification would go now. A reminder is not: it was about what
// the person had to do. Nor is what all of 专班 are told.
func (n *Notifier) tellWhoIsIn(tx *store.Tx, d store.Delivery) (somebody bool, err error) {
	note, err := noteOf(d)
	if err != nil {
		return false, err
	}
	b, err := n.newBatch(tx, d.Project)
	if err != nil {
		return false, err
	}
	somebody = len(n.who(b.roster, note.To).to) > 0
	if note.Kind == mechanism.KindReminder || note.To.Role == mechanism.RoleTaskForce {
		return somebody, nil
	}
	for _, duty := range append(paramsOf(d).Duties, "")[:max(1, len(d.Duties))] {
		note.To.Duty = duty
		b.add(note)
	}
	return somebody, b.postAll()
}

// reader sees whether a card's reader is still to be told, and a digest's of each of its cards. Where not, those in charge
// now are told; why is the reason not to send it.
func (n *Notifier) reader(tx *store.Tx, d store.Delivery) (why string, err error) {
	if d.Talk {
		return "", nil // it answers what the person did just now
	}
	roster, err := tx.Roster()
	if err != nil {
		return "", err
	}
	why = out(roster, d)
	if why != "" || mechanism.Kind(d.Kind) == mechanism.KindDigest {
		_, err = n.redirect(tx, d)
	}
	return why, err
}

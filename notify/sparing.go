package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"junma/mechanism"
	"junma/store"
)

// proactive reports whether nobody asked for a delivery and it may wait for message hours. Only such cards are gathered
// and counted: tier 3, turns, returns and answers never are.
func proactive(d store.Delivery) bool {
	return d.Effect == store.EffectCard && d.Person != "" && mechanism.Urgency(d.Urgency) == mechanism.Routine
}

// spare keeps a person from getting too many cards (D.4): when more than [push] digest are due at once, or a digest is
// among several, one digest takes their place; and when [push] daily of them have gone out today, all that are due join
// the digest of the next workday. It says why a claimed delivery is not sent itself; "" = it is.
func (n *Notifier) spare(tx *store.Tx, d store.Delivery) (reason string, err error) {
	rules := n.Book.Spec().Push
	if !proactive(d) || rules.Digest == 0 && rules.Daily == 0 {
		return "", nil
	}
	waiting, err := tx.WaitingCards(d.Person)
	if err != nil {
		return "", err
	}
	spent, err := n.spent(tx, d, rules.Daily)
	if err != nil {
		return "", err
	}
	due, digests := []store.Delivery{d}, 0
	for _, w := range waiting {
		digest := mechanism.Kind(w.Kind) == mechanism.KindDigest
		switch {
		case w.Lane != d.Lane || spent && mechanism.Kind(w.Kind) == mechanism.KindHeld:
		case digest && spent, !w.NotBefore.After(tx.Now):
			due = append(due, w)
		}
	}
	for _, each := range due {
		if mechanism.Kind(each.Kind) == mechanism.KindDigest {
			digests++
		}
	}
	switch {
	case spent:
		reason = fmt.Sprintf("今日已发%d张,并入下一工作日的摘要卡。", rules.Daily)
		return reason, n.gather(tx, due, n.nextMorning(tx.Now, d.Person), reason)
	case rules.Digest > 0 && (len(due) > rules.Digest || digests > 0 && len(due) > 1):
		reason = "同时有几张要发,并入一张摘要卡。"
		return reason, n.gather(tx, due, tx.Now, reason)
	}
	return "", nil
}

// spent reports whether a person has been sent as many cards today as a day may bring. A text that 专班 may still hold
// back goes out all the same: tomorrow it would be too late.
func (n *Notifier) spent(tx *store.Tx, d store.Delivery, daily int) (bool, error) {
	if daily == 0 || mechanism.Kind(d.Kind) == mechanism.KindHeld {
		return false, nil
	}
	sent, err := tx.SentCards(d.Person, mechanism.DateOf(tx.Now).Time())
	return sent >= daily, err
}

// nextMorning gives when a person's messages go out on the next day that has message hours.
func (n *Notifier) nextMorning(now time.Time, person string) time.Time {
	morning := (mechanism.DateOf(now) + 1).Time()
	at := n.Hours.Next(morning, mechanism.Routine, n.Book)
	if at.After(morning) {
		at = at.Add(spread(person, n.Hours))
	}
	return at
}

// gather puts one digest in the place of the first of due, which is claimed, and of the others, which wait. An older
// digest dissolves in it. Of several reminders it keeps the first, which reminds of everything since.
func (n *Notifier) gather(tx *store.Tx, due []store.Delivery, at time.Time, reason string) error {
	var items []string
	reminded := false
	for i, d := range due {
		switch mechanism.Kind(d.Kind) {
		case mechanism.KindDigest:
			var older params
			if err := json.Unmarshal(d.Params, &older); err != nil {
				return fmt.Errorf("read parameters: %w", err)
			}
			items = append(items, older.Items...)
		case mechanism.KindReminder:
			if !reminded {
				items = append(items, d.ID)
			}
			reminded = true
		default:
			items = append(items, d.ID)
		}
		if i == 0 {
			continue
		}
		if _, err := tx.Supersede(store.DeliveryFilter{Card: d.ID, Effect: store.EffectCard}, reason); err != nil {
			return err
		}
	}
	more, err := json.Marshal(params{On: mechanism.DateOf(at), Items: items})
	if err != nil {
		return fmt.Errorf("encode parameters: %w", err)
	}
	first := due[0]
	key := fmt.Sprintf("digest/%s/%s/%s", mechanism.DateOf(at), first.Person, cardID(strings.Join(items, "/")))
	added, err := tx.Enqueue(store.Delivery{
		ID: cardID(key), Key: key, Lane: first.Lane, Effect: store.EffectCard, Platform: first.Platform, Address: first.Address,
		Person: first.Person, Kind: string(mechanism.KindDigest), Params: more, Urgency: int(mechanism.Routine), NotBefore: at, Reason: reason,
	})
	if err == nil && !added {
		err = fmt.Errorf("digest %s is there already", key)
	}
	return err
}

package notify

import (
	"encoding/json"
	"fmt"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// calm reports whether nobody asked for a card and it may wait for message hours. Only such cards are gathered: tier 3,
// turns, returns and answers never are, nor is a text that 专班 may hold back for some minutes only.
func calm(d store.Delivery) bool {
	return d.Effect == store.EffectCard && mechanism.Urgency(d.Urgency) == mechanism.Routine && mechanism.Kind(d.Kind) != mechanism.KindHeld
}

// spare keeps a person or a group from getting too many cards (D.4), and the platform from refusing them. It gives how a
// claimed delivery ends when it is not sent itself now, or nil when it is.
//
//   - When more than [push] digest are due in one lane, or a digest is among several, one digest takes their place.
//   - When a person has been sent [push] daily today, all that are due join the digest of the next workday.
//   - When a conversation has had all that the platform takes in a minute, all that are due join the digest of the next
//     minute; a card that is never gathered waits until then.
func (n *Notifier) spare(tx *store.Tx, d store.Delivery, traits bot.Traits) (*store.Outcome, error) {
	if d.Effect != store.EffectCard || d.Talk {
		return nil, nil
	}
	at, reason, err := n.crowded(tx, d, traits)
	if err != nil {
		return nil, err
	}
	rules := n.Book.Spec().Push
	digest := mechanism.Kind(d.Kind) == mechanism.KindDigest
	if !calm(d) || digest || rules.Digest == 0 && rules.Daily == 0 {
		switch {
		case !at.IsZero():
			return &store.Outcome{State: store.DeliveryWaiting, Reason: reason, NotBefore: at, Uncounted: true}, nil
		case digest:
			return nil, tx.Gather(d.ID, d.Lane, gathered)
		}
		return nil, nil
	}
	full := !at.IsZero()
	if !full {
		at, reason = tx.Now, gathered
	}
	crowd, err := tx.Crowd(d.Lane, at)
	if err != nil || !full && crowd.Digest == "" && (rules.Digest == 0 || crowd.Due < rules.Digest) {
		return nil, err
	}
	return &store.Outcome{State: store.DeliverySuperseded, Reason: reason}, n.gather(tx, d, crowd.Digest, at, reason)
}

// gathered is why a card does not come alone.
const gathered = "同时有几张要发,并入一张摘要卡。"

// crowded tells when there will be room for one more card in a lane, and why there is none now; zero = there is.
func (n *Notifier) crowded(tx *store.Tx, d store.Delivery, traits bot.Traits) (at time.Time, reason string, err error) {
	if daily := n.Book.Spec().Push.Daily; daily > 0 && d.Person != "" && calm(d) {
		sent, err := tx.SentCards(d.Lane, mechanism.DateOf(tx.Now).Time())
		if err != nil {
			return at, "", err
		}
		if sent >= daily {
			return n.nextMorning(tx.Now, d.Person), fmt.Sprintf("今日已发%d张,并入下一工作日的摘要卡。", daily), nil
		}
	}
	if traits.PerMinute == 0 {
		return at, "", nil
	}
	first, err := tx.SentBack(d.Lane, traits.PerMinute)
	if err != nil || first.IsZero() || first.After(tx.Now) || tx.Now.Sub(first) >= time.Minute { // later than now: the clock was set back
		return at, "", err
	}
	return first.Add(time.Minute), fmt.Sprintf("一分钟内已发%d张,随后再发。", traits.PerMinute), nil
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

// gather puts a claimed card, and what else is due in its lane, into a digest that goes out at an instant: the one that
// waits, or a new one.
func (n *Notifier) gather(tx *store.Tx, first store.Delivery, digest string, at time.Time, reason string) error {
	if digest == "" {
		of := params{On: mechanism.DateOf(at)}
		if first.Person == "" { // which group it is
			told := paramsOf(first)
			of.Unit, of.Tier = told.Unit, told.Tier
		}
		more, err := json.Marshal(of)
		if err != nil {
			return fmt.Errorf("encode parameters: %w", err)
		}
		key := "digest/" + first.ID // a card is gathered once
		digest = cardID(key)
		if _, err := tx.Enqueue(store.Delivery{
			ID: digest, Key: key, Lane: first.Lane, Effect: store.EffectCard, Platform: first.Platform, Address: first.Address,
			Person: first.Person, Kind: string(mechanism.KindDigest), Params: more, Urgency: int(mechanism.Routine), NotBefore: at, Reason: reason,
		}); err != nil {
			return err
		}
	}
	return tx.Gather(digest, first.Lane, reason, first.ID)
}

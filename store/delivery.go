package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// DeliveryState is how far an effect on a platform has come. Waiting, Sending and Unknown are open, the others final.
//
//	waiting ──claim──► sending ──settle──► sent | dead | superseded
//	   ▲                  │ ▲
//	   └── waiting(later) ┘ └─claim─ unknown ◄── settle, or the process died
type DeliveryState string

// The states of a delivery.
const (
	// DeliveryWaiting waits for its hour, for its lane, or for another attempt after a definite refusal.
	DeliveryWaiting DeliveryState = "waiting"
	// DeliverySending is claimed: somebody holds a lease on it and may be talking to the platform.
	DeliverySending DeliveryState = "sending"
	// DeliveryUnknown was tried and may or may not have arrived, or arrive yet; it is tried again with the same id and bytes.
	DeliveryUnknown DeliveryState = "unknown"
	// DeliverySent has the platform's receipt.
	DeliverySent DeliveryState = "sent"
	// DeliveryDead is given up, for the reason it names.
	DeliveryDead DeliveryState = "dead"
	// DeliverySuperseded was overtaken by events before it was sent.
	DeliverySuperseded DeliveryState = "superseded"
)

// Effect is what a delivery does to a platform.
type Effect string

// The effects.
const (
	EffectCard   Effect = "card"   // a new card
	EffectRedraw Effect = "redraw" // the present state on a card that was sent
	EffectReply  Effect = "reply"  // an answer in a conversation
	EffectFetch  Effect = "fetch"  // bring a file that a person sent
	EffectFile   Effect = "file"   // bring a file to a person
)

// Delivery is one effect on a platform, from the transaction that wants it to the receipt that proves it.
type Delivery struct {
	ID        string // ours, at most 64 characters, given when empty; of a card it is the card's id
	Key       string // unique: the same thing told twice is one delivery
	Lane      string // what has one delivery in flight at a time: platform and person, or group
	Talk      bool   // part of a conversation: goes before the rest of its lane, and not in order with it
	Effect    Effect
	Platform  string // "dingtalk" …
	Address   []byte // JSON, opaque here
	Person    string // roster id; "" for a group
	Kind      string // mechanism.Kind of the notification
	Project   string
	Case      int
	Push      int
	Duties    []string  // mechanism.Duty on whose account the person is told
	Params    []byte    // JSON, what the text needs beyond the project
	Urgency   int       // mechanism.Urgency; of several lanes the more urgent goes first
	NotBefore time.Time // business time
	Deadline  time.Time // business time; after it sending is pointless. Zero = never
	RetryAt   time.Time // machine time
	State     DeliveryState
	Reason    string    // a sentence a person can read
	Attempts  int       // claims that count; see Outcome.Uncounted
	Epoch     int64     // number of claims; every write of a sender names the one it holds
	Lease     time.Time // machine time until which a claim holds
	Payload   []byte    // the bytes of the attempt whose outcome is open
	Receipt   []byte    // the platform's, for redrawing
	Card      string    // the card that is made or redrawn; Enqueue sets it to ID for a new card
	Digest    string    // the digest that takes its place; "" = none
	CreatedAt time.Time // business time
	SentAt    time.Time // business time
}

const deliveryColumns = `id, key, lane, talk, effect, platform, address, person, kind, project, case_seq, push, duties, params,
	urgency, not_before, deadline, retry_at, state, reason, attempts, epoch, lease, payload, receipt, card, digest,
	created_at, sent_at`

func scanDelivery(row scanner) (Delivery, error) {
	var d Delivery
	var duties []byte
	var notBefore, deadline, retryAt, lease, createdAt, sentAt int64
	err := row.Scan(&d.ID, &d.Key, &d.Lane, &d.Talk, &d.Effect, &d.Platform, &d.Address, &d.Person, &d.Kind, &d.Project, &d.Case,
		&d.Push, &duties, &d.Params, &d.Urgency, &notBefore, &deadline, &retryAt, &d.State, &d.Reason, &d.Attempts,
		&d.Epoch, &lease, &d.Payload, &d.Receipt, &d.Card, &d.Digest, &createdAt, &sentAt)
	if err != nil {
		return d, err
	}
	d.NotBefore, d.Deadline, d.RetryAt = instant(notBefore), instant(deadline), instant(retryAt)
	d.Lease, d.CreatedAt, d.SentAt = instant(lease), instant(createdAt), instant(sentAt)
	if len(duties) == 0 {
		return d, nil
	}
	return d, json.Unmarshal(duties, &d.Duties)
}

// Delivery gives one delivery, or ErrNotFound.
func (v *View) Delivery(id string) (Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries WHERE id = $1`, id)
	if err != nil {
		return Delivery{}, fmt.Errorf("load delivery %s: %w", id, err)
	}
	if len(all) == 0 {
		return Delivery{}, ErrNotFound
	}
	return all[0], nil
}

// DeliveryFilter chooses deliveries; an empty field does not restrict.
type DeliveryFilter struct {
	Project   string
	Case      int
	State     DeliveryState
	Person    string
	Kind      string
	Effect    Effect
	Card      string // the card itself and what redraws it
	KeyPrefix string
	Limit     int // 0 = all
}

func (f DeliveryFilter) where() *conditions {
	c := &conditions{}
	c.equal("project", f.Project)
	if f.Case != 0 {
		c.add("case_seq = ?", f.Case)
	}
	c.equal("state", string(f.State))
	c.equal("person", f.Person)
	c.equal("kind", f.Kind)
	c.equal("effect", string(f.Effect))
	if f.Card != "" {
		c.add("(id = ? OR card = ? AND effect = 'redraw')", f.Card, f.Card)
	}
	if f.KeyPrefix != "" {
		// No key holds the last character of Unicode, so this is the range of all that begin with the prefix.
		c.add("key >= ? AND key < ?", f.KeyPrefix, f.KeyPrefix+"\U0010FFFF")
	}
	return c
}

// Deliveries gives the deliveries that f chooses, in the order in which they were enqueued.
func (v *View) Deliveries(f DeliveryFilter) ([]Delivery, error) {
	c := f.where()
	limit := f.Limit
	if limit <= 0 {
		limit = -1
	}
	c.values = append(c.values, limit)
	query := fmt.Sprintf(`SELECT `+deliveryColumns+` FROM deliveries%s ORDER BY seq LIMIT $%d`, c.text(), len(c.values))
	all, err := list(v, scanDelivery, query, c.values...) // a filter makes few texts, so they may stay prepared
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return all, nil
}

// CardsOf gives the cards of a case that were sent, with their receipts.
func (v *View) CardsOf(project string, seq int) ([]Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries
		WHERE project = $1 AND case_seq = $2 AND effect = 'card' AND state = 'sent' ORDER BY seq`, project, seq)
	if err != nil {
		return nil, fmt.Errorf("list the cards of case %d of project %s: %w", seq, project, err)
	}
	return all, nil
}

// SetReceipt keeps the receipt that the card's latest redraw returned.
func (tx *Tx) SetReceipt(card string, receipt []byte) error {
	n, err := tx.exec(`UPDATE deliveries SET receipt = $1 WHERE id = $2`, receipt, card)
	if err != nil {
		return fmt.Errorf("keep the receipt of card %s: %w", card, err)
	}
	if n == 0 {
		return fmt.Errorf("keep the receipt of card %s: %w", card, ErrNotFound)
	}
	return nil
}

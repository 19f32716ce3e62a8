package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// ClaimOptions says what a sender can take now.
type ClaimOptions struct {
	Now   time.Time     // business time: what is due
	Wall  time.Time     // machine time: whose pause or lease is over
	Lease time.Duration // how long the claim holds; longer than one attempt may take
	Limit int           // most deliveries taken
	None  []string      // platforms to leave alone
	Talk  []string      // of those, platforms whose replies are taken all the same, past whatever else waits
	One   []string      // platforms of which at most one is taken
}

// Claim takes deliveries that are due, at most one of each lane and none of a lane that has one in flight, the more
// urgent first. A lane is two queues, its conversation and the rest, each in the order of (NotBefore, enqueuing). While
// the first of a queue pauses until its RetryAt, that queue waits and the others go on: an answer never waits behind a
// card that pauses. A delivery whose lease is over is taken again. Each claim raises Epoch. While the outbox is held
// after a restore, nothing is taken.
func (tx *Tx) Claim(o ClaimOptions) ([]Delivery, error) {
	if since, err := tx.HeldSince(); err != nil || !since.IsZero() {
		return nil, err
	}
	heads, err := tx.heads(o)
	if err != nil {
		return nil, fmt.Errorf("find deliveries to claim: %w", err)
	}
	var taken []string
	full := map[string]bool{} // lanes and platforms of which no more is taken
	for _, head := range heads {
		if len(taken) == o.Limit {
			break
		}
		if full[head.lane] || full[head.platform] {
			continue
		}
		full[head.lane] = true
		full[head.platform] = slices.Contains(o.One, head.platform)
		taken = append(taken, head.id)
	}
	if len(taken) == 0 {
		return nil, nil
	}
	ids, err := json.Marshal(taken)
	if err != nil {
		return nil, err
	}
	claimed, err := list(&tx.View, scanDelivery, `UPDATE deliveries SET state = 'sending', epoch = epoch + 1,
		attempts = attempts + 1, lease = $1 WHERE id IN (SELECT value FROM json_each($2)) RETURNING `+deliveryColumns,
		ms(o.Wall.Add(o.Lease)), string(ids))
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	slices.SortFunc(claimed, func(a, b Delivery) int { return slices.Index(taken, a.ID) - slices.Index(taken, b.ID) })
	return claimed, nil
}

type head struct{ id, lane, platform string }

// heads gives the heads of queues that can be claimed, at most two of a lane, the first to take first. It costs what is
// taken and what pauses, not what waits behind the heads.
func (v *View) heads(o ClaimOptions) ([]head, error) {
	none, err := json.Marshal(append([]string{}, o.None...)) // never null
	if err != nil {
		return nil, err
	}
	all, err := list(v, scanHead, `SELECT d.id, d.lane, d.platform FROM deliveries d
		WHERE d.head = 1 AND d.not_before <= $1
			AND ((d.state <> 'sending' AND d.retry_at <= $2) OR (d.state = 'sending' AND d.lease <= $2))
			AND d.lane NOT IN (SELECT b.lane FROM deliveries b WHERE b.state = 'sending' AND b.lease > $2)
			AND d.platform NOT IN (SELECT value FROM json_each($4))
		ORDER BY d.urgency DESC, d.talk DESC, d.not_before, d.seq LIMIT $3`, ms(o.Now), ms(o.Wall), 2*o.Limit, string(none))
	if err != nil || len(o.Talk) == 0 {
		return all, err
	}
	talk, err := json.Marshal(o.Talk)
	if err != nil {
		return nil, err
	}
	replies, err := list(v, scanHead, `SELECT d.id, d.lane, d.platform FROM deliveries d
		WHERE d.state IN ('waiting', 'sending', 'unknown') AND d.state <> 'sending' AND d.talk = 1 AND d.effect = 'reply'
			AND d.not_before <= $1 AND d.retry_at <= $2
			AND d.lane NOT IN (SELECT b.lane FROM deliveries b WHERE b.state = 'sending' AND b.lease > $2)
			AND d.platform IN (SELECT value FROM json_each($4))
		ORDER BY d.seq LIMIT $3`, ms(o.Now), ms(o.Wall), 2*o.Limit, string(talk))
	return append(all, replies...), err
}

func scanHead(row scanner) (h head, err error) {
	err = row.Scan(&h.id, &h.lane, &h.platform)
	return h, err
}

// EndPauses lets the deliveries of a platform that wait for another attempt be claimed at once.
func (tx *Tx) EndPauses(platform string) error {
	_, err := tx.exec(`UPDATE deliveries SET retry_at = 0 WHERE retry_at > 0 AND platform = $1`, platform)
	if err != nil {
		return fmt.Errorf("end the pauses of %s: %w", platform, err)
	}
	return nil
}

// Freeze keeps the bytes of the attempt that is about to be made, so that it can be repeated byte for byte. False means
// that the lease was lost: do not send.
func (tx *Tx) Freeze(id string, epoch int64, payload []byte) (bool, error) {
	n, err := tx.exec(`UPDATE deliveries SET payload = $1 WHERE id = $2 AND epoch = $3 AND state = 'sending'`, payload, id, epoch)
	if err != nil {
		return false, fmt.Errorf("freeze delivery %s: %w", id, err)
	}
	return n == 1, nil
}

// Outcome is how an attempt ended.
type Outcome struct {
	State       DeliveryState // sent, unknown, waiting (try later), dead or superseded
	Reason      string        // a sentence a person can read
	RetryAt     time.Time     // machine time: not again before; zero = at once
	NotBefore   time.Time     // business time: a new hour; zero = as it was
	Receipt     []byte        // the platform's; nil = as it was
	KeepPayload bool          // keep the frozen bytes: the outcome is unknown. Otherwise the next attempt is drawn anew
	Lane        string        // it goes on in this lane; "" = as it was
	Uncounted   bool          // the attempt does not count, as when the platform asked to wait
}

// Settle records how the attempt of this epoch ended. False means that the lease was lost and somebody else answers for
// the delivery: then nothing is recorded.
func (tx *Tx) Settle(id string, epoch int64, o Outcome) (bool, error) {
	switch o.State {
	case DeliverySent, DeliveryUnknown, DeliveryWaiting, DeliveryDead, DeliverySuperseded:
	default:
		return false, fmt.Errorf("settle delivery %s: %q is no outcome", id, o.State)
	}
	var sentAt int64
	if o.State == DeliverySent {
		sentAt = ms(tx.Now)
	}
	n, err := tx.exec(`UPDATE deliveries SET state = $1, reason = $2, retry_at = $3, lease = 0, sent_at = $4,
		not_before = CASE WHEN $5 = 0 THEN not_before ELSE $5 END, receipt = COALESCE($6, receipt),
		payload = CASE WHEN $7 = 1 THEN payload ELSE NULL END, attempts = attempts - $8,
		lane = CASE WHEN $9 = '' THEN lane ELSE $9 END
		WHERE id = $10 AND epoch = $11 AND state = 'sending'`,
		string(o.State), o.Reason, ms(o.RetryAt), sentAt, ms(o.NotBefore), o.Receipt, flag(o.KeepPayload),
		flag(o.Uncounted), o.Lane, id, epoch)
	if err != nil {
		return false, fmt.Errorf("settle delivery %s: %w", id, err)
	}
	return n == 1, nil
}

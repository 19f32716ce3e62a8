package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"junma/mechanism"
)

// A calm card is one that nobody asked for and that may wait for message hours: a card of the urgency Routine. Those of
// one lane can be gathered in a digest, and they are counted. A held text is never gathered: 专班 has only minutes for it.

// calm chooses the calm cards of lane $1 that wait and whose hour comes no later than $2; $3 is Routine. The index
// deliveries_calm is for it.
const calm = ` lane = $1 AND not_before <= $2 AND urgency = $3 AND state = 'waiting' AND effect = 'card' `

// Crowd is what waits in a lane.
type Crowd struct {
	Due    int    // calm cards whose hour has come, digests and held texts not among them
	Digest string // a digest that goes out by the instant asked for; "" = none
}

// Crowd tells what waits in a lane: what is due now, and which digest goes out by an instant of business time.
func (tx *Tx) Crowd(lane string, by time.Time) (c Crowd, err error) {
	digest, held, routine := string(mechanism.KindDigest), string(mechanism.KindHeld), int(mechanism.Routine)
	err = tx.row(`SELECT COUNT(*) FROM deliveries WHERE`+calm+`AND kind NOT IN ($4, $5)`,
		args{lane, ms(tx.Now), routine, digest, held}, &c.Due)
	if err == nil {
		err = tx.row(`SELECT id FROM deliveries WHERE`+calm+`AND kind = $4 ORDER BY not_before, seq LIMIT 1`,
			args{lane, ms(by), routine, digest}, &c.Digest)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return c, fmt.Errorf("look at what waits in lane %s: %w", lane, err)
	}
	return c, nil
}

// Gather puts into a digest the deliveries named in also, as they are, and what else is due in its lane: the calm cards
// that wait, and what other digests there hold. These are superseded, for a reason that a person can read.
func (tx *Tx) Gather(digest, lane, reason string, also ...string) error {
	named, err := json.Marshal(append([]string{}, also...)) // never null
	if err != nil {
		return err
	}
	of := args{lane, ms(tx.Now), int(mechanism.Routine), digest, string(mechanism.KindDigest)}
	_, err = tx.exec(`UPDATE deliveries SET digest = $4 WHERE digest <> '' AND digest IN
		(SELECT id FROM deliveries WHERE`+calm+`AND kind = $5 AND id <> $4)`, of...)
	if err == nil {
		_, err = tx.exec(`UPDATE deliveries SET state = 'superseded', reason = $6, digest = CASE WHEN kind = $5 THEN '' ELSE $4 END
			WHERE`+calm+`AND kind <> $7 AND id <> $4`, append(of, reason, string(mechanism.KindHeld))...)
	}
	if err == nil {
		_, err = tx.exec(`UPDATE deliveries SET digest = $1 WHERE id IN (SELECT value FROM json_each($2))`, digest, string(named))
	}
	if err != nil {
		return fmt.Errorf("gather into digest %s: %w", digest, err)
	}
	return nil
}

// Gathered gives the cards whose place a digest takes, in the order in which they would have come.
func (v *View) Gathered(digest string) ([]Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries WHERE digest = $1 AND digest <> ''
		ORDER BY not_before, seq`, digest)
	if err != nil {
		return nil, fmt.Errorf("list the cards of digest %s: %w", digest, err)
	}
	return all, nil
}

// WaitingReminders gives the reminders that wait in a lane, whatever their hour, the earliest first.
func (v *View) WaitingReminders(lane string) ([]Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries
		WHERE lane = $1 AND state = 'waiting' AND kind = 'reminder' ORDER BY not_before, seq`, lane)
	if err != nil {
		return nil, fmt.Errorf("list the waiting reminders of lane %s: %w", lane, err)
	}
	return all, nil
}

// SentCards counts the calm cards that went into a lane since an instant of business time.
func (v *View) SentCards(lane string, since time.Time) (n int, err error) {
	err = v.row(`SELECT COUNT(*) FROM deliveries WHERE lane = $1 AND sent_at >= $2 AND urgency = $3 AND state = 'sent'
		AND effect = 'card'`, args{lane, ms(since), int(mechanism.Routine)}, &n)
	if err != nil {
		return 0, fmt.Errorf("count the cards sent into lane %s: %w", lane, err)
	}
	return n, nil
}

// SentBack tells when the nth card from the last went into a lane, in business time; answers to what its people did are
// not counted. Zero = there were not so many.
func (v *View) SentBack(lane string, n int) (time.Time, error) {
	var at int64
	err := v.row(`SELECT sent_at FROM deliveries WHERE lane = $1 AND talk = 0 AND state = 'sent' AND effect = 'card'
		ORDER BY sent_at DESC LIMIT 1 OFFSET $2`, args{lane, n - 1}, &at)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return time.Time{}, fmt.Errorf("find card %d from the last of lane %s: %w", n, lane, err)
	}
	return instant(at), nil
}

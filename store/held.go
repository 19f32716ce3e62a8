package store

import (
	"errors"
	"fmt"
	"time"
)

// outboxHold is the key of the instant since which nothing is sent; "" = everything goes out as it is due.
const outboxHold = "outbox.hold"

// holdAfterRestore stops the outbox of a restored copy. What it holds as not sent may have been sent since the copy was
// made, and only a person can compare. An answer, or a file that was asked for, is over with the conversation it belonged
// to. A card gets a new id: under the old one the platform may show a card already, whose buttons this copy has never seen.
func (tx *Tx) holdAfterRestore() error {
	if err := tx.SetValue(outboxHold, tx.Now.UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	for _, statement := range []string{
		`UPDATE deliveries SET state = 'superseded', reason = '从备份恢复:原来的会话已经过去', payload = NULL, lease = 0
			WHERE effect IN ('reply', 'file') AND state IN ('waiting', 'sending', 'unknown')`,
		`UPDATE deliveries SET id = lower(hex(randomblob(16))), state = 'waiting', payload = NULL, lease = 0, retry_at = 0,
			attempts = 0, epoch = epoch + 1, reason = '从备份恢复,待核对后放行'
			WHERE effect = 'card' AND state IN ('waiting', 'sending', 'unknown')`,
		`UPDATE deliveries SET card = id WHERE effect = 'card' AND state = 'waiting'`,
	} {
		if _, err := tx.exec(statement); err != nil {
			return fmt.Errorf("hold the outbox: %w", err)
		}
	}
	return nil
}

// HeldSince gives the instant since which nothing is sent because the database was restored; zero = nothing is held.
func (v *View) HeldSince() (time.Time, error) {
	text, err := v.Value(outboxHold)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("read since when the outbox is held: %w", err)
	}
	return at, nil
}

// OpenDeliveries gives everything that is still to be sent, in the order of its hours.
func (v *View) OpenDeliveries() ([]Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries
		WHERE state IN ('waiting', 'sending', 'unknown') ORDER BY not_before, seq`)
	if err != nil {
		return nil, fmt.Errorf("list the open deliveries: %w", err)
	}
	return all, nil
}

// ErrNotHeld says that there is nothing to release.
var ErrNotHeld = errors.New("the outbox is not held")

// Release lets the outbox go again after a restore, and gives the number of what was open. With drop, what is open is
// not sent, but ended with a reason.
func (tx *Tx) Release(drop bool) (int, error) {
	since, err := tx.HeldSince()
	if err != nil {
		return 0, err
	}
	if since.IsZero() {
		return 0, ErrNotHeld
	}
	open, err := tx.OpenDeliveries()
	if err != nil {
		return 0, err
	}
	if drop {
		_, err := tx.exec(`UPDATE deliveries SET state = 'superseded', reason = '从备份恢复后核对:不再发送', payload = NULL, lease = 0
			WHERE state IN ('waiting', 'sending', 'unknown')`)
		if err != nil {
			return 0, fmt.Errorf("drop the open deliveries: %w", err)
		}
	}
	return len(open), tx.SetValue(outboxHold, "")
}

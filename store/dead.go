package store

import "fmt"

// DeadCards gives the cards that were given up, the oldest first.
func (v *View) DeadCards() ([]Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries WHERE state = 'dead' AND effect = 'card' ORDER BY seq`)
	if err != nil {
		return nil, fmt.Errorf("list dead cards: %w", err)
	}
	return all, nil
}

// Revive puts a dead delivery back into the outbox, for a reason a person can read: with fresh attempts, drawn anew, to
// the Platform, Lane and Address that d names now. Its hour has come long since. False: it is not dead.
func (tx *Tx) Revive(d Delivery, reason string) (bool, error) {
	n, err := tx.exec(`UPDATE deliveries SET state = 'waiting', reason = $1, platform = $2, lane = $3, address = $4, attempts = 0,
		retry_at = 0, payload = NULL WHERE id = $5 AND state = 'dead'`,
		reason, d.Platform, d.Lane, string(d.Address), d.ID)
	if err != nil {
		return false, fmt.Errorf("revive delivery %s: %w", d.ID, err)
	}
	return n == 1, nil
}

// Bury ends a dead delivery that nobody needs any more, for a reason a person can read. False: it is not dead.
func (tx *Tx) Bury(id, reason string) (bool, error) {
	n, err := tx.exec(`UPDATE deliveries SET state = 'superseded', reason = $1 WHERE id = $2 AND state = 'dead'`, reason, id)
	if err != nil {
		return false, fmt.Errorf("bury delivery %s: %w", id, err)
	}
	return n == 1, nil
}

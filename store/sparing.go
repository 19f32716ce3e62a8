package store

import (
	"fmt"
	"time"

	"junma/mechanism"
)

// A proactive card is one to a person that nobody asked for and that may wait for message hours: a card of the urgency
// Routine. Those of one person can be gathered, and they are counted.

// WaitingCards gives the proactive cards of a person that wait, whatever their hour, the earliest first.
func (v *View) WaitingCards(person string) ([]Delivery, error) {
	all, err := list(v, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries
		WHERE person = $1 AND state = 'waiting' AND effect = 'card' AND urgency = $2 ORDER BY not_before, seq`,
		person, int(mechanism.Routine))
	if err != nil {
		return nil, fmt.Errorf("list the waiting cards of %s: %w", person, err)
	}
	return all, nil
}

// SentCards counts the proactive cards that a person has been sent since an instant of business time.
func (v *View) SentCards(person string, since time.Time) (n int, err error) {
	err = v.row(`SELECT COUNT(*) FROM deliveries WHERE person = $1 AND state = 'sent' AND effect = 'card' AND urgency = $2
		AND sent_at >= $3`, args{person, int(mechanism.Routine), ms(since)}, &n)
	if err != nil {
		return 0, fmt.Errorf("count the cards sent to %s: %w", person, err)
	}
	return n, nil
}

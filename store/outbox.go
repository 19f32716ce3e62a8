package store

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// idMost is the longest id of a delivery: platforms take it as the card's own id.
const idMost = 64

// Enqueue puts a delivery into the outbox and reports whether it is new. When its key is there already, nothing is
// enqueued; only, if that one is still waiting, an earlier NotBefore moves it forward. A redraw takes the place of
// those of the same card that still wait.
func (tx *Tx) Enqueue(d Delivery) (bool, error) {
	if d.ID == "" {
		d.ID = rand.Text()
	}
	if err := d.check(); err != nil {
		return false, fmt.Errorf("enqueue %s: %w", d.Key, err)
	}
	if d.Effect == EffectCard {
		d.Card = d.ID
	}
	if d.NotBefore.IsZero() {
		d.NotBefore = tx.Now
	}
	added, err := tx.insertDelivery(d)
	if err != nil {
		return false, fmt.Errorf("enqueue %s: %w", d.Key, err)
	}
	if !added {
		_, err = tx.exec(`UPDATE deliveries SET not_before = $1 WHERE key = $2 AND state = 'waiting' AND not_before > $1`,
			ms(d.NotBefore), d.Key)
	} else if d.Effect == EffectRedraw {
		_, err = tx.exec(`UPDATE deliveries SET state = 'superseded', reason = '卡片又有更新,只发最新的一次'
			WHERE card = $1 AND effect = 'redraw' AND state = 'waiting' AND id <> $2`, d.Card, d.ID)
	}
	if err != nil {
		return false, fmt.Errorf("enqueue %s: %w", d.Key, err)
	}
	return added, nil
}

func (d Delivery) check() error {
	switch {
	case len(d.ID) > idMost:
		return fmt.Errorf("the id is longer than %d characters", idMost)
	case d.Key == "":
		return errors.New("the key is empty")
	case d.Lane == "":
		return errors.New("the lane is empty")
	case d.Effect == "":
		return errors.New("the effect is empty")
	case d.Effect == EffectRedraw && d.Card == "":
		return errors.New("a redraw names no card")
	}
	return nil
}

func (tx *Tx) insertDelivery(d Delivery) (bool, error) {
	duties := ""
	if len(d.Duties) > 0 {
		text, err := json.Marshal(d.Duties)
		if err != nil {
			return false, err
		}
		duties = string(text)
	}
	n, err := tx.exec(`INSERT INTO deliveries (`+deliveryColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'waiting', $19, 0, 0, 0, NULL,
		$20, $21, '', $22, 0) ON CONFLICT (key) DO NOTHING`,
		d.ID, d.Key, d.Lane, flag(d.Talk), string(d.Effect), d.Platform, string(d.Address), d.Person, d.Kind, d.Project, d.Case, d.Push,
		duties, string(d.Params), d.Urgency, ms(d.NotBefore), ms(d.Deadline), ms(d.RetryAt), d.Reason, d.Receipt, d.Card, ms(tx.Now))
	return n == 1, err
}

// Supersede ends the waiting deliveries that f chooses, for a reason a person can read, and gives their number. Those
// in flight are left alone. A filter that names nothing is an error.
func (tx *Tx) Supersede(f DeliveryFilter, reason string) (int, error) {
	f.State, f.Limit = "", 0
	c := f.where()
	if len(c.terms) == 0 {
		return 0, errors.New("supersede deliveries: the filter names nothing")
	}
	c.add("state = 'waiting'")
	c.values = append(c.values, reason)
	query := fmt.Sprintf(`UPDATE deliveries SET state = 'superseded', reason = $%d%s`, len(c.values), c.text())
	result, err := tx.session.conn.ExecContext(tx.ctx, query, c.values...)
	if err != nil {
		return 0, fmt.Errorf("supersede deliveries: %w", err)
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// adopt looks after deliveries that a dead process had in flight. They may have arrived; who sends them again uses the
// same id and bytes. Only the process that has just taken the lock may call it.
func (tx *Tx) adopt() error {
	n, err := tx.exec(`UPDATE deliveries SET state = 'unknown', lease = 0, reason = '发送途中程序中断,不知是否送达,将用同一编号再发一次'
		WHERE state = 'sending'`)
	if err != nil {
		return fmt.Errorf("adopt deliveries: %w", err)
	}
	if n > 0 {
		tx.store.log.Warn("deliveries were in flight when the last process ended", "count", n)
	}
	return nil
}

// Upcoming is when the outbox will next have something to do.
type Upcoming struct {
	Due       bool      // there are open deliveries whose hour has come, those in flight included
	NotBefore time.Time // business time: the first hour yet to come of what has nothing due before it in its queue; zero = none
	RetryAt   time.Time // machine time: when the first lease, or pause of a due one, is over; zero = none
}

// NextDelivery tells what is due at the business instant now and when the next will be. While the outbox is held after
// a restore, that is nothing.
func (v *View) NextDelivery(now time.Time) (Upcoming, error) {
	var u Upcoming
	if since, err := v.HeldSince(); err != nil || !since.IsZero() {
		return u, err
	}
	var notBefore, retryAt int64
	err := v.row(`SELECT
		EXISTS (SELECT 1 FROM deliveries WHERE head = 1 AND not_before <= $1),
		(SELECT COALESCE(MIN(not_before), 0) FROM deliveries WHERE head = 1 AND not_before > $1),
		(SELECT COALESCE(MIN(t), 0) FROM (
			SELECT MIN(lease) AS t FROM deliveries WHERE state = 'sending'
			UNION ALL
			SELECT MIN(retry_at) FROM deliveries WHERE retry_at > 0 AND state IN ('waiting', 'unknown') AND not_before <= $1
				AND lane NOT IN (SELECT lane FROM deliveries WHERE state = 'sending')) AS holds)`,
		args{ms(now)}, &u.Due, &notBefore, &retryAt)
	if err != nil {
		return u, fmt.Errorf("find the next delivery: %w", err)
	}
	u.NotBefore, u.RetryAt = instant(notBefore), instant(retryAt)
	return u, nil
}

// InFlight counts the deliveries in the states that somebody should look at: waiting, sending, unknown and dead.
func (v *View) InFlight() (map[DeliveryState]int, error) {
	type count struct {
		state DeliveryState
		n     int
	}
	counts, err := list(v, func(row scanner) (c count, err error) {
		err = row.Scan(&c.state, &c.n)
		return c, err
	}, `SELECT state, COUNT(*) FROM deliveries WHERE state IN ('waiting', 'sending', 'unknown') GROUP BY state
		UNION ALL SELECT state, COUNT(*) FROM deliveries WHERE state = 'dead' GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	all := map[DeliveryState]int{}
	for _, c := range counts {
		all[c.state] = c.n
	}
	return all, nil
}

// OutboxDepth is how many deliveries are in a state, and since when the oldest of them is due.
type OutboxDepth struct {
	State  DeliveryState
	Count  int
	Oldest time.Time // business time: the earliest hour of one of them; of dead ones zero
}

// OutboxDepths gives the depth of each state that somebody should look at: waiting, sending, unknown and dead.
func (v *View) OutboxDepths() ([]OutboxDepth, error) {
	depths, err := list(v, func(row scanner) (d OutboxDepth, err error) {
		var oldest int64
		err = row.Scan(&d.State, &d.Count, &oldest)
		d.Oldest = instant(oldest)
		return d, err
	}, `SELECT state, COUNT(*), MIN(not_before) FROM deliveries WHERE state IN ('waiting', 'sending', 'unknown') GROUP BY state
		UNION ALL SELECT 'dead', COUNT(*), 0 FROM deliveries WHERE state = 'dead'`)
	if err != nil {
		return nil, fmt.Errorf("measure the outbox: %w", err)
	}
	return depths, nil
}

package store

import (
	"errors"
	"fmt"
	"time"
)

// Seen gives the answer that was given to what source called key, when it was handled before.
func (v *View) Seen(source, key string) (answer []byte, ok bool, err error) {
	err = v.row(`SELECT answer FROM inbound WHERE source = $1 AND key = $2`, args{source, key}, &answer)
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("look up what %s sent: %w", source, err)
	}
	return answer, true, nil
}

// Remember keeps the answer to what source called key, so that its repetition is answered alike and does nothing. A key
// can be remembered once.
func (tx *Tx) Remember(source, key string, answer []byte) error {
	_, err := tx.exec(`INSERT INTO inbound (source, key, answer, at) VALUES ($1, $2, $3, $4)`, source, key, answer, ms(tx.Now))
	if err != nil {
		return fmt.Errorf("remember what %s sent: %w", source, err)
	}
	return nil
}

// ForgetBefore drops what was remembered before the business instant t, and gives the number of rows dropped. Keep
// longer than any platform repeats.
func (tx *Tx) ForgetBefore(t time.Time) (int, error) {
	n, err := tx.exec(`DELETE FROM inbound WHERE at < $1`, ms(t))
	if err != nil {
		return 0, fmt.Errorf("forget what was received: %w", err)
	}
	return int(n), nil
}

package store

import (
	"errors"
	"fmt"
)

// SetValue keeps one small fact under a key, such as the last day whose work is done.
func (tx *Tx) SetValue(key, value string) error {
	_, err := tx.exec(`INSERT INTO settings (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("set value %s: %w", key, err)
	}
	return nil
}

// Value gives what SetValue kept, or "" when there is nothing.
func (v *View) Value(key string) (string, error) {
	var value string
	err := v.row(`SELECT value FROM settings WHERE key = $1`, args{key}, &value)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", fmt.Errorf("read value %s: %w", key, err)
	}
	return value, nil
}

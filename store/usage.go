package store

import (
	"encoding/json"
	"fmt"

	"junma/mechanism"
)

// Usage is what one platform was used for in one calendar month: calls we made and pushes that were charged.
type Usage struct {
	Calls  int `json:"calls"`
	Events int `json:"events"`
}

// usageKey is the key of a platform's meter of the month in which day lies.
func usageKey(platform string, day mechanism.Date) string {
	return fmt.Sprintf("usage/%s/%s", platform, day.String()[:len("2006-01")])
}

// Usage gives the meter of a platform for the calendar month in which day lies.
func (v *View) Usage(platform string, day mechanism.Date) (Usage, error) {
	text, err := v.Value(usageKey(platform, day))
	if err != nil || text == "" {
		return Usage{}, err
	}
	var u Usage
	if err := json.Unmarshal([]byte(text), &u); err != nil {
		return Usage{}, fmt.Errorf("read the meter of %s: %w", platform, err)
	}
	return u, nil
}

// AddUsage adds to the meter of a platform for the month in which day lies, and gives it before and after.
func (tx *Tx) AddUsage(platform string, day mechanism.Date, more Usage) (before, after Usage, err error) {
	if before, err = tx.Usage(platform, day); err != nil {
		return before, before, err
	}
	after = Usage{Calls: before.Calls + more.Calls, Events: before.Events + more.Events}
	text, err := json.Marshal(after)
	if err != nil {
		return before, before, fmt.Errorf("encode the meter of %s: %w", platform, err)
	}
	return before, after, tx.SetValue(usageKey(platform, day), string(text))
}

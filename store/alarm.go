package store

import (
	"fmt"
	"time"
)

// Alarm is something that 专班 was told to look into.
type Alarm struct {
	Key       string // what it is about; the same matter raised again is one alarm
	Project   string // "" = about no one project
	Sentence  string // plain Chinese
	RaisedAt  time.Time
	SettledAt time.Time // when somebody of 专班 said that it is dealt with; zero = open
	SettledBy string    // roster id
}

const alarmColumns = `key, project, sentence, raised_at, settled_at, settled_by`

func scanAlarm(row scanner) (a Alarm, err error) {
	var raised, settled int64
	err = row.Scan(&a.Key, &a.Project, &a.Sentence, &raised, &settled, &a.SettledBy)
	a.RaisedAt, a.SettledAt = instant(raised), instant(settled)
	return a, err
}

// RaiseAlarm opens an alarm. One that is open keeps the instant at which it was raised first.
func (tx *Tx) RaiseAlarm(key, project, sentence string) error {
	_, err := tx.exec(`INSERT INTO alarms (`+alarmColumns+`) VALUES ($1, $2, $3, $4, 0, '')
		ON CONFLICT (key) DO UPDATE SET project = excluded.project, sentence = excluded.sentence,
		raised_at = CASE WHEN settled_at = 0 THEN raised_at ELSE excluded.raised_at END, settled_at = 0, settled_by = ''`,
		key, project, sentence, ms(tx.Now))
	if err != nil {
		return fmt.Errorf("raise alarm %s: %w", key, err)
	}
	return nil
}

// SettleAlarm records that a person (roster id) has dealt with an alarm. False: it was not open.
func (tx *Tx) SettleAlarm(key, person string) (bool, error) {
	n, err := tx.exec(`UPDATE alarms SET settled_at = $1, settled_by = $2 WHERE key = $3 AND settled_at = 0`, ms(tx.Now), person, key)
	if err != nil {
		return false, fmt.Errorf("settle alarm %s: %w", key, err)
	}
	return n == 1, nil
}

// Alarm gives an alarm, or ErrNotFound.
func (v *View) Alarm(key string) (Alarm, error) {
	all, err := list(v, scanAlarm, `SELECT `+alarmColumns+` FROM alarms WHERE key = $1`, key)
	if err != nil {
		return Alarm{}, fmt.Errorf("load alarm %s: %w", key, err)
	}
	if len(all) == 0 {
		return Alarm{}, ErrNotFound
	}
	return all[0], nil
}

// OpenAlarms gives the alarms that nobody has dealt with, the oldest first.
func (v *View) OpenAlarms() ([]Alarm, error) {
	all, err := list(v, scanAlarm, `SELECT `+alarmColumns+` FROM alarms WHERE settled_at = 0 ORDER BY raised_at, key`)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	return all, nil
}

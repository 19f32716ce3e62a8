package store

import (
	"errors"
	"fmt"
	"time"
)

// Button is what a press of a button on a card means. The card carries only Ref.
type Button struct {
	Ref     string // a short random token
	Card    string // the card's id
	Act     string // what it asks for
	Project string
	Case    int
	Push    int
	Version int64     // revision of the project when the card was drawn
	Arg     string    // what the act needs besides
	UsedAt  time.Time // business time; zero = not used
	UsedBy  string    // roster id
}

// SaveButtons keeps the buttons of one drawing of a card. Those of earlier drawings stay known, since an old card can
// still be pressed. A reference saved before is brought up to date as long as it is unused.
func (tx *Tx) SaveButtons(card string, buttons []Button) error {
	for _, b := range buttons {
		_, err := tx.exec(`INSERT INTO buttons (ref, card, act, project, case_seq, push, version, arg, used_at, used_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '')
			ON CONFLICT (ref) DO UPDATE SET act = excluded.act, project = excluded.project, case_seq = excluded.case_seq,
			push = excluded.push, version = excluded.version, arg = excluded.arg
			WHERE buttons.card = excluded.card AND buttons.used_at = 0`,
			b.Ref, card, b.Act, b.Project, b.Case, b.Push, b.Version, b.Arg)
		if err != nil {
			return fmt.Errorf("save the buttons of card %s: %w", card, err)
		}
	}
	return nil
}

// Button resolves a reference, or gives ErrNotFound.
func (v *View) Button(ref string) (Button, error) {
	var b Button
	var usedAt int64
	err := v.row(`SELECT ref, card, act, project, case_seq, push, version, arg, used_at, used_by FROM buttons WHERE ref = $1`,
		args{ref}, &b.Ref, &b.Card, &b.Act, &b.Project, &b.Case, &b.Push, &b.Version, &b.Arg, &usedAt, &b.UsedBy)
	if errors.Is(err, ErrNotFound) {
		return b, err
	}
	if err != nil {
		return b, fmt.Errorf("look up a button: %w", err)
	}
	b.UsedAt = instant(usedAt)
	return b, nil
}

// UseButton notes that by (roster id) was the first to press the button. Who comes later, and a reference that nobody
// saved, change nothing.
func (tx *Tx) UseButton(ref, by string) error {
	_, err := tx.exec(`UPDATE buttons SET used_at = $1, used_by = $2 WHERE ref = $3 AND used_at = 0`, ms(tx.Now), by, ref)
	if err != nil {
		return fmt.Errorf("use a button: %w", err)
	}
	return nil
}

package store

import (
	"errors"
	"fmt"
	"time"
)

// Dialogue is a guided exchange with one person on one platform. There is at most one; it is no part of a project and is
// not journalled. An expired one stays, as a draft, until it is saved over or dropped.
type Dialogue struct {
	Platform       string
	Person         string // roster id
	Kind           string
	Step           string
	Project        string
	Case           int
	Push           int
	Data           []byte    // JSON: the answers so far
	Session        string    // where a reply may go
	SessionExpires time.Time // machine time, as the platform says
	ExpiresAt      time.Time // business time
	UpdatedAt      time.Time // business time; set by SaveDialogue
}

// Dialogue gives the exchange with a person, expired or not, or ErrNotFound.
func (v *View) Dialogue(platform, person string) (Dialogue, error) {
	d := Dialogue{Platform: platform, Person: person}
	var sessionExpires, expires, updated int64
	err := v.row(`SELECT kind, step, project, case_seq, push, data, session, session_expires, expires_at, updated_at
		FROM dialogues WHERE platform = $1 AND person = $2`, args{platform, person},
		&d.Kind, &d.Step, &d.Project, &d.Case, &d.Push, &d.Data, &d.Session, &sessionExpires, &expires, &updated)
	if errors.Is(err, ErrNotFound) {
		return Dialogue{}, err
	}
	if err != nil {
		return Dialogue{}, fmt.Errorf("load the dialogue with %s: %w", person, err)
	}
	d.SessionExpires, d.ExpiresAt, d.UpdatedAt = instant(sessionExpires), instant(expires), instant(updated)
	return d, nil
}

// SaveDialogue keeps the exchange in the place of the one there was.
func (tx *Tx) SaveDialogue(d Dialogue) error {
	_, err := tx.exec(`INSERT INTO dialogues (platform, person, kind, step, project, case_seq, push, data, session,
		session_expires, expires_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (platform, person) DO UPDATE SET kind = excluded.kind, step = excluded.step, project = excluded.project,
		case_seq = excluded.case_seq, push = excluded.push, data = excluded.data, session = excluded.session,
		session_expires = excluded.session_expires, expires_at = excluded.expires_at, updated_at = excluded.updated_at`,
		d.Platform, d.Person, d.Kind, d.Step, d.Project, d.Case, d.Push, string(d.Data), d.Session,
		ms(d.SessionExpires), ms(d.ExpiresAt), ms(tx.Now))
	if err != nil {
		return fmt.Errorf("save the dialogue with %s: %w", d.Person, err)
	}
	return nil
}

// DropDialogue ends the exchange with a person, if there is one.
func (tx *Tx) DropDialogue(platform, person string) error {
	if _, err := tx.exec(`DELETE FROM dialogues WHERE platform = $1 AND person = $2`, platform, person); err != nil {
		return fmt.Errorf("drop the dialogue with %s: %w", person, err)
	}
	return nil
}

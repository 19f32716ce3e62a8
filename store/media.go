package store

import (
	"errors"
	"fmt"
	"time"
)

// Media is a file that a platform holds for us, so that one upload serves every later send.
type Media struct {
	Platform string
	Content  string    // what was handed over, in the caller's words; of one content a platform holds one
	ID       string    // the platform's
	Expires  time.Time // machine time; zero = never
	SavedAt  time.Time // business time; set by SaveMedia
}

// Media gives what a platform still holds of a content at the machine time wall, or ErrNotFound.
func (v *View) Media(platform, content string, wall time.Time) (Media, error) {
	m := Media{Platform: platform, Content: content}
	var expires, saved int64
	err := v.row(`SELECT id, expires, saved_at FROM media WHERE platform = $1 AND content = $2 AND (expires = 0 OR expires > $3)`,
		args{platform, content, ms(wall)}, &m.ID, &expires, &saved)
	if errors.Is(err, ErrNotFound) {
		return Media{}, err
	}
	if err != nil {
		return Media{}, fmt.Errorf("look up an uploaded file: %w", err)
	}
	m.Expires, m.SavedAt = instant(expires), instant(saved)
	return m, nil
}

// SaveMedia keeps under which id a platform holds a content.
func (tx *Tx) SaveMedia(m Media) error {
	_, err := tx.exec(`INSERT INTO media (platform, content, id, expires, saved_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (platform, content) DO UPDATE SET id = excluded.id, expires = excluded.expires, saved_at = excluded.saved_at`,
		m.Platform, m.Content, m.ID, ms(m.Expires), ms(tx.Now))
	if err != nil {
		return fmt.Errorf("keep the id of an uploaded file: %w", err)
	}
	return nil
}

// DropMedia forgets a content that the platform no longer takes by its id.
func (tx *Tx) DropMedia(platform, content string) error {
	if _, err := tx.exec(`DELETE FROM media WHERE platform = $1 AND content = $2`, platform, content); err != nil {
		return fmt.Errorf("forget an uploaded file: %w", err)
	}
	return nil
}

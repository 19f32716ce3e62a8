package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"junma/mechanism"
)

// Project loads a project whole, or gives ErrNotFound. Its lists may be shared with who loaded it before: they must not be
// changed.
func (v *View) Project(id string) (mechanism.Project, error) {
	if v.loaded != nil && v.loaded.ID == id {
		return *v.loaded, nil
	}
	p, err := v.project(`SELECT revision, body FROM projects WHERE id = $1`, id)
	if err == nil {
		v.loaded = &p
	}
	return p, err
}

// ProjectByCode loads the project with the national code 项目代码, or gives ErrNotFound. Of several with one code it
// takes the first by id.
func (v *View) ProjectByCode(code string) (mechanism.Project, error) {
	return v.project(`SELECT revision, body FROM projects WHERE code = $1 AND code <> '' ORDER BY id LIMIT 1`, code)
}

func (v *View) project(text, value string) (mechanism.Project, error) {
	var p mechanism.Project
	var revision int64
	var body []byte
	err := v.row(text, args{value}, &revision, &body)
	if errors.Is(err, ErrNotFound) {
		return p, err
	}
	if err != nil {
		return p, fmt.Errorf("load project %s: %w", value, err)
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, fmt.Errorf("decode project %s: %w", value, err)
	}
	p.Revision = revision
	return p, nil
}

// SaveProject writes the project with its cases, and next, the first day on which the passing of days could change it
// (zero = none). A project with Revision 0 is new. When it was saved by somebody else since it was loaded, the answer
// is ErrStale and nothing is written. It raises p.Revision, which holds only if the transaction does.
func (tx *Tx) SaveProject(p *mechanism.Project, next mechanism.Date) error {
	tx.loaded = nil
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode project %s: %w", p.ID, err)
	}
	var n int64
	if p.Revision == 0 {
		n, err = tx.exec(`INSERT INTO projects (id, code, name, revision, next_due, body, hinted)
			VALUES ($1, $2, $3, 1, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
			p.ID, p.Code, p.Name, next.String(), string(body), flag(len(p.Hints) > 0))
	} else {
		n, err = tx.exec(`UPDATE projects SET code = $1, name = $2, revision = revision + 1, next_due = $3, body = $4, hinted = $5
			WHERE id = $6 AND revision = $7`, p.Code, p.Name, next.String(), string(body), flag(len(p.Hints) > 0), p.ID, p.Revision)
	}
	if err != nil {
		return fmt.Errorf("save project %s: %w", p.ID, err)
	}
	if n == 0 {
		return fmt.Errorf("save project %s: %w", p.ID, ErrStale)
	}
	p.Revision++
	return tx.saveCases(p)
}

// DueProjects gives the ids of projects that the day on, or one before it, could change, in the order of ids and
// beginning after the id after. A project leaves the list by being saved with a later next day.
func (v *View) DueProjects(on mechanism.Date, after string, limit int) ([]string, error) {
	// Materialized, so that the few due ones are found by their index and not by walking all ids.
	ids, err := list(v, scanText, `WITH due AS MATERIALIZED
		(SELECT id FROM projects WHERE next_due <> '' AND next_due <= $1)
		SELECT id FROM due WHERE id > $2 ORDER BY id LIMIT $3`, on.String(), after, limit)
	if err != nil {
		return nil, fmt.Errorf("find due projects: %w", err)
	}
	return ids, nil
}

// NextDue gives the first day on which any project is due, or the zero Date.
func (v *View) NextDue() (mechanism.Date, error) {
	var day string
	err := v.row(`SELECT COALESCE(MIN(next_due), '') FROM projects WHERE next_due <> ''`, nil, &day)
	if err != nil {
		return 0, fmt.Errorf("find the next due day: %w", err)
	}
	return mechanism.ParseDate(day)
}

// AllProjects gives the ids of all projects in order, beginning after the id after.
func (v *View) AllProjects(after string, limit int) ([]string, error) {
	ids, err := list(v, scanText, `SELECT id FROM projects WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return ids, nil
}

// ProjectRef is a project as a search finds it.
type ProjectRef struct {
	ID   string `json:"id"`
	Code string `json:"code,omitempty"`
	Name string `json:"name"`
}

// FindProjects finds projects whose id, code or name contains words, whatever the case of Latin letters: those that
// are words first, then the others by name.
func (v *View) FindProjects(words string, limit int) ([]ProjectRef, error) {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return nil, nil
	}
	found, err := list(v, scanProjectRef, `SELECT id, code, name FROM projects
		WHERE lower(name) LIKE $1 ESCAPE '\' OR lower(id) LIKE $1 ESCAPE '\' OR lower(code) LIKE $1 ESCAPE '\'
		ORDER BY CASE WHEN $2 IN (lower(name), lower(id), lower(code)) THEN 0 ELSE 1 END, name, id LIMIT $3`,
		"%"+likeEscaper.Replace(words)+"%", words, limit)
	if err != nil {
		return nil, fmt.Errorf("find projects: %w", err)
	}
	return found, nil
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func scanProjectRef(row scanner) (ProjectRef, error) {
	var p ProjectRef
	err := row.Scan(&p.ID, &p.Code, &p.Name)
	return p, err
}

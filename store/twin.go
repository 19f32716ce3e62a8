package store

import (
	"fmt"

	"junma/mechanism"
)

// Twins gives the other projects that bear the same national code as p, and those that bear the same name: what may be
// one project entered twice. Both are in the order of ids.
func (v *View) Twins(p *mechanism.Project) (byCode, byName []ProjectRef, err error) {
	if p.Code != "" {
		byCode, err = list(v, scanProjectRef, `SELECT id, code, name FROM projects
			WHERE code = $1 AND code <> '' AND id <> $2 ORDER BY id`, p.Code, p.ID)
		if err != nil {
			return nil, nil, fmt.Errorf("find projects by code: %w", err)
		}
	}
	byName, err = list(v, scanProjectRef, `SELECT id, code, name FROM projects WHERE name = $1 AND id <> $2 ORDER BY id`, p.Name, p.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("find projects by name: %w", err)
	}
	return byCode, byName, nil
}

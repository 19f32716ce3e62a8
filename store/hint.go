package store

import (
	"fmt"

	"junma/mechanism"
)

// HintRow is one hint of a project, as 专班's list of the day shows it.
type HintRow struct {
	ProjectName string
	Stage       mechanism.Stage
	Why         mechanism.HintWhy
}

// Hints gives the hints of all projects, in the order of the projects' ids.
func (v *View) Hints() ([]HintRow, error) {
	all, err := list(v, func(row scanner) (h HintRow, err error) {
		err = row.Scan(&h.ProjectName, &h.Stage, &h.Why)
		return h, err
	}, `SELECT name, hint.value ->> 'stage', hint.value ->> 'why' FROM projects, json_each(body, '$.hints') AS hint
		WHERE hinted = 1 ORDER BY projects.id, hint.key`)
	if err != nil {
		return nil, fmt.Errorf("list hints: %w", err)
	}
	return all, nil
}

package store

import (
	"encoding/json"
	"fmt"
)

// mostSharing is how many projects a key is looked at for: one that more share says too little to be searched by.
const mostSharing = 2000

// SaveNameKeys replaces what a project is found by in SearchNames.
func (tx *Tx) SaveNameKeys(project string, keys []string) error {
	if _, err := tx.exec(`DELETE FROM name_keys WHERE project = $1`, project); err != nil {
		return fmt.Errorf("save name keys of %s: %w", project, err)
	}
	all, err := json.Marshal(append([]string{}, keys...)) // never null
	if err != nil {
		return fmt.Errorf("save name keys of %s: %w", project, err)
	}
	_, err = tx.exec(`INSERT INTO name_keys (key, project) SELECT value, $1 FROM json_each($2) WHERE TRUE ON CONFLICT DO NOTHING`,
		project, string(all))
	if err != nil {
		return fmt.Errorf("save name keys of %s: %w", project, err)
	}
	return nil
}

// SearchNames finds projects that have one key of each of the choices, by name; with no choices those with a key that
// begins with prefix. More than limit of them are cut off.
func (v *View) SearchNames(choices [][]string, prefix string, limit int) ([]ProjectRef, error) {
	c := &conditions{}
	switch {
	case len(choices) > 0:
		rare, err := v.rarest(choices)
		if err != nil || rare < 0 {
			return nil, err
		}
		for i, keys := range choices {
			term := "p.id IN (SELECT project FROM name_keys WHERE key IN (" + marks(len(keys)) + "))"
			if i != rare {
				term = "EXISTS (SELECT 1 FROM name_keys k WHERE k.project = p.id AND k.key IN (" + marks(len(keys)) + "))"
			}
			c.add(term, anys(keys)...)
		}
	case prefix != "":
		c.add("p.id IN (SELECT project FROM name_keys WHERE key >= ? AND key < ?)", prefix, prefix+"{")
	default:
		return nil, nil
	}
	c.values = append(c.values, limit)
	found, err := search(v, scanProjectRef, fmt.Sprintf(`SELECT p.id, p.code, p.name FROM projects p%s ORDER BY p.name, p.id LIMIT $%d`,
		c.text(), len(c.values)), c.values)
	if err != nil {
		return nil, fmt.Errorf("search names: %w", err)
	}
	return found, nil
}

// rarest gives the choice of keys that the fewest projects have, or -1 when all are shared by too many.
func (v *View) rarest(choices [][]string) (int, error) {
	best, least := -1, mostSharing
	for i, keys := range choices {
		c := &conditions{}
		c.add("key IN ("+marks(len(keys))+")", anys(keys)...)
		var n int
		err := v.session.conn.QueryRowContext(v.ctx, fmt.Sprintf(`SELECT COUNT(*) FROM (SELECT 1 FROM name_keys%s LIMIT %d)`,
			c.text(), mostSharing), c.values...).Scan(&n)
		if err != nil {
			return 0, fmt.Errorf("weigh a key: %w", err)
		}
		if n < least {
			best, least = i, n
		}
	}
	return best, nil
}

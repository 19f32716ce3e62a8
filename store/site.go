package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"junma/mechanism"
)

// Running is a stage of a project that is under way, and the units of its duties.
type Running struct {
	Stage   mechanism.Stage
	Parties mechanism.Parties
}

// SaveSite keeps where a project is in hand: at its running stages; without any it is not. The project must have been
// saved.
func (tx *Tx) SaveSite(p *mechanism.Project, running []Running) error {
	site, err := tx.site(p, running)
	if err == nil {
		_, err = tx.exec(`UPDATE projects SET site = $1 WHERE id = $2 AND site <> $1`, site, p.ID)
	}
	if err != nil {
		return fmt.Errorf("save the site of %s: %w", p.ID, err)
	}
	return nil
}

// site gives the number of the site of a project's running stages, which is made when it is new; 0 when nothing runs.
// Numbers that are on the disk are remembered.
func (tx *Tx) site(p *mechanism.Project, running []Running) (id int64, err error) {
	if len(running) == 0 {
		return 0, nil
	}
	var places []int64
	for _, r := range running {
		at, err := tx.place(placeOf(r.Stage, p.Sector(), p.Town, r.Parties))
		if err != nil {
			return 0, err
		}
		places = append(places, at)
	}
	slices.Sort(places)
	list, err := json.Marshal(places)
	if err != nil {
		return 0, err
	}
	key := string(list)
	if known, ok := tx.store.sites.Load(key); ok {
		return known.(int64), nil
	}
	const one = `SELECT id FROM sites WHERE places = $1`
	err = tx.row(one, args{key}, &id)
	if errors.Is(err, ErrNotFound) {
		if _, err = tx.exec(`INSERT INTO sites (places, projects) VALUES ($1, 0)`, key); err == nil {
			err = tx.row(one, args{key}, &id)
		}
		if err == nil {
			_, err = tx.exec(`INSERT INTO site_places (site, place) SELECT $1, value FROM json_each($2)`, id, key)
		}
	}
	if err != nil {
		return 0, err
	}
	tx.AfterCommit(func() { tx.store.sites.Store(key, id) })
	return id, nil
}

// sites writes at which sites a project in hand must stand to be within a scope. Of the scope what says where counts.
func (s Scope) sites(column string) *conditions {
	c, at := &conditions{}, &conditions{}
	at.within(s.places())
	if len(at.terms) == 0 {
		c.add(column + " <> 0")
	} else {
		c.add(column+" IN (SELECT site FROM site_places"+at.where()+")", at.values...)
	}
	return c
}

// CountProjects counts the projects in hand within a scope.
func (v *View) CountProjects(s Scope) (n int, err error) {
	c := s.sites("id")
	err = v.session.conn.QueryRowContext(v.ctx, `SELECT COALESCE(SUM(projects), 0) FROM sites`+c.text(), c.values...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count projects: %w", err)
	}
	return n, nil
}

// ListedProjects gives a stretch of the projects in hand within a scope, by name.
func (v *View) ListedProjects(s Scope, from, limit int) ([]ProjectRef, error) {
	c := s.sites("site")
	// The inner select walks an index that holds all it needs.
	refs, err := search(v, scanProjectRef, `SELECT id, code, name FROM projects WHERE rowid IN (SELECT rowid FROM projects`+c.text()+
		` ORDER BY name, id LIMIT `+strconv.Itoa(limit)+` OFFSET `+strconv.Itoa(from)+`) ORDER BY name, id`, c.values)
	if err != nil {
		return nil, fmt.Errorf("list projects in hand: %w", err)
	}
	return refs, nil
}

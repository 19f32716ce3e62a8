package app

import (
	"context"
	"fmt"
	"time"

	"junma/mechanism"
	"junma/store"
)

// Backup writes the database and the evidence of a configuration into one new file, also while the service runs.
func Backup(ctx context.Context, config *Config, program, file string) (store.Manifest, error) {
	return store.Backup(ctx, config.storeOptions(), program, file)
}

// Restore unpacks a backup into a missing or empty folder, verified. Nothing is sent from there until Release.
func Restore(ctx context.Context, file, dir string) (store.Manifest, error) {
	return store.Restore(ctx, file, dir, time.Now())
}

func (c *Config) storeOptions() store.Options {
	return store.Options{Path: c.Store.SQLitePath(), Evidence: c.Store.Evidence, Now: time.Now}
}

// Held is what a restored database would send.
type Held struct {
	Since time.Time // zero = nothing is held
	Open  []string  // one line for each delivery: when it was to go out, to whom, what about
}

// HeldBack reads what waits for Release, also while the service runs.
func HeldBack(ctx context.Context, config *Config) (Held, error) {
	var held Held
	err := store.Peek(ctx, config.Store.SQLitePath(), func(v *store.View) (err error) {
		if held.Since, err = v.HeldSince(); err != nil {
			return err
		}
		open, err := v.OpenDeliveries()
		if err != nil {
			return err
		}
		roster, err := v.Roster()
		if err != nil {
			return err
		}
		for _, d := range open {
			line, err := heldLine(v, roster, d)
			if err != nil {
				return err
			}
			held.Open = append(held.Open, line)
		}
		return nil
	})
	return held, err
}

var effectNames = map[store.Effect]string{
	store.EffectCard: "新卡片", store.EffectRedraw: "更新卡片", store.EffectReply: "回话", store.EffectFetch: "取文件",
	store.EffectFile: "发文件",
}

func heldLine(v *store.View, roster *store.Roster, d store.Delivery) (string, error) {
	to := "协调群"
	if p, ok := roster.Person(d.Person); ok {
		to = p.Unit + p.Name
	}
	about := ""
	if d.Project != "" {
		p, err := v.Project(d.Project)
		if err != nil {
			return "", fmt.Errorf("read project %s: %w", d.Project, err)
		}
		about = p.Name
	}
	at := d.NotBefore.In(mechanism.Shanghai).Format("2006-01-02 15:04")
	return fmt.Sprintf("%s  %s  %s(%s)  %s", at, to, effectNames[d.Effect], d.Kind, about), nil
}

// Release lets a restored database send again, and gives the number of what was open. With drop, none of that is sent.
// The service must not be running.
func Release(ctx context.Context, config *Config, drop bool) (n int, err error) {
	s, err := store.Open(ctx, config.storeOptions())
	if err != nil {
		return 0, err
	}
	err = s.Do(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.Release(drop)
		return err
	})
	if closing := s.Close(); err == nil {
		err = closing
	}
	return n, err
}

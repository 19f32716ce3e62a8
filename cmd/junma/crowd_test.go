package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
	"junma/store"
)

// crowd is the roster of the scenarios with n further contacts of each unit: 联系人 0 of 下涯镇 is called 下涯镇0.
func crowd(t testing.TB, n int, units ...string) []byte {
	t.Helper()
	roster, err := os.ReadFile("testdata/roster.json")
	noError(t, err)
	var r struct {
		Units  json.RawMessage  `json:"units"`
		People []map[string]any `json:"people"`
		Groups json.RawMessage  `json:"groups"`
	}
	noError(t, json.Unmarshal(roster, &r))
	for u, unit := range units {
		for i := range n {
			id := fmt.Sprintf("c%d-%d", u, i)
			r.People = append(r.People, map[string]any{
				"id": id, "name": fmt.Sprint(unit, i), "unit": unit, "role": "联系人", "dingtalk": "user-" + id, "active": true,
			})
		}
	}
	roster, err = json.Marshal(r)
	noError(t, err)
	return roster
}

// everyCard keeps no card back and puts none into a digest.
const everyCard = "[push]\ndigest = 0\ndaily = 0\n"

// crowdedWorld is a world of that roster in which each town has so many projects at their orange line.
func crowdedWorld(t testing.TB, roster []byte, towns []string, projects int) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	w, err := newWorld(ctx, t.TempDir(), time.Date(2026, 4, 20, 1, 0, 0, 0, time.UTC), everyCard, roster)
	noError(t, err)
	t.Cleanup(func() { noError(t, w.stop()) })
	for _, town := range towns {
		for i := range projects {
			id := crowdedProject(town, i)
			noError(t, projectCommand(ctx, w, []string{id, "name=" + id, "town=" + town}))
			noError(t, stageCommand(ctx, w, []string{id, "施工许可", "start=2026-04-20", "limit=25日"}))
		}
	}
	noError(t, w.until(ctx, "2026-05-11"))
	return w
}

// crowdedProject is the id and the name of a town's project of that number.
func crowdedProject(town string, i int) string { return fmt.Sprintf("%s%d号项目", town, i) }

// journalled stops junma and counts the lines of its journal that were not refused, by project, kind and person, once
// the chain of hashes holds.
func (w *world) journalled(t testing.TB) map[string]int {
	t.Helper()
	noError(t, stopApp(w.app))
	w.app = nil
	st, err := store.Open(t.Context(), store.Options{Path: filepath.Join(w.dir, "junma.db"), Evidence: t.TempDir(), Now: w.clock.Now})
	noError(t, err)
	defer func() { noError(t, st.Close()) }()
	_, err = st.VerifyJournal(t.Context())
	noError(t, err)
	lines := map[string]int{}
	noError(t, st.View(t.Context(), func(v *store.View) error {
		entries, err := v.Journal("", 0, 1_000_000)
		for _, e := range entries {
			if e.Refused == "" {
				lines[strings.Join([]string{e.Project, e.Kind, e.Actor.Name}, " ")]++
			}
		}
		return err
	}))
	return lines
}

// pressAll lets people press at the same moment; those whom the client tells that it failed press again. It returns what
// each saw in the end, and how many presses failed.
func (w *world) pressAll(t testing.TB, presses []dingtalk.PressRequest) (results []dingtalk.PressResult, failed int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	results = make([]dingtalk.PressResult, len(presses))
	todo := make([]int, len(presses))
	for i := range todo {
		todo[i] = i
	}
	for len(todo) > 0 {
		noError(t, w.sandbox.WaitConnections(ctx, 1))
		var requests []dingtalk.PressRequest
		for _, i := range todo {
			requests = append(requests, presses[i])
		}
		got, err := w.sandbox.PressAll(ctx, requests...)
		noError(t, err)
		var again []int
		for n, i := range todo {
			results[i] = got[n]
			if !got[n].OK {
				again = append(again, i)
				presses[i].Stale = true
			}
		}
		failed += len(again)
		todo = again
	}
	return results, failed
}

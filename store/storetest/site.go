package storetest

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

// projectsInHand moves projects from stage to stage at random, some of it rolled back, and counts them one by one.
func projectsInHand(t *testing.T, h *house) {
	random := rand.New(rand.NewPCG(3, 4))
	stages := []mechanism.Stage{mechanism.Scouting, mechanism.ConstructionPermit, mechanism.StatisticsEntry}
	departments := []string{"市商务局", "市住建局", "市统计局"}
	all, at := map[string]*mechanism.Project{}, map[string][]mechanism.Stage{}
	for range 60 {
		id := "JD-" + number(random.IntN(12))
		if all[id] == nil {
			all[id] = project(id, "项目"+id)
			all[id].Town = pick(random, "下涯镇", "大同镇")
		}
		var running []store.Running
		now := []mechanism.Stage{}
		for i, s := range stages {
			if random.IntN(2) == 0 {
				r := store.Running{Stage: s}
				r.Parties.Department.Unit, r.Parties.Phase.Unit = departments[i], "市发改局"
				running, now = append(running, r), append(now, s)
			}
		}
		if random.IntN(4) == 0 {
			failed := errors.New("rolled back")
			if err := h.Do(t.Context(), func(tx *store.Tx) error {
				p := *all[id]
				return errors.Join(tx.SaveProject(&p, 0), tx.SaveSite(&p, running), failed)
			}); !errors.Is(err, failed) {
				t.Fatal(err)
			}
			continue
		}
		at[id] = now
		h.do(func(tx *store.Tx) error {
			return errors.Join(tx.SaveProject(all[id], 0), tx.SaveSite(all[id], running))
		})
	}
	for _, s := range []store.Scope{
		everything,
		{All: true, Town: "下涯镇"},
		{All: true, Stages: []mechanism.Stage{mechanism.StatisticsEntry}},
		{Rights: []string{"市住建局"}},
		{Rights: []string{"市发改局"}}, // of the phase: not 盯引
		{},
	} {
		h.expectProjects(s, all, at)
	}
}

// expectProjects counts by hand which projects in hand a scope chooses.
func (h *house) expectProjects(s store.Scope, all map[string]*mechanism.Project, at map[string][]mechanism.Stage) {
	h.t.Helper()
	want := []string{}
	for id, p := range all {
		chosen := func(stage mechanism.Stage) bool {
			seen := s.All || slices.Equal(s.Rights, []string{"市住建局"}) && stage == mechanism.ConstructionPermit ||
				slices.Equal(s.Rights, []string{"市发改局"}) && stage != mechanism.Scouting
			return seen && (s.Stages == nil || slices.Contains(s.Stages, stage)) && (s.Town == "" || s.Town == p.Town)
		}
		if slices.ContainsFunc(at[id], chosen) {
			want = append(want, p.Name)
		}
	}
	slices.SortFunc(want, strings.Compare)
	h.read(func(v *store.View) error {
		n, err := v.CountProjects(s)
		refs, err2 := v.ListedProjects(s, 0, 100)
		got := []string{}
		for _, ref := range refs {
			got = append(got, ref.Name)
		}
		if n != len(want) || !slices.Equal(got, want) {
			h.t.Errorf("%+v: counted %d, listed (-want +got):\n%s", s, n, cmp.Diff(want, got))
		}
		return errors.Join(err, err2)
	})
}

// Package storetest is the suite that every database behind package store must pass. It asserts what the other rooms of
// junma rely on, never how a database does it.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"junma/mechanism"
	"junma/store"
)

// Opener opens the store that belongs to the folder dir, with now as its business time; the same dir twice is the same
// store. It closes the store when t ends, if that has not been done by then.
type Opener func(t *testing.T, dir string, now func() time.Time) *store.Store

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	t.Run("事务", func(t *testing.T) { testCommit(t, open) })
	t.Run("项目", func(t *testing.T) { testProjects(t, open) })
	t.Run("预警", func(t *testing.T) { testCases(t, open) })
	t.Run("统计", func(t *testing.T) { testFigures(t, open) })
	t.Run("日志", func(t *testing.T) { testJournal(t, open) })
	t.Run("发件", func(t *testing.T) { testOutbox(t, open) })
	t.Run("少打扰", func(t *testing.T) { testSparing(t, open) })
	t.Run("领取", func(t *testing.T) { testClaim(t, open) })
	t.Run("结果", func(t *testing.T) { testSettle(t, open) })
	t.Run("卡片与对话", func(t *testing.T) { testConversation(t, open) })
	t.Run("待办", func(t *testing.T) { testDesk(t, open) })
	t.Run("名册", func(t *testing.T) { testRoster(t, open) })
	t.Run("佐证", func(t *testing.T) { testEvidence(t, open) })
}

// morning is the instant at which every test begins.
var morning = time.Date(2026, 3, 2, 9, 0, 0, 123_000_000, mechanism.Shanghai).UTC()

// house is a fresh store with a business clock that the test moves.
type house struct {
	*store.Store
	t    *testing.T
	open Opener
	dir  string

	mu  sync.Mutex
	now time.Time
}

func newHouse(t *testing.T, open Opener) *house {
	t.Helper()
	h := &house{t: t, open: open, dir: t.TempDir(), now: morning}
	h.Store = open(t, h.dir, h.clock)
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// restart closes the store and opens it again.
func (h *house) restart() {
	h.t.Helper()
	if err := h.Close(); err != nil {
		h.t.Fatalf("close: %v", err)
	}
	h.Store = h.open(h.t, h.dir, h.clock)
}

func (h *house) do(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.Do(context.Background(), fn); err != nil {
		h.t.Fatalf("transaction: %v", err)
	}
}

func (h *house) read(fn func(v *store.View) error) {
	h.t.Helper()
	if err := h.View(context.Background(), fn); err != nil {
		h.t.Fatalf("view: %v", err)
	}
}

// failing runs fn in a transaction that must fail with want.
func (h *house) failing(want error, fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.Do(context.Background(), fn); !errors.Is(err, want) {
		h.t.Fatalf("transaction gave %v, want %v", err, want)
	}
}

func (h *house) value(key string) (value string) {
	h.t.Helper()
	h.read(func(v *store.View) (err error) {
		value, err = v.Value(key)
		return err
	})
	return value
}

// within fails the test when what is awaited does not come in a time that is far beyond any honest run.
func within[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(30 * time.Second):
		t.Fatalf("%s did not happen", what)
		panic("unreachable")
	}
}

func project(id, name string, cases ...mechanism.Case) *mechanism.Project {
	return &mechanism.Project{
		ID: id, Code: "2601-330182-04-01-" + id, Name: name, Category: mechanism.Industry, Town: "下涯镇",
		Stages: []mechanism.StageState{{Stage: mechanism.ConstructionPermit, Start: mechanism.NewDate(2026, 2, 1)}},
		Cases:  cases,
	}
}

func warning(seq int, level mechanism.Level, firedOn mechanism.Date) mechanism.Case {
	party := func(unit string) mechanism.Party { return mechanism.Party{Unit: unit, Basis: "三(四)1"} }
	return mechanism.Case{
		Seq: seq, Stage: mechanism.ConstructionPermit, Occurrence: 1, Level: level, Source: mechanism.Local,
		State: mechanism.Untreated, Waiting: mechanism.WaitRead, FiredOn: firedOn, FiredAt: firedOn.At(9, 0),
		Due: mechanism.Reading{Last: firedOn + 3, Red: firedOn + 4},
		Parties: mechanism.Parties{
			Responsible: party("下涯镇"), Department: party("市住建局"), Lead: party("市经信局"), Phase: party("市发改局"),
		},
		Push: 1, PushedOn: firedOn,
	}
}

func number(i int) string { return fmt.Sprintf("%03d", i) }

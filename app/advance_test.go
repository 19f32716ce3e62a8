package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/app"
	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// shy is a platform that is not there for a while.
type shy struct {
	clock *app.Clock

	mu    sync.Mutex
	tried int
	there bool
	took  map[string]time.Time // by the card's id: the business time at which it was taken
}

func (*shy) Name() string       { return "shy" }
func (*shy) Traits() bot.Traits { return bot.Traits{MaxButtons: 6, RepeatWindow: time.Hour} }

func (*shy) Encode(m bot.Message) (bot.Payload, error) { return bot.Payload(m.(bot.NewCard).ID), nil }

func (s *shy) Send(_ context.Context, p bot.Payload) (bot.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tried++; !s.there {
		return nil, &bot.Error{Op: "send", Kind: bot.Retry}
	}
	s.took[string(p)] = s.clock.Now()
	return bot.Receipt(p), nil
}

// awaitTry waits until one more card was tried, and lets the platform be there then.
func (s *shy) awaitTry(t *testing.T, more int) {
	t.Helper()
	s.mu.Lock()
	before := s.tried
	s.mu.Unlock()
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		tried := s.tried
		s.mu.Unlock()
		if tried >= before+more {
			return
		}
		if time.Since(begun) > 15*time.Second {
			t.Fatal("nothing is tried")
		}
	}
}

// 程序中断时,同一人还有一件没有发完,它后面的一件要到早上才发:重启后拨动时钟,先把原处的办完,后面的仍在早上发出,
// 不会一下子拨过了它的时段。
func TestTheClockWaitsForWhatACrashLeft(t *testing.T) {
	midnight := time.Date(2026, 3, 9, 0, 0, 0, 0, mechanism.Shanghai)
	dir := t.TempDir()
	config, err := app.ParseConfig(fmt.Appendf(nil, "[service]\naddr = \"127.0.0.1:0\"\nintake_tokens = [%q]\nadmin_tokens = [%q]\n"+
		"[store]\nurl = \"sqlite:%s\"\nevidence = %q\n", strings.Repeat("i", 32), strings.Repeat("a", 32),
		filepath.Join(dir, "junma.db"), filepath.Join(dir, "evidence")), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	enqueueTwo(t, config, midnight)
	clock := app.NewClock(midnight)
	platform := &shy{clock: clock, took: map[string]time.Time{}}
	a, err := app.New(t.Context(), config, app.Options{Clock: clock, Log: slog.New(slog.DiscardHandler), Platforms: map[string]bot.Platform{"shy": platform}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	moved := make(chan error, 1)
	go func() { moved <- a.Advance(t.Context(), midnight.Add(18*time.Hour), nil) }()
	platform.awaitTry(t, 1)
	platform.mu.Lock()
	platform.there = true
	platform.mu.Unlock()
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	platform.mu.Lock()
	defer platform.mu.Unlock()
	if at := platform.took["urgent"]; !at.Equal(midnight) {
		t.Errorf("what was left at midnight went out at %s", at)
	}
	if at := platform.took["morning"]; !at.Equal(midnight.Add(9 * time.Hour)) {
		t.Errorf("what is due at nine went out at %s", at)
	}
}

// enqueueTwo leaves two cards for one person in a database: one that is due, and one for the morning.
func enqueueTwo(t *testing.T, config *app.Config, midnight time.Time) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{
		Path: config.Store.SQLitePath(), Evidence: config.Store.Evidence, Now: func() time.Time { return midnight },
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Do(t.Context(), func(tx *store.Tx) error {
		chen := store.Person{ID: "chen", Name: "陈某", Unit: mechanism.UnitTaskForce, Role: mechanism.RoleTaskForce, Active: true, Accounts: map[string]string{"shy": "chen"}}
		if err := tx.SaveRoster(store.RosterChange{People: []store.Person{chen}}); err != nil {
			return err
		}
		for _, d := range []store.Delivery{
			{ID: "urgent", NotBefore: midnight, Urgency: int(mechanism.Now)},
			{ID: "morning", NotBefore: midnight.Add(9 * time.Hour)},
		} {
			d.Key, d.Lane, d.Effect, d.Platform, d.Person, d.Kind = d.ID, "shy/chen", store.EffectCard, "shy", "chen", string(mechanism.KindAlarm)
			d.Address, d.Params = []byte(`{"User":"chen"}`), []byte(`{"on":"2026-03-09","alarm":"请核对。"}`)
			if _, err := tx.Enqueue(d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

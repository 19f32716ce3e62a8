package bot_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"junma/bot"
)

func TestMemoryTokens(t *testing.T) {
	var m bot.MemoryTokens
	ctx := t.Context()
	if token, _, err := m.Get(ctx, "k"); token != "" || err != nil {
		t.Errorf("an empty store gives %q, %v", token, err)
	}
	expires := time.Now().Add(time.Hour)
	for _, err := range []error{m.Put(ctx, "k", "one", expires), m.Drop(ctx, "k", "another")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if token, until, _ := m.Get(ctx, "k"); token != "one" || !until.Equal(expires) {
		t.Errorf("after another token was dropped: %q until %v", token, until)
	}
	if err := m.Drop(ctx, "k", "one"); err != nil {
		t.Fatal(err)
	}
	if token, _, _ := m.Get(ctx, "k"); token != "" {
		t.Errorf("the dropped token is still there: %q", token)
	}
}

func TestMemoryLimiterPaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m bot.MemoryLimiter
		start := time.Now()
		var all sync.WaitGroup
		for range 41 {
			all.Go(func() {
				if err := m.Wait(t.Context(), "k", 20); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(start); took < 2*time.Second || took > 2100*time.Millisecond {
			t.Errorf("41 requests at 20 a second took %v, want 2 s", took)
		}
		if err := m.Wait(t.Context(), "another", 20); err != nil || time.Since(start) > 2100*time.Millisecond {
			t.Errorf("another key had to wait (%v)", err)
		}
	})
}

func TestMemoryLimiterPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m bot.MemoryLimiter
		start := time.Now()
		m.Pause("k", 5*time.Second)
		m.Pause("k", time.Second) // the longer one stays
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := m.Wait(ctx, "k", 20); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller with a second left got %v", err)
		}
		if err := m.Wait(t.Context(), "k", 20); err != nil || time.Since(start) < 5*time.Second {
			t.Errorf("the pause ended after %v (%v)", time.Since(start), err)
		}
		if err := m.Wait(t.Context(), "k", 0); err != nil || time.Since(start) > 6*time.Second {
			t.Errorf("no limit took %v (%v)", time.Since(start), err)
		}
	})
}

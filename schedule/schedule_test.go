package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"junma/schedule"
)

// log collects lines from the scheduler's goroutines.
type log struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// A panicking job and a failing job neither end the process nor lose their next turn.
func TestJobsSurvivePanicsAndErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out log
		s, err := schedule.New(time.UTC, slog.New(slog.NewTextHandler(&out, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ran := map[string]int{}
		var mu sync.Mutex
		count := func(name string) int {
			mu.Lock()
			defer mu.Unlock()
			ran[name]++
			return ran[name]
		}
		jobs := []schedule.Job{
			{Name: "panics", At: "* * * * *", Run: func(context.Context) error {
				if count("panics") == 1 {
					panic("boom")
				}
				return nil
			}},
			{Name: "fails", At: "* * * * *", Run: func(context.Context) error {
				count("fails")
				return errors.New("no luck")
			}},
		}
		for _, job := range jobs {
			if err := s.Add(t.Context(), job); err != nil {
				t.Fatal(err)
			}
		}
		s.Start()
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, name := range []string{"panics", "fails"} {
			if ran[name] != 3 {
				t.Errorf("job %q ran %d times in three minutes, want 3", name, ran[name])
			}
		}
		for _, want := range []string{"job panicked", "boom", "no luck"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the log does not say %q:\n%s", want, out.String())
			}
		}
	})
}

func TestAddRefusesABadExpression(t *testing.T) {
	s, err := schedule.New(time.UTC, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	err = s.Add(t.Context(), schedule.Job{Name: "day", At: "at dawn", Run: func(context.Context) error { return nil }})
	if err == nil || !strings.Contains(err.Error(), `"at dawn"`) {
		t.Errorf("error = %v, want one that quotes the expression", err)
	}
}

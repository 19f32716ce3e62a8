package mechanism_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"junma/mechanism"
)

// FuzzLife is Test随机事件下始终成立 driven by coverage.
func FuzzLife(f *testing.F) {
	live := livesAtRandom(f)
	for seed := range byte(8) { // long enough for a whole life: a shorter one is no test
		life := make([]byte, 1<<16)
		_, _ = rand.NewChaCha8([32]byte{seed}).Read(life) // never fails
		f.Add(life)
	}
	f.Fuzz(rapid.MakeFuzz(live))
}

// FuzzDates: what reads as a date or a limit reads back the same, and the arithmetic of a clock keeps its order: orange
// before the last day, red after it, each day of a working-day limit a working day.
func FuzzDates(f *testing.F) {
	for _, seed := range []struct {
		start, limit string
		n            int
	}{
		{"2026-03-02", "25日", 20},
		{"2024-08-31", "18月", 1},
		{"2026-09-30", "20工作日", -3},
		{"2026-02-28", "12个月", 0},
		{"0001-01-01", "9999月", 1},
		{"9999-12-31", "9999工作日", 9999},
		{"1969-12-31", "1日", -1},
		{"2026-13-01", "0日", 7},
	} {
		f.Add(seed.start, seed.limit, seed.n)
	}
	book := bookWith(f, "[limits]\naccept_samples = true")
	f.Fuzz(func(t *testing.T, text, term string, n int) {
		start, err := mechanism.ParseDate(text)
		if err != nil {
			return
		}
		if start.String() != text && !start.IsZero() {
			t.Fatalf("%q reads back as %s", text, start)
		}
		limit, err := mechanism.ParseLimit(term)
		if err != nil {
			return
		}
		if again, err := mechanism.ParseLimit(limit.String()); err != nil || again != limit {
			t.Fatalf("%q reads back as %s (%v)", term, again, err)
		}
		n %= 1000
		if to, _ := book.AddWorkdays(start, n); n != 0 {
			if work, _ := book.Workday(to); !work || n > 0 && to <= start || n < 0 && to >= start {
				t.Fatalf("%d workdays from %s is %s", n, start, to)
			}
		}
		clockKeepsOrder(t, book, mechanism.Clock{Start: start, Limit: limit, Confirmed: true})
	})
}

func clockKeepsOrder(t *testing.T, book *mechanism.Book, c mechanism.Clock) {
	t.Helper()
	light, r := book.Evaluate(c, c.Start)
	if c.Start.IsZero() || c.Limit.IsZero() {
		return
	}
	if r.Last < c.Start || r.Red <= r.Last || !r.Orange.IsZero() && r.Orange > r.Last || light == mechanism.LightRed {
		t.Fatalf("%s from %s: orange %s, last %s, red %s, on the first day %v", c.Limit, c.Start, r.Orange, r.Last, r.Red, light)
	}
	if on, _ := book.Evaluate(c, r.Last); on == mechanism.LightRed {
		t.Fatalf("%s from %s is red on its last day %s", c.Limit, c.Start, r.Last)
	}
	if after, _ := book.Evaluate(c, r.Red); after != mechanism.LightRed {
		t.Fatalf("%s from %s is %v on its red day %s", c.Limit, c.Start, after, r.Red)
	}
}

package app_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"junma/app"
)

// FuzzRuleBook: whatever an operator writes, it is either a rule book that can be read aloud, or every fault has a place
// and says what is allowed.
func FuzzRuleBook(f *testing.F) {
	example, err := os.ReadFile("../config.example.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	for _, text := range []string{
		"[push]\ncycle_days = 30\nhours = \"09:00-18:00\"\n", "[push]\nhours = \"24:00-00:00\"\n", "[limits]\naccept_samples = true\n",
		"[[limit]]\nstage = \"施工许可\"\nlimit = \"25日\"\nconfirmed = true\n", "[[limit]]\nstage = \"施工许可\"\nlimit = \"9999月\"\n",
		"[[duty]]\nstage = \"立项\"\n[[chain]]\n[[option]]\n[[applies]]\n", "[tier]\nhold_minutes = [0, 0, -1]\n", "[calendar.2026]\n", "a = [[[[",
		"[orange]\ndays = -1\n", "\ufeff[service]\naddr = \"${X}\"\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		config, err := app.ParseConfig([]byte(text), environment)
		if err == nil {
			if err := config.Book.Prose(io.Discard); err != nil {
				t.Fatalf("a rule book that can't be read aloud: %v", err)
			}
			return
		}
		problems, ok := errors.AsType[app.Problems](err)
		if !ok || len(problems) == 0 {
			t.Fatalf("not a list of faults: %v", err)
		}
		for _, p := range problems {
			if p.Path == "" || strings.TrimSpace(p.Allowed) == "" {
				t.Fatalf("a fault without place or sentence: %+v", p)
			}
		}
	})
}

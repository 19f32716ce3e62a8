package main

import (
	"os"
	"testing"
	"time"
)

// The same siege as the command's, short: a few kills at places of every campaign. A seed that once found something is
// worth a line here.
func TestNothingIsLostInKills(t *testing.T) {
	if _, err := os.Stat("/proc/self/io"); err != nil {
		t.Skip("how far a process has come is read from /proc, which this system does not have")
	}
	program, err := build(t.Context(), t.TempDir(), "../junma")
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	s := &siege{program: program, dir: t.TempDir(), seed: 22, say: func(line string) { t.Log(line) }}
	const kills = 25
	r, err := s.run(t.Context(), kills)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.table())
	}
	t.Logf("%d kills in %s\n%s", r.kills(), time.Since(begun).Round(time.Second), r.table())
	if len(r.findings) > 0 {
		t.Errorf("%d findings", len(r.findings))
	}
	if r.kills() < kills {
		t.Errorf("%d kills, want %d", r.kills(), kills)
	}
}

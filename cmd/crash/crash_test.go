package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// program is junma, built once for all tests.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "junma-crash-")
	if err == nil {
		program, err = build(context.Background(), dir, "../junma")
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// The same siege as the command's, short: a few kills at places of every campaign. A seed that once found something is
// worth a line here.
func TestNothingIsLostInKills(t *testing.T) {
	if _, err := os.Stat("/proc/self/io"); err != nil {
		t.Skip("how far a process has come is read from /proc, which this system does not have")
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

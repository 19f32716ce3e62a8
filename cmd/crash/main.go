// Command crash kills junma wherever that could hurt, and looks for what got lost.
//
//	go run ./cmd/crash -seed 1              each place once
//	go run ./cmd/crash -seed 7 -kills 500   about that many, at places the seed chooses
//
// It starts the real program, as a process of its own, on the pretend DingTalk over loopback, and lives a story with it:
// reports with pictures, every disposal, a return, a disclaimer, texts held and released, questions, tables. Undisturbed
// once; then again and again with kill -9 and a new start
//
//   - at every distinct outgoing request, before and after the platform applied it, a file's fetching included;
//   - when a press, a message or a record has been acknowledged, before anything that follows from it;
//   - when a press or a message is committed and its acknowledgement lost;
//   - while a record is taken in, a table imported, the clock moved, a backup made, the first schema written.
//
// Each disturbed story must end as the undisturbed one: everybody with the same cards, each once; the same journal, whose
// chain holds and which replays to the stored projects; every file there; no error in the log. The exit code is 1 when
// one does not.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

// most bounds a run: a program that hangs is a finding, not a reason to hang.
const most = time.Hour

func main() {
	seed := flag.Uint64("seed", 1, "chooses the places; the same seed, the same places")
	kills := flag.Int("kills", 0, "how many kills; 0 = every place once")
	program := flag.String("program", "", "the junma to be killed; built from ./cmd/junma when not given")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, most)
	code := run(ctx, *program, *seed, *kills)
	cancel()
	stop()
	os.Exit(code)
}

// run gives the exit code: 0 fine, 1 something was found, 2 it could not be tried.
func run(ctx context.Context, program string, seed uint64, kills int) int {
	dir, err := os.MkdirTemp("", "junma-crash-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if program == "" {
		if program, err = build(ctx, dir, "./cmd/junma"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
	}
	begun := time.Now() //nolint:forbidigo // how long it takes on the machine
	s := &siege{program: program, dir: dir, seed: seed, say: func(line string) { fmt.Fprintln(os.Stderr, line) }}
	report, err := s.run(ctx, kills)
	fmt.Print(report.table())
	fmt.Printf("seed %d, %d kills, %d findings, %s\n", seed, report.kills(), len(report.findings), time.Since(begun).Round(time.Second))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if len(report.findings) > 0 {
		return 1
	}
	return 0
}

// build makes the program to be killed.
func build(ctx context.Context, dir, folder string) (string, error) {
	program := filepath.Join(dir, "junma")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", program, folder).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build junma: %w\n%s", err, out)
	}
	return program, nil
}

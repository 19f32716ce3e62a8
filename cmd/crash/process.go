package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
)

// process is one life of the service.
type process struct {
	command *exec.Cmd
	address string
	ended   chan struct{}
}

var readyLine = regexp.MustCompile(`msg="junma is ready" addr=(\S+)`)

// launch starts a command line of junma that goes on, and hears its log.
func (w *world) launch(ctx context.Context, args ...string) (p *process, ready <-chan string, err error) {
	command := exec.CommandContext(context.WithoutCancel(ctx), w.program, args...) // it outlives the act that starts it
	command.Dir = w.dir
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	p = &process{command: command, ended: make(chan struct{})}
	heard := make(chan string, 1)
	go func() {
		defer close(p.ended)
		w.log.follow(stderr, heard)
		_ = command.Wait() // how it ended is known: it was killed
	}()
	return p, heard, nil
}

// begin starts the service where its clock stands, and returns when it listens.
func (w *world) begin(ctx context.Context) error {
	p, ready, err := w.launch(ctx, w.serveArgs()...)
	if err != nil {
		return err
	}
	w.process = p
	w.lives++
	select {
	case p.address = <-ready:
		return nil
	case <-p.ended:
		return fmt.Errorf("the service ended by itself:\n%s", w.log.text())
	case <-ctx.Done():
		return fmt.Errorf("the service does not get ready: %w\n%s", ctx.Err(), w.log.text())
	}
}

// kill is kill -9, and returns when the process is no more.
func (p *process) kill() {
	_ = p.command.Process.Kill() // dead already is dead too
	<-p.ended
}

// kill kills the service, and returns when no connection of it is left either.
func (w *world) kill(ctx context.Context) error {
	w.process.kill()
	return w.sandbox.Wait(ctx, func() bool { return len(w.sandbox.Connections()) == 0 })
}

// command runs a command line of junma to its end.
func (w *world) command(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, w.program, args...)
	command.Dir = w.dir
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("junma %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// lines is the log of all lives.
type lines struct {
	mu     sync.Mutex
	all    []string
	errors []string
}

// follow reads a log to its end, and tells the address when the service listens.
func (l *lines) follow(r io.Reader, ready chan<- string) {
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		l.take(scanner.Text())
		if found := readyLine.FindStringSubmatch(scanner.Text()); found != nil {
			ready <- found[1]
		}
	}
}

func (l *lines) take(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
	if strings.Contains(line, " level=ERROR ") {
		l.errors = append(l.errors, line)
	}
}

// text gives the end of the log.
func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all[max(0, len(l.all)-20):], "\n")
}

func (l *lines) errorLines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.errors
}

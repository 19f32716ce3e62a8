package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/mechanism"
)

// asProgram, when set in the environment, makes the test binary be junma itself.
const asProgram = "JUNMA_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	go func() { // nobody is left behind when the test dies: its end of the pipe closes
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	main()
}

// child is `junma serve` as a process of its own, which can be killed and started again on the same files. Its clock
// goes on where it stood.
type child struct {
	w    *world
	plug *plug

	mu      sync.Mutex // held while the process is being killed and started again
	process *process
	now     time.Time // business time, as far as known here
	clock   sync.Mutex
	lives   int
	failed  error

	unheard bool // crash does not wait for acknowledgements
}

// process is one life of the child.
type process struct {
	command *exec.Cmd
	stdin   io.Closer
	ready   chan string // its address, once
	address string
	ended   chan struct{}
}

var readyLine = regexp.MustCompile(`msg="junma is ready" addr=(\S+)`)

// begin starts the program, and returns when it listens.
func (c *child) begin(ctx context.Context) error {
	command := exec.Command(os.Args[0], "serve", "-c", c.w.configPath(), "--clock", c.time().Format(time.RFC3339))
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Dir = c.w.dir
	stdin, err := command.StdinPipe()
	if err != nil {
		return err
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	p := &process{command: command, stdin: stdin, ready: make(chan string, 1), ended: make(chan struct{})}
	c.process = p
	c.lives++
	go func() {
		defer close(p.ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			c.w.log.take(lines.Text())
			if found := readyLine.FindStringSubmatch(lines.Text()); found != nil {
				p.ready <- found[1]
			}
		}
		_ = command.Wait() // how it ended is known: it was killed
	}()
	select {
	case p.address = <-p.ready:
		return nil
	case <-p.ended:
		return fmt.Errorf("the program ended by itself:\n%s", c.w.log.text())
	case <-ctx.Done():
		return fmt.Errorf("the program does not get ready: %w", ctx.Err())
	}
}

// kill is kill -9, and returns when nothing of the process is left: neither itself nor a connection of it.
func (c *child) kill(ctx context.Context) error {
	if err := c.process.command.Process.Kill(); err != nil {
		return err
	}
	<-c.process.ended
	_ = c.process.stdin.Close()
	return c.w.sandbox.Wait(ctx, func() bool { return len(c.w.sandbox.Connections()) == 0 })
}

// crash kills the program and starts it again, by default when everything that people did has been acknowledged.
func (c *child) crash() {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c.failed = errors.Join(c.failed, c.crashNow(ctx))
}

func (c *child) crashNow(ctx context.Context) error {
	heard := func() bool {
		acknowledged, all := c.w.pushes()
		return acknowledged == all || c.unheard
	}
	if err := c.w.sandbox.Wait(ctx, heard); err != nil {
		return fmt.Errorf("wait for acknowledgements: %w", err)
	}
	if err := c.readClock(ctx); err != nil {
		return err
	}
	if err := c.kill(ctx); err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	if err := c.plug.nextLife(ctx); err != nil {
		return err
	}
	return c.begin(ctx)
}

// readClock asks the program what time it is: an advance that is under way has moved its clock.
func (c *child) readClock(ctx context.Context) error {
	var body struct{ Now time.Time }
	if err := c.call(ctx, http.MethodGet, c.process.address, "/readyz", "", &body); err != nil {
		return fmt.Errorf("read the clock: %w", err)
	}
	c.setTime(body.Now)
	return nil
}

func (c *child) address() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.process.address
}

// life gives the address of the present process and which one it is.
func (c *child) life() (address string, life int, failed error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.process.address, c.lives, c.failed
}

// advance moves the clock, as often as it takes: a process killed on the way is replaced by another one.
func (c *child) advance(ctx context.Context, to string) error {
	for {
		address, life, err := c.life()
		if err != nil {
			return err
		}
		var body struct{ Now time.Time }
		err = c.call(ctx, http.MethodPost, address, "/sandbox/clock", fmt.Sprintf(`{"to":%q}`, to), &body)
		if err == nil {
			c.setTime(body.Now)
			return nil
		}
		if _, present, _ := c.life(); present == life {
			return err
		}
	}
}

// expectUnheard lets crash happen without waiting for acknowledgements.
func (c *child) expectUnheard() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unheard = true
}

// settle waits until everything that can go out has gone out, and people can act.
func (c *child) settle(ctx context.Context) error {
	if err := c.advance(ctx, c.time().Format(time.RFC3339)); err != nil {
		return err
	}
	return c.w.sandbox.WaitConnections(ctx, 1)
}

func (c *child) call(ctx context.Context, method, address, path, body string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	return do(req, "", out)
}

func (c *child) time() time.Time {
	c.clock.Lock()
	defer c.clock.Unlock()
	return c.now
}

func (c *child) setTime(now time.Time) {
	c.clock.Lock()
	defer c.clock.Unlock()
	c.now = now.In(mechanism.Shanghai)
}

// take keeps a line that another process has logged.
func (l *watchedLog) take(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.WriteString(line + "\n")
	if strings.Contains(line, " level=ERROR ") {
		l.errors = append(l.errors, line)
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCommandLine runs every script of testdata/script-cli: the program as an operator starts it and as a stranger on
// the network meets it, each time as a process of its own.
//
//	junma CODE ARG…                      run the program to its end, which must have this exit code
//	serve ARG…                           start `junma serve ARG…`; $ADDR is where it listens
//	terminate                            end it as systemd would; what it logged is stderr
//	http STATUS METHOD PATH [HEADER…] [@FILE]   ask the running service; the answer is stdout
//	big FILE                             write a file of spaces that is a little larger than a body may be
func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script-cli",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"junma": junmaCommand, "serve": serveInScript, "terminate": terminateCommand, "http": httpCommand, "big": bigCommand,
		},
		Setup: func(env *testscript.Env) error {
			slot := &serviceSlot{}
			env.Values[serviceSlotKey{}] = slot
			example, err := filepath.Abs("../../config.example.toml")
			env.Setenv("EXAMPLE", example)
			env.Defer(func() {
				if slot.running != nil {
					slot.running.kill()
				}
			})
			return err
		},
	})
}

// service is a `junma serve` under way.
type service struct {
	command *exec.Cmd
	stdin   io.Closer
	log     bytes.Buffer // to be read when ended is closed
	ended   chan struct{}
	err     error // how it ended
}

type serviceSlot struct{ running *service }

type serviceSlotKey struct{}

// scriptVariables are what a script may set for the program.
var scriptVariables = []string{"ADDR", "JUNMA_INTAKE_TOKEN", "JUNMA_ADMIN_TOKEN", "DINGTALK_CLIENT_SECRET"}

// program is a command line of junma in the script's folder and environment.
func program(ctx context.Context, ts *testscript.TestScript, args ...string) (*exec.Cmd, io.Closer) {
	command := exec.CommandContext(ctx, os.Args[0], args...)
	command.Dir = ts.MkAbs(".")
	command.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + ts.MkAbs(".")}
	for _, name := range scriptVariables {
		if value := ts.Getenv(name); value != "" {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	stdin, err := command.StdinPipe() // its end would end the program
	ts.Check(err)
	return command, stdin
}

func junmaCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: junma CODE ARG…")
	}
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	limit, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	command, stdin := program(limit, ts, args[1:]...)
	defer stdin.Close()
	command.Stdout, command.Stderr = ts.Stdout(), ts.Stderr()
	if err := command.Run(); err != nil && command.ProcessState == nil {
		ts.Fatalf("%v", err)
	}
	if got := command.ProcessState.ExitCode(); got != code {
		ts.Fatalf("exit code %d, want %d", got, code)
	}
}

func serveInScript(ts *testscript.TestScript, _ bool, args []string) {
	slot := ts.Value(serviceSlotKey{}).(*serviceSlot)
	if slot.running != nil {
		ts.Fatalf("the service runs already")
	}
	command, stdin := program(context.Background(), ts, append([]string{"serve"}, args...)...)
	stderr, err := command.StderrPipe()
	ts.Check(err)
	ts.Check(command.Start())
	s := &service{command: command, stdin: stdin, ended: make(chan struct{})}
	slot.running = s
	ready := make(chan string, 1)
	go func() {
		defer close(s.ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			s.log.WriteString(lines.Text() + "\n")
			if found := readyLine.FindStringSubmatch(lines.Text()); found != nil {
				ready <- found[1]
			}
		}
		s.err = command.Wait()
	}()
	select {
	case address := <-ready:
		ts.Setenv("ADDR", address)
	case <-s.ended:
		ts.Fatalf("the service ended by itself: %v\n%s", s.err, s.log.String())
	case <-time.After(patience):
		ts.Fatalf("the service does not get ready")
	}
}

func (s *service) kill() {
	_ = s.command.Process.Kill()
	<-s.ended
	_ = s.stdin.Close()
}

// terminateCommand wants an orderly end: exit code 0 within the time that a service manager leaves.
func terminateCommand(ts *testscript.TestScript, _ bool, _ []string) {
	slot := ts.Value(serviceSlotKey{}).(*serviceSlot)
	s := slot.running
	if s == nil {
		ts.Fatalf("no service is running")
	}
	ts.Check(s.command.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.kill()
		ts.Fatalf("the service does not stop:\n%s", s.log.String())
	}
	slot.running = nil
	_ = s.stdin.Close()
	fmt.Fprint(ts.Stderr(), s.log.String())
	if s.err != nil {
		ts.Fatalf("the service did not end in order: %v", s.err)
	}
}

func httpCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http STATUS METHOD PATH [HEADER…] [@FILE]")
	}
	var body io.Reader
	if last := args[len(args)-1]; strings.HasPrefix(last, "@") {
		body, args = strings.NewReader(ts.ReadFile(last[1:])), args[:len(args)-1]
	}
	req, err := http.NewRequest(args[1], "http://"+ts.Getenv("ADDR")+args[2], body)
	ts.Check(err)
	for _, header := range args[3:] {
		name, value, ok := strings.Cut(header, ": ")
		if !ok {
			ts.Fatalf("%q is no header", header)
		}
		req.Header.Set(name, value)
	}
	resp, err := (&http.Client{Timeout: patience}).Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", text)
	if got := strconv.Itoa(resp.StatusCode); got != args[0] {
		ts.Fatalf("%s %s answers %s, want %s: %s", args[1], args[2], got, args[0], text)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		ts.Fatalf("%s %s answers with the content type %q", args[1], args[2], kind)
	}
}

func bigCommand(ts *testscript.TestScript, _ bool, args []string) {
	spaces := bytes.Repeat([]byte(" "), 64<<20)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), slices.Concat([]byte("["), spaces, []byte("]")), 0o600))
}

// A service manager may stop the service before the first day's work is done; that is an orderly end too.
func TestServiceStoppedWhileStartingEndsInOrder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte("[service]\naddr = \"127.0.0.1:0\"\nintake_tokens = []\nadmin_tokens = []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	log := &stoppingLog{on: "junma is ready", stop: stop}
	if code := run(ctx, []string{"serve", "-c", path}, io.Discard, log); code != 0 || !strings.Contains(log.text.String(), "junma has stopped") {
		t.Errorf("exit code %d after\n%s", code, log.text.String())
	}
}

// stoppingLog keeps what is logged, and calls stop at a line with a text.
type stoppingLog struct {
	on   string
	stop context.CancelFunc
	text bytes.Buffer
}

func (l *stoppingLog) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(l.on)) {
		l.stop()
	}
	return l.text.Write(line)
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkProgram starts the built program on an empty database and on one of 100,000 projects: from the start of the
// process to the first 200 of /readyz, and the memory it holds ten seconds later, with nothing to do and, on the large
// database, after 1,000 more records. It also reports the size of the program.
//
//	go test ./cmd/junma -run xxx -bench Program -benchtime 1x -timeout 30m
func BenchmarkProgram(b *testing.B) {
	program := filepath.Join(b.TempDir(), "junma")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(program)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
	b.ReportMetric(0, "ns/op")
	sink := newCardSink(b)
	dir := b.TempDir()
	config := filepath.Join(dir, "junma.toml")
	text := fmt.Appendf(nil, "[service]\naddr = \"127.0.0.1:0\"\nintake_tokens = [%q]\nadmin_tokens = [%q]\n[store]\nurl = \"sqlite:%s\"\nevidence = %q\n[dingtalk]\n"+
		"client_id = %q\nclient_secret = %q\napi_base = %q\noapi_base = %q\n", intakeToken, adminToken, filepath.Join(dir, "junma.db"),
		filepath.Join(dir, "evidence"), testClientID, testClientSecret, sink.server.URL, sink.server.URL)
	if err := os.WriteFile(config, text, 0o600); err != nil {
		b.Fatal(err)
	}

	empty := startProgram(b, program, config)
	time.Sleep(10 * time.Second)
	b.ReportMetric(float64(empty.ready.Milliseconds()), "ms-to-ready")
	b.ReportMetric(empty.memory(b), "MB-idle")
	for from := 0; from < 100_000; from += 10_000 {
		empty.take(b, from, 10_000, "?baseline=true")
	}
	empty.stop(b)

	full := startProgram(b, program, config)
	time.Sleep(10 * time.Second)
	b.ReportMetric(float64(full.ready.Milliseconds()), "ms-to-ready-at-100000")
	b.ReportMetric(full.memory(b), "MB-at-100000")
	full.take(b, 100_000, 1000, "")
	b.ReportMetric(full.memory(b), "MB-at-100000-busy")
	full.stop(b)
}

// running is the program as a process of its own.
type running struct {
	command *exec.Cmd
	base    string
	ready   time.Duration
}

// addrLine is the address in the log's line that says the program is ready.
var addrLine = regexp.MustCompile(`addr"?[=:]"?(127\.0\.0\.1:\d+)`)

func startProgram(b *testing.B, program, config string) *running {
	b.Helper()
	r := &running{command: exec.CommandContext(context.WithoutCancel(b.Context()), program, "serve", "--config", config)}
	logged, err := r.command.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := r.command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = r.command.Process.Kill() })
	var log bytes.Buffer
	buffer := make([]byte, 4096)
	for r.base == "" {
		n, err := logged.Read(buffer)
		log.Write(buffer[:n])
		if found := addrLine.FindSubmatch(log.Bytes()); found != nil {
			r.base = "http://" + string(found[1])
		} else if err != nil {
			b.Fatalf("%v: %s", err, log.Bytes())
		}
	}
	go func() { _, _ = io.Copy(io.Discard, logged) }()
	for {
		if resp, err := http.Get(r.base + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > time.Minute {
			b.Fatal("the program is not ready")
		}
		time.Sleep(time.Millisecond)
	}
	r.ready = time.Since(began)
	return r
}

// take posts records.
func (r *running) take(b *testing.B, from, n int, query string) {
	b.Helper()
	var body strings.Builder
	for i := range n {
		body.WriteString(benchRecord(from+i) + "\n")
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, r.base+"/api/v1/projects"+query, strings.NewReader(body.String()))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Authorization", "Bearer "+intakeToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || !bytes.Contains(text, fmt.Appendf(nil, `"accepted":%d`, n)) {
		b.Fatalf("%v %s", err, text)
	}
}

// memory is the resident memory of the process, in MB.
func (r *running) memory(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.command.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		b.Fatal("no VmRSS")
	}
	kb, err := strconv.Atoi(fields[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kb) / 1000
}

func (r *running) stop(b *testing.B) {
	b.Helper()
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	var failed *exec.ExitError
	if err := r.command.Wait(); err != nil && !errors.As(err, &failed) {
		b.Fatal(err)
	}
}

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// alertmanager is the program that BenchmarkIntakeToDelivered also measures, as what the field knows.
var alertmanager = flag.String("alertmanager", "", "path of an Alertmanager to measure beside junma")

// cardSink is the platform at its barest: it answers every card with a receipt, and notes when a record's last one came.
type cardSink struct {
	server *httptest.Server
	client *http.Client
	want   int64

	mu      sync.Mutex
	seen    map[int]int       // by record: cards
	arrived map[int]time.Time // by record: the last card
	total   int64
	all     chan struct{} // closed when every card is there
}

// mark precedes a record's number in the name of its project.
const mark = "项目P"

func newCardSink(b *testing.B) *cardSink {
	b.Helper()
	s := &cardSink{
		want: int64(b.N) * notesPerRecord, seen: map[int]int{}, arrived: map[int]time.Time{}, all: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4 * connections}},
	}
	s.server = httptest.NewServer(s)
	b.Cleanup(s.server.Close)
	return s
}

func (s *cardSink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	now := time.Now()
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/accessToken"):
		fmt.Fprint(w, `{"accessToken":"token-of-the-sink","expireIn":7200}`)
	case strings.HasPrefix(r.URL.Path, "/v1.0/gateway"):
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		s.note(body, now)
		fmt.Fprint(w, `{"success":true,"result":{"outTrackId":"card","deliverResults":[{"spaceType":"IM_ROBOT","spaceId":"x","success":true,"carrierId":"c"}]}}`)
	}
}

func (s *cardSink) note(body []byte, now time.Time) {
	at := bytes.Index(body, []byte(mark))
	if at < 0 {
		return
	}
	id, err := strconv.Atoi(string(body[at+len(mark) : at+len(mark)+6]))
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[id]++
	s.total++
	if s.seen[id] == notesPerRecord {
		s.arrived[id] = now
	}
	if s.total == s.want {
		close(s.all)
	}
}

// bare posts each record and four bodies of a card's size straight to the sink.
func (s *cardSink) bare(ctx context.Context, from, to int) error {
	padding := strings.Repeat("x", 1100) // as long as the body of a card
	for i := from; i < to; i++ {
		unmarked := strings.Replace(benchRecord(i), mark, "项目", 1) // the sink counts only cards
		if err := s.send(ctx, s.server.URL, "", unmarked); err != nil {
			return err
		}
		for range notesPerRecord {
			if err := s.send(ctx, s.server.URL, "", fmt.Sprintf("%s%06d%s", mark, i, padding)); err != nil {
				return err
			}
		}
	}
	return nil
}

// alertmanager starts the program of -alertmanager with four webhooks, and gives what posts alerts to it.
func (s *cardSink) alertmanager(b *testing.B) func(ctx context.Context, from, to int) error {
	b.Helper()
	dir := b.TempDir()
	text := "route:\n  receiver: w0\n  group_by: ['...']\n  group_wait: 0s\n  group_interval: 1m\n  repeat_interval: 4h\n  routes:\n"
	receivers := "receivers:\n"
	for i := range notesPerRecord {
		text += fmt.Sprintf("  - receiver: w%d\n    continue: true\n", i)
		receivers += fmt.Sprintf("- name: w%d\n  webhook_configs:\n  - url: %s\n    send_resolved: false\n", i, s.server.URL)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yml"), []byte(text+receivers), 0o600); err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		b.Fatal(err)
	}
	program := exec.CommandContext(b.Context(), *alertmanager, "--config.file="+filepath.Join(dir, "config.yml"), "--storage.path="+dir,
		"--web.listen-address="+address, "--cluster.listen-address=", "--log.level=error")
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = program.Process.Kill(); _ = program.Wait() })
	base := "http://" + address
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if resp, err := s.client.Get(base + "/-/ready"); err == nil {
			resp.Body.Close()
			break
		} else if time.Since(begun) > patience {
			b.Fatal(err)
		}
	}
	return func(ctx context.Context, from, to int) error {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, fmt.Sprintf(`{"labels":{"alertname":"%s%06d","stage":"施工许可","level":"红","town":"第%d镇"},"annotations":{"summary":"红灯预警通报"}}`, mark, i, i%unitsOfAKind))
		}
		return s.send(ctx, base+"/api/v2/alerts", "", "["+strings.Join(all, ",")+"]")
	}
}

// send posts a body and takes any answer but 200 for an error, and one about a record too.
func (s *cardSink) send(ctx context.Context, url, token, body string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"index"`)) {
		return fmt.Errorf("%s: %s %s", url, resp.Status, text)
	}
	return nil
}

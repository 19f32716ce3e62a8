package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"junma/app"
)

// alertmanager is the program that BenchmarkIntakeToDelivered also measures, as what the field knows.
var alertmanager = flag.String("alertmanager", "", "path of an Alertmanager to measure beside junma")

const (
	notesPerRecord = 4   // contacts of the town, the department and the owner, and the coordinating town's group
	unitsOfAKind   = 250 // over so many of each kind the records are spread
	connections    = 8
)

// BenchmarkIntakeToDelivered posts platform reds, one new project each, and waits until the four cards of every one have
// reached a bare HTTP server: through the intake, the mechanism, SQLite on disk, the outbox and the DingTalk adapter,
// with the digest, the daily budget and the pace of the tenant off. The latency is a record's, from before its POST to
// its last card. The references post the same bytes with nothing between, and, with -alertmanager, one alert for each
// record to an Alertmanager of four webhooks, which keeps nothing on disk before it answers.
//
//	go test ./cmd/junma -run xxx -bench IntakeToDelivered -benchtime 5000x -alertmanager $(go env GOPATH)/bin/alertmanager
func BenchmarkIntakeToDelivered(b *testing.B) {
	for _, load := range []struct {
		name  string
		batch int // records of one POST
		pace  int // records a second; 0 = as fast as 8 connections go
	}{{"single", 1, 0}, {"batch", 100, 0}, {"open", 1, 100}} {
		b.Run(load.name+"/bare", func(b *testing.B) {
			s := newCardSink(b)
			s.drive(b, load.batch, load.pace, s.bare)
		})
		b.Run(load.name+"/junma", func(b *testing.B) {
			s := newCardSink(b)
			s.drive(b, load.batch, load.pace, s.junma(b))
		})
		if *alertmanager != "" {
			b.Run(load.name+"/alertmanager", func(b *testing.B) {
				s := newCardSink(b)
				s.drive(b, load.batch, load.pace, s.alertmanager(b))
			})
		}
	}
}

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

// drive posts the records b asks for, waits for all their cards and reports how fast they came.
func (s *cardSink) drive(b *testing.B, batch, pace int, post func(ctx context.Context, from, to int) error) {
	b.Helper()
	posted := make([]time.Time, b.N)
	var next atomic.Int64
	var group sync.WaitGroup
	cpu := cpuTime()
	start := time.Now()
	b.ResetTimer()
	for range connections {
		group.Go(func() {
			for {
				to := int(next.Add(int64(batch)))
				from := to - batch
				if from >= b.N {
					return
				}
				to = min(to, b.N)
				if pace > 0 {
					time.Sleep(time.Until(start.Add(time.Duration(from) * time.Second / time.Duration(pace))))
				}
				now := time.Now()
				for i := from; i < to; i++ {
					posted[i] = now
				}
				if err := post(b.Context(), from, to); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	taken := time.Since(start)
	select {
	case <-s.all:
	case <-time.After(time.Minute):
		s.mu.Lock()
		b.Fatalf("%d of %d cards arrived", s.total, s.want)
	}
	delivered := time.Since(start)
	b.StopTimer()
	late := make([]time.Duration, b.N)
	for i := range late {
		late[i] = s.arrived[i].Sub(posted[i])
	}
	slices.Sort(late)
	b.ReportMetric(float64(b.N)/delivered.Seconds(), "records/s")
	b.ReportMetric(float64(b.N)/taken.Seconds(), "taken/s")
	b.ReportMetric(ms(late[len(late)/2]), "p50-ms")
	b.ReportMetric(ms(late[len(late)*99/100]), "p99-ms")
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-µs/record")
	b.ReportMetric(0, "ns/op")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cpuTime is what this process has used of both cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bare posts each record and four bodies of a card's size straight to the sink.
func (s *cardSink) bare(ctx context.Context, from, to int) error {
	padding := strings.Repeat("x", 2500)
	for i := from; i < to; i++ {
		if err := s.send(ctx, s.server.URL, "", benchRecord(i)[:100]); err != nil {
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

// junma starts the program with the sink as its DingTalk, and gives what posts records to its intake.
func (s *cardSink) junma(b *testing.B) func(ctx context.Context, from, to int) error {
	b.Helper()
	dir := b.TempDir()
	path := filepath.Join(dir, "junma.toml")
	err := os.WriteFile(path, fmt.Appendf(nil, `
[service]
addr = "127.0.0.1:0"
intake_tokens = [%q]
admin_tokens = [%q]
[dingtalk]
client_id = %q
client_secret = %q
api_base = %q
oapi_base = %q
requests_per_second = 100000
cards_per_minute = 0
api_quota = 0
event_quota = 0
[push]
digest = 0
daily = 0
[[duty]]
duty = "板块牵头部门"
sector = "工业"
unit = "项目业主"
basis = "示例"
[[duty]]
duty = "五未阶段责任部门"
sector = "工业"
phase = "落地未开工"
unit = "项目业主"
basis = "示例"
[[duty]]
duty = "环节责任部门"
stage = "施工许可"
unit = "行业主管部门"
basis = "示例"
[[copy]]
stage = "投产"
unit = "市审管办"
basis = "示例"
`, intakeToken, adminToken, testClientID, testClientSecret, s.server.URL, s.server.URL), 0o600)
	if err != nil {
		b.Fatal(err)
	}
	config, err := app.LoadConfig(path)
	if err != nil {
		b.Fatal(err)
	}
	a, err := app.New(b.Context(), config, app.Options{Clock: app.NewClock(time.Date(2026, 5, 12, 10, 0, 0, 0, shanghai)), Log: slog.New(slog.NewJSONHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	if err := a.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := stopApp(a); err != nil {
			b.Error(err)
		}
	})
	base := "http://" + a.Addr()
	if err := s.send(b.Context(), base+"/api/v1/roster", adminToken, benchRoster()); err != nil {
		b.Fatal(err)
	}
	return func(ctx context.Context, from, to int) error {
		all := make([]string, 0, to-from)
		for i := from; i < to; i++ {
			all = append(all, benchRecord(i))
		}
		return s.send(ctx, base+"/api/v1/projects", intakeToken, "["+strings.Join(all, ",")+"]")
	}
}

// benchRecord is a project whose 施工许可 the platform shows red.
func benchRecord(i int) string {
	u := i % unitsOfAKind
	return fmt.Sprintf(`{"id":"JD-%06d","name":"%s%06d","category":"工业","filing_kind":"基本建设","owner":"第%d公司","town":"第%d镇",`+
		`"industry_dept":"第%d局","investment_wan":52000,"stages":[{"stage":"施工许可","start":"2026-04-16","limit":"25日"}],`+
		`"lights":[{"stage":"施工许可","level":"红","since":"2026-05-12","ref":"HZ-%d"}]}`, i, mark, i, u, u, u, i)
}

func benchRoster() string {
	type object map[string]any
	var units, people, groups []object
	for _, kind := range []struct{ word, kind string }{{"镇", "镇街"}, {"局", "部门"}, {"公司", "业主"}} {
		for i := range unitsOfAKind {
			unit := fmt.Sprintf("第%d%s", i, kind.word)
			units = append(units, object{"name": unit, "kind": kind.kind})
			people = append(people, object{"id": fmt.Sprint(kind.word, i), "name": "某", "unit": unit, "role": "联系人", "dingtalk": fmt.Sprint("user-", kind.word, i)})
			if kind.kind == "镇街" {
				groups = append(groups, object{"key": unit + "群", "unit": unit, "tier": 1, "dingtalk": fmt.Sprintf("cid%d==", i)})
			}
		}
	}
	people = append(people, object{"id": "tf", "name": "专班某", "unit": "业务专班", "role": "专班", "dingtalk": "user-tf"})
	text, err := json.Marshal(object{"units": units, "people": people, "groups": groups})
	if err != nil {
		panic(err)
	}
	return string(text)
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

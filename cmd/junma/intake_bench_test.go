package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"junma/app"
)

const (
	notesPerRecord = 4   // contacts of the town, the department and the owner, and the coordinating town's group
	unitsOfAKind   = 500 // over so many of each kind the records are spread
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
api_quota = 0
event_quota = 0
cards_per_minute = 0
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

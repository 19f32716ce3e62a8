package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// towns is over how many towns the records of a benchmark are spread; each has a contact of its own.
const towns = 32

// BenchmarkIntakeToDelivered posts records one by one on 8 connections; each raises an orange warning that three people
// of four duties are told, and the clock stops when every card is with a platform that costs nothing.
func BenchmarkIntakeToDelivered(b *testing.B) {
	c := newCity(b, "2026-05-12")
	var units, people []string
	for i := range towns {
		units = append(units, fmt.Sprintf(`{"name":"第%d镇","kind":"镇街"}`, i))
		people = append(people, fmt.Sprintf(`{"id":"t%d","name":"某","unit":"第%d镇","role":"联系人","dingtalk":"user-t%d"}`, i, i, i))
	}
	c.roster(`{"units":[` + strings.Join(units, ",") + `],"people":[` + strings.Join(people, ",") + `]}`)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- c.notify.Run(ctx) }()
	defer func() {
		stop()
		if err := <-stopped; !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	}()
	server := httptest.NewServer(c.api())
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 8

	var next atomic.Int64
	b.SetParallelism(4) // times GOMAXPROCS: 8 connections on 2 cores
	start := time.Now()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := next.Add(1)
			about := fmt.Sprintf(`"name":"项目%d","town":"第%d镇"`, id, id%towns)
			post(b, client, server.URL, record(fmt.Sprintf("JD-%d", id), about, permit("2026-04-20")))
		}
	})
	taken := time.Since(start)
	if err := c.notify.Drain(ctx); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	delivered := time.Since(start)
	b.ReportMetric(float64(b.N)/taken.Seconds(), "records/s")
	b.ReportMetric(float64(c.sink.count())/delivered.Seconds(), "cards/s")
	b.ReportMetric(float64(c.sink.count())/float64(b.N), "cards/record")
}

// BenchmarkIntakeBatch takes batches of 1000 records, which share durable commits.
func BenchmarkIntakeBatch(b *testing.B) {
	const batch = 1000
	c := newCity(b, "2026-05-12")
	for n := 0; b.Loop(); n++ {
		var body strings.Builder
		for i := range batch {
			body.WriteString(record(fmt.Sprintf("JD-%d", n*batch+i), fmt.Sprintf(`"name":"项目%d"`, n*batch+i), permit("2026-04-20")) + "\n")
		}
		got, err := c.handlers.TakeRecords(context.Background(), strings.NewReader(body.String()), true, false)
		if err != nil || got.Accepted != batch {
			b.Fatalf("error %v, accepted %d", err, got.Accepted)
		}
	}
	b.ReportMetric(batch*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func post(b *testing.B, client *http.Client, url, one string) {
	r, err := http.NewRequest(http.MethodPost, url+"/api/v1/projects", strings.NewReader("["+one+"]"))
	if err != nil {
		b.Error(err)
		return
	}
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("Authorization", "Bearer "+intakeToken)
	answer, err := client.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(text), `"accepted":1`) {
		b.Errorf("%v %s", err, text)
	}
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

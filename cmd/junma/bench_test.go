package main

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/client"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
	"golang.org/x/sync/errgroup"
	_ "modernc.org/sqlite" // the reference commits its row with the same driver

	"junma/sandbox/dingtalk"
)

// BenchmarkClickToAcknowledgement presses [查看项目] on one person's card through the official Stream SDK: the press is
// committed, journalled and drawn before it is acknowledged. The reference is the same SDK against the same pretend
// server with a handler that commits one row durably; ratio is the whole program's time over the reference's.
func BenchmarkClickToAcknowledgement(b *testing.B) {
	reference := timeReferenceClicks(b)
	w := benchWorld(b)
	cards, err := w.personalCards("陈某")
	if err != nil || len(cards) != 1 {
		b.Fatalf("cards %d, error %v", len(cards), err)
	}
	press := func() {
		if err := w.pressCard(b.Context(), dingtalk.PressRequest{User: "user-chen", Card: cards[0].OutTrackID, Button: "查看项目"}); err != nil {
			b.Fatal(err)
		}
	}
	press()
	for b.Loop() {
		press()
	}
	perPress := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(reference.Nanoseconds()), "reference-ns/op")
	b.ReportMetric(float64(perPress)/float64(reference), "ratio")
}

// benchWorld is a world in which 陈某 has one card.
func benchWorld(b *testing.B) *world {
	b.Helper()
	w := startWorld(b, "")
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	for _, step := range [][]string{
		{"project", "p1"}, {"stage", "p1", "拿地", "start=2026-03-02", "limit=60日"}, {"until", "2026-04-21T10:00:00+08:00"},
	} {
		if err := acts[step[0]](ctx, w, step[1:]); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

// timeReferenceClicks times presses answered by the bare SDK with one durable row each.
func timeReferenceClicks(b *testing.B) time.Duration {
	b.Helper()
	w := benchWorld(b) // for its pretend server and the card to press
	cards, err := w.personalCards("陈某")
	if err != nil || len(cards) != 1 {
		b.Fatalf("cards %d, error %v", len(cards), err)
	}
	w.answerWithOneRow(b)
	const presses = 300
	press := func() {
		if err := w.pressCard(b.Context(), dingtalk.PressRequest{User: "user-chen", Card: cards[0].OutTrackID, Button: "查看项目"}); err != nil {
			b.Fatal(err)
		}
	}
	press()
	start := time.Now()
	for range presses {
		press()
	}
	return time.Since(start) / presses
}

// answerWithOneRow puts the reference in the place of junma until the benchmark ends: the official SDK with a handler
// that commits one row durably.
func (w *world) answerWithOneRow(b *testing.B) {
	b.Helper()
	noError(b, stopApp(w.app))
	w.app = nil
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "reference.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	noError(b, err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`CREATE TABLE clicks (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT`)
	noError(b, err)
	sdk := client.NewStreamClient(
		client.WithAppCredential(client.NewAppCredentialConfig(testClientID, testClientSecret)),
		client.WithOpenApiHost(w.sandbox.URL()), client.WithMaxPendingHandlers(10_000),
	)
	sdk.RegisterRouter("CALLBACK", payload.CardInstanceCallbackTopic, func(_ context.Context, frame *payload.DataFrame) (*payload.DataFrameResponse, error) {
		if _, err := db.Exec(`INSERT INTO clicks (data) VALUES ($1)`, frame.Data); err != nil {
			return nil, err
		}
		answer := payload.NewSuccessDataFrameResponse()
		answer.SetData(`{"response":{}}`)
		return answer, nil
	})
	noError(b, sdk.Start(b.Context()))
	noError(b, w.sandbox.WaitConnections(b.Context(), 1))
	b.Cleanup(func() {
		sdk.Close()
		noError(b, db.Close())
	})
}

// BenchmarkThousandClicks is a thousand presses of 200 people, each on a card of their own, all at the same moment and
// at 100 a second: milliseconds from the press to its acknowledgement, and beside them those of the reference, which
// takes turns with junma, so that both meet the same disturbances.
func BenchmarkThousandClicks(b *testing.B) {
	for _, c := range []struct {
		name  string
		round int
		apart time.Duration
	}{
		{"at once", 1000, 0},
		{"100 a second", 50, 10 * time.Millisecond},
	} {
		b.Run(c.name, func(b *testing.B) {
			w, presses := burst(b, crowdSize)
			bare, same := burst(b, crowdSize)
			bare.answerWithOneRow(b)
			var took, reference []float64
			for b.Loop() {
				for from := 0; from < len(presses); from += c.round {
					to := min(from+c.round, len(presses))
					took = append(took, w.pressApart(b, presses[from:to], c.apart)...)
					reference = append(reference, bare.pressApart(b, same[from:to], c.apart)...)
				}
			}
			report(b, "", took)
			report(b, "reference-", reference)
			b.ReportMetric(quantile(took, 0.99)/quantile(reference, 0.99), "p99-ratio")
		})
	}
}

// pressApart lets people press one after the other, whether or not those before them were answered, and gives the
// seconds to each acknowledgement.
func (w *world) pressApart(b *testing.B, presses []dingtalk.PressRequest, apart time.Duration) []float64 {
	b.Helper()
	took := make([]float64, len(presses))
	var group errgroup.Group
	next := time.NewTicker(max(apart, time.Nanosecond))
	defer next.Stop()
	for i, p := range presses {
		if apart > 0 {
			<-next.C
		}
		group.Go(func() error {
			p.Stale = true // pressed again in the next round, on the card as it came
			results, err := w.sandbox.PressAll(b.Context(), p)
			if err != nil {
				return err
			}
			if took[i] = results[0].Took; !results[0].OK {
				return errors.New(results[0].Failure)
			}
			return nil
		})
	}
	noError(b, group.Wait())
	return took
}

func report(b *testing.B, prefix string, seconds []float64) {
	b.Helper()
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50-ms", 0.5}, {"p99-ms", 0.99}, {"max-ms", 1}} {
		b.ReportMetric(1000*quantile(seconds, q.at), prefix+q.name)
	}
}

func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1))]
}

package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/client"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
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
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "reference.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE clicks (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT`); err != nil {
		b.Fatal(err)
	}
	w := benchWorld(b) // for its pretend server and the card to press
	cards, err := w.personalCards("陈某")
	if err != nil || len(cards) != 1 {
		b.Fatalf("cards %d, error %v", len(cards), err)
	}
	if err := stopApp(w.app); err != nil {
		b.Fatal(err)
	}
	w.app = nil
	sdk := client.NewStreamClient(
		client.WithAppCredential(client.NewAppCredentialConfig(testClientID, testClientSecret)),
		client.WithOpenApiHost(w.sandbox.URL()),
	)
	sdk.RegisterRouter("CALLBACK", payload.CardInstanceCallbackTopic, func(_ context.Context, frame *payload.DataFrame) (*payload.DataFrameResponse, error) {
		if _, err := db.Exec(`INSERT INTO clicks (data) VALUES ($1)`, frame.Data); err != nil {
			return nil, err
		}
		answer := payload.NewSuccessDataFrameResponse()
		answer.SetData(`{"response":{}}`)
		return answer, nil
	})
	if err := sdk.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer sdk.Close()
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

package sandbox_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"junma/sandbox"
)

// testClock jumps to its target, unless move says otherwise.
type testClock struct {
	mu   sync.Mutex
	now  time.Time
	move func(ctx context.Context, to time.Time, progress func(time.Time)) error
}

func newTestClock() *testClock {
	return &testClock{now: time.Date(2026, 4, 21, 9, 0, 0, 0, shanghai)}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

func (c *testClock) Move(ctx context.Context, to string, progress func(time.Time)) error {
	at, err := sandbox.Target(c.Now(), to, nil)
	if err != nil {
		return err
	}
	if c.move != nil {
		return c.move(ctx, at, progress)
	}
	c.set(at)
	progress(at)
	return nil
}

type clockState struct {
	Now     string
	Rev     int64
	Moving  bool
	From    string
	To      string
	Failure string
	Error   string
	History *struct {
		Done, Total int
		Label       string
	}
}

func (s *stage) clockNow() clockState {
	s.t.Helper()
	_, body := s.ask("GET", "/sandbox/clock", "")
	return s.read(body)
}

func (s *stage) read(body string) clockState {
	s.t.Helper()
	var state clockState
	if err := json.Unmarshal([]byte(body), &state); err != nil {
		s.t.Fatalf("read %q: %v", body, err)
	}
	return state
}

func (s *stage) moveClock(body string) (int, clockState) {
	s.t.Helper()
	resp, text := s.ask("POST", "/sandbox/clock", body, "Content-Type", "application/json")
	return resp.StatusCode, s.read(text)
}

// events reads the clock's events until done says so.
func (s *stage) events(done func(clockState) bool) []clockState {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/sandbox/clock/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		s.t.Fatalf("events have Content-Type %q", got)
	}
	var seen []clockState
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		seen = append(seen, s.read(data))
		if done(seen[len(seen)-1]) {
			return seen
		}
	}
	s.t.Fatalf("events ended after %v: %v", seen, lines.Err())
	return nil
}

func TestClockMoves(t *testing.T) {
	s := newStage(t, nil)
	if got := s.clockNow(); got.Now != "2026-04-21T09:00:00+08:00" || got.Moving || got.History != nil {
		t.Fatalf("at first the clock is %+v", got)
	}
	code, got := s.moveClock(`{"to":"+1d"}`)
	if code != http.StatusOK || got.Now != "2026-04-22T09:00:00+08:00" || got.Moving {
		t.Errorf("a move answered %d %+v", code, got)
	}
}

func TestClockRefuses(t *testing.T) {
	cases := []struct{ name, body, says string }{
		{"过去", `{"to":"2026-04-01"}`, "时钟不能倒拨"},
		{"看不懂", `{"to":"明天"}`, "请写日期"},
		{"不是JSON", `to=+1d`, "请求应为"},
		{"多余的字段", `{"to":"+1d","days":3}`, "请求应为"},
		{"wait为空", `{"to":"+1d","wait":null}`, "请求应为"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, nil)
			code, got := s.moveClock(c.body)
			if code != http.StatusBadRequest || !strings.HasPrefix(got.Error, c.says) {
				t.Errorf("answered %d %q, want 400 %q", code, got.Error, c.says)
			}
			if s.clockNow().Now != "2026-04-21T09:00:00+08:00" {
				t.Error("the clock moved all the same")
			}
		})
	}
	t.Run("网页表单", func(t *testing.T) {
		s := newStage(t, nil)
		if resp, _ := s.ask("POST", "/sandbox/clock", `{"to":"+1d"}`, "Content-Type", "text/plain"); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("answered %d, want 400", resp.StatusCode)
		}
	})
}

// A move is watched from the page: it starts, comes to an instant on the way, and ends; meanwhile
// nobody else can move the clock.
func TestClockTellsProgress(t *testing.T) {
	s := newStage(t, nil)
	halfway, goOn := make(chan struct{}), make(chan struct{})
	s.clock.move = func(_ context.Context, to time.Time, progress func(time.Time)) error {
		s.clock.set(to)
		progress(to.Add(-12 * time.Hour))
		close(halfway)
		<-goOn
		return nil
	}
	code, got := s.moveClock(`{"to":"+1d","wait":false}`)
	if code != http.StatusAccepted || !got.Moving || got.From != "2026-04-21T09:00:00+08:00" || got.To != "2026-04-22T09:00:00+08:00" {
		t.Errorf("the start answered %d %+v", code, got)
	}
	<-halfway
	s.events(func(c clockState) bool { return c.Moving && c.Now == "2026-04-21T21:00:00+08:00" })
	code, got = s.moveClock(`{"to":"+1h"}`)
	if code != http.StatusConflict || got.Error != "时钟正在走,请等它走完再拨。" {
		t.Errorf("a second move answered %d %q", code, got.Error)
	}
	close(goOn)
	seen := s.events(func(c clockState) bool { return !c.Moving })
	if last := seen[len(seen)-1]; last.Now != "2026-04-22T09:00:00+08:00" || last.Failure != "" {
		t.Errorf("the end is %+v", last)
	}
}

// Many moves at the same moment: exactly one is taken.
func TestClockTakesOneMoveAtATime(t *testing.T) {
	s := newStage(t, nil)
	release := make(chan struct{})
	var running, most atomic.Int32
	s.clock.move = func(context.Context, time.Time, func(time.Time)) error {
		most.Store(max(most.Load(), running.Add(1)))
		<-release
		running.Add(-1)
		return nil
	}
	codes := make(chan int, 8)
	for range cap(codes) {
		go func() {
			code, _ := s.moveClock(`{"to":"+1h","wait":false}`)
			codes <- code
		}()
	}
	taken := 0
	for range cap(codes) {
		switch code := <-codes; code {
		case http.StatusAccepted:
			taken++
		case http.StatusConflict:
		default:
			t.Errorf("a move answered %d", code)
		}
	}
	close(release)
	s.events(func(c clockState) bool { return !c.Moving })
	if taken != 1 || most.Load() != 1 {
		t.Errorf("%d moves were taken, %d ran at once", taken, most.Load())
	}
}

func TestClockFailure(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t, func(o *sandbox.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	s.clock.move = func(context.Context, time.Time, func(time.Time)) error { return errors.New("disk is full") }
	code, got := s.moveClock(`{"to":"+1d"}`)
	if code != http.StatusInternalServerError || !strings.HasPrefix(got.Error, "时钟没有走到指定时刻") || strings.Contains(got.Error, "disk") {
		t.Errorf("a failed move answered %d %q", code, got.Error)
	}
	if !strings.Contains(log.String(), "disk is full") {
		t.Errorf("the log does not say why: %s", log.String())
	}
	if failure := s.clockNow().Failure; !strings.HasPrefix(failure, "时钟没有走到指定时刻") {
		t.Errorf("the page is told %q", failure)
	}
	s.clock.move = func(context.Context, time.Time, func(time.Time)) error {
		return sandbox.Refusal("服务正在停止,请稍后再试。")
	}
	if code, got = s.moveClock(`{"to":"+1d"}`); code != http.StatusBadRequest || got.Error != "服务正在停止,请稍后再试。" {
		t.Errorf("a refused move answered %d %q", code, got.Error)
	}
	s.clock.move = nil
	if code, got = s.moveClock(`{"to":"+1d"}`); code != http.StatusOK || got.Failure != "" {
		t.Errorf("after a failure a good move answered %d %+v", code, got)
	}
}

// A page that is closed while the clock goes leaves no day half lived; the end of the program ends it.
func TestClockGoesOnWithoutItsPage(t *testing.T) {
	program, stop := context.WithCancel(t.Context())
	s := newStage(t, func(o *sandbox.Options) { o.Context = program })
	started := make(chan context.Context, 1)
	s.clock.move = func(ctx context.Context, _ time.Time, _ func(time.Time)) error {
		started <- ctx
		<-ctx.Done()
		return sandbox.Refusal("服务正在停止。")
	}
	page, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(page, "POST", s.url+"/sandbox/clock", strings.NewReader(`{"to":"+1d"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
	}()
	move := <-started
	leave()
	<-gone
	if move.Err() != nil || !s.clockNow().Moving {
		t.Error("the move ended with its page")
	}
	stop()
	deadline := time.Now().Add(20 * time.Second)
	for s.clockNow().Moving {
		if time.Now().After(deadline) {
			t.Fatal("the move did not end with the program")
		}
	}
}

func TestClockWaitsForHistory(t *testing.T) {
	var done atomic.Int64
	done.Store(40)
	s := newStage(t, func(o *sandbox.Options) {
		o.History = func() (int, int, string) { return int(done.Load()), 150, "2026年1月" }
	})
	if h := s.clockNow().History; h == nil || h.Done != 40 || h.Total != 150 || h.Label != "2026年1月" {
		t.Errorf("the page is told of the history %+v", h)
	}
	if code, got := s.moveClock(`{"to":"+1d"}`); code != http.StatusConflict || got.Error != "历史推演还没有结束,请稍候再拨时钟。" {
		t.Errorf("a move in the history answered %d %q", code, got.Error)
	}
	done.Store(150)
	s.events(func(c clockState) bool { return c.History.Done == 150 })
	if code, _ := s.moveClock(`{"to":"+1d"}`); code != http.StatusOK {
		t.Errorf("a move after the history answered %d", code)
	}
}

// The page's one stream also tells when the pretend server has something new.
func TestEventsFollowThePretendServer(t *testing.T) {
	s := newStage(t, nil)
	before := s.clockNow().Rev
	seen := s.events(func(c clockState) bool {
		if c.Rev == before {
			s.server.MarkRead("user-lin", "")
		}
		return c.Rev > before
	})
	if len(seen) < 2 || seen[0].Rev != before {
		t.Errorf("events are %+v", seen)
	}
}

func TestEventsEndWithTheProgram(t *testing.T) {
	program, stop := context.WithCancel(t.Context())
	s := newStage(t, func(o *sandbox.Options) { o.Context = program })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.url+"/sandbox/clock/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Scan()
	stop()
	for lines.Scan() { // until the stream ends
	}
	if lines.Err() != nil || ctx.Err() != nil {
		t.Errorf("the stream did not end by itself: %v", errors.Join(lines.Err(), ctx.Err()))
	}
}

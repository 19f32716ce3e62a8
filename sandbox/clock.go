package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"sync"
	"time"
)

// Clock is the business clock of the whole pretend world.
type Clock interface {
	// Now is the business time, in the time zone in which the page shows it.
	Now() time.Time
	// Move lives on to where to says (see [Target]): everything that is due on the way is done and
	// delivered. progress hears the instants on the way. It is called once at a time. An error that is a
	// [Refusal] is shown to the visitor; any other is logged and told in general words.
	Move(ctx context.Context, to string, progress func(time.Time)) error
}

const (
	eventPause  = 100 * time.Millisecond // machine time between two looks at the clock
	quietPause  = 15 * time.Second       // after which a silent stream shows that it lives
	maxClockAsk = 1 << 10                // bytes
)

const (
	busy      Refusal = "时钟正在走,请等它走完再拨。"
	inHistory Refusal = "历史推演还没有结束,请稍候再拨时钟。"
	stopped           = "时钟没有走到指定时刻,原因见程序日志;可以再试一次。"
)

// mover moves the clock for the page, one move at a time.
type mover struct {
	options Options

	mu       sync.Mutex
	moving   bool
	from, to time.Time
	reached  time.Time // the last instant of the move that was lived through
	failure  string    // why the last move failed; "" when it did not
	seq      int64     // grows when a move begins and when it ends
}

// clockState is what the page knows of the clock. Times are RFC 3339, business time.
type clockState struct {
	Now     time.Time     `json:"now"`
	Seq     int64         `json:"seq"` // of two states the one with the lower number is the older
	Rev     int64         `json:"rev"` // the pretend server's revision: the page fetches its state when it has grown
	Moving  bool          `json:"moving"`
	From    *time.Time    `json:"from,omitempty"` // of the move under way
	To      *time.Time    `json:"to,omitempty"`   // of the move under way; with to "workday" it may end later
	Failure string        `json:"failure"`        // of the last move
	History *historyState `json:"history,omitempty"`
}

type historyState struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Label string `json:"label"`
}

// state is the clock as it is now. The reached instant goes before the clock's own: a clock may stand
// at an instant whose work is not done yet.
func (m *mover) state() clockState {
	now, rev := m.options.Clock.Now(), m.options.Server.Rev()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := clockState{Now: now, Seq: m.seq, Rev: rev, Moving: m.moving, Failure: m.failure}
	if m.moving {
		from, to := m.from, m.to
		s.From, s.To = &from, &to
		if m.reached.After(from) {
			s.Now = m.reached
		}
	}
	if done, total, label := m.options.History(); total > 0 {
		s.History = &historyState{Done: done, Total: total, Label: label}
	}
	return s
}

// begin claims the clock for one move.
func (m *mover) begin(to string) error {
	now := m.options.Clock.Now()
	at, err := Target(now, to, nil) // of a working day only an estimate, for the page's bar
	if err != nil {
		return err
	}
	if done, total, _ := m.options.History(); done < total {
		return inHistory
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.moving {
		return busy
	}
	m.moving, m.from, m.to, m.reached, m.failure = true, now, at, now, ""
	m.seq++
	return nil
}

// run moves the clock that begin has claimed. It does not end with the request that asked for it: a
// page that is reloaded must not leave a day half lived.
func (m *mover) run(to string) error {
	err := m.options.Clock.Move(m.options.Context, to, func(at time.Time) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.reached = at
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moving = false
	m.seq++
	if err == nil {
		return nil
	}
	m.failure = stopped
	var refusal Refusal
	if errors.As(err, &refusal) {
		m.failure = refusal.Error()
		return refusal
	}
	m.options.Log.Error("clock was not moved to its end", "to", to, "error", err)
	return errors.New(stopped)
}

// show is GET /sandbox/clock.
func (m *mover) show(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, m.state()) }

// post is POST /sandbox/clock {"to":"2026-04-21","wait":true}. It answers 200 with the clock's state
// when the days' work is done and delivered, or, with wait false, 202 at once: the events tell the
// rest. 400 means that the place cannot be gone to, 409 that the clock is not free.
func (m *mover) post(w http.ResponseWriter, r *http.Request) {
	ask, err := readAsk(w, r)
	if err == nil {
		err = m.begin(ask.To)
	}
	if err != nil {
		code := http.StatusBadRequest
		if errors.Is(err, busy) || errors.Is(err, inHistory) {
			code = http.StatusConflict
		}
		answer(w, code, map[string]string{"error": err.Error()})
		return
	}
	ended := make(chan error, 1)
	go func() { ended <- m.run(ask.To) }()
	if !*ask.Wait {
		answer(w, http.StatusAccepted, m.state())
		return
	}
	select {
	case err := <-ended:
		m.answerEnd(w, err)
	case <-r.Context().Done():
	}
}

func (m *mover) answerEnd(w http.ResponseWriter, err error) {
	var refusal Refusal
	switch {
	case errors.As(err, &refusal):
		answer(w, http.StatusBadRequest, map[string]string{"error": refusal.Error()})
	case err != nil:
		answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
	default:
		answer(w, http.StatusOK, m.state())
	}
}

type clockAsk struct {
	To   string `json:"to"`
	Wait *bool  `json:"wait"` // default true
}

// readAsk wants JSON, which no plain form of a foreign page can send.
func readAsk(w http.ResponseWriter, r *http.Request) (clockAsk, error) {
	wait := true
	ask := clockAsk{Wait: &wait}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return ask, Refusal(`请求应为 JSON:{"to":"2026-04-21"},Content-Type 为 application/json。`)
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxClockAsk))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ask); err != nil || ask.Wait == nil {
		return ask, Refusal(`请求应为 {"to":"2026-04-21"}。`)
	}
	return ask, nil
}

// events is GET /sandbox/clock/events: Server-Sent Events, one "event: clock" with the clock's state
// at once and whenever it, the history or the pretend server's revision has changed. One stream is all
// that a page needs to keep up; a browser allows only six connections to one address.
func (m *mover) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	tick := time.NewTicker(eventPause)
	defer tick.Stop()
	told, silent := "", time.Duration(0)
	for {
		silent += eventPause
		text := ""
		if now := string(encode(m.state())); now != told {
			told, text = now, "event: clock\ndata: "+now+"\n\n"
		} else if silent >= quietPause {
			text = ": still here\n\n"
		}
		if text != "" {
			silent = 0
			_, err := fmt.Fprint(w, text)
			if errors.Join(err, out.Flush()) != nil {
				return
			}
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-m.options.Context.Done():
			return
		}
	}
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(encode(v))
}

// encode writes values of our own making, which always can be encoded.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

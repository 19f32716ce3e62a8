package app

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"junma/bot"
	"junma/handlers"
	"junma/mechanism"
)

// routes is everything that the service answers over HTTP.
func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", a.handlers.API(handlers.Access{
		IntakeTokens: reveal(a.config.Service.IntakeTokens), AdminTokens: reveal(a.config.Service.AdminTokens),
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.serveMetrics())
	if a.clock != nil {
		mux.HandleFunc("POST /sandbox/clock", a.moveClock)
	}
	mux.HandleFunc("/", a.nowhere)
	return mux
}

// nowhere answers everything that is not one of the doors, and the wrong method at a door.
func (a *App) nowhere(w http.ResponseWriter, r *http.Request) {
	allowed := map[string]string{"/healthz": http.MethodGet, "/readyz": http.MethodGet, "/metrics": http.MethodGet}
	if a.clock != nil {
		allowed["/sandbox/clock"] = http.MethodPost
	}
	method, known := allowed[r.URL.Path]
	if !known {
		answer(w, http.StatusNotFound, map[string]string{"error": "没有这个地址,请对照接口说明检查路径。"})
		return
	}
	w.Header().Set("Allow", method)
	answer(w, http.StatusMethodNotAllowed, map[string]string{"error": "这个地址只支持 " + method + " 方法。"})
}

func reveal(secrets []bot.Secret) []string {
	texts := make([]string, len(secrets))
	for i, s := range secrets {
		texts[i] = s.Reveal()
	}
	return texts
}

// ready answers 200 when the store can be read and written; the platforms' state is told but doesn't fail it.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	type platform struct {
		Connected   bool       `json:"connected"`
		LastInbound *time.Time `json:"last_inbound,omitempty"`
		Reconnects  int        `json:"reconnects"`
	}
	body := struct {
		Status    string              `json:"status"`
		Store     string              `json:"store"`
		Now       time.Time           `json:"now"`
		Platforms map[string]platform `json:"platforms"`
	}{Status: "ok", Store: "ok", Now: a.now().In(mechanism.Shanghai), Platforms: map[string]platform{}}
	for name, p := range a.platforms {
		stream, ok := p.(bot.Stream)
		if !ok {
			continue
		}
		status := stream.Status()
		shown := platform{Connected: status.Connected, Reconnects: status.Reconnects}
		if !status.LastInbound.IsZero() {
			shown.LastInbound = &status.LastInbound
		}
		body.Platforms[name] = shown
	}
	code := http.StatusOK
	if err := a.store.Ping(r.Context()); err != nil {
		a.log.Error("store is not ready", "error", err)
		body.Status, body.Store, code = "unavailable", "unavailable", http.StatusServiceUnavailable
	}
	answer(w, code, body)
}

// moveClock is POST /sandbox/clock {"to":"2026-04-21"} on a movable clock, from this machine only.
func (a *App) moveClock(w http.ResponseWriter, r *http.Request) {
	if !fromLoopback(r) || passedOn(r) || r.Header.Get("Origin") != "" { // no web page moves it, not even one of this machine
		answer(w, http.StatusForbidden, map[string]string{"error": "只能在本机拨动时钟。"})
		return
	}
	var body struct {
		To string `json:"to"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": `请求应为 {"to":"2026-04-21"}。`})
		return
	}
	to, err := a.Instant(body.To)
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": "to 应为日期(2026-04-21)或时刻(2026-04-21T18:30:00+08:00)。"})
		return
	}
	if to.Before(a.now()) {
		answer(w, http.StatusConflict, map[string]string{"error": "时钟不能倒拨,现在是 " + a.now().In(mechanism.Shanghai).Format("2006-01-02 15:04") + "。"})
		return
	}
	if err := a.Advance(r.Context(), to, nil); err != nil {
		a.log.Error("clock was not moved to its end", "to", to, "error", err)
		answer(w, http.StatusInternalServerError, map[string]string{"error": "时钟没有走到指定时刻,原因见日志;可以再试一次。"})
		return
	}
	answer(w, http.StatusOK, map[string]string{"now": a.now().In(mechanism.Shanghai).Format(time.RFC3339)})
}

// closingHour is when a day's work is done and delivered: the end of ordinary message hours.
const closingHour = 18

// Instant reads what a movable clock is asked to go to: an RFC 3339 instant, or a date, meaning the moment when that
// day's work is done and delivered (18:00, or now when it is later than that on the same day).
func (a *App) Instant(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	day, err := mechanism.ParseDate(text)
	if err == nil && day.IsZero() {
		err = errors.New("no date")
	}
	if err != nil {
		return time.Time{}, err
	}
	to, now := day.At(closingHour, 0), a.now()
	if to.Before(now) && mechanism.DateOf(now) == day {
		return now, nil
	}
	return to, nil
}

func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}

// passedOn reports whether a proxy passed the request on: then it comes from elsewhere, whoever it reaches us by.
func passedOn(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the client is gone: nothing to do
}

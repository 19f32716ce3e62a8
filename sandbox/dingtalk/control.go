package dingtalk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxControlBody = 64 << 20
	eventGap       = 50 * time.Millisecond // between two events, so that a burst of changes is one
)

// ControlHandler serves the control API alone, for a page that has its own server.
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, f func(*http.Request) (any, error)) { mux.HandleFunc("GET /sandbox/"+path, reply(f)) }
	post := func(path string, f func(*http.Request) (any, error)) { mux.HandleFunc("POST /sandbox/"+path, reply(f)) }
	mux.HandleFunc("GET /sandbox/state", s.controlState)
	mux.HandleFunc("GET /sandbox/events", s.controlEvents)
	mux.HandleFunc("GET /sandbox/file", s.controlFile)
	get("card", s.controlCard)
	get("journal", s.controlJournal)
	get("switches", func(*http.Request) (any, error) { return map[string]any{"switches": s.SwitchTable()}, nil })
	post("people", s.controlPeople)
	post("groups", s.controlGroups)
	post("templates", s.controlTemplates)
	post("press", s.controlPress)
	post("say", s.controlSay)
	post("file", s.controlSend)
	post("read", s.controlRead)
	post("fault", s.controlFault)
	mux.HandleFunc("DELETE /sandbox/fault", reply(s.controlClearFault))
	post("switch", s.controlSwitch)
	post("stream", s.controlStream)
	post("token/expire", func(*http.Request) (any, error) { s.ExpireToken(); return s.revision(), nil })
	mux.HandleFunc("/sandbox/", reply(func(*http.Request) (any, error) {
		return nil, fmt.Errorf("no such control path: %w", ErrNoCard)
	}))
	return Guard(mux)
}

// Guard serves only this machine, and no page of another origin: whoever may call what is behind it can
// act as anybody.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remote, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil || !isLoopback(remote) || !isLoopback(hostOf(r.Host)) || !sameOrigin(r) {
			writeJSON(w, http.StatusForbidden, map[string]string{"error": "only pages and programs of this machine may control the sandbox"})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxControlBody)
		next.ServeHTTP(w, r)
	})
}

func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	return host
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}

func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == r.Host
}

// reply turns a function's value or error into the JSON answer the package documentation promises.
func reply(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			writeJSON(w, statusOf(err), map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, v)
	}
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrNoCard), errors.Is(err, ErrNobody):
		return http.StatusNotFound
	case errors.Is(err, ErrNoButton), errors.Is(err, ErrNotInChat), errors.Is(err, ErrDead), errors.Is(err, ErrCannot):
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(v))
}

// readJSON decodes a control body strictly: a misspelt field is an error. Content-Type must be JSON,
// which no plain form of a foreign page can send.
func readJSON(r *http.Request, v any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return errors.New("read body: Content-Type must be application/json")
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("read body: %w", err)
	}
	return nil
}

func (s *Server) revision() any { return map[string]int64{"rev": s.Rev()} }

// Rev is the server's revision: it grows with every change.
func (s *Server) Rev() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rev
}

// State is everything a page needs to draw the sandbox.
type State struct {
	Rev         int64                     `json:"rev"`
	Now         time.Time                 `json:"now"`
	People      []Person                  `json:"people"`
	Groups      []Group                   `json:"groups"`
	Inboxes     map[string][]Conversation `json:"inboxes"`
	Switches    map[string]string         `json:"switches"`
	Meters      Meters                    `json:"meters"`
	Connections []Connection              `json:"connections"`
	Span        Span                      `json:"span"`
	Faults      []Fault                   `json:"faults"`
}

// State returns the present state; user keeps one person's inbox only ("" = all), last limits each
// conversation to its last items (0 = all).
func (s *Server) State(user string, last int) State {
	switches := s.Switches()
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{
		Rev: s.rev, Now: s.opt.Now(), People: s.peopleLocked(), Groups: s.groupsLocked(), Inboxes: map[string][]Conversation{},
		Switches: switches, Meters: s.metersLocked(), Connections: s.connectionsLocked(), Span: s.span, Faults: s.faultsLocked(),
	}
	for _, id := range s.order {
		if user == "" || user == id {
			st.Inboxes[id] = s.conversationsLocked(id, last)
		}
	}
	return st
}

func (s *Server) controlState(w http.ResponseWriter, r *http.Request) {
	since, err := number(r, "since", 0)
	last, err2 := number(r, "items", 50)
	if err = errors.Join(err, err2); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	if since != 0 && since == s.Rev() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, http.StatusOK, s.State(r.URL.Query().Get("user"), int(last)))
}

// number reads a whole number from 0 out of the query.
func number(r *http.Request, name string, byDefault int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s=%q is not a whole number from 0", name, text)
	}
	return n, nil
}

// controlEvents sends one event whenever the revision has grown.
func (s *Server) controlEvents(w http.ResponseWriter, r *http.Request) {
	since, err := number(r, "since", 0)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	_ = out.Flush()
	for {
		s.mu.Lock()
		rev, changed := s.rev, s.changed
		s.mu.Unlock()
		if rev != since {
			since = rev
			_, err := fmt.Fprintf(w, "event: change\ndata: {\"rev\":%d}\n\n", rev)
			if err = errors.Join(err, out.Flush()); err != nil {
				return
			}
			s.hold(r, eventGap)
			continue
		}
		select {
		case <-changed:
		case <-s.done:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// controlFile shows what a person sent. Only pictures are shown as themselves, everything else as
// bytes, so that no document of a chat can run in the page.
func (s *Server) controlFile(w http.ResponseWriter, r *http.Request) {
	data, mediaType, ok := s.File(r.URL.Query().Get("code"))
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such file"})
		return
	}
	if !strings.HasPrefix(mediaType, "image/") {
		mediaType = "application/octet-stream"
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data)
}

func (s *Server) controlCard(r *http.Request) (any, error) {
	return s.CardAs(r.URL.Query().Get("user"), r.URL.Query().Get("card"))
}

func (s *Server) controlJournal(r *http.Request) (any, error) {
	since, err := number(r, "since", 0)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"entries": s.Journal(since, r.URL.Query().Get("kind")), "counts": s.Counts(), "meters": s.Meters(),
	}, nil
}

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	return data, nil
}

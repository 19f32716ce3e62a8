package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"junma/app"
	"junma/sandbox/dingtalk"
)

// patience is how long a scenario waits for what must happen; it is reached only when something is wrong.
const patience = 15 * time.Second

const (
	testClientID     = "ding-test-app"
	testClientSecret = "client-secret-of-the-test"
	intakeToken      = "intake-token-of-the-test"
	adminToken       = "admin-token-of-the-test"
)

// world is the whole program and a pretend DingTalk around it, on loopback, with a clock that the scenario moves.
type world struct {
	dir      string
	extra    string // further configuration, as TOML
	sandbox  *dingtalk.Server
	clock    *app.Clock
	app      *app.App
	log      *watchedLog
	userOf   map[string]string // person's name → platform user id
	groupOf  map[string]string // group's key → conversation id
	projects map[string]map[string]any
}

// newWorld starts the pretend DingTalk and junma, and loads the roster.
func newWorld(ctx context.Context, dir string, start time.Time, extra string, roster []byte) (*world, error) {
	w := emptyWorld(dir, extra)
	w.clock = app.NewClock(start)
	w.sandbox = pretend(w.businessTime, "")
	if err := w.sandbox.Start("127.0.0.1:0"); err != nil {
		return nil, err
	}
	w.populate(roster)
	if err := w.start(ctx); err != nil {
		return nil, err
	}
	return w, w.post(ctx, "/api/v1/roster", adminToken, roster, nil)
}

func emptyWorld(dir, extra string) *world {
	return &world{
		dir: dir, extra: extra, log: &watchedLog{},
		userOf: map[string]string{}, groupOf: map[string]string{}, projects: map[string]map[string]any{},
	}
}

// pretend makes a pretend DingTalk that keeps no pace. base is its address when it is not to Start by itself.
func pretend(now func() time.Time, base string) *dingtalk.Server {
	s := dingtalk.New(dingtalk.Options{
		ClientID: testClientID, ClientSecret: testClientSecret, Now: now, BaseURL: base,
		Redelivery: []time.Duration{time.Second, time.Second, time.Second}, // a minute in the field
	})
	if err := s.SetSwitch(dingtalk.QPSEnforced, "off"); err != nil {
		panic(err)
	}
	return s
}

// businessTime is what the phones show: Shanghai's time, wherever the test runs.
func (w *world) businessTime() time.Time { return w.clock.Now().In(shanghai) }

// populate puts the roster's people and groups into the pretend DingTalk.
func (w *world) populate(roster []byte) {
	var r struct {
		People []struct{ Name, Unit, Mobile, Dingtalk string }
		Groups []struct{ Key, Dingtalk string }
	}
	if err := json.Unmarshal(roster, &r); err != nil {
		panic(err)
	}
	var everyone []string
	for _, p := range r.People {
		w.userOf[p.Name] = p.Dingtalk
		everyone = append(everyone, p.Dingtalk)
		w.sandbox.AddPeople(dingtalk.Person{ID: p.Dingtalk, Name: p.Name, Unit: p.Unit, Mobile: p.Mobile, Visible: true})
	}
	for _, g := range r.Groups {
		w.groupOf[g.Key] = g.Dingtalk
		w.sandbox.AddGroups(dingtalk.Group{ID: g.Dingtalk, Title: g.Key, Members: everyone, Robot: true})
	}
}

// start starts junma on the world's database, and waits until its Stream connection stands.
func (w *world) start(ctx context.Context) error {
	config, err := w.config()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, config, app.Options{Clock: w.clock, Log: slog.New(w.log)})
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	w.app = a
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return w.sandbox.WaitConnections(limit, 1)
}

// configPath is where config writes.
func (w *world) configPath() string { return filepath.Join(w.dir, "junma.toml") }

// config writes the configuration file and loads it.
func (w *world) config() (*app.Config, error) {
	path := w.configPath()
	text := fmt.Sprintf(`
[service]
addr = "127.0.0.1:0"
intake_tokens = [%q]
admin_tokens = [%q]
[dingtalk]
client_id = %q
client_secret = %q
api_base = %q
oapi_base = %q
requests_per_second = 10000
`, intakeToken, adminToken, testClientID, testClientSecret, w.sandbox.URL(), w.sandbox.URL())
	text += w.dingtalkExtra() + w.extra
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return app.LoadConfig(path)
}

// dingtalkExtra gives the lines of the extra configuration that belong under [dingtalk], which must not open twice.
func (w *world) dingtalkExtra() string {
	head, rest, found := strings.Cut(w.extra, "[dingtalk]\n")
	if !found {
		return ""
	}
	lines, after, _ := strings.Cut(rest, "\n[")
	w.extra = head
	if after != "" {
		w.extra += "[" + after
	}
	return lines + "\n"
}

// restart stops junma in order and starts it again on the same database.
func (w *world) restart(ctx context.Context) error {
	if err := stopApp(w.app); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	gone := func() bool { return len(w.sandbox.Connections()) == 0 } // else a press could travel by the dead connection
	if err := w.sandbox.Wait(limit, gone); err != nil {
		return err
	}
	return w.start(ctx)
}

func (w *world) stop() error {
	var err error
	if w.app != nil {
		err = stopApp(w.app)
	}
	w.sandbox.Close()
	return err
}

// address is where the service listens.
func (w *world) address() string {
	return w.app.Addr()
}

// until moves the clock.
func (w *world) until(ctx context.Context, text string) error {
	to, err := w.app.Instant(text)
	if err != nil {
		return err
	}
	return w.app.Advance(ctx, to, nil)
}

// settle waits until everything that can go out at the present instant has gone out.
func (w *world) settle(ctx context.Context) error {
	return w.app.Advance(ctx, w.clock.Now(), nil)
}

// post sends a body to the service and decodes the answer into out when it is not nil.
func (w *world) post(ctx context.Context, path, token string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.address()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return do(req, token, out)
}

// get reads from the service.
func (w *world) get(ctx context.Context, path string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.address()+path, nil)
	if err != nil {
		return err
	}
	return do(req, intakeToken, out)
}

func do(req *http.Request, token string, out any) error {
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", req.Method, req.URL.Path, resp.Status, text)
	}
	var counts struct{ Rejected int }
	if err := json.Unmarshal(text, &counts); err == nil && counts.Rejected > 0 {
		return fmt.Errorf("%s %s: records were refused: %s", req.Method, req.URL.Path, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// postRecord sends the present record of one project.
func (w *world) postRecord(ctx context.Context, id, query string) error {
	body, err := json.Marshal([]any{w.projects[id]})
	if err != nil {
		return err
	}
	return w.post(ctx, "/api/v1/projects"+query, intakeToken, body, nil)
}

// caseState is what GET /api/v1/projects/{id} tells of one case, as far as scenarios look at it.
type caseState struct {
	Stage, Level, State, Closure string
	Push, Tier                   int
	RedNo                        int `json:"red_no"`
}

func (w *world) cases(ctx context.Context, id string) ([]caseState, error) {
	var body struct{ Cases []caseState }
	err := w.get(ctx, "/api/v1/projects/"+id, &body)
	return body.Cases, err
}

// watchedLog keeps the whole log and remembers every line of error level.
type watchedLog struct {
	mu     sync.Mutex
	all    bytes.Buffer
	errors []string
}

func (l *watchedLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *watchedLog) WithAttrs(a []slog.Attr) slog.Handler     { return attributed{l, a} }
func (l *watchedLog) WithGroup(string) slog.Handler            { return l }

func (l *watchedLog) Handle(ctx context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.all.Len()
	if err := slog.NewTextHandler(&l.all, &slog.HandlerOptions{Level: slog.LevelDebug}).Handle(ctx, r); err != nil {
		return err
	}
	if r.Level >= slog.LevelError {
		l.errors = append(l.errors, string(l.all.Bytes()[at:]))
	}
	return nil
}

// attributed is the log of a logger made by Logger.With.
type attributed struct {
	*watchedLog
	attrs []slog.Attr
}

func (l attributed) WithAttrs(more []slog.Attr) slog.Handler {
	return attributed{l.watchedLog, append(slices.Clip(l.attrs), more...)}
}

func (l attributed) Handle(ctx context.Context, r slog.Record) error {
	r = r.Clone()
	r.AddAttrs(l.attrs...)
	return l.watchedLog.Handle(ctx, r)
}

// text gives the whole log so far.
func (l *watchedLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// takeErrors gives the error lines so far and forgets them.
func (l *watchedLog) takeErrors() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.errors
	l.errors = nil
	return lines
}

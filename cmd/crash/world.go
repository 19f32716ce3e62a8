package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"junma/sandbox/dingtalk"
)

// patience is how long one act may take; it is reached only when something is wrong.
const patience = 40 * time.Second

const (
	clientID     = "ding-crash-app"
	clientSecret = "client-secret-of-the-crash"
	intakeToken  = "intake-token-of-the-crash"
	adminToken   = "admin-token-of-the-crash"
)

// A world begins on a Sunday evening, when it gets its roster; its story on the Monday after.
var (
	begins      = time.Date(2026, 3, 1, 18, 0, 0, 0, shanghai)
	storyBegins = "2026-03-02T09:00:00+08:00"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

//go:embed roster.json
var roster []byte

// world is a pretend DingTalk and the service before it, which can be killed and started again on the same files. Its
// clock goes on where it stood.
type world struct {
	program  string
	dir      string
	sandbox  *dingtalk.Server
	plug     *plug
	log      *lines
	userOf   map[string]string // person's name → platform user id
	projects map[string]map[string]any

	mu      sync.Mutex // held while the service is being killed and started again
	process *process
	lives   int
	failed  error
	killed  map[string]int // by kind of place

	clock sync.Mutex
	now   time.Time // business time, as far as known here
}

// newWorld makes a world whose service has not been started yet.
func newWorld(program, dir string) (*world, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	w := &world{
		program: program, dir: dir, log: &lines{}, userOf: map[string]string{}, projects: map[string]map[string]any{},
		killed: map[string]int{}, now: begins,
	}
	p, serve, err := newPlug(w.crash)
	if err != nil {
		return nil, err
	}
	w.plug = p
	w.sandbox = dingtalk.New(dingtalk.Options{
		ClientID: clientID, ClientSecret: clientSecret, Now: w.time, BaseURL: "http://" + p.addr,
		AckLimit: time.Second, Redelivery: []time.Duration{time.Second, time.Second, time.Second}, // minutes in the field
	})
	err = errors.Join(w.sandbox.SetSwitch(dingtalk.QPSEnforced, "off"), w.populate(), w.configure())
	serve(w.sandbox.Handler())
	if err != nil {
		w.end()
		return nil, err
	}
	return w, nil
}

// start starts the service for the first time and gives it the roster.
func (w *world) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := w.begin(ctx); err != nil {
		return err
	}
	if err := w.sandbox.WaitConnections(ctx, 1); err != nil {
		return err
	}
	if err := w.post(ctx, "/api/v1/roster", adminToken, roster); err != nil {
		return err
	}
	return w.until(ctx, storyBegins)
}

// end leaves nothing running.
func (w *world) end() {
	if w.process != nil {
		w.process.kill()
	}
	_ = w.plug.server.Close()
	_ = w.sandbox.Close()
}

// populate puts the roster's people and groups into the pretend DingTalk.
func (w *world) populate() error {
	var r struct {
		People []struct{ Name, Unit, Dingtalk string }
		Groups []struct{ Key, Dingtalk string }
	}
	if err := json.Unmarshal(roster, &r); err != nil {
		return fmt.Errorf("read the roster: %w", err)
	}
	var everyone []string
	for _, p := range r.People {
		w.userOf[p.Name] = p.Dingtalk
		everyone = append(everyone, p.Dingtalk)
		w.sandbox.AddPeople(dingtalk.Person{ID: p.Dingtalk, Name: p.Name, Unit: p.Unit, Visible: true})
	}
	for _, g := range r.Groups {
		w.sandbox.AddGroups(dingtalk.Group{ID: g.Dingtalk, Title: g.Key, Members: everyone, Robot: true})
	}
	return nil
}

func (w *world) configPath() string { return filepath.Join(w.dir, "junma.toml") }
func (w *world) database() string   { return filepath.Join(w.dir, "junma.db") }

func (w *world) serveArgs() []string {
	return []string{"serve", "-c", w.configPath(), "--clock", w.time().Format(time.RFC3339Nano)}
}

// configure writes the configuration: the service listens where a port is free, and is found there by commands once it
// runs.
func (w *world) configure() error {
	listen := "127.0.0.1:0"
	if w.process != nil {
		listen = w.process.address
	}
	return os.WriteFile(w.configPath(), fmt.Appendf(nil, `[service]
addr = %q
intake_tokens = [%q]
admin_tokens = [%q]
[dingtalk]
client_id = %q
client_secret = %q
api_base = %q
oapi_base = %q
requests_per_second = 10000
`, listen, intakeToken, adminToken, clientID, clientSecret, "http://"+w.plug.addr, "http://"+w.plug.addr), 0o600)
}

// pushes counts the presses and messages that the service has acknowledged, and all.
func (w *world) pushes() (acknowledged, all int) {
	for _, e := range w.sandbox.Journal(0, "push.*") {
		all++
		if e.Status != 0 {
			acknowledged++
		}
	}
	return acknowledged, all
}

// heard waits until everything that people did has been acknowledged.
func (w *world) heard(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return w.sandbox.Wait(ctx, func() bool { acknowledged, all := w.pushes(); return acknowledged == all })
}

// life gives the address of the present process and which one it is.
func (w *world) life() (address string, life int, failed error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.process.address, w.lives, w.failed
}

// insist does something over HTTP as often as it takes: a service killed on the way is replaced by another one.
func (w *world) insist(ctx context.Context, method, path, token string, body []byte, out any) error {
	for {
		address, life, err := w.life()
		if err != nil {
			return err
		}
		if err = w.call(ctx, method, address, path, token, body, out); err == nil {
			return nil
		}
		if _, present, _ := w.life(); present == life {
			return err
		}
	}
}

func (w *world) post(ctx context.Context, path, token string, body []byte) error {
	var counts struct{ Rejected int }
	err := w.insist(ctx, http.MethodPost, path, token, body, &counts)
	if err == nil && counts.Rejected > 0 {
		return fmt.Errorf("%s refused %d records", path, counts.Rejected)
	}
	return err
}

// until moves the clock, and returns when everything due on the way is done and delivered.
func (w *world) until(ctx context.Context, to string) error {
	var body struct{ Now time.Time }
	if err := w.insist(ctx, http.MethodPost, "/sandbox/clock", "", fmt.Appendf(nil, `{"to":%q}`, to), &body); err != nil {
		return err
	}
	w.setTime(body.Now)
	return nil
}

// settle waits until everything that can go out has gone out, and people can act.
func (w *world) settle(ctx context.Context) error {
	if err := w.until(ctx, w.time().Format(time.RFC3339Nano)); err != nil {
		return err
	}
	return w.sandbox.WaitConnections(ctx, 1)
}

func (w *world) call(ctx context.Context, method, address, path, token string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
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
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return json.Unmarshal(text, out)
}

// counts are the kills so far, by kind of place.
func (w *world) counts() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.killed)
}

func (w *world) time() time.Time {
	w.clock.Lock()
	defer w.clock.Unlock()
	return w.now
}

func (w *world) setTime(now time.Time) {
	w.clock.Lock()
	defer w.clock.Unlock()
	w.now = now.In(shanghai)
}

package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"junma/bot"
	"junma/handlers"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// city is a small 建德 for the tests: a store on disk, the notice's rule book with its samples in force, and a platform
// that swallows what is sent.
type city struct {
	t        testing.TB
	path     string       // of the database
	clock    atomic.Int64 // business time, ms
	options  handlers.Options
	store    *store.Store
	handlers *handlers.Handlers
	notify   *notify.Notifier
	sink     *sink
	onBegin  func() // called as each transaction begins; nil = nothing
}

const (
	intakeToken = "intake-token"
	adminToken  = "admin-token"
)

// newCity opens a city on the morning of a day, with the roster of rosterBody.
func newCity(t testing.TB, day string) *city {
	t.Helper()
	c := &city{t: t, path: filepath.Join(t.TempDir(), "junma.db"), sink: &sink{}}
	c.moveTo(day)
	s, err := store.Open(context.Background(), store.Options{
		Path: c.path, Evidence: t.TempDir(), Now: c.began,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c.store = s
	platforms := map[string]bot.Platform{"dingtalk": c.sink}
	book := cityBook(t)
	c.notify = notify.New(notify.Options{
		Store: s, Book: book, Platforms: platforms, Now: c.now, Wall: time.Now,
		Hours: notify.Hours{From: 9 * time.Hour, To: 18 * time.Hour},
	})
	c.options = handlers.Options{Store: s, Notify: c.notify, Book: book, Platforms: platforms, Now: c.now}
	c.handlers = handlers.New(c.options)
	if got := c.roster(rosterBody); got.Rejected > 0 {
		t.Fatalf("the city's roster was not taken: %+v", got.Errors)
	}
	return c
}

// cityBook is the embedded rule book with its sample limits in force, changed by the given edits.
func cityBook(t testing.TB, edits ...func(*mechanism.Spec)) *mechanism.Book {
	t.Helper()
	var spec mechanism.Spec
	if err := toml.Unmarshal(mechanism.DefaultTOML, &spec); err != nil {
		t.Fatal(err)
	}
	spec.Limits.AcceptSamples = true
	for _, edit := range edits {
		edit(&spec)
	}
	book, problems := mechanism.Compile(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return book
}

const rosterBody = `{
	"units": [
		{"name":"下涯镇","kind":"镇街"}, {"name":"云溪新材料有限公司","kind":"业主"}, {"name":"市住建局","kind":"部门"},
		{"name":"市经信局","kind":"部门"}, {"name":"市发改局","kind":"部门"}, {"name":"市统计局","kind":"部门"},
		{"name":"市商务局","kind":"部门"}, {"name":"市规划和自然资源局","kind":"部门"}, {"name":"开发区管委会","kind":"部门"}
	],
	"people": [
		{"id":"chen","name":"陈某","unit":"下涯镇","role":"联系人","dingtalk":"user-chen"},
		{"id":"lin","name":"林某","unit":"市住建局","role":"联系人","dingtalk":"user-lin"},
		{"id":"wang","name":"王某","unit":"市经信局","role":"联系人","dingtalk":"user-wang"},
		{"id":"zhao","name":"赵某","unit":"业务专班","role":"专班","dingtalk":"user-zhao","mobile":"13800000000"}
	]
}`

// record gives a project record; fields, in JSON, are added to or take the place of the sound ones.
func record(id string, fields ...string) string {
	sound := map[string]json.RawMessage{}
	text := `{"id":"` + id + `","name":"云溪新材料项目","category":"工业","owner":"云溪新材料有限公司","town":"下涯镇","investment_wan":52000}`
	if err := json.Unmarshal([]byte(text), &sound); err != nil {
		panic(err)
	}
	for _, field := range fields {
		var one map[string]json.RawMessage
		if err := json.Unmarshal([]byte("{"+field+"}"), &one); err != nil {
			panic(err)
		}
		for name, value := range one {
			sound[name] = value
		}
	}
	all, err := json.Marshal(sound)
	if err != nil {
		panic(err)
	}
	return string(all)
}

// permit is the stage 施工许可, limit 25日.
func permit(start string) string {
	return `"stages":[{"stage":"施工许可","start":"` + start + `","limit":"25日"}]`
}

func (c *city) now() time.Time { return time.UnixMilli(c.clock.Load()).In(mechanism.Shanghai) }

func (c *city) began() time.Time {
	if c.onBegin != nil {
		c.onBegin()
	}
	return c.now()
}

// moveTo sets business time to 09:30 of a day.
func (c *city) moveTo(day string) {
	d, err := mechanism.ParseDate(day)
	if err != nil {
		c.t.Fatal(err)
	}
	c.clock.Store(d.At(9, 30).UnixMilli())
}

func (c *city) take(records ...string) handlers.IntakeResult {
	c.t.Helper()
	return c.takeBody("["+strings.Join(records, ",")+"]", false)
}

func (c *city) takeBody(body string, baseline bool) handlers.IntakeResult {
	c.t.Helper()
	got, err := c.handlers.TakeRecords(context.Background(), strings.NewReader(body), false, baseline)
	if err != nil {
		c.t.Fatalf("TakeRecords: %v (%+v)", err, got)
	}
	return got
}

// mustTake takes records of which none may be refused.
func (c *city) mustTake(records ...string) {
	c.t.Helper()
	if got := c.take(records...); got.Rejected > 0 {
		c.t.Fatalf("refused: %+v", got.Errors)
	}
}

func (c *city) roster(body string) handlers.RosterResult {
	c.t.Helper()
	got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(body))
	if err != nil {
		c.t.Fatalf("TakeRoster: %v (%+v)", err, got)
	}
	return got
}

// dayBegan moves business time to a day and lets it begin.
func (c *city) dayBegan(day string) {
	c.t.Helper()
	c.moveTo(day)
	if err := c.handlers.DayBegan(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}

func (c *city) project(id string) mechanism.Project {
	c.t.Helper()
	var p mechanism.Project
	c.view(func(v *store.View) (err error) {
		p, err = v.Project(id)
		return err
	})
	return p
}

func (c *city) view(fn func(*store.View) error) {
	c.t.Helper()
	if err := c.store.View(context.Background(), fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *city) journal(project string) []store.Entry {
	c.t.Helper()
	var lines []store.Entry
	c.view(func(v *store.View) (err error) {
		lines, err = v.Journal(project, 0, 10_000)
		return err
	})
	return lines
}

// told gives what was enqueued of a kind, as "person kind text" where the text is that of an alarm.
func (c *city) told(kind mechanism.Kind) []store.Delivery {
	c.t.Helper()
	var all []store.Delivery
	c.view(func(v *store.View) (err error) {
		all, err = v.Deliveries(store.DeliveryFilter{Kind: string(kind)})
		return err
	})
	return all
}

// alarmed reports whether 专班 has an alarm holding all of the words.
func (c *city) alarmed(words ...string) bool {
	c.t.Helper()
	for _, d := range c.told(mechanism.KindAlarm) {
		all := d.Person == "zhao"
		for _, word := range words {
			all = all && strings.Contains(string(d.Params), word)
		}
		if all {
			return true
		}
	}
	return false
}

// call makes one request to the API and gives its status and body.
func (c *city) call(method, path, token, contentType, body string) (int, map[string]any) {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return c.serve(r)
}

func (c *city) serve(r *http.Request) (int, map[string]any) {
	c.t.Helper()
	w := httptest.NewRecorder()
	c.api().ServeHTTP(w, r)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		c.t.Fatalf("the answer is no JSON object: %v\n%s", err, w.Body)
	}
	return w.Code, answer
}

func (c *city) api() http.Handler {
	return c.handlers.API(handlers.Access{IntakeTokens: []string{intakeToken}, AdminTokens: []string{adminToken}})
}

// sink is a platform that keeps nothing but a count, and a directory of people by mobile number.
type sink struct {
	mu     sync.Mutex
	sent   int
	people map[string]string // by mobile number; nil = the directory does not answer
	asked  []string
}

func (s *sink) Name() string { return "dingtalk" }

func (s *sink) Traits() bot.Traits {
	return bot.Traits{AnswerRedraws: true, MaxButtons: 10, RepeatWindow: time.Hour, RequestsPerSec: 1_000_000}
}

func (s *sink) Encode(m bot.Message) (bot.Payload, error) { return json.Marshal(m) }

func (s *sink) Send(context.Context, bot.Payload) (bot.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	return bot.Receipt("{}"), nil
}

func (s *sink) UserByMobile(_ context.Context, mobile string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, mobile)
	if s.people == nil {
		return "", &bot.Error{Op: "sink user", Kind: bot.Retry}
	}
	if user, ok := s.people[mobile]; ok {
		return user, nil
	}
	return "", &bot.Error{Op: "sink user", Kind: bot.Gone}
}

func listed(errors []handlers.RecordError) string {
	var b strings.Builder
	for _, e := range errors {
		fmt.Fprintf(&b, "%d %s %s %q %s\n", e.Index, e.ID, e.Field, e.Value, e.Message)
	}
	return b.String()
}

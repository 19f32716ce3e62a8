package dingtalk_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"junma/bot"
	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

const (
	clientID     = "dingtestapp"
	clientSecret = "a-client-secret-nobody-may-see"
	group        = "cidTestGroup=="
	mobile       = "13800001111"
	ownTemplate  = "0d3f3c1e-0000-4000-8000-000000000001.schema"
	patience     = 20 * time.Second
)

var (
	lin  = bot.User{ID: "user-lin", Name: "林某"}
	zhou = bot.User{ID: "user-zhou", Name: "周某"}
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections() // the Stream SDK opens its connections with it
	}))
}

// place is an adapter at its pretend server.
type place struct {
	t        testing.TB
	server   *sandbox.Server
	platform *dingtalk.Platform
	options  dingtalk.Options
	log      *buffer
}

// place starts a server and an adapter. Whatever the test does, at its end no secret may stand in the log.
func newPlace(t testing.TB, server sandbox.Options, options dingtalk.Options) *place {
	t.Helper()
	server.ClientID, server.ClientSecret = clientID, clientSecret
	if server.QPS == 0 {
		server.QPS = -1
	}
	server.Templates = append(server.Templates, sandbox.OwnTemplate(ownTemplate))
	s := sandbox.New(server)
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.AddPeople(
		sandbox.Person{ID: lin.ID, Name: lin.Name, Visible: true, Mobile: mobile},
		sandbox.Person{ID: zhou.ID, Name: zhou.Name, Visible: true},
		sandbox.Person{ID: "user-hidden", Name: "外围"},
		sandbox.Person{ID: "user-out", Name: "外部人员", Visible: true, Outsider: true},
	)
	s.AddGroups(
		sandbox.Group{ID: group, Title: "市住建局协调群", Members: []string{lin.ID, zhou.ID, "user-out"}, Robot: true},
		sandbox.Group{ID: "cidWithoutRobot==", Title: "别的群", Members: []string{lin.ID}},
	)
	p := &place{t: t, server: s, log: new(buffer)}
	options.ClientID, options.APIBase, options.OAPIBase = clientID, s.URL(), s.URL()
	if options.ClientSecret.Reveal() == "" {
		options.ClientSecret = bot.NewSecret(clientSecret)
	}
	if options.RequestsPerSec == 0 {
		options.RequestsPerSec = 1000
	}
	if options.Backoff == 0 {
		options.Backoff = 5 * time.Millisecond
	}
	options.Log = slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p.options, p.platform = options, dingtalk.New(options)
	t.Cleanup(func() {
		p.platform.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		p.checkLog()
	})
	return p
}

// anySecret is what the sandbox gives out as tokens, tickets, sessions and file addresses.
var anySecret = regexp.MustCompile(`(tok|tic|ses)[A-Za-z0-9]{24}|/filehost/\w+|` + clientSecret + `|` + mobile)

func (p *place) checkLog() {
	if found := anySecret.FindString(p.log.String()); found != "" {
		p.t.Errorf("the log shows a secret, %.12q…", found)
	}
}

// run keeps the Stream connection with in until the test ends.
func (p *place) run(in bot.Inbox) {
	p.t.Helper()
	stop := p.start(in)
	p.t.Cleanup(func() { _ = stop() })
	if err := p.server.WaitConnections(p.within(), 1); err != nil {
		p.t.Fatal(err)
	}
	p.await("the status", func() bool { return p.platform.Status().Connected })
}

// start runs the Stream and returns what ends it, with Run's error.
func (p *place) start(in bot.Inbox) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.platform.Run(ctx, in) }()
	return sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			return errors.New("Run does not end")
		}
	})
}

// restart replaces the adapter, which forgets all it had in memory.
func (p *place) restart() {
	p.platform.Close()
	p.platform = dingtalk.New(p.options)
}

func (p *place) within() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	p.t.Cleanup(cancel)
	return ctx
}

func (p *place) fault(f sandbox.Fault) {
	p.t.Helper()
	if _, err := p.server.SetFault(f); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) set(name, value string) {
	p.t.Helper()
	if err := p.server.SetSwitch(name, value); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) encode(m bot.Message) bot.Payload {
	p.t.Helper()
	payload, err := p.platform.Encode(m)
	if err != nil {
		p.t.Fatal(err)
	}
	return payload
}

func (p *place) send(m bot.Message) (bot.Receipt, error) {
	p.t.Helper()
	return p.platform.Send(p.within(), p.encode(m))
}

func (p *place) mustSend(m bot.Message) bot.Receipt {
	p.t.Helper()
	receipt, err := p.send(m)
	if err != nil {
		p.t.Fatal(err)
	}
	return receipt
}

func (p *place) press(button string) sandbox.PressResult {
	p.t.Helper()
	result, err := p.server.Press(p.within(), lin.ID, "c1", button)
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

func (p *place) stream(action string) {
	p.t.Helper()
	if _, err := p.server.Stream(action, "connection is expired"); err != nil {
		p.t.Fatal(err)
	}
}

// await looks until met holds; it looks again after each change at the server and at short intervals.
func (p *place) await(what string, met func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-deadline:
			p.t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func cardFor(to bot.Address) bot.NewCard {
	return bot.NewCard{ID: "c1", To: to, Card: bot.Card{
		Title: "橙色预警 · 云溪新材料项目", Level: bot.Orange, State: "待办理", Basis: "三(四)2", Tips: "截至2026年6月20日",
		Lines:   []bot.Text{bot.Say("施工许可环节将于6月30日到期。")},
		Buttons: []bot.Button{{Label: "报送情况", Ref: "refA1234", Primary: true}, {Label: "不归我办", Ref: "refB5678"}},
	}}
}

var toLin = bot.Address{User: lin.ID}

// shown is a card as its reader takes it in: markup and escapes gone.
func shown(v sandbox.CardView) bottest.Seen {
	seen := bottest.Seen{ID: v.OutTrackID, Title: v.Title}
	seen.Text = strings.Join([]string{
		rendered(v.Markdown), v.Tips, v.Variables["level"], v.Variables["state"], v.Variables["basis"],
	}, "\n")
	for _, b := range v.Buttons {
		seen.Buttons = append(seen.Buttons, b.Text)
	}
	return seen
}

var (
	boldMark = regexp.MustCompile(`(\\.)|\*\*`)
	escape   = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
)

func rendered(markdown string) string {
	text := boldMark.ReplaceAllString(markdown, "$1")
	text = escape.ReplaceAllString(text, "$1")
	return strings.ReplaceAll(text, "\u00a0", " ")
}

// buffer is a log that several goroutines write.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func contextWithin(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}

// clock is a machine clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Package dingtalk speaks to DingTalk (钉钉): interactive cards and robot messages over the open platform's REST API,
// clicks and messages over its Stream connection.
//
// Facts about the vendor are cited as [KB nnnn], the number of the page in the snapshot of open.dingtalk.com of 2026-08,
// or [DP], the vendor's developerpedia.
package dingtalk

import (
	"cmp"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"junma/bot"
)

const (
	name = "dingtalk"

	// readyTemplate is the vendor's markdown + buttons template that works for any organisation (dingtalk-stream-sdk-python,
	// interactive_card.py). Nothing promises that it stays; an own template by id takes its place.
	readyTemplate = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"

	requestsPerSecond = 20 // per app, standard edition [KB 1433]
	maxButtons        = 6  // what the 1 KB of sys_full_json_obj holds with Chinese labels
)

// Options is what a Platform needs. The zero value of a field with a default means the default.
type Options struct {
	ClientID       string
	ClientSecret   bot.Secret
	RobotCode      string // default: ClientID, which it is for an in-house app
	CardTemplateID string // default: the ready-made markdown + buttons template; docs/dingtalk-card.md
	APIBase        string // default: https://api.dingtalk.com
	OAPIBase       string // default: https://oapi.dingtalk.com
	// AnswerRedraws says that on this tenant the data in a click's acknowledgement redraws the clicker's card, as
	// documented [KB-CARD 0010]. Where it doesn't, the core plans a redraw instead.
	AnswerRedraws  bool
	RequestsPerSec int // pace of all calls of the app; default: 20, the standard edition's limit [KB 1433]
	CardsPerMinute int // most cards a minute into one conversation; 0 = any number

	Tokens  bot.Tokens       // default: in memory
	Limiter bot.Limiter      // default: in memory
	Log     *slog.Logger     // default: nothing is logged
	Now     func() time.Time // machine time, for tokens and the connection; default: time.Now

	// Silence is how long a Stream connection may bring no frame before it is replaced. The server sends a SYSTEM ping
	// every 20 to 30 s; default: 90 s.
	Silence time.Duration
	// Quiet is how long a connection may bring pings but neither a press nor a message before it is renewed: on some, pings
	// are answered and what people do is lost, and nothing else shows it. The vendor's Java SDK renews every 6 h; default:
	// 1 h, at most 24 openings a day.
	Quiet time.Duration
	// Backoff is the first pause after a failed or short-lived connection; it doubles up to 60 times as much. One that
	// stands 30 times as long was a good one, and a quarter of it passes between two looks at a connection. Default: 1 s.
	Backoff time.Duration
}

// Platform is DingTalk. It implements bot.Platform, bot.Stream, bot.FileFetcher, bot.FileSender, bot.Directory and bot.Metered.
type Platform struct {
	opts   Options
	http   *http.Client // calls: no redirect is followed, a token must not travel to another host
	files  *http.Client // temporary download addresses
	tokens tokens
	stream status
	usage  usage

	// undelivered holds the ids of cards that exist but did not reach their place: repeating createAndDeliver would only
	// say that they exist.
	mu          sync.Mutex
	undelivered map[string]bool
}

// New makes a Platform. It makes no request.
func New(opts Options) *Platform {
	opts.RobotCode = cmp.Or(opts.RobotCode, opts.ClientID)
	opts.CardTemplateID = cmp.Or(opts.CardTemplateID, readyTemplate)
	opts.APIBase = cmp.Or(opts.APIBase, "https://api.dingtalk.com")
	opts.OAPIBase = cmp.Or(opts.OAPIBase, "https://oapi.dingtalk.com")
	opts.RequestsPerSec = cmp.Or(opts.RequestsPerSec, requestsPerSecond)
	opts.Silence = cmp.Or(opts.Silence, 90*time.Second)
	opts.Quiet = cmp.Or(opts.Quiet, time.Hour)
	opts.Backoff = cmp.Or(opts.Backoff, time.Second)
	if opts.Tokens == nil {
		opts.Tokens = new(bot.MemoryTokens)
	}
	if opts.Limiter == nil {
		opts.Limiter = new(bot.MemoryLimiter)
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	transport := newTransport()
	p := &Platform{
		opts:        opts,
		http:        &http.Client{Transport: transport, CheckRedirect: noRedirect},
		files:       &http.Client{Transport: transport, CheckRedirect: fewRedirects},
		undelivered: make(map[string]bool),
	}
	p.tokens = tokens{platform: p, key: name + ":" + opts.ClientID}
	return p
}

// Name is "dingtalk".
func (*Platform) Name() string { return name }

// Traits of DingTalk. A card can be repeated for as long as its outTrackId exists, for which no end is documented
// [KB 0783]; a week is more than any delivery waits. A Reply has no such id and may be seen twice when repeated.
func (p *Platform) Traits() bot.Traits {
	return bot.Traits{
		AnswerRedraws:  p.opts.AnswerRedraws,
		GroupButtons:   true,
		MaxButtons:     maxButtons,
		RepeatWindow:   7 * 24 * time.Hour,
		RequestsPerSec: p.opts.RequestsPerSec,
		PerMinute:      p.opts.CardsPerMinute,
	}
}

// Close lets idle connections go. The Platform can still be used.
func (p *Platform) Close() { p.http.CloseIdleConnections() }

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   2 * requestsPerSecond,
		IdleConnTimeout:       30 * time.Second, // shorter than the gateway's, so that a request rarely meets a closed one
		ResponseHeaderTimeout: 10 * time.Second,
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func fewRedirects(_ *http.Request, via []*http.Request) error {
	if len(via) > 3 {
		return http.ErrUseLastResponse
	}
	return nil
}

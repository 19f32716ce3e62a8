package dingtalk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"junma/bot"
)

const (
	callTimeout = 15 * time.Second
	maxAnswer   = 1 << 20 // bytes of an answer that are read

	tokenHeader = "x-acs-dingtalk-access-token"
)

// auth is how a path wants the token.
type auth int

const (
	authNone   auth = iota
	authHeader      // api.dingtalk.com
	authQuery       // oapi.dingtalk.com
)

// call is one request to the platform.
type call struct {
	op     string
	method string
	url    string // without a token
	body   []byte
	form   *form // instead of body
	auth   auth
	old    bool // the answer is an old one: HTTP 200 with errcode

	timeout time.Duration // 0 = callTimeout
}

// do makes the call and returns the body of a success; any other outcome is an *bot.Error. When the token is refused it
// is fetched anew and the call made once more.
func (p *Platform) do(ctx context.Context, c call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.timeout, callTimeout))
	defer cancel()
	for attempt := 0; ; attempt++ {
		token, err := p.tokenFor(ctx, c)
		if err != nil {
			return nil, err
		}
		if err := p.pace(ctx, c); err != nil {
			return nil, err
		}
		a, failure := p.exchange(ctx, c, token)
		if failure != nil {
			return nil, failure
		}
		v := a.verdict(c)
		p.note(c, a, v)
		p.countCall(c, a, v)
		if v == nil {
			return a.body, nil
		}
		if a.tokenRefused && c.auth != authNone {
			p.tokens.drop(ctx, token)
			if attempt == 0 {
				continue
			}
		}
		if v.Kind == bot.Throttled && v.After < waitBanned { // when to try whether a ban is over, the caller decides
			p.opts.Limiter.Pause(p.tokens.key, v.After)
		}
		return nil, v
	}
}

// pace waits for the app's turn. A turn that doesn't come in time is a throttle like the vendor's own.
func (p *Platform) pace(ctx context.Context, c call) error {
	err := p.opts.Limiter.Wait(ctx, p.tokens.key, p.opts.RequestsPerSec)
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return &bot.Error{Op: c.name(), Kind: bot.Retry, Err: err}
	}
	return &bot.Error{Op: c.name(), Kind: bot.Throttled, After: waitSecond, Err: err}
}

func (c call) name() string { return name + " " + c.op }

func (p *Platform) tokenFor(ctx context.Context, c call) (string, error) {
	if c.auth == authNone {
		return "", nil
	}
	return p.tokens.get(ctx)
}

// answer is what came back.
type answer struct {
	status       int
	header       http.Header
	body         []byte
	took         time.Duration
	tokenRefused bool
}

// exchange writes the request and reads the answer. A failure before the first byte was written is safe to repeat
// (Retry); after it nobody knows what happened (Unknown).
func (p *Platform) exchange(ctx context.Context, c call, token string) (*answer, *bot.Error) {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { written.Store(true) },
	})
	failed := func(err error) *bot.Error {
		kind := bot.Retry
		if written.Load() {
			kind = bot.Unknown
		}
		return &bot.Error{Op: c.name(), Kind: kind, Err: withoutURL(err)}
	}
	req, err := c.request(ctx, token)
	if err != nil {
		return nil, &bot.Error{Op: c.name(), Kind: bot.Refused, Text: "the address of the request is not valid"}
	}
	start := time.Now()
	resp, err := p.http.Do(req)
	if err != nil {
		return nil, failed(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, failed(err)
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body, took: time.Since(start)}, nil
}

// request makes the HTTP request of a call.
func (c call) request(ctx context.Context, token string) (*http.Request, error) {
	body, contentType := io.Reader(bytes.NewReader(c.body)), "application/json"
	if c.form != nil {
		body, contentType = c.form.reader(), c.form.contentType
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.url, body)
	if err != nil {
		return nil, err
	}
	if c.form != nil {
		req.ContentLength = c.form.size()
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	switch c.auth {
	case authHeader:
		req.Header.Set(tokenHeader, token)
	case authNone:
	case authQuery:
		query := req.URL.Query()
		query.Set("access_token", token)
		req.URL.RawQuery = query.Encode()
	}
	return req, nil
}

// withoutURL takes the address out of a transport's error: it may carry a token or a session.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func (p *Platform) note(c call, a *answer, v *bot.Error) {
	log := p.opts.Log.With("op", c.op, "status", a.status, "took", a.took, "request", a.header.Get("x-acs-request-id"))
	if v != nil {
		log.Debug("dingtalk refused a call", "kind", v.Kind.String(), "code", v.Code)
		return
	}
	log.Debug("dingtalk answered a call")
}

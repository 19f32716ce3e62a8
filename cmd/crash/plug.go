package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
)

// moment is when, in the life of a request, the plug is pulled.
type moment int

const (
	never         moment = iota
	beforeApplied        // the request is lost with the process
	afterApplied         // the platform did it, and the process never learns
)

// plan says what happens to a request that goes out: target is its method and address, of a file only "GET file". kind
// is what is counted when the service is killed.
type plan func(target, body string) (m moment, kind string)

func spare(string, string) (moment, string) { return never, "" }

// plug stands before the pretend DingTalk. It decides over each request that has an effect or brings a file, one at a
// time, whether the service is killed now. A request of a process that is dead by the time its turn comes is lost.
type plug struct {
	inner  http.Handler
	crash  func(kind string)
	server *http.Server
	addr   string

	gate sync.Mutex
	plan atomic.Pointer[plan]
	life atomic.Int64 // which process may speak
}

type lifeKey struct{}

// newPlug listens; serve begins.
func newPlug(crash func(kind string)) (p *plug, serve func(inner http.Handler), err error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	p = &plug{addr: listener.Addr().String(), crash: crash}
	p.pull(spare)
	p.server = &http.Server{Handler: p, ConnContext: func(ctx context.Context, _ net.Conn) context.Context { //nolint:gosec // loopback only
		return context.WithValue(ctx, lifeKey{}, p.life.Load())
	}}
	return p, func(inner http.Handler) {
		p.inner = inner
		go func() { _ = p.server.Serve(listener) }()
	}, nil
}

// pull decides from now on what happens to each request.
func (p *plug) pull(next plan) { p.plan.Store(&next) }

// nextLife begins another process's turn, when every connection of the last one has been accepted: connections are
// accepted in the order in which they were made, so this one comes after them.
func (p *plug) nextLife(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/sandbox/switches", nil)
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	p.life.Add(1)
	return resp.Body.Close()
}

func (p *plug) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := outgoing(r)
	if target == "" {
		p.inner.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.gate.Lock()
	defer p.gate.Unlock()
	p.onlyAlive(r)
	pulled, kind := (*p.plan.Load())(target, string(body))
	p.onlyAlive(r)
	if pulled == never {
		p.inner.ServeHTTP(w, r)
		return
	}
	if pulled == afterApplied {
		p.inner.ServeHTTP(httptest.NewRecorder(), r)
	}
	p.crash(kind)
	panic(http.ErrAbortHandler)
}

// onlyAlive loses the request of a process that is no more.
func (p *plug) onlyAlive(r *http.Request) {
	if r.Context().Value(lifeKey{}) != p.life.Load() {
		panic(http.ErrAbortHandler)
	}
}

const getFile = "GET file"

// outgoing names a request that has an effect on the platform or brings a file from it; "" is any other. A file's
// address is another one each time, and so is a conversation's session.
func outgoing(r *http.Request) string {
	for _, head := range []string{"/v1.0/card/", "/v1.0/robot/", "/robot/", "/media/"} {
		if strings.HasPrefix(r.URL.Path, head) {
			return r.Method + " " + r.URL.Path
		}
	}
	if strings.HasPrefix(r.URL.Path, "/v1.0/") || strings.HasPrefix(r.URL.Path, "/sandbox/") || r.URL.Path == "/connect" {
		return ""
	}
	return getFile
}

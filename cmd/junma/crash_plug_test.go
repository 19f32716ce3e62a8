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

// plug stands before the pretend DingTalk. It decides over each request that has an effect or brings a file, one at a
// time, whether the program is killed now. A request of a process that is dead by the time its turn comes is lost.
type plug struct {
	inner  http.Handler
	crash  func()
	server *http.Server
	addr   string

	gate sync.Mutex
	plan atomic.Pointer[plan]
	life atomic.Int64 // which process may speak
}

// plan says what happens to a request: target is its method and address, of a file only "GET file".
type plan func(target, body string) moment

type lifeKey struct{}

// newPlug listens; serve begins.
func newPlug() (p *plug, serve func(inner http.Handler, crash func()), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	p = &plug{addr: listener.Addr().String()}
	p.pull(func(string, string) moment { return never })
	p.server = &http.Server{Handler: p, ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, lifeKey{}, p.life.Load())
	}}
	return p, func(inner http.Handler, crash func()) {
		p.inner, p.crash = inner, crash
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
	pulled := (*p.plan.Load())(target, string(body))
	p.onlyAlive(r)
	if pulled == never {
		p.inner.ServeHTTP(w, r)
		return
	}
	if pulled == afterApplied {
		p.inner.ServeHTTP(httptest.NewRecorder(), r)
	}
	p.crash()
	panic(http.ErrAbortHandler)
}

// onlyAlive loses the request of a process that is no more.
func (p *plug) onlyAlive(r *http.Request) {
	if r.Context().Value(lifeKey{}) != p.life.Load() {
		panic(http.ErrAbortHandler)
	}
}

// outgoing names a request that has an effect on the platform or brings a file from it; "" is any other. A file's
// address is another one each time.
func outgoing(r *http.Request) string {
	for _, head := range []string{"/v1.0/card/", "/v1.0/robot/", "/robot/"} {
		if strings.HasPrefix(r.URL.Path, head) {
			return r.Method + " " + r.URL.String()
		}
	}
	if strings.HasPrefix(r.URL.Path, "/v1.0/") || strings.HasPrefix(r.URL.Path, "/sandbox/") || r.URL.Path == "/connect" {
		return ""
	}
	return r.Method + " file"
}

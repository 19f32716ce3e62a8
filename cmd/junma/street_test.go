package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"junma/bot"
	adapter "junma/bot/dingtalk"
	"junma/mechanism"
	"junma/notify"
	"junma/sandbox/dingtalk"
	"junma/store"
)

// street is the dispatcher with the real adapter, over HTTP to a pretend DingTalk behind a door, and people who are told
// much. Its machine time is real, with intervals scaled by outageScale.
type street struct {
	t        testing.TB
	server   *dingtalk.Server
	handler  http.Handler // the server's
	address  string
	door     *http.Server
	store    *store.Store
	platform *counted
	notifier *notify.Notifier
	people   []store.Person
	spoilt   map[string]dingtalk.Fault // by user
}

// counted counts the attempts of an adapter, also those that reach no server, and scales the pauses it asks for.
type counted struct {
	*adapter.Platform
	sends atomic.Int64
}

func (c *counted) Send(ctx context.Context, p bot.Payload) (bot.Receipt, error) {
	c.sends.Add(1)
	receipt, err := c.Platform.Send(ctx, p)
	if e, ok := errors.AsType[*bot.Error](err); ok {
		own := *e // several attempts may be given the same error
		own.After = scaled(own.After)
		return receipt, &own
	}
	return receipt, err
}

func newStreet(t testing.TB, people int) *street {
	s := &street{t: t, address: "127.0.0.1:0", spoilt: map[string]dingtalk.Fault{}}
	listener := s.listen()
	s.address = listener.Addr().String()
	s.server = dingtalk.New(dingtalk.Options{ClientID: testClientID, ClientSecret: testClientSecret, QPS: -1, BaseURL: "http://" + s.address})
	t.Cleanup(func() { noError(t, s.server.Close()) })
	s.handler = s.server.Handler()
	s.serve(listener)
	t.Cleanup(s.shut)
	var err error
	s.store, err = store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "junma.db"), Evidence: t.TempDir(), Now: time.Now})
	noError(t, err)
	t.Cleanup(func() { noError(t, s.store.Close()) })
	s.platform = &counted{Platform: adapter.New(adapter.Options{
		ClientID: testClientID, ClientSecret: bot.NewSecret(testClientSecret), APIBase: "http://" + s.address, OAPIBase: "http://" + s.address,
		RequestsPerSec: 10_000,
	})}
	var spec mechanism.Spec
	noError(t, toml.Unmarshal(mechanism.DefaultTOML, &spec))
	book, problems := mechanism.Compile(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s.notifier = notify.New(notify.Options{
		Store: s.store, Book: book, Platforms: map[string]bot.Platform{s.platform.Name(): s.platform}, Now: time.Now, Wall: time.Now,
		Attempt: scaled(12 * time.Second), Probe: scaled(8 * time.Second),
	})
	s.populate(people)
	return s
}

// populate lets people move in.
func (s *street) populate(n int) {
	for i := range n {
		user := fmt.Sprintf("user-%d-", i)
		s.server.AddPeople(dingtalk.Person{ID: user, Name: "某", Visible: true})
		s.people = append(s.people, store.Person{
			ID: fmt.Sprintf("p%d", i), Name: "某", Unit: "下涯镇", Role: mechanism.RoleContact, Accounts: map[string]string{s.platform.Name(): user},
		})
	}
	noError(s.t, s.store.Do(s.t.Context(), func(tx *store.Tx) error {
		return tx.SaveRoster(store.RosterChange{Units: []store.Unit{{Name: "下涯镇", Kind: store.UnitTown}}, People: s.people})
	}))
}

// tell enqueues cards, one after the other for each of the people.
func (s *street) tell(cards int) {
	noError(s.t, s.store.Do(s.t.Context(), func(tx *store.Tx) error {
		for i := range cards {
			q := notify.Question{Title: "测试", Key: fmt.Sprint(i), Lines: []bot.Text{bot.Say(fmt.Sprintf("第%d件", i))}}
			if err := s.notifier.Ask(tx, s.platform.Name(), s.people[i%len(s.people)].ID, q); err != nil {
				return err
			}
		}
		return nil
	}))
}

// run lets the dispatcher work until the test ends.
func (s *street) run() {
	ctx, stop := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.notifier.Run(ctx) }()
	s.t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			s.t.Error(err)
		}
	})
}

// seen counts the cards one of the people has.
func (s *street) seen(i int) int {
	return len(s.server.Inbox(s.people[i].Accounts[s.platform.Name()]))
}

func (s *street) listen() net.Listener {
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(10 * time.Millisecond) { // somebody may use the port meanwhile
		var l net.Listener
		if l, err = net.Listen("tcp", s.address); err == nil {
			return l
		}
	}
	s.t.Fatal(err)
	return nil
}

// open lets the platform listen again, shut lets nobody listen at its address.
func (s *street) open() { s.serve(s.listen()) }

func (s *street) shut() { noError(s.t, s.door.Close()) }

func (s *street) serve(l net.Listener) {
	s.door = &http.Server{Handler: http.HandlerFunc(s.pass), ReadHeaderTimeout: 10 * time.Second}
	go func(door *http.Server) { _ = door.Serve(l) }(s.door) // ends with the door
}

// spoil makes what is sent to one of the people fail; it is called before run.
func (s *street) spoil(i int, f dingtalk.Fault) {
	s.spoilt[s.people[i].Accounts[s.platform.Name()]] = f
}

// pass lets a request through to the platform, unless it is for somebody whose requests fail.
func (s *street) pass(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	for user, f := range s.spoilt {
		if !bytes.Contains(body, []byte(user)) {
			continue
		}
		if f.Kind == dingtalk.FaultSlow {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(f.Status)
		return
	}
	s.handler.ServeHTTP(w, r)
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
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

// outageScale is how many times faster than life an outage of ten minutes is tried: its length, the probes' interval
// and the timeouts alike.
var outageScale = flag.Int("outage-scale", 20, "how many times faster than life outages are tried; 1 = real time")

// A ban (200 with "punish") names minutes that can't be scaled: the dispatcher's own tests try it on a moved clock.
//
// 平台中断十分钟、积压500件:多出的请求不到两成,恢复后15秒内全部送达,每人各见一次。
func TestOutageOverHTTP(t *testing.T) {
	for _, f := range []dingtalk.Fault{
		{Kind: dingtalk.FaultRefuse, Status: 500},
		{Kind: dingtalk.FaultHTML503},
		{Kind: dingtalk.FaultCutBefore},
		{Kind: dingtalk.FaultSlow, Ms: int(time.Hour / time.Millisecond)},
	} {
		t.Run(f.Kind, func(t *testing.T) {
			t.Parallel()
			f.Route = "card.*"
			outage(t, f)
		})
	}
}

func outage(t *testing.T, fault dingtalk.Fault) {
	const notifications, people = 500, 50
	server := dingtalk.New(dingtalk.Options{ClientID: testClientID, ClientSecret: testClientSecret, QPS: -1})
	noError(t, server.Start("127.0.0.1:0"))
	t.Cleanup(func() { noError(t, server.Close()) })
	st, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "junma.db"), Evidence: t.TempDir(), Now: time.Now})
	noError(t, err)
	t.Cleanup(func() { noError(t, st.Close()) })
	platform := adapter.New(adapter.Options{
		ClientID: testClientID, ClientSecret: bot.NewSecret(testClientSecret), APIBase: server.URL(), OAPIBase: server.URL(),
		RequestsPerSec: 10_000,
	})
	var spec mechanism.Spec
	noError(t, toml.Unmarshal(mechanism.DefaultTOML, &spec))
	book, problems := mechanism.Compile(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	scaled := func(d time.Duration) time.Duration { return d / time.Duration(*outageScale) }
	n := notify.New(notify.Options{
		Store: st, Book: book, Platforms: map[string]bot.Platform{platform.Name(): platform}, Now: time.Now, Wall: time.Now,
		Attempt: scaled(12 * time.Second), Probe: scaled(8 * time.Second),
	})
	var residents []store.Person
	for i := range people {
		user := fmt.Sprintf("user-%d", i)
		server.AddPeople(dingtalk.Person{ID: user, Name: "某", Visible: true})
		residents = append(residents, store.Person{
			ID: fmt.Sprintf("p%d", i), Name: "某", Unit: "下涯镇", Role: mechanism.RoleContact, Accounts: map[string]string{platform.Name(): user},
		})
	}
	_, err = server.SetFault(fault)
	noError(t, err)
	noError(t, st.Do(t.Context(), func(tx *store.Tx) error {
		if err := tx.SaveRoster(store.RosterChange{Units: []store.Unit{{Name: "下涯镇", Kind: store.UnitTown}}, People: residents}); err != nil {
			return err
		}
		for i := range notifications {
			q := notify.Question{Title: "测试", Key: fmt.Sprint(i), Lines: []bot.Text{bot.Say(fmt.Sprintf("第%d件", i))}}
			if err := n.Ask(tx, platform.Name(), residents[i%people].ID, q); err != nil {
				return err
			}
		}
		return nil
	}))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	defer func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	<-time.After(scaled(10 * time.Minute)) // the outage
	tries := server.Counts()["card.create"]
	server.ClearFaults(0)
	back := time.Now()
	within, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	noError(t, n.Drain(within))
	took := time.Since(back)
	all := server.Counts()["card.create"]
	t.Logf("%d requests while down, %.2f for each of %d notifications in all; delivered %v after the recovery",
		tries, float64(all)/notifications, notifications, took.Round(time.Millisecond))
	if all > notifications*12/10 {
		t.Errorf("%d requests for %d notifications", all, notifications)
	}
	seen := 0
	for _, p := range residents {
		seen += len(server.Inbox(p.Accounts[platform.Name()]))
	}
	if seen != notifications {
		t.Errorf("%d cards were seen, want %d", seen, notifications)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

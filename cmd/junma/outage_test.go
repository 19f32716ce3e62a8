package main

import (
	"context"
	"flag"
	"sync"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

// outageScale is how many times faster than life an outage of ten minutes is tried: its length, the probes' interval,
// the timeouts and the pauses the platform names alike.
var outageScale = flag.Int("outage-scale", 20, "how many times faster than life outages are tried; 1 = real time")

func scaled(d time.Duration) time.Duration { return d / time.Duration(*outageScale) }

// 平台中断十分钟、积压500件:多出的请求不到两成,恢复后15秒内全部送达,每人各见一次。
func TestOutageOverHTTP(t *testing.T) {
	var all sync.WaitGroup
	var begin time.Duration
	for name, trouble := range map[string]func(*street) (over func()){
		"无人监听": func(s *street) func() {
			s.shut()
			return s.open
		},
		"答复500":   faulty(dingtalk.Fault{Kind: dingtalk.FaultRefuse, Status: 500}),
		"503网页":   faulty(dingtalk.Fault{Kind: dingtalk.FaultHTML503}),
		"封禁(200)": faulty(dingtalk.Fault{Kind: dingtalk.FaultPunish200}),
		"连接中断":    faulty(dingtalk.Fault{Kind: dingtalk.FaultCutBefore}),
		"没有答复":    faulty(dingtalk.Fault{Kind: dingtalk.FaultSlow, Ms: int(time.Hour / time.Millisecond)}),
	} {
		wait := begin
		all.Go(func() { // together, since they mostly wait; one after the other, so that each comes back by itself
			<-time.After(wait)
			t.Run(name, func(t *testing.T) { outage(t, trouble) })
		})
		begin += apart
	}
	all.Wait()
}

// apart is how long after each other the outages begin.
const apart = 4 * time.Second

// faulty makes the platform fail every card.
func faulty(f dingtalk.Fault) func(*street) func() {
	f.Route = "card.*"
	return func(s *street) func() {
		_, err := s.server.SetFault(f)
		noError(s.t, err)
		return func() { s.server.ClearFaults(0) }
	}
}

func outage(t *testing.T, trouble func(*street) (over func())) {
	const notifications, people = 500, 50
	s := newStreet(t, people)
	over := trouble(s)
	s.tell(notifications)
	s.run()
	<-time.After(scaled(10 * time.Minute)) // the outage
	tries := s.platform.sends.Load()
	over()
	back := time.Now()
	within, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	noError(t, s.notifier.Drain(within))
	took := time.Since(back)
	all := s.platform.sends.Load()
	t.Logf("%d requests while down, %.2f for each of %d notifications in all; delivered %v after the recovery",
		tries, float64(all)/notifications, notifications, took.Round(time.Millisecond))
	if all > notifications*12/10 {
		t.Errorf("%d requests for %d notifications", all, notifications)
	}
	seen := 0
	for i := range people {
		seen += s.seen(i)
	}
	if seen != notifications {
		t.Errorf("%d cards were seen, want %d", seen, notifications)
	}
}

// 一人收不了(不答复、总是出错),其余200人照常收到,不等他。
func TestOneRecipientDelaysNobody(t *testing.T) {
	const people = 201
	for name, f := range map[string]dingtalk.Fault{
		"不答复":  {Kind: dingtalk.FaultSlow, Ms: int(time.Hour / time.Millisecond)},
		"总是出错": {Kind: dingtalk.FaultRefuse, Status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStreet(t, people)
			s.spoil(0, f)
			s.tell(3 * people)
			s.run()
			within, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			others := func() bool {
				for i := 1; i < people; i++ {
					if s.seen(i) != 3 {
						return false
					}
				}
				return true
			}
			if err := s.server.Wait(within, others); err != nil {
				t.Error(err)
			}
			if s.seen(0) != 0 {
				t.Error("the one in trouble got a card")
			}
			if extra := s.platform.sends.Load() - 3*(people-1); extra > people/10 {
				t.Errorf("%d requests for the one in trouble", extra)
			}
		})
	}
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

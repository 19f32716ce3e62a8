package dingtalk_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"junma/bot"
	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

func TestConnectionIsReplaced(t *testing.T) {
	for _, c := range []struct {
		name    string
		trouble func(p *place, now *clock)
	}{
		{"断线", func(p *place, _ *clock) { p.stream("drop") }},
		{"连接被重置", func(p *place, _ *clock) { p.stream("reset") }},
		{"半开", func(p *place, now *clock) {
			p.stream("half-open")
			now.Add(2 * time.Minute)
		}},
		{"心跳照常,推送丢失", func(p *place, now *clock) {
			p.stream("zombie")
			for range 61 {
				now.Add(time.Minute)
				at := now.Now()
				p.await("a ping", func() bool { return !p.platform.Status().LastInbound.Before(at) })
			}
		}},
		{"平台通知离开", func(p *place, _ *clock) { p.stream("disconnect") }},
		{"断线后三次拒绝", func(p *place, _ *clock) {
			p.fault(sandbox.Fault{Route: "stream.open", Kind: sandbox.FaultHTML503, Count: 1})
			p.fault(sandbox.Fault{Route: "stream.open", Kind: sandbox.FaultRefuse, Status: 401, Code: "authFailed", Count: 1})
			p.fault(sandbox.Fault{Route: "stream.connect", Kind: sandbox.FaultRefuse, Status: 401, Count: 1})
			p.stream("drop")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := newClock()
			p := newPlace(t, sandbox.Options{PingInterval: 20 * time.Millisecond}, dingtalk.Options{Now: now.Now})
			in := new(bottest.Recorder)
			p.run(in)
			old := p.server.Connections()[0].ID
			c.trouble(p, now)
			p.await("another connection", func() bool {
				all := p.server.Connections()
				return len(all) == 1 && all[0].ID != old && all[0].State == "open"
			})
			if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "帮助"}); err != nil {
				t.Fatal(err)
			}
			in.WaitMessages(t, 1)
			p.await("the status", func() bool { s := p.platform.Status(); return s.Connected && s.Reconnects >= 1 })
		})
	}
}

// Told to go while no other connection can be had: the status doesn't pass the old one for a connection.
func TestStatusWhileNobodyConnects(t *testing.T) {
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{})
	p.run(new(bottest.Recorder))
	p.fault(sandbox.Fault{Route: "stream.open", Kind: sandbox.FaultRefuse, Status: 401, Code: "authFailed"})
	p.stream("disconnect")
	p.await("the status to say so", func() bool { return !p.platform.Status().Connected })
	p.server.ClearFaults(0)
	p.await("a new connection", func() bool { return p.platform.Status().Connected })
}

// Where no other connection can be had, a quiet one goes on working, and the status says so.
func TestQuietConnectionStaysWhileNobodyConnects(t *testing.T) {
	now := newClock()
	p := newPlace(t, sandbox.Options{}, dingtalk.Options{Now: now.Now, Quiet: time.Minute})
	p.run(new(bottest.Recorder))
	p.mustSend(cardFor(toLin))
	p.fault(sandbox.Fault{Route: "stream.open", Kind: sandbox.FaultHTML503})
	now.Add(61 * time.Second)
	if _, err := p.server.WaitCalls(p.within(), sandbox.KindStreamOpen, 4); err != nil {
		t.Fatal(err)
	}
	if !p.platform.Status().Connected {
		t.Error("the status passes over the connection that stands")
	}
	if result := p.press("报送情况"); !result.OK {
		t.Errorf("a press over it: %s", result.Failure)
	}
	p.server.ClearFaults(0)
	p.await("the renewal", func() bool { return p.platform.Status().Reconnects == 1 && len(p.server.Connections()) == 1 })
}

func TestPingsKeepAConnection(t *testing.T) {
	now := newClock()
	p := newPlace(t, sandbox.Options{PingInterval: 100 * time.Millisecond}, dingtalk.Options{Now: now.Now})
	p.run(new(bottest.Recorder))
	first := p.server.Connections()[0].ID
	for range 4 { // four minutes, of which 90 s without a frame would be too many
		now.Add(time.Minute)
		at := now.Now()
		p.await("a ping", func() bool { return !p.platform.Status().LastInbound.Before(at) })
	}
	if all := p.server.Connections(); len(all) != 1 || all[0].ID != first {
		t.Errorf("connections %+v, want the first one only", all)
	}
}

// A connection that goes with notice, or is renewed, has its successor beside it before it ends: what is in hand is
// answered, and what the platform sends meanwhile is taken from either.
func TestSuccessorStandsFirst(t *testing.T) {
	for _, c := range []struct {
		name  string
		leave func(p *place, now *clock)
	}{
		{"平台通知离开", func(p *place, _ *clock) { p.stream("disconnect") }},
		{"久无往来,自行换新", func(p *place, now *clock) {
			p.stream("span")
			now.Add(61 * time.Second)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := newClock()
			p := newPlace(t, sandbox.Options{}, dingtalk.Options{Now: now.Now, Quiet: time.Minute})
			in := new(bottest.Recorder)
			entered, release := make(chan struct{}), make(chan struct{})
			in.OnClick(func(_ context.Context, c bot.Click) (bot.Answer, error) {
				if c.Button == "refA1234" {
					close(entered)
					<-release
				}
				return bot.Answer{}, nil
			})
			p.run(in)
			p.mustSend(cardFor(toLin))
			inHand := make(chan sandbox.PressResult, 1)
			go func() { inHand <- p.press("报送情况") }()
			<-entered
			c.leave(p, now)
			if err := p.server.Wait(p.within(), func() bool { return len(p.server.Connections()) == 2 }); err != nil {
				t.Fatal(err)
			}
			p.fault(sandbox.Fault{Route: "push.card", Kind: sandbox.FaultEverywhere, Count: 1})
			if result := p.press("不归我办"); !result.OK {
				t.Errorf("a press while both stood: %s", result.Failure)
			}
			if clicks := in.WaitClicks(t, 3); clicks[1].Key != clicks[2].Key {
				t.Error("one press came under two keys")
			}
			close(release)
			if result := <-inHand; !result.OK {
				t.Errorf("the press in hand was lost: %s", result.Failure)
			}
			p.await("the old connection to go", func() bool { return len(p.server.Connections()) == 1 })
			if span := p.server.Span(); span.Fewest != 1 || span.Most != 2 {
				t.Errorf("connections at once: %+v, want 1 to 2", span)
			}
			if warned := strings.Contains(p.log.String(), "with work in hand"); warned {
				t.Error("a connection was closed with work in hand")
			}
		})
	}
}

// awayScale is how many times faster than life five minutes without a server are tried.
const awayScale = 200

// 服务器离开五分钟:状态和日志说明断线,逐渐放慢重试;回来后自行连上。
func TestServerAwayForFiveMinutes(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sandbox.Fault
	}{
		{"不接受连接", sandbox.Fault{Kind: sandbox.FaultCutBefore}},
		{"网关错误页", sandbox.Fault{Route: "stream.open", Kind: sandbox.FaultHTML503}},
		{"鉴权失败", sandbox.Fault{Route: "stream.open", Kind: sandbox.FaultRefuse, Status: 401, Code: "authFailed"}},
		{"凭证被拒", sandbox.Fault{Route: "stream.connect", Kind: sandbox.FaultRefuse, Status: 401}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, sandbox.Options{}, dingtalk.Options{Backoff: time.Second / awayScale})
			in := new(bottest.Recorder)
			p.run(in)
			heard := p.platform.Status().LastInbound
			p.fault(c.fault)
			p.stream("reset")
			before := p.server.Counts()[sandbox.KindStreamOpen]
			<-time.After(5 * time.Minute / awayScale)
			tries := p.server.Counts()[sandbox.KindStreamOpen] - before
			// The pauses are 1, 2, 4 … 60 s, each at least half.
			if tries < 1 || tries > 20 {
				t.Errorf("%d attempts in the five minutes, want at most 20", tries)
			}
			if status := p.platform.Status(); status.Connected || !status.LastInbound.Equal(heard) {
				t.Errorf("status %+v while the server is away", status)
			}
			if !strings.Contains(p.log.String(), `"msg":"dingtalk stream not connected","attempt":`) {
				t.Error("the log does not say that nothing is connected")
			}
			p.server.ClearFaults(0)
			if err := p.server.WaitConnections(p.within(), 1); err != nil {
				t.Fatal(err)
			}
			if _, err := p.server.Say(sandbox.SayRequest{User: lin.ID, Text: "帮助"}); err != nil {
				t.Fatal(err)
			}
			in.WaitMessages(t, 1)
			p.await("the status", func() bool { s := p.platform.Status(); return s.Connected && s.Reconnects == 1 })
		})
	}
}

// 一千次连上就断:协程和内存不随次数增长。
func TestThousandReconnects(t *testing.T) {
	p := newPlace(t, sandbox.Options{JournalSize: 50}, dingtalk.Options{Backoff: 50 * time.Microsecond})
	p.run(new(bottest.Recorder))
	drop := func(times int) {
		until := p.platform.Status().Reconnects + times + 1
		p.fault(sandbox.Fault{Route: "stream.connect", Kind: sandbox.FaultCutAfter, Count: times})
		p.stream("drop")
		p.await("the connections", func() bool {
			return p.platform.Status().Reconnects == until && len(p.server.Connections()) == 1
		})
	}
	drop(100)
	goroutines, objects := runtime.NumGoroutine(), liveObjects()
	drop(900)
	moreGoroutines, moreObjects := 0, 0
	defer func() {
		t.Logf("900 further reconnects left %d goroutines and %d objects more", moreGoroutines, moreObjects)
	}()
	p.await("what the lost connections held to go", func() bool { // closed sockets take several collections
		moreGoroutines, moreObjects = runtime.NumGoroutine()-goroutines, liveObjects()-objects
		return moreGoroutines <= 5 && moreObjects < 300
	})
}

// liveObjects is how many objects on the heap are still referred to.
func liveObjects() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapObjects)
}

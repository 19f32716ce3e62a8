package dingtalk_test

import (
	"encoding/json"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"junma/sandbox/dingtalk"
)

// dial joins by hand, to look at frames that the SDK hides.
func (h *house) dial() *websocket.Conn {
	h.t.Helper()
	got := h.call("POST", "/v1.0/gateway/connections/open", obj{
		"clientId": "sandbox-app", "clientSecret": "sandbox-secret",
		"subscriptions": []obj{{"type": "CALLBACK", "topic": dingtalk.TopicMessage}, {"type": "CALLBACK", "topic": dingtalk.TopicCard}},
	})
	endpoint, _ := got.body["endpoint"].(string)
	ticket, _ := got.body["ticket"].(string)
	ws, _, err := websocket.DefaultDialer.DialContext(ctxOf(h.t), endpoint+"?ticket="+ticket, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = ws.Close() })
	if err := h.WaitConnections(ctxOf(h.t), 1); err != nil {
		h.t.Fatal(err)
	}
	_ = ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	return ws
}

type rawFrame struct {
	Type    string            `json:"type"`
	Headers map[string]string `json:"headers"` // a header that is no string fails the decoding
	Data    string            `json:"data"`
}

func next(t *testing.T, ws *websocket.Conn) rawFrame {
	t.Helper()
	kind, data, err := ws.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	var f rawFrame
	if err := json.Unmarshal(data, &f); err != nil || kind != websocket.TextMessage {
		t.Fatalf("frame %q of kind %d: %v", data, kind, err)
	}
	for _, name := range []string{"topic", "messageId", "contentType", "time"} {
		if f.Headers[name] == "" {
			t.Errorf("frame without header %s: %s", name, data)
		}
	}
	return f
}

func TestSDK回应系统心跳(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.PingInterval = 2 * time.Millisecond })
	h.connect(quiet, quiet)
	// Two unanswered pings end a connection: the message passes only if the SDK's echoes count.
	rev := h.Rev()
	if err := h.Wait(ctxOf(t), func() bool { return h.Rev() > rev+20 }); err != nil {
		t.Fatal(err)
	}
	if c := h.Connections(); len(c) != 1 || c[0].State != "open" {
		t.Fatalf("connections %+v", c)
	}
}

func Test不回应心跳就断开(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.PingInterval = 2 * time.Millisecond })
	ws := h.dial()
	f := next(t, ws)
	var data map[string]string
	if err := json.Unmarshal([]byte(f.Data), &data); err != nil || f.Type != "SYSTEM" || f.Headers["topic"] != "ping" || data["opaque"] == "" {
		t.Fatalf("ping %+v", f)
	}
	if err := h.Wait(ctxOf(t), func() bool { return len(h.Connections()) == 0 }); err != nil {
		t.Fatal("a silent connection was kept")
	}
}

func Test断开通知(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.LeaveGrace = 5 * time.Millisecond })
	ws := h.dial()
	if n, err := h.Stream("disconnect", "persistent connection is timeout"); err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	f := next(t, ws)
	if f.Headers["topic"] != "disconnect" || f.Data != `{"reason":"persistent connection is timeout"}` {
		t.Fatalf("frame %+v", f)
	}
	if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Fatal("a push came after the disconnect frame")
	}
}

func Test断开通知后走新连接(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.LeaveGrace = time.Hour })
	old := h.dial()
	if _, err := h.Stream("disconnect", ""); err != nil {
		t.Fatal(err)
	}
	fresh := h.heard()
	for range 8 {
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		<-fresh
	}
	if f := next(t, old); f.Headers["topic"] != "disconnect" {
		t.Fatalf("frame %+v", f)
	}
	if _, err := h.Stream("drop", ""); err != nil {
		t.Fatal(err)
	}
	if _, data, err := old.ReadMessage(); err == nil {
		t.Fatalf("the leaving connection still got %s", data)
	}
}

func Test连接突然断掉(t *testing.T) {
	h := newHouse(t, nil)
	ws := h.dial()
	if _, err := h.Stream("drop", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.ReadMessage(); err == nil || websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Fatalf("a dropped connection ended with %v", err)
	}
}

func Test连接被重置(t *testing.T) {
	h := newHouse(t, nil)
	ws := h.dial()
	if _, err := h.Stream("reset", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.ReadMessage(); !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("a reset connection ended with %v", err)
	}
}

func Test同时有几条连接(t *testing.T) {
	h := newHouse(t, nil)
	a, b := h.dial(), h.dial()
	if span := h.Span(); span.Fewest != 0 || span.Most != 2 {
		t.Errorf("since the beginning: %+v", span)
	}
	if _, err := h.Stream("span", ""); err != nil {
		t.Fatal(err)
	}
	_ = a.Close()
	if err := h.Wait(ctxOf(t), func() bool { return len(h.Connections()) == 1 }); err != nil {
		t.Fatal(err)
	}
	h.dial()
	if span := h.Span(); span.Fewest != 1 || span.Most != 2 {
		t.Errorf("one after another: %+v", span)
	}
	_ = b.Close()
}

func Test半开与僵尸连接(t *testing.T) {
	for _, action := range []string{"half-open", "zombie"} {
		t.Run(action, func(t *testing.T) {
			h := newHouse(t, func(o *dingtalk.Options) { o.AckLimit = 5 * time.Millisecond })
			got := h.heard()
			h.mustCreate(cardFor(lin, "k"))
			if _, err := h.Stream(action, ""); err != nil {
				t.Fatal(err)
			}
			r, err := h.Press(ctxOf(t), lin, "k", "report")
			if err != nil || r.OK {
				t.Fatalf("%+v %v", r, err)
			}
			if c := h.Connections(); len(c) != 1 || c[0].State != action {
				t.Fatalf("connections %+v", c)
			}
			if _, err := h.Stream("heal", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
				t.Fatal(err)
			}
			<-got
		})
	}
}

func Test僵尸连接仍有心跳(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.PingInterval = 5 * time.Millisecond })
	ws := h.dial()
	if _, err := h.Stream("zombie", ""); err != nil {
		t.Fatal(err)
	}
	if f := next(t, ws); f.Headers["topic"] != "ping" {
		t.Fatalf("frame %+v", f)
	}
}

func Test推送的故障(t *testing.T) {
	t.Run("同一帧两次", func(t *testing.T) {
		h := newHouse(t, nil)
		ws := h.dial()
		h.fault(dingtalk.Fault{Route: "push.*", Kind: dingtalk.FaultDuplicate, Count: 1})
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		a, b := next(t, ws), next(t, ws)
		if a.Headers["messageId"] != b.Headers["messageId"] || a.Data != b.Data {
			t.Fatalf("frames %+v and %+v", a, b)
		}
	})
	t.Run("送到就断", func(t *testing.T) {
		h := newHouse(t, nil)
		ws := h.dial()
		h.fault(dingtalk.Fault{Route: "push.message", Kind: dingtalk.FaultCutAfter, Count: 1})
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		next(t, ws)
		if _, _, err := ws.ReadMessage(); err == nil {
			t.Fatal("the connection was kept")
		}
	})
	t.Run("每个连接一次", func(t *testing.T) {
		h := newHouse(t, func(o *dingtalk.Options) { o.LeaveGrace = time.Hour })
		leaving := h.dial()
		if _, err := h.Stream("disconnect", ""); err != nil {
			t.Fatal(err)
		}
		next(t, leaving)
		fresh := h.dial()
		h.fault(dingtalk.Fault{Route: "push.*", Kind: dingtalk.FaultEverywhere, Count: 1})
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		a, b := next(t, leaving), next(t, fresh)
		if a.Headers["messageId"] != b.Headers["messageId"] || a.Data != b.Data {
			t.Fatalf("frames %+v and %+v", a, b)
		}
	})
	t.Run("迟到", func(t *testing.T) {
		h := newHouse(t, nil)
		ws := h.dial()
		h.fault(dingtalk.Fault{Route: "push.message", Kind: dingtalk.FaultLate, Ms: 100, Count: 1})
		for _, text := range []string{"先说的", "后说的"} {
			if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		if a, b := next(t, ws), next(t, ws); !strings.Contains(a.Data, "后说的") || !strings.Contains(b.Data, "先说的") {
			t.Fatalf("came %s, then %s", a.Data, b.Data)
		}
	})
	t.Run("连上就断", func(t *testing.T) {
		h := newHouse(t, nil)
		h.fault(dingtalk.Fault{Route: "stream.connect", Kind: dingtalk.FaultCutAfter, Count: 1})
		got := h.call("POST", "/v1.0/gateway/connections/open", obj{
			"clientId": "sandbox-app", "clientSecret": "sandbox-secret", "subscriptions": []obj{{"type": "EVENT", "topic": "*"}},
		})
		ws, _, err := websocket.DefaultDialer.DialContext(ctxOf(t), got.body["endpoint"].(string)+"?ticket="+got.body["ticket"].(string), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		if _, _, err := ws.ReadMessage(); err == nil {
			t.Fatal("the connection was kept")
		}
	})
	t.Run("未送就断", func(t *testing.T) {
		h := newHouse(t, nil)
		ws := h.dial()
		h.fault(dingtalk.Fault{Route: "push.message", Kind: dingtalk.FaultCutBefore, Count: 1})
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ws.ReadMessage(); err == nil {
			t.Fatal("the push came all the same")
		}
	})
	t.Run("拒绝凭证", func(t *testing.T) {
		h := newHouse(t, nil)
		h.fault(dingtalk.Fault{Route: "stream.connect", Kind: dingtalk.FaultRefuse, Status: 403, Count: 1})
		got := h.call("POST", "/v1.0/gateway/connections/open", obj{
			"clientId": "sandbox-app", "clientSecret": "sandbox-secret", "subscriptions": []obj{{"type": "EVENT", "topic": "*"}},
		})
		_, resp, err := websocket.DefaultDialer.DialContext(ctxOf(t), got.body["endpoint"].(string)+"?ticket="+got.body["ticket"].(string), nil)
		if err == nil || resp.StatusCode != 403 {
			t.Fatalf("the ticket was taken: %v", err)
		}
		h.dial()
	})
}

func Test多个连接随机分到(t *testing.T) {
	h := newHouse(t, nil)
	a, b := h.heard(), h.heard()
	for range 40 {
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
	}
	fromA, fromB := 0, 0
	for range 40 {
		select {
		case <-a:
			fromA++
		case <-b:
			fromB++
		}
	}
	if fromA == 0 || fromB == 0 {
		t.Fatalf("%d and %d of 40", fromA, fromB)
	}
}

func Test不是应答的帧被记下(t *testing.T) {
	h := newHouse(t, nil)
	ws := h.dial()
	if err := ws.WriteMessage(websocket.TextMessage, []byte("{nonsense")); err != nil {
		t.Fatal(err)
	}
	if err := h.Wait(ctxOf(t), func() bool { return h.Connections()[0].BadFrames == 1 }); err != nil {
		t.Fatal(err)
	}
}

func Test只听本机地址(t *testing.T) {
	s := dingtalk.New(dingtalk.Options{})
	if err := s.Start("0.0.0.0:0"); err == nil {
		_ = s.Close()
		t.Fatal("the sandbox listens to the world")
	}
}

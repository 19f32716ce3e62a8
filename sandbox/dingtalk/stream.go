package dingtalk

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Topics of pushes a bot can subscribe to (DP protocol.md).
const (
	TopicMessage = "/v1.0/im/bot/messages/get"
	TopicCard    = "/v1.0/card/instances/callback"
)

type ticket struct {
	expires time.Time // machine time
	topics  []string
}

// frame is what the server sends (DP protocol.md): data is a JSON text, all headers are strings.
type frame struct {
	SpecVersion string            `json:"specVersion"`
	Type        string            `json:"type"`
	Headers     map[string]string `json:"headers"`
	Data        string            `json:"data"`
}

type ackFrame struct {
	Code    int               `json:"code"`
	Headers map[string]string `json:"headers"`
	Message string            `json:"message"`
	Data    string            `json:"data"`
}

type openRequest struct {
	ClientID      string            `json:"clientId"`
	ClientSecret  string            `json:"clientSecret"`
	UA            string            `json:"ua"`
	LocalIP       string            `json:"localIp"`
	Extras        map[string]string `json:"extras"`
	Subscriptions []struct {
		Type  string `json:"type"`
		Topic string `json:"topic"`
	} `json:"subscriptions"`
}

// openConnection is POST /v1.0/gateway/connections/open: it sells a ticket for one connection.
func (s *Server) openConnection(c *call) answer {
	if accept := c.r.Header.Get("Accept"); !strings.Contains(accept, "application/json") && !strings.Contains(accept, "*/*") {
		return s.openAsXML()
	}
	var req openRequest
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "param.invalid", err.Error())
	}
	if req.ClientID != s.opt.ClientID || req.ClientSecret != s.opt.ClientSecret {
		return s.refuse(http.StatusUnauthorized, "authFailed", "鉴权失败")
	}
	var topics []string
	for _, sub := range req.Subscriptions {
		switch {
		case sub.Type == "SYSTEM", sub.Type == "EVENT" && sub.Topic == "*":
		case sub.Type == "CALLBACK" && strings.HasPrefix(sub.Topic, "/v1.0/"):
			topics = append(topics, sub.Topic)
		default:
			return s.refuse(http.StatusBadRequest, "param.invalid", "unknown subscription "+sub.Type+" "+sub.Topic)
		}
	}
	if len(req.Subscriptions) == 0 {
		return s.refuse(http.StatusBadRequest, "param.invalid", "no subscription")
	}
	id := s.newID("tic")
	s.tickets[id] = ticket{expires: time.Now().Add(s.opt.TicketLife), topics: topics}
	endpoint := "ws://" + strings.TrimPrefix(s.baseURL, "http://") + "/connect"
	return answer{status: http.StatusOK, json: map[string]any{"endpoint": endpoint, "ticket": id}}
}

// openAsXML answers a caller that does not ask for JSON, as the vendor may.
func (s *Server) openAsXML() answer {
	type result struct {
		XMLName xml.Name `xml:"response"`
		Message string   `xml:"message"`
	}
	data, err := xml.Marshal(result{Message: "ask for application/json"})
	if err != nil {
		panic(err)
	}
	return answer{status: http.StatusOK, err: "xml", raw: data, rawType: "application/xml"}
}

// serveStream upgrades a caller that brings an unused ticket and serves the connection until it ends.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.takeFault(KindStreamConnect)
	t, ok := s.tickets[r.URL.Query().Get("ticket")]
	delete(s.tickets, r.URL.Query().Get("ticket"))
	ok = ok && time.Now().Before(t.expires) && !s.closed
	c := &call{route: route{kind: KindStreamConnect, class: ClassNone}, r: r}
	ans := answer{status: http.StatusSwitchingProtocols}
	cut := fault != nil && fault.Kind == FaultCutAfter
	if fault != nil && !cut {
		ans = s.faultAnswer(c, fault)
	} else if !ok {
		ans = s.refuse(http.StatusUnauthorized, "ticketInvalid", "the ticket is unknown, used or expired")
	}
	s.noteCall(c, fault, ans)
	s.mu.Unlock()
	if ans.err != "" {
		s.send(w, r, fault, ans)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	if cut {
		_ = ws.NetConn().Close()
	}
	s.attach(ws, t.topics)
}

func (s *Server) attach(ws *websocket.Conn, topics []string) {
	s.mu.Lock()
	conn := &streamConn{Connection: Connection{ID: s.newID("con"), State: connOpen, Topics: topics}, ws: ws, out: make(chan outgoing, maxQueued), gone: make(chan struct{})}
	if s.closed {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	s.conns[conn.ID] = conn
	s.count()
	s.spawn(func() { s.pingLoop(conn) })
	s.spawn(conn.writeLoop)
	s.wg.Add(1)
	defer s.wg.Done()
	s.bump()
	s.mu.Unlock()
	ws.SetPingHandler(func(data string) error {
		if s.stateOf(conn) == connHalfOpen {
			return nil
		}
		return ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeLimit))
	})
	s.readLoop(conn)
	s.mu.Lock()
	delete(s.conns, conn.ID)
	s.count()
	s.bump()
	s.mu.Unlock()
	close(conn.gone)
	_ = ws.Close()
}

func (s *Server) stateOf(conn *streamConn) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return conn.State
}

func (s *Server) readLoop(conn *streamConn) {
	for {
		_, data, err := conn.ws.ReadMessage()
		if err != nil {
			return
		}
		var ack ackFrame
		bad := json.Unmarshal(data, &ack) != nil || ack.Headers["messageId"] == ""
		s.mu.Lock()
		switch {
		case conn.State == connHalfOpen: // lost on the way
		case bad:
			conn.BadFrames++
			s.bump()
		default:
			s.takeAck(conn, ack)
		}
		s.mu.Unlock()
	}
}

func (s *Server) systemFrame(topic string, data any) frame {
	return frame{SpecVersion: "1.0", Type: "SYSTEM", Headers: s.headers(topic, s.newID("")), Data: string(mustJSON(data))}
}

func (s *Server) headers(topic, messageID string) map[string]string {
	return map[string]string{
		"topic": topic, "messageId": messageID, "contentType": "application/json",
		"time": strconv.FormatInt(s.opt.Now().UnixMilli(), 10), "appId": s.opt.ClientID,
	}
}

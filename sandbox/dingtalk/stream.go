package dingtalk

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
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

// States of a Stream connection.
const (
	connOpen     = "open"
	connHalfOpen = "half-open" // TCP stays, nothing passes either way
	connZombie   = "zombie"    // pings are answered, pushes get lost
	connLeaving  = "leaving"   // a disconnect frame was sent, no more pushes
)

const (
	maxMissedPings = 2
	writeLimit     = 5 * time.Second
)

type ticket struct {
	expires time.Time // machine time
	topics  []string
}

// Connection describes one live Stream connection.
type Connection struct {
	ID          string   `json:"id"`
	State       string   `json:"state"`
	Topics      []string `json:"topics"`
	Pushes      int      `json:"pushes"`
	MissedPings int      `json:"missedPings"`
	BadFrames   int      `json:"badFrames"` // frames from the bot that were no acknowledgement
}

type streamConn struct {
	Connection // guarded by Server.mu
	ws         *websocket.Conn
	out        chan outgoing // drained by the connection's one writer
	gone       chan struct{} // closed when the connection has ended
	opaque     string        // of the ping not yet echoed; guarded by Server.mu
}

// outgoing is a frame on its way, with what a fault does to it.
type outgoing struct {
	frame frame
	times int
	cut   string // FaultCutBefore or FaultCutAfter: TCP is closed before or after the frame
}

// maxQueued frames wait for a slow client before its connection is given up.
const maxQueued = 8192

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
	if fault != nil {
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

// pingLoop sends SYSTEM pings and closes a connection that leaves two unanswered.
func (s *Server) pingLoop(conn *streamConn) {
	tick := time.NewTicker(s.opt.PingInterval)
	defer tick.Stop()
	for {
		select {
		case <-conn.gone:
			return
		case <-tick.C:
			s.ping(conn)
		}
	}
}

func (s *Server) ping(conn *streamConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if conn.State == connLeaving || conn.State == connHalfOpen {
		return
	}
	if conn.opaque != "" {
		conn.MissedPings++
	}
	if conn.MissedPings >= maxMissedPings {
		_ = conn.ws.Close()
		return
	}
	conn.opaque = s.newID("opq")
	conn.send(outgoing{frame: s.systemFrame("ping", map[string]string{"opaque": conn.opaque}), times: 1})
	s.bump()
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

// send queues a frame; a client that lets too many wait is cut off.
func (c *streamConn) send(o outgoing) {
	select {
	case c.out <- o:
	default:
		_ = c.ws.Close()
	}
}

// writeLoop is the connection's only writer of data frames.
func (c *streamConn) writeLoop() {
	for {
		select {
		case <-c.gone:
			return
		case o := <-c.out:
			c.write(o)
		}
	}
}

func (c *streamConn) write(o outgoing) {
	if o.cut == FaultCutBefore {
		_ = c.ws.NetConn().Close()
		return
	}
	for range o.times {
		_ = c.ws.SetWriteDeadline(time.Now().Add(writeLimit))
		if err := c.ws.WriteJSON(o.frame); err != nil {
			_ = c.ws.Close()
			return
		}
	}
	if o.cut == FaultCutAfter {
		_ = c.ws.NetConn().Close()
	}
}

// Connections lists the live Stream connections.
func (s *Server) Connections() []Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connectionsLocked()
}

func (s *Server) connectionsLocked() []Connection {
	out := make([]Connection, 0, len(s.conns))
	for _, c := range s.conns {
		out = append(out, c.Connection)
	}
	slices.SortFunc(out, func(a, b Connection) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Stream troubles every live connection: drop, half-open, zombie, heal or disconnect (with a reason).
// It returns how many connections it reached.
func (s *Server) Stream(action, reason string) (int, error) {
	actions := []string{"drop", "half-open", "zombie", "heal", "disconnect"}
	if !slices.Contains(actions, action) {
		return 0, fmt.Errorf("stream: action %q is none of %v", action, actions)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		switch action {
		case "drop":
			_ = c.ws.NetConn().Close()
		case "half-open":
			c.State = connHalfOpen
		case "zombie":
			c.State = connZombie
		case "heal":
			c.State = connOpen
		case "disconnect":
			s.disconnect(c, reason)
		}
	}
	s.bump()
	return len(s.conns), nil
}

// disconnect tells a client to go: the frame, no more pushes, and after the grace time TCP is closed.
func (s *Server) disconnect(c *streamConn, reason string) {
	orString(&reason, "connection is expired")
	c.State = connLeaving
	c.send(outgoing{frame: s.systemFrame("disconnect", map[string]string{"reason": reason}), times: 1})
	s.spawn(func() {
		timer := time.NewTimer(s.opt.LeaveGrace)
		defer timer.Stop()
		select {
		case <-timer.C:
			_ = c.ws.Close()
		case <-c.gone:
		}
	})
}

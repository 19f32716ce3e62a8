package dingtalk

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/gorilla/websocket"
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

// push sends a frame that brings something; where the connection only seems to stand it is lost on the way.
func (c *streamConn) push(o outgoing) {
	if c.State == connOpen || c.State == connLeaving {
		c.send(o)
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

// Span is the fewest and the most connections that stood at the same moment since the last Stream action: a bot that
// opens the new one before it lets the old one go never has none.
type Span struct {
	Fewest int `json:"fewest"`
	Most   int `json:"most"`
}

// Span tells how many connections stood since the last Stream action, or since the first one stood.
func (s *Server) Span() Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.span
}

// count takes a change of the connections into the span. The caller holds mu.
func (s *Server) count() {
	s.span = Span{Fewest: min(s.span.Fewest, len(s.conns)), Most: max(s.span.Most, len(s.conns))}
}

// Stream troubles every live connection: drop, reset, half-open, zombie, heal or disconnect (with a reason), or none
// for span, which only begins the Span anew. It returns how many connections it reached.
func (s *Server) Stream(action, reason string) (int, error) {
	actions := []string{"drop", "reset", "half-open", "zombie", "heal", "disconnect", "span"}
	if !slices.Contains(actions, action) {
		return 0, fmt.Errorf("stream: action %q is none of %v", action, actions)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.span = Span{Fewest: len(s.conns), Most: len(s.conns)}
	for _, c := range s.conns {
		switch action {
		case "drop":
			_ = c.ws.NetConn().Close()
		case "reset":
			c.reset()
		case "half-open":
			c.State = connHalfOpen
		case "zombie":
			c.State = connZombie
		case "heal":
			if c.State != connLeaving {
				c.State = connOpen
			}
		case "disconnect":
			s.disconnect(c, reason)
		}
	}
	s.bump()
	return len(s.conns), nil
}

// reset ends TCP at once with a reset, whatever is on its way.
func (c *streamConn) reset() {
	if tcp, ok := c.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.ws.NetConn().Close()
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

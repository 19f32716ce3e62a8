package dingtalk

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"
)

// pendingPush is a frame sent to the bot, kept so that its acknowledgements can be matched.
type pendingPush struct {
	entry int64               // its journal entry
	first json.RawMessage     // the first acknowledgement
	late  bool                // nobody waits for it any more
	onAck func(ackFrame) bool // called once with mu held; false: the acknowledgement is a failure
}

// push sends data to one random live connection that subscribed to topic, times times under one
// messageId (a new one if messageID is empty). It returns the messageId, or "" when no connection is
// there. The caller holds mu.
func (s *Server) push(kind, topic, messageID string, data any, times int, onAck func(ackFrame) bool) string {
	e := Entry{Kind: kind, Method: "STREAM", Path: topic, Class: ClassEvent, Request: maskJSON(mustJSON(data))}
	conn := s.pickConnection(topic)
	if conn == nil {
		e.Error = "noConnection"
		s.note(e)
		return ""
	}
	orString(&messageID, s.newID("mid"))
	way := passage{via: []*streamConn{conn}, outgoing: outgoing{times: times}}
	if fault := s.takeFault(kind); fault != nil {
		e.Fault = fault.Kind
		s.trouble(&way, fault)
	}
	headers := s.headers(topic, messageID)
	headers["connectionId"] = conn.ID
	way.frame = frame{SpecVersion: "1.0", Type: "CALLBACK", Headers: headers, Data: string(mustJSON(data))}
	e.Counted = s.spend(ClassEvent)
	conn.Pushes++
	s.note(e)
	s.pending[messageID] = &pendingPush{entry: s.journal.seq, onAck: onAck}
	for _, c := range way.via {
		s.after(way.hold, c.gone, func() { c.push(way.outgoing) })
	}
	return messageID
}

// passage is how a frame travels: over which connections, and after how long.
type passage struct {
	via  []*streamConn
	hold time.Duration
	outgoing
}

// trouble does to a passage what a fault says. The caller holds mu.
func (s *Server) trouble(way *passage, fault *Fault) {
	switch fault.Kind {
	case FaultDuplicate:
		way.times *= 2
	case FaultEverywhere:
		way.via = slices.Collect(maps.Values(s.conns))
	case FaultLate:
		way.hold = time.Duration(fault.Ms) * time.Millisecond
	default:
		way.cut = fault.Kind
	}
}

// pickConnection chooses as the vendor does: any connection it believes to be alive.
func (s *Server) pickConnection(topic string) *streamConn {
	var live []*streamConn
	for _, c := range s.conns {
		if c.State != connLeaving && slices.Contains(c.Topics, topic) {
			live = append(live, c)
		}
	}
	if len(live) == 0 {
		return nil
	}
	slices.SortFunc(live, func(a, b *streamConn) int { return cmp.Compare(a.ID, b.ID) })
	return live[s.random.IntN(len(live))]
}

// takeAck matches an acknowledgement with its push or ping. The caller holds mu.
func (s *Server) takeAck(conn *streamConn, ack ackFrame) {
	defer s.bump()
	p := s.pending[ack.Headers["messageId"]]
	if p == nil {
		var echo struct {
			Opaque string `json:"opaque"`
		}
		if json.Unmarshal([]byte(ack.Data), &echo) == nil && echo.Opaque != "" && echo.Opaque == conn.opaque {
			conn.opaque, conn.MissedPings = "", 0
		}
		return
	}
	e := s.entry(p.entry)
	if p.first != nil { // the frame was delivered more than once
		if string(p.first) != string(ackJSON(ack)) {
			e.Warnings = append(e.Warnings, "a further acknowledgement of the same frame differs from the first")
		}
		return
	}
	p.first = ackJSON(ack)
	e.Status, e.Response = ack.Code, p.first
	switch {
	case p.late:
		e.Warnings = append(e.Warnings, "acknowledged too late")
	case !p.onAck(ack):
		e.Error = "badAck"
	}
}

// ackJSON shows an acknowledgement with its data opened, and without the headers.
func ackJSON(ack ackFrame) json.RawMessage {
	var data any = ack.Data
	var opened any
	if json.Unmarshal([]byte(ack.Data), &opened) == nil {
		data = opened
	}
	return mustJSON(map[string]any{"code": ack.Code, "message": ack.Message, "data": maskValue(data)})
}

// entry returns the journal entry of that number, or a throwaway one if it is no longer kept.
func (s *Server) entry(seq int64) *Entry {
	i, ok := slices.BinarySearchFunc(s.journal.entries, seq, func(e Entry, seq int64) int { return cmp.Compare(e.Seq, seq) })
	if !ok {
		return &Entry{}
	}
	return &s.journal.entries[i]
}

// botMessage is a message on its way to the bot until it is acknowledged.
type botMessage struct {
	data  map[string]any
	tries int
	acked chan struct{} // closed at the acknowledgement
}

// pushMessage delivers a bot message and, while it is not acknowledged, delivers it again with the
// same msgId under a new messageId. The caller holds mu.
func (s *Server) pushMessage(m *botMessage) {
	s.push(KindPushMessage, TopicMessage, "", s.withinEventQuota(m.data), 1, func(ack ackFrame) bool {
		if ack.Code != http.StatusOK {
			return false
		}
		select {
		case <-m.acked:
		default:
			close(m.acked)
		}
		return true
	})
	if m.tries >= len(s.opt.Redelivery) {
		return
	}
	wait := s.opt.Redelivery[m.tries]
	m.tries++
	s.after(wait, m.acked, func() { s.pushMessage(m) })
}

// after runs f with mu held when wait has passed, at once when it is 0, unless stop closes first. The caller holds mu.
func (s *Server) after(wait time.Duration, stop <-chan struct{}, f func()) {
	if wait == 0 {
		f()
		return
	}
	s.spawn(func() {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
			s.mu.Lock()
			defer s.mu.Unlock()
			select {
			case <-stop:
			default:
				f()
			}
		case <-stop:
		case <-s.done:
		}
	})
}

// withinEventQuota empties a message when the enforced Webhook & Stream quota is used up: it still
// arrives, with errCode 20001 and no content (KB-EVT 0004).
func (s *Server) withinEventQuota(data map[string]any) map[string]any {
	m := s.metersLocked()
	if !m.Enforced || m.Events.Used < m.Events.Limit {
		return data
	}
	empty := map[string]any{"errCode": 20001, "errMsg": "the organisation's Webhook & Stream quota is used up"}
	for key, value := range data {
		if key != "text" && key != "content" {
			empty[key] = value
		}
	}
	return empty
}

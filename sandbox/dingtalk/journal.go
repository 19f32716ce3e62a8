package dingtalk

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Quota classes of a call or push (KB-API 1431, 1432).
const (
	ClassNone  = "none"  // not counted: tokens, contacts, the file host
	ClassAPI   = "api"   // counts as an API call
	ClassEvent = "event" // counts as a Webhook & Stream event
)

// Kinds of calls and pushes, as faults and the journal name them.
const (
	KindToken         = "token"
	KindStreamOpen    = "stream.open"
	KindStreamConnect = "stream.connect"
	KindCardCreate    = "card.create"
	KindCardDeliver   = "card.deliver"
	KindCardUpdate    = "card.update"
	KindRobotOTO      = "robot.oto"
	KindRobotGroup    = "robot.group"
	KindRobotReply    = "robot.reply"
	KindFileURL       = "file.url"
	KindFileDownload  = "file.download"
	KindMediaUpload   = "media.upload"
	KindContactMobile = "contact.mobile"
	KindPushMessage   = "push.message"
	KindPushCard      = "push.card"
	KindUnknown       = "unknown"
)

// Entry is one call of the bot or one push to it. Secrets are masked in every field.
type Entry struct {
	Seq      int64           `json:"seq"`
	At       time.Time       `json:"at"`
	Kind     string          `json:"kind"`
	Method   string          `json:"method"` // STREAM for a push
	Path     string          `json:"path"`
	Status   int             `json:"status"`  // HTTP status, of a push the acknowledgement's code; 0 = no answer
	Class    string          `json:"class"`   // quota class
	Counted  bool            `json:"counted"` // it moved that class's meter
	Error    string          `json:"error,omitempty"`
	Fault    string          `json:"fault,omitempty"`    // the fault that hit it
	Warnings []string        `json:"warnings,omitempty"` // taken, but not what the documents ask for
	Request  json.RawMessage `json:"request,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

type journal struct {
	size    int
	seq     int64
	entries []Entry
	counts  map[string]int
}

func newJournal(size int) journal {
	return journal{size: size, counts: map[string]int{}}
}

// note appends an entry. The caller holds mu.
func (s *Server) note(e Entry) {
	s.journal.seq++
	e.Seq = s.journal.seq
	e.At = s.opt.Now()
	s.journal.counts[e.Kind]++
	s.journal.entries = append(s.journal.entries, e)
	if extra := len(s.journal.entries) - s.journal.size; extra > 0 {
		s.journal.entries = slices.Delete(s.journal.entries, 0, extra)
	}
	s.bump()
}

// Journal returns the entries after seq whose kind matches pattern ("" or "*" = all), oldest first.
func (s *Server) Journal(seq int64, pattern string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Entry{}
	for _, e := range s.journal.entries {
		if e.Seq > seq && (pattern == "" || matchKind(pattern, e.Kind)) {
			out = append(out, e)
		}
	}
	return out
}

// Counts returns how many calls and pushes of each kind there have been, refused ones included.
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.journal.counts)
}

const masked = "***"

// secretKeys are the JSON fields and query parameters whose values never enter the journal.
var secretKeys = map[string]bool{
	"appsecret": true, "clientsecret": true, "accesstoken": true, "access_token": true, "ticket": true,
	"sessionwebhook": true, "downloadurl": true, "mobile": true, "atmobiles": true, "session": true,
}

// maskJSON returns data with secrets masked; anything that is not JSON becomes a note of its length.
func maskJSON(data []byte) json.RawMessage {
	if len(data) == 0 {
		return nil
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return mustJSON(map[string]any{"notJSON": true, "bytes": len(data)})
	}
	return mustJSON(maskValue(v))
}

func maskValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value != nil && secretKeys[strings.ToLower(key)] {
				v[key] = masked
				continue
			}
			v[key] = maskValue(value)
		}
	case []any:
		for i := range v {
			v[i] = maskValue(v[i])
		}
	}
	return v
}

// maskURL shows a request's path and query without tokens.
func maskURL(u *url.URL) string {
	path := u.Path
	if strings.HasPrefix(path, fileHostPath) {
		path = fileHostPath + masked
	}
	query := u.Query()
	for key := range query {
		if secretKeys[strings.ToLower(key)] {
			query.Set(key, masked)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + strings.ReplaceAll(query.Encode(), url.QueryEscape(masked), masked)
}

// mustJSON encodes values of our own making, which always can be encoded.
func mustJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

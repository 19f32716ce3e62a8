package dingtalk

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// loose is a scalar that the vendor sends now as a string, now as a number, depending on the page that describes it.
type loose string

// UnmarshalJSON never fails: an object or array becomes its own text.
func (l *loose) UnmarshalJSON(data []byte) error {
	var s string
	switch {
	case json.Unmarshal(data, &s) == nil:
		*l = loose(s)
	case string(data) == "null":
		*l = ""
	default:
		*l = loose(data)
	}
	return nil
}

func (l loose) int() int64 {
	n, err := strconv.ParseInt(string(l), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// time reads milliseconds since 1970; the zero time when there are none.
func (l loose) time() time.Time {
	ms := l.int()
	if ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// nested decodes an object that comes as it is or as a string holding its JSON. What can't be read leaves v as it was.
func nested(data json.RawMessage, v any) {
	data = bytes.TrimSpace(data)
	var text string
	if len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &text) == nil {
		data = []byte(text)
	}
	if len(data) == 0 || data[0] != '{' {
		return
	}
	_ = json.Unmarshal(data, v) // half of a strange object is better than none: the reference may be in that half
}

// marshal is json.Marshal without the escaping for HTML, which would spend the 1 KB of a card value on \u003c.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

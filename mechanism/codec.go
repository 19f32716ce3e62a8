package mechanism

import (
	"encoding/json"
	"fmt"
)

// EncodeEvent gives the name of an event's kind and its JSON, for the journal. DecodeEvent gives the same event back.
func EncodeEvent(ev Event) (kind string, data []byte, err error) {
	kind = kindOf(ev)
	if kind == "" {
		return "", nil, fmt.Errorf("encode event: no name for %T", ev)
	}
	data, err = json.Marshal(ev)
	if err != nil {
		return "", nil, fmt.Errorf("encode %s: %w", kind, err)
	}
	return kind, data, nil
}

// DecodeEvent reads what EncodeEvent wrote.
func DecodeEvent(kind string, data []byte) (Event, error) {
	decode, ok := decoders[kind]
	if !ok {
		return nil, fmt.Errorf("decode event: unknown kind %q", kind)
	}
	ev, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", kind, err)
	}
	return ev, nil
}

// kindOf names the kinds. The names stand in journals for good.
func kindOf(ev Event) string {
	switch ev.(type) {
	case RecordArrived:
		return "record-arrived"
	case DayBegan:
		return "day-began"
	case Responded:
		return "responded"
	case Reported:
		return "reported"
	case Returned:
		return "returned"
	case Disposed:
		return "disposed"
	case Disclaimed:
		return "disclaimed"
	case Upheld:
		return "upheld"
	case Transferred:
		return "transferred"
	case Urged:
		return "urged"
	case BacklogReleased:
		return "backlog-released"
	case EscalationReleased:
		return "escalation-released"
	case EscalationWithheld:
		return "escalation-withheld"
	}
	return ""
}

var decoders = map[string]func([]byte) (Event, error){
	"record-arrived":      decodeAs[RecordArrived],
	"day-began":           decodeAs[DayBegan],
	"responded":           decodeAs[Responded],
	"reported":            decodeAs[Reported],
	"returned":            decodeAs[Returned],
	"disposed":            decodeAs[Disposed],
	"disclaimed":          decodeAs[Disclaimed],
	"upheld":              decodeAs[Upheld],
	"transferred":         decodeAs[Transferred],
	"urged":               decodeAs[Urged],
	"backlog-released":    decodeAs[BacklogReleased],
	"escalation-released": decodeAs[EscalationReleased],
	"escalation-withheld": decodeAs[EscalationWithheld],
}

func decodeAs[E Event](data []byte) (Event, error) {
	var ev E
	err := json.Unmarshal(data, &ev)
	return ev, err
}

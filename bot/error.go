package bot

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind says what the dispatcher does next.
type ErrorKind int

// Retry: a definite, passing failure. Throttled: try again after After. Refused: never, the request is wrong or not
// permitted. Gone: the recipient, card or session is no more. Unknown: it may or may not have happened; repeat the same
// bytes. Spent: the quota is used up; park the queue.
const (
	Retry ErrorKind = iota + 1
	Throttled
	Refused
	Gone
	Unknown
	Spent
)

var errorKindNames = [...]string{Retry: "retry", Throttled: "throttled", Refused: "refused", Gone: "gone", Unknown: "unknown", Spent: "spent"}

// String gives the kind's name.
func (k ErrorKind) String() string {
	if k <= 0 || int(k) >= len(errorKindNames) {
		return fmt.Sprintf("ErrorKind(%d)", int(k))
	}
	return errorKindNames[k]
}

// Error is a platform's answer that was not success. It never holds a credential.
type Error struct {
	Op    string // such as "dingtalk card.create"
	Kind  ErrorKind
	Code  string        // the vendor's code
	Text  string        // the vendor's message
	After time.Duration // for Throttled
	Err   error         // the cause, when there was no answer
	// Kept says that the platform has the card although nobody sees it yet. The same bytes must be repeated: another
	// drawing under the same ID would not be the one that is shown.
	Kept bool
}

// Error gives one line for the log.
func (e *Error) Error() string {
	s := e.Op + ": " + e.Kind.String()
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of a platform error; any other error is Unknown, since nothing is known of it.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}

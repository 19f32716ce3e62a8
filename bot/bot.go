// Package bot is how junma speaks: cards, buttons, messages and files, in words that belong to no platform.
//
// A platform is an adapter in a folder of its own. It turns a Message into the bytes of one request (Encode), sends
// those bytes (Send) and reads the vendor's own receipt; it hands clicks and messages to an Inbox. What a platform can
// do is data (Traits) or an optional interface (Stream, FileFetcher, Directory), never its name in an if.
package bot

import (
	"context"
	"io"
	"time"
)

// Platform is one chat platform. Its methods are safe for concurrent use.
type Platform interface {
	// Name is the key of the platform in the roster and in the store, such as "dingtalk".
	Name() string
	Traits() Traits
	// Encode turns m into the bytes of the one request that Send will make. It is pure: equal messages give equal bytes,
	// so that a send whose outcome is unknown can be repeated byte for byte.
	Encode(m Message) (Payload, error)
	// Send makes the request and reports the vendor's own receipt, or an *Error that says what to do next.
	Send(ctx context.Context, p Payload) (Receipt, error)
}

// Payload is an encoded request, opaque to everyone but the platform that made it. It holds no credential.
type Payload []byte

// Receipt is what the platform needs to redraw a card later. It is opaque; an empty Receipt is valid.
type Receipt []byte

// Message is one effect on a platform: a NewCard, a Redraw, a Reply or a SendFile.
type Message interface{ message() }

// NewCard creates a card and delivers it. ID is ours, at most 64 characters of [A-Za-z0-9_-], and makes the send
// idempotent: sending the same ID again never shows a second card.
type NewCard struct {
	ID   string
	To   Address
	Card Card
}

// Redraw shows the present state on a card that was sent. Receipt is what the last NewCard or Redraw returned.
type Redraw struct {
	ID      string
	To      Address
	Receipt Receipt
	Card    Card
}

// Reply answers what a person just said, in the conversation where it was said.
type Reply struct {
	Session string // from Incoming.Session
	To      Address
	Text    Text
}

func (NewCard) message() {}
func (Redraw) message()  {}
func (Reply) message()   {}

// Address is a person or a group, by the platform's own ids.
type Address struct {
	User  string `json:"user,omitempty"`
	Group string `json:"group,omitempty"`
	At    []User `json:"at,omitempty"` // in a group: whom to mention
}

// User is a person by the platform's own id.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Traits are the differences between platforms that the core plans with.
type Traits struct {
	AnswerRedraws  bool          // the answer to a click can redraw the clicker's card
	RedrawWindow   time.Duration // how long after sending a card can be redrawn; 0 = always, negative = never
	OneRedraw      bool          // each receipt can be used for one redraw
	GroupButtons   bool          // buttons work in groups
	MaxButtons     int           // most buttons on a card; further ones are left out from the end
	RepeatWindow   time.Duration // how long a card may be sent again with the same bytes without being seen twice
	RequestsPerSec int           // pace of requests per app
	PerMinute      int           // most cards a minute into one conversation, answers not counted; 0 = any number
	ReplyNeedsOpen bool          // a Reply works only while Incoming.Session is open
}

// Stream is a platform that keeps a long connection for what people do.
type Stream interface {
	// Run keeps the connection until ctx ends, reconnecting by itself, and hands everything to in. It returns ctx's error.
	Run(ctx context.Context, in Inbox) error
	// Status tells how the connection stands now.
	Status() StreamStatus
}

// StreamStatus is how a long connection stands.
type StreamStatus struct {
	Connected   bool
	LastInbound time.Time // zero = nothing yet
	Reconnects  int
}

// FileFetcher is a platform whose people can send files.
type FileFetcher interface {
	// Fetch copies the file into w, at most limit bytes; a larger file is an *Error of kind Refused.
	Fetch(ctx context.Context, f File, w io.Writer, limit int64) error
}

// Directory is a platform that can find its user id for a mobile number.
type Directory interface {
	UserByMobile(ctx context.Context, mobile string) (string, error)
}

// Inbox takes what people do. Its methods return when the event is durably committed.
type Inbox interface {
	// Click returns what the clicker's card shows now. An error means nothing was committed: the platform must not
	// acknowledge. ctx ends when an answer would come too late; who can't finish by then may commit the raw click and
	// answer with a card that says so.
	Click(ctx context.Context, c Click) (Answer, error)
	// Message takes what a person said. An error means nothing was committed.
	Message(ctx context.Context, m Incoming) error
}

// Click is a press on a button. User is the platform's own id of the presser, filled in by the platform.
type Click struct {
	Platform string
	Key      string // the platform's id of this press; the same press delivered again has the same Key
	User     string
	Card     string // ID of the card
	Button   string // the pressed button's Ref; "" when the platform lost it
}

// Answer is what the clicker sees at once.
type Answer struct {
	Card *Card // nil = leave the card as it is
}

// Incoming is a message that a person sent to the bot.
type Incoming struct {
	Platform string
	Key      string // the platform's id of the message
	User     string // "" for people outside the organisation
	UserName string
	Group    string // "" in a one-to-one chat
	Title    string // the group's title
	Corp     string // the organisation the message came from
	Text     string
	Files    []File
	Session  string    // where a Reply goes
	Expires  time.Time // when Session closes
	At       time.Time
	Spent    bool // the platform's quota is used up: the content did not arrive (DingTalk 20001)
}

// File is a file in a message, not fetched yet.
type File struct {
	Ref     string `json:"ref"`
	Name    string `json:"name,omitempty"` // "" for a picture
	Picture bool   `json:"picture,omitempty"`
}

// Tokens keeps access tokens that several replicas may share. Get returns the stored token and when it expires.
type Tokens interface {
	Get(ctx context.Context, key string) (token string, expires time.Time, err error)
	Put(ctx context.Context, key, token string, expires time.Time) error
	Drop(ctx context.Context, key, token string) error // only if it is still this one
}

// Limiter paces requests. Wait blocks until one more request under key is allowed.
type Limiter interface {
	Wait(ctx context.Context, key string, perSecond int) error
	// Pause holds all requests under key back for d.
	Pause(key string, d time.Duration)
}

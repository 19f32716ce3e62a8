package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/bot"
)

// sight is what somebody saw: a card, a redraw of it, or a reply.
type sight struct {
	Effect string // card, redraw, reply, file, picture
	ID     string
	To     bot.Address
	Card   bot.Card
	Text   string
	bytes  string
}

// chat is a pretend platform that does what a test tells it to.
type chat struct {
	mu     sync.Mutex
	traits bot.Traits
	seen   []sight
	busy   map[string]int               // by recipient: sends going on
	most   int                          // most sends that went on at once
	refuse func(s sight, nth int) error // what becomes of the nth attempt; nil = all goes well
	gate   chan struct{}                // when set, each send waits for one value
	files  map[string]func() (string, error)
	tries  []sight
	broken []string
	panics string // a fault of ours: what goes to this user, or has this title, panics
}

func newChat() *chat {
	return &chat{
		traits: bot.Traits{AnswerRedraws: true, GroupButtons: true, MaxButtons: 8, RepeatWindow: time.Hour, RequestsPerSec: 20},
		busy:   map[string]int{}, files: map[string]func() (string, error){},
	}
}

func (c *chat) Name() string { return platformName }

func (c *chat) Traits() bot.Traits {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.traits
}

func (c *chat) Encode(m bot.Message) (bot.Payload, error) {
	var s sight
	switch m := m.(type) {
	case bot.NewCard:
		s = sight{Effect: "card", ID: m.ID, To: m.To, Card: m.Card}
	case bot.Redraw:
		s = sight{Effect: "redraw", ID: m.ID, To: m.To, Card: m.Card}
	case bot.Reply:
		s = sight{Effect: "reply", ID: m.Session, To: m.To, Text: m.Text.String()}
	case bot.SendFile:
		s = sight{Effect: "file", ID: m.Media, To: m.To, Text: m.Name}
		if m.Picture {
			s.Effect = "picture"
		}
	}
	if c.panics != "" && (s.To.User == c.panics || s.Card.Title == c.panics) {
		panic("a card that can't be written")
	}
	return json.Marshal(s)
}

func (c *chat) Send(_ context.Context, p bot.Payload) (bot.Receipt, error) {
	var s sight
	if err := json.Unmarshal(p, &s); err != nil {
		return nil, err
	}
	s.bytes = string(p)
	who := s.To.User + s.To.Group
	c.mu.Lock()
	c.busy[who]++
	if c.busy[who] > 1 {
		c.broken = append(c.broken, who)
	}
	all := 0
	for _, n := range c.busy {
		all += n
	}
	c.most = max(c.most, all)
	c.tries = append(c.tries, s)
	nth, refuse, gate := len(c.tries), c.refuse, c.gate
	c.mu.Unlock()
	if gate != nil {
		<-gate
	}
	var err error
	if refuse != nil {
		err = refuse(s, nth)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[who]--
	if err == nil || errors.Is(err, errSeen) {
		c.seen = append(c.seen, s)
	}
	if err != nil {
		return nil, err
	}
	return bot.Receipt("receipt " + s.ID), nil
}

// errSeen marks an attempt that arrived although its answer was lost.
var errSeen = errors.New("the answer was lost")

func lost() error { return &bot.Error{Op: "chat send", Kind: bot.Unknown, Err: errSeen} }

func failed(kind bot.ErrorKind) error {
	return &bot.Error{Op: "chat send", Kind: kind, Text: "told to"}
}

func (c *chat) Fetch(_ context.Context, f bot.File, w io.Writer, _ int64) error {
	content, err := c.files[f.Ref]()
	if err != nil {
		return err
	}
	_, err = w.Write([]byte(content))
	return err
}

func (c *chat) failing(refuse func(s sight, nth int) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = refuse
}

// attempts gives every attempt made, arrived or not.
func (c *chat) attempts() []sight {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.tries)
}

// shown gives what a person or group saw, in order.
func (c *chat) shown(who string) []sight {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []sight
	for _, s := range c.seen {
		if s.To.User == "u-"+who || s.To.Group == "g-"+who {
			all = append(all, s)
		}
	}
	return all
}

// last gives the newest card or redraw that a person or group saw.
func (c *chat) last(t testing.TB, who string) sight {
	t.Helper()
	all := c.shown(who)
	if len(all) == 0 {
		t.Fatalf("%s saw nothing", who)
	}
	return all[len(all)-1]
}

// titles gives the titles of the new cards somebody saw.
func (c *chat) titles(who string) []string {
	var all []string
	for _, s := range c.shown(who) {
		if s.Effect == "card" {
			all = append(all, s.Card.Title)
		}
	}
	return all
}

// written is a card as the golden files have it.
func written(c bot.Card) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", c.Title)
	for _, line := range c.Lines {
		for _, span := range line {
			if span.Bold {
				fmt.Fprintf(&b, "**%s**", span.Text)
			} else {
				b.WriteString(span.Text)
			}
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "----\n颜色:%s 状态:%s\n依据:%s\n小字:%s\n", c.Level, c.State, c.Basis, c.Tips)
	for _, button := range c.Buttons {
		mark := ""
		if button.Primary {
			mark = "*"
		}
		fmt.Fprintf(&b, "[%s]%s ", button.Label, mark)
	}
	return strings.TrimRight(b.String(), " \n") + "\n"
}

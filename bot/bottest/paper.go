package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"junma/bot"
)

// What Paper can do: the opposite of DingTalk wherever there is an opposite.
const (
	paperRepeat  = 30 * time.Minute
	paperRedraw  = 72 * time.Hour
	paperSession = 10 * time.Minute
	paperButtons = 2
)

// Paper is a small platform in memory: no buttons in groups, no redraw by the answer to a click, one redraw for each
// receipt and only for three days, two buttons, repeats recognised by their bytes for half an hour, replies only while
// the session is open, files of every type as they are for a while, events pushed to an attached Inbox instead of fetched by a connection.
type Paper struct {
	name string
	now  func() time.Time

	mu       sync.Mutex
	inbox    bot.Inbox
	people   map[string]bot.User
	groups   map[string][]string
	cards    []*paperCard
	texts    map[string][]string // by person or group
	recent   map[string]paperSend
	receipts map[string]*paperCard // unused ones
	sessions map[string]time.Time
	media    map[string]paperMedia
	uploads  []string              // names
	files    map[string][]SeenFile // by person or group
	serial   int
	fail     bot.ErrorKind
	lose     bool
}

type paperCard struct {
	id   string
	to   bot.Address
	card bot.Card
	sent time.Time
}

type paperSend struct {
	receipt bot.Receipt
	at      time.Time
}

type paperPayload struct {
	Kind    string      `json:"kind"`
	ID      string      `json:"id,omitempty"`
	To      bot.Address `json:"to"`
	Receipt string      `json:"receipt,omitempty"`
	Session string      `json:"session,omitempty"`
	Card    *bot.Card   `json:"card,omitempty"`
	Text    string      `json:"text,omitempty"`
	Name    string      `json:"name,omitempty"`
	Media   string      `json:"media,omitempty"`
}

// NewPaper makes a platform of that name with these people on it; now is its clock.
func NewPaper(name string, now func() time.Time, people ...bot.User) *Paper {
	p := &Paper{
		name: name, now: now, people: map[string]bot.User{}, groups: map[string][]string{}, texts: map[string][]string{},
		recent: map[string]paperSend{}, receipts: map[string]*paperCard{}, sessions: map[string]time.Time{},
		media: map[string]paperMedia{}, files: map[string][]SeenFile{},
	}
	for _, person := range people {
		p.people[person.ID] = person
	}
	return p
}

// AddGroup makes a group of these people.
func (p *Paper) AddGroup(id string, members ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups[id] = members
}

// Attach makes in take what people do from now on.
func (p *Paper) Attach(in bot.Inbox) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inbox = in
}

// Name is the name given to NewPaper.
func (p *Paper) Name() string { return p.name }

// Traits of paper.
func (p *Paper) Traits() bot.Traits {
	return bot.Traits{
		RedrawWindow: paperRedraw, OneRedraw: true, MaxButtons: paperButtons, RepeatWindow: paperRepeat,
		RequestsPerSec: 200, ReplyNeedsOpen: true,
	}
}

// Encode writes m as JSON.
func (p *Paper) Encode(m bot.Message) (bot.Payload, error) {
	var out paperPayload
	var err error
	switch m := m.(type) {
	case bot.NewCard:
		out = paperPayload{Kind: "card", ID: m.ID, To: m.To, Card: drawn(m.Card, m.To)}
		err = errors.Join(checkID(m.ID), checkAddress(m.To), checkCard(m.Card))
	case bot.Redraw:
		out = paperPayload{Kind: "redraw", ID: m.ID, To: m.To, Receipt: string(m.Receipt), Card: drawn(m.Card, m.To)}
		err = errors.Join(checkID(m.ID), checkAddress(m.To), checkCard(m.Card))
	case bot.Reply:
		out = paperPayload{Kind: "reply", To: m.To, Session: m.Session, Text: m.Text.String()}
		err = checkAddress(m.To)
		if strings.TrimSpace(out.Text) == "" {
			err = errors.New("a reply says nothing")
		}
	case bot.SendFile:
		out = paperPayload{Kind: "file", To: m.To, Name: m.Name, Media: m.Media}
		err = checkAddress(m.To)
		if m.Media == "" {
			err = errors.New("a file was not uploaded")
		}
	default:
		err = fmt.Errorf("unknown message %T", m)
	}
	if err != nil {
		return nil, &bot.Error{Op: "paper encode", Kind: bot.Refused, Err: err}
	}
	return json.Marshal(out)
}

// drawn is the card as this platform can show it.
func drawn(card bot.Card, to bot.Address) *bot.Card {
	buttons := card.Buttons
	if to.Group != "" {
		buttons = nil
	}
	card.Buttons = slices.Clone(buttons[:min(len(buttons), paperButtons)])
	return &card
}

func checkID(id string) error {
	bad := func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", r)
	}
	if id == "" || len(id) > 64 || strings.ContainsFunc(id, bad) {
		return fmt.Errorf("card id %q", id)
	}
	return nil
}

func checkAddress(to bot.Address) error {
	if (to.User == "") == (to.Group == "") {
		return errors.New("an address is one person or one group")
	}
	return nil
}

func checkCard(card bot.Card) error {
	for _, b := range card.Buttons {
		if b.Label == "" || b.Ref == "" && b.URL == "" {
			return errors.New("a button leads nowhere")
		}
	}
	return nil
}

// Send carries the request out. The same bytes within half an hour are not seen twice.
func (p *Paper) Send(ctx context.Context, payload bot.Payload) (bot.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return nil, &bot.Error{Op: "paper send", Kind: bot.Retry, Err: err}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if kind := p.fail; kind != 0 {
		p.fail = 0
		return nil, &bot.Error{Op: "paper send", Kind: kind, Code: "told to fail", After: time.Second}
	}
	var m paperPayload
	if err := json.Unmarshal(payload, &m); err != nil {
		return nil, &bot.Error{Op: "paper send", Kind: bot.Refused, Err: err}
	}
	if before, ok := p.recent[string(payload)]; ok && p.now().Sub(before.at) < paperRepeat {
		return before.receipt, nil
	}
	receipt, err := p.carryOut(m)
	if err != nil {
		return nil, err
	}
	p.recent[string(payload)] = paperSend{receipt: receipt, at: p.now()}
	if p.lose {
		p.lose = false
		return nil, &bot.Error{Op: "paper send", Kind: bot.Unknown, Code: "answer lost"}
	}
	return receipt, nil
}

func (p *Paper) carryOut(m paperPayload) (bot.Receipt, error) {
	gone := &bot.Error{Op: "paper " + m.Kind, Kind: bot.Gone}
	if _, known := p.people[m.To.User]; m.To.User != "" && !known {
		return nil, gone
	}
	if _, known := p.groups[m.To.Group]; m.To.Group != "" && !known {
		return nil, gone
	}
	switch m.Kind {
	case "card":
		c := &paperCard{id: m.ID, to: m.To, card: *m.Card, sent: p.now()}
		p.cards = append(p.cards, c)
		return p.receipt(c), nil
	case "redraw":
		c := p.receipts[m.Receipt]
		if c == nil || p.now().Sub(c.sent) > paperRedraw {
			return nil, gone
		}
		delete(p.receipts, m.Receipt)
		c.card = *m.Card
		return p.receipt(c), nil
	case "file":
		return nil, p.receiveFile(m)
	}
	if m.Session == "" || !p.now().Before(p.sessions[m.Session]) {
		return nil, gone
	}
	chat := m.To.User + m.To.Group
	p.texts[chat] = append(p.texts[chat], m.Text)
	return nil, nil
}

func (p *Paper) receipt(c *paperCard) bot.Receipt {
	id := p.next("receipt")
	p.receipts[id] = c
	return bot.Receipt(id)
}

func (p *Paper) next(prefix string) string {
	p.serial++
	return fmt.Sprintf("%s-%d", prefix, p.serial)
}

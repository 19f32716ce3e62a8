package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"junma/bot"
)

// phones is a platform that draws cards and messages as text, for each person, and holds the files people send.
type phones struct {
	mu      sync.Mutex
	traits  bot.Traits
	cards   map[string]bot.Card // by card and person
	first   map[string]bot.Card // the same, as each was drawn first
	order   []string            // keys of cards, oldest first
	seen    map[string][]string // by person: everything seen, in order
	fresh   []string            // lines for the golden file, not fetched yet
	files   map[string][]byte   // by bot.File.Ref
	broken  map[string]error    // files that do not come
	barred  map[string]bool     // people to whom the platform brings no card
	once    map[string]error    // files that do not come the first time
	waiting map[string]chan struct{}

	uploads  [][]byte              // by number
	received map[string][]received // by person

	changed chan struct{} // somebody saw something
}

func newPhones() *phones {
	return &phones{
		traits: bot.Traits{AnswerRedraws: true, MaxButtons: 10, RepeatWindow: time.Hour, RequestsPerSec: 1_000_000},
		cards:  map[string]bot.Card{}, first: map[string]bot.Card{}, seen: map[string][]string{}, files: map[string][]byte{},
		barred: map[string]bool{}, broken: map[string]error{}, once: map[string]error{}, waiting: map[string]chan struct{}{}, received: map[string][]received{},
		changed: make(chan struct{}, 1),
	}
}

func (p *phones) Name() string       { return "dingtalk" }
func (p *phones) Traits() bot.Traits { return p.traits }

// wire is an encoded message.
type wire struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

func (p *phones) Encode(m bot.Message) (bot.Payload, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(wire{Kind: fmt.Sprintf("%T", m), Body: body})
}

func (p *phones) Send(_ context.Context, payload bot.Payload) (bot.Receipt, error) {
	var w wire
	if err := json.Unmarshal(payload, &w); err != nil {
		return nil, err
	}
	switch w.Kind {
	case "bot.NewCard":
		var m bot.NewCard
		if err := json.Unmarshal(w.Body, &m); err != nil {
			return nil, err
		}
		if p.bars(p.whom(m.To)) {
			return nil, &bot.Error{Op: "send", Kind: bot.Refused, Text: "not in the visible range"}
		}
		p.show(p.whom(m.To), m.ID, m.Card, "收到卡片")
	case "bot.Redraw":
		var m bot.Redraw
		if err := json.Unmarshal(w.Body, &m); err != nil {
			return nil, err
		}
		p.show(p.whom(m.To), m.ID, m.Card, "卡片更新为")
	case "bot.Reply":
		var m bot.Reply
		if err := json.Unmarshal(w.Body, &m); err != nil {
			return nil, err
		}
		p.see(p.whom(m.To), "收到回复", m.Text.String()+"\n")
	case "bot.SendFile":
		var m bot.SendFile
		if err := json.Unmarshal(w.Body, &m); err != nil {
			return nil, err
		}
		return nil, p.receive(m)
	}
	return bot.Receipt("{}"), nil
}

// bar lets the platform bring a person no card, or again.
func (p *phones) bar(person string, bars bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.barred[person] = bars
}

func (p *phones) bars(person string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.barred[person]
}

func (p *phones) whom(to bot.Address) string {
	if to.Group != "" {
		return "群" + to.Group
	}
	return strings.TrimPrefix(to.User, "user-")
}

// Fetch gives a file that a person sent.
func (p *phones) Fetch(_ context.Context, f bot.File, w io.Writer, limit int64) error {
	p.mu.Lock()
	content, broken, wait := p.files[f.Ref], p.broken[f.Ref], p.waiting[f.Ref]
	if err := p.once[f.Ref]; err != nil {
		broken = err
		delete(p.once, f.Ref)
	}
	p.mu.Unlock()
	if wait != nil {
		<-wait
	}
	if broken != nil {
		return broken
	}
	if int64(len(content)) > limit {
		return &bot.Error{Op: "fetch", Kind: bot.Refused, Text: "too large"}
	}
	_, err := io.Copy(w, bytes.NewReader(content))
	return err
}

// show puts a card on a phone, in the place of the same card if it is there.
func (p *phones) show(person, id string, card bot.Card, how string) {
	p.mu.Lock()
	key := person + "/" + id
	if _, known := p.cards[key]; known {
		p.order = slices.DeleteFunc(p.order, func(k string) bool { return k == key })
	}
	if _, known := p.first[key]; !known {
		p.first[key] = card
	}
	p.order = append(p.order, key)
	p.cards[key] = card
	p.mu.Unlock()
	p.see(person, how, drawn(card))
}

// prompt is what a guided exchange put on a card: nothing of what notify draws there.
func prompt(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	from := -1
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimPrefix(line, "# "), "【") && strings.Contains(line, " · ") {
			from = i
		}
	}
	if from < 0 {
		return ""
	}
	lines = slices.DeleteFunc(lines[from:], func(line string) bool { return strings.HasPrefix(line, "~ ") })
	return strings.Join(lines, "\n")
}

func (p *phones) see(person, how, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[person] = append(p.seen[person], text)
	if how != "收到回复" {
		text = prompt(text)
	}
	if text != "" {
		p.fresh = append(p.fresh, fmt.Sprintf("◀ %s %s\n%s", person, how, indent(text)))
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// news gives the lines not taken yet, in an order that does not depend on which worker was first.
func (p *phones) news() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.fresh
	p.fresh = nil
	slices.SortStableFunc(lines, func(a, b string) int {
		return strings.Compare(strings.SplitN(a, " ", 3)[1], strings.SplitN(b, " ", 3)[1])
	})
	return lines
}

// button finds the newest card of a person with a button of that label.
func (p *phones) button(person, label string) (card, ref string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range slices.Backward(p.order) {
		who, id, _ := strings.Cut(key, "/")
		if who != person {
			continue
		}
		for _, b := range p.cards[key].Buttons {
			if b.Label == label {
				return id, b.Ref
			}
		}
	}
	return "", ""
}

// oldButton finds a button as it was on the oldest drawing of the newest card whose first drawing held the words.
func (p *phones) oldButton(person, words, label string) (card, ref string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range slices.Backward(p.order) {
		who, id, _ := strings.Cut(key, "/")
		if who != person {
			continue
		}
		for _, b := range p.first[key].Buttons {
			if b.Label == label && strings.Contains(p.first[key].Title, words) {
				return id, b.Ref
			}
		}
	}
	return "", ""
}

// screen is everything on a person's phone.
func (p *phones) screen(person string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.seen[person], "――\n")
}

func (p *phones) last(person string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.seen[person]
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// drawn is a card as text.
func drawn(card bot.Card) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", card.Title)
	for _, line := range card.Lines {
		fmt.Fprintln(&b, line.String())
	}
	for _, quiet := range []string{card.State, card.Basis, card.Tips} {
		if quiet != "" {
			fmt.Fprintf(&b, "~ %s\n", quiet)
		}
	}
	var labels []string
	for _, button := range card.Buttons {
		labels = append(labels, "["+button.Label+"]")
	}
	if len(labels) > 0 {
		fmt.Fprintln(&b, strings.Join(labels, " "))
	}
	return b.String()
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}

package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
)

// FailNext lets the next send end as this kind of error, with nothing carried out.
func (p *Paper) FailNext(kind bot.ErrorKind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = kind
}

// LoseNext carries the next send out and reports its outcome as unknown.
func (p *Paper) LoseNext() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = true
}

// Cards are the cards that a person sees, in any chat, oldest first.
func (p *Paper) Cards(user string) []Seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	var seen []Seen
	for _, c := range p.cards {
		if c.to.User == user || slices.Contains(p.groups[c.to.Group], user) {
			seen = append(seen, show(c))
		}
	}
	return seen
}

func show(c *paperCard) Seen {
	lines := []string{string(c.card.Level)}
	for _, line := range c.card.Lines {
		lines = append(lines, line.String())
	}
	lines = append(lines, c.card.State, c.card.Basis, c.card.Tips)
	seen := Seen{ID: c.id, Title: c.card.Title, Text: strings.Join(lines, "\n")}
	for _, b := range c.card.Buttons {
		seen.Buttons = append(seen.Buttons, b.Label)
	}
	return seen
}

// Texts is what the bot has said to a person one-to-one or, with a group, there.
func (p *Paper) Texts(user, group string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if group != "" {
		return slices.Clone(p.texts[group])
	}
	return slices.Clone(p.texts[user])
}

// Press presses a button of a card by its label; with twice the press is delivered two times under one key. The answer
// is taken but can't redraw the card.
func (p *Paper) Press(ctx context.Context, user, card, label string, twice bool) (Pressed, error) {
	p.mu.Lock()
	c, ref := p.find(user, card, label)
	in, key := p.inbox, p.next("press")
	p.mu.Unlock()
	switch {
	case c == nil:
		return Pressed{}, fmt.Errorf("%s sees no button %q on card %s", user, label, card)
	case in == nil:
		return Pressed{}, errors.New("nobody is attached")
	}
	click := bot.Click{Platform: p.name, Key: key, User: user, Card: card, Button: ref}
	_, err := in.Click(ctx, click)
	if twice {
		_, _ = in.Click(ctx, click) // the vendor takes the first answer
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return Pressed{OK: err == nil, Card: show(c)}, nil
}

func (p *Paper) find(user, card, label string) (*paperCard, string) {
	for _, c := range slices.Backward(p.cards) {
		if c.id != card || c.to.User != user {
			continue
		}
		for _, b := range c.card.Buttons {
			if b.Label == label && b.Ref != "" {
				return c, b.Ref
			}
		}
	}
	return nil, ""
}

// Say sends a text to the bot, one-to-one or in a group; with twice it is delivered two times under one key. It returns
// what the bot made of the first delivery.
func (p *Paper) Say(ctx context.Context, user, group, text string, twice bool) error {
	p.mu.Lock()
	in, session := p.inbox, p.next("session")
	now := p.now()
	p.sessions[session] = now.Add(paperSession)
	m := bot.Incoming{
		Platform: p.name, Key: p.next("message"), User: user, UserName: p.people[user].Name, Group: group, Title: group,
		Text: strings.TrimSpace(text), Session: session, Expires: now.Add(paperSession), At: now,
	}
	p.mu.Unlock()
	if in == nil {
		return errors.New("nobody is attached")
	}
	err := in.Message(ctx, m)
	if twice {
		_ = in.Message(ctx, m) // the vendor takes the first answer
	}
	return err
}

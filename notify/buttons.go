package notify

import (
	"crypto/rand"
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// attach gives every choice of a picture a fresh reference, saved in tx, and puts the buttons on the card.
func (n *Notifier) attach(tx *store.Tx, d store.Delivery, drawn picture) (bot.Card, error) {
	about := store.Button{Card: d.ID, Project: d.Project, Case: d.Case, Push: d.Push}
	if d.Kind == string(mechanism.KindHeld) || d.Kind == string(mechanism.KindDisclaimed) {
		about.Push = 0 // an escalation or an objection belongs to the case, not to a push: it doesn't grow old with the next one
	}
	if p, err := tx.Project(d.Project); err == nil {
		about.Version = p.Revision
	}
	return attach(tx, about, drawn.card, drawn.choices)
}

// attach saves one button per choice, all about the same thing, and adds them to the card.
func attach(tx *store.Tx, about store.Button, card bot.Card, choices []Choice) (bot.Card, error) {
	if len(choices) == 0 {
		return card, nil
	}
	saved := make([]store.Button, 0, len(choices))
	for _, choice := range choices {
		b := about
		b.Ref, b.Act, b.Arg = token(), choice.Act, choice.Arg
		saved = append(saved, b)
		card.Buttons = append(card.Buttons, bot.Button{Label: choice.Label, Ref: b.Ref, Primary: choice.Primary})
	}
	if err := tx.SaveButtons(about.Card, saved); err != nil {
		return bot.Card{}, fmt.Errorf("save buttons of card %s: %w", about.Card, err)
	}
	return card, nil
}

// token is a button's reference: 10 characters of base32, 50 random bits, unguessable within the life of a card and
// saying nothing about the project.
func token() string { return rand.Text()[:10] }

package notify

import (
	"encoding/json"
	"errors"
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Question is a card whose text the caller wrote: a step of a guided exchange that needs buttons. It is stored whole,
// so that exactly this text is shown, also after a restart.
type Question struct {
	Title   string     `json:"title"`
	Level   bot.Level  `json:"level,omitempty"`
	Lines   []bot.Text `json:"lines,omitempty"`
	State   string     `json:"state,omitempty"`
	Basis   string     `json:"basis,omitempty"`
	Tips    string     `json:"tips,omitempty"`
	Buttons []Choice   `json:"buttons,omitempty"`

	Project string `json:"project,omitempty"` // what the buttons are about
	Case    int    `json:"case,omitempty"`
	Push    int    `json:"push,omitempty"`
	Key     string `json:"key"` // asking the same key twice is a no-op; must not be empty for Ask
}

// Choice is one button of a Question. Act and Arg come back with the press.
type Choice struct {
	Label   string `json:"label"`
	Act     string `json:"act"` // a mechanism.Act, or an act of the exchange
	Arg     string `json:"arg,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

// toPerson begins a delivery that answers the act of a person (roster id): at once and at any hour, in their own lane.
func toPerson(tx *store.Tx, platform, person string) (store.Delivery, error) {
	roster, err := tx.Roster()
	if err != nil {
		return store.Delivery{}, fmt.Errorf("read roster: %w", err)
	}
	p, ok := roster.Person(person)
	if !ok || p.Accounts[platform] == "" {
		return store.Delivery{}, fmt.Errorf("%s has no account on %s", person, platform)
	}
	to := recipient{platform: platform, person: person, address: bot.Address{User: p.Accounts[platform]}}
	address, err := to.encoded()
	return store.Delivery{
		Lane: to.lane(), Platform: platform, Address: address, Person: person, Urgency: int(mechanism.Now), NotBefore: tx.Now,
	}, err
}

// Ask sends a question to a person (roster id), at once and at any hour: it answers the person's own act.
func (n *Notifier) Ask(tx *store.Tx, platform, person string, q Question) error {
	if q.Key == "" {
		return errors.New("ask: the question has no key")
	}
	d, err := toPerson(tx, platform, person)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	if d.Params, err = json.Marshal(q); err != nil {
		return fmt.Errorf("encode question: %w", err)
	}
	d.Key = "ask/" + platform + "/" + person + "/" + q.Key
	d.ID, d.Effect, d.Talk, d.Kind = cardID(d.Key), store.EffectCard, true, string(mechanism.KindDialogue)
	d.Project, d.Case, d.Push = q.Project, q.Case, q.Push
	_, err = tx.Enqueue(d)
	if err != nil {
		return fmt.Errorf("enqueue question: %w", err)
	}
	tx.AfterCommit(n.Wake)
	return nil
}

// Render draws a question for a card that is already there, with fresh button references saved in tx.
func (n *Notifier) Render(tx *store.Tx, q Question, cardID string) (bot.Card, error) {
	about := store.Button{Card: cardID, Project: q.Project, Case: q.Case, Push: q.Push}
	if q.Project != "" {
		p, err := tx.Project(q.Project)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return bot.Card{}, fmt.Errorf("read project %s: %w", q.Project, err)
		}
		about.Version = p.Revision
	}
	return attach(tx, about, q.card(), q.Buttons)
}

func (q Question) card() bot.Card {
	return bot.Card{Title: q.Title, Level: q.Level, Lines: q.Lines, State: q.State, Basis: q.Basis, Tips: q.Tips}
}

// questionPicture is the card of a question, word for word as it was asked.
func questionPicture(d store.Delivery) (picture, error) {
	var q Question
	if err := json.Unmarshal(d.Params, &q); err != nil {
		return picture{}, fmt.Errorf("read question: %w", err)
	}
	return picture{card: q.card(), choices: q.Buttons}, nil
}

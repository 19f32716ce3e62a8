package notify

import (
	"junma/bot"
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

// Ask sends a question to a person, at once and at any hour: it answers the person's own act.
func (n *Notifier) Ask(tx *store.Tx, platform, person string, q Question) error {
	return nil
}

// Render draws a question for a card that is already there, with fresh button references saved in tx.
func (n *Notifier) Render(tx *store.Tx, q Question, cardID string) (bot.Card, error) {
	return bot.Card{}, nil
}

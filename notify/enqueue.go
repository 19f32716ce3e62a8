package notify

import (
	"encoding/json"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Enqueue puts the deliveries of notes into the outbox, in the transaction of the event that caused them. p is the
// project after the event. Cards named in answered are not redrawn: the answer to the click does that.
func (n *Notifier) Enqueue(tx *store.Tx, p *mechanism.Project, notes []mechanism.Notification, answered ...string) error {
	return nil
}

// Reply answers what a person just said, in the conversation where it was said; each text is one paragraph. It goes at
// any hour and is dropped when the session closes.
func (n *Notifier) Reply(tx *store.Tx, in bot.Incoming, text ...bot.Text) error {
	return nil
}

// Fetch brings a file that a person sent into the evidence store, as durable work; Options.Fetched learns how it ended,
// in the same transaction. ref is the caller's own note, found again in Delivery.Params as FetchParams.Ref.
func (n *Notifier) Fetch(tx *store.Tx, platform, person string, f bot.File, ref json.RawMessage) error {
	return nil
}

// FetchParams is what Delivery.Params holds for a fetch.
type FetchParams struct {
	File bot.File        `json:"file"`
	Ref  json.RawMessage `json:"ref,omitempty"`
}

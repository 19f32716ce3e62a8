package notify

import (
	"encoding/json"
	"errors"
	"fmt"

	"junma/bot"
	"junma/store"
)

// File is a file for a person: one that is stored, or one that Options.Make makes when its turn comes.
type File struct {
	Name   string          `json:"name"`             // as people call it
	Type   string          `json:"type"`             // of its content, such as "pdf"
	SHA256 string          `json:"sha256,omitempty"` // of the stored content; "" = it is made
	Ref    json.RawMessage `json:"ref,omitempty"`    // the caller's note for Options.Make
}

// handingOver ends the lane in which a person's files are handed to the platform, so that a large one holds up no answer.
// The message that brings the file goes in the person's own lane.
const handingOver = "/file"

// SendFile brings a file to a person (roster id) one-to-one, at once and at any hour: it answers the person's own act.
// The same key twice is one file.
func (n *Notifier) SendFile(tx *store.Tx, platform, person, key string, f File) error {
	d, err := toPerson(tx, platform, person)
	if err != nil {
		return fmt.Errorf("send file: %w", err)
	}
	if d.Params, err = json.Marshal(f); err != nil {
		return fmt.Errorf("encode file: %w", err)
	}
	d.ID, d.Key, d.Effect = token()+token(), FileKey(platform, person, key), store.EffectFile
	d.Lane += handingOver
	if _, err := tx.Enqueue(d); err != nil {
		return fmt.Errorf("enqueue file: %w", err)
	}
	tx.AfterCommit(n.Wake)
	return nil
}

// FileKey is the Delivery.Key of a file sent to a person under a key of the caller's.
func FileKey(platform, person, key string) string {
	return "file/" + platform + "/" + person + "/" + key
}

// SendsFiles reports whether a platform can bring files to people.
func (n *Notifier) SendsFiles(platform string) bool {
	_, ok := n.Platforms[platform].(bot.FileSender)
	return ok
}

// fileMessage makes the message that brings a file; nil while the platform doesn't hold the file yet.
func (n *Notifier) fileMessage(tx *store.Tx, d store.Delivery, to bot.Address) (bot.Message, error) {
	f, form, err := n.wantedFile(d)
	if err != nil {
		return nil, err
	}
	held, err := tx.Media(d.Platform, f.content(d, form), n.Wall())
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return bot.SendFile{To: to, Name: f.sentName(form), Media: held.ID, Picture: form == bot.AsPicture}, nil
}

// wantedFile reads what a delivery is to bring, and how it travels.
func (n *Notifier) wantedFile(d store.Delivery) (f File, form bot.Form, err error) {
	if err := json.Unmarshal(d.Params, &f); err != nil {
		return f, "", fmt.Errorf("read file: %w", err)
	}
	sender, ok := n.Platforms[d.Platform].(bot.FileSender)
	if !ok {
		return f, "", &bot.Error{Op: "send file", Kind: bot.Refused, Text: "the platform sends no files"}
	}
	return f, sender.Files().Form(f.Type), nil
}

// content names what a platform holds: one stored content in one form is one upload, whoever it goes to. An archive also
// holds the file's name. What is made for one delivery is nobody else's.
func (f File) content(d store.Delivery, form bot.Form) string {
	switch {
	case f.SHA256 == "":
		return "delivery/" + d.ID
	case form == bot.AsArchive:
		return f.SHA256 + "/" + string(form) + "/" + bot.FileName(f.Name, f.Type)
	default:
		return f.SHA256 + "/" + string(form)
	}
}

// sentName is how the file is called when it arrives.
func (f File) sentName(form bot.Form) string {
	if form == bot.AsArchive {
		return bot.FileName(bot.FileName(f.Name, f.Type), "zip")
	}
	return bot.FileName(f.Name, f.Type)
}

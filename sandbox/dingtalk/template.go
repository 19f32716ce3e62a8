package dingtalk

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ReadyTemplateID is the vendor's ready-made template of markdown with buttons, usable by any
// organisation (official Python SDK, card_instance.py).
const ReadyTemplateID = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"

// buttonsVariable carries the non-string variables of the ready-made template as one JSON text.
const buttonsVariable = "sys_full_json_obj"

// Template is a card template known to the organisation. It is drawn from the variables title, logo,
// markdown, tips and sys_full_json_obj; the others are kept and shown by name.
type Template struct {
	ID          string   `json:"id"`
	Variables   []string `json:"variables"`
	Unpublished bool     `json:"unpublished"`
}

func readyTemplate() Template {
	return Template{ID: ReadyTemplateID, Variables: []string{"title", "logo", "markdown", "tips", buttonsVariable}}
}

// OwnTemplate is a template of the organisation with the ready-made one's variables and level, basis
// and state besides.
func OwnTemplate(id string) Template {
	return Template{ID: id, Variables: []string{"title", "markdown", "tips", buttonsVariable, "level", "basis", "state"}}
}

// AddTemplates adds templates, or replaces those whose id is known.
func (s *Server) AddTemplates(templates ...Template) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range templates {
		s.templates[t.ID] = t
	}
	s.bump()
}

// Button is one button of a card as a person sees it.
type Button struct {
	Text   string         `json:"text"`
	Color  string         `json:"color"`
	ID     string         `json:"id"`
	Params map[string]any `json:"params,omitempty"`
	URL    string         `json:"url,omitempty"` // set: a link, nothing is sent to the bot
}

// parseButtons reads msgButtons out of sys_full_json_obj (PY interactive_card.py: a link has url, a
// request button has id and request:true; color is blue or gray).
func parseButtons(text string) ([]Button, error) {
	if text == "" {
		return nil, nil
	}
	var doc struct {
		MsgButtons []struct {
			Text    string         `json:"text"`
			Color   string         `json:"color"`
			ID      string         `json:"id"`
			Request bool           `json:"request"`
			Params  map[string]any `json:"params"`
			URL     string         `json:"url"`
		} `json:"msgButtons"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("sys_full_json_obj: %w", err)
	}
	buttons := make([]Button, 0, len(doc.MsgButtons))
	for _, b := range doc.MsgButtons {
		switch {
		case b.Text == "":
			return nil, errors.New("sys_full_json_obj: a button has no text")
		case b.Color != "blue" && b.Color != "gray":
			return nil, fmt.Errorf("sys_full_json_obj: color %q of a button is neither blue nor gray", b.Color)
		case b.URL == "" && !b.Request:
			return nil, fmt.Errorf("sys_full_json_obj: button %q has neither url nor request:true", b.Text)
		}
		buttons = append(buttons, Button{Text: b.Text, Color: b.Color, ID: b.ID, Params: b.Params, URL: b.URL})
	}
	return buttons, nil
}

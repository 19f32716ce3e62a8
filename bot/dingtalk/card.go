package dingtalk

import (
	"fmt"
	"strings"

	"junma/bot"
)

// Limits of a card's data [KB-CARD 0004, KB 0783].
const (
	maxValue = 1 << 10 // bytes of one variable's value
	maxSpace = 1000    // characters of openSpaceId
)

// The variables of a template. The ready-made one has the first four; an own template has all (docs/dingtalk-card.md).
const (
	varTitle    = "title"
	varMarkdown = "markdown"
	varTips     = "tips"
	varObjects  = "sys_full_json_obj" // all variables that are no strings, as one JSON text
	varLevel    = "level"
	varBasis    = "basis"
	varState    = "state"
)

// signs put a colour on a card whose template has none to give; the level's word always stands beside it.
var signs = map[bot.Level]string{bot.Green: "🟢", bot.Orange: "🟠", bot.Red: "🔴"}

// msgButton is one button of the ready-made template (dingtalk-stream-sdk-python, interactive_card.py).
type msgButton struct {
	Text    string            `json:"text"`
	Color   string            `json:"color"` // blue or gray
	ID      string            `json:"id,omitempty"`
	Request bool              `json:"request,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
	URL     string            `json:"url,omitempty"`
}

// draw gives the variables of a card. All of them are always there: an update goes by key, and a variable that is left
// out would keep what it showed before.
func (p *Platform) draw(card bot.Card) (map[string]string, error) {
	own := p.opts.CardTemplateID != readyTemplate
	if card.Level != bot.Plain && signs[card.Level] == "" {
		return nil, fmt.Errorf("draw card: unknown level %q", string(card.Level))
	}
	buttons, err := drawButtons(card.Buttons)
	if err != nil {
		return nil, err
	}
	lines, tips := card.Lines, card.Tips
	if !own { // it has no place for level, state and basis: they go where there is one
		lines = append(statusLine(card), lines...)
		tips = withBasis(card)
	}
	vars := map[string]string{
		varTitle:    oneLine(card.Title, maxValue),
		varMarkdown: markdown(lines, maxValue),
		varTips:     oneLine(tips, maxValue),
		varObjects:  buttons,
	}
	if own {
		vars[varLevel] = string(card.Level)
		vars[varBasis] = oneLine(card.Basis, maxValue)
		vars[varState] = oneLine(card.State, maxValue)
	}
	return vars, nil
}

// statusLine is the first line of the body: the level with its colour, and the state of the case.
func statusLine(card bot.Card) []bot.Text {
	var line bot.Text
	if card.Level != bot.Plain {
		line = append(line, bot.Span{Text: signs[card.Level] + " " + string(card.Level) + "色", Bold: true})
	}
	if card.State != "" {
		if len(line) > 0 {
			line = append(line, bot.Span{Text: " · "})
		}
		line = append(line, bot.Span{Text: card.State})
	}
	if len(line) == 0 {
		return nil
	}
	return []bot.Text{line}
}

// withBasis puts the basis into the tips unless it stands there already.
func withBasis(card bot.Card) string {
	switch {
	case card.Basis == "" || strings.Contains(card.Tips, card.Basis):
		return card.Tips
	case card.Tips == "":
		return "依据:" + card.Basis
	}
	return card.Tips + " · 依据:" + card.Basis
}

// drawButtons gives the JSON text of the buttons. What doesn't fit is left out from the end, as Traits.MaxButtons
// promises; the text itself is never cut. A button's reference stands in its id as well as in its params, since a
// client may drop the params (dingtalk.md 13).
func drawButtons(buttons []bot.Button) (string, error) {
	drawn := make([]msgButton, 0, maxButtons)
	for _, b := range buttons[:min(len(buttons), maxButtons)] {
		m, err := drawButton(b)
		if err != nil {
			return "", err
		}
		drawn = append(drawn, m)
	}
	for {
		text, err := marshal(map[string][]msgButton{"msgButtons": drawn})
		if err != nil {
			return "", fmt.Errorf("draw buttons: %w", err)
		}
		if len(text) <= maxValue {
			return string(text), nil
		}
		if len(drawn) == 1 {
			return "", fmt.Errorf("draw buttons: one button takes %d bytes, more than %d", len(text), maxValue)
		}
		drawn = drawn[:len(drawn)-1]
	}
}

func drawButton(b bot.Button) (msgButton, error) {
	m := msgButton{Text: oneLine(b.Label, 60), Color: "gray"}
	if b.Primary {
		m.Color = "blue"
	}
	switch {
	case m.Text == "":
		return m, fmt.Errorf("draw buttons: a button has no label")
	case b.URL != "":
		m.URL = b.URL
	case b.Ref != "":
		m.ID, m.Request, m.Params = b.Ref, true, map[string]string{refParam: b.Ref}
	default:
		return m, fmt.Errorf("draw buttons: %q has neither a reference nor an address", m.Text)
	}
	return m, nil
}

// refParam is the key of a button's reference in its params.
const refParam = "ref"

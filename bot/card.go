package bot

import "strings"

// Card is a card as an intention; each platform draws it in its own way.
type Card struct {
	Title   string // one line, names the project
	Level   Level
	Lines   []Text // the body, one paragraph each
	State   string // the public state of the case, in the notice's words
	Basis   string // the clause this card stands on
	Tips    string // one quiet line under the body: 截至…, 依据…
	Buttons []Button
}

// Level colours a card; the word always stands beside the colour.
type Level string

// The levels of a card.
const (
	Plain  Level = ""
	Green  Level = "绿"
	Orange Level = "橙"
	Red    Level = "红"
)

// Button is a press that comes back as a Click carrying Ref, or a link when URL is set.
type Button struct {
	Label   string
	Ref     string // short random token; nothing about the project travels in it
	URL     string
	Primary bool
}

// Text is a run of spans. Adapters escape the spans' text, so a name typed by a person can never become markup.
type Text []Span

// Span is a piece of text, bold or not. A newline breaks the line.
type Span struct {
	Text string
	Bold bool
}

// Say makes a Text of one plain span.
func Say(text string) Text { return Text{{Text: text}} }

// String gives the text without markup.
func (t Text) String() string {
	var b strings.Builder
	for _, span := range t {
		b.WriteString(span.Text)
	}
	return b.String()
}

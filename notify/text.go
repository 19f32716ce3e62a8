package notify

import (
	"embed"
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"unicode"

	"junma/bot"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// Bold text travels through a template between two control characters. scrub takes every control character out of the
// data first, so what a person typed can neither become bold nor begin a line of its own.
const boldOn, boldOff = "\x01", "\x02"

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"bold": func(parts ...any) string { return boldOn + fmt.Sprint(parts...) + boldOff },
	"cut":  cut,
	"join": strings.Join,
}).ParseFS(templateFiles, "templates/*.tmpl"))

// compose executes the template of one kind of card and takes the result apart: a line "# …" is the title, "@basis …",
// "@state …" and "@tips …" are what they say, every other line is a paragraph of the body.
func compose(name string, v view) (bot.Card, error) {
	scrub(reflect.ValueOf(&v).Elem())
	var out strings.Builder
	if err := templates.ExecuteTemplate(&out, name+".tmpl", v); err != nil {
		return bot.Card{}, fmt.Errorf("compose %s: %w", name, err)
	}
	var card bot.Card
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSpace(line)
		switch head, rest, _ := strings.Cut(line, " "); {
		case line == "":
		case head == "#":
			card.Title = rest
		case head == "@basis":
			card.Basis = rest
		case head == "@state":
			card.State = rest
		case head == "@tips":
			card.Tips = strings.TrimSpace(card.Tips + " " + rest)
		default:
			card.Lines = append(card.Lines, spans(line))
		}
	}
	return card, nil
}

// spans turns the control characters of bold into spans.
func spans(line string) bot.Text {
	var text bot.Text
	add := func(s string, bold bool) {
		if s != "" {
			text = append(text, bot.Span{Text: s, Bold: bold})
		}
	}
	for line != "" {
		plain, rest, found := strings.Cut(line, boldOn)
		add(plain, false)
		if !found {
			break
		}
		strong, after, _ := strings.Cut(rest, boldOff)
		add(strong, true)
		line = after
	}
	return text
}

// scrub replaces every control character in every string of v by a space, in place.
func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
				return ' '
			}
			return r
		}, v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			scrub(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			scrub(v.Index(i))
		}
	default: // numbers and booleans hold no text
	}
}

// cut shortens text to at most n characters and says so with an ellipsis.
func cut(n int, text string) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

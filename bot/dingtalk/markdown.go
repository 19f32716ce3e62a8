package dingtalk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"junma/bot"
)

const (
	ellipsis  = "…"
	lineBreak = "  \n" // two spaces make the break hard; a bare newline is a space in markdown
	nbsp      = "\u00a0"
)

// markdown draws text so that nothing a person typed can act as markup, in at most limit bytes. Longer text ends with
// an ellipsis; neither a rune, nor an escape, nor a bold run is ever cut in two.
func markdown(paragraphs []bot.Text, limit int) string {
	w := writer{limit: limit}
	for _, paragraph := range paragraphs {
		if strings.TrimSpace(clean(paragraph.String())) == "" {
			continue
		}
		if w.b.Len() > 0 && !w.put("\n\n") {
			break
		}
		if !w.text(paragraph) {
			break
		}
	}
	return w.b.String()
}

// writer writes escaped markdown up to a limit of bytes.
type writer struct {
	b         strings.Builder
	limit     int
	bold      bool
	lineStart bool // what comes next stands first on its line
	begun     bool // the paragraph holds something
	broken    bool // a line break is due before what comes next
	numbered  bool // so far the line holds digits only: a point would make it a list
	last      rune
}

// text writes one paragraph; false when the limit was reached. Empty lines are left out: they would end the paragraph.
func (w *writer) text(text bot.Text) bool {
	w.lineStart, w.broken, w.begun, w.numbered, w.last = true, false, false, false, 0
	for _, span := range text {
		for i, line := range strings.Split(clean(span.Text), "\n") {
			w.broken = w.broken || i > 0
			if line == "" {
				continue
			}
			if w.broken && w.begun {
				if !w.put(lineBreak) {
					return false
				}
				w.lineStart, w.numbered, w.last = true, false, '\n'
			}
			w.broken, w.begun = false, true
			if !w.line(line, span.Bold) {
				return false
			}
		}
	}
	return true
}

// line writes one line of a span. Bold is closed at each line's end, and begins and ends at a visible rune: "** a**" is
// not bold in markdown.
func (w *writer) line(line string, bold bool) bool {
	body := strings.TrimSpace(line)
	if !bold || body == "" {
		return w.runes(line)
	}
	lead, tail, _ := strings.Cut(line, body)
	if !w.runes(lead) || !w.open() {
		return false
	}
	if !w.runes(body) {
		return false
	}
	w.close()
	return w.runes(tail)
}

func (w *writer) runes(s string) bool {
	for _, r := range s {
		if !w.put(w.escape(r)) {
			return false
		}
		w.advance(r)
	}
	return true
}

func (w *writer) open() bool {
	if !w.put("**") {
		return false
	}
	w.bold, w.lineStart = true, false
	return true
}

func (w *writer) close() {
	w.b.WriteString("**") // its room was kept by put
	w.bold, w.last = false, '*'
}

// put writes one whole piece if after it there is still room for the end of a bold run and the ellipsis; otherwise it
// ends the text and returns false.
func (w *writer) put(piece string) bool {
	reserve := len(ellipsis) + len("**")
	if w.b.Len()+len(piece)+reserve <= w.limit {
		w.b.WriteString(piece)
		return true
	}
	w.b.WriteString(ellipsis)
	if w.bold {
		w.close()
	}
	return false
}

func (w *writer) advance(r rune) {
	w.numbered = unicode.IsDigit(r) && (w.lineStart || w.numbered)
	w.lineStart = w.lineStart && r == ' '
	w.last = r
}

// escape gives the rune as markdown shows it. What is markup anywhere is escaped anywhere; what is markup only at a
// line's start, after a number, after ] or inside an address is escaped only there, so that ordinary text stays
// readable where a client doesn't understand escapes.
func (w *writer) escape(r rune) string {
	switch r {
	case '\\', '`', '*', '_', '~', '[', ']', '<', '>', '|', '&', '$', '@':
		return "\\" + string(r)
	case '#', '+', '-', '=':
		if w.lineStart {
			return "\\" + string(r)
		}
	case '.', ')':
		if w.numbered || r == '.' && (w.last == 'w' || w.last == 'W') { // "1." is a list, "www." an address
			return "\\" + string(r)
		}
	case ':':
		if unicode.IsLetter(w.last) && w.last < utf8.RuneSelf { // http://, mailto:
			return "\\:"
		}
	case '(':
		if w.last == ']' {
			return "\\("
		}
	case ' ':
		if w.lineStart || w.last == ' ' { // four leading spaces would be code, two would break the line
			return nbsp
		}
	}
	return string(r)
}

// clean makes text that holds only visible runes, single spaces' worth of blanks and \n: control and direction runes can
// turn what a reader sees into something else.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == '\r', r == '\u2028', r == '\u2029', r == '\u0085', r == '\v', r == '\f':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// oneLine makes plain text of one line in at most limit bytes.
func oneLine(s string, limit int) string {
	return cut(strings.TrimSpace(strings.ReplaceAll(clean(s), "\n", " ")), limit)
}

// cut shortens s to at most limit bytes on a rune's boundary; what was cut ends with an ellipsis.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}

package inquiry

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// mended gives every unknown token the meaning of what it was meant for, alone or together with its neighbours; ok is
// false when there is one left that was meant for nothing known.
func (l *Lexicon) mended(text string, tokens []token) (all []token, fixed []Fix, ok bool) {
	for i := 0; i < len(tokens); i++ {
		if len(tokens[i].means) > 0 {
			continue
		}
		from, to, words := l.widest(text, tokens, i)
		means := l.meanings(words)
		if len(means) == 0 {
			return nil, nil, false
		}
		whole := token{tokens[from].from, tokens[to].to, means}
		if len(means) == 1 && isName(means[0].slot) {
			fixed = append(fixed, Fix{text[whole.from:whole.to], words[0]})
		}
		tokens = slices.Replace(slices.Clone(tokens), from, to+1, whole)
		i = from
	}
	return tokens, fixed, true
}

// isName reports whether a slot holds one of the things that can be asked about.
func isName(s slot) bool { return s >= slotUnit && s <= slotPerson }

// isTopic reports whether a meaning can be asked about by its name alone.
func isTopic(e entry) bool { return isName(e.slot) && !e.owner }

// widest finds the widest stretch around the unknown token i that sounds like a word, or else what the token alone was
// meant for.
func (l *Lexicon) widest(text string, tokens []token, i int) (from, to int, words []string) {
	first, last := max(i-1, 0), min(i+1, len(tokens)-1)
	for _, w := range [][2]int{{first, last}, {i, last}, {first, i}} {
		stretch := text[tokens[w[0]].from:tokens[w[1]].to]
		if words := l.alike(stretch); len(words) > 0 && !strings.Contains(stretch, " ") {
			return w[0], w[1], words
		}
	}
	return i, i, l.mend(text[tokens[i].from:tokens[i].to])
}

// alike gives the words that sound like what was written.
func (l *Lexicon) alike(written string) []string {
	if utf8.RuneCountInString(written) < 2 {
		return nil
	}
	full, _ := spellings(written)
	for _, s := range full {
		if len(l.full[s]) > 0 {
			return l.full[s]
		}
	}
	return nil
}

// mend finds the words that an unknown stretch was meant for: those that sound alike, or else the names that differ in
// one character.
func (l *Lexicon) mend(written string) []string {
	if words := l.alike(written); len(words) > 0 {
		return words
	}
	var near []string
	have := []rune(written)
	for _, name := range l.names {
		want := []rune(name)
		if len(have) >= 3 && len(want) >= 3 && oneApart(have, want) {
			near = append(near, name)
		}
	}
	return near
}

// oneApart reports whether two words differ by one character replaced, left out or added.
func oneApart(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return slices.Equal(a[min(i+1, len(a)):], b[min(i+1, len(b)):])
	}
	return slices.Equal(a[i:], b[i+1:])
}

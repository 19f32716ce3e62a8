package inquiry

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// mostReadings bounds the combinations of readings that a word is indexed under.
const mostReadings = 16

// sounds gives every reading of a character without tone; a Latin letter or a digit reads as itself, anything else not
// at all.
func sounds(r rune) []string {
	if r < 0x80 {
		if isLatin(r) || r >= '0' && r <= '9' {
			return []string{string(r)}
		}
		return nil
	}
	var all []string
	for _, s := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true}) {
		s = strings.ReplaceAll(s, "ü", "v")
		known := false
		for _, have := range all {
			known = known || have == s
		}
		if !known {
			all = append(all, s)
		}
	}
	return all
}

// spellings gives the pinyin of a word in all readings of its characters; initials the first letters of each.
func spellings(word string) (full, initials []string) {
	full, initials = []string{""}, []string{""}
	for _, r := range word {
		var longer, shorter []string
		for _, s := range sounds(r) {
			for _, before := range full {
				longer = appendNew(longer, before+s)
			}
			for _, before := range initials {
				shorter = appendNew(shorter, before+s[:1])
			}
		}
		if len(longer) > 0 {
			full, initials = longer[:min(len(longer), mostReadings)], shorter[:min(len(shorter), mostReadings)]
		}
	}
	return full, initials
}

func appendNew(all []string, one string) []string {
	for _, have := range all {
		if have == one {
			return all
		}
	}
	return append(all, one)
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' }

// Keys gives what a project's name is found by: the sound of each two neighbouring characters, in every reading, and
// the first letters of the whole name behind a "^". Equal sounds have equal keys, so a wrong character is no hindrance.
func Keys(name string) []string {
	var keys []string
	var before []string
	for _, r := range normal(name) {
		now := sounds(r)
		if len(now) == 0 {
			continue
		}
		for _, a := range before {
			for _, b := range now {
				keys = appendNew(keys, a+" "+b)
			}
		}
		before = now
	}
	_, initials := spellings(normal(name))
	for _, s := range initials {
		keys = appendNew(keys, "^"+s)
	}
	return keys
}

// SearchKeys gives the keys that words have in common with every name that holds them, one choice for each pair of
// neighbours. Words of Latin letters are taken as pinyin, and where they are none, as initials: prefix then is what the
// key of initials begins with.
func SearchKeys(words string) (pairs [][]string, prefix string) {
	var before []string
	for _, now := range syllables(normal(words)) {
		if len(before) > 0 {
			var either []string
			for _, a := range before {
				for _, b := range now {
					either = appendNew(either, a+" "+b)
				}
			}
			pairs = append(pairs, either)
		}
		before = now
	}
	if strings.IndexFunc(words, func(r rune) bool { return !isLatin(r) }) < 0 && len(words) >= 3 {
		prefix = "^" + words
	}
	return pairs, prefix
}

// syllables gives the readings of each character; a run of letters is cut into pinyin syllables where it can be.
func syllables(text string) [][]string {
	var all [][]string
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return !isLatin(r) })
		if n < 0 {
			n = len(text)
		}
		if n > 0 {
			run := text[:n]
			cut, ok := cutSyllables(run)
			if !ok {
				cut = strings.Split(run, "")
			}
			for _, s := range cut {
				all = append(all, []string{s})
			}
			text = text[n:]
			continue
		}
		for i, r := range text {
			if i > 0 {
				n = i
				break
			}
			n = len(text)
			if now := sounds(r); len(now) > 0 {
				all = append(all, now)
			}
		}
		text = text[n:]
	}
	return all
}

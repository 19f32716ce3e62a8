package inquiry

import (
	"strings"
	"unicode/utf8"
)

// Unit is a unit of the roster.
type Unit struct {
	Name  string
	Town  bool // a 镇街: it stands for the projects on its land
	Owner bool // a 业主: often named like its project, so that its name alone is no topic
}

// Person is somebody of the roster who can be asked about by name.
type Person struct{ ID, Name, Unit string }

// entry is one meaning of a word.
type entry struct {
	slot  slot
	value string
	owner bool
	label string // what a choice calls it, and what can be said instead of the word to mean only this
}

// Lexicon is every word that Read knows. It does not change and may be used by several at once.
type Lexicon struct {
	words    map[string][]entry
	full     map[string][]string // pinyin → words
	initials map[string][]string // first letters → words; only of names
	names    []string            // the words that name units, towns and people: what a typo can be meant for
	longest  int                 // characters of the longest word
}

// NewLexicon makes the lexicon of a roster.
func NewLexicon(units []Unit, people []Person) *Lexicon {
	l := &Lexicon{words: map[string][]entry{}, full: map[string][]string{}, initials: map[string][]string{}}
	for _, u := range units {
		as := slotUnit
		if u.Town {
			as = slotTown
		}
		for _, word := range aliases(u.Name) {
			l.addName(word, entry{slot: as, value: u.Name, label: u.Name, owner: u.Owner})
		}
	}
	l.addHouses(units)
	for _, p := range people {
		label := p.Name + "(" + p.Unit + ")"
		for _, word := range []string{p.Name, label} {
			l.addName(word, entry{slot: slotPerson, value: p.ID, label: label})
		}
	}
	for _, v := range vocabulary {
		for _, word := range strings.Fields(v.words) {
			l.add(word, entry{slot: v.slot, value: v.value, label: v.value})
		}
	}
	for _, word := range strings.Fields(fillers) {
		if len(l.words[word]) == 0 {
			l.add(word, entry{slot: slotFiller})
		}
	}
	return l
}

// addHouses lets the first two characters that several owners share stand for each of them, and each be called without
// those.
func (l *Lexicon) addHouses(units []Unit) {
	houses := map[string][]string{}
	for _, u := range units {
		if runes := []rune(u.Name); !u.Town && strings.HasSuffix(u.Name, "公司") && len(runes) > 4 {
			houses[string(runes[:2])] = append(houses[string(runes[:2])], u.Name)
		}
	}
	for house, names := range houses {
		if len(names) < 2 {
			continue
		}
		for _, name := range names {
			l.addName(house, entry{slot: slotUnit, value: name, label: name, owner: true})
			l.addName(strings.TrimPrefix(name, house), entry{slot: slotUnit, value: name, label: name, owner: true})
		}
	}
}

func (l *Lexicon) add(word string, e entry) {
	word = normal(word)
	for _, have := range l.words[word] {
		if have.slot == e.slot && have.value == e.value {
			return
		}
	}
	l.words[word] = append(l.words[word], e)
	if len(l.words[word]) > 1 {
		return
	}
	l.longest = max(l.longest, utf8.RuneCountInString(word))
	if utf8.RuneCountInString(word) < 2 {
		return
	}
	full, _ := spellings(word)
	for _, s := range full {
		l.full[s] = appendNew(l.full[s], word)
	}
}

// addName is add for a name, which can also be written by its first letters and be mistyped.
func (l *Lexicon) addName(word string, e entry) {
	l.add(word, e)
	word = normal(word)
	l.names = appendNew(l.names, word)
	_, initials := spellings(word)
	for _, s := range initials {
		if len(s) >= 2 {
			l.initials[s] = appendNew(l.initials[s], word)
		}
	}
}

// meanings gathers the meanings of several words, each once.
func (l *Lexicon) meanings(words []string) []entry {
	var all []entry
	for _, word := range words {
		for _, e := range l.words[word] {
			known := false
			for _, have := range all {
				known = known || have.slot == e.slot && have.value == e.value
			}
			if !known {
				all = append(all, e)
			}
		}
	}
	return all
}

// Topic gives the one full name that words stand for, if they are a word for one thing.
func (l *Lexicon) Topic(words string) (string, bool) {
	all := l.words[normal(words)]
	if len(all) != 1 || !isTopic(all[0]) {
		return "", false
	}
	return all[0].label, true
}

// normal writes a text in one way: half-width signs, small letters, no marks of speech.
func normal(text string) string {
	return strings.TrimSpace(strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff01' && r <= '\uff5e': // the wide forms of ! to ~
			r -= '\uff01' - '!'
		case r == '\u3000', r == '\n', r == '\t':
			return ' '
		}
		if strings.ContainsRune("?!.,;:~。、“”\"'《》…", r) {
			return ' '
		}
		return r
	}, text)))
}

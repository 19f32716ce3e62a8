package inquiry

import (
	"regexp"
	"strconv"
	"strings"
)

// token is a stretch of a sentence and what it can mean; no meaning = unknown.
type token struct {
	from, to int // bytes of the normal text
	means    []entry
}

func (t token) is(s slot) bool { return len(t.means) > 0 && t.means[0].slot == s }

// numbers are the patterns that hold a number; the first group is the number.
var numbers = []struct {
	slot slot
	find *regexp.Regexp
}{
	{slotPush, regexp.MustCompile(`^第?([0-9]{1,2}|[一二两三四五六七八九十])次推送`)},
	{slotPush, regexp.MustCompile(`^推送(?:了|过)?([0-9]{1,2}|[一二两三四五六七八九十])次`)},
	{slotRedNo, regexp.MustCompile(`^(?:第?([0-9]{1,2}|[一二两三四五六七八九十])|首)次(?:以上|及以上)?的?(?:红灯预警|红灯|红色预警|预警)(?:以上)?`)},
	{slotTier, regexp.MustCompile(`^第?([1-3一二三])级(?:协调)?`)},
	{slotDays, regexp.MustCompile(`^(?:未来|接下来|今后|往后)的?([0-9]{1,3}|[一二两三四五六七八九十]+)个?(?:天|日|月|星期|周)内?`)},
	{slotPeriod, regexp.MustCompile(`^([0-9]{1,2})月(?:份)?(?:底|末)?`)},
}

// platformClosed says that the platform shows 已销号.
var platformClosed = regexp.MustCompile(`^(?:杭州)?平台上?(?:显示)?(?:已经?)?销号了?`)

var weekAhead = regexp.MustCompile(`^(下周|下个星期|未来一周|下个月|下月)`)

// scan cuts a normal text into tokens: patterns first, then the longest word that fits, then letters as pinyin.
func (l *Lexicon) scan(text string) []token {
	var all []token
	for at := 0; at < len(text); {
		next, ok := l.next(text, at)
		if !ok && len(all) > 0 && len(all[len(all)-1].means) == 0 && all[len(all)-1].to == at {
			all[len(all)-1].to = next.to
		} else {
			all = append(all, next)
		}
		at = next.to
	}
	return all
}

// next reads the token that begins at a byte; ok is false when it is unknown.
func (l *Lexicon) next(text string, at int) (token, bool) {
	rest := text[at:]
	if rest[0] == ' ' {
		return token{at, at + 1, []entry{{slot: slotFiller}}}, true
	}
	if t, ok := pattern(rest, at); ok {
		return t, true
	}
	if isLatin(rune(rest[0])) {
		return l.letters(text, at)
	}
	best, ends := 0, 0
	for i, r := range rest {
		ends++
		if ends > l.longest || r == ' ' {
			break
		}
		to := i + len(string(r))
		if len(l.words[rest[:to]]) > 0 {
			best = to
		}
	}
	if best > 0 {
		return token{at, at + best, l.words[rest[:best]]}, true
	}
	for _, r := range rest {
		return token{from: at, to: at + len(string(r))}, false
	}
	return token{from: at, to: len(text)}, false
}

// pattern reads a token that holds a number, or is said in too many ways to be a word of the vocabulary.
func pattern(rest string, at int) (token, bool) {
	if m := platformClosed.FindString(rest); m != "" {
		return token{at, at + len(m), []entry{{slot: slotAsks, value: string(Differs), label: m}}}, true
	}
	if m := weekAhead.FindString(rest); m != "" {
		days := "7"
		if strings.Contains(m, "月") {
			days = "30"
		}
		return token{at, at + len(m), []entry{{slot: slotDays, value: days, label: days}}}, true
	}
	for _, n := range numbers {
		m := n.find.FindStringSubmatch(rest)
		if m == nil {
			continue
		}
		value := count(m[1])
		if n.slot == slotDays {
			switch {
			case strings.ContainsAny(m[0], "月"):
				value *= 30
			case strings.Contains(m[0], "周") || strings.Contains(m[0], "星期"):
				value *= 7
			}
		}
		if value < 1 || n.slot == slotPeriod && value > 12 {
			continue
		}
		text := strconv.Itoa(value)
		if n.slot == slotPeriod {
			text += "月"
		}
		return token{at, at + len(m[0]), []entry{{slot: n.slot, value: text, label: text}}}, true
	}
	return token{}, false
}

// count reads a number of digits or of characters up to 九十九; nothing is 首, the first.
func count(text string) int {
	if text == "" {
		return 1
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	n := 0
	for _, r := range text {
		digit := strings.IndexRune("一二三四五六七八九", r) / len("一")
		switch r {
		case '十':
			n = max(n, 1) * 10
		case '两':
			n += 2
		default:
			n += digit + 1
		}
	}
	return n
}

// letters reads a run of letters, with the blanks between them, as pinyin or first letters.
func (l *Lexicon) letters(text string, at int) (token, bool) {
	end := at
	for end < len(text) && isLatin(rune(text[end])) {
		end++
	}
	if end < len(text) && (text[end] == '-' || text[end] >= '0' && text[end] <= '9') {
		for end < len(text) && text[end] != ' ' && text[end] < 0x80 {
			end++
		}
		return token{from: at, to: end}, false // a code
	}
	if all := l.words[text[at:end]]; len(all) > 0 {
		return token{at, end, all}, true
	}
	wide := end // over blanks: pinyin is often written with a blank after each syllable
	for i := end; i < len(text) && (text[i] == ' ' || isLatin(rune(text[i]))); i++ {
		if isLatin(rune(text[i])) {
			wide = i + 1
		}
	}
	for ; wide > at; wide = backOne(text, at, wide) {
		if all := l.meanings(l.full[strings.ReplaceAll(text[at:wide], " ", "")]); len(all) > 0 {
			return token{at, wide, all}, true
		}
	}
	if all := l.meanings(l.initials[text[at:end]]); len(all) > 0 {
		return token{at, end, all}, true
	}
	return token{from: at, to: end}, false
}

// backOne gives the end of the next shorter stretch that ends with a letter.
func backOne(text string, at, end int) int {
	for end--; end > at && text[end-1] == ' '; {
		end--
	}
	return end
}

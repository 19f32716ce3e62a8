package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"junma/mechanism"
)

// RecordError is one fault of one record, told so that whoever sent it can mend it without asking.
type RecordError struct {
	Index   int    `json:"index"`           // place in the list or line that was sent, from 0
	ID      string `json:"id,omitempty"`    // the record's own id, when it could be read
	Field   string `json:"field,omitempty"` // such as stages[0].limit; empty = the record as a whole
	Value   string `json:"value,omitempty"` // what stood there, cut to 60 characters; never a phone number
	Message string `json:"message"`         // plain Chinese: the field, the value, what is allowed
}

// check reads one record and collects every fault in it, instead of stopping at the first.
type check struct {
	labels map[string]string // Chinese name of each field
	faults []RecordError
}

// readers says how each known field of an object is read.
type readers map[string]func(path string, raw json.RawMessage)

// fault notes that the value of a field is wrong; allowed says what may stand there, as the end of a sentence.
func (c *check) fault(path, value, allowed string) {
	message := c.name(path) + allowed
	if value != "" {
		message += ",现为“" + value + "”"
	}
	c.note(path, value, message+"。")
}

// note adds a fault with a sentence of its own.
func (c *check) note(path, value, message string) {
	c.faults = append(c.faults, RecordError{Field: path, Value: maskPhones(value), Message: maskPhones(message)})
}

// phone finds mobile numbers: eleven digits that are no part of a longer number.
var phone = regexp.MustCompile(`(^|[^0-9])1[3-9][0-9]{9}($|[^0-9])`)

// maskPhones takes the mobile numbers out of what is returned or logged, wherever somebody wrote them (contract).
func maskPhones(text string) string {
	return phone.ReplaceAllString(text, "${1}1**********${2}")
}

// name gives a field as people know it: stages[0].limit is 环节时限(stages[0].limit).
func (c *check) name(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	if i := strings.IndexByte(last, '['); i >= 0 {
		last = last[:i]
	}
	if label := c.labels[last]; label != "" {
		return label + "(" + path + ")"
	}
	return path
}

// faulty reports whether a fault stands at path already.
func (c *check) faulty(path string) bool {
	return slices.ContainsFunc(c.faults, func(f RecordError) bool { return f.Field == path })
}

// required notes a field that is missing or empty, unless something was wrong with it anyway.
func (c *check) required(path, value string) {
	if value == "" && !c.faulty(path) {
		c.note(path, "", c.name(path)+"不能为空,请补填。")
	}
}

// requiredIn is required for a member of the object at path, unless that was no object at all.
func (c *check) requiredIn(path, member, value string) {
	if !c.faulty(path) {
		c.required(path+"."+member, value)
	}
}

// object reads the members of a JSON object. Unknown and repeated fields are faults: a misspelt field must not be
// taken for an absent one.
func (c *check) object(path string, raw json.RawMessage, known readers) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		c.fault(path, shown(raw), "应为 JSON 对象 {…}")
		return
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, isName := token.(string)
		var value json.RawMessage
		if err != nil || !isName || d.Decode(&value) != nil {
			return // can't happen: raw was decoded once already
		}
		at := join(path, name)
		read := known[name]
		switch {
		case read == nil:
			c.note(at, shown(value), fmt.Sprintf("没有字段“%s”,可用的字段:%s。", oneLine(at), strings.Join(sorted(known), "、")))
		case seen[name]:
			c.note(at, shown(value), c.name(at)+"重复出现,请只保留一个。")
		case string(value) != "null": // null = not given
			read(at, value)
		}
		seen[name] = true
	}
}

// list reads each element of a JSON array.
func (c *check) list(each func(path string, raw json.RawMessage)) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var elements []json.RawMessage
		if json.Unmarshal(raw, &elements) != nil {
			c.fault(path, shown(raw), "应为 JSON 数组 […]")
			return
		}
		for i, element := range elements {
			each(path+"["+strconv.Itoa(i)+"]", element)
		}
	}
}

// text reads a string of at most limit characters without control characters or blanks at its ends.
func (c *check) text(into *string, limit int) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s string
		switch {
		case json.Unmarshal(raw, &s) != nil:
			c.fault(path, shown(raw), "应为带引号的文字")
		case utf8.RuneCountInString(s) > limit:
			c.fault(path, shown(raw), fmt.Sprintf("最多 %d 个字", limit))
		case strings.ContainsFunc(s, unicode.IsControl):
			c.fault(path, shown(raw), "不能含换行等控制字符")
		case s != strings.TrimSpace(s):
			c.fault(path, shown(raw), "首尾不能有空格")
		default:
			*into = s
		}
	}
}

// ident reads an id: it travels in addresses and keys, so it is letters, digits and - _ . only.
func (c *check) ident(into *string) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s string
		if json.Unmarshal(raw, &s) != nil || utf8.RuneCountInString(s) > 64 || strings.ContainsFunc(s, notIdent) {
			c.fault(path, shown(raw), "应为 1 到 64 个字母、数字、汉字或 - _ .")
			return
		}
		if phone.MatchString(s) { // ids are returned and logged
			c.fault(path, "", "不能用手机号,请改用工号或拼音等编号")
			return
		}
		*into = s
	}
}

func notIdent(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r)
}

// flag reads true or false.
func (c *check) flag(into *bool) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		if json.Unmarshal(raw, into) != nil {
			c.fault(path, shown(raw), "应为 true 或 false(不带引号)")
		}
	}
}

// whole reads a whole number from least to most.
func whole[T int | int64](c *check, into *T, least, most T) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var n T
		if json.Unmarshal(raw, &n) != nil || n < least || n > most {
			c.fault(path, shown(raw), fmt.Sprintf("应为 %d 至 %d 的整数(不带引号)", least, most))
			return
		}
		*into = n
	}
}

// oneOf reads one of a few words; the empty word is "not given".
func oneOf[T ~string](c *check, into *T, words ...T) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var word T
		if json.Unmarshal(raw, &word) != nil || word != "" && !slices.Contains(words, word) {
			c.fault(path, shown(raw), "应为"+either(words))
			return
		}
		*into = word
	}
}

// earliest is the first day that is believed: anything before it is a slip of the pen.
var earliest = mechanism.NewDate(2000, 1, 1)

// past reads a date that has come already (C-13: a future start or completion is refused at entry).
func (c *check) past(into *mechanism.Date, today mechanism.Date) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s string
		bad := json.Unmarshal(raw, &s) != nil
		d, err := mechanism.ParseDate(s)
		switch {
		case bad || err != nil:
			c.fault(path, shown(raw), "应为 2026-04-20 这样的日期")
		case s != "" && d < earliest:
			c.fault(path, shown(raw), "不能早于 2000-01-01")
		case d > today:
			c.fault(path, shown(raw), fmt.Sprintf("不能晚于今天(%s)", today))
		default:
			*into = d
		}
	}
}

// either lists words as 甲、乙 或 丙.
func either[T ~string](words []T) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			b.WriteString(" 或 ")
		default:
			b.WriteString("、")
		}
		b.WriteString(string(word))
	}
	return b.String()
}

// shown gives a value as a person may see it in an answer: without quotes, on one line, at most 60 characters.
func shown(raw json.RawMessage) string {
	s := strings.TrimSpace(string(raw))
	var text string
	if json.Unmarshal(raw, &text) == nil && strings.HasPrefix(s, `"`) {
		s = text
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:60]) + "…"
	}
	return s
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sorted(known readers) []string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

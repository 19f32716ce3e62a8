package handlers

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"junma/bot"
	"junma/mechanism"
)

// longestNote is how long a note, a reason or the sentence on an exit document may be.
const longestNote = 60

// window gives which days the date of the disposal may name.
func (t *turn) window() (window, error) {
	if t.ex.Target.Act == mechanism.ActOngoing {
		return expectedWindow(t.today()), nil
	}
	p, c, err := t.find(t.ex.Target)
	if err != nil {
		return window{}, err
	}
	start := c.Due.Start
	for _, s := range p.Stages {
		if s.Stage == c.Stage && !s.Start.IsZero() {
			start = s.Start
		}
	}
	return completionWindow(start, t.today()), nil
}

func askForDate(t *turn) ([]bot.Text, []string, error) {
	w, err := t.window()
	if err != nil {
		return nil, nil, err
	}
	ask := bot.Text{{Text: "请填写"}, {Text: w.what, Bold: true}, {Text: ",可回复" + w.example(t.today()) + "。"}}
	if w.past() {
		return []bot.Text{ask}, []string{"今天", "昨天", "取消"}, nil
	}
	return []bot.Text{ask}, []string{"取消"}, nil
}

func takeDate(t *turn, text string) string {
	w, err := t.window()
	if err != nil {
		return "没有查到本环节的起算日,请稍后再试,或请专班核对项目记录。"
	}
	d, problem := w.read(text, t.today())
	if problem != "" {
		return problem
	}
	t.ex.Draft.Date = d
	if note := leftover(text); note != "" {
		t.ex.Draft.Note = shorten(note, longestNote)
	}
	return ""
}

// datePhrase is what a date leaves behind when a note came with it.
var datePhrase = regexp.MustCompile(`大后天|今[天日]|昨[天日]|前天|明[天日]|后天|(?:[0-9]{4}\s*[年./-]\s*)?[0-9]{1,2}\s*[月./-]\s*[0-9]{1,2}\s*[日号]?`)

// leftover gives the note that came with a date: "今天发证了,证号330182202605120101" is a date and a note.
func leftover(text string) string {
	if utf8.RuneCountInString(text) < longEnough {
		return ""
	}
	rest := strings.Trim(datePhrase.ReplaceAllString(halfWidth(oneLine(text)), ""), " ,.;、")
	if utf8.RuneCountInString(rest) < longEnough {
		return ""
	}
	return oneLine(text)
}

// onlyDate reports whether a text is a date and nothing else: at the last step it takes the place of the earlier one.
func onlyDate(text string) bool {
	return text != "" && strings.Trim(datePhrase.ReplaceAllString(halfWidth(oneLine(text)), ""), " ,.;、改为成是") == ""
}

func askForReason(t *turn) ([]bot.Text, []string, error) {
	names := reasonNames(t.h.Book)
	return []bot.Text{bot.Say("请选择无需办理的理由:" + numbered(names) + "。确认后即销号,专班将抽查。")}, append(names, "取消"), nil
}

func reasonNames(b *mechanism.Book) []string {
	var names []string
	for _, r := range b.Reasons() {
		names = append(names, r.Name)
	}
	return names
}

// takeReason takes a category, or a sentence that names none: that is the explanation, and the category is asked again.
func takeReason(t *turn, text string) string {
	d := &t.ex.Draft
	reason, rest := readCause(text, reasonNames(t.h.Book))
	switch {
	case reason != "":
		d.Reason = reason
		if rest != "" {
			d.Note = shorten(rest, longestNote)
		}
		return ""
	case utf8.RuneCountInString(text) >= longEnough:
		note := oneLine(text)
		if said := checkSentence(note, "说明"); said != "" {
			return said
		}
		d.Note = note
		return "说明已记下,还需要选定理由。"
	default:
		return fmt.Sprintf("没有对上理由“%s”。", shorten(text, 20))
	}
}

func askForDocument(*turn) ([]bot.Text, []string, error) {
	return []bot.Text{
		bot.Say("项目退出将撤下该项目全部预警并停止计时。"),
		bot.Say("请用一句话写明退出依据(协议解除、备案撤销等,写出文件名称和日期)。"),
	}, []string{"取消"}, nil
}

func takeDocument(t *turn, text string) string {
	text = oneLine(text)
	if said := checkSentence(text, "退出依据"); said != "" {
		return said
	}
	t.ex.Draft.Reason = text
	return ""
}

// checkSentence says what is wrong with a sentence that will stand in the record, or "".
func checkSentence(text, what string) string {
	switch n := utf8.RuneCountInString(text); {
	case n < shortestText:
		return fmt.Sprintf("%s太短,请写完整的一句话。", what)
	case n > longestNote:
		return fmt.Sprintf("%s有%d字,请压缩到%d字以内。", what, n, longestNote)
	default:
		return ""
	}
}

func askForName(t *turn) ([]bot.Text, []string, error) {
	return []bot.Text{
		bot.Say("退出依据:" + t.ex.Draft.Reason),
		bot.Say("请再次输入项目名称确认:" + t.ex.Target.Name),
	}, []string{"取消"}, nil
}

func takeName(t *turn, text string) string {
	if plainName(text) != plainName(t.ex.Target.Name) {
		return "项目名称不一致,请按卡片上的名称完整输入。"
	}
	t.ex.Draft.Named = true
	return ""
}

// plainName leaves out of a name what people type differently: blanks, quotation marks and the width of signs.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n《》“”\"'", r) {
			return -1
		}
		return r
	}, strings.ToLower(halfWidth(name)))
}

func askForWhy(t *turn) ([]bot.Text, []string, error) {
	asks := map[mechanism.Act]string{
		mechanism.ActReturn:   "请用一句话写明退回理由和需要补充的内容,发出后即退回。",
		mechanism.ActDisclaim: "请用一句话写明为什么不归你单位办、应由哪个单位办,发出后即转专班核定。",
		mechanism.ActWithhold: "请用一句话写明暂缓的理由,发出后即暂缓。",
		mechanism.ActUphold:   "请用一句话写明维持原责任的理由,发出后即告知提出单位。",
		mechanism.ActTransfer: "改由" + t.ex.Draft.Unit + "负责。请用一句话写明理由,发出后即告知两个单位。",
	}
	return []bot.Text{bot.Say(asks[t.ex.Target.Act])}, []string{"取消"}, nil
}

func takeWhy(t *turn, text string) string {
	text = oneLine(text)
	if said := checkSentence(text, "理由"); said != "" {
		return said
	}
	t.ex.Draft.Reason = text
	return ""
}

func askForProxy(*turn) ([]bot.Text, []string, error) {
	return []bot.Text{bot.Say("这一件由专班代为办理,请用一句话写明代办理由。")}, []string{"取消"}, nil
}

func takeProxy(t *turn, text string) string {
	text = oneLine(text)
	if said := checkSentence(text, "代办理由"); said != "" {
		return said
	}
	t.ex.Draft.Proxy = text
	return ""
}

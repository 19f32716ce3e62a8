package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"junma/bot"
	"junma/mechanism"
)

// The report's text is one message: long enough to say something, short enough to be read back whole on one card.
const (
	shortestText = 4
	longestText  = 160
)

// longEnough is from how many characters an answer that names no cause is taken for the report's text.
const longEnough = 10

func askForCause(t *turn) ([]bot.Text, []string, error) {
	var list []string
	for i, cause := range t.h.Book.Causes() {
		list = append(list, fmt.Sprintf("%d %s", i+1, cause.Name))
	}
	ask := "请选择预警原因,回复编号或名称:"
	switch d := &t.ex.Draft; {
	case d.Cause != "":
		ask = fmt.Sprintf("原因现为“%s”。改为哪一类,请回复编号或名称:", d.Cause)
	case d.Last != nil:
		ask = fmt.Sprintf("上次报送的原因是“%s”。不变请回复“同上”,有变请回复编号或名称:", d.Last.Cause)
	}
	return []bot.Text{bot.Say(ask), bot.Say(strings.Join(list, " · "))}, nil, nil
}

func takeCause(t *turn, text string) string {
	d := &t.ex.Draft
	if d.Last != nil && isOneOf(bare(text), "同上", "不变") {
		d.Cause, d.Redo = d.Last.Cause, ""
		return ""
	}
	cause, rest := readCause(text, causeNames(t.h.Book))
	switch {
	case cause != "":
		d.Cause, d.Redo = cause, ""
		if utf8.RuneCountInString(rest) >= longEnough && d.Text == "" {
			return takeText(t, rest)
		}
		return ""
	case utf8.RuneCountInString(text) >= longEnough && d.Text == "":
		if said := takeText(t, text); said != "" {
			return said
		}
		return "情况说明已记下,还需要选定原因。"
	default:
		return fmt.Sprintf("没有对上原因“%s”。", shorten(text, 20))
	}
}

func causeNames(b *mechanism.Book) []string {
	var names []string
	for _, cause := range b.Causes() {
		names = append(names, cause.Name)
	}
	return names
}

// readCause finds the one entry of a numbered list that an answer means: its number, its name, or a word of either,
// possibly followed by more. rest is what follows.
func readCause(text string, names []string) (name, rest string) {
	plain := strings.Trim(halfWidth(oneLine(text)), " .、,;")
	digits := len(plain) - len(strings.TrimLeft(strings.TrimPrefix(plain, "第"), "0123456789")) // bytes up to the number's end
	if n, err := strconv.Atoi(strings.TrimPrefix(plain[:digits], "第")); err == nil && n >= 1 && n <= len(names) && endsNumber(plain[digits:]) {
		return names[n-1], strings.TrimLeft(plain[digits:], " .、,:;类项个")
	}
	var hits []string
	for _, candidate := range names {
		if plain == halfWidth(candidate) {
			return candidate, ""
		}
		if slices.ContainsFunc(keywords(candidate), func(word string) bool { return strings.Contains(plain, word) }) ||
			utf8.RuneCountInString(plain) >= 2 && strings.Contains(halfWidth(candidate), plain) {
			hits = append(hits, candidate)
		}
	}
	if len(hits) != 1 {
		return "", ""
	}
	for _, word := range keywords(hits[0]) {
		if after, ok := strings.CutPrefix(plain, word); ok {
			return hits[0], strings.TrimLeft(after, " .、,:;-—")
		}
	}
	if utf8.RuneCountInString(plain) >= longEnough {
		return hits[0], plain
	}
	return hits[0], ""
}

// endsNumber reports whether a number ends where rest begins, so that "3个月" or "2026年" is not taken for a choice.
func endsNumber(rest string) bool {
	return rest == "" || strings.ContainsRune(" .、,:;类项个", firstRune(rest)) && !strings.HasPrefix(rest, "个月")
}

// keywords are the words of an entry's name that stand for it: the name itself, and its parts.
func keywords(name string) []string {
	words := []string{halfWidth(name)}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("/、及和", r) }) {
		if utf8.RuneCountInString(part) >= 2 {
			words = append(words, part)
		}
	}
	return words
}

func askForText(t *turn) ([]bot.Text, []string, error) {
	d := &t.ex.Draft
	if d.Last != nil && (d.Text == "" || d.Text == d.Last.Text) {
		return d.askForNews(), nil, nil
	}
	if d.Text != "" {
		return []bot.Text{bot.Say("情况说明现为:" + d.Text), bot.Say("请用一条消息重写。")}, nil, nil
	}
	cause := bot.Text{{Text: "原因:"}, {Text: d.Cause, Bold: true}}
	return []bot.Text{
		cause,
		bot.Say(fmt.Sprintf("请用一条消息写明具体情况:卡在哪里、正在怎么办、预计何时解决(%d字以内)。", longestText)),
	}, nil, nil
}

func takeText(t *turn, text string) string {
	d := &t.ex.Draft
	text = oneLine(text)
	if d.Last != nil && isOneOf(bare(text), "同上", "不变") {
		text = d.Last.Text
	}
	switch n := utf8.RuneCountInString(text); {
	case n < shortestText:
		return "情况说明太短,请写明卡在哪里、正在怎么办。"
	case n > longestText:
		return fmt.Sprintf("情况说明有%d字,请压缩到%d字以内;详细材料可作为附件发送。", n, longestText)
	}
	d.Text, d.Redo = text, ""
	return ""
}

func askForEvidence(t *turn) ([]bot.Text, []string, error) {
	d := &t.ex.Draft
	if lost := d.missing(); lost != "" {
		return []bot.Text{bot.Say(fmt.Sprintf("请重新发送%s;确实不需要的,回复“去掉”。", lost))}, nil, nil
	}
	if len(d.Items) > 0 {
		return []bot.Text{bot.Say(fmt.Sprintf("佐证材料现有%s。可继续发送图片、文件或证照号,发完请回复“完成”;要全部重来请回复“清空”。", d.names()))}, nil, nil
	}
	return []bot.Text{
		bot.Say("请发送佐证材料:图片、文件,或直接写证照号,至少1件。"),
		bot.Say(fmt.Sprintf("每件不超过20MB,最多%d件,发完请回复“完成”。", mostEvidence)),
	}, nil, nil
}

func askToWait(t *turn) ([]bot.Text, []string, error) {
	return []bot.Text{bot.Say(fmt.Sprintf("还有%d件材料正在接收,收齐后发你核对。", t.ex.Draft.count(coming)))}, nil, nil
}

// takeEvidence takes what is written where files are expected: 完成, 清空, 去掉, a certificate number, or more text.
func takeEvidence(t *turn, text string) string {
	d := &t.ex.Draft
	switch word := bare(text); {
	case isOneOf(word, "完成", "好了", "发完了", "完了", "没有了", "已完成", "完毕", "ok", "OK"):
		if len(d.Items) == 0 {
			return "报送须附佐证材料,至少1件(图片、文件或证照号)。"
		}
		d.Gathered, d.Redo = true, ""
		if lost := d.missing(); lost != "" {
			return lost + "还没有收到。"
		}
		return ""
	case word == "清空":
		d.Items, d.Gathered = nil, false
		return "佐证材料已清空。"
	case isOneOf(word, "去掉", "不要了", "跳过", "删除"):
		lost := d.missing()
		if lost == "" {
			return "没有未收到的材料。要全部重来请回复“清空”。"
		}
		d.Items = slices.DeleteFunc(d.Items, func(it item) bool { return it.State == missing })
		return lost + "已去掉。"
	}
	if number := certificateIn(text); number != "" {
		return t.ex.addNumber(number)
	}
	joined := d.Text + ";" + oneLine(text)
	if asks(text) || utf8.RuneCountInString(text) < shortestText || utf8.RuneCountInString(joined) > longestText {
		return "这一步请发送佐证材料。"
	}
	d.Text = joined
	return "所写内容已并入情况说明。"
}

// The parts of a report that can be changed before it is confirmed.
var parts = []string{"原因", "情况说明", "佐证材料", "建议办理"}

func askForPart(*turn) ([]bot.Text, []string, error) {
	return []bot.Text{bot.Say("请选择要修改的部分:" + numbered(parts))}, parts, nil
}

func takePart(t *turn, text string) string {
	d := &t.ex.Draft
	name, _ := readCause(text, parts)
	switch name {
	case parts[0]:
		d.Redo = askCause
	case parts[1]:
		d.Redo = askText
	case parts[2]:
		d.Redo, d.Gathered = askEvidence, false
	case parts[3]:
		d.Redo = askProposal
	default:
		return "没有对上要修改的部分。"
	}
	return ""
}

func askForProposal(t *turn) ([]bot.Text, []string, error) {
	names := optionNames(t.h.Book)
	return []bot.Text{bot.Say("建议环节责任部门怎样办理?请选择:" + numbered(names))}, names, nil
}

func takeProposal(t *turn, text string) string {
	name, _ := readCause(text, optionNames(t.h.Book))
	if name == "" {
		return "没有对上办理选项。"
	}
	t.ex.Draft.Proposal, t.ex.Draft.Redo = mechanism.Option(name), ""
	return ""
}

func optionNames(b *mechanism.Book) []string {
	var names []string
	for _, o := range b.Options() {
		names = append(names, string(o.Name))
	}
	return names
}

// signs are words in a report's text that suggest a disposal other than 正在办理, in the order they are looked for.
var signs = []struct {
	words  []string
	option mechanism.Option
}{
	{[]string{"协议解除", "解除协议", "项目终止", "项目退出", "备案撤销", "撤销备案", "不再实施"}, mechanism.Exit},
	{[]string{"数据有误", "录入错误", "登记有误", "本环节不适用", "不涉及本环节"}, mechanism.NotNeeded},
	{[]string{"已取得", "已发证", "已办结", "已办理完成", "已通过验收", "已完工", "已入库", "已领证"}, mechanism.Completed},
}

// proposal is the disposal that a report proposes: what the person chose, or what the text suggests. The department is
// free to decide otherwise.
func (d *draft) proposal() mechanism.Option {
	if d.Proposal != "" {
		return d.Proposal
	}
	for _, sign := range signs {
		if slices.ContainsFunc(sign.words, func(word string) bool { return strings.Contains(d.Text, word) }) {
			return sign.option
		}
	}
	return mechanism.Ongoing
}

// numbered writes a short list with its numbers in one line.
func numbered(names []string) string {
	var list []string
	for i, name := range names {
		list = append(list, fmt.Sprintf("%d %s", i+1, name))
	}
	return strings.Join(list, " · ")
}

// isOneOf reports whether a word is one of several.
func isOneOf(word string, words ...string) bool { return slices.Contains(words, word) }

// bare is an answer of one word without the signs people put around it.
func bare(text string) string { return strings.Trim(halfWidth(oneLine(text)), " .,!~“”\"") }

// oneLine joins what was typed over several lines.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

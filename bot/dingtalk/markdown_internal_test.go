package dingtalk

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"junma/bot"
)

var (
	escaped = regexp.MustCompile(`\\[[:punct:]]`)
	// live is what acts as markup where no escape stands before it.
	live       = regexp.MustCompile("[`*_~\\[\\]<>|&$@\\\\]|[A-Za-z]:|\\bwww\\.")
	manyBreaks = regexp.MustCompile(`\n+`)
	// first is what acts as markup at the start of a line.
	first = regexp.MustCompile(`(?m)^(#|>|-|\+|=| |\t|\d+[.)])`)
)

// unescape is what a client that understands markdown shows for text without bold runs.
func unescape(markdown string) string {
	text := escaped.ReplaceAllStringFunc(markdown, func(pair string) string { return pair[1:] })
	return strings.ReplaceAll(strings.ReplaceAll(text, "  \n", "\n"), nbsp, " ")
}

// checkInert fails when something of text would act as markup, or would read otherwise than it was written.
func checkInert(t interface{ Fatalf(string, ...any) }, text string) {
	out := markdown([]bot.Text{bot.Say(text)}, 1<<20)
	if found := live.FindString(escaped.ReplaceAllString(out, "\x00")); found != "" {
		t.Fatalf("%q is drawn as %q, where %q is live", text, out, found)
	}
	if found := first.FindString(out); found != "" {
		t.Fatalf("%q is drawn as %q, where a line begins with %q", text, out, found)
	}
	for i, line := range strings.Split(out, "\n") {
		if rest := strings.TrimSuffix(line, "  "); i < strings.Count(out, "\n") && rest == line {
			t.Fatalf("%q is drawn as %q, where a break is not ours", text, out)
		}
	}
	want := strings.ReplaceAll(strings.Trim(manyBreaks.ReplaceAllString(clean(text), "\n"), "\n"), nbsp, " ")
	if strings.TrimSpace(want) == "" {
		want = ""
	}
	if got := unescape(out); got != want {
		t.Fatalf("%q is drawn as %q, which reads %q", text, out, got)
	}
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	for _, text := range []string{
		"[点这里](http://evil.example)", "![图](http://evil.example/a.png)", "# 标题", "  # 标题", "> 引用", "- 条", "+ 条", "1. 条", "12) 条",
		"**粗**", "__粗__", "_斜_", "~~删~~", "`码`", "    码", "```\n码\n```", "<font color=red>红</font>", "<!-- -->", "&lt;b&gt;", "|a|b|\n|-|-|",
		"题\n===", "题\n---", "http://evil.example", "www.evil.example", "WWW.evil.example", "a@evil.example", "dtmd://dingtalkclient/sendMessage?content=x", "行一\n# 行二",
		"反斜\\*杠*", "\\", "\u202e反向", "\u2028# 题", "\r# 题", "2026.3.2 12:30", "三(四)2", "[a](b)", "[a]\n(b)", "[a]: http://x", "***", "___",
	} {
		checkInert(t, text)
	}
}

func TestAnyTextStaysText(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"#", "*", "**", "_", "[", "]", "(", ")", "!", "`", "~", "<", ">", "\\", "\n", " ", "  ", "    ", "1", ".", "http", ":", "//", "www", "-", "=", "+",
		"|", "&", "@", "$", "云", "溪", "\t", "\r\n", "\u00a0", "😀", "w", "W",
	})
	rapid.Check(t, func(t *rapid.T) {
		checkInert(t, strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), ""))
	})
}

func FuzzTextStaysText(f *testing.F) {
	f.Add("[a](http://b) # *c*\n1. d")
	f.Add(" \x01")
	f.Fuzz(func(t *testing.T, text string) { checkInert(t, text) })
}

func TestBodyIsCutWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.Custom(func(t *rapid.T) bot.Text {
			return rapid.SliceOf(rapid.Custom(func(t *rapid.T) bot.Span {
				return bot.Span{Text: rapid.StringMatching(`[云溪*_\[\]# \n1.a]{0,40}`).Draw(t, "text"), Bold: rapid.Bool().Draw(t, "bold")}
			})).Draw(t, "spans")
		})).Draw(t, "texts")
		limit := rapid.IntRange(16, 300).Draw(t, "limit")
		out := markdown(texts, limit)
		if len(out) > limit || !utf8.ValidString(out) {
			t.Fatalf("%d bytes, valid %v, limit %d: %q", len(out), utf8.ValidString(out), limit, out)
		}
		if bare := escaped.ReplaceAllString(out, ""); strings.Count(bare, "**")%2 != 0 || strings.HasSuffix(bare, `\`) {
			t.Fatalf("a bold run or an escape is cut in two: %q", out)
		}
		if whole := markdown(texts, 1<<20); len(whole)+5 > limit && len(whole) > limit && !strings.Contains(out, ellipsis) {
			t.Fatalf("nothing tells that %q was cut to %q", whole, out)
		}
	})
}

func TestBoldRuns(t *testing.T) {
	for name, c := range map[string]struct {
		text bot.Text
		want string
	}{
		"中间":   {bot.Text{{Text: "请"}, {Text: "核实", Bold: true}, {Text: "并报送"}}, "请**核实**并报送"},
		"空白在外": {bot.Text{{Text: " 核实 ", Bold: true}, {Text: "好"}}, nbsp + "**核实** 好"},
		"跨行":   {bot.Text{{Text: "甲\n乙", Bold: true}}, "**甲**" + lineBreak + "**乙**"},
		"里面有星": {bot.Text{{Text: "a*b", Bold: true}}, `**a\*b**`},
		"空的":   {bot.Text{{Text: "", Bold: true}, {Text: "  ", Bold: true}, {Text: "甲"}}, nbsp + nbsp + "甲"},
	} {
		if got := markdown([]bot.Text{c.text}, 1000); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

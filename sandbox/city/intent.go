package city

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostTurns is after how many answers a person gives an exchange up.
const mostTurns = 14

// intent is what somebody wants to get across in one exchange.
type intent struct {
	button string // that opens it
	cause  string // one of the categories that the bot offers
	text   string
	photo  int       // number of the picture
	date   time.Time // completion, or expected completion
	today  time.Time
	reason string // one of the reasons that the bot offers
	note   string // the sentence where one is asked for
	name   string // of the project
}

// answer is one thing a person does at a prompt; the zero answer is none.
type answer struct {
	say, press string
	photo      int
	wait       bool
}

// habits say what people do at which words. They are read from the top; what nobody knows is left.
var habits = []struct {
	sees string
	do   func(in intent, now screen) answer
}{
	{"这一件已记下", func(intent, screen) answer { return answer{say: "取消"} }},
	{"请选择要修改的部分", func(intent, screen) answer { return answer{say: "情况说明"} }},
	{"请选择预警原因", func(in intent, now screen) answer { return answer{say: listed(now.text, in.cause)} }},
	{"上次报送的原因", func(in intent, now screen) answer { return answer{say: listed(now.text, in.cause)} }},
	{"请用一条消息写明", func(in intent, _ screen) answer { return answer{say: in.text} }},
	{"正在接收", func(intent, screen) answer { return answer{wait: true} }},
	{"请发送佐证材料", func(in intent, _ screen) answer { return answer{photo: in.photo} }},
	{"佐证材料现有", func(intent, screen) answer { return answer{say: "完成"} }},
	{"请填写预计完成日", func(in intent, _ screen) answer {
		return answer{say: fmt.Sprintf("%d月%d日", in.date.Month(), in.date.Day())}
	}},
	{"请填写完成日期", completion},
	{"请选择无需办理的理由", func(in intent, _ screen) answer { return answer{press: in.reason} }},
	{"退出依据", func(in intent, now screen) answer {
		if strings.Contains(now.text, "请再次输入项目名称") {
			return answer{say: in.name}
		}
		return answer{say: in.note}
	}},
	{"写明", func(in intent, _ screen) answer { return answer{say: in.note} }},
}

// confirms are the buttons under what is read back.
var confirms = []string{"属实,确认报送", "确认办理"}

// answer finds what to do at a prompt.
func (in intent) answer(now screen) answer {
	for _, button := range confirms {
		if now.has(button) {
			return answer{press: button}
		}
	}
	for _, h := range habits {
		if !strings.Contains(now.text, h.sees) {
			continue
		}
		a := h.do(in, now)
		if a.press != "" && !slices.Contains(now.buttons, a.press) {
			return answer{say: a.press}
		}
		return a
	}
	return answer{}
}

// completion presses the day's button when there is one, and types the date otherwise.
func completion(in intent, now screen) answer {
	switch in.today.Sub(in.date) {
	case 0:
		return answer{press: "今天"}
	case 24 * time.Hour:
		return answer{press: "昨天"}
	default:
		return answer{say: in.date.Format("2006-1-2")}
	}
}

// listed finds a word's number in a numbered list, 3 审批手续 · 4 资金, and answers with it; or with the word.
func listed(text, word string) string {
	before, _, found := strings.Cut(text, " "+word)
	if !found {
		return word
	}
	number := before[strings.LastIndexAny(before, "· \n")+1:]
	if _, err := strconv.Atoi(number); err != nil {
		return word
	}
	return number
}

// finished reports whether the bot says that the act is done.
func finished(text string) bool {
	return slices.ContainsFunc([]string{"已报送。", "已办理。", "已销号。", "已退回", "【已发出】", "已暂缓发出"}, func(word string) bool {
		return strings.Contains(text, word)
	})
}

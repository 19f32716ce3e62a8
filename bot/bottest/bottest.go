// Package bottest is what every platform must do, whatever its vendor: one suite that each adapter passes against its
// pretend server, with the differences taken from its Traits. Paper is a platform with traits opposite to DingTalk's,
// so that neither the suite nor the core can lean on one vendor's ways.
package bottest

import (
	"context"
	"testing"
	"time"

	"junma/bot"
)

// World is one fresh platform with people on it.
type World struct {
	Platform bot.Platform
	// Attach makes in take what people do, until the test ends. It returns when events can arrive.
	Attach func(in bot.Inbox)

	Person    bot.User // reachable, a member of Group
	Colleague bot.User // reachable, a member of Group
	Group     string
	Nobody    string // an id that nobody has
	Mobile    string // Person's number, where the platform is a Directory

	// Cards are the cards that a person sees now, in any chat, oldest first.
	Cards func(user string) []Seen
	// Texts is what the bot has said to a person one-to-one or, with a group, there.
	Texts func(user, group string) []string
	// Press presses a button by its label and waits for the platform's answer. With twice the platform delivers the same
	// press two times.
	Press func(user, card, label string, twice bool) (Pressed, error)
	// Say sends a text to the bot; with twice the platform delivers it two times.
	Say func(user, group, text string, twice bool)
	// SendFile sends a file to the bot one-to-one; nil where the platform is no FileFetcher.
	SendFile func(user, name string, data []byte)
	// Files are the files that the bot sent to a person, oldest first; nil where the platform is no FileSender.
	Files func(user string) []SeenFile
	// Fail lets the next send end as this kind of error; false when the vendor has no such answer.
	Fail func(kind bot.ErrorKind) bool
	// Lose carries the next send out and loses its answer.
	Lose func()
}

// Seen is a card as a person sees it.
type Seen struct {
	ID      string
	Title   string
	Text    string   // everything that stands in the body, as text
	Buttons []string // labels
}

// Pressed is what a press came to.
type Pressed struct {
	OK   bool // the platform took the answer
	Card Seen // what the presser sees afterwards
}

// Run passes a platform through the suite. fresh makes a new World for each test and cleans up by itself. What the
// platform's traits and interfaces exclude is not asked of it.
func Run(t *testing.T, fresh func(t *testing.T) World) {
	platform := fresh(t).Platform
	for _, test := range suite {
		if test.applies == nil || test.applies(platform) {
			t.Run(test.name, func(t *testing.T) { test.run(t, fresh(t)) })
		}
	}
}

var suite = []struct {
	name    string
	run     func(t *testing.T, w World)
	applies func(bot.Platform) bool // nil = to every platform
}{
	{"名称与特性", testTraits, nil},
	{"编码没有副作用", testEncodeIsPure, nil},
	{"编码拒绝不合格的消息", testEncodeRefuses, nil},
	{"发给个人", testSendToPerson, nil},
	{"发到群里", testSendToGroup, nil},
	{"名字不会变成别的", testNamesStayText, nil},
	{"同一卡片发两次只见一次", testSameCardTwice, func(p bot.Platform) bool { return p.Traits().RepeatWindow > 0 }},
	{"应答丢失后重发只见一次", testLostAnswer, nil},
	{"同时发多张", testConcurrentSends, nil},
	{"按钮过多时从末尾省去", testMostButtons, nil},
	{"过长的正文被截短", testLongBody, nil},
	{"重画", testRedraw, redraws},
	{"凭据只能用一次", testOneRedraw, redraws},
	{"收件人不存在", testNobody, nil},
	{"错误的种类", testErrorKinds, nil},
	{"按下按钮", testClick, nil},
	{"同一次按下送达两次", testSamePressTwice, nil},
	{"两次按下各有其号", testTwoPresses, nil},
	{"未落盘不应答", testRefusedClick, nil},
	{"说话与回复", testMessage, nil},
	{"群里说话与回复", testGroupMessage, nil},
	{"同一句话送达两次", testSameMessageTwice, nil},
	{"收取文件", testFile, is[bot.FileFetcher]},
	{"发送文件和图片", testSendFile, is[bot.FileSender]},
	{"上传一次可发多次", testUploadOnce, is[bot.FileSender]},
	{"不能发送的文件", testFileRefused, is[bot.FileSender]},
	{"按手机号查人", testDirectory, is[bot.Directory]},
	{"长连接的状态", testStatus, is[bot.Stream]},
}

func redraws(p bot.Platform) bool { return p.Traits().RedrawWindow >= 0 }

func is[T any](p bot.Platform) bool {
	_, ok := p.(T)
	return ok
}

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// await looks until met holds; the platform tells nobody when a person's screen changes.
func await(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func sample(id string, to bot.Address) bot.NewCard {
	return bot.NewCard{ID: id, To: to, Card: bot.Card{
		Title:   "橙色预警 · 云溪新材料项目",
		Level:   bot.Orange,
		Lines:   []bot.Text{bot.Say("施工许可环节将于6月30日到期。"), {{Text: "请核实", Bold: true}, {Text: "并报送情况。"}}},
		State:   "待办理",
		Basis:   "建政办函〔2024〕22号三(四)2",
		Tips:    "截至2026年6月20日",
		Buttons: []bot.Button{{Label: "报送情况", Ref: "ref-a-" + id, Primary: true}, {Label: "不归我办", Ref: "ref-b-" + id}},
	}}
}

func (w World) send(t *testing.T, m bot.Message) bot.Receipt {
	t.Helper()
	receipt, err := w.Platform.Send(within(t), w.encode(t, m))
	if err != nil {
		t.Fatalf("send %T: %v", m, err)
	}
	return receipt
}

func (w World) encode(t *testing.T, m bot.Message) bot.Payload {
	t.Helper()
	payload, err := w.Platform.Encode(m)
	if err != nil {
		t.Fatalf("encode %T: %v", m, err)
	}
	return payload
}

// card finds the one card of that id that a person sees; more than one is a failure.
func (w World) card(t *testing.T, user, id string) (Seen, bool) {
	t.Helper()
	var found []Seen
	for _, c := range w.Cards(user) {
		if c.ID == id {
			found = append(found, c)
		}
	}
	if len(found) > 1 {
		t.Fatalf("%s sees card %s %d times", user, id, len(found))
	}
	if len(found) == 0 {
		return Seen{}, false
	}
	return found[0], true
}

func (w World) mustSee(t *testing.T, user, id string) Seen {
	t.Helper()
	c, ok := w.card(t, user, id)
	if !ok {
		t.Fatalf("%s does not see card %s", user, id)
	}
	return c
}

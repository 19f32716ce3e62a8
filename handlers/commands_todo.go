package handlers

import (
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// mostListed is how many lines a list in a chat shows.
const mostListed = 10

// todo is one card of what waits for the person, the most urgent first, each a press away.
func (t *turn) todo(string) error { return t.todoAfter(0) }

// pressTodo shows another stretch of 我的待办, as things are now.
func (t *turn) pressTodo(b store.Button) error {
	t.about = target{}
	return t.todoAfter(number(b.Arg))
}

// todoAfter lists what waits for the person after the first shown.
func (t *turn) todoAfter(shown int) error {
	lines, choices, total, err := t.h.Notify.Todo(t.tx, t.platform, t.actor, shown)
	if err != nil {
		return err
	}
	if total == 0 {
		t.sayf("截至%s,没有等你办理的事项。", minute(t.tx.Now))
		return nil
	}
	t.title = sayTodo
	t.say(bot.Text{{Text: fmt.Sprintf("待办%d件", total), Bold: true}, {Text: fmt.Sprintf("(截至%s):", minute(t.tx.Now))}})
	for _, line := range lines {
		t.sayf("%s", line)
	}
	t.buttons = choices
	return nil
}

// daily is 专班's list of the day, as things are now.
func (t *turn) daily(string) error {
	items, err := t.h.Notify.Daily(t.tx, t.who.ID)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		t.sayf("截至%s,今日没有需要专班关注的事项。", minute(t.tx.Now))
		return nil
	}
	t.say(bot.Text{{Text: sayDaily, Bold: true}, {Text: fmt.Sprintf("(截至%s):", minute(t.tx.Now))}})
	for _, item := range items {
		t.sayf("%s", item)
	}
	return nil
}

// levelWord is a level in words; a colour never stands alone.
func levelWord(l mechanism.Level) string {
	if l == mechanism.Red {
		return "红灯"
	}
	return "橙色预警"
}

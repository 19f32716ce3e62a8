package handlers

import (
	"fmt"
	"strings"

	"junma/bot"
	"junma/notify"
)

// sayResend lists the cards that did not arrive and sends them again.
const sayResend = "重发"

// resend lists the cards that were given up, each with its button; with words it sends those again whose reader or title
// contains them, with 全部 all of them.
func (t *turn) resend(words string) error {
	lost, err := t.h.Notify.Undelivered(t.tx)
	if err != nil {
		return err
	}
	if words == "" || len(lost) == 0 {
		return t.listLost(lost)
	}
	before, found := len(t.lines), 0
	for _, u := range lost {
		if words != "全部" && !strings.Contains(u.Whom+u.What, words) {
			continue
		}
		found++
		if err := t.resendOne(u.ID); err != nil {
			return err
		}
	}
	switch {
	case found == 0:
		t.sayf("未送达的卡片中没有收件人或标题含“%s”的。", shorten(words, 20))
		return t.listLost(lost)
	case found > mostListed:
		t.lines = t.lines[:before+mostShown]
		t.sayf("以上和另外%d件都已处理;再回复“%s”,可看还有哪些没有送达。", found-mostShown, sayResend)
	}
	return nil
}

// listLost puts cards that were given up in a list.
func (t *turn) listLost(lost []notify.Undelivered) error {
	if len(lost) == 0 {
		t.sayf("截至%s,没有未送达的卡片。", minute(t.tx.Now))
		return nil
	}
	t.title = sayResend
	t.say(bot.Text{{Text: fmt.Sprintf("未送达%d件", len(lost)), Bold: true}, {Text: "。请先消除原因再重发;一次重发全部请回复“重发 全部”。"}})
	var all []notify.Matter
	for _, u := range lost {
		all = append(all, u.Matter())
	}
	lines, choices := t.h.Notify.Numbered(t.platform, all, 0)
	for _, line := range lines {
		t.sayf("%s", line)
	}
	t.buttons = choices
	if more := len(lost) - len(lines); more > 0 {
		t.sayf("另有%d件,处理前面的再回复“%s”。", more, sayResend)
	}
	return nil
}

// resendOne sends a card again and says what came of it.
func (t *turn) resendOne(id string) error {
	said, done, err := t.h.Notify.Resend(t.tx, id, t.who.ID)
	if err != nil {
		return err
	}
	return t.noted(said, done, "resent", id)
}

package handlers

import (
	"encoding/json"
	"fmt"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
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
	found := false
	for _, u := range lost {
		if words != "全部" && !strings.Contains(u.Whom+u.What, words) {
			continue
		}
		found = true
		if err := t.resendOne(u.ID); err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	t.sayf("未送达的卡片中没有收件人或标题含“%s”的。", shorten(words, 20))
	return t.listLost(lost)
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

// pressLost is a press of 专班 about a card that was given up.
func (t *turn) pressLost(pressed store.Delivery, b store.Button) error {
	t.about = target{}
	if !t.isTaskForce() {
		return t.refuse(t.about, "未送达的卡片由业务专班处理,你单位无此权限。需要的,请联系业务专班。")
	}
	if b.Act == notify.ActLetBe {
		said, done, err := t.h.Notify.LetBe(t.tx, b.Arg, t.who.ID)
		if err == nil {
			err = t.noted(said, done, "let-be", b.Arg)
		}
		return err
	}
	if err := t.resendOne(b.Arg); err != nil || pressed.Kind != string(mechanism.KindDialogue) {
		return err
	}
	lost, err := t.h.Notify.Undelivered(t.tx)
	if err != nil || len(lost) == 0 {
		return err
	}
	return t.listLost(lost)
}

// resendOne sends a card again and says what came of it.
func (t *turn) resendOne(id string) error {
	said, done, err := t.h.Notify.Resend(t.tx, id, t.who.ID)
	if err != nil {
		return err
	}
	return t.noted(said, done, "resent", id)
}

// noted says a sentence and keeps in the journal what a person of 专班 did, or tried, to a delivery or an alarm.
func (t *turn) noted(said string, done bool, kind, about string) error {
	t.sayf("%s", said)
	data, err := json.Marshal(map[string]string{"about": about})
	if err != nil {
		return fmt.Errorf("encode what was noted: %w", err)
	}
	entry := store.Entry{Actor: t.actor, Channel: t.actor.Channel, Kind: kind, Data: data, Book: t.h.Book.Hash(), Key: t.key}
	if !done {
		entry.Refused = said
	}
	if _, err := t.tx.Append(entry); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// pressShow sends the card of something that waits for 专班, and lists the rest.
func (t *turn) pressShow(b store.Button) error {
	t.about = target{}
	if !t.isTaskForce() {
		return t.refuse(t.about, "这一件由业务专班办理,你单位无此权限。需要的,请联系业务专班。")
	}
	if err := t.h.Notify.Show(t.tx, t.platform, t.who.ID, t.key, b.Arg); err != nil {
		return err
	}
	t.sayf("已发来一张卡片,请在上面办理。")
	return t.todoAfter(0)
}

// pressSettleAlarm records that an alarm is dealt with.
func (t *turn) pressSettleAlarm(b store.Button) error {
	if !t.isTaskForce() {
		return t.refuse(t.about, "数据提醒由业务专班处理,你单位无此权限。需要的,请联系业务专班。")
	}
	done, err := t.tx.SettleAlarm(b.Arg, t.who.ID)
	if err != nil {
		return err
	}
	said := "已记为处理完毕;同样的问题再次出现时另行提醒。"
	if !done {
		said = "这一件已经记为处理完毕,没有重复登记。"
	}
	return t.noted(said, done, "alarm-settled", b.Arg)
}

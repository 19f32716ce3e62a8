package handlers

import (
	"encoding/json"
	"fmt"

	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// This file takes the presses of 专班 on what its own desk holds.

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

package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// Message takes what a person wrote or sent. Like Click it is one transaction, and a message delivered twice is taken
// once. Every message is answered, except those of other organisations; where the platform keeps the contents back, each
// person is answered once a day.
func (h *Handlers) Message(ctx context.Context, in bot.Incoming) error {
	source := "message/" + in.Platform
	err := h.Store.Do(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		if _, seen, err := tx.Seen(source, in.Key); err != nil || seen {
			return err
		}
		if err := h.message(tx, in); err != nil {
			return err
		}
		return tx.Remember(source, in.Key, nil)
	})
	if err != nil {
		return fmt.Errorf("take message: %w", err)
	}
	return nil
}

func (h *Handlers) message(tx *store.Tx, in bot.Incoming) error {
	if h.Corp != "" && in.Corp != "" && in.Corp != h.Corp {
		return h.foreign(tx, in)
	}
	by := mechanism.Actor{Person: in.Platform + ":" + in.User, Channel: in.Platform}
	if in.Spent {
		return h.withoutContent(tx, in, by)
	}
	roster, err := tx.Roster()
	if err != nil {
		return err
	}
	who, ok := roster.ByAccount(in.Platform, in.User)
	if in.User == "" || !ok || !who.Active {
		if err := h.refused(tx, by, in.Key, "message", "", 0, sayStranger); err != nil {
			return err
		}
		return h.Notify.Reply(tx, in, bot.Say(sayStranger))
	}
	if in.Group != "" {
		return h.groupMessage(tx, in, roster.Actor(who.ID))
	}
	t, err := h.newTurn(tx, in.Platform, in.Key, who.ID)
	if err != nil {
		return err
	}
	t.in = in
	t.ex.session, t.ex.sessionExpires = in.Session, in.Expires
	if err := t.tellParked(); err != nil {
		return err
	}
	t.tellLapsed()
	if err := t.read(strings.TrimSpace(in.Text), in.Files); err != nil {
		return err
	}
	if t.lapsed {
		if err := t.offerParked(); err != nil {
			return err
		}
	}
	if err := t.save(); err != nil {
		return err
	}
	return t.reply()
}

// groupMessage answers in a group: 专班 binds it there, and nothing about a person's own matters is said.
func (h *Handlers) groupMessage(tx *store.Tx, in bot.Incoming, by mechanism.Actor) error {
	by.Channel = in.Platform
	if answer, done, err := h.bindCommand(tx, in, by); done || err != nil {
		if err != nil {
			return err
		}
		return h.Notify.Reply(tx, in, bot.Say(answer))
	}
	if len(in.Files) > 0 {
		return h.Notify.Reply(tx, in, bot.Say("文件和图片请在单聊中发送,群里发的没有保存。"))
	}
	if strings.Contains(in.Text, sayTodo) {
		return h.todoFromGroup(tx, in, by.Person)
	}
	return h.Notify.Reply(tx, in, bot.Say("报送、办理和查询请在与我的单聊中进行;群里只发协调事项。单聊中回复“帮助”可看用法。"))
}

// todoFromGroup sends what waits for a person into the one-to-one chat and says in the group only that it did.
func (h *Handlers) todoFromGroup(tx *store.Tx, in bot.Incoming, person string) error {
	t, err := h.newTurn(tx, in.Platform, in.Key, person)
	if err != nil {
		return err
	}
	if err := t.todo(""); err != nil {
		return err
	}
	if err := t.reply(); err != nil { // without a session: a card of its own
		return err
	}
	return h.Notify.Reply(tx, in, bot.Say("你的待办已单独发给你,请看与我的单聊。"))
}

// read takes a message apart: a command, files, an answer.
func (t *turn) read(text string, files []bot.File) error {
	if len(files) == 0 {
		if done, err := t.command(text); done || err != nil {
			return err
		}
	}
	if !t.ex.active() {
		return t.readOutside(text, files)
	}
	if len(files) > 0 {
		if err := t.takeFiles(files); err != nil {
			return err
		}
	}
	switch {
	case text != "":
		return t.answer(text)
	case len(files) == 0:
		t.sayf("这条消息没有可以读取的文字。")
	}
	return t.proceed()
}

// readOutside answers what belongs to no exchange.
func (t *turn) readOutside(text string, files []bot.File) error {
	switch {
	case slices.ContainsFunc(files, tableNamed):
		return t.takeTables(slices.DeleteFunc(slices.Clone(files), notTable))
	case len(files) > 0:
		t.sayf("收到%d件材料,但现在没有正在填写的报送,没有保存。请先在预警卡片上按“报送情况”,再把材料发来。", len(files))
	case text == "":
		t.sayf("这条消息没有可以读取的文字。回复“帮助”可看用法。")
	case t.lapsed: // the person meant to answer what has been put down
		t.sayf("这一条没有记入。")
	default:
		return t.inquire(text, 0)
	}
	return nil
}

// fileRef is what a fetch keeps to find its place in a draft again.
type fileRef struct {
	Slot  int    `json:"slot"`
	Table string `json:"table,omitempty"` // the name of a table to import, which is in no draft
}

// takeFiles takes the files of a message into the report's draft; each is fetched as durable work.
func (t *turn) takeFiles(files []bot.File) error {
	if t.ex.Target.Act != mechanism.ActReport {
		t.sayf("这一步不收附件,没有保存。")
		return nil
	}
	taken := 0
	for _, f := range files {
		slot, refused := t.ex.addFile(f)
		if refused != "" {
			t.sayf("%s", refused)
			continue
		}
		ref, err := json.Marshal(fileRef{Slot: slot})
		if err != nil {
			return err
		}
		if err := t.h.Notify.Fetch(t.tx, t.platform, t.who.ID, f, ref); err != nil {
			return fmt.Errorf("enqueue fetch: %w", err)
		}
		taken++
	}
	if taken > 0 {
		t.sayf("收到%d件材料。", taken)
	}
	return nil
}

// Fetched learns how the fetch of a file ended, in the transaction that settles it: the draft that waits for the file
// goes on, or the person is asked for that very file again. It is notify's hook Options.Fetched.
func (h *Handlers) Fetched(tx *store.Tx, d store.Delivery, blob store.Blob, failure string) error {
	var params notify.FetchParams
	var ref fileRef
	if err := json.Unmarshal(d.Params, &params); err != nil {
		return fmt.Errorf("decode fetch: %w", err)
	}
	if err := json.Unmarshal(params.Ref, &ref); err != nil {
		return fmt.Errorf("decode fetch reference: %w", err)
	}
	t, err := h.newTurn(tx, d.Platform, "fetch/"+d.ID, d.Person)
	if err != nil {
		return err
	}
	if ref.Table != "" {
		if err := t.readBack(ref.Table, blob, failure); err != nil {
			return err
		}
		return t.replyFetched(d)
	}
	in, it := t.ex.item(ref.Slot)
	if it == nil {
		return nil // the draft was given up, or the file was taken out
	}
	said := settleFile(in, it, blob, failure)
	if t.ex.active() && in == &t.ex.Draft && (said != "" || t.ex.Step == askArrival && in.count(coming) == 0) {
		if said != "" {
			t.sayf("%s", said)
		}
		if err := t.proceed(); err != nil {
			return err
		}
	}
	if err := t.save(); err != nil {
		return err
	}
	return t.replyFetched(d)
}

// replyFetched answers in the conversation in which the file came, while it is open.
func (t *turn) replyFetched(d store.Delivery) error {
	t.in = bot.Incoming{Platform: d.Platform, Key: t.key, User: t.who.Accounts[d.Platform], Session: t.ex.session, Expires: t.ex.sessionExpires}
	return t.reply()
}

// reply sends what is to be said: as an answer in the conversation, or as a card when it has buttons or the
// conversation's session is closed. While cards wait for the platform's quota, what can be said without buttons is.
func (t *turn) reply() error {
	if len(t.lines) == 0 {
		return nil
	}
	open := t.in.Session != "" && (t.in.Expires.IsZero() || t.in.Expires.After(t.tx.Now))
	if open && len(t.buttons) > 0 && t.h.Notify.Spent(t.platform) {
		t.buttonsAsWords()
	}
	if len(t.buttons) == 0 && open {
		title := t.title
		if t.about.Act != "" {
			title = t.about.title()
		}
		if title != "" {
			t.lines = append([]bot.Text{{{Text: title, Bold: true}}}, t.lines...)
		}
		return t.h.Notify.Reply(t.tx, t.in, t.lines...)
	}
	q, err := t.question()
	if err != nil {
		return err
	}
	return t.h.Notify.Ask(t.tx, t.platform, t.who.ID, q)
}

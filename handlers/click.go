package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// sayStranger is for people whose account the roster does not know.
const sayStranger = "你的账号还没有登记到联系人名册,暂时不能办理。请联系业务专班登记后再试。"

// Click takes a press on a button. It is one transaction: the press, what it does, the journal and the answer given,
// on the disk before Click returns, whatever becomes of the connection. The same press delivered again is answered
// alike and does nothing.
func (h *Handlers) Click(ctx context.Context, c bot.Click) (bot.Answer, error) {
	ctx = context.WithoutCancel(ctx)
	answer, err := h.takeClick(ctx, c, nil)
	if errors.Is(err, errRosterUnread) {
		var imported *tableRoster
		if imported, err = h.rosterPressed(ctx, c); err == nil {
			answer, err = h.takeClick(ctx, c, imported)
		}
	}
	if err != nil {
		return bot.Answer{}, fmt.Errorf("take click: %w", err)
	}
	return answer, nil
}

// takeClick is the transaction of a press. imported is the roster of the table whose [导入] is pressed, once it is read.
func (h *Handlers) takeClick(ctx context.Context, c bot.Click, imported *tableRoster) (answer bot.Answer, err error) {
	source := "click/" + c.Platform
	err = h.Store.Do(ctx, func(tx *store.Tx) error {
		kept, seen, err := tx.Seen(source, c.Key)
		if err != nil {
			return err
		}
		if seen {
			answer = bot.Answer{}
			return json.Unmarshal(kept, &answer)
		}
		if answer, err = h.click(tx, c, imported); err != nil {
			return err
		}
		kept, err = json.Marshal(answer)
		if err != nil {
			return err
		}
		return tx.Remember(source, c.Key, kept)
	})
	return answer, err
}

func (h *Handlers) click(tx *store.Tx, c bot.Click, imported *tableRoster) (bot.Answer, error) {
	pressed, err := tx.Delivery(c.Card)
	if errors.Is(err, store.ErrNotFound) {
		return bot.Answer{}, h.refused(tx, mechanism.Actor{Channel: c.Platform}, c.Key, "click", "", 0, "没有这张卡片的记录。")
	}
	if err != nil {
		return bot.Answer{}, err
	}
	roster, err := tx.Roster()
	if err != nil {
		return bot.Answer{}, err
	}
	who, ok := roster.ByAccount(c.Platform, c.User)
	if !ok || !who.Active {
		return h.clickByStranger(tx, c, pressed)
	}
	t, err := h.newTurn(tx, c.Platform, c.Key, who.ID)
	if err != nil {
		return bot.Answer{}, err
	}
	t.card, t.roster = c.Card, imported
	t.covers = t.answerRedraws() && pressed.Person != "" && pressed.Kind != string(mechanism.KindDialogue)
	t.listed = pressed.Kind == string(mechanism.KindReminder) || pressed.Kind == string(mechanism.KindDigest)
	t.tellLapsed()
	facts, err := t.press(pressed, c.Button)
	if err != nil {
		return bot.Answer{}, err
	}
	if err := t.save(); err != nil {
		return bot.Answer{}, err
	}
	return t.clickAnswer(pressed, facts)
}

// clickByStranger answers somebody whom the roster does not know, and keeps the attempt.
func (h *Handlers) clickByStranger(tx *store.Tx, c bot.Click, pressed store.Delivery) (bot.Answer, error) {
	by := mechanism.Actor{Person: c.Platform + ":" + c.User, Channel: c.Platform}
	if err := h.refused(tx, by, c.Key, "click", pressed.Project, pressed.Case, sayStranger); err != nil {
		return bot.Answer{}, err
	}
	if p, ok := h.Platforms[c.Platform]; !ok || !p.Traits().AnswerRedraws {
		return bot.Answer{}, nil
	}
	return bot.Answer{Card: &bot.Card{Title: "未登记", Lines: []bot.Text{bot.Say(sayStranger)}}}, nil
}

// refused keeps an attempt that never became an event of the mechanism (D.6: refused attempts are kept too).
func (h *Handlers) refused(tx *store.Tx, by mechanism.Actor, key, kind, project string, seq int, sentence string) error {
	_, err := tx.Append(store.Entry{
		Project: project, Case: seq, Actor: by, Channel: by.Channel, Kind: kind, Data: []byte("{}"),
		Book: h.Book.Hash(), Key: key, Refused: sentence,
	})
	if err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// refuse says a sentence and keeps the attempt.
func (t *turn) refuse(to target, sentence string) error {
	t.about = to
	t.sayf("%s", sentence)
	return t.h.refused(t.tx, t.actor, t.key, "click", to.Project, to.Case, sentence)
}

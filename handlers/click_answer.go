package handlers

import (
	"cmp"
	"fmt"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// clickAnswer draws the answer on the pressed card, or sends it as a card of its own where an answer can't redraw, and
// for a card in a group, where nothing personal belongs.
func (t *turn) clickAnswer(pressed store.Delivery, facts bool) (bot.Answer, error) {
	if t.answerRedraws() && pressed.Person != "" {
		card, err := t.redraw(pressed, facts)
		return bot.Answer{Card: &card}, err
	}
	if len(t.lines) == 0 && !facts {
		return bot.Answer{}, nil // what was pressed for comes by itself
	}
	q, err := t.question()
	if err != nil {
		return bot.Answer{}, err
	}
	if facts {
		card, err := t.h.Notify.DrawFacts(t.tx, pressed.ID, t.who.ID)
		if err != nil {
			return bot.Answer{}, err
		}
		q.Title, q.Level, q.State, q.Basis, q.Tips = card.Title, card.Level, card.State, card.Basis, card.Tips
		q.Lines = append(card.Lines, q.Lines...)
	}
	return bot.Answer{}, t.h.Notify.Ask(t.tx, t.platform, t.who.ID, q)
}

// mostAnswerBytes keeps the answer within what a platform shows of one value (DingTalk: 1 KB); the prompt counts more
// than what stood on the card before.
const mostAnswerBytes = 960

// redraw draws the pressed card as things are now, with the answer under it. A prompt's buttons take the place of the
// card's own.
func (t *turn) redraw(pressed store.Delivery, facts bool) (bot.Card, error) {
	q, err := t.question()
	if err != nil {
		return bot.Card{}, err
	}
	mine, err := t.h.Notify.InCharge(t.tx, pressed)
	if err != nil {
		return bot.Card{}, err
	}
	if pressed.Person != t.who.ID || !mine { // an answer never shows what stands on another person's card
		q.Title, q.Level, q.State = "骏马助手", "", ""
		return t.h.Notify.Render(t.tx, q, pressed.ID)
	}
	prompt, err := t.h.Notify.Render(t.tx, q, pressed.ID)
	if err != nil || pressed.Kind == string(mechanism.KindDialogue) && !facts {
		return prompt, err
	}
	draw := t.h.Notify.Draw
	if facts {
		draw = t.h.Notify.DrawFacts
	}
	card, err := draw(t.tx, pressed.ID, t.who.ID)
	if err != nil {
		return bot.Card{}, err
	}
	if err := t.lasting(&card); err != nil {
		return bot.Card{}, err
	}
	switch {
	case size(card.Lines)+size(prompt.Lines) <= mostAnswerBytes:
	case t.listed: // no one line of a list stands for it
		card.Lines = nil
	default:
		card.Lines = card.Lines[:min(1, len(card.Lines))]
	}
	if t.about.Act != "" {
		card.Lines = append(card.Lines, bot.Text{{Text: t.about.title(), Bold: true}})
	}
	card.Lines = append(card.Lines, prompt.Lines...)
	if len(prompt.Buttons) > 0 {
		card.Buttons = prompt.Buttons
	}
	return card, nil
}

// lasting makes of a card on which a report begins one that stays true: the answers come in the chat, so the card is not
// redrawn when the report is done, and must not go on asking for it.
func (t *turn) lasting(card *bot.Card) error {
	if t.listed || !t.ex.active() || t.ex.Target.Act != mechanism.ActReport || !t.about.sameAct(t.ex.Target) {
		return nil
	}
	_, c, err := t.find(t.ex.Target)
	if err != nil {
		return err
	}
	if n := len(card.Lines); n > 1 && c.Waiting != mechanism.WaitDepartment {
		card.Lines = card.Lines[:n-1] // the last line is the request
	}
	card.Tips = minute(t.tx.Now) + "开始填写,报送成功另有回执。"
	return nil
}

// size is how many bytes lines take as text.
func size(lines []bot.Text) int { return len(plain(lines)) }

// question is the answer as a card.
func (t *turn) question() (notify.Question, error) {
	q := notify.Question{
		Lines: t.lines, Buttons: t.buttons, Project: t.about.Project, Case: t.about.Case, Push: t.about.Push,
		Key: strings.Join([]string{"dialogue", t.platform, t.who.ID, t.key}, "/"),
	}
	switch {
	case t.about.Project == "":
		q.Title = cmp.Or(t.title, "骏马助手")
		return q, nil
	case t.about.Act != "":
		q.Title = t.about.title()
	}
	p, err := t.tx.Project(t.about.Project)
	if err != nil {
		return q, fmt.Errorf("load project %s: %w", t.about.Project, err)
	}
	if q.Title == "" {
		q.Title = p.Name
	}
	c := p.Case(t.about.Case)
	if c != nil && !t.sees(&p, c.Stage) {
		q.Title = "骏马助手"
		return q, nil
	}
	if c != nil && c.State.Open() {
		q.Level, q.State = bot.Level(c.Level), string(c.State)
	}
	return q, nil
}

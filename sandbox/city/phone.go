package city

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"junma/sandbox/dingtalk"
)

// errLeft is returned when an exchange does not go on: a press that could not happen, or no answer in time.
var errLeft = errors.New("the exchange does not go on")

// screen is what somebody reads at one moment: a message, or a card with its buttons.
type screen struct {
	text    string
	card    string    // "" when it is no card
	at      time.Time // when it came
	buttons []string
}

func (s screen) has(button string) bool { return slices.Contains(s.buttons, button) }

// plain takes the escapes and the emphasis out of markdown, as a reader sees it.
var plain = strings.NewReplacer("**", "", `\`, "", "&nbsp;", " ", "<br>", "\n")

func cardScreen(v dingtalk.CardView) screen {
	s := screen{text: plain.Replace(v.Title + "\n" + v.Markdown), card: v.OutTrackID}
	for _, b := range v.Buttons {
		s.buttons = append(s.buttons, b.Text)
	}
	return s
}

func itemScreen(it dingtalk.Item) screen {
	s := screen{text: plain.Replace(it.Title + "\n" + it.Text)}
	if it.Card != nil {
		s = cardScreen(*it.Card)
	}
	s.at = it.At
	return s
}

// unseen gives the cards in a person's chat with the bot that came since the last look, and marks everything as read.
func (c *City) unseen(r *resident) []screen {
	server := c.opt.Server
	chats := server.Conversations(r.userID(), 1)
	if !slices.ContainsFunc(chats, func(chat dingtalk.Conversation) bool { return chat.Unread > 0 }) {
		return nil
	}
	var cards []screen
	if chats[0].Unread > 0 {
		items := server.Inbox(r.userID())
		for _, it := range items {
			if it.Seq > r.seen && it.Card != nil {
				cards = append(cards, itemScreen(it))
			}
		}
		r.seen = items[len(items)-1].Seq
	}
	server.MarkRead(r.userID(), "")
	return cards
}

// look gives a card as the person sees it now.
func (c *City) look(r *resident, card string) (screen, error) {
	view, err := c.opt.Server.CardAs(r.userID(), card)
	if err != nil {
		return screen{}, fmt.Errorf("look at a card: %w", err)
	}
	return cardScreen(view), nil
}

// press presses a button and gives what the person reads afterwards: the card itself, or the bot's next message.
func (c *City) press(ctx context.Context, r *resident, card, button, about string) (screen, error) {
	before, err := c.look(r, card)
	if err != nil {
		return screen{}, err
	}
	mark := c.last(r)
	result, err := c.opt.Server.Press(ctx, r.userID(), card, button)
	switch {
	case ctx.Err() != nil:
		return screen{}, ctx.Err()
	case err != nil:
		return screen{}, fmt.Errorf("%w: %w", errLeft, err)
	case !result.OK:
		return screen{}, fmt.Errorf("%w: the client says %s", errLeft, result.Failure)
	}
	if after := cardScreen(result.View); after.text != before.text {
		return after, nil
	}
	return c.await(ctx, r, mark, about, before)
}

// say sends a text and gives the bot's answer.
func (c *City) say(ctx context.Context, r *resident, text, about string) (screen, error) {
	mark := c.last(r)
	if _, err := c.opt.Server.Say(dingtalk.SayRequest{User: r.userID(), Text: text}); err != nil {
		return screen{}, fmt.Errorf("say something: %w", err)
	}
	return c.await(ctx, r, mark, about, screen{})
}

// send sends a picture and gives the bot's answer.
func (c *City) send(ctx context.Context, r *resident, seed int, about string) (screen, error) {
	picture := c.pictures[seed%len(c.pictures)]
	mark := c.last(r)
	if _, _, err := c.opt.Server.SendFile(dingtalk.FileRequest{User: r.userID(), Kind: dingtalk.ItemPicture, Data: picture}); err != nil {
		return screen{}, fmt.Errorf("send a picture: %w", err)
	}
	return c.await(ctx, r, mark, about, screen{})
}

// await waits for the bot's answer: something new after mark that is about the matter, or another text on the card.
func (c *City) await(ctx context.Context, r *resident, mark int64, about string, card screen) (screen, error) {
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var got screen
	err := c.opt.Server.Wait(limit, func() bool {
		for _, it := range slices.Backward(c.opt.Server.Conversations(r.userID(), 4)[0].Items) {
			if it.Seq <= mark || it.Author != "" {
				continue
			}
			if got = itemScreen(it); strings.Contains(got.text, about) {
				return true
			}
		}
		if card.card == "" {
			return false
		}
		var err error
		got, err = c.look(r, card.card)
		return err == nil && got.text != card.text
	})
	if ctx.Err() != nil {
		return screen{}, ctx.Err()
	}
	if err != nil {
		return screen{}, fmt.Errorf("%w: no answer", errLeft)
	}
	return got, nil
}

// last is the newest item in a person's chat with the bot.
func (c *City) last(r *resident) int64 {
	items := c.opt.Server.Conversations(r.userID(), 1)[0].Items
	if len(items) == 0 {
		return 0
	}
	return items[0].Seq
}

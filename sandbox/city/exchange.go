package city

import (
	"context"
	"errors"
)

// converse goes through the guided exchange that a press opens, and tries a second time when the first came to nothing.
// It reports whether the act was done; a person who does not get on leaves it.
func (c *City) converse(ctx context.Context, r *resident, e errand, in intent) (bool, error) {
	for range 2 {
		card, err := c.look(r, e.card)
		if err != nil || !card.has(in.button) {
			return false, err
		}
		if ok, err := c.exchange(ctx, r, e.card, in, c.aboutOf(e)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// exchange is one try: a press, and an answer to every prompt.
func (c *City) exchange(ctx context.Context, r *resident, card string, in intent, about string) (bool, error) {
	now, err := c.press(ctx, r, card, in.button, about)
	for turn := 0; err == nil && turn < mostTurns; turn++ {
		if finished(now.text) {
			return true, nil
		}
		a := in.answer(now)
		if a == (answer{}) {
			break
		}
		now, err = c.give(ctx, r, now, a, about)
	}
	if err != nil && !errors.Is(err, errLeft) {
		return false, err
	}
	c.opt.Log.Debug("an exchange was left", "person", r.id, "button", in.button, "about", about, "screen", now.text, "reason", err)
	return false, nil
}

// aboutOf is how the bot names a matter at the head of a prompt.
func (c *City) aboutOf(e errand) string {
	if e.project == 0 {
		return ""
	}
	return c.projects[e.project-1].name
}

// give does what a person answers to a prompt and gives what the person reads next.
func (c *City) give(ctx context.Context, r *resident, now screen, a answer, about string) (screen, error) {
	switch {
	case a.press != "":
		return c.press(ctx, r, now.card, a.press, about)
	case a.photo != 0:
		return c.send(ctx, r, a.photo, about)
	case a.wait:
		return c.await(ctx, r, c.last(r), about, screen{})
	default:
		return c.say(ctx, r, a.say, about)
	}
}

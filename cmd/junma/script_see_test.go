package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"junma/mechanism"
	"junma/sandbox/dingtalk"
	"junma/store"

	"github.com/rogpeppe/go-internal/testscript"
)

// plain takes the escapes and the emphasis out of a card's markdown, as a reader sees it.
func plain(markdown string) string {
	return strings.NewReplacer("**", "", `\`, "", "&nbsp;", " ", "<br>", "\n").Replace(markdown)
}

// readCard gives everything a person reads on a card.
func readCard(c dingtalk.CardView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", plain(c.Title), plain(c.Markdown), plain(c.Tips))
	for _, button := range c.Buttons {
		fmt.Fprintf(&b, "[%s]", button.Text)
	}
	return b.String()
}

// personalCards are the cards in a person's one-to-one chat, oldest first.
func (w *world) personalCards(who string) ([]dingtalk.CardView, error) {
	user, ok := w.userOf[who]
	if !ok {
		return nil, fmt.Errorf("the roster has no %q", who)
	}
	var cards []dingtalk.CardView
	for _, item := range w.sandbox.Inbox(user) {
		if item.Card != nil {
			cards = append(cards, *item.Card)
		}
	}
	return cards, nil
}

// cardText shows all of a person's cards; lastCardText the newest one.
func cardText(w *world, who string) (string, error) {
	cards, err := w.personalCards(who)
	var b strings.Builder
	for _, c := range cards {
		b.WriteString(readCard(c) + "\n----\n")
	}
	return b.String(), err
}

func lastCardText(w *world, who string) (string, error) {
	cards, err := w.personalCards(who)
	if err != nil || len(cards) == 0 {
		return "", errors.Join(err, fmt.Errorf("%s has no card", who))
	}
	return readCard(cards[len(cards)-1]), nil
}

// answerText shows the last thing the bot said to a person, a text or a card.
func answerText(w *world, who string) (string, error) {
	user, ok := w.userOf[who]
	if !ok {
		return "", fmt.Errorf("the roster has no %q", who)
	}
	items := w.sandbox.Inbox(user)
	for _, item := range slices.Backward(items) {
		if item.From != "bot" {
			continue
		}
		if item.Card != nil {
			return readCard(*item.Card), nil
		}
		return plain(item.Title + "\n" + item.Text), nil
	}
	return "", fmt.Errorf("the bot has said nothing to %s", who)
}

// groupText shows what the bot posted in a group.
func groupText(w *world, key string) (string, error) {
	id, ok := w.groupOf[key]
	if !ok {
		return "", fmt.Errorf("the roster has no group %q", key)
	}
	var b strings.Builder
	for _, item := range w.sandbox.GroupItems(id, w.userOf["沈某"]) {
		if item.Card != nil {
			b.WriteString(readCard(*item.Card) + "\n----\n")
		} else if item.From == "bot" {
			b.WriteString(plain(item.Text) + "\n----\n")
		}
	}
	return b.String(), nil
}

// refusedCommand is `refused TEXT [PERSON]`: the journal keeps an attempt, of that person, that was refused in these words.
func refusedCommand(ctx context.Context, w *world, args []string) error {
	return store.Peek(ctx, filepath.Join(w.dir, "junma.db"), func(v *store.View) error {
		lines, err := v.Journal("", 0, 10_000)
		if err != nil {
			return err
		}
		for _, l := range lines {
			by := l.Actor.Name + l.Actor.Person
			if strings.Contains(l.Refused, args[0]) && strings.Contains(by, strings.Join(args[1:], "")) && l.Refused != "" {
				return nil
			}
		}
		return fmt.Errorf("no refused attempt says %q", args)
	})
}

// buttonsCommand is `buttons PERSON LABEL…`: exactly these, in this order, on the newest card.
func buttonsCommand(ctx context.Context, w *world, args []string) error {
	var labels []string
	err := w.sandbox.Wait(ctx, func() bool {
		labels = nil
		cards, _ := w.personalCards(args[0])
		if len(cards) == 0 {
			return false
		}
		for _, b := range cards[len(cards)-1].Buttons {
			labels = append(labels, b.Text)
		}
		return slices.Equal(labels, args[1:])
	})
	if err != nil {
		return fmt.Errorf("%s sees %q, want %q: %w", args[0], labels, args[1:], err)
	}
	return nil
}

// cardsCommand is `cards PERSON N [TEXT]`: how many of the person's cards, and no more, contain the text.
func cardsCommand(ctx context.Context, w *world, args []string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	cards, err := w.personalCards(args[0])
	if err != nil {
		return err
	}
	text, n := strings.Join(args[2:], " "), 0
	for _, c := range cards {
		if strings.Contains(readCard(c), text) {
			n++
		}
	}
	if strconv.Itoa(n) != args[1] {
		all, _ := cardText(w, args[0])
		return fmt.Errorf("%s has %d cards with %q, want %s:\n%s", args[0], n, text, args[1], all)
	}
	return nil
}

// stateCommand is `state ID STAGE LEVEL STATE [push=N] [tier=N] [red=N] [closure=…]`: the newest case of that stage and level.
func stateCommand(ctx context.Context, w *world, args []string) error {
	cases, err := w.cases(ctx, args[0])
	if err != nil {
		return err
	}
	for _, c := range slices.Backward(cases) {
		if c.Stage != args[1] || c.Level != args[2] {
			continue
		}
		facts := map[string]string{
			"push": strconv.Itoa(c.Push), "tier": strconv.Itoa(c.Tier), "red": strconv.Itoa(c.RedNo), "closure": c.Closure,
		}
		if c.State != args[3] {
			return fmt.Errorf("%v is %s, want %s", args[:3], c.State, args[3])
		}
		for _, want := range args[4:] {
			key, value, _ := strings.Cut(want, "=")
			if facts[key] != value {
				return fmt.Errorf("%v: %s is %q, want %q", args[:3], key, facts[key], value)
			}
		}
		return nil
	}
	return fmt.Errorf("no case %v among %+v", args[:3], cases)
}

// errorsCommand is `errors TEXT`: every error line so far contains it, and there is one.
func errorsCommand(_ context.Context, w *world, args []string) error {
	lines := w.log.takeErrors()
	if len(lines) == 0 {
		return errors.New("the log has no line of error level")
	}
	for _, line := range lines {
		if !strings.Contains(line, args[0]) {
			return fmt.Errorf("unexpected error in the log: %s", line)
		}
	}
	return nil
}

// loggedCommand is `logged TEXT`, or with ! the proof that the log never says it.
func loggedCommand(ts *testscript.TestScript, neg bool, args []string) {
	found := strings.Contains(worldOf(ts).log.text(), args[0])
	if found == neg {
		ts.Fatalf("log says %q: %t", args[0], found)
	}
}

// showCommand is `show PERSON` or `show GROUP`: it prints the whole chat into the test's log, for whoever writes a script.
func showCommand(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	items := w.sandbox.Inbox(w.userOf[args[0]])
	if id, ok := w.groupOf[args[0]]; ok {
		items = w.sandbox.GroupItems(id, w.userOf["沈某"])
	}
	for _, item := range items {
		text := item.Title + " " + item.Text
		if item.Card != nil {
			text = readCard(*item.Card)
		}
		ts.Logf("%s %s %s: %s", item.At.In(mechanism.Shanghai).Format("01-02 15:04"), item.From, item.Kind, plain(text))
	}
}

package bottest_test

import (
	"context"
	"testing"
	"time"

	"junma/bot"
	"junma/bot/bottest"
)

func TestPaperIsAPlatform(t *testing.T) {
	bottest.Run(t, func(t *testing.T) bottest.World {
		lin, zhou := bot.User{ID: "lin", Name: "林某"}, bot.User{ID: "zhou", Name: "周某"}
		p := bottest.NewPaper("paper", time.Now, lin, zhou)
		p.AddGroup("group", "lin", "zhou")
		return bottest.World{
			Platform: p, Attach: p.Attach, Person: lin, Colleague: zhou, Group: "group", Nobody: "nobody",
			Cards: p.Cards, Texts: p.Texts, Lose: p.LoseNext, Files: p.ReceivedFiles,
			Press: func(user, card, label string, twice bool) (bottest.Pressed, error) {
				return p.Press(context.Background(), user, card, label, twice)
			},
			Say: func(user, group, text string, twice bool) {
				if err := p.Say(context.Background(), user, group, text, twice); err != nil {
					t.Error(err)
				}
			},
			Fail: func(kind bot.ErrorKind) bool { p.FailNext(kind); return true },
		}
	})
}

func TestPaperForgets(t *testing.T) {
	now := time.Date(2026, 6, 20, 9, 0, 0, 0, time.UTC)
	p := bottest.NewPaper("paper", func() time.Time { return now }, bot.User{ID: "lin", Name: "林某"})
	to := bot.Address{User: "lin"}
	payload, err := p.Encode(bot.NewCard{ID: "c1", To: to, Card: bot.Card{Title: "题"}})
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := p.Send(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(p.Traits().RepeatWindow)
	if _, err := p.Send(t.Context(), payload); err != nil || len(p.Cards("lin")) != 2 {
		t.Errorf("after the repeat window %d cards are seen (%v), want a second one", len(p.Cards("lin")), err)
	}
	now = now.Add(p.Traits().RedrawWindow)
	redraw, err := p.Encode(bot.Redraw{ID: "c1", To: to, Receipt: receipt, Card: bot.Card{Title: "新"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Send(t.Context(), redraw); bot.KindOf(err) != bot.Gone {
		t.Errorf("a redraw after the window gives %v, want gone", err)
	}
}

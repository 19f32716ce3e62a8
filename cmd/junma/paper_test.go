package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"junma/app"
	"junma/bot"
	"junma/bot/bottest"
)

// connectedPaper is the paper platform with a connection that the app keeps.
type connectedPaper struct{ *bottest.Paper }

func (p connectedPaper) Run(ctx context.Context, in bot.Inbox) error {
	p.Attach(in)
	<-ctx.Done()
	return ctx.Err()
}

func (connectedPaper) Status() bot.StreamStatus { return bot.StreamStatus{Connected: true} }

// The same warning goes its way on a platform that is DingTalk's opposite: no redraw in the answer to a press, two
// buttons at most, one redraw per receipt, no files. Nothing but the adapter differs.
func TestMainScenarioOnThePaperPlatform(t *testing.T) {
	w, paper := paperWorld(t)
	w.play(t, []string{"project", "p1"}, []string{"stage", "p1", "拿地", "start=2026-03-02", "limit=60日"},
		[]string{"until", "2026-04-21T10:00:00+08:00"})
	press := func(who, label string) {
		t.Helper()
		pressOnPaper(t, w, paper, who, label)
	}
	say := func(who, text string) {
		t.Helper()
		if err := paper.Say(t.Context(), w.userOf[who], "", text, false); err != nil {
			t.Fatalf("%s says %q: %v", who, text, err)
		}
		w.settled(t)
	}
	press("陈某", "报送情况")
	say("陈某", "土地要素")
	say("陈某", "指标已落实,等待挂牌出让公告期满")
	say("陈某", "330182202604210001")
	say("陈某", "完成")
	press("陈某", "属实,确认报送")
	press("钱某", "已完成办理")
	press("钱某", "今天")
	press("钱某", "确认办理")
	w.play(t, []string{"until", "2026-04-22T18:00:00+08:00"}, []string{"state", "p1", "拿地", "橙", "已销号", "closure=办结"})
	for _, who := range []string{"陈某", "钱某", "王某", "赵某"} {
		if text := paperText(paper, w.userOf[who]); !strings.Contains(text, "已销号") {
			t.Errorf("%s does not see that the warning is closed:\n%s", who, text)
		}
	}
}

// paperWorld is a world whose people are on the paper platform only.
func paperWorld(t *testing.T) (*world, connectedPaper) {
	t.Helper()
	roster, err := os.ReadFile("testdata/roster.json")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		dir: t.TempDir(), clock: app.NewClock(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)), log: &watchedLog{},
		userOf: map[string]string{}, groupOf: map[string]string{}, projects: map[string]map[string]any{},
	}
	onPaper := []byte(strings.ReplaceAll(string(roster), `"dingtalk":`, `"wecom":`))
	var people struct {
		People []struct{ Name, Wecom string }
	}
	if err := json.Unmarshal(onPaper, &people); err != nil {
		t.Fatal(err)
	}
	var users []bot.User
	for _, p := range people.People {
		w.userOf[p.Name] = p.Wecom
		users = append(users, bot.User{ID: p.Wecom, Name: p.Name})
	}
	paper := connectedPaper{bottest.NewPaper("wecom", w.clock.Now, users...)}
	config, err := app.ParseConfig([]byte(`
[service]
addr = "127.0.0.1:0"
intake_tokens = ["`+intakeToken+`"]
admin_tokens = ["`+adminToken+`"]
[store]
url = "sqlite:`+w.dir+`/junma.db"
evidence = "`+w.dir+`/evidence"
`), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	w.app, err = app.New(t.Context(), config, app.Options{
		Clock: w.clock, Log: slog.New(w.log), Platforms: map[string]bot.Platform{paper.Name(): paper},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stopApp(w.app); err != nil {
			t.Error(err)
		}
		for _, line := range w.log.takeErrors() {
			t.Errorf("unexpected error in the log: %s", line)
		}
	})
	if err := w.post(t.Context(), "/api/v1/roster", adminToken, onPaper, nil); err != nil {
		t.Fatal(err)
	}
	return w, paper
}

// pressOnPaper presses the newest button of that label that a person has.
func pressOnPaper(t *testing.T, w *world, paper connectedPaper, who, label string) {
	t.Helper()
	cards := paper.Cards(w.userOf[who])
	for _, seen := range slices.Backward(cards) {
		if !slices.Contains(seen.Buttons, label) {
			continue
		}
		if _, err := paper.Press(t.Context(), w.userOf[who], seen.ID, label, false); err != nil {
			t.Fatalf("%s presses %s: %v", who, label, err)
		}
		w.settled(t)
		return
	}
	t.Fatalf("%s has no button %s:\n%s", who, label, paperText(paper, w.userOf[who]))
}

func paperText(paper connectedPaper, user string) string {
	var b strings.Builder
	for _, seen := range paper.Cards(user) {
		b.WriteString(seen.Title + "\n" + seen.Text + "\n" + strings.Join(seen.Buttons, " "))
		b.WriteString("\n----\n")
	}
	return b.String() + strings.Join(paper.Texts(user, ""), "\n")
}

// settled waits until everything that can go out has gone out.
func (w *world) settled(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
}

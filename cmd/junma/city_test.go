package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"testing"
	"time"

	"junma/app"
	"junma/sandbox/city"
	"junma/sandbox/dingtalk"
)

// cityDays is how long the sample city lives in the demo before a visitor comes.
const cityDays = 150

// The sample city lives through 150 days by its own people's acts. Then it shows something of everything that the notice
// knows, and the morning's cards wait for a visitor.
func TestSampleCityLives(t *testing.T) {
	w, c := newCity(t, time.Date(2026, time.June, 27, 9, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60)))
	ctx := t.Context()
	began := time.Now()
	if err := c.Found(ctx); err != nil {
		t.Fatal(err)
	}
	until := w.clock.Now().AddDate(0, 0, cityDays)
	days := 0
	err := c.Live(ctx, until, func(_ time.Time, done, total int) {
		days++
		if done != days || total != cityDays {
			t.Errorf("day %d of %d was told as day %d of %d", days, cityDays, done, total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d days took %.1f s; %s", days, time.Since(began).Seconds(), cityCalls(w.sandbox))
	if now := w.clock.Now(); !now.Equal(until) {
		t.Errorf("the clock stands at %s, not at %s", now, until)
	}
	for _, line := range w.log.takeErrors() {
		t.Error("unexpected error in the log: ", line)
	}
	checkCases(t, allCases(ctx, t, w))
	checkPhones(t, w.sandbox)
}

// checkCases looks for every way a warning can have gone. A case that was 正在办理 is open or was closed later.
func checkCases(t *testing.T, cases []cityCase) {
	t.Helper()
	counts := map[string]int{}
	for _, c := range cases {
		open := c.State != "已销号" && c.State != "已升级"
		counts[c.State]++
		counts[c.Closure]++
		if open {
			counts["未销号的"+c.Level]++
		}
		if open && c.Level == "红" && c.Push >= 2 {
			counts["再次推送的红灯"]++
		}
		counts[fmt.Sprintf("第%d级", c.Tier)]++
	}
	t.Logf("%d cases: %v", len(cases), counts)
	for what, least := range map[string]int{
		"未销号的橙": 3, "未销号的红": 3, "再次推送的红灯": 1, "销号超时": 1, "已办理未销号": 3, "已升级": 5, "第1级": 5, "第2级": 2, "第3级": 2,
		"办结": 5, "无需办理": 2, "项目退出": 1, "环节完成": 5,
	} {
		if counts[what] < least {
			t.Errorf("%s: %d, fewer than %d", what, counts[what], least)
		}
	}
}

// checkPhones looks at what a visitor sees: the leaders' group, and the first contact's new card.
func checkPhones(t *testing.T, s *dingtalk.Server) {
	t.Helper()
	var leaders dingtalk.Group
	for _, g := range s.Groups() {
		if g.Title == "市领导协调群" {
			leaders = g
		}
	}
	posted := 0
	for _, item := range s.GroupItems(leaders.ID, leaders.Members[0]) {
		if item.Card != nil { // the text of the escalation, or how its case has ended
			posted++
		}
	}
	if posted < 2 {
		t.Errorf("%d escalations were posted to the city's leaders, fewer than 2", posted)
	}
	first := s.People()[0]
	inbox := s.Inbox(first.ID)
	if len(inbox) == 0 {
		t.Fatalf("%s %s has an empty phone", first.Unit, first.Name)
	}
	last := inbox[len(inbox)-1]
	if last.Card == nil || !last.Unread || !slices.ContainsFunc(last.Card.Buttons, func(b dingtalk.Button) bool { return b.Text == "报送情况" }) {
		t.Errorf("no new card with [报送情况] waits for %s %s, but %q", first.Unit, first.Name, itemText(last))
	}
}

func itemText(item dingtalk.Item) string {
	if item.Card != nil {
		return readCard(*item.Card)
	}
	return plain(item.Title + "\n" + item.Text)
}

// cityCalls tells what the city cost the platform.
func cityCalls(s *dingtalk.Server) string {
	calls, events := 0, 0
	for _, e := range s.Journal(0, "*") {
		switch {
		case !e.Counted:
		case e.Class == dingtalk.ClassAPI:
			calls++
		default:
			events++
		}
	}
	return fmt.Sprintf("%d API calls, %d events; by kind %v", calls, events, s.Counts())
}

// cityCase is what the test looks at of one case of GET /api/v1/cases.
type cityCase struct {
	Level, State, Closure string
	Push, Tier            int
}

// allCases reads every page of GET /api/v1/cases.
func allCases(ctx context.Context, t *testing.T, w *world) []cityCase {
	t.Helper()
	var all []cityCase
	for token := ""; ; {
		var page struct {
			Cases []cityCase
			Next  string `json:"next_page_token"`
		}
		if err := w.get(ctx, "/api/v1/cases?page_token="+url.QueryEscape(token), &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Cases...)
		if page.Next == "" {
			return all
		}
		token = page.Next
	}
}

// newCity starts a world in which nobody lives yet, with the sample limits taken as confirmed, and a city for it.
func newCity(t *testing.T, start time.Time) (*world, *city.City) {
	t.Helper()
	w := &world{dir: t.TempDir(), extra: "[limits]\naccept_samples = true\n", clock: app.NewClock(start), log: &watchedLog{}}
	w.sandbox = dingtalk.New(dingtalk.Options{ClientID: testClientID, ClientSecret: testClientSecret, Now: w.businessTime, JournalSize: 1 << 17})
	if err := w.sandbox.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := w.sandbox.SetSwitch(dingtalk.QPSEnforced, "off"); err != nil {
		t.Fatal(err)
	}
	if err := w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
	return w, city.New(city.Options{
		Server: w.sandbox, BaseURL: "http://" + w.app.Addr(), IntakeToken: intakeToken, AdminToken: adminToken,
		Clock: cityClock{w}, Seed: 1, Log: slog.New(w.log),
	})
}

// cityClock moves the whole world.
type cityClock struct{ w *world }

func (c cityClock) Now() time.Time { return c.w.businessTime() }

func (c cityClock) Advance(ctx context.Context, to time.Time, progress func(time.Time)) error {
	return c.w.app.Advance(ctx, to, progress)
}

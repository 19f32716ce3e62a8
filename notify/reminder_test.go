package notify_test

import (
	"fmt"
	"strings"
	"testing"

	"junma/mechanism"
	"junma/store"
)

// reds lights 施工许可 red for some projects of 下涯镇; their names are 一号项目, 二号项目 …
func reds(tw *town, n int) {
	tw.t.Helper()
	for i := range n {
		red(tw, i)
	}
}

func red(tw *town, i int) {
	tw.t.Helper()
	r := record(mechanism.ConstructionPermit, "2026-02-28", "1日")
	r.ID, r.Name, r.Code = projectID(i), fmt.Sprintf("%d号项目", i+1), ""
	if digits := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}; i < len(digits) {
		r.Name = digits[i] + "号项目"
	}
	tw.event(r.ID, mechanism.RecordArrived{Record: r}, "")
}

func projectID(i int) string { return "JD-" + string(rune('A'+i)) }

// dayBegins lets a day begin at 09:30 for some projects.
func (tw *town) dayBegins(day string, projects int) {
	tw.t.Helper()
	tw.at(day + " 09:30")
	for i := range projects {
		tw.event(projectID(i), mechanism.DayBegan{}, "")
	}
	tw.drain()
}

// reminders gives the reminders that a person has been sent, as text.
func (tw *town) reminders(person string) []string {
	tw.t.Helper()
	var all []string
	for _, m := range tw.chat.shown(person) {
		if strings.HasPrefix(m.Card.Title, "【提醒】") {
			all = append(all, written(m.Card))
		}
	}
	return all
}

func reminderStory(tw *town) {
	tw.at("2026-03-02 09:00")
	reds(tw, 2)
	tw.dayBegins("2026-03-03", 2)
}

func endingStory(tw *town) {
	tw.at("2026-03-02 09:00")
	reds(tw, 1)
	tw.event(projectID(0), report(1, "施工图在改"), "chen")
	tw.event(projectID(0), mechanism.Disposed{Case: 1, Option: mechanism.Ongoing, Date: date("2026-07-30"), Confirm: "确认"}, "lin")
	for _, day := range []string{"2026-04-01", "2026-05-01", "2026-05-31", "2026-06-24"} {
		tw.dayBegins(day, 1)
	}
}

func TestOneReminderForTwoProjects(t *testing.T) {
	tw := newTown(t, "2026-03-02", setup{hours: "09:00-18:00"})
	reminderStory(tw)
	got := tw.reminders("chen")
	if len(got) != 1 || !strings.Contains(got[0], "一号项目") || !strings.Contains(got[0], "二号项目") {
		t.Fatalf("chen was reminded %d times: %v", len(got), got)
	}
	if got := tw.reminders("lin"); len(got) != 0 {
		t.Errorf("it is not the department's turn, yet it was reminded: %v", got)
	}
}

func TestNoReminderOfWhatWasDoneBeforeItWentOut(t *testing.T) {
	tw := newTown(t, "2026-03-02 09:30", setup{hours: "09:00-18:00"})
	reds(tw, 1)
	tw.at("2026-03-03")
	tw.event(projectID(0), mechanism.DayBegan{}, "")
	tw.at("2026-03-03 08:30")
	tw.event(projectID(0), report(1, "施工图在改"), "chen")
	tw.at("2026-03-03 09:30")
	tw.drain()
	if got := tw.reminders("chen"); len(got) != 0 {
		t.Errorf("reminded of what was done: %v", got)
	}
	d := tw.only(mechanism.KindReminder, "chen")
	if d.State != store.DeliverySuperseded || d.Reason != "提醒的事项都已办理,不再提醒。" {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
}

// 停机数日后补上来的,只有一张,只写还没办的。
func TestAGapYieldsOneReminder(t *testing.T) {
	tw := newTown(t, "2026-03-02 09:30", setup{hours: "09:00-18:00"})
	reds(tw, 2)
	tw.at("2026-03-02 10:00")
	tw.event(projectID(0), report(1, "施工图在改"), "chen")
	tw.dayBegins("2026-03-06", 2)
	got := tw.reminders("chen")
	if len(got) != 1 || strings.Contains(got[0], "一号") || !strings.Contains(got[0], "二号项目 · 施工许可(红灯)\n1. 请报送情况,3月5日前,已超1日") {
		t.Fatalf("chen was reminded %d times: %v", len(got), got)
	}
	if got := tw.reminders("lin"); len(got) != 1 || !strings.Contains(got[0], "一号") {
		t.Errorf("lin was reminded: %v", got)
	}
}

// 平台停了一日,昨日的提醒没有发出:并入今日的一张。
func TestAReminderThatCouldNotGoOutJoinsTheNext(t *testing.T) {
	tw := newTown(t, "2026-03-02 09:30", setup{hours: "09:00-18:00", idle: true})
	reds(tw, 1)
	tw.at("2026-03-03")
	tw.event(projectID(0), mechanism.DayBegan{}, "")
	tw.at("2026-03-04 09:30")
	red(tw, 1)
	tw.at("2026-03-05")
	tw.event(projectID(0), mechanism.DayBegan{}, "")
	tw.event(projectID(1), mechanism.DayBegan{}, "")
	tw.at("2026-03-05 09:30")
	tw.run()
	tw.drain()
	if got := tw.reminders("chen"); len(got) != 1 || !strings.Contains(got[0], "【提醒】2件") {
		t.Errorf("chen was reminded: %v", got)
	}
}

func TestAReminderShowsWhatIsLeftOfIt(t *testing.T) {
	tw := newTown(t, "2026-03-02", setup{hours: "09:00-18:00"})
	reminderStory(tw)
	sent := tw.only(mechanism.KindReminder, "chen")
	draw := func() (text string) {
		tw.do(func(tx *store.Tx) error {
			card, err := tw.n.Draw(tx, sent.ID, "chen")
			text = written(card)
			return err
		})
		return text
	}
	tw.event(projectID(0), report(1, "施工图在改"), "chen")
	if got := draw(); !strings.Contains(got, "【提醒】二号项目 · 施工许可(红灯)\n") || strings.Contains(got, "一号") {
		t.Errorf("after one of two: %s", got)
	}
	tw.event(projectID(1), report(1, "施工图在改"), "chen")
	golden(t, "提醒-均已办理", draw())
}

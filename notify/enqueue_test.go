package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// 一人身兼数责,只收一张卡片,写明各项职责,按钮合并。
func TestOneCardForSeveralDuties(t *testing.T) {
	t.Run("板块牵头兼五未阶段", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{})
		orangeStory(tw)
		tw.drain()
		if got := tw.chat.titles("zhou"); len(got) != 1 {
			t.Fatalf("周某 got %d cards, want 1: %v", len(got), got)
		}
		tips := tw.chat.last(t, "zhou").Card.Tips
		if !strings.Contains(tips, "你单位为板块牵头部门、五未阶段责任部门。") {
			t.Errorf("the card does not name both duties: %s", tips)
		}
	})
	t.Run("责任单位联系人兼环节部门联系人", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{people: func(all []store.Person) []store.Person {
			for i := range all {
				if all[i].ID == "chen" {
					all[i].Offices = []mechanism.Office{{Unit: "市住建局", Role: mechanism.RoleContact}}
				}
			}
			return all
		}})
		orangeStory(tw)
		tw.drain()
		if got := tw.chat.titles("chen"); len(got) != 1 {
			t.Fatalf("陈某 got %d cards, want 1: %v", len(got), got)
		}
		var labels []string
		for _, b := range tw.chat.last(t, "chen").Card.Buttons {
			labels = append(labels, b.Label)
		}
		if diff := cmp.Diff([]string{"报送情况", "不归我办", "查看项目", "已完成办理"}, labels); diff != "" {
			t.Errorf("buttons (-want +got):\n%s", diff)
		}
	})
}

// 同一件事告诉两遍,只有一张卡片;编号在入列时就定下,与送达几次无关。
func TestTellingTwiceIsOnce(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	orangeStory(tw)
	tw.drain()
	before := len(tw.chat.attempts())
	p := tw.project(yunxi)
	note := mechanism.Notification{
		Kind: mechanism.KindPush, Project: yunxi, Case: 1, Push: 1, Key: "push/" + yunxi + "/1/1/项目责任单位", On: date("2026-05-10"),
		To: mechanism.Addressee{Unit: "下涯镇", Role: mechanism.RoleContact, Duty: mechanism.DutyResponsible},
	}
	tw.tell(&p, note)
	tw.tell(&p, note)
	tw.drain()
	if got := len(tw.chat.attempts()); got != before {
		t.Errorf("%d sends, want %d", got, before)
	}
}

// 名册不全:没有联系人的改送责任领导,谁也没有的当日告警,一单位一天一次。
func TestUnitsThatCannotBeReached(t *testing.T) {
	without := func(ids ...string) func([]store.Person) []store.Person {
		return func(all []store.Person) []store.Person {
			for i := range all {
				for _, id := range ids {
					if all[i].ID == id {
						all[i].Active = false
					}
				}
			}
			return all
		}
	}
	t.Run("没有联系人,改送责任领导", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{people: without("chen")})
		orangeStory(tw)
		tw.drain()
		if len(tw.chat.titles("li")) != 1 {
			t.Errorf("李某 got %v, want the push", tw.chat.titles("li"))
		}
		if got := tw.chat.last(t, "zhao").Card.Lines[0].String(); got != "下涯镇没有可送达的联系人,预警已改送该单位责任领导,请当日在名册中补登。" {
			t.Errorf("专班 was told %q", got)
		}
	})
	t.Run("谁也没有,同一天只告警一次", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{people: without("lin")})
		orangeStory(tw)
		tw.at("2026-05-10 10:00")
		other := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
		other.ID, other.Name, other.Code = "JD-2026-0009", "另一项目", ""
		tw.event(other.ID, mechanism.RecordArrived{Record: other}, "")
		tw.drain()
		want := "市住建局没有可送达的联系人,发给该单位的预警未能送达,请当日在名册中补登。"
		told := 0
		for _, s := range tw.chat.shown("zhao") {
			if s.Card.Lines[0].String() == want {
				told++
			}
		}
		if told != 1 {
			t.Errorf("专班 was told %d times, want once", told)
		}
	})
	t.Run("有人但平台上没有账号", func(t *testing.T) {
		tw := newTown(t, "2026-05-01", setup{people: func(all []store.Person) []store.Person {
			for i := range all {
				if all[i].ID == "lin" {
					all[i].Accounts = map[string]string{"other": "lin"}
				}
			}
			return all
		}})
		orangeStory(tw)
		tw.drain()
		if !strings.Contains(tw.chat.last(t, "zhao").Card.Lines[0].String(), "市住建局没有可送达的联系人") {
			t.Errorf("专班 was told %v", tw.chat.last(t, "zhao").Card.Lines)
		}
	})
}

// 协调群未绑定:同样的文稿单发该单位责任领导和联系人,并告警。
func TestGroupThatIsNotBound(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	redFromPlatform(tw, 0, mechanism.StartSupervision, "2026-05-12", "15日", "2026-05-28")
	tw.drain()
	for _, who := range []string{"li", "chen"} {
		if titles := tw.chat.titles(who); !containsPrefix(titles, "【交办单】第1次红灯预警") {
			t.Errorf("%s got %v, want the 交办单", who, titles)
		}
	}
	told := false
	for _, s := range tw.chat.shown("zhao") {
		told = told || s.Card.Lines[0].String() == "下涯镇未绑定第一级协调群,协调件已改为单发该单位责任领导和联系人,请绑定群。"
	}
	if !told {
		t.Errorf("专班 was not told of the missing group: %v", tw.chat.shown("zhao"))
	}
}

// 协调群已绑定:发到群里,提到该单位联系人,群里不带办理按钮。
func TestGroupThatIsBound(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{groups: allGroups()})
	redFromPlatform(tw, 0, mechanism.StartSupervision, "2026-05-12", "15日", "2026-05-28")
	tw.drain()
	s := tw.chat.last(t, "xiaya")
	if diff := cmp.Diff([]bot.User{{ID: "u-chen", Name: "陈某"}}, s.To.At); diff != "" {
		t.Errorf("mentioned (-want +got):\n%s", diff)
	}
	if len(s.Card.Buttons) != 1 || s.Card.Buttons[0].Label != "看佐证" {
		t.Errorf("the group's card has buttons: %v, want only one to look", s.Card.Buttons)
	}
}

func containsPrefix(all []string, prefix string) bool {
	for _, s := range all {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}

// 消息时段:未经请求的消息等到工作日时段;轮到办理的8时至20时即发;第三级只等时段;对本人操作的答复随时发。
func TestHoursNext(t *testing.T) {
	book := newTown(t, "2026-05-01", setup{hours: "09:00-18:00", idle: true}).book
	hours, err := notify.ParseHours("09:00-18:00", false)
	must(t, err)
	tests := []struct {
		name, at string
		urgency  mechanism.Urgency
		want     string
	}{
		{"工作日时段内", "2026-05-11 10:00", mechanism.Routine, "2026-05-11 10:00"},
		{"工作日清晨", "2026-05-11 07:00", mechanism.Routine, "2026-05-11 09:00"},
		{"时段的第一刻", "2026-05-11 09:00", mechanism.Routine, "2026-05-11 09:00"},
		{"时段的最后一分钟", "2026-05-11 17:59", mechanism.Routine, "2026-05-11 17:59"},
		{"工作日下班", "2026-05-11 18:00", mechanism.Routine, "2026-05-12 09:00"},
		{"周五下班等到周一", "2026-05-15 18:00", mechanism.Routine, "2026-05-18 09:00"},
		{"没有核定日历的年份按周", "2031-01-04 10:00", mechanism.Routine, "2031-01-06 09:00"},
		{"周日等到周一", "2026-05-10 10:00", mechanism.Routine, "2026-05-11 09:00"},
		{"调休上班的周六照发", "2026-05-09 10:00", mechanism.Routine, "2026-05-09 10:00"},
		{"国庆假期等到节后", "2026-10-01 10:00", mechanism.Routine, "2026-10-08 09:00"},
		{"第三级休息日时段内即发", "2026-05-10 10:00", mechanism.Tier3, "2026-05-10 10:00"},
		{"第三级夜间等到时段", "2026-05-10 22:00", mechanism.Tier3, "2026-05-11 09:00"},
		{"第三级时段一结束即等次日", "2026-05-10 18:00", mechanism.Tier3, "2026-05-11 09:00"},
		{"轮到办理8时即发", "2026-05-10 08:00", mechanism.Turn, "2026-05-10 08:00"},
		{"轮到办理7时59分等到8时", "2026-05-10 07:59", mechanism.Turn, "2026-05-10 08:00"},
		{"轮到办理休息日即发", "2026-05-10 19:59", mechanism.Turn, "2026-05-10 19:59"},
		{"轮到办理夜里等到8时", "2026-05-10 20:00", mechanism.Turn, "2026-05-11 08:00"},
		{"本人操作的答复随时", "2026-05-10 03:00", mechanism.Now, "2026-05-10 03:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := hours.Next(instant(t, tt.at), tt.urgency, book)
			if want := instant(t, tt.want); !got.Equal(want) {
				t.Errorf("%s goes out at %s, want %s", tt.at, got.In(mechanism.Shanghai), want)
			}
		})
	}
	for _, bad := range []string{"9点-18点", "18:00-09:00", "09:00", "09:60-18:00", "09:00-25:00", "09:00-09:00"} {
		if _, err := notify.ParseHours(bad, false); err == nil {
			t.Errorf("%q was taken for hours", bad)
		}
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, mechanism.Shanghai)
	must(t, err)
	return at
}

// 夜里亮的灯,次日9时后几分钟内错开送出;同一人每次错开的时间相同。
func TestMessagesWaitAndSpread(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{hours: "09:00-18:00"})
	tw.at("2026-05-10 02:00") // Sunday
	tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-04-20", "25日")}, "")
	tw.drain()
	if n := len(tw.chat.attempts()); n > 0 {
		t.Fatalf("%d messages went out on a Sunday night", n)
	}
	open := instant(t, "2026-05-11 09:00")
	times := map[time.Duration]bool{}
	for _, d := range tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindPush)}) {
		wait := d.NotBefore.Sub(open)
		if wait < 0 || wait >= 10*time.Minute {
			t.Errorf("%s is told %s after the hours open, want within 10 minutes", d.Person, wait)
		}
		times[wait] = true
	}
	if len(times) < 3 {
		t.Errorf("the messages are spread over %d moments only", len(times))
	}
	tw.at("2026-05-11 09:10")
	tw.drain()
	if n := len(tw.chat.shown("chen")); n != 1 {
		t.Errorf("陈某 saw %d cards on Monday, want 1", n)
	}
}

// 还没送出就已销号的推送不再送出,并说明原因。
func TestWaitingCardsOfAnEndedCase(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{hours: "09:00-18:00"})
	tw.at("2026-05-10 02:00")
	r := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
	tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	tw.at("2026-05-10 20:00")
	r.Stages[0].Done = date("2026-05-10")
	tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	for _, d := range tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindPush)}) {
		if d.State != store.DeliverySuperseded || d.Reason != "该预警已销号,不再发送。" {
			t.Errorf("the push to %s is %s (%s)", d.Person, d.State, d.Reason)
		}
	}
	tw.at("2026-05-11 09:30")
	tw.drain()
	if got := tw.chat.titles("chen"); len(got) != 1 || !strings.HasPrefix(got[0], "【已自动销号】") {
		t.Errorf("陈某 saw %v, want only the outcome", got)
	}
}

// 暂缓的文稿不发出;专班再按[发出]就立即发出。
func TestHeldEscalation(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{groups: allGroups()})
	tier3(tw)
	tw.drain()
	if got := tw.chat.titles("city"); len(got) > 0 {
		t.Fatalf("the leaders' group saw %v before the hold was over", got)
	}
	tw.at("2026-06-10 09:10")
	tw.event("JD-2026-0002", mechanism.EscalationWithheld{Case: 1, Reason: "另行部署"}, "zhao")
	tw.at("2026-06-10 12:00")
	tw.drain()
	if got := tw.chat.titles("city"); len(got) > 0 {
		t.Fatalf("the leaders' group saw %v although it was withheld", got)
	}
	tw.event("JD-2026-0002", mechanism.EscalationReleased{Case: 1}, "zhao")
	tw.drain()
	for _, who := range []string{"city", "wang"} {
		if got := tw.chat.titles(who); len(got) != 1 || !strings.HasPrefix(got[0], "【呈阅】") {
			t.Errorf("%s saw %v after the release, want the 呈阅 once", who, got)
		}
	}
}

// 专班提前按[发出],等待中的文稿提前发出。
func TestReleaseMovesForward(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{groups: allGroups()})
	tier3(tw)
	tw.at("2026-06-10 09:05")
	tw.event("JD-2026-0002", mechanism.EscalationReleased{Case: 1}, "zhao")
	tw.drain()
	if got := tw.chat.titles("city"); len(got) != 1 {
		t.Errorf("the leaders' group saw %v, want the 呈阅 at once", got)
	}
	tw.at("2026-06-10 10:00")
	tw.drain()
	if got := tw.chat.titles("city"); len(got) != 1 {
		t.Errorf("the leaders' group saw %v, want it once", got)
	}
}

// 一件参照预警的平台请求数:四个单位各一名联系人,一次报送,以已完成办理销号。
func TestRequestsOfTheReferenceWarning(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	reportedStory(tw)
	tw.drain()
	turn := tw.only(mechanism.KindTurn, "lin")
	tw.at("2026-05-12 15:00")
	tw.event(yunxi, mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-05-12"), Confirm: "确认"}, "lin", turn.ID)
	tw.drain()
	count := map[string]int{}
	for _, s := range tw.chat.attempts() {
		count[s.Effect]++
	}
	// 4 pushes, 1 turn, 2 outcomes; the cards of 陈某 and of 林某's push lose their buttons, the pressed one is answered.
	if diff := cmp.Diff(map[string]int{"card": 7, "redraw": 2}, count); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	for _, s := range tw.chat.attempts() {
		if s.Effect == "redraw" && len(s.Card.Buttons) > 0 {
			t.Errorf("the card of an ended case kept buttons:\n%s", written(s.Card))
		}
	}
}

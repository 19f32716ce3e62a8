package notify_test

import (
	"slices"
	"strings"
	"testing"

	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// sparing is a town with the rules of sparing as they are by default.
func sparing(t *testing.T, now string) *town {
	return newTown(t, now, setup{hours: "09:00-18:00", groups: allGroups(), spec: func(s *mechanism.Spec) { s.Push.Digest, s.Push.Daily = 3, 5 }})
}

// morning lets everything of the night go out.
func (tw *town) morning(day string) {
	tw.t.Helper()
	tw.at(day + " 09:15")
	tw.drain()
}

// 按时限先后,先红后橙,无需办理的在后;发出之前已销号的推送不在其中,代之以办理结果。
func TestWhatADigestLists(t *testing.T) {
	tw := sparing(t, "2026-05-12 20:00")
	r := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
	tw.event(yunxi, mechanism.RecordArrived{Record: r}, "") // orange, out of hours
	tw.at("2026-05-12 21:00")
	reds(tw, 3)
	tw.event(projectID(1), mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-05-12"), Confirm: "确认"}, "lin")
	tw.morning("2026-05-13")
	golden(t, "摘要", written(tw.chat.last(t, "chen").Card))
	golden(t, "摘要-牵头部门", written(tw.chat.last(t, "zhou").Card))
}

func TestThreeCardsAtOnceTravelAlone(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 3)
	tw.morning("2026-03-02")
	if got := tw.chat.titles("chen"); len(got) != 3 || strings.Contains(strings.Join(got, ""), "摘要") {
		t.Errorf("chen got %q", got)
	}
}

func TestFourCardsAtOnceTravelAsOne(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 4)
	tw.morning("2026-03-02")
	if got := tw.chat.titles("chen"); len(got) != 1 || got[0] != "【摘要】4件事项" {
		t.Fatalf("chen got %q", got)
	}
	for _, d := range tw.deliveries(store.DeliveryFilter{Person: "chen", Kind: string(mechanism.KindPush)}) {
		if d.State != store.DeliverySuperseded || d.Reason != "同时有几张要发,并入一张摘要卡。" {
			t.Errorf("%s: %s %s", d.Project, d.State, d.Reason)
		}
	}
	if got := tw.chat.titles("lin"); len(got) != 1 { // the department is spared too
		t.Errorf("lin got %q", got)
	}
}

func TestADigestOpensItsCards(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 4)
	tw.morning("2026-03-02")
	opens := tw.choices("chen")
	if len(opens) != 4 || opens[0].Act != notify.ActOpen {
		t.Fatalf("the digest has the buttons %+v", opens)
	}
	for range 2 { // pressed twice, it comes once
		tw.do(func(tx *store.Tx) error {
			_, err := tw.n.Open(tx, opens[1].Arg, "chen")
			return err
		})
		tw.drain()
	}
	got := tw.chat.titles("chen")
	if len(got) != 2 || got[1] != "【红灯预警通报】二号项目" {
		t.Fatalf("chen got %q", got)
	}
	if card := tw.chat.last(t, "chen").Card; len(card.Buttons) != 3 || card.Buttons[0].Label != "报送情况" {
		t.Errorf("the card has the buttons %+v", card.Buttons)
	}
	opened := tw.chat.last(t, "chen").ID
	for _, i := range []int{1, 2} {
		tw.event(projectID(i), mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-03-02"), Confirm: "确认"}, "lin")
	}
	tw.drain()
	redrawn := slices.ContainsFunc(tw.chat.shown("chen"), func(s sight) bool { return s.Effect == "redraw" && s.ID == opened })
	if !redrawn {
		t.Error("a card that was opened is not redrawn when its case ends")
	}
	tw.do(func(tx *store.Tx) error {
		said, err := tw.n.Open(tx, opens[2].Arg, "chen")
		if !strings.Contains(said, "该预警已销号") {
			t.Errorf("a closed one answers %q", said)
		}
		return err
	})
}

// choices gives the buttons of the digest that a person was sent.
func (tw *town) choices(person string) []store.Button {
	tw.t.Helper()
	var all []store.Button
	for _, m := range tw.chat.shown(person) {
		if !strings.HasPrefix(m.Card.Title, "【摘要】") {
			continue
		}
		for _, b := range m.Card.Buttons {
			must(tw.t, tw.store.View(tw.ctx, func(v *store.View) error {
				button, err := v.Button(b.Ref)
				all = append(all, button)
				return err
			}))
		}
	}
	return all
}

// more asks for the rest of a digest after its first seven items.
func (tw *town) more(tx *store.Tx, digest, person string) error {
	_, err := tw.n.More(tx, digest, person, 7, "k", func(*mechanism.Project, mechanism.Stage) bool { return true })
	return err
}

func TestALongDigestHasItsRestBehindAButton(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 10)
	tw.morning("2026-03-02")
	opens := tw.choices("chen")
	if last := opens[len(opens)-1]; last.Act != notify.ActMore {
		t.Fatalf("the last button is %+v", last)
	}
	id, shown, _ := strings.Cut(opens[len(opens)-1].Arg, "|")
	if shown != "7" { // the pretend platform holds 8 buttons
		t.Fatalf("%s shown", shown)
	}
	tw.do(func(tx *store.Tx) error { return tw.more(tx, id, "chen") })
	tw.drain()
	card := written(tw.chat.last(t, "chen").Card)
	for _, want := range []string{"8. 八号项目", "9. 九号项目", "10. 十号项目", "[8 打开 八号项目]"} {
		if !strings.Contains(card, want) {
			t.Errorf("the rest lacks %q: %s", want, card)
		}
	}
}

func TestUrgentCardsAreNeitherGatheredNorCounted(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 6)
	for i := range 6 {
		tw.event(projectID(i), report(1, "施工图在改"), "chen") // six turns for the department
	}
	tw.at("2026-03-02 08:30")
	tw.drain()
	if got := tw.chat.titles("lin"); len(got) != 6 || !strings.HasPrefix(got[0], "【待办理】") {
		t.Errorf("lin got %q", got)
	}
	tw.morning("2026-03-02")
	if got := tw.chat.titles("lin"); len(got) != 7 || got[6] != "【摘要】6件事项" {
		t.Errorf("lin got %q", got)
	}
}

func TestOverTheDailyBudgetWaitsForTheMorning(t *testing.T) {
	tw := sparing(t, "2026-03-05 10:00") // a Thursday
	for _, r := range []int{0, 1, 2, 3, 4, 5, 6} {
		red(tw, r)
		tw.drain()
	}
	if got := tw.chat.titles("chen"); len(got) != 5 {
		t.Fatalf("chen got %q", got)
	}
	over := tw.deliveries(store.DeliveryFilter{Person: "chen", Project: projectID(6), Kind: string(mechanism.KindPush)})[0]
	if over.State != store.DeliverySuperseded || over.Reason != "今日已发5张,并入下一工作日的摘要卡。" {
		t.Errorf("%s: %s", over.State, over.Reason)
	}
	open := tw.deliveries(store.DeliveryFilter{Person: "chen", Kind: string(mechanism.KindDigest), State: store.DeliveryWaiting})
	if len(open) != 1 || open[0].Reason != over.Reason {
		t.Fatalf("waiting digests: %+v", open)
	}
	tw.at("2026-03-05 17:00")
	tw.drain()
	if got := tw.chat.titles("chen"); len(got) != 5 {
		t.Errorf("chen got %q on the same day", got)
	}
	tw.morning("2026-03-06")
	if got := tw.chat.titles("chen"); len(got) != 6 || got[5] != "【摘要】2件事项" {
		t.Errorf("chen got %q", got)
	}
}

// 摘要没发出之前又来了新的,并成一张;周五超出的,周一发。
func TestADigestAbsorbsAnOlderOne(t *testing.T) {
	tw := sparing(t, "2026-03-06 10:00")
	for i := range 6 {
		red(tw, i)
		tw.drain()
	}
	tw.morning("2026-03-07")
	if got := tw.chat.titles("chen"); len(got) != 5 {
		t.Fatalf("chen got %q until Saturday", got)
	}
	tw.at("2026-03-08 20:00")
	red(tw, 6)
	tw.morning("2026-03-09")
	if got := tw.chat.titles("chen"); len(got) != 6 || got[5] != "【摘要】2件事项" {
		t.Errorf("chen got %q", got)
	}
}

// 专班的清单和提醒也合成一张。
func TestADigestOfTheTaskForce(t *testing.T) {
	tw := sparing(t, "2026-03-05 20:00")
	for _, unit := range []string{"甲街道", "乙街道", "丙街道"} {
		tw.tell(nil, mechanism.Notification{
			Kind: mechanism.KindAlarm, Key: "alarm/unit/" + unit, On: date("2026-03-05"), To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
			Alarm: unit + "不在单位名册中,发给该单位的预警无法送达,请核对名称或补登名册。",
		})
	}
	red(tw, 0)
	tw.at("2026-03-06")
	tw.tell(nil, mechanism.Notification{
		Kind: mechanism.KindDailyList, Key: "daily-list/2026-03-06", On: date("2026-03-06"), To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
	})
	tw.morning("2026-03-06")
	golden(t, "摘要-专班", written(tw.chat.last(t, "zhao").Card))
}

func TestADigestOfNothingIsNotSent(t *testing.T) {
	tw := sparing(t, "2026-03-05 10:00")
	for i := range 6 {
		red(tw, i)
		tw.drain()
	}
	tw.event(projectID(5), mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-03-05"), Confirm: "确认"}, "lin")
	tw.morning("2026-03-06")
	if got := tw.chat.titles("lin"); len(got) != 5 {
		t.Errorf("lin got %q", got)
	}
	if d := tw.only(mechanism.KindDigest, "lin"); d.State != store.DeliverySuperseded || d.Reason != "摘要所列的事项都已办结,不再发送。" {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
}

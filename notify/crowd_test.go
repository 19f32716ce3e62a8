package notify_test

import (
	"fmt"
	"strings"
	"testing"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// 群里同一时刻四件以上合成一张,写明每件的灯、谁协调和期限;每件可打开。
func TestAGroupGetsOneDigest(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 9)
	tw.morning("2026-03-02")
	if got := tw.chat.titles("xiaya"); len(got) != 1 || got[0] != "【摘要】9件事项" {
		t.Fatalf("the group got %q", got)
	}
	digest := tw.chat.last(t, "xiaya")
	golden(t, "摘要-协调群", written(digest.Card))
	if at := digest.To.At; len(at) != 1 || at[0].ID != "u-chen" {
		t.Errorf("the digest mentions %+v", at)
	}
	opens := tw.choices("xiaya")
	tw.do(func(tx *store.Tx) error {
		_, err := tw.n.Open(tx, opens[1].Arg, "li")
		return err
	})
	more := opens[len(opens)-1]
	id, shown, _ := strings.Cut(more.Arg, "|")
	if more.Act != notify.ActMore || shown != "7" {
		t.Fatalf("the last button is %+v", more)
	}
	tw.do(func(tx *store.Tx) error { return tw.more(tx, id, "li") })
	tw.drain()
	got := tw.chat.titles("li")
	if len(got) < 2 || got[len(got)-2] != "【交办单】第1次红灯预警　二号项目" || got[len(got)-1] != "【摘要】其余事项" {
		t.Errorf("李某 got %q", got)
	}
	if got := tw.chat.titles("xiaya"); len(got) != 1 {
		t.Errorf("the group got %q", got)
	}
}

func TestAGroupThatIsLostBeforeItsDigest(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 4)
	tw.chat.failing(func(s sight, _ int) error {
		if s.To.Group != "" {
			return failed(bot.Gone)
		}
		return nil
	})
	tw.morning("2026-03-02")
	told := 0
	for _, d := range tw.deliveries(store.DeliveryFilter{Person: "li", Kind: string(mechanism.KindEscalation)}) {
		if d.State == store.DeliverySuperseded && d.Digest != "" {
			told++
		}
	}
	if told != 4 {
		t.Errorf("%d of four postings are in 李某's digest", told)
	}
	if got := tw.chat.titles("li"); len(got) != 1 || got[0] != "【摘要】4件事项" {
		t.Errorf("李某 got %q", got)
	}
	if got := tw.chat.titles("zhao"); !strings.Contains(strings.Join(got, ""), "数据提醒") {
		t.Errorf("专班 got %q", got)
	}
}

// crowded is a town on a platform that takes three cards a minute into one conversation.
func crowded(t *testing.T) *town {
	tw := sparing(t, "2026-03-05 10:00")
	tw.chat.traits.PerMinute = 3
	return tw
}

// 一分钟内第四张起并入下一分钟的摘要卡,一件不少;答复照发。
func TestOverTheMinuteJoinsADigest(t *testing.T) {
	tw := crowded(t)
	for i := range 6 {
		red(tw, i)
		tw.drain()
	}
	if got := tw.chat.titles("xiaya"); len(got) != 3 {
		t.Fatalf("the group got %q within a minute", got)
	}
	waiting := tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindDigest), State: store.DeliveryWaiting, Effect: store.EffectCard})
	for _, d := range waiting {
		if d.Reason != "一分钟内已发3张,随后再发。" {
			t.Errorf("%s waits because %s", d.Key, d.Reason)
		}
	}
	tw.hello("chen", "答复")
	tw.drain()
	if got := tw.chat.titles("chen"); len(got) != 4 || got[3] != "答复" {
		t.Errorf("陈某 got %q", got)
	}
	tw.at("2026-03-05 10:01")
	tw.drain()
	if got := tw.chat.titles("xiaya"); len(got) != 4 || got[3] != "【摘要】3件事项" {
		t.Errorf("the group got %q", got)
	}
}

// 第三级呈阅不并入摘要:同样不超过每分钟的张数,一张一张地发。
func TestTierThreeStaysSingle(t *testing.T) {
	tw := crowded(t)
	for i := range 5 {
		tw.tell(nil, mechanism.Notification{
			Kind: mechanism.KindAlarm, Key: fmt.Sprintf("alarm/%d", i), On: date("2026-03-05"), Urgency: mechanism.Tier3,
			To: mechanism.Addressee{Role: mechanism.RoleTaskForce}, Alarm: "请看。",
		})
	}
	tw.drain()
	if got := tw.chat.titles("zhao"); len(got) != 3 {
		t.Fatalf("专班 got %q within a minute", got)
	}
	tw.at("2026-03-05 10:01")
	tw.drain()
	if got := tw.chat.titles("zhao"); len(got) != 5 || strings.Contains(strings.Join(got, ""), "摘要") {
		t.Errorf("专班 got %q", got)
	}
}

// 群里的摘要没有送达,原因消除后可以重发到群里。
func TestADigestOfAGroupIsSentAgain(t *testing.T) {
	tw := sparing(t, "2026-03-02 07:00")
	reds(tw, 4)
	tw.chat.failing(func(s sight, _ int) error {
		if s.To.Group != "" {
			return failed(bot.Refused)
		}
		return nil
	})
	tw.morning("2026-03-02")
	tw.chat.failing(nil)
	tw.do(func(tx *store.Tx) error {
		lost, err := tw.n.Undelivered(tx)
		if err != nil || len(lost) != 1 {
			t.Fatalf("undelivered: %+v %v", lost, err)
		}
		if !strings.Contains(lost[0].Whom, "下涯镇") {
			t.Errorf("it went to %q", lost[0].Whom)
		}
		said, done, err := tw.n.Resend(tx, lost[0].ID, "zhao")
		if !done {
			t.Errorf("not sent again: %s", said)
		}
		return err
	})
	tw.drain()
	if got := tw.chat.titles("xiaya"); len(got) != 1 || got[0] != "【摘要】4件事项" {
		t.Errorf("the group got %q", got)
	}
}

// 时钟往回拨:刚发过的几张不使以后的卡片等到那时。
func TestAClockSetBackHoldsNoCards(t *testing.T) {
	tw := crowded(t)
	for i := range 3 {
		red(tw, i)
		tw.drain()
	}
	tw.at("2026-03-04 10:00")
	red(tw, 3)
	tw.drain()
	tw.at("2026-03-04 10:02")
	tw.drain()
	if got := tw.chat.titles("xiaya"); len(got) != 4 {
		t.Errorf("the group got %q", got)
	}
}

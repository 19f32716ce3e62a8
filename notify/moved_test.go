package notify_test

import (
	"slices"
	"strings"
	"testing"

	"junma/bot"
	"junma/store"
)

// 在等消息时段的卡片,发出之前收件人离任或调离:不发给他,发给该单位现在的联系人,一件不少;已并入摘要的也一样。
func TestAWaitingCardGoesToWhoIsInOffice(t *testing.T) {
	for name, change := range map[string]func(*store.Person){
		"离任": func(p *store.Person) { p.Active = false },
		"调离": func(p *store.Person) { p.Unit = "市统计局" },
	} {
		t.Run(name, func(t *testing.T) {
			tw := sparing(t, "2026-03-02 07:00")
			reds(tw, 5)
			succeed(tw, change)
			tw.morning("2026-03-02")
			if got := tw.chat.titles("chen"); len(got) != 0 {
				t.Errorf("陈某 got %q", got)
			}
			if got := tw.chat.titles("hu"); len(got) != 5 {
				t.Errorf("胡某 got %q", got)
			}
		})
		t.Run(name+",摘要在等", func(t *testing.T) {
			tw := sparing(t, "2026-03-02 10:00")
			for i := range 9 { // five singly, four on the next morning's digest
				red(tw, i)
				tw.drain()
			}
			succeed(tw, change)
			tw.morning("2026-03-03")
			if got := tw.chat.titles("chen"); len(got) != 5 {
				t.Errorf("陈某 got %q", got)
			}
			if got := tw.chat.titles("hu"); len(got) != 1 || got[0] != "【摘要】4件事项" {
				t.Errorf("胡某 got %q", got)
			}
		})
	}
}

// succeed puts 胡某 in the place of 陈某, whom change takes away.
func succeed(tw *town, change func(*store.Person)) {
	people := residents()
	chen := people[slices.IndexFunc(people, func(p store.Person) bool { return p.ID == "chen" })]
	next := chen
	change(&chen)
	next.ID, next.Name, next.Accounts = "hu", "胡某", map[string]string{platformName: "u-hu"}
	tw.do(func(tx *store.Tx) error { return tx.SaveRoster(store.RosterChange{People: []store.Person{chen, next}}) })
}

// 夜里在等的协调件,群在早上之前解绑:不发到原来的群,发到新绑定的群,没有的单发。
func TestAWaitingPostingGoesToTheGroupThatIsBound(t *testing.T) {
	for name, id := range map[string]string{"改绑": "g-new", "解绑": ""} {
		t.Run(name, func(t *testing.T) {
			tw := sparing(t, "2026-03-02 07:00")
			red(tw, 0)
			tw.do(func(tx *store.Tx) error {
				g := allGroups()[0]
				g.IDs = map[string]string{platformName: id}
				return tx.SaveRoster(store.RosterChange{Groups: []store.Group{g}})
			})
			tw.morning("2026-03-02")
			if got := tw.chat.titles("xiaya"); len(got) != 0 {
				t.Errorf("the group of before got %q", got)
			}
			who := map[string]string{"g-new": "new", "": "li"}[id]
			if got := strings.Join(tw.chat.titles(who), ""); !strings.Contains(got, "交办单") {
				t.Errorf("%s got %q", who, got)
			}
		})
	}
}

// 没送达的摘要,收件人离任或调离以后重发:各件发给现在的联系人。
func TestADigestOfWhoIsOutIsSentAgainToWhoIsIn(t *testing.T) {
	for name, change := range map[string]func(*store.Person){
		"离任": func(p *store.Person) { p.Active = false },
		"调离": func(p *store.Person) { p.Unit = "市统计局" },
	} {
		t.Run(name, func(t *testing.T) {
			tw := sparing(t, "2026-03-02 07:00")
			reds(tw, 4)
			tw.chat.failing(func(s sight, _ int) error {
				if s.To.User == "u-chen" {
					return failed(bot.Gone)
				}
				return nil
			})
			tw.morning("2026-03-02")
			succeed(tw, change)
			digest := tw.deliveries(store.DeliveryFilter{Person: "chen", State: store.DeliveryDead})
			if len(digest) != 1 || digest[0].Kind != "digest" {
				t.Fatalf("dead: %+v", digest)
			}
			tw.do(func(tx *store.Tx) error {
				said, done, err := tw.n.Resend(tx, digest[0].ID, "zhao")
				if !done || strings.Contains(said, "不必再发") {
					t.Errorf("said %q, %t", said, done)
				}
				return err
			})
			tw.drain()
			if got := tw.chat.titles("hu"); len(got) != 1 || got[0] != "【摘要】4件事项" {
				t.Errorf("胡某 got %q", got)
			}
		})
	}
}

// 夜里在等的卡片,收件人的账号早上之前改正了:发到改正后的账号;账号撤去的,改发该单位其他收件人。
func TestAWaitingCardGoesToThePresentAccount(t *testing.T) {
	for account, who := range map[string]string{"u-right": "right", "": "li"} {
		t.Run(who, func(t *testing.T) {
			tw := sparing(t, "2026-03-02 07:00")
			red(tw, 0)
			people := residents()
			chen := people[slices.IndexFunc(people, func(p store.Person) bool { return p.ID == "chen" })]
			chen.Accounts = map[string]string{platformName: account}
			tw.do(func(tx *store.Tx) error { return tx.SaveRoster(store.RosterChange{People: []store.Person{chen}}) })
			tw.morning("2026-03-02")
			if got := tw.chat.titles("chen"); len(got) != 0 {
				t.Errorf("the account of before got %q", got)
			}
			if got := tw.chat.titles(who); !slices.Contains(got, "【红灯预警通报】一号项目") {
				t.Errorf("%s got %q", who, got)
			}
		})
	}
}

package notify_test

import (
	"strings"
	"sync"
	"testing"

	"junma/bot"
	"junma/notify"
	"junma/store"
)

// meteredChat is a chat whose every send costs calls.
type meteredChat struct {
	*chat
	mu   sync.Mutex
	cost bot.Usage
}

func (m *meteredChat) TakeUsage() bot.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := m.cost
	m.cost = bot.Usage{}
	return used
}

func (m *meteredChat) spend(u bot.Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cost = m.cost.Plus(u)
}

// 每月额度用到八成,专班得知一次;下个月从头计。
func TestQuotaMeter(t *testing.T) {
	var metered *meteredChat
	tw := newTown(t, "2026-05-11 09:00", setup{options: func(o *notify.Options) {
		metered = &meteredChat{chat: o.Platforms[platformName].(*chat)}
		o.Platforms = map[string]bot.Platform{platformName: metered}
		o.Quotas = map[string]notify.Quota{platformName: {Calls: 100, Events: 10}}
	}})
	nth := 0
	spend := func(calls, events int) {
		nth++
		metered.spend(bot.Usage{Calls: calls, Events: events})
		tw.do(func(tx *store.Tx) error {
			q := notify.Question{Title: "你好", Lines: []bot.Text{bot.Say("好")}, Key: string(rune('a' + nth))}
			return tw.n.Ask(tx, platformName, "chen", q)
		})
		tw.drain()
	}
	told := func(words string) int {
		n := 0
		for _, s := range tw.chat.shown("zhao") {
			n += strings.Count(written(s.Card), words)
		}
		return n
	}
	spend(79, 0)
	if told("额度") != 0 {
		t.Error("told below 80 %")
	}
	spend(1, 2)
	if told("平台本月接口调用额度100次,已用80次(八成以上),还剩20次;用完后预警卡片发不出去") != 1 {
		t.Errorf("专班 sees %v", tw.chat.shown("zhao"))
	}
	spend(10, 7)
	spend(30, 0)
	if calls, events := told("接口调用额度"), told("消息推送(Webhook与Stream)额度10次,已用9次"); calls != 1 || events != 1 {
		t.Errorf("told %d and %d times, want once each", calls, events)
	}
	must(t, tw.store.View(tw.ctx, func(v *store.View) error {
		may, err := v.Usage(platformName, date("2026-05-31"))
		if err != nil {
			return err
		}
		june, err := v.Usage(platformName, date("2026-06-01"))
		if may != (store.Usage{Calls: 120, Events: 9}) || june != (store.Usage{}) {
			t.Errorf("the meters are %+v and %+v", may, june)
		}
		return err
	}))
	tw.at("2026-06-01 09:00")
	spend(85, 0)
	if got := told("接口调用额度"); got != 2 {
		t.Errorf("told %d times, want once in each month", got)
	}
}

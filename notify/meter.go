package notify

import (
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Quota is what a platform's tenant may use in a calendar month; 0 = unlimited.
type Quota struct {
	Calls  int // API calls
	Events int // Webhook and Stream pushes
}

// takeUsage takes what each platform has counted, with what could not be kept before.
func (n *Notifier) takeUsage() map[string]bot.Usage {
	n.mu.Lock()
	defer n.mu.Unlock()
	used := n.unkept
	n.unkept = map[string]bot.Usage{}
	for name, platform := range n.Platforms {
		if metered, ok := platform.(bot.Metered); ok {
			used[name] = used[name].Plus(metered.TakeUsage())
		}
	}
	return used
}

// putBack keeps what was taken for the next time, because the transaction that should have kept it failed.
func (n *Notifier) putBack(used map[string]bot.Usage) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, u := range used {
		n.unkept[name] = n.unkept[name].Plus(u)
	}
}

// meter adds to the month's meters, in a transaction that is made anyhow, and tells 专班 once a month and quota when four
// fifths are used up.
func (n *Notifier) meter(tx *store.Tx, used map[string]bot.Usage) error {
	for platform, u := range used {
		if u == (bot.Usage{}) {
			continue
		}
		if err := n.addUsage(tx, platform, u); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notifier) addUsage(tx *store.Tx, platform string, used bot.Usage) error {
	today := mechanism.DateOf(tx.Now)
	before, after, err := tx.AddUsage(platform, today, store.Usage(used))
	if err != nil {
		return err
	}
	quota := n.Quotas[platform]
	for _, m := range []struct {
		key, name, advice    string
		before, after, quota int
	}{
		{key: "calls", name: "接口调用", before: before.Calls, after: after.Calls, quota: quota.Calls, advice: "用完后预警卡片发不出去"},
		{key: "events", name: "消息推送(Webhook与Stream)", before: before.Events, after: after.Events, quota: quota.Events, advice: "用完后收不到大家发来的文字和文件"},
	} {
		if !crosses(m.before, m.after, m.quota) {
			continue
		}
		err := n.Enqueue(tx, nil, []mechanism.Notification{{
			Kind: mechanism.KindAlarm, Key: fmt.Sprintf("alarm/quota/%s/%s/%s", platform, m.key, month(tx.Now)), On: today,
			To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
			Alarm: fmt.Sprintf("平台本月%s额度%d次,已用%d次(八成以上),还剩%d次;%s,请及时增购或等下月恢复。",
				m.name, m.quota, m.after, max(0, m.quota-m.after), m.advice),
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// crosses reports whether a meter passed four fifths of its quota.
func crosses(before, after, quota int) bool {
	return quota > 0 && before*5 < quota*4 && after*5 >= quota*4
}

package notify

import (
	"fmt"
	"time"

	"junma/mechanism"
	"junma/store"
)

// Spent reports whether a platform's queue is parked because the tenant's monthly quota of API calls is used up. Answers
// through the session of what was just said go out all the same, since they cost no call.
func (n *Notifier) Spent(platform string) bool {
	g, ok := n.gates[platform]
	return ok && g.isSpent()
}

// tellSpent puts into the queue what 专班 reads as soon as cards go out again, once a month. What tells them meanwhile is
// an answer to what they say (Spent).
func (n *Notifier) tellSpent(tx *store.Tx, platform string) error {
	today := mechanism.DateOf(tx.Now)
	return n.Enqueue(tx, nil, []mechanism.Notification{{
		Kind: mechanism.KindAlarm, Key: fmt.Sprintf("alarm/spent/%s/%s", platform, month(tx.Now)), On: today,
		To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
		Alarm: fmt.Sprintf("平台的接口调用额度于%s用完,此后的卡片没有发出。现已恢复,积压的正在补发;请考虑增购。",
			day(today, today)+moment(tx.Now, today)),
	}})
}

// month names the calendar month of an instant in Shanghai, for which a quota holds.
func month(at time.Time) string { return mechanism.DateOf(at).String()[:len("2006-01")] }

package notify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

const (
	backoffFirst = time.Second      // the first pause is at most this, each further one at most twice as long
	backoffMost  = 30 * time.Minute // but never longer than this
	attemptsMost = 60               // with pauses of 15 minutes on average: half a day and more
	parkTime     = time.Hour        // how long a spent quota stops a platform
	behindOthers = 50 * time.Millisecond
)

// settle records how an attempt ended and decides what comes next, by the kind of the platform's error.
func (n *Notifier) settle(tx *store.Tx, j job, receipt bot.Receipt, failure error) error {
	if failure == nil {
		return n.arrived(tx, j, receipt)
	}
	kind := bot.KindOf(failure)
	n.Log.Warn("a delivery did not go through", "delivery", j.d.ID, "effect", j.d.Effect, "kind", j.d.Kind,
		"outcome", kind.String(), "attempt", j.d.Attempts, "error", failure)
	switch kind {
	case bot.Throttled:
		return n.hold(tx, j, failure, "平台要求放慢发送,稍后自动重发。")
	case bot.Spent:
		if err := n.hold(tx, j, failure, "平台本月调用额度已用完,每小时再试一次。"); err != nil {
			return err
		}
		return n.tellSpent(tx, j.d.Platform)
	case bot.Unknown:
		return n.unsure(tx, j)
	case bot.Retry:
		return n.hold(tx, j, failure, "平台暂时不可用,稍后自动重发。")
	case bot.Gone:
		if j.d.Effect != store.EffectCard {
			_, err := tx.Settle(j.d.ID, j.d.Epoch, store.Outcome{State: store.DeliverySuperseded, Reason: "卡片、会话或收件人已不存在,不再发送。"})
			return err
		}
		if group := groupOf(j.d); group != "" {
			return n.lostGroup(tx, j.d, group)
		}
		return n.giveUp(tx, j.d, "收件人在平台上已不可达,请核对名册中的账号。")
	default:
		if j.d.Effect == store.EffectFile {
			return n.fileRefused(tx, j)
		}
		return n.giveUp(tx, j.d, "平台拒绝了该消息,请检查应用权限和卡片设置。")
	}
}

// arrived records the vendor's own receipt. A redraw's receipt is that of its card from now on.
func (n *Notifier) arrived(tx *store.Tx, j job, receipt bot.Receipt) error {
	held, err := tx.Settle(j.d.ID, j.d.Epoch, store.Outcome{State: store.DeliverySent, Receipt: receipt})
	switch {
	case err != nil || !held:
		return err
	case j.d.Effect == store.EffectRedraw && len(receipt) > 0:
		return tx.SetReceipt(j.d.Card, receipt)
	case j.d.Effect == store.EffectCard && j.d.Kind == string(mechanism.KindEscalation):
		return n.posted(tx, j.d)
	case j.d.Effect == store.EffectCard && j.d.Kind == string(mechanism.KindDigest):
		return n.digestPosted(tx, j.d)
	}
	return nil
}

// digestPosted is posted for every text that a digest brought.
func (n *Notifier) digestPosted(tx *store.Tx, digest store.Delivery) error {
	cards, err := tx.Gathered(digest.ID)
	if err != nil {
		return err
	}
	for _, d := range cards {
		if d.Kind != string(mechanism.KindEscalation) {
			continue
		}
		if err := n.posted(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// posted takes the buttons off 专班's card once the text that it held has gone out by itself.
func (n *Notifier) posted(tx *store.Tx, escalation store.Delivery) error {
	p, err := tx.Project(escalation.Project)
	if err != nil {
		return fmt.Errorf("read project %s: %w", escalation.Project, err)
	}
	c := p.Case(escalation.Case)
	if c == nil || !c.Escalation.Held() || !c.Escalation.Released.IsZero() || c.Escalation.Withheld != "" {
		return nil // there is none, or 专班 did it and the answer to that press has redrawn the card
	}
	held, err := tx.Deliveries(store.DeliveryFilter{
		Project: escalation.Project, Case: escalation.Case, Kind: string(mechanism.KindHeld), Effect: store.EffectCard, State: store.DeliverySent,
	})
	if err != nil {
		return fmt.Errorf("list the held cards of case %d: %w", escalation.Case, err)
	}
	for _, d := range held { // the text goes to several people; the first arrival counts
		redrawn, err := tx.Deliveries(store.DeliveryFilter{Card: d.ID, Effect: store.EffectRedraw})
		if err != nil {
			return fmt.Errorf("list the redraws of card %s: %w", d.ID, err)
		}
		if slices.ContainsFunc(redrawn, func(r store.Delivery) bool { return !r.NotBefore.Before(c.Escalation.PostAt) }) {
			continue
		}
		if err := n.redraw(tx, d); err != nil {
			return err
		}
	}
	return nil
}

// unsure keeps the bytes for another attempt inside the platform's window.
func (n *Notifier) unsure(tx *store.Tx, j job) error {
	until := j.first.Add(j.platform.Traits().RepeatWindow)
	now := n.Wall()
	if !until.After(now) {
		return n.giveUp(tx, j.d, "结果不明:不知是否送达,平台不能重发,请向收件人核实。")
	}
	again := now.Add(backoff(j.d.Attempts))
	if !j.shut.IsZero() {
		again = j.shut.Add(behindOthers)
	}
	if again.After(until) {
		again = until
	}
	_, err := tx.Settle(j.d.ID, j.d.Epoch, store.Outcome{
		State: store.DeliveryUnknown, Reason: "结果不明:不知是否送达,将用同一编号再发一次。", RetryAt: again, KeepPayload: true,
		Uncounted: !j.shut.IsZero(),
	})
	return err
}

// again is how a delivery waits after an attempt that definitely came to nothing. It is drawn anew, except where the
// reader may get to see earlier bytes: those of an attempt whose outcome is still unknown, or a card the platform kept.
func again(j job, failure error, reason string, at time.Time) store.Outcome {
	o := store.Outcome{State: open(j.d), Reason: reason, RetryAt: at}
	if e, ok := errors.AsType[*bot.Error](failure); ok && e.Kept {
		o.State = store.DeliveryUnknown
	}
	o.KeepPayload = o.State == store.DeliveryUnknown
	return o
}

// hold puts back a delivery that came to nothing. Where its whole platform stands still the attempt does not count, and the
// next probe is another delivery, if there is one: this one may be the trouble. Otherwise it pauses alone, ever longer.
func (n *Notifier) hold(tx *store.Tx, j job, failure error, reason string) error {
	if j.shut.IsZero() && j.d.Attempts >= attemptsMost {
		return n.giveUp(tx, j.d, fmt.Sprintf("平台持续不可用,已试%d次,不再重发。", j.d.Attempts))
	}
	o := again(j, failure, reason, j.shut.Add(behindOthers))
	o.Uncounted = true
	if j.shut.IsZero() {
		o.RetryAt, o.Uncounted = n.Wall().Add(backoff(j.d.Attempts)), false
	}
	_, err := tx.Settle(j.d.ID, j.d.Epoch, o)
	return err
}

// giveUp ends a delivery for good and tells 专班 that a card did not reach its reader, or who asked for a file that it
// does not come.
func (n *Notifier) giveUp(tx *store.Tx, d store.Delivery, reason string) error {
	held, err := tx.Settle(d.ID, d.Epoch, store.Outcome{State: store.DeliveryDead, Reason: reason})
	if err != nil || !held {
		return err
	}
	switch d.Effect {
	case store.EffectFile:
		return n.tellUnsent(tx, d, reason)
	case store.EffectCard:
	default:
		return nil
	}
	return n.tellUndelivered(tx, d)
}

// backoff is the pause before the next attempt: full jitter, so that those who failed together do not come back together.
func backoff(attempts int) time.Duration {
	most := backoffMost
	if attempts < 12 {
		most = min(most, backoffFirst<<max(0, attempts-1))
	}
	return rand.N(most) + time.Millisecond
}

package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// prepare makes a claimed delivery ready for its attempt: drawn as things are now, encoded and frozen. It settles, and
// is not ready, when there is nothing to send after all.
func (n *Notifier) prepare(tx *store.Tx, d store.Delivery) (job, bool, error) {
	end := func(o store.Outcome) (job, bool, error) {
		_, err := tx.Settle(d.ID, d.Epoch, o)
		return job{}, false, err
	}
	platform, ok := n.Platforms[d.Platform]
	if !ok {
		return end(store.Outcome{State: store.DeliveryDead, Reason: fmt.Sprintf("平台%s未启用,请在配置中启用或更新名册。", d.Platform)})
	}
	j := job{d: d, platform: platform, first: n.Wall()}
	if len(d.Payload) > 0 {
		return n.repeat(tx, j)
	}
	if !d.Deadline.IsZero() && !tx.Now.Before(d.Deadline) {
		o := store.Outcome{State: store.DeliverySuperseded, Reason: "已过有效时间,不再发送。"}
		return end(o)
	}
	if later := n.laterHour(tx.Now, d); later.After(tx.Now) {
		return end(store.Outcome{State: store.DeliveryWaiting, Reason: "不在消息时段,到时自动发送。", NotBefore: later, Uncounted: true})
	}
	if d.Effect == store.EffectFetch {
		return j, true, nil
	}
	if why, err := n.reader(tx, d); err != nil {
		return job{}, false, err
	} else if why != "" {
		return end(store.Outcome{State: store.DeliverySuperseded, Reason: why})
	}
	if spared, err := n.spare(tx, d, platform.Traits()); err != nil {
		return job{}, false, err
	} else if spared != nil {
		return end(*spared)
	}
	var stale string
	var err error
	if j.payload, stale, err = n.encoded(tx, j); stale != "" {
		return end(store.Outcome{State: store.DeliverySuperseded, Reason: stale})
	}
	if err != nil {
		return job{}, false, n.unready(tx, j, err)
	}
	if j.payload == nil {
		return j, true, nil // a file has to be handed over first
	}
	if own := laneOf(d); d.Effect == store.EffectFile && d.Lane != own {
		return end(store.Outcome{State: store.DeliveryWaiting, Reason: "文件已上传,随即发送。", Lane: own, Uncounted: true})
	}
	kept, err := tx.Freeze(d.ID, d.Epoch, freeze(j.first, j.payload))
	return j, kept, err
}

// unready settles a delivery that could not be drawn or encoded. What the platform's encoder refuses it will always
// refuse; anything else is tried again later.
func (n *Notifier) unready(tx *store.Tx, j job, cause error) error {
	if errors.Is(cause, context.Canceled) {
		return cause
	}
	if _, ours := errors.AsType[*bot.Error](cause); !ours {
		n.Log.Error("a card could not be drawn", "delivery", j.d.ID, "kind", j.d.Kind, "error", cause)
		if j.d.Talk && j.d.Attempts >= awaitAttempts { // the answers after it wait
			return n.giveUp(tx, j.d, "卡片内容无法生成,请联系运维人员查看服务日志。")
		}
		cause = &bot.Error{Op: "draw", Kind: bot.Retry, Err: cause}
	}
	return n.settle(tx, j, nil, cause)
}

// repeat prepares the very bytes of an attempt whose outcome is unknown, while the platform still recognises them.
func (n *Notifier) repeat(tx *store.Tx, j job) (job, bool, error) {
	j.first, j.payload = thaw(j.d.Payload)
	if n.Wall().Sub(j.first) <= j.platform.Traits().RepeatWindow {
		return j, true, nil
	}
	return job{}, false, n.giveUp(tx, j.d, "结果不明:不知是否送达,已过可重发的时限,请向收件人核实。")
}

// laterHour gives when a card that nobody asked for may go out, if not now: an attempt can fall out of the hours for
// which it was enqueued.
func (n *Notifier) laterHour(now time.Time, d store.Delivery) time.Time {
	if d.Effect != store.EffectCard {
		return now
	}
	return n.Hours.Next(now, mechanism.Urgency(d.Urgency), n.Book)
}

// encoded draws a delivery and gives its bytes; none when a file has to be handed over first. stale says why there is
// nothing to do any more.
func (n *Notifier) encoded(tx *store.Tx, j job) (payload bot.Payload, stale string, err error) {
	defer n.contain(j.d, &err)
	traits := j.platform.Traits()
	message, stale, err := n.message(tx, j.d, traits)
	if err != nil || stale != "" || message == nil {
		return nil, stale, err
	}
	payload, err = j.platform.Encode(message)
	return payload, "", err
}

// contain makes of a panic over one delivery an error of this delivery: it is claimed in one transaction with others, which
// must not wait for it. It is deferred.
func (n *Notifier) contain(d store.Delivery, err *error) {
	if p := recover(); p != nil {
		n.Log.Error("panic over a delivery", "delivery", d.ID, "kind", d.Kind, "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic: %v", p)
	}
}

// message draws the effect of a delivery; stale says why there is nothing to do any more. A nil message: the file that it
// is to bring must be handed to the platform first.
func (n *Notifier) message(tx *store.Tx, d store.Delivery, traits bot.Traits) (m bot.Message, stale string, err error) {
	var to bot.Address
	if err := json.Unmarshal(d.Address, &to); err != nil {
		return nil, "", fmt.Errorf("read address: %w", err)
	}
	switch d.Effect {
	case store.EffectReply:
		var said replyParams
		if err := json.Unmarshal(d.Params, &said); err != nil {
			return nil, "", fmt.Errorf("read reply: %w", err)
		}
		return bot.Reply{Session: said.Session, To: to, Text: said.Text}, "", nil
	case store.EffectRedraw:
		return n.redrawing(tx, d, to, traits)
	case store.EffectFile:
		m, err := n.fileMessage(tx, d, to)
		return m, "", err
	default:
	}
	drawn, err := n.picture(tx, d, d.Person)
	if err != nil || drawn.stale != "" {
		return nil, drawn.stale, err
	}
	if to.Group != "" && !traits.GroupButtons {
		drawn.choices = nil
	}
	if to.User, err = presentAccount(tx, d, to.User); err != nil {
		return nil, "", err
	}
	card, err := n.attach(tx, d, drawn)
	return bot.NewCard{ID: d.ID, To: to, Card: card}, "", err
}

// redrawing draws the present state of a card that was sent.
func (n *Notifier) redrawing(tx *store.Tx, d store.Delivery, to bot.Address, traits bot.Traits) (bot.Message, string, error) {
	card, err := tx.Delivery(d.Card)
	if err != nil {
		return nil, "", fmt.Errorf("read card %s: %w", d.Card, err)
	}
	switch {
	case card.State != store.DeliverySent:
		return nil, "卡片没有发出,无需更新。", nil
	case traits.RedrawWindow < 0:
		return nil, "该平台的卡片不能更新。", nil
	case traits.RedrawWindow > 0 && tx.Now.Sub(card.SentAt) > traits.RedrawWindow:
		return nil, "已过平台允许更新卡片的时限。", nil
	}
	if in, err := n.InCharge(tx, card); err != nil || !in {
		return nil, "卡片的收件人已不负责该事项,不再更新。", err
	}
	drawn, err := n.picture(tx, card, card.Person)
	if err != nil {
		return nil, "", err
	}
	if to.Group != "" && !traits.GroupButtons {
		drawn.choices = nil
	}
	shown, err := n.attach(tx, card, drawn)
	return bot.Redraw{ID: card.ID, To: to, Receipt: card.Receipt, Card: shown}, "", err
}

// open is the state an open delivery goes back to: with frozen bytes its outcome is still unknown.
func open(d store.Delivery) store.DeliveryState {
	if len(d.Payload) > 0 {
		return store.DeliveryUnknown
	}
	return store.DeliveryWaiting
}

// freeze puts the machine time of the first attempt before the bytes, so that the repeat window can be counted from it.
func freeze(first time.Time, payload bot.Payload) []byte {
	return append(fmt.Appendf(nil, "%016x", uint64(first.UnixMilli())), payload...)
}

// thaw takes apart what freeze made.
func thaw(frozen []byte) (first time.Time, payload bot.Payload) {
	var ms uint64
	if len(frozen) < 16 {
		return time.Time{}, nil
	}
	if _, err := fmt.Sscanf(string(frozen[:16]), "%016x", &ms); err != nil {
		return time.Time{}, nil
	}
	return time.UnixMilli(int64(ms)), frozen[16:]
}

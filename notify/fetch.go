package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// FetchParams is what Delivery.Params holds for a fetch.
type FetchParams struct {
	File bot.File        `json:"file"`
	Ref  json.RawMessage `json:"ref,omitempty"`
}

// Fetch brings a file that a person sent into the evidence store, as durable work; Options.Fetched learns how it ended,
// in the same transaction. ref is the caller's own note, found again in Delivery.Params as FetchParams.Ref.
func (n *Notifier) Fetch(tx *store.Tx, platform, person string, f bot.File, ref json.RawMessage) error {
	more, err := json.Marshal(FetchParams{File: f, Ref: ref})
	if err != nil {
		return fmt.Errorf("encode fetch: %w", err)
	}
	id := token() + token()
	_, err = tx.Enqueue(store.Delivery{
		ID: id, Key: "fetch/" + id, Lane: platform + "/fetch/" + person, Effect: store.EffectFetch, Platform: platform,
		Person: person, Params: more, Urgency: int(mechanism.Now), NotBefore: tx.Now,
	})
	if err != nil {
		return fmt.Errorf("enqueue fetch: %w", err)
	}
	tx.AfterCommit(n.Wake)
	return nil
}

const (
	fetchLimit    = 20 << 20 // bytes; what DingTalk lets people send (dingtalk.md §6) and the reports accept
	awaitAttempts = 6        // at what a person is waiting for
)

// fetch copies one file from the platform into the evidence store.
func (n *Notifier) fetch(ctx context.Context, j job) (store.Blob, error) {
	fetcher, ok := j.platform.(bot.FileFetcher)
	if !ok {
		return store.Blob{}, &bot.Error{Op: "fetch", Kind: bot.Refused, Text: "the platform has no files"}
	}
	var wanted FetchParams
	if err := json.Unmarshal(j.d.Params, &wanted); err != nil {
		return store.Blob{}, fmt.Errorf("read fetch: %w", err)
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.CloseWithError(fetcher.Fetch(ctx, wanted.File, w, fetchLimit)) // always nil
	}()
	blob, err := n.Store.PutEvidence(ctx, r, fetchLimit)
	_ = r.CloseWithError(err) // always nil; ends a fetch that goes on after the store refused
	<-done
	return blob, err
}

// settleFetch records how a fetch ended and tells Options.Fetched, in one transaction.
func (n *Notifier) settleFetch(tx *store.Tx, j job, blob store.Blob, failure error) error {
	outcome, sentence := store.Outcome{State: store.DeliverySent}, ""
	switch kind := bot.KindOf(failure); {
	case failure == nil:
	case errors.Is(failure, store.ErrTooLarge):
		sentence = "文件超过20MB,请先压缩。"
	case kind == bot.Throttled || kind == bot.Spent:
		return n.hold(tx, j, failure, "平台要求放慢,稍后自动再取。")
	case (kind == bot.Retry || kind == bot.Unknown) && j.d.Attempts < awaitAttempts:
		_, err := tx.Settle(j.d.ID, j.d.Epoch, store.Outcome{
			State: store.DeliveryWaiting, Reason: "文件暂时取不到,稍后自动再取。", RetryAt: n.Wall().Add(backoff(j.d.Attempts)),
		})
		return err
	case kind == bot.Refused || kind == bot.Gone:
		sentence = "平台不允许下载该文件(超过20MB或已失效)。"
	default:
		sentence = "文件未能取回。"
	}
	if sentence != "" {
		n.Log.Warn("a file was not fetched", "delivery", j.d.ID, "error", failure)
		outcome = store.Outcome{State: store.DeliveryDead, Reason: sentence}
	}
	held, err := tx.Settle(j.d.ID, j.d.Epoch, outcome)
	if err != nil || !held || n.Fetched == nil {
		return err
	}
	return n.Fetched(tx, j.d, blob, sentence)
}

// unreadable gives up a file over which Options.Fetched panicked: it would again, at each fetch. Who sent it is told as of
// one that did not come, unless this panics, too.
func (n *Notifier) unreadable(d store.Delivery) error {
	const sentence = "文件内容无法处理,请检查后重发;仍然不行的,请联系业务专班。"
	var err error
	for _, told := range []bool{true, false} {
		err = n.Store.Do(context.Background(), func(tx *store.Tx) error {
			held, err := tx.Settle(d.ID, d.Epoch, store.Outcome{State: store.DeliveryDead, Reason: sentence})
			if err != nil || !held || !told {
				return err
			}
			return n.Fetched(tx, d, store.Blob{}, sentence)
		})
		if !errors.Is(err, store.ErrPanic) {
			break
		}
	}
	return err
}

// pauseOf gives how long the platform asked to wait; one second when it did not say.
func pauseOf(failure error) time.Duration {
	if e, ok := errors.AsType[*bot.Error](failure); ok && e.After > 0 {
		return e.After
	}
	return time.Second
}

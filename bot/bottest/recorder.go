package bottest

import (
	"context"
	"sync"
	"testing"

	"junma/bot"
)

// Recorder is an Inbox that keeps what comes and answers as it is told. The zero value answers every click with
// nothing.
type Recorder struct {
	mu       sync.Mutex
	clicks   []bot.Click
	messages []bot.Incoming
	onClick  func(context.Context, bot.Click) (bot.Answer, error)
	onSay    func(context.Context, bot.Incoming) error
}

// OnClick sets what answers clicks from now on.
func (r *Recorder) OnClick(f func(context.Context, bot.Click) (bot.Answer, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onClick = f
}

// OnMessage sets what takes messages from now on.
func (r *Recorder) OnMessage(f func(context.Context, bot.Incoming) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onSay = f
}

// Click keeps c.
func (r *Recorder) Click(ctx context.Context, c bot.Click) (bot.Answer, error) {
	r.mu.Lock()
	r.clicks = append(r.clicks, c)
	f := r.onClick
	r.mu.Unlock()
	if f == nil {
		return bot.Answer{}, nil
	}
	return f(ctx, c)
}

// Message keeps m.
func (r *Recorder) Message(ctx context.Context, m bot.Incoming) error {
	r.mu.Lock()
	r.messages = append(r.messages, m)
	f := r.onSay
	r.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(ctx, m)
}

// Clicks are the clicks so far.
func (r *Recorder) Clicks() []bot.Click {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]bot.Click(nil), r.clicks...)
}

// Messages are the messages so far.
func (r *Recorder) Messages() []bot.Incoming {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]bot.Incoming(nil), r.messages...)
}

// WaitClicks waits until there are at least n clicks.
func (r *Recorder) WaitClicks(t *testing.T, n int) []bot.Click {
	t.Helper()
	await(t, "clicks", func() bool { return len(r.Clicks()) >= n })
	return r.Clicks()
}

// WaitMessages waits until there are at least n messages.
func (r *Recorder) WaitMessages(t *testing.T, n int) []bot.Incoming {
	t.Helper()
	await(t, "messages", func() bool { return len(r.Messages()) >= n })
	return r.Messages()
}

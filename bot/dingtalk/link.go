package dingtalk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/client"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/handler"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
	"golang.org/x/sync/semaphore"

	"junma/bot"
)

const (
	// maxPending is far above any burst: over it the SDK drops frames without an acknowledgement.
	maxPending = 100_000
	// leaveWithin is how long a connection that was told to go stays for its successor and for what is in hand; the
	// server closes it 10 s after the notice [DP protocol.md].
	leaveWithin = 8 * time.Second
	// ackGrace lets the SDK write the acknowledgements of handlers that have just returned.
	ackGrace = 100 * time.Millisecond
	// probeEvery is how often a connection is asked whether it is still there: the SDK tells nobody when it ends.
	probeEvery = 250 * time.Millisecond
)

// link is one Stream connection: an SDK client that never reconnects by itself, and our frame handlers on it.
type link struct {
	platform *Platform
	inbox    bot.Inbox
	client   *client.StreamClient
	since    time.Time
	heard    atomic.Int64        // machine time of the last frame, ns
	answered atomic.Int64        // machine time at which a handler last returned, ns
	busy     *semaphore.Weighted // one per handler at work, so that all of it is free when none is
	leaving  chan struct{}       // closed on the server's notice
	notified atomic.Bool
	replaced chan struct{} // closed when the successor has taken over
	drained  sync.Once
}

func newLink(p *Platform, in bot.Inbox) *link {
	l := &link{
		platform: p, inbox: in, busy: semaphore.NewWeighted(maxPending),
		leaving: make(chan struct{}), replaced: make(chan struct{}),
	}
	l.client = client.NewStreamClient(
		client.WithAppCredential(client.NewAppCredentialConfig(p.opts.ClientID, p.opts.ClientSecret.Reveal())),
		client.WithOpenApiHost(p.opts.APIBase),
		client.WithAutoReconnect(false),
		client.WithKeepAlive(p.opts.Silence/3),
		client.WithMaxPendingHandlers(maxPending),
		client.WithSubscription("SYSTEM", "ping", l.onPing),
		client.WithSubscription("SYSTEM", "disconnect", l.onDisconnect),
		client.WithSubscription("CALLBACK", payload.CardInstanceCallbackTopic, l.counted(l.onClick)),
		client.WithSubscription("CALLBACK", payload.BotMessageCallbackTopic, l.counted(l.onMessage)),
	)
	return l
}

// counted lets the link know what is in hand. Once it drains, what still comes is left to the successor.
func (l *link) counted(h handler.IFrameHandler) handler.IFrameHandler {
	return func(ctx context.Context, df *payload.DataFrame) (*payload.DataFrameResponse, error) {
		if !l.busy.TryAcquire(1) {
			return nil, errNotTaken
		}
		defer func() {
			l.answered.Store(time.Now().UnixNano())
			l.busy.Release(1)
		}()
		return h(ctx, df)
	}
}

// mark notes that a frame came.
func (l *link) mark() {
	now := l.platform.opts.Now()
	l.heard.Store(now.UnixNano())
	l.platform.stream.inbound(now)
}

// onDisconnect keeps the old connection open until the successor is there and what is in hand is answered. When it
// returns, the SDK closes the connection.
func (l *link) onDisconnect(ctx context.Context, _ *payload.DataFrame) (*payload.DataFrameResponse, error) {
	l.mark()
	if l.notified.CompareAndSwap(false, true) {
		close(l.leaving)
	}
	timer := time.NewTimer(leaveWithin)
	defer timer.Stop()
	select {
	case <-l.replaced:
		l.drain(leaveWithin)
	case <-ctx.Done():
	case <-timer.C:
	}
	return nil, nil
}

// start opens the connection. The SDK's dialer has no limit of its own below 45 s.
func (l *link) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := l.client.Start(ctx); err != nil {
		l.client.Close()
		return err
	}
	l.since = l.platform.opts.Now()
	l.heard.Store(l.since.UnixNano())
	return nil
}

// alive asks the SDK whether the connection is still there. Start does nothing on a live client; on a dead one it
// would dial, which the ended context forbids.
func (l *link) alive() bool {
	ended, end := context.WithCancel(context.Background())
	end()
	return l.client.Start(ended) == nil
}

// Reasons for which a link is replaced.
const (
	lost    = "lost"
	told    = "told to go"
	silent  = "silent"
	stopped = "stopped"
)

// watch waits until the link must be replaced and says why.
func (l *link) watch(ctx context.Context) string {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return stopped
		case <-l.leaving:
			return told
		case <-tick.C:
		}
		if !l.alive() {
			return lost
		}
		if l.platform.opts.Now().Sub(time.Unix(0, l.heard.Load())) > l.platform.opts.Silence {
			return silent
		}
	}
}

// finish lets the link go after its successor has taken over, or at the end.
func (l *link) finish(reason string) {
	close(l.replaced)
	if reason == told {
		return // onDisconnect closes it
	}
	l.drain(stopWithin)
	l.client.Close()
}

// drain waits until nothing is in hand.
func (l *link) drain(within time.Duration) {
	l.drained.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		if l.busy.Acquire(ctx, maxPending) != nil {
			l.platform.opts.Log.Warn("dingtalk connection closed with work in hand")
		}
		time.Sleep(ackGrace - time.Since(time.Unix(0, l.answered.Load())))
	})
}

package dingtalk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/client"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/handler"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

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
)

// link is one Stream connection: an SDK client that never reconnects by itself, and our frame handlers on it.
type link struct {
	platform *Platform
	inbox    bot.Inbox
	client   *client.StreamClient
	since    time.Time
	heard    atomic.Int64 // machine time of the last frame, ns
	brought  atomic.Int64 // machine time of the last press or message, ns
	hand     inHand
	leaving  chan struct{} // closed on the server's notice
	notified atomic.Bool
	ended    atomic.Bool   // the program stops: what still comes is left to whoever runs next
	replaced chan struct{} // closed when the successor has taken over
	drained  sync.Once
}

func newLink(p *Platform, in bot.Inbox) *link {
	l := &link{
		platform: p, inbox: in, leaving: make(chan struct{}), replaced: make(chan struct{}),
	}
	l.client = client.NewStreamClient(
		client.WithAppCredential(client.NewAppCredentialConfig(p.opts.ClientID, p.opts.ClientSecret.Reveal())),
		client.WithOpenApiHost(p.opts.APIBase),
		client.WithAutoReconnect(false),
		client.WithKeepAlive(p.opts.Silence/3),
		client.WithMaxPendingHandlers(maxPending),
		client.WithSubscription("SYSTEM", "ping", l.onPing),
		client.WithSubscription("SYSTEM", "disconnect", l.onDisconnect),
		client.WithSubscription("CALLBACK", payload.CardInstanceCallbackTopic, l.taking(l.onClick)),
		client.WithSubscription("CALLBACK", payload.BotMessageCallbackTopic, l.taking(l.onMessage)),
	)
	return l
}

// taking wraps what handles a press or a message. A link whose successor stands goes on taking what the platform still
// sends over it.
func (l *link) taking(h handler.IFrameHandler) handler.IFrameHandler {
	return func(ctx context.Context, df *payload.DataFrame) (*payload.DataFrameResponse, error) {
		l.mark()
		l.brought.Store(l.heard.Load())
		l.platform.countEvent()
		if l.ended.Load() {
			return nil, errNotTaken
		}
		l.hand.begin()
		defer l.hand.end()
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
	l.brought.Store(l.since.UnixNano())
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
	quiet   = "quiet"
	stopped = "stopped"
)

// trouble says why nothing can come over the link any more; "" = it seems to stand.
func (l *link) trouble() string {
	switch {
	case l.notified.Load():
		return told
	case !l.alive():
		return lost
	case l.ago(&l.heard) > l.platform.opts.Silence:
		return silent
	}
	return ""
}

func (l *link) ago(at *atomic.Int64) time.Duration {
	return l.platform.opts.Now().Sub(time.Unix(0, at.Load()))
}

// watch waits until the link must be replaced and says why. It looks at short intervals: the SDK tells nobody when a
// connection ends.
func (l *link) watch(ctx context.Context) string {
	tick := time.NewTicker(l.platform.opts.Backoff / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return stopped
		case <-l.leaving:
		case <-tick.C:
		}
		if why := l.trouble(); why != "" {
			return why
		}
		if l.ago(&l.brought) > l.platform.opts.Quiet {
			return quiet
		}
	}
}

// finish lets the link go after its successor has taken over, or at the end.
func (l *link) finish(reason string) {
	l.ended.Store(reason == stopped)
	close(l.replaced)
	if reason == told {
		return // onDisconnect closes it
	}
	l.drain(stopWithin)
	l.client.Close()
}

// drain waits until nothing has been in hand for a moment.
func (l *link) drain(within time.Duration) {
	l.drained.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		for idle := l.hand.idle(); idle < ackGrace; idle = l.hand.idle() {
			if !pause(ctx, ackGrace-idle) {
				l.platform.opts.Log.Warn("dingtalk connection closed with work in hand")
				return
			}
		}
	})
}

// inHand counts the handlers at work.
type inHand struct {
	mu    sync.Mutex
	n     int
	since time.Time // machine time at which the last one returned
}

func (h *inHand) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
}

func (h *inHand) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n--
	h.since = time.Now()
}

// idle is for how long nothing has been in hand; 0 while something is.
func (h *inHand) idle() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n > 0 {
		return 0
	}
	return time.Since(h.since)
}

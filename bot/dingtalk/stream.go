package dingtalk

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"junma/bot"
)

const (
	// ackWithin is the time a click is given: the platform waits 2 s for the acknowledgement [KB-CARD 0007].
	ackWithin = 1500 * time.Millisecond
	// messageWithin is how long a message may take: one that isn't acknowledged comes again after about a minute.
	messageWithin = 10 * time.Second
)

// errNotTaken is all that a refused acknowledgement says: the SDK sends the error's text to the platform.
var errNotTaken = errors.New("not taken")

// status is how the connection stands.
type status struct {
	mu          sync.Mutex
	connected   bool
	lastInbound time.Time
	connects    int
}

// Status tells how the Stream connection stands now.
func (p *Platform) Status() bot.StreamStatus {
	s := &p.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	return bot.StreamStatus{Connected: s.connected, LastInbound: s.lastInbound, Reconnects: max(0, s.connects-1)}
}

// opened notes a new connection.
func (s *status) opened() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connected = true
	s.connects++
}

// set notes whether what people do still comes over the present connection.
func (s *status) set(connected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connected = connected
}

func (s *status) inbound(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastInbound = at
}

// onClick hands a press to the inbox and answers it with the clicker's card. What is committed is acknowledged however
// late, since only the platform knows when it has given up. Anything else is not: the person is shown a failure at once
// and presses again, which the used reference makes harmless. An inbox that can't finish in time may commit the raw click
// and answer with a card that says 已收到,正在办理.
func (l *link) onClick(ctx context.Context, df *payload.DataFrame) (*payload.DataFrameResponse, error) {
	log := l.platform.opts.Log
	click, err := readClick(df.GetMessageId(), df.Data)
	if err != nil {
		log.Warn("dingtalk click unreadable", "message", df.GetMessageId())
		return nil, errNotTaken
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackWithin)
	defer cancel()
	answer, err := l.inbox.Click(ctx, click)
	if err != nil {
		log.Warn("dingtalk click not acknowledged", "card", click.Card, "message", click.Key, "err", err)
		return nil, errNotTaken
	}
	return l.acknowledge(answer)
}

// clickAnswer is the acknowledgement of a press [KB-CARD 0010]: what it carries changes the clicker's view only, until
// the next update of the card.
type clickAnswer struct {
	Response struct {
		Options *updateOptions `json:"cardUpdateOptions,omitempty"`
		Data    *cardParams    `json:"cardData,omitempty"`
	} `json:"response"`
}

func (l *link) acknowledge(answer bot.Answer) (*payload.DataFrameResponse, error) {
	var a clickAnswer
	if answer.Card != nil {
		vars, err := l.platform.draw(*answer.Card)
		if err != nil { // the click is committed; only its picture is missing
			l.platform.opts.Log.Error("dingtalk answer not drawn", "err", err)
		} else {
			a.Response.Options, a.Response.Data = &byKey, &cardParams{vars}
		}
	}
	return respond(a)
}

// onMessage hands what a person said to the inbox.
func (l *link) onMessage(ctx context.Context, df *payload.DataFrame) (*payload.DataFrameResponse, error) {
	log := l.platform.opts.Log
	in, err := readMessage(df.GetMessageId(), df.Data)
	if err != nil {
		log.Warn("dingtalk message unreadable", "message", df.GetMessageId())
		return nil, errNotTaken
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), messageWithin)
	defer cancel()
	if err := l.inbox.Message(ctx, in); err != nil {
		log.Warn("dingtalk message not acknowledged", "message", in.Key, "err", err)
		return nil, errNotTaken
	}
	return respond(struct {
		Response *struct{} `json:"response"`
	}{})
}

// onPing echoes a SYSTEM ping: the sign of life by which the connection is watched.
func (l *link) onPing(_ context.Context, df *payload.DataFrame) (*payload.DataFrameResponse, error) {
	l.mark()
	pong := payload.NewDataFrameAckPong(df.GetMessageId())
	pong.SetData(df.Data)
	return pong, nil
}

func respond(data any) (*payload.DataFrameResponse, error) {
	text, err := marshal(data)
	if err != nil {
		return nil, errNotTaken
	}
	r := payload.NewSuccessDataFrameResponse()
	r.Message = "OK"
	r.SetData(string(text))
	return r, nil
}

package dingtalk

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/handler"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"junma/bot"
)

// keeper is an inbox that keeps what reached it.
type keeper struct{ keys []string }

func (k *keeper) Click(_ context.Context, c bot.Click) (bot.Answer, error) {
	k.keys = append(k.keys, c.Key)
	return bot.Answer{Card: &bot.Card{Title: c.Card, Lines: []bot.Text{bot.Say(c.User)}}}, nil
}

func (k *keeper) Message(_ context.Context, in bot.Incoming) error {
	k.keys = append(k.keys, in.Key)
	return nil
}

// FuzzStreamFrame: whatever comes down the connection, a frame is acknowledged only when the inbox took exactly what it
// says, under a key by which its repetition is known; and the acknowledgement can be sent.
func FuzzStreamFrame(f *testing.F) {
	for _, frame := range []string{
		`{"specVersion":"1.0","type":"CALLBACK","headers":{"topic":"/v1.0/card/instances/callback","messageId":"m1","time":"1781000000000"},` +
			`"data":"{\"outTrackId\":\"c1\",\"userId\":\"lin\",\"content\":\"{\\\"cardPrivateData\\\":{\\\"params\\\":{\\\"ref\\\":\\\"r\\\"}}}\"}"}`,
		`{"type":"CALLBACK","headers":{"topic":"/v1.0/im/bot/messages/get","messageId":"m2"},"data":"{\"msgId\":\"m2\",\"msgtype\":\"text\",\"text\":{\"content\":\"帮助\"}}"}`,
		`{"type":"SYSTEM","headers":{"topic":"ping","messageId":"m3"},"data":"{\"opaque\":\"x\"}"}`,
		`{"type":"CALLBACK","headers":{"topic":"/v1.0/card/instances/callback"},"data":"{}"}`,
		`{"type":"CALLBACK","data":null}`, `[]`, `null`, `{"headers":{"topic":1}}`,
	} {
		f.Add([]byte(frame))
	}
	p := New(Options{ClientID: "c", ClientSecret: bot.NewSecret("s"), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame, err := payload.DecodeDataFrame(raw)
		if err != nil || frame == nil {
			return // the SDK drops it
		}
		inbox := &keeper{}
		l := newLink(p, inbox)
		handle, ours := map[string]handler.IFrameHandler{
			payload.CardInstanceCallbackTopic: l.taking(l.onClick), payload.BotMessageCallbackTopic: l.taking(l.onMessage), "ping": l.onPing,
		}[frame.GetTopic()]
		if !ours {
			return
		}
		answer, err := handle(t.Context(), frame)
		switch {
		case frame.GetTopic() == "ping":
			if err != nil || answer == nil || answer.Data != frame.Data {
				t.Fatalf("a ping got %+v (%v)", answer, err)
			}
		case err == nil && (len(inbox.keys) != 1 || inbox.keys[0] == "" || answer == nil || len(answer.Encode()) == 0):
			t.Fatalf("acknowledged with %+v after the inbox took %q", answer, inbox.keys)
		case err != nil && len(inbox.keys) != 0:
			t.Fatalf("not acknowledged (%v) though the inbox took %q", err, inbox.keys)
		}
	})
}

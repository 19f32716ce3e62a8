package dingtalk_test

import (
	"context"
	"testing"

	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

// BenchmarkClickToAcknowledgement is the way of a press over a real WebSocket and back, without a store behind it.
func BenchmarkClickToAcknowledgement(b *testing.B) {
	p := newPlace(b, sandbox.Options{}, dingtalk.Options{AnswerRedraws: true})
	in := new(bottest.Recorder)
	in.OnClick(answerWith("正在办理"))
	p.run(in)
	p.mustSend(cardFor(toLin))
	ctx := context.Background()
	for b.Loop() {
		// The answer takes the buttons off the presser's picture; an old picture still has them.
		results, err := p.server.PressAll(ctx, sandbox.PressRequest{User: lin.ID, Card: "c1", Button: "报送情况", Stale: true})
		if err != nil || !results[0].OK {
			b.Fatal(err, results)
		}
	}
}

package dingtalk

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/logger"

	"junma/bot"
)

func TestSDKLogKeepsSecretsToItself(t *testing.T) {
	const secret, ticket = "the-client-secret", "the-ticket-of-this-connection"
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p := New(Options{ClientID: "app", ClientSecret: bot.NewSecret(secret), Log: log})
	useLogger(p.opts.Log, p.redact)
	sdk := logger.GetLogger()
	sdk.Infof("connect success, sessionId=[%s]", ticket)
	sdk.Debugf("[wire] [http] local => remote:\n%s", `{"clientSecret":"`+secret+`"}`)
	sdk.Errorf("connection process read message error: messageType=[%d] message=[%s] error=[%s]", 1, ticket, errors.New("EOF"))
	sdk.Errorf("x error=[%s]", errors.New("dial wss://host/connect?ticket="+ticket+"&x=1 with "+secret))
	sdk.Warningf("y error=[%s]", errors.New(`{"sessionWebhook":"`+ticket+`","ticket": "`+ticket+`"}`))
	text := out.String()
	if strings.Contains(text, secret) || strings.Contains(text, ticket) {
		t.Errorf("the log shows a secret:\n%s", text)
	}
	for _, said := range []string{"connect success", "connection process read message error", "EOF", "x=1"} {
		if !strings.Contains(text, said) {
			t.Errorf("the log lacks %q:\n%s", said, text)
		}
	}
}

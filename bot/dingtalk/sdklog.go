package dingtalk

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/logger"
)

// sdkLog is what the SDK logs to. The SDK has one logger per process and prints the client secret, the ticket and whole
// frames through it; here only its fixed words and the errors among its arguments pass, redacted, and nothing of its
// debug level.
type sdkLog struct{ sink atomic.Pointer[sdkSink] }

type sdkSink struct {
	log    *slog.Logger
	redact func(string) string
}

var (
	sdk        sdkLog
	installSDK = sync.OnceFunc(func() { logger.SetLogger(&sdk) }) // the SDK reads its logger without a lock
)

// useLogger sends what the SDK logs from now on to log. With several Platforms in one process the last one gets it all.
func useLogger(log *slog.Logger, redact func(string) string) {
	installSDK()
	sdk.sink.Store(&sdkSink{log: log, redact: redact})
}

var placeholder = regexp.MustCompile(`[\w-]+=\[%[a-z]\],? ?|%[a-z]`)

func (s *sdkLog) say(level slog.Level, format string, args []any) {
	sink := s.sink.Load()
	if sink == nil {
		return
	}
	attrs := []any{"said", strings.TrimSpace(placeholder.ReplaceAllString(format, ""))}
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			attrs = append(attrs, "err", sink.redact(err.Error()))
		}
	}
	sink.log.Log(context.Background(), level, "dingtalk stream sdk", attrs...)
}

// Debugf prints whole requests and frames: nothing of it is kept.
func (*sdkLog) Debugf(string, ...any) {}

// Infof is debug to us: it tells of every connection.
func (s *sdkLog) Infof(format string, args ...any) { s.say(slog.LevelDebug, format, args) }

// Warningf passes on as a warning.
func (s *sdkLog) Warningf(format string, args ...any) { s.say(slog.LevelWarn, format, args) }

// Errorf is information to us: the SDK calls the ordinary end of a connection an error. What needs a person is
// reported by the supervisor.
func (s *sdkLog) Errorf(format string, args ...any) { s.say(slog.LevelInfo, format, args) }

// Fatalf passes on as an error.
func (s *sdkLog) Fatalf(format string, args ...any) { s.say(slog.LevelError, format, args) }

var carriesSecret = regexp.MustCompile(`(?i)((?:ticket|session|access_token|clientSecret|appSecret|downloadUrl|sessionWebhook)["']?\s*[=:]\s*["']?)[^\s"'&,}\]]+`)

// redact takes secrets out of a text that isn't ours, and bounds it.
func (p *Platform) redact(text string) string {
	if secret := p.opts.ClientSecret.Reveal(); secret != "" {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return oneLine(carriesSecret.ReplaceAllString(text, "${1}***"), 300)
}

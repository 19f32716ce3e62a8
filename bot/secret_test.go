package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"junma/bot"
)

func TestSecretNeverShows(t *testing.T) {
	const value = "s3cr3t-value"
	type holder struct {
		Public bot.Secret
		hidden bot.Secret
	}
	h := holder{Public: bot.NewSecret(value), hidden: bot.NewSecret(value)}
	var out bytes.Buffer
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&out, format, h)
		fmt.Fprintf(&out, format, &h)
		fmt.Fprintf(&out, format, h.hidden)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "holder", h, "secret", h.Public)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "holder", h, "secret", h.Public)
	if err := json.NewEncoder(&out).Encode(h); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), value) {
		t.Errorf("the secret shows:\n%s", out.String())
	}
	if h.hidden.Reveal() != value {
		t.Errorf("Reveal = %q, want the value", h.hidden.Reveal())
	}
}

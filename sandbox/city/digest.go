package city

import (
	"context"
	"errors"
	"strings"
)

// How a digest looks: one card for several, each with a line "1. …:请报送情况…" and a button "1 打开 …", and a button for
// the rest where there are too many.
const (
	digestTitle = "【摘要】"
	buttonOpen  = " 打开 "
	buttonRest  = "其余"
)

// openAll opens what a digest lists and asks for something. The cards come as cards of their own and are noticed at the
// next look.
func (c *City) openAll(ctx context.Context, r *resident, digest screen) error {
	asks := map[string]bool{}
	for line := range strings.Lines(digest.text) {
		if number, about, found := strings.Cut(line, ". "); found && strings.Contains(about, ":请") {
			asks[number] = true
		}
	}
	for _, button := range digest.buttons {
		number, _, opens := strings.Cut(button, buttonOpen)
		if !strings.HasPrefix(button, buttonRest) && !(opens && asks[number]) {
			continue
		}
		if _, err := c.press(ctx, r, digest.card, button, ""); err != nil && !errors.Is(err, errLeft) {
			return err
		}
	}
	return nil
}

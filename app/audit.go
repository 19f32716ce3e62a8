package app

import (
	"context"

	"junma/store"
)

// Head is the end of the journal at some moment, in the form N:HASH. The service logs it each day, and 专班's daily list
// shows it.
type Head = store.Head

// ParseHead reads N:HASH.
func ParseHead(text string) (Head, error) { return store.ParseHead(text) }

// Audit verifies the journal of a configuration's database, also while the service runs, and gives its head. noted is a
// head written down earlier, or zero.
func Audit(ctx context.Context, config *Config, noted Head) (Head, error) {
	return store.Audit(ctx, config.Store.SQLitePath(), noted)
}

package notify

import "context"

// Run is the dispatcher. It returns when ctx ends and everything in flight is settled.
func (n *Notifier) Run(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// Drain returns when, at the present business time, nothing that could be sent is waiting, unknown or in flight. Run
// must be running meanwhile.
func (n *Notifier) Drain(ctx context.Context) error {
	return ctx.Err()
}

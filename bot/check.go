package bot

import "context"

// Checker is a platform that can try out its own settings without anybody noticing.
type Checker interface {
	// Check tries each setting in turn and says how to mend what fails.
	Check(ctx context.Context) []Finding
}

// Finding is what became of one thing that was tried, in plain Chinese.
type Finding struct {
	What  string // what was tried
	OK    bool
	Minor bool   // not OK, but the service does without it
	Say   string // OK: more about it, or ""; otherwise what is wrong and what to do
}

package bot

// Usage is what a platform's tenant is charged for, as far as the adapter knows.
type Usage struct {
	Calls  int `json:"calls"`  // API calls: cards created and redrawn, messages, file addresses
	Events int `json:"events"` // pushes: presses and messages that came in, answers through their session
}

// Plus adds up.
func (u Usage) Plus(v Usage) Usage {
	return Usage{Calls: u.Calls + v.Calls, Events: u.Events + v.Events}
}

// Metered is a platform whose tenant has a monthly quota.
type Metered interface {
	// TakeUsage gives what has been used since it was last called. Whoever takes it keeps it.
	TakeUsage() Usage
}

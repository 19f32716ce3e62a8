package dingtalk

import (
	"sync"

	"junma/bot"
)

// usage counts what the tenant's monthly quotas are charged for.
type usage struct {
	mu   sync.Mutex
	used bot.Usage
}

// TakeUsage gives what was counted since it was last called.
func (p *Platform) TakeUsage() bot.Usage {
	p.usage.mu.Lock()
	defer p.usage.mu.Unlock()
	used := p.usage.used
	p.usage.used = bot.Usage{}
	return used
}

func (u *usage) add(more bot.Usage) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.used = u.used.Plus(more)
}

// countCall counts a call that was answered. Tokens and contacts are free, uploads are not; what was throttled or refused
// for the quota's sake is free, too [KB 1431, 1432]. An answer through a session webhook is a Webhook & Stream push.
func (p *Platform) countCall(c call, a *answer, v *bot.Error) {
	if a.tokenRefused || v != nil && (v.Kind == bot.Throttled || v.Kind == bot.Spent) {
		return
	}
	switch {
	case c.op == opReply:
		p.usage.add(bot.Usage{Events: 1})
	case c.auth == authHeader || c.op == opUpload:
		p.usage.add(bot.Usage{Calls: 1})
	}
}

// countEvent counts a frame that brought a press or a message. Whether a press is charged is not documented; it is
// counted, so that the meter rather shows too much than too little.
func (p *Platform) countEvent() { p.usage.add(bot.Usage{Events: 1}) }

package bot

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// MemoryTokens keeps tokens for one process. The zero value is ready.
type MemoryTokens struct {
	mu     sync.Mutex
	tokens map[string]storedToken
}

type storedToken struct {
	value   string
	expires time.Time
}

// Get returns the stored token, or "" when there is none.
func (m *MemoryTokens) Get(_ context.Context, key string) (string, time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[key]
	return t.value, t.expires, nil
}

// Put stores a token.
func (m *MemoryTokens) Put(_ context.Context, key, token string, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens == nil {
		m.tokens = make(map[string]storedToken)
	}
	m.tokens[key] = storedToken{value: token, expires: expires}
	return nil
}

// Drop forgets the token if it is still this one.
func (m *MemoryTokens) Drop(_ context.Context, key, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens[key].value == token {
		delete(m.tokens, key)
	}
	return nil
}

// MemoryLimiter paces the requests of one process evenly, without bursts: vendors count in windows of one second, and a
// burst at a window's edge would be counted twice. The zero value is ready.
type MemoryLimiter struct {
	mu   sync.Mutex
	keys map[string]*pace
}

type pace struct {
	limiter *rate.Limiter
	paused  time.Time // machine time
}

// Wait blocks until one more request under key is allowed, or ctx ends. perSecond ≤ 0 means no limit.
func (m *MemoryLimiter) Wait(ctx context.Context, key string, perSecond int) error {
	for {
		limiter, paused := m.look(key, perSecond)
		if err := sleepUntil(ctx, paused); err != nil {
			return err
		}
		if err := limiter.Wait(ctx); err != nil {
			return err
		}
		if _, paused = m.look(key, perSecond); time.Until(paused) <= 0 {
			return nil
		}
	}
}

// Pause holds all requests under key back for d. A longer pause that is already on stays.
func (m *MemoryLimiter) Pause(key string, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pace(key)
	if until := time.Now().Add(d); until.After(p.paused) {
		p.paused = until
	}
}

func (m *MemoryLimiter) look(key string, perSecond int) (*rate.Limiter, time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pace(key)
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	if p.limiter.Limit() != limit {
		p.limiter.SetLimit(limit)
	}
	return p.limiter, p.paused
}

func (m *MemoryLimiter) pace(key string) *pace {
	if m.keys == nil {
		m.keys = make(map[string]*pace)
	}
	p := m.keys[key]
	if p == nil {
		p = &pace{limiter: rate.NewLimiter(rate.Inf, 1)}
		m.keys[key] = p
	}
	return p
}

func sleepUntil(ctx context.Context, until time.Time) error {
	wait := time.Until(until)
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

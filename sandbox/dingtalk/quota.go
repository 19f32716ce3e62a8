package dingtalk

import "time"

// Meter is one monthly quota.
type Meter struct {
	Used  int `json:"used"`
	Limit int `json:"limit"`
}

// Meters are the organisation's monthly quotas of the present business month (KB-API 1431).
type Meters struct {
	Month    string `json:"month"` // 2026-04
	API      Meter  `json:"api"`
	Events   Meter  `json:"events"`
	Enforced bool   `json:"enforced"`
}

type meterState struct {
	month       string
	api, events int
}

// Meters returns both monthly meters. They are always counted; the switch quota enforces them.
func (s *Server) Meters() Meters {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.metersLocked()
}

func (s *Server) metersLocked() Meters {
	s.turnMonth()
	return Meters{
		Month:    s.meters.month,
		API:      Meter{Used: s.meters.api, Limit: s.quotaLimit(APIQuotaLimit, s.opt.APIQuota)},
		Events:   Meter{Used: s.meters.events, Limit: s.quotaLimit(EventQuotaLimit, s.opt.EventQuota)},
		Enforced: s.switches[QuotaEnforced] == "on",
	}
}

func (s *Server) quotaLimit(name string, byDefault int) int {
	if n := s.number(name); n > 0 {
		return n
	}
	return byDefault
}

// turnMonth sets the meters to zero when the business month has changed.
func (s *Server) turnMonth() {
	if month := s.opt.Now().Format("2006-01"); month != s.meters.month {
		s.meters = meterState{month: month}
	}
}

// spend counts one use of a class. It reports false, and counts nothing, when the quota is enforced
// and used up: refused calls are not counted (KB-API 1434).
func (s *Server) spend(class string) bool {
	m := s.metersLocked()
	switch class {
	case ClassAPI:
		if m.Enforced && m.API.Used >= m.API.Limit {
			return false
		}
		s.meters.api++
	case ClassEvent:
		if m.Enforced && m.Events.Used >= m.Events.Limit {
			return false
		}
		s.meters.events++
	}
	return true
}

// withinQPS counts a call against the app's limit of calls in any one second of machine time.
func (s *Server) withinQPS() bool {
	if s.switches[QPSEnforced] == "off" || s.opt.QPS < 0 {
		return true
	}
	now := time.Now()
	fresh := s.recent[:0]
	for _, t := range s.recent {
		if now.Sub(t) < time.Second {
			fresh = append(fresh, t)
		}
	}
	s.recent = fresh
	if len(s.recent) >= s.opt.QPS {
		return false
	}
	s.recent = append(s.recent, now)
	return true
}

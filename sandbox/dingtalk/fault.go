package dingtalk

import (
	"fmt"
	"path"
	"slices"
)

// Kinds of faults. The package documentation says what each does.
const (
	FaultSlow         = "slow"
	FaultRefuse       = "refuse"
	FaultHTML503      = "html503"
	FaultPunish200    = "punish200"
	FaultCutBefore    = "cut-before"
	FaultCutAfter     = "cut-after"
	FaultDeliverFalse = "deliver-false"
	FaultDuplicate    = "duplicate"
	FaultEverywhere   = "everywhere"
	FaultLate         = "late"
)

var (
	callFaults = []string{FaultSlow, FaultRefuse, FaultHTML503, FaultPunish200, FaultCutBefore, FaultCutAfter}
	pushFaults = []string{FaultDuplicate, FaultEverywhere, FaultLate, FaultCutBefore, FaultCutAfter}
)

// faultsOf says which faults a kind of call or push can meet.
func faultsOf(kind string) []string {
	switch kind {
	case KindPushMessage, KindPushCard:
		return pushFaults
	case KindStreamConnect:
		return []string{FaultRefuse, FaultCutBefore, FaultCutAfter}
	case KindCardCreate, KindCardDeliver, KindRobotOTO:
		return append(slices.Clone(callFaults), FaultDeliverFalse)
	default:
		return callFaults
	}
}

// Fault breaks calls or pushes whose kind matches Route.
type Fault struct {
	ID      int    `json:"id"`
	Route   string `json:"route"` // kind with * for any run of characters; "" = "*"
	Kind    string `json:"kind"`
	Count   int    `json:"count"`   // how many it hits; 0 = until cleared
	Skip    int    `json:"skip"`    // how many matching ones pass first
	Ms      int    `json:"ms"`      // slow, late: how long the answer or the frame is held
	Status  int    `json:"status"`  // refuse: HTTP status, default 500
	Code    string `json:"code"`    // refuse: vendor code, default system.busy; on old-style paths the errcode
	Message string `json:"message"` // refuse and deliver-false: the vendor's text
}

type activeFault struct {
	Fault
	skip, left int
}

// SetFault arms a fault and returns its id. Faults of one kind are used in the order they were set.
func (s *Server) SetFault(f Fault) (int, error) {
	all := append(slices.Concat(callFaults, pushFaults), FaultDeliverFalse)
	if !slices.Contains(all, f.Kind) {
		return 0, fmt.Errorf("set fault: kind %q is none of %v", f.Kind, all)
	}
	if f.Count < 0 || f.Skip < 0 || f.Ms < 0 {
		return 0, fmt.Errorf("set fault %s: count, skip and ms are 0 or more", f.Kind)
	}
	orString(&f.Route, "*")
	if _, err := path.Match(f.Route, ""); err != nil {
		return 0, fmt.Errorf("set fault %s: route %q: %w", f.Kind, f.Route, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faultID++
	f.ID = s.faultID
	s.faults = append(s.faults, &activeFault{Fault: f, skip: f.Skip, left: f.Count})
	s.bump()
	return f.ID, nil
}

// ClearFaults disarms the fault of that id; 0 disarms all.
func (s *Server) ClearFaults(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f *activeFault) bool { return id == 0 || f.ID == id })
	s.bump()
}

// Faults lists the faults still armed; Count is what is left of each.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faultsLocked()
}

func (s *Server) faultsLocked() []Fault {
	out := make([]Fault, 0, len(s.faults))
	for _, f := range s.faults {
		shown := f.Fault
		shown.Count, shown.Skip = f.left, f.skip
		out = append(out, shown)
	}
	return out
}

// takeFault returns the fault that hits a call or push of this kind now, or nil. The caller holds mu.
func (s *Server) takeFault(kind string) *Fault {
	possible := faultsOf(kind)
	for i, f := range s.faults {
		if !slices.Contains(possible, f.Kind) || !matchKind(f.Route, kind) {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.Count > 0 {
			f.left--
			if f.left == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		hit := f.Fault
		return &hit
	}
	return nil
}

// matchKind compares a kind with a pattern in which * stands for any run of characters.
func matchKind(pattern, kind string) bool {
	ok, err := path.Match(pattern, kind)
	return err == nil && ok
}

package dingtalk

import (
	"cmp"
	"slices"
)

// Person is somebody of the pretend organisation.
type Person struct {
	ID       string `json:"id"` // userId
	Name     string `json:"name"`
	Unit     string `json:"unit"` // a label for the page only
	Mobile   string `json:"mobile"`
	Visible  bool   `json:"visible"`  // inside the robot's visible range
	Outsider bool   `json:"outsider"` // not of the organisation: messages come without senderStaffId
}

// Group is a group chat.
type Group struct {
	ID      string   `json:"id"` // openConversationId
	Title   string   `json:"title"`
	Members []string `json:"members"`
	Robot   bool     `json:"robot"` // the robot is a member
}

// AddPeople adds persons, or replaces those whose id is known.
func (s *Server) AddPeople(people ...Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range people {
		if s.people[p.ID] == nil {
			s.order = append(s.order, p.ID)
		}
		s.people[p.ID] = &p
		s.singles[singleID(p.ID)] = p.ID
	}
	s.bump()
}

// AddGroups adds groups, or replaces those whose id is known.
func (s *Server) AddGroups(groups ...Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range groups {
		g.Members = slices.Clone(g.Members)
		s.groups[g.ID] = &g
	}
	s.bump()
}

// People lists the persons in the order in which they were added.
func (s *Server) People() []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peopleLocked()
}

func (s *Server) peopleLocked() []Person {
	out := make([]Person, 0, len(s.order))
	for _, id := range s.order {
		out = append(out, *s.people[id])
	}
	return out
}

// Groups lists the groups by title.
func (s *Server) Groups() []Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groupsLocked()
}

func (s *Server) groupsLocked() []Group {
	out := make([]Group, 0, len(s.groups))
	for _, g := range s.groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// singleID is the conversation of one person with the robot.
func singleID(user string) string { return "single-" + user }

// members lists who is in a conversation. The caller holds mu.
func (s *Server) members(conversation string) []string {
	if user, ok := s.singles[conversation]; ok {
		return []string{user}
	}
	if g := s.groups[conversation]; g != nil {
		return g.Members
	}
	return nil
}

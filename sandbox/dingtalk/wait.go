package dingtalk

import (
	"context"
	"fmt"
)

// Wait returns nil as soon as met is true. It looks again after each change of the server, and only
// then; met may call any method of the server. When ctx ends first its error is returned.
func (s *Server) Wait(ctx context.Context, met func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if met() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitCards waits until a person sees at least n cards, in any conversation, and returns them in the
// order in which they came. The error says how many there were.
func (s *Server) WaitCards(ctx context.Context, user string, n int) ([]CardView, error) {
	var cards []CardView
	err := s.Wait(ctx, func() bool {
		cards = s.Cards(user)
		return len(cards) >= n
	})
	if err != nil {
		return cards, fmt.Errorf("wait for %d cards of %s, have %d: %w", n, user, len(cards), err)
	}
	return cards, nil
}

// WaitItems waits until a person's one-to-one conversation with the bot has at least n items.
func (s *Server) WaitItems(ctx context.Context, user string, n int) ([]Item, error) {
	var items []Item
	err := s.Wait(ctx, func() bool {
		items = s.Inbox(user)
		return len(items) >= n
	})
	if err != nil {
		return items, fmt.Errorf("wait for %d items of %s, have %d: %w", n, user, len(items), err)
	}
	return items, nil
}

// WaitGroupItems waits until a group has at least n items that user sees.
func (s *Server) WaitGroupItems(ctx context.Context, group, user string, n int) ([]Item, error) {
	var items []Item
	err := s.Wait(ctx, func() bool {
		items = s.GroupItems(group, user)
		return len(items) >= n
	})
	if err != nil {
		return items, fmt.Errorf("wait for %d items of group %s, have %d: %w", n, group, len(items), err)
	}
	return items, nil
}

// WaitCard waits until a person's view of one card satisfies met.
func (s *Server) WaitCard(ctx context.Context, user, outTrackID string, met func(CardView) bool) (CardView, error) {
	var view CardView
	err := s.Wait(ctx, func() bool {
		var err error
		view, err = s.CardAs(user, outTrackID)
		return err == nil && met(view)
	})
	if err != nil {
		return view, fmt.Errorf("wait for card %s of %s: %w", outTrackID, user, err)
	}
	return view, nil
}

// WaitCalls waits until the journal has at least n entries whose kind matches pattern.
func (s *Server) WaitCalls(ctx context.Context, pattern string, n int) ([]Entry, error) {
	var entries []Entry
	err := s.Wait(ctx, func() bool {
		entries = s.Journal(0, pattern)
		return len(entries) >= n
	})
	if err != nil {
		return entries, fmt.Errorf("wait for %d calls of %s, have %d: %w", n, pattern, len(entries), err)
	}
	return entries, nil
}

// WaitConnections waits until at least n Stream connections are open and healthy.
func (s *Server) WaitConnections(ctx context.Context, n int) error {
	open := 0
	err := s.Wait(ctx, func() bool {
		open = 0
		for _, c := range s.Connections() {
			if c.State == connOpen {
				open++
			}
		}
		return open >= n
	})
	if err != nil {
		return fmt.Errorf("wait for %d connections, have %d: %w", n, open, err)
	}
	return nil
}

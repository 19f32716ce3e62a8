package dingtalk

import (
	"errors"
	"fmt"
	"maps"
	"time"
)

// card is one card instance: the public variables, each person's own on top of them, and what an
// acknowledgement showed to the person who pressed, until the next update.
type card struct {
	id, template string
	public       map[string]string
	private      map[string]map[string]string
	shown        map[string]map[string]string // presser → public map of the last acknowledgement
	stream       bool                         // callbackType STREAM
	forwardable  bool
	created      time.Time
	updated      time.Time
	updates      int
	deliveries   []delivery
	ever         []Button        // every button any view has had, for people who press an old picture
	known        map[string]bool // the same as JSON
	open         int             // callbacks not yet answered
}

// delivery is one entry of deliverResults.
type delivery struct {
	SpaceType string `json:"spaceType"`
	SpaceID   string `json:"spaceId"`
	Success   bool   `json:"success"`
	CarrierID string `json:"carrierId"`
	ErrorMsg  string `json:"errorMsg"`
}

// CardView is a card as one person sees it.
type CardView struct {
	OutTrackID  string            `json:"outTrackId"`
	Template    string            `json:"template"`
	User        string            `json:"user"`
	Title       string            `json:"title"`
	Markdown    string            `json:"markdown"`
	Tips        string            `json:"tips"`
	Logo        string            `json:"logo"`
	Buttons     []Button          `json:"buttons"`
	Variables   map[string]string `json:"variables"`
	Carrier     string            `json:"carrier"` // conversation in which this person has it
	CreatedAt   time.Time         `json:"createdAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
	Forwardable bool              `json:"forwardable"`
	Updates     int               `json:"updates"` // PUT updates so far
}

// Button returns the button with that id or text.
func (v CardView) Button(name string) (Button, bool) { return findButton(v.Buttons, name) }

func findButton(buttons []Button, name string) (Button, bool) {
	for _, b := range buttons {
		if b.Text == name || (b.ID != "" && b.ID == name) {
			return b, true
		}
	}
	return Button{}, false
}

// ErrNoCard is wrapped when a card does not exist or is not in a person's chats.
var ErrNoCard = errors.New("no such card")

// CardAs returns a card as that person sees it now; an error when it is in no chat of that person.
func (s *Server) CardAs(user, outTrackID string) (CardView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.cards[outTrackID]
	if k == nil {
		return CardView{}, fmt.Errorf("card %s: %w", outTrackID, ErrNoCard)
	}
	carrier, ok := s.carrierOf(k, user)
	if !ok {
		return CardView{}, fmt.Errorf("card %s for %s: %w", outTrackID, user, ErrNoCard)
	}
	return s.view(k, user, carrier), nil
}

// carrierOf finds the conversation in which a person has a card.
func (s *Server) carrierOf(k *card, user string) (string, bool) {
	for _, d := range k.deliveries {
		if !d.Success {
			continue
		}
		conversation := conversationOf(space{d.SpaceType, d.SpaceID})
		for _, it := range s.items[conversation] {
			if it.card == k && s.sees(it, user) {
				return conversation, true
			}
		}
	}
	return "", false
}

// view draws a card for one person. Private variables hide public ones of the same name.
func (s *Server) view(k *card, user, carrier string) CardView {
	vars := maps.Clone(k.public)
	if shown, ok := k.shown[user]; ok {
		vars = maps.Clone(shown)
	}
	maps.Copy(vars, k.private[user])
	buttons, err := parseButtons(vars[buttonsVariable])
	if err != nil { // checked on the way in
		panic(err)
	}
	return CardView{
		OutTrackID: k.id, Template: k.template, User: user,
		Title: vars["title"], Markdown: vars["markdown"], Tips: vars["tips"], Logo: vars["logo"],
		Buttons: append([]Button{}, buttons...), Variables: vars, Carrier: carrier,
		CreatedAt: k.created, UpdatedAt: k.updated, Forwardable: k.forwardable, Updates: k.updates,
	}
}

// remember adds the buttons of every view to those the card has ever had.
func (s *Server) remember(k *card) {
	viewers := []string{""}
	for user := range k.private {
		viewers = append(viewers, user)
	}
	for user := range k.shown {
		viewers = append(viewers, user)
	}
	for _, user := range viewers {
		for _, b := range s.view(k, user, "").Buttons {
			if key := string(mustJSON(b)); !k.known[key] {
				k.known[key] = true
				k.ever = append(k.ever, b)
			}
		}
	}
}

// merge puts changes over a map, or in its place.
func merge(old, changes map[string]string, byKey bool) map[string]string {
	if !byKey {
		return maps.Clone(changes)
	}
	out := maps.Clone(old)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, changes)
	return out
}

func conversationOf(sp space) string {
	if sp.kind == spaceRobot {
		return singleID(sp.id)
	}
	return sp.id
}

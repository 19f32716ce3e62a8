package dingtalk

import (
	"cmp"
	"slices"
	"time"
)

// Kinds of items in a conversation.
const (
	ItemText       = "text"
	ItemMarkdown   = "markdown"
	ItemActionCard = "actionCard"
	ItemLink       = "link"
	ItemImage      = "image"
	ItemCard       = "card"
	ItemPicture    = "picture"
	ItemFile       = "file"
	ItemRichText   = "richText"
	ItemAudio      = "audio"
	ItemVideo      = "video"
)

const (
	fromBot  = "bot"
	fromUser = "user"
)

// Link is a link button of a robot message.
type Link struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// FileInfo describes a file that a person or the bot sent.
type FileInfo struct {
	Code string `json:"code"` // downloadCode, of the bot's the media id
	Name string `json:"name"`
	Type string `json:"type"` // media type
	Size int    `json:"size"` // bytes
}

// Item is one entry of a conversation as one person sees it now.
type Item struct {
	Seq        int64      `json:"seq"`
	ID         string     `json:"id"`
	At         time.Time  `json:"at"`
	From       string     `json:"from"`
	Author     string     `json:"author"` // userId; empty for the bot
	AuthorName string     `json:"authorName"`
	Kind       string     `json:"kind"`
	Title      string     `json:"title"`
	Text       string     `json:"text"`
	Links      []Link     `json:"links"`
	Files      []FileInfo `json:"files"`
	Card       *CardView  `json:"card,omitempty"`
	Unread     bool       `json:"unread"`
}

// Conversation is a person's chat with the bot, or a group of that person.
type Conversation struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // single or group
	Title  string `json:"title"`
	Unread int    `json:"unread"`
	Items  []Item `json:"items"`
}

type item struct {
	seq          int64
	id           string
	at           time.Time
	conversation string
	from, author string
	kind         string
	title, text  string
	corp         string // of a person's message: SayRequest.Corp
	links        []Link
	files        []string // download codes, of the bot's files media ids
	card         *card
	only         []string // when set, only these members see it
	read         map[string]bool
}

// add appends an item to its conversation. The caller holds mu.
func (s *Server) add(it *item) {
	s.seq++
	it.seq = s.seq
	it.at = s.opt.Now()
	if it.id == "" {
		it.id = s.newID("msg")
	}
	it.read = map[string]bool{it.author: true}
	s.items[it.conversation] = append(s.items[it.conversation], it)
	s.bump()
}

// sees says whether a person has an item on screen.
func (s *Server) sees(it *item, user string) bool {
	if len(it.only) > 0 && !slices.Contains(it.only, user) {
		return false
	}
	return slices.Contains(s.members(it.conversation), user)
}

// Inbox returns a person's one-to-one conversation with the bot, oldest first.
func (s *Server) Inbox(user string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.itemsFor(singleID(user), user)
}

// GroupItems returns a group's items as one member sees them, oldest first.
func (s *Server) GroupItems(group, user string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.itemsFor(group, user)
}

// Cards returns every card a person sees, in the order in which they came, as they are now.
func (s *Server) Cards(user string) []CardView {
	s.mu.Lock()
	defer s.mu.Unlock()
	var own []*item
	for _, conversation := range s.conversationsOf(user) {
		own = append(own, s.seenBy(conversation, user)...)
	}
	slices.SortFunc(own, func(a, b *item) int { return cmp.Compare(a.seq, b.seq) })
	cards := []CardView{}
	for _, it := range own {
		if it.card != nil {
			cards = append(cards, s.view(it.card, user, it.conversation))
		}
	}
	return cards
}

// Conversations returns a person's chats: the one with the bot, then the groups by title. last limits
// each to its last items; 0 = all.
func (s *Server) Conversations(user string, last int) []Conversation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conversationsLocked(user, last)
}

func (s *Server) conversationsLocked(user string, last int) []Conversation {
	out := []Conversation{}
	for _, id := range s.conversationsOf(user) {
		seen := s.seenBy(id, user)
		c := Conversation{ID: id, Kind: "single", Title: "机器人", Items: []Item{}}
		if g := s.groups[id]; g != nil {
			c.Kind, c.Title = "group", g.Title
		}
		for _, it := range seen {
			if !it.read[user] {
				c.Unread++
			}
		}
		if last > 0 && len(seen) > last {
			seen = seen[len(seen)-last:]
		}
		for _, it := range seen {
			c.Items = append(c.Items, s.show(it, user))
		}
		out = append(out, c)
	}
	return out
}

// seenBy returns a conversation's items that a person has on screen.
func (s *Server) seenBy(conversation, user string) []*item {
	var seen []*item
	for _, it := range s.items[conversation] {
		if s.sees(it, user) {
			seen = append(seen, it)
		}
	}
	return seen
}

func (s *Server) conversationsOf(user string) []string {
	ids := []string{singleID(user)}
	for _, g := range s.groupsLocked() {
		if slices.Contains(g.Members, user) {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

func (s *Server) itemsFor(conversation, user string) []Item {
	out := []Item{}
	for _, it := range s.seenBy(conversation, user) {
		out = append(out, s.show(it, user))
	}
	return out
}

func (s *Server) show(it *item, user string) Item {
	shown := Item{
		Seq: it.seq, ID: it.id, At: it.at, From: it.from, Author: it.author, Kind: it.kind, Title: it.title, Text: it.text,
		Links: append([]Link{}, it.links...), Files: []FileInfo{}, Unread: !it.read[user],
	}
	if p := s.people[it.author]; p != nil {
		shown.AuthorName = p.Name
	}
	for _, code := range it.files {
		f := s.file(code)
		name := f.name
		if it.kind == ItemFile && it.from == fromBot { // the message says how the file is called
			name = it.title
		}
		shown.Files = append(shown.Files, FileInfo{Code: code, Name: name, Type: f.mediaType, Size: len(f.data)})
	}
	if it.card != nil {
		view := s.view(it.card, user, it.conversation)
		shown.Card = &view
		shown.Title = view.Title
	}
	return shown
}

// MarkRead marks a conversation of a person as read; "" marks all of them.
func (s *Server) MarkRead(user, conversation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.conversationsOf(user) {
		if conversation != "" && conversation != id {
			continue
		}
		for _, it := range s.items[id] {
			it.read[user] = true
		}
	}
	s.bump()
}

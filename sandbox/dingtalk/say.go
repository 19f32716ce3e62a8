package dingtalk

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Kinds of conversation in a bot message (KB-API 0718).
const (
	conversationSingle = "1"
	conversationGroup  = "2"
)

// ErrCannot is wrapped when the client would not let a person say or send something.
var ErrCannot = errors.New("the person cannot do that")

// ErrNobody is wrapped when a person or a group does not exist.
var ErrNobody = errors.New("nobody of that name")

// SayRequest is a text that a person sends to the bot.
type SayRequest struct {
	User      string `json:"user"`
	Group     string `json:"group"` // empty: one-to-one; otherwise the bot is mentioned there
	Text      string `json:"text"`
	Duplicate bool   `json:"duplicate"` // delivered twice: one msgId, two messageIds
	Corp      string `json:"corp"`      // the sender's organisation; empty: ours; "none": the message names none
}

// NamedFile is a file with its bytes.
type NamedFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"` // base64 in JSON
}

// FileRequest is a file, picture or text with pictures that a person sends to the bot.
type FileRequest struct {
	User      string      `json:"user"`
	Group     string      `json:"group"`
	Kind      string      `json:"kind"` // picture, file, richText, audio or video; empty: by content
	Name      string      `json:"name"`
	Data      []byte      `json:"data"` // base64 in JSON
	Text      string      `json:"text"` // richText only
	Files     []NamedFile `json:"files"`
	Duplicate bool        `json:"duplicate"`
}

// Say sends a text to the bot and returns its msgId. It does not wait for the bot.
func (s *Server) Say(req SayRequest) (string, error) {
	if strings.TrimSpace(req.Text) == "" {
		return "", fmt.Errorf("say nothing: %w", ErrCannot)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text := req.Text
	if req.Group != "" {
		text = " " + text // the mention is taken out, its space stays
	}
	it := &item{kind: ItemText, text: req.Text, corp: req.Corp}
	return s.speak(req.User, req.Group, it, map[string]any{"msgtype": "text", "text": map[string]any{"content": text}}, req.Duplicate)
}

// SendFile sends a file to the bot and returns the msgId and the download code of each file.
func (s *Server) SendFile(req FileRequest) (msgID string, codes []string, err error) {
	files := req.Files
	if len(req.Data) > 0 {
		files = append([]NamedFile{{Name: req.Name, Data: req.Data}}, files...)
	}
	kind := req.Kind
	if kind == "" && len(files) > 0 {
		kind = kindOf(files[0].Data)
	}
	if err := checkFile(kind, req, files); err != nil {
		return "", nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.maySpeak(req.User, req.Group); err != nil {
		return "", nil, err
	}
	it := &item{kind: kind, text: req.Text}
	for _, f := range files {
		code := s.newID("dlc")
		s.files[code] = &storedFile{name: f.Name, data: f.Data, mediaType: http.DetectContentType(f.Data)}
		codes = append(codes, code)
	}
	it.files = codes
	data := map[string]any{"msgtype": kind, "content": s.fileContent(kind, req.Text, codes)}
	msgID, err = s.speak(req.User, req.Group, it, data, req.Duplicate)
	return msgID, codes, err
}

func kindOf(data []byte) string {
	if strings.HasPrefix(http.DetectContentType(data), "image/") {
		return ItemPicture
	}
	return ItemFile
}

// checkFile knows what the client lets a person send: in a group no audio, file or video (KB-API 0718).
func checkFile(kind string, req FileRequest, files []NamedFile) error {
	single := []string{ItemPicture, ItemFile, ItemAudio, ItemVideo}
	switch {
	case kind != ItemRichText && !slices.Contains(single, kind):
		return fmt.Errorf("send a file of kind %q: %w", kind, ErrCannot)
	case kind == ItemRichText && req.Text == "" && len(files) == 0, kind != ItemRichText && len(files) != 1:
		return fmt.Errorf("send %d files as %s: %w", len(files), kind, ErrCannot)
	case req.Group != "" && kind != ItemPicture && kind != ItemRichText:
		return fmt.Errorf("send %s to the bot in a group: %w", kind, ErrCannot)
	}
	return nil
}

// fileContent is the content field of a message that is no text (KB-API 0718, 0699).
func (s *Server) fileContent(kind, text string, codes []string) map[string]any {
	switch kind {
	case ItemPicture:
		return s.pictureContent(codes[0])
	case ItemAudio:
		return map[string]any{"downloadCode": codes[0], "duration": 1000, "recognition": text}
	case ItemVideo:
		return map[string]any{"downloadCode": codes[0], "duration": 1, "videoType": "mp4"}
	case ItemFile:
		return map[string]any{"downloadCode": codes[0], "fileName": s.files[codes[0]].name}
	}
	parts := []map[string]any{}
	if text != "" {
		parts = append(parts, map[string]any{"text": text})
	}
	for _, code := range codes {
		part := s.pictureContent(code)
		part["type"] = "picture"
		parts = append(parts, part)
	}
	return map[string]any{"richText": parts}
}

// pictureContent names a picture by both codes; either can be downloaded.
func (s *Server) pictureContent(code string) map[string]any {
	second := s.newID("pdc")
	s.files[second] = s.files[code]
	return map[string]any{"downloadCode": code, "pictureDownloadCode": second}
}

// maySpeak says whether a person can send the bot something there. The caller holds mu.
func (s *Server) maySpeak(user, group string) error {
	p := s.people[user]
	if p == nil {
		return fmt.Errorf("person %q: %w", user, ErrNobody)
	}
	if group == "" {
		if !p.Visible {
			return fmt.Errorf("%s does not see the robot: %w", user, ErrCannot)
		}
		return nil
	}
	g := s.groups[group]
	switch {
	case g == nil:
		return fmt.Errorf("group %q: %w", group, ErrNobody)
	case !slices.Contains(g.Members, user):
		return fmt.Errorf("%s is not in group %s: %w", user, group, ErrCannot)
	case !g.Robot:
		return fmt.Errorf("the robot is not in group %s: %w", group, ErrCannot)
	}
	return nil
}

// speak puts a message into its conversation and on its way to the bot. The caller holds mu.
func (s *Server) speak(user, group string, it *item, data map[string]any, twice bool) (string, error) {
	if err := s.maySpeak(user, group); err != nil {
		return "", err
	}
	it.id, it.from, it.author = s.newID("msg"), fromUser, user
	it.conversation = singleID(user)
	if group != "" {
		it.conversation = group
	}
	s.add(it)
	s.envelope(it, data)
	m := &botMessage{data: data, acked: make(chan struct{})}
	s.pushMessage(m)
	if twice {
		m.tries = len(s.opt.Redelivery) // the first delivery already waits for its turn
		s.pushMessage(m)
	}
	return it.id, nil
}

// envelope adds to a message what every bot message carries (KB-API 0718).
func (s *Server) envelope(it *item, data map[string]any) {
	p := s.people[it.author]
	webhook, expires := s.newSession(it.conversation)
	data["msgId"] = it.id
	data["conversationId"] = it.conversation
	data["conversationType"] = conversationSingle
	data["senderId"] = "$:LWCP_v1:$" + p.ID
	data["senderNick"] = p.Name
	data["senderPlatform"] = "Android"
	data["isAdmin"] = false
	data["chatbotUserId"] = "$:LWCP_v1:$robot"
	data["chatbotCorpId"] = s.opt.CorpID
	data["robotCode"] = s.opt.RobotCode
	data["createAt"] = it.at.UnixMilli()
	data["sessionWebhook"] = webhook
	data["sessionWebhookExpiredTime"] = expires.UnixMilli()
	if !p.Outsider {
		data["senderStaffId"] = p.ID
		data["senderCorpId"] = s.opt.CorpID
	}
	switch it.corp {
	case "":
	case "none":
		delete(data, "senderCorpId")
	default:
		data["senderCorpId"] = it.corp
	}
	if g := s.groups[it.conversation]; g != nil {
		data["conversationType"] = conversationGroup
		data["conversationTitle"] = g.Title
		data["isInAtList"] = true
		data["atUsers"] = []map[string]any{{"dingtalkId": "$:LWCP_v1:$robot"}}
	}
}

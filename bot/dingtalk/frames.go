package dingtalk

import (
	"encoding/json"
	"errors"
	"strings"

	"junma/bot"
)

var errBadFrame = errors.New("the frame is not of a known shape")

// cardFrame is the data of /v1.0/card/instances/callback [KB-CARD 0007, 0010].
type cardFrame struct {
	OutTrackID string          `json:"outTrackId"`
	UserID     string          `json:"userId"` // filled in by the platform: the person who pressed
	Content    json.RawMessage `json:"content"`
	Value      json.RawMessage `json:"value"` // the same again, in some variants
	pressed
}

// pressed is what the client sends about the button. The pages disagree on where params stands.
type pressed struct {
	ActionIDs []loose         `json:"actionIds"`
	Params    json.RawMessage `json:"params"`
	Private   json.RawMessage `json:"cardPrivateData"`
}

// readClick reads a press. Button is the reference in params or, where a client dropped them, the button's id, which is
// the reference too; "" when both are lost.
func readClick(messageID, data string) (bot.Click, error) {
	var f cardFrame
	if err := json.Unmarshal([]byte(data), &f); err != nil {
		return bot.Click{}, errBadFrame
	}
	if messageID == "" || f.UserID == "" || f.OutTrackID == "" {
		return bot.Click{}, errBadFrame
	}
	places := make([]pressed, 0, 6)
	for _, text := range []json.RawMessage{f.Content, f.Value} {
		var outer, inner pressed
		nested(text, &outer)
		nested(outer.Private, &inner)
		places = append(places, inner, outer)
	}
	places = append(places, f.pressed)
	return bot.Click{
		Platform: name, Key: messageID, User: f.UserID, Card: f.OutTrackID, Button: buttonOf(places),
	}, nil
}

func buttonOf(places []pressed) string {
	for _, place := range places {
		var params struct {
			Ref loose `json:"ref"`
		}
		nested(place.Params, &params)
		if params.Ref != "" {
			return string(params.Ref)
		}
	}
	for _, place := range places {
		if len(place.ActionIDs) > 0 && place.ActionIDs[0] != "" {
			return string(place.ActionIDs[0])
		}
	}
	return ""
}

// messageFrame is the data of /v1.0/im/bot/messages/get [KB 0718, 0699, KB-EVT 0004].
type messageFrame struct {
	MsgID             string `json:"msgId"`
	MsgType           string `json:"msgtype"`
	ConversationType  loose  `json:"conversationType"` // "1" one-to-one, "2" group
	ConversationID    string `json:"conversationId"`   // in a group: the openConversationId
	ConversationTitle string `json:"conversationTitle"`
	SenderStaffID     string `json:"senderStaffId"` // the userId; empty for people outside the organisation
	SenderNick        string `json:"senderNick"`
	SenderCorpID      string `json:"senderCorpId"`
	SessionWebhook    string `json:"sessionWebhook"`
	SessionExpires    loose  `json:"sessionWebhookExpiredTime"` // ms
	CreateAt          loose  `json:"createAt"`                  // ms
	ErrCode           loose  `json:"errCode"`
	Text              struct {
		Content string `json:"content"`
	} `json:"text"`
	Content json.RawMessage `json:"content"`
}

// messageContent is content for everything but text.
type messageContent struct {
	DownloadCode        string     `json:"downloadCode"`
	PictureDownloadCode string     `json:"pictureDownloadCode"`
	FileName            string     `json:"fileName"`
	VideoType           string     `json:"videoType"`
	Recognition         string     `json:"recognition"` // what was said
	RichText            []richPart `json:"richText"`
}

type richPart struct {
	Type                string `json:"type"`
	Text                string `json:"text"`
	DownloadCode        string `json:"downloadCode"`
	PictureDownloadCode string `json:"pictureDownloadCode"`
}

// spentCode says that the organisation's monthly Webhook & Stream quota is used up: the content did not come along.
const spentCode = "20001"

// readMessage reads what a person said. The message's own id stays the same when it is delivered again; the frame's id
// stands in only where it is missing.
func readMessage(messageID, data string) (bot.Incoming, error) {
	var f messageFrame
	if err := json.Unmarshal([]byte(data), &f); err != nil {
		return bot.Incoming{}, errBadFrame
	}
	in := bot.Incoming{
		Platform: name, Key: f.MsgID, User: f.SenderStaffID, UserName: f.SenderNick, Corp: f.SenderCorpID,
		Session: f.SessionWebhook, Expires: f.SessionExpires.time(), At: f.CreateAt.time(), Spent: f.ErrCode == spentCode,
	}
	if in.Key == "" {
		in.Key = messageID
	}
	if in.Key == "" {
		return bot.Incoming{}, errBadFrame
	}
	if f.ConversationType == "2" {
		in.Group, in.Title = f.ConversationID, f.ConversationTitle
	}
	in.Text, in.Files = f.said()
	in.Text = strings.TrimSpace(in.Text) // in a group the mention of the bot leaves a space
	return in, nil
}

// said takes the message apart into text and files.
func (f *messageFrame) said() (string, []bot.File) {
	var c messageContent
	nested(f.Content, &c)
	code := c.DownloadCode
	if code == "" {
		code = c.PictureDownloadCode
	}
	switch f.MsgType {
	case "picture":
		return "", filesOf(bot.File{Ref: code, Picture: true})
	case "file":
		return "", filesOf(bot.File{Ref: code, Name: c.FileName})
	case "video":
		return "", filesOf(bot.File{Ref: code, Name: "视频." + c.VideoType})
	case "audio":
		return c.Recognition, nil
	case "richText":
		return c.parts()
	}
	return f.Text.Content, nil
}

func (c *messageContent) parts() (string, []bot.File) {
	var text strings.Builder
	var files []bot.File
	for _, part := range c.RichText {
		text.WriteString(part.Text)
		code := part.DownloadCode
		if code == "" {
			code = part.PictureDownloadCode
		}
		files = append(files, filesOf(bot.File{Ref: code, Picture: true})...)
	}
	return text.String(), files
}

func filesOf(f bot.File) []bot.File {
	if f.Ref == "" {
		return nil
	}
	return []bot.File{f}
}

package dingtalk

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"junma/bot"
)

const (
	maxReply    = 5000 // bytes; far below the 15 000 of a group message [KB 0716], and long enough for any answer
	replyTitle  = "骏马助手"
	sampleText  = "sampleText"
	sampleMark  = "sampleMarkdown"
	sampleFile  = "sampleFile"
	sampleImage = "sampleImageMsg"
	pathOTO     = "/v1.0/robot/oToMessages/batchSend"
	pathToGroup = "/v1.0/robot/groupMessages/send"
)

// webhookMessage is what a session webhook takes [KB 0717].
type webhookMessage struct {
	MsgType  string        `json:"msgtype"`
	Text     *textBody     `json:"text,omitempty"`
	Markdown *markdownBody `json:"markdown,omitempty"`
	At       *atBody       `json:"at,omitempty"`
}

type textBody struct {
	Content string `json:"content"`
}

type markdownBody struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

type atBody struct {
	AtUserIDs []string `json:"atUserIds"`
}

// robotMessage is the body of oToMessages/batchSend [KB 0714] and of groupMessages/send [KB 0716].
type robotMessage struct {
	RobotCode          string   `json:"robotCode"`
	UserIDs            []string `json:"userIds,omitempty"`
	OpenConversationID string   `json:"openConversationId,omitempty"`
	MsgKey             string   `json:"msgKey"`
	MsgParam           string   `json:"msgParam"` // a JSON text
}

// encodeReply makes the post to the session webhook and, for when that has closed, the ordinary robot message to the
// same person or group. Somebody outside the organisation has no user id and is reached by the webhook only.
func (p *Platform) encodeReply(m bot.Reply) (envelope, error) {
	if strings.TrimSpace(clean(m.Text.String())) == "" {
		return envelope{}, errors.New("a reply says nothing")
	}
	e := envelope{Op: opReply}
	if m.To.User != "" || m.To.Group != "" {
		var err error
		if e, err = p.encodeMessage(m); err != nil {
			return envelope{}, err
		}
	}
	if m.Session == "" {
		if e.Path == "" {
			return envelope{}, errors.New("a reply has neither a session nor an address")
		}
		return e, nil
	}
	if err := p.checkSession(m.Session); err != nil {
		return envelope{}, err
	}
	body, err := marshal(webhookOf(m))
	if err != nil {
		return envelope{}, err
	}
	e.Reply = &sessionReply{URL: m.Session, Body: body}
	return e, nil
}

func webhookOf(m bot.Reply) webhookMessage {
	var at *atBody
	lead := ""
	for _, u := range m.To.At { // the mention shows only where the text has it, too
		if at == nil {
			at = new(atBody)
		}
		at.AtUserIDs = append(at.AtUserIDs, u.ID)
		lead += "@" + u.ID + " "
	}
	if isPlain(m.Text) {
		return webhookMessage{MsgType: "text", Text: &textBody{lead + plain(m.Text)}, At: at}
	}
	text := lead + markdown([]bot.Text{m.Text}, maxReply)
	return webhookMessage{MsgType: "markdown", Markdown: &markdownBody{Title: replyTitle, Text: text}, At: at}
}

func (p *Platform) encodeMessage(m bot.Reply) (envelope, error) {
	if isPlain(m.Text) {
		return p.robotMessage(m.To, sampleText, textBody{plain(m.Text)})
	}
	return p.robotMessage(m.To, sampleMark, markdownBody{Title: replyTitle, Text: markdown([]bot.Text{m.Text}, maxReply)})
}

// robotMessage makes the request for a message to one person or one group.
func (p *Platform) robotMessage(to bot.Address, msgKey string, param any) (envelope, error) {
	if _, err := spaceOf(to); err != nil {
		return envelope{}, err
	}
	text, err := marshal(param)
	if err != nil {
		return envelope{}, err
	}
	r := robotMessage{RobotCode: p.opts.RobotCode, MsgKey: msgKey, MsgParam: string(text)}
	if to.Group != "" {
		r.OpenConversationID = to.Group
		return p.request(opGroup, "POST", pathToGroup, r)
	}
	r.UserIDs = []string{to.User}
	return p.request(opOneToOne, "POST", pathOTO, r)
}

// checkSession admits only addresses of the vendor: a session comes with a message, and what came from outside must not
// choose where we post.
func (p *Platform) checkSession(session string) error {
	u, err := url.Parse(session)
	if err != nil {
		return errors.New("the session is not an address") // its text is a capability and stays out of the error
	}
	host := u.Hostname()
	vendor := host == "dingtalk.com" || strings.HasSuffix(host, ".dingtalk.com")
	if u.Scheme == "https" && vendor {
		return nil
	}
	base, err := url.Parse(p.opts.OAPIBase)
	if err == nil && u.Scheme == base.Scheme && u.Host == base.Host {
		return nil
	}
	return fmt.Errorf("the session points to %s, which is not DingTalk", host)
}

func isPlain(t bot.Text) bool {
	for _, span := range t {
		if span.Bold {
			return false
		}
	}
	return true
}

func plain(t bot.Text) string { return cut(clean(t.String()), maxReply) }

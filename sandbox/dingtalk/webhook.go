package dingtalk

import (
	"net/http"
	"net/url"
	"time"
)

// sessionLife is how long a sessionWebhook can be posted to after its message (samples: createAt + 90
// minutes), on the business clock.
const sessionLife = 90 * time.Minute

type session struct {
	conversation string
	expires      time.Time
}

// newSession makes the reply URL of one message. The caller holds mu.
func (s *Server) newSession(conversation string) (string, time.Time) {
	id := s.newID("ses")
	expires := s.opt.Now().Add(sessionLife)
	s.sessions[id] = session{conversation, expires}
	return s.baseURL + "/robot/sendBySession?session=" + url.QueryEscape(id), expires
}

type replyRequest struct {
	MsgType string `json:"msgtype"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
	Markdown struct {
		Title string `json:"title"`
		Text  string `json:"text"`
	} `json:"markdown"`
	ActionCard struct {
		Title          string `json:"title"`
		Text           string `json:"text"`
		SingleTitle    string `json:"singleTitle"`
		SingleURL      string `json:"singleURL"`
		BtnOrientation string `json:"btnOrientation"`
		Btns           []struct {
			Title     string `json:"title"`
			ActionURL string `json:"actionURL"`
		} `json:"btns"`
	} `json:"actionCard"`
	Link struct {
		Title      string `json:"title"`
		Text       string `json:"text"`
		MessageURL string `json:"messageUrl"`
		PicURL     string `json:"picUrl"`
	} `json:"link"`
	At struct {
		AtMobiles []string `json:"atMobiles"`
		AtUserIDs []string `json:"atUserIds"`
		IsAtAll   bool     `json:"isAtAll"`
	} `json:"at"`
}

// sendBySession takes a post to a sessionWebhook. Its result is in errcode of a 200 answer.
func (s *Server) sendBySession(c *call) answer {
	ses, known := s.sessions[c.r.URL.Query().Get("session")]
	if !known || s.opt.Now().After(ses.expires) {
		return s.refuseOld("300001", "session 不存在或已过期")
	}
	var req replyRequest
	if err := c.decode(&req); err != nil {
		return s.refuseOld("40035", "不合法的参数: "+err.Error())
	}
	it, ok := replyItem(&req)
	if !ok {
		return s.refuseOld("40035", "缺少参数 json")
	}
	if g := s.groups[ses.conversation]; g != nil && !g.Robot {
		return s.refuseOld("300001", "机器人已不在群内")
	}
	it.conversation = ses.conversation
	s.add(it)
	return answer{status: http.StatusOK, json: map[string]any{"errcode": 0, "errmsg": "ok"}}
}

// replyItem turns a reply into an item; false when a required field is missing or msgtype is unknown.
func replyItem(req *replyRequest) (*item, bool) {
	it := &item{from: fromBot, kind: req.MsgType}
	switch req.MsgType {
	case ItemText:
		it.text = req.Text.Content
		return it, it.text != ""
	case ItemMarkdown:
		it.title, it.text = req.Markdown.Title, req.Markdown.Text
	case ItemLink:
		it.title, it.text = req.Link.Title, req.Link.Text
		it.links = []Link{{Text: req.Link.Title, URL: req.Link.MessageURL}}
	case ItemActionCard:
		a := req.ActionCard
		it.title, it.text = a.Title, a.Text
		if a.SingleTitle != "" {
			it.links = append(it.links, Link{Text: a.SingleTitle, URL: a.SingleURL})
		}
		for _, b := range a.Btns {
			it.links = append(it.links, Link{Text: b.Title, URL: b.ActionURL})
		}
		if len(it.links) == 0 {
			return nil, false
		}
	default:
		return nil, false
	}
	for _, l := range it.links {
		if l.Text == "" || l.URL == "" {
			return nil, false
		}
	}
	return it, it.title != "" && it.text != ""
}

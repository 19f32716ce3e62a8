package dingtalk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

const (
	maxOTOUsers   = 20     // userIds of one batchSend (KB-API 0714)
	maxGroupParam = 15_000 // bytes of msgParam in a group (KB-API 0716)
)

// messageShape is what a msgKey asks of msgParam (KB-API 0699).
type messageShape struct {
	kind     string
	required []string
	links    [][2]string // pairs of text and URL parameters
}

var messageShapes = makeMessageShapes()

func makeMessageShapes() map[string]messageShape {
	shapes := map[string]messageShape{
		"sampleText":        {kind: ItemText, required: []string{"content"}},
		"sampleMarkdown":    {kind: ItemMarkdown, required: []string{"title", "text"}},
		"sampleImageMsg":    {kind: ItemImage, required: []string{"photoURL"}},
		"sampleFile":        {kind: ItemFile, required: []string{"mediaId", "fileName", "fileType"}},
		"sampleLink":        {kind: ItemLink, required: []string{"title", "text", "messageUrl"}},
		"sampleActionCard":  {kind: ItemActionCard, required: []string{"title", "text"}, links: [][2]string{{"singleTitle", "singleURL"}}},
		"sampleActionCard6": {kind: ItemActionCard, required: []string{"title", "text"}, links: [][2]string{{"buttonTitle1", "buttonUrl1"}, {"buttonTitle2", "buttonUrl2"}}},
	}
	for n := 2; n <= 5; n++ {
		shape := messageShape{kind: ItemActionCard, required: []string{"title", "text"}}
		for i := 1; i <= n; i++ {
			shape.links = append(shape.links, [2]string{fmt.Sprintf("actionTitle%d", i), fmt.Sprintf("actionURL%d", i)})
		}
		shapes["sampleActionCard"+strconv.Itoa(n)] = shape
	}
	return shapes
}

// parseMessage reads msgKey and msgParam into an item without a place.
func (s *Server) parseMessage(msgKey, msgParam string) (*item, *problem) {
	shape, ok := messageShapes[msgKey]
	if !ok {
		return nil, bad("invalidParameter.msgKey.invalid", "msgKey %q is not known", msgKey)
	}
	params := map[string]string{}
	if err := json.Unmarshal([]byte(msgParam), &params); err != nil {
		return nil, bad("invalidParameter.msgParam.invalid", "msgParam is not a JSON text of strings: %v", err)
	}
	required := slices.Clone(shape.required)
	for _, pair := range shape.links {
		required = append(required, pair[0], pair[1])
	}
	for _, name := range required {
		if params[name] == "" {
			return nil, bad("invalidParameter.msgParam.invalid", "msgParam.%s is empty", name)
		}
	}
	it := &item{from: fromBot, kind: shape.kind, title: params["title"], text: params["text"]}
	switch msgKey {
	case "sampleText":
		it.text = params["content"]
	case "sampleImageMsg":
		it.links = []Link{{URL: params["photoURL"]}}
	case "sampleLink":
		it.links = []Link{{Text: params["title"], URL: params["messageUrl"]}}
	}
	for _, pair := range shape.links {
		it.links = append(it.links, Link{Text: params[pair[0]], URL: params[pair[1]]})
	}
	return it, s.attachMedia(it, params)
}

type otoRequest struct {
	RobotCode string   `json:"robotCode"`
	UserIDs   []string `json:"userIds"`
	MsgKey    string   `json:"msgKey"`
	MsgParam  string   `json:"msgParam"`
}

// sendOTO is POST /v1.0/robot/oToMessages/batchSend (KB-API 0714). People it cannot reach are listed
// in a 200 answer.
func (s *Server) sendOTO(c *call) answer {
	var req otoRequest
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "invalidParameter.body.invalid", err.Error())
	}
	it, p := s.parseMessage(req.MsgKey, req.MsgParam)
	switch {
	case req.RobotCode != s.opt.RobotCode:
		p = bad("robot.oto.notExist", "robotCode %q is not a robot of this app", req.RobotCode)
	case len(req.UserIDs) == 0:
		p = bad("invalidParameter.userIds.empty", "userIds is empty")
	case len(req.UserIDs) > maxOTOUsers:
		p = bad("too.many.people", "userIds has %d entries, over %d", len(req.UserIDs), maxOTOUsers)
	}
	if p != nil {
		return s.refuse(http.StatusBadRequest, p.code, p.message)
	}
	invalid, throttled := []string{}, []string{}
	for _, user := range req.UserIDs {
		person := s.people[user]
		switch {
		case person == nil || !person.Visible || person.Outsider:
			invalid = append(invalid, user)
		case c.deliverFalse != nil:
			throttled = append(throttled, user)
		default:
			own := *it
			own.conversation = singleID(user)
			s.add(&own)
		}
	}
	return answer{status: http.StatusOK, json: map[string]any{
		"processQueryKey": s.newID("pqk"), "invalidStaffIdList": invalid, "flowControlledStaffIdList": throttled,
	}}
}

type groupRequest struct {
	RobotCode          string `json:"robotCode"`
	OpenConversationID string `json:"openConversationId"`
	MsgKey             string `json:"msgKey"`
	MsgParam           string `json:"msgParam"`
	CoolAppCode        string `json:"coolAppCode"`
	Token              string `json:"token"`
}

// sendGroup is POST /v1.0/robot/groupMessages/send (KB-API 0716).
func (s *Server) sendGroup(c *call) answer {
	var req groupRequest
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "invalidParameter.body.invalid", err.Error())
	}
	it, p := s.parseMessage(req.MsgKey, req.MsgParam)
	g := s.groups[req.OpenConversationID]
	switch {
	case req.RobotCode != s.opt.RobotCode:
		p = bad("invalidParameter.robotCode.invalid", "robotCode %q is not the robot of this app", req.RobotCode)
	case g == nil:
		p = bad("invalidParameter.openConversationId.invalid", "no group %q", req.OpenConversationID)
	case !g.Robot:
		p = bad("robot.notInGroup", "the robot is not a member of the group")
	case len(req.MsgParam) > maxGroupParam:
		p = bad("invalidParameter.msgParam.invalid", "msgParam is %d bytes, over %d", len(req.MsgParam), maxGroupParam)
	}
	if p != nil {
		return s.refuse(http.StatusBadRequest, p.code, p.message)
	}
	it.conversation = g.ID
	s.add(it)
	return answer{status: http.StatusOK, json: map[string]any{"processQueryKey": s.newID("pqk")}}
}

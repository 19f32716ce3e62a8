package dingtalk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Limits of a card's data (KB-CARD 0004, KB-API 0783).
const (
	maxOutTrackID = 100       // characters
	maxSpaceID    = 1000      // characters
	maxKey        = 100       // bytes
	maxValue      = 1 << 10   // bytes
	maxMap        = 100 << 10 // bytes
	maxSearchDesc = 200       // characters
)

const (
	spaceRobot  = "IM_ROBOT"
	spaceGroup  = "IM_GROUP"
	spacePrefix = "dtv1.card//"
)

// problem is a refusal with the vendor's code (KB-API 0783, 0782).
type problem struct{ code, message string }

func bad(code, format string, args ...any) *problem {
	return &problem{code: code, message: fmt.Sprintf(format, args...)}
}

type paramMap struct {
	CardParamMap map[string]json.RawMessage `json:"cardParamMap"`
}

type spaceModel struct {
	SupportForward  *bool             `json:"supportForward"`
	LastMessageI18n map[string]string `json:"lastMessageI18n"`
	SearchSupport   *struct {
		SearchIcon     string `json:"searchIcon"`
		SearchTypeName string `json:"searchTypeName"`
		SearchDesc     string `json:"searchDesc"`
	} `json:"searchSupport"`
	Notification *struct {
		AlertContent    string `json:"alertContent"`
		NotificationOff bool   `json:"notificationOff"`
	} `json:"notification"`
}

type robotDeliverModel struct {
	SpaceType string            `json:"spaceType"`
	RobotCode string            `json:"robotCode"`
	Extension map[string]string `json:"extension"`
}

type groupDeliverModel struct {
	RobotCode  string            `json:"robotCode"`
	AtUserIDs  map[string]string `json:"atUserIds"`
	Recipients []string          `json:"recipients"`
	Extension  map[string]string `json:"extension"`
}

// deliverRequest is what createAndDeliver and deliver have in common.
type deliverRequest struct {
	OutTrackID              string             `json:"outTrackId"`
	UserIDType              *int               `json:"userIdType"`
	OpenSpaceID             string             `json:"openSpaceId"`
	ImRobotOpenDeliverModel *robotDeliverModel `json:"imRobotOpenDeliverModel"`
	ImGroupOpenDeliverModel *groupDeliverModel `json:"imGroupOpenDeliverModel"`
}

type createRequest struct {
	deliverRequest
	CardTemplateID        string              `json:"cardTemplateId"`
	CallbackType          string              `json:"callbackType"`
	CallbackRouteKey      string              `json:"callbackRouteKey"`
	CardData              *paramMap           `json:"cardData"`
	PrivateData           map[string]paramMap `json:"privateData"`
	UserID                string              `json:"userId"`
	ImRobotOpenSpaceModel *spaceModel         `json:"imRobotOpenSpaceModel"`
	ImGroupOpenSpaceModel *spaceModel         `json:"imGroupOpenSpaceModel"`
}

// space is one place named by openSpaceId.
type space struct{ kind, id string }

func (s *Server) checkOutTrackID(id string) *problem {
	switch {
	case id == "":
		return bad("param.outTrackIdEmpty", "outTrackId is empty")
	case len([]rune(id)) > maxOutTrackID:
		return bad("param.invalid", "outTrackId is longer than %d characters", maxOutTrackID)
	}
	return nil
}

func checkUserIDType(kind *int) *problem {
	if kind != nil && *kind != 1 {
		return bad("param.invalid", "userIdType %d: the sandbox knows only userIds (1)", *kind)
	}
	return nil
}

// parseSpaces reads dtv1.card//IM_ROBOT.{userId}, several joined with ";".
func parseSpaces(openSpaceID string) ([]space, *problem) {
	if openSpaceID == "" {
		return nil, bad("param.openSpaceIdEmpty", "openSpaceId is empty")
	}
	rest, ok := strings.CutPrefix(openSpaceID, spacePrefix)
	if !ok || len([]rune(openSpaceID)) > maxSpaceID {
		return nil, bad("param.openSpaceIdInvalid", "openSpaceId does not begin with %s or is over %d characters", spacePrefix, maxSpaceID)
	}
	var spaces []space
	for _, part := range strings.Split(rest, ";") {
		kind, id, ok := strings.Cut(strings.TrimPrefix(part, spacePrefix), ".")
		sp := space{kind, id}
		if !ok || id == "" || (kind != spaceRobot && kind != spaceGroup) || slices.Contains(spaces, sp) {
			return nil, bad("param.openSpaceIdInvalid", "openSpaceId part %q is not IM_ROBOT.{userId} or IM_GROUP.{openConversationId}, or stands twice", part)
		}
		spaces = append(spaces, sp)
	}
	return spaces, nil
}

// checkDeliverModels wants the model of each named space, with this app's robot.
func (s *Server) checkDeliverModels(req *deliverRequest, spaces []space) *problem {
	for _, sp := range spaces {
		robotCode := ""
		switch sp.kind {
		case spaceRobot:
			m := req.ImRobotOpenDeliverModel
			if m == nil {
				return bad("param.openDeliverModelEmpty", "imRobotOpenDeliverModel is missing")
			}
			if m.SpaceType != spaceRobot {
				return bad("param.openDeliverModelError", "imRobotOpenDeliverModel.spaceType is %q, not IM_ROBOT", m.SpaceType)
			}
			robotCode = m.RobotCode
		case spaceGroup:
			m := req.ImGroupOpenDeliverModel
			if m == nil {
				return bad("param.openDeliverModelEmpty", "imGroupOpenDeliverModel is missing")
			}
			robotCode = m.RobotCode
		}
		if robotCode != s.opt.RobotCode {
			return bad("param.openDeliverModelError", "robotCode %q is not the robot of this app", robotCode)
		}
	}
	return nil
}

func checkSpaceModels(req *createRequest, spaces []space) *problem {
	for _, sp := range spaces {
		m := req.ImRobotOpenSpaceModel
		if sp.kind == spaceGroup {
			m = req.ImGroupOpenSpaceModel
		}
		if m == nil {
			return bad("param.openSpaceModelInvalid", "the open space model for %s is missing", sp.kind)
		}
		if m.SearchSupport != nil && len([]rune(m.SearchSupport.SearchDesc)) > maxSearchDesc {
			return bad("param.openSpaceModelInvalid", "searchDesc is longer than %d characters", maxSearchDesc)
		}
	}
	return nil
}

// checkVariables wants a map of strings within the limits. The caller holds mu.
func (s *Server) checkVariables(c *call, t Template, raw map[string]json.RawMessage) (map[string]string, *problem) {
	vars, total := map[string]string{}, 0
	for key, value := range raw {
		var text string
		if len(value) == 0 || value[0] != '"' || json.Unmarshal(value, &text) != nil {
			return nil, bad("param.invalid", "cardParamMap.%s is not a string", key)
		}
		if key == "" || len(key) > maxKey {
			return nil, bad("param.invalid", "a key of cardParamMap is empty or over %d bytes", maxKey)
		}
		if s.switches[ValueLimit] == "enforce" && len(text) > maxValue {
			return nil, bad("param.invalid", "cardParamMap.%s is %d bytes, over %d", key, len(text), maxValue)
		}
		if !slices.Contains(t.Variables, key) {
			c.warn("variable " + key + " is not in the template")
		}
		vars[key] = text
		total += len(key) + len(text)
	}
	if total > maxMap {
		return nil, bad("param.invalid", "cardParamMap is %d bytes, over %d", total, maxMap)
	}
	if _, err := parseButtons(vars[buttonsVariable]); err != nil {
		return nil, bad("param.invalid", "%v", err)
	}
	return vars, nil
}

// checkPrivate reads privateData: the variables of each named person.
func (s *Server) checkPrivate(c *call, t Template, data map[string]paramMap) (map[string]map[string]string, *problem) {
	private := map[string]map[string]string{}
	for user, m := range data {
		if s.people[user] == nil {
			return nil, bad("param.userIdNotExist", "privateData names %q, who does not exist", user)
		}
		vars, p := s.checkVariables(c, t, m.CardParamMap)
		if p != nil {
			return nil, p
		}
		private[user] = vars
	}
	return private, nil
}

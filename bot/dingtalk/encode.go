package dingtalk

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"junma/bot"
)

// envelope is a Payload: one request without its credential. Reply is the address that a Reply goes to first; Path and
// Body are then what is sent once that address is closed.
type envelope struct {
	Op     string          `json:"op"`
	Method string          `json:"method,omitempty"`
	Path   string          `json:"path,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	Reply  *sessionReply   `json:"reply,omitempty"`
}

type sessionReply struct {
	URL  string          `json:"url"`
	Body json.RawMessage `json:"body"`
}

// Operations, named in errors and logs.
const (
	opCreate   = "card.create"
	opDeliver  = "card.deliver"
	opUpdate   = "card.update"
	opOneToOne = "robot.oto"
	opGroup    = "robot.group"
	opReply    = "robot.reply"
	opToken    = "token"
	opFileURL  = "file.url"
	opFile     = "file.download"
	opUpload   = "media.upload"
	opMobile   = "contact.mobile"
)

var cardID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Encode turns m into the bytes of one request. An error is of kind Refused: the message can't be sent as it is.
func (p *Platform) Encode(m bot.Message) (bot.Payload, error) {
	var e envelope
	var err error
	switch m := m.(type) {
	case bot.NewCard:
		e, err = p.encodeCreate(m)
	case bot.Redraw:
		e, err = p.encodeUpdate(m)
	case bot.Reply:
		e, err = p.encodeReply(m)
	case bot.SendFile:
		e, err = p.encodeFile(m)
	default:
		err = fmt.Errorf("encode %T: unknown message", m)
	}
	if err != nil {
		return nil, &bot.Error{Op: name + " encode", Kind: bot.Refused, Err: err}
	}
	return marshal(e)
}

// createRequest is the body of createAndDeliver [KB 0783].
type createRequest struct {
	CardTemplateID string     `json:"cardTemplateId"`
	OutTrackID     string     `json:"outTrackId"`
	CallbackType   string     `json:"callbackType"`
	CardData       cardParams `json:"cardData"`
	UserIDType     int        `json:"userIdType"` // 1: userId
	OpenSpaceID    string     `json:"openSpaceId"`
	RobotSpace     *openSpace `json:"imRobotOpenSpaceModel,omitempty"`
	GroupSpace     *openSpace `json:"imGroupOpenSpaceModel,omitempty"`
	deliverModels
}

// deliverRequest is the body of deliver [KB 0781].
type deliverRequest struct {
	OutTrackID  string `json:"outTrackId"`
	UserIDType  int    `json:"userIdType"`
	OpenSpaceID string `json:"openSpaceId"`
	deliverModels
}

type deliverModels struct {
	RobotDeliver *robotDeliver `json:"imRobotOpenDeliverModel,omitempty"`
	GroupDeliver *groupDeliver `json:"imGroupOpenDeliverModel,omitempty"`
}

type cardParams struct {
	CardParamMap map[string]string `json:"cardParamMap"`
}

type openSpace struct {
	SupportForward  bool              `json:"supportForward"` // false: the card must not leave the chat it was meant for
	LastMessageI18n map[string]string `json:"lastMessageI18n"`
	Notification    notification      `json:"notification"`
}

type notification struct {
	AlertContent    string `json:"alertContent"`
	NotificationOff bool   `json:"notificationOff"`
}

type robotDeliver struct {
	SpaceType string `json:"spaceType"`
	RobotCode string `json:"robotCode"`
}

type groupDeliver struct {
	RobotCode string            `json:"robotCode"`
	AtUserIDs map[string]string `json:"atUserIds,omitempty"`
}

// updateRequest is the body of PUT card/instances [KB 0782]. Without the options it would erase what it doesn't name.
type updateRequest struct {
	OutTrackID        string        `json:"outTrackId"`
	CardData          cardParams    `json:"cardData"`
	CardUpdateOptions updateOptions `json:"cardUpdateOptions"`
	UserIDType        int           `json:"userIdType"`
}

type updateOptions struct {
	UpdateCardDataByKey    bool `json:"updateCardDataByKey"`
	UpdatePrivateDataByKey bool `json:"updatePrivateDataByKey"`
}

var byKey = updateOptions{UpdateCardDataByKey: true, UpdatePrivateDataByKey: true}

func (p *Platform) encodeCreate(m bot.NewCard) (envelope, error) {
	vars, err := p.draw(m.Card)
	if err != nil {
		return envelope{}, err
	}
	space, err := spaceOf(m.To)
	if err != nil {
		return envelope{}, err
	}
	if !cardID.MatchString(m.ID) {
		return envelope{}, fmt.Errorf("card id %q is not 1 to 64 of A-Z a-z 0-9 _ -", m.ID)
	}
	alert := oneLine(m.Card.Title, 120)
	open := &openSpace{LastMessageI18n: map[string]string{"ZH_CN": alert}, Notification: notification{AlertContent: alert}}
	r := createRequest{
		CardTemplateID: p.opts.CardTemplateID, OutTrackID: m.ID, CallbackType: "STREAM",
		CardData: cardParams{vars}, UserIDType: 1, OpenSpaceID: space,
	}
	if m.To.User != "" {
		r.RobotSpace, r.RobotDeliver = open, &robotDeliver{SpaceType: "IM_ROBOT", RobotCode: p.opts.RobotCode}
	} else {
		r.GroupSpace, r.GroupDeliver = open, &groupDeliver{RobotCode: p.opts.RobotCode, AtUserIDs: mentions(m.To.At)}
	}
	return p.request(opCreate, "POST", "/v1.0/card/instances/createAndDeliver", r)
}

func (p *Platform) encodeUpdate(m bot.Redraw) (envelope, error) {
	vars, err := p.draw(m.Card)
	if err != nil {
		return envelope{}, err
	}
	if !cardID.MatchString(m.ID) {
		return envelope{}, fmt.Errorf("card id %q is not 1 to 64 of A-Z a-z 0-9 _ -", m.ID)
	}
	r := updateRequest{OutTrackID: m.ID, CardData: cardParams{vars}, CardUpdateOptions: byKey, UserIDType: 1}
	return p.request(opUpdate, "PUT", "/v1.0/card/instances", r)
}

func (*Platform) request(op, method, path string, body any) (envelope, error) {
	data, err := marshal(body)
	if err != nil {
		return envelope{}, err
	}
	return envelope{Op: op, Method: method, Path: path, Body: data}, nil
}

// spaceOf gives the openSpaceId of a person or a group. An id with a separator in it would open further places.
func spaceOf(to bot.Address) (string, error) {
	if (to.User == "") == (to.Group == "") {
		return "", errors.New("an address is one person or one group")
	}
	id := to.User + to.Group
	if strings.ContainsAny(id, "; \t\r\n") {
		return "", fmt.Errorf("id %q can't be part of an address", id)
	}
	space := "dtv1.card//IM_ROBOT." + id
	if to.Group != "" {
		space = "dtv1.card//IM_GROUP." + id
	}
	if len(space) > maxSpace {
		return "", fmt.Errorf("id of %d bytes is too long for an address", len(id))
	}
	return space, nil
}

func mentions(users []bot.User) map[string]string {
	at := make(map[string]string, len(users))
	for _, u := range users {
		at[u.ID] = oneLine(u.Name, 100)
	}
	return at
}

package dingtalk

import (
	"net/http"
	"slices"
	"time"
)

// createAndDeliver is POST /v1.0/card/instances/createAndDeliver (KB-API 0783).
func (s *Server) createAndDeliver(c *call) answer {
	var req createRequest
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "param.invalid", err.Error())
	}
	k, spaces, p := s.checkCreate(c, &req)
	if p != nil {
		return s.refuse(http.StatusBadRequest, p.code, p.message)
	}
	if old := s.cards[k.id]; old != nil {
		if s.switches[DuplicateCreate] == "refuse" {
			return s.refuse(http.StatusBadRequest, "param.cardAlreadyExist", "outTrackId 对应的卡片已存在")
		}
		return delivered(old.id, old.deliveries)
	}
	for _, sp := range spaces {
		k.deliveries = append(k.deliveries, s.deliverTo(c, k, sp, req.ImGroupOpenDeliverModel))
	}
	ok := slices.ContainsFunc(k.deliveries, func(d delivery) bool { return d.Success })
	if ok || s.switches[FailedDelivery] == "keep" {
		s.cards[k.id] = k
	}
	return delivered(k.id, k.deliveries)
}

func delivered(id string, results []delivery) answer {
	return answer{status: http.StatusOK, json: map[string]any{
		"success": true, "result": map[string]any{"outTrackId": id, "deliverResults": results},
	}}
}

// checkCreate validates the whole request and makes the card, which is not yet stored.
func (s *Server) checkCreate(c *call, req *createRequest) (*card, []space, *problem) {
	if p := s.checkOutTrackID(req.OutTrackID); p != nil {
		return nil, nil, p
	}
	t, p := s.checkTemplate(req.CardTemplateID)
	if p != nil {
		return nil, nil, p
	}
	if p := s.checkCallback(req); p != nil {
		return nil, nil, p
	}
	if req.CardData == nil || len(req.CardData.CardParamMap) == 0 {
		return nil, nil, bad("param.cardPublicDataEmpty", "cardData.cardParamMap is empty")
	}
	public, p := s.checkVariables(c, t, req.CardData.CardParamMap)
	if p != nil {
		return nil, nil, p
	}
	private, p := s.checkPrivate(c, t, req.PrivateData)
	if p != nil {
		return nil, nil, p
	}
	spaces, p := s.checkSpaces(req)
	if p != nil {
		return nil, nil, p
	}
	now := s.opt.Now()
	k := &card{
		id: req.OutTrackID, template: t.ID, public: public, private: private, shown: map[string]map[string]string{}, known: map[string]bool{},
		stream: req.CallbackType == "STREAM", forwardable: forwardable(req), created: now, updated: now,
	}
	s.remember(k)
	return k, spaces, nil
}

func (s *Server) checkTemplate(id string) (Template, *problem) {
	t, known := s.templates[id]
	switch {
	case id == "":
		return t, bad("param.cardTemplateIdEmpty", "cardTemplateId is empty")
	case !known:
		return t, bad("param.templateNotExist", "no template %q", id)
	case t.Unpublished:
		return t, bad("param.templateUnpublished", "template %q is not published", id)
	}
	return t, nil
}

func (s *Server) checkCallback(req *createRequest) *problem {
	if req.UserID != "" && s.people[req.UserID] == nil {
		return bad("param.userIdNotExist", "userId %q does not exist", req.UserID)
	}
	if req.CallbackType != "" && req.CallbackType != "STREAM" {
		return bad("param.invalid", "callbackType %q: the sandbox delivers only by STREAM", req.CallbackType)
	}
	return checkUserIDType(req.UserIDType)
}

func (s *Server) checkSpaces(req *createRequest) ([]space, *problem) {
	spaces, p := parseSpaces(req.OpenSpaceID)
	if p != nil {
		return nil, p
	}
	if p := checkSpaceModels(req, spaces); p != nil {
		return nil, p
	}
	return spaces, s.checkDeliverModels(&req.deliverRequest, spaces)
}

// forwardable says whether the card may leave its chat; the vendor's default is that it may not.
func forwardable(req *createRequest) bool {
	for _, m := range []*spaceModel{req.ImRobotOpenSpaceModel, req.ImGroupOpenSpaceModel} {
		if m != nil && m.SupportForward != nil && *m.SupportForward {
			return true
		}
	}
	return false
}

// deliverTo puts a card into one space. A space that cannot be reached is a result with success
// false, not an error of the call.
func (s *Server) deliverTo(c *call, k *card, sp space, group *groupDeliverModel) delivery {
	d := delivery{SpaceType: sp.kind, SpaceID: sp.id}
	if c.deliverFalse != nil {
		d.ErrorMsg = c.deliverFalse.Message
		orString(&d.ErrorMsg, "system busy")
		return d
	}
	var only []string
	switch sp.kind {
	case spaceRobot:
		p := s.people[sp.id]
		if p == nil || !p.Visible || p.Outsider {
			d.ErrorMsg = "the user is not in the visible range of the robot"
			return d
		}
	case spaceGroup:
		g := s.groups[sp.id]
		if g == nil || !g.Robot {
			d.ErrorMsg = "the robot is not a member of the group"
			return d
		}
		only = group.Recipients
	}
	d.Success = true
	d.CarrierID = s.newID("pqk")
	s.add(&item{conversation: conversationOf(sp), from: fromBot, kind: ItemCard, card: k, only: only})
	return d
}

// deliver is POST /v1.0/card/instances/deliver (KB-API 0781): an existing card into further spaces. A
// space that already has it keeps its first delivery.
func (s *Server) deliver(c *call) answer {
	var req deliverRequest
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "param.invalid", err.Error())
	}
	k, spaces, p := s.checkDeliver(&req)
	if p != nil {
		return s.refuse(http.StatusBadRequest, p.code, p.message)
	}
	results := make([]delivery, 0, len(spaces))
	for _, sp := range spaces {
		i := slices.IndexFunc(k.deliveries, func(d delivery) bool { return d.SpaceType == sp.kind && d.SpaceID == sp.id })
		if i >= 0 && k.deliveries[i].Success {
			results = append(results, k.deliveries[i])
			continue
		}
		d := s.deliverTo(c, k, sp, req.ImGroupOpenDeliverModel)
		if i >= 0 {
			k.deliveries[i] = d
		} else {
			k.deliveries = append(k.deliveries, d)
		}
		results = append(results, d)
	}
	return answer{status: http.StatusOK, json: map[string]any{"success": true, "result": results}}
}

func (s *Server) checkDeliver(req *deliverRequest) (*card, []space, *problem) {
	if p := s.checkOutTrackID(req.OutTrackID); p != nil {
		return nil, nil, p
	}
	k := s.cards[req.OutTrackID]
	if k == nil {
		return nil, nil, bad("param.cardNotExist", "no card %q", req.OutTrackID)
	}
	if p := checkUserIDType(req.UserIDType); p != nil {
		return nil, nil, p
	}
	spaces, p := parseSpaces(req.OpenSpaceID)
	if p != nil {
		return nil, nil, p
	}
	return k, spaces, s.checkDeliverModels(req, spaces)
}

type updateRequest struct {
	OutTrackID        string              `json:"outTrackId"`
	CardData          *paramMap           `json:"cardData"`
	PrivateData       map[string]paramMap `json:"privateData"`
	UserIDType        *int                `json:"userIdType"`
	CardUpdateOptions struct {
		UpdateCardDataByKey    bool `json:"updateCardDataByKey"`
		UpdatePrivateDataByKey bool `json:"updatePrivateDataByKey"`
	} `json:"cardUpdateOptions"`
}

// updateCard is PUT /v1.0/card/instances (KB-API 0782). Without the by-key options a map that is
// sent replaces the whole map it names.
func (s *Server) updateCard(c *call) answer {
	var req updateRequest
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "param.invalid", err.Error())
	}
	k, p := s.checkUpdate(&req)
	if p == nil {
		p = s.applyUpdate(c, k, &req)
	}
	if p != nil {
		return s.refuse(http.StatusBadRequest, p.code, p.message)
	}
	return answer{status: http.StatusOK, json: map[string]any{"success": true, "result": true}}
}

func (s *Server) checkUpdate(req *updateRequest) (*card, *problem) {
	if p := s.checkOutTrackID(req.OutTrackID); p != nil {
		return nil, p
	}
	k := s.cards[req.OutTrackID]
	if k == nil || s.tooOld(k) {
		return nil, bad("param.cardNotExist", "no card %q", req.OutTrackID)
	}
	if (req.CardData == nil || len(req.CardData.CardParamMap) == 0) && len(req.PrivateData) == 0 {
		return nil, bad("param.cardDataAndPrivateDataBothEmpty", "cardData and privateData are both empty")
	}
	return k, checkUserIDType(req.UserIDType)
}

// tooOld applies the switch updateDays, on the business clock.
func (s *Server) tooOld(k *card) bool {
	days := s.number(UpdateDays)
	return days > 0 && s.opt.Now().Sub(k.created) > time.Duration(days)*24*time.Hour
}

func (s *Server) applyUpdate(c *call, k *card, req *updateRequest) *problem {
	t := s.templates[k.template]
	public := k.public
	if req.CardData != nil && len(req.CardData.CardParamMap) > 0 {
		changes, p := s.checkVariables(c, t, req.CardData.CardParamMap)
		if p != nil {
			return p
		}
		public = merge(k.public, changes, req.CardUpdateOptions.UpdateCardDataByKey)
	}
	changes, p := s.checkPrivate(c, t, req.PrivateData)
	if p != nil {
		return p
	}
	if k.open > 0 {
		c.warn("the card was updated while a callback of it was open (KB-CARD 0007)")
	}
	k.public = public
	for user, vars := range changes {
		k.private[user] = merge(k.private[user], vars, req.CardUpdateOptions.UpdatePrivateDataByKey)
	}
	clear(k.shown) // an update reaches everybody, the last presser too
	k.updates++
	k.updated = s.opt.Now()
	s.remember(k)
	return nil
}

package dingtalk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// PressRequest is one press of a button.
type PressRequest struct {
	User      string `json:"user"`
	Card      string `json:"card"`      // outTrackId
	Button    string `json:"button"`    // id or text, as that person sees it
	Times     int    `json:"times"`     // separate presses at the same moment; default 1
	Duplicate bool   `json:"duplicate"` // each press's frame is delivered twice under one messageId
	Stale     bool   `json:"stale"`     // the person looks at an earlier picture of the card
	Forwarded bool   `json:"forwarded"` // in a chat to which the card was forwarded
}

// PressResult is what the person who pressed gets to see.
type PressResult struct {
	User      string   `json:"user"`
	Card      string   `json:"card"`
	MessageID string   `json:"messageId"`
	OK        bool     `json:"ok"`
	Code      int      `json:"code"`    // of the acknowledgement; 0 = none in time
	Took      float64  `json:"took"`    // machine seconds from the press to the acknowledgement, or to the failure
	Failure   string   `json:"failure"` // what the client says when the press failed
	View      CardView `json:"view"`    // the presser's view afterwards
}

// Reasons for which a press does not happen.
var (
	ErrNoButton  = errors.New("the person sees no such button")
	ErrNotInChat = errors.New("the card is in no chat of that person")
	ErrDead      = errors.New("the button sends nothing")
	ErrClosed    = errors.New("the sandbox was closed")
)

type pressing struct {
	result PressResult
	begun  time.Time     // machine time
	done   chan struct{} // closed when result is final
}

// Press lets a person press a button of a card and waits for the bot's acknowledgement, at most the two
// seconds the vendor gives it. An error means that the press could not happen; a press that the bot
// did not answer well is a result with OK false.
func (s *Server) Press(ctx context.Context, user, outTrackID, button string) (PressResult, error) {
	results, err := s.PressAll(ctx, PressRequest{User: user, Card: outTrackID, Button: button})
	if err != nil {
		return PressResult{}, err
	}
	return results[0], nil
}

// PressAll sends all presses at the same moment and waits for all of them. If one of them is
// impossible none is sent.
func (s *Server) PressAll(ctx context.Context, requests ...PressRequest) ([]PressResult, error) {
	s.mu.Lock()
	for _, req := range requests {
		if _, _, _, err := s.findPress(req); err != nil {
			s.mu.Unlock()
			return nil, err
		}
	}
	var started []*pressing
	for _, req := range requests {
		for range max(req.Times, 1) {
			started = append(started, s.startPress(req))
		}
	}
	s.mu.Unlock()
	results := make([]PressResult, 0, len(started))
	for _, p := range started {
		select {
		case <-p.done:
			results = append(results, p.result)
		case <-s.done:
			return results, fmt.Errorf("wait for the press of %s: %w", p.result.User, ErrClosed)
		case <-ctx.Done():
			return results, fmt.Errorf("wait for the press of %s: %w", p.result.User, ctx.Err())
		}
	}
	return results, nil
}

// findPress finds card, button and place of a press, or says why it cannot happen. The caller holds mu.
func (s *Server) findPress(req PressRequest) (*card, Button, string, error) {
	k := s.cards[req.Card]
	if k == nil || s.people[req.User] == nil {
		return nil, Button{}, "", fmt.Errorf("press %s by %s: %w", req.Card, req.User, ErrNoCard)
	}
	carrier, ok := s.carrierOf(k, req.User)
	if !ok && (!req.Forwarded || !k.forwardable) {
		return nil, Button{}, "", fmt.Errorf("press %s by %s: %w", req.Card, req.User, ErrNotInChat)
	}
	buttons := s.view(k, req.User, carrier).Buttons
	if req.Stale {
		buttons = k.ever
	}
	b, ok := findButton(buttons, req.Button)
	switch {
	case !ok:
		return nil, b, "", fmt.Errorf("press %q on %s by %s: %w", req.Button, req.Card, req.User, ErrNoButton)
	case b.URL != "":
		return nil, b, "", fmt.Errorf("press %q: it is a link: %w", b.Text, ErrDead)
	case !k.stream:
		return nil, b, "", fmt.Errorf("press %q: the card has no callbackType STREAM: %w", b.Text, ErrDead)
	case s.switches[UniqueButtonIDs] == "on" && !uniqueID(buttons, b):
		return nil, b, "", fmt.Errorf("press %q: its id %q is not its own: %w", b.Text, b.ID, ErrDead)
	}
	return k, b, carrier, nil
}

func uniqueID(buttons []Button, b Button) bool {
	n := 0
	for _, other := range buttons {
		if other.ID == b.ID {
			n++
		}
	}
	return b.ID != "" && n == 1
}

// startPress pushes one press that findPress found possible. The caller holds mu.
func (s *Server) startPress(req PressRequest) *pressing {
	k, b, carrier, _ := s.findPress(req)
	p := &pressing{result: PressResult{User: req.User, Card: req.Card}, begun: time.Now(), done: make(chan struct{})}
	if m := s.metersLocked(); m.Enforced && m.Events.Used >= m.Events.Limit {
		s.endPress(p, k, carrier, 0, "企业本月的推送次数已用完")
		return p
	}
	times := 1
	if req.Duplicate {
		times = 2
	}
	data := s.callback(req.User, k, b, carrier)
	k.open++
	p.result.MessageID = s.push(KindPushCard, TopicCard, "", data, times, func(ack ackFrame) bool {
		k.open--
		failure := s.applyAck(k, req.User, ack)
		s.endPress(p, k, carrier, ack.Code, failure)
		return failure == ""
	})
	if p.result.MessageID == "" {
		k.open--
		s.endPress(p, k, carrier, 0, "机器人没有连接")
		return p
	}
	s.after(s.opt.AckLimit, p.done, func() {
		k.open--
		s.pending[p.result.MessageID].late = true
		s.endPress(p, k, carrier, 0, fmt.Sprintf("机器人没有在 %v 内应答", s.opt.AckLimit))
		s.redeliverCard(p.result.MessageID, data, 0)
	})
	return p
}

func (s *Server) endPress(p *pressing, k *card, carrier string, code int, failure string) {
	p.result.Code, p.result.Failure, p.result.OK = code, failure, failure == ""
	p.result.Took = time.Since(p.begun).Seconds()
	p.result.View = s.view(k, p.result.User, carrier)
	close(p.done)
	s.bump()
}

// redeliverCard pushes an unacknowledged callback again when the switch cardRedelivery says so; the
// person who pressed has been told of the failure already. The caller holds mu.
func (s *Server) redeliverCard(messageID string, data any, try int) {
	if s.switches[CardRedelivery] == "off" || try >= len(s.opt.Redelivery) {
		return
	}
	acked := make(chan struct{})
	s.after(s.opt.Redelivery[try], acked, func() {
		again := messageID
		if s.switches[CardRedelivery] == "new" {
			again = ""
		}
		s.push(KindPushCard, TopicCard, again, data, 1, func(ack ackFrame) bool {
			close(acked)
			return ack.Code == http.StatusOK
		})
		s.after(s.opt.AckLimit, acked, func() { s.redeliverCard(messageID, data, try+1) })
	})
}

// callback is the data of a card callback (KB-CARD 0007, 0010), in the variant the switches ask for.
func (s *Server) callback(user string, k *card, b Button, carrier string) map[string]any {
	params := b.Params
	if params == nil || s.switches[ButtonParams] == "drop" {
		params = map[string]any{}
	}
	full := map[string]any{"cardPrivateData": map[string]any{"actionIds": []string{b.ID}, "params": params}}
	content, place := full, s.switches[ParamsPlace]
	switch place {
	case "beside":
		content = map[string]any{"cardPrivateData": map[string]any{"actionIds": []string{b.ID}}, "params": params}
		full = content
	case "value":
		content = map[string]any{"cardPrivateData": map[string]any{"actionIds": []string{b.ID}, "params": map[string]any{}}}
	}
	data := map[string]any{
		"type": "actionCallback", "outTrackId": k.id, "corpId": s.opt.CorpID, "userId": user, "userIdType": 1,
		"spaceId": carrier, "spaceType": s.spaceType(carrier), "extension": "{}", "content": string(mustJSON(content)),
	}
	if place == "value" || s.switches[CallbackValue] == "present" {
		data["value"] = string(mustJSON(full))
	}
	return data
}

func (s *Server) spaceType(carrier string) string {
	if name := s.switches[SpaceTypeCase]; name != "full" {
		return name
	}
	if strings.HasPrefix(carrier, singleID("")) {
		return spaceRobot
	}
	return spaceGroup
}

type ackResponse struct {
	Response struct {
		CardUpdateOptions struct {
			UpdateCardDataByKey    bool `json:"updateCardDataByKey"`
			UpdatePrivateDataByKey bool `json:"updatePrivateDataByKey"`
		} `json:"cardUpdateOptions"`
		CardData        *paramMap `json:"cardData"`
		UserPrivateData *paramMap `json:"userPrivateData"`
	} `json:"response"`
}

// applyAck shows the presser what the acknowledgement says and returns "" or what went wrong. cardData
// changes only the presser's picture, until an update of the card reaches everybody (KB-CARD 0010).
func (s *Server) applyAck(k *card, user string, ack ackFrame) string {
	if ack.Code != http.StatusOK {
		return fmt.Sprintf("机器人应答出错 (%d)", ack.Code)
	}
	var body ackResponse
	if ack.Data != "" {
		if err := json.Unmarshal([]byte(ack.Data), &body); err != nil {
			return "机器人的应答不合格式: " + err.Error()
		}
	}
	c := &call{}
	t, resp := s.templates[k.template], body.Response
	shown, p := s.ackVariables(c, t, resp.CardData)
	private, q := s.ackVariables(c, t, resp.UserPrivateData)
	if p = cmp.Or(p, q); p != nil {
		return "机器人的应答不合格式: " + p.message
	}
	if s.switches[AckData] == "ignore" {
		return ""
	}
	if shown != nil {
		base := k.public
		if already, ok := k.shown[user]; ok {
			base = already
		}
		k.shown[user] = merge(base, shown, resp.CardUpdateOptions.UpdateCardDataByKey)
	}
	if private != nil {
		k.private[user] = merge(k.private[user], private, resp.CardUpdateOptions.UpdatePrivateDataByKey)
	}
	s.remember(k)
	return ""
}

func (s *Server) ackVariables(c *call, t Template, m *paramMap) (map[string]string, *problem) {
	if m == nil || len(m.CardParamMap) == 0 {
		return nil, nil
	}
	return s.checkVariables(c, t, m.CardParamMap)
}

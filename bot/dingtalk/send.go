package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"junma/bot"
)

// waitFlow is how long one person is spared after the vendor held a message to them back.
const waitFlow = 10 * time.Second

// Send makes the request of p and judges it by the vendor's own receipt. A card that exists already is the card of this
// very request, since nobody else makes our ids; whether it reached its place, only its delivery tells.
func (p *Platform) Send(ctx context.Context, payload bot.Payload) (bot.Receipt, error) {
	var e envelope
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, &bot.Error{Op: name + " send", Kind: bot.Refused, Text: "the payload is not one of ours"}
	}
	switch e.Op {
	case opCreate:
		return p.create(ctx, e)
	case opReply, opOneToOne, opGroup:
		return nil, p.reply(ctx, e)
	}
	_, err := p.do(ctx, p.callOf(e))
	return nil, err
}

func (p *Platform) callOf(e envelope) call {
	return call{op: e.Op, method: e.Method, url: p.opts.APIBase + e.Path, body: e.Body, auth: authHeader}
}

// delivery is one entry of deliverResults [KB 0783]: HTTP 200 and success:true above may still hide success:false here.
type delivery struct {
	SpaceID   string `json:"spaceId"`
	Success   bool   `json:"success"`
	CarrierID string `json:"carrierId"`
	ErrorMsg  string `json:"errorMsg"`
}

func (p *Platform) create(ctx context.Context, e envelope) (bot.Receipt, error) {
	var r createRequest
	if err := json.Unmarshal(e.Body, &r); err != nil {
		return nil, &bot.Error{Op: name + " send", Kind: bot.Refused, Text: "the payload is not one of ours"}
	}
	if p.isUndelivered(r.OutTrackID) {
		receipt, err := p.deliver(ctx, r)
		if e, ok := errors.AsType[*bot.Error](err); !ok || e.Code != "param.cardNotExist" {
			return receipt, err
		}
	}
	data, err := p.do(ctx, p.callOf(e))
	if e, ok := errors.AsType[*bot.Error](err); ok && e.Code == "param.cardAlreadyExist" {
		return p.deliver(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	var got struct {
		Result struct {
			DeliverResults []delivery `json:"deliverResults"`
		} `json:"result"`
	}
	_ = json.Unmarshal(data, &got) // an answer without results is judged below
	return p.settle(opCreate, r.OutTrackID, got.Result.DeliverResults)
}

// deliver puts a card that exists into its place: POST card/instances/deliver [KB 0781]. A place that has the card keeps
// the one it has, as with the older API's id of a card [KB 1480].
func (p *Platform) deliver(ctx context.Context, r createRequest) (bot.Receipt, error) {
	e, err := p.request(opDeliver, "POST", "/v1.0/card/instances/deliver", deliverRequest{
		OutTrackID: r.OutTrackID, UserIDType: r.UserIDType, OpenSpaceID: r.OpenSpaceID, deliverModels: r.deliverModels,
	})
	if err != nil {
		return nil, err
	}
	data, err := p.do(ctx, p.callOf(e))
	if err != nil {
		return nil, err
	}
	var got struct {
		Result []delivery `json:"result"`
	}
	_ = json.Unmarshal(data, &got) // an answer without results is judged below
	return p.settle(opDeliver, r.OutTrackID, got.Result)
}

// settle judges the one delivery of a card and remembers a card that did not reach its place.
func (p *Platform) settle(op, id string, results []delivery) (bot.Receipt, error) {
	if len(results) == 0 {
		return nil, &bot.Error{Op: name + " " + op, Kind: bot.Unknown, Text: "the answer has no deliverResults"}
	}
	d := results[0]
	p.setUndelivered(id, !d.Success)
	if d.Success {
		return bot.Receipt(d.CarrierID), nil
	}
	kind, after := deliveryKind(d.ErrorMsg)
	return nil, &bot.Error{
		Op: name + " " + op, Kind: kind, Code: "deliverResults", Text: cut(d.ErrorMsg, 300), After: after, Kept: true,
	}
}

// deliveryKind reads the only thing that a failed delivery says, a sentence for people. What it doesn't know may pass.
func deliveryKind(message string) (bot.ErrorKind, time.Duration) {
	m := strings.ToLower(message)
	for _, word := range []string{"visible range", "not a member", "not in group", "not exist", "可见范围", "不在群", "不存在", "已解散"} {
		if strings.Contains(m, word) {
			return bot.Gone, 0
		}
	}
	for _, word := range []string{"flow", "limit", "too fast", "流控", "限流", "频繁"} {
		if strings.Contains(m, word) {
			return bot.Throttled, waitFlow
		}
	}
	return bot.Retry, 0
}

// maxUndelivered bounds the memory of cards that did not reach their place; it is far more than wait for a retry.
const maxUndelivered = 10_000

func (p *Platform) isUndelivered(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.undelivered[id]
}

func (p *Platform) setUndelivered(id string, yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !yes {
		delete(p.undelivered, id)
		return
	}
	if len(p.undelivered) >= maxUndelivered {
		clear(p.undelivered)
	}
	p.undelivered[id] = true
}

// reply posts to the session webhook and, if that is closed or refuses, sends the ordinary robot message once. So it does
// when the month's Webhook & Stream quota is used up: the robot message counts against the other quota [KB 1431].
func (p *Platform) reply(ctx context.Context, e envelope) error {
	if e.Reply != nil {
		c := call{op: opReply, method: "POST", url: e.Reply.URL, body: e.Reply.Body, old: true}
		_, err := p.do(ctx, c)
		if kind := bot.KindOf(err); err == nil || kind != bot.Gone && kind != bot.Refused && kind != bot.Spent || e.Path == "" {
			return err
		}
	}
	data, err := p.do(ctx, p.callOf(e))
	if err != nil || e.Op != opOneToOne {
		return err
	}
	var got struct {
		Invalid        []string `json:"invalidStaffIdList"`
		FlowControlled []string `json:"flowControlledStaffIdList"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		return &bot.Error{Op: name + " " + e.Op, Kind: bot.Unknown, Text: "the answer has another shape"}
	}
	switch {
	case len(got.Invalid) > 0:
		return &bot.Error{Op: name + " " + e.Op, Kind: bot.Gone, Code: "invalidStaffIdList", Text: "the robot does not reach this person"}
	case len(got.FlowControlled) > 0:
		return &bot.Error{Op: name + " " + e.Op, Kind: bot.Throttled, Code: "flowControlledStaffIdList", After: waitFlow}
	}
	return nil
}

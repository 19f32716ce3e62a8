package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
)

// kinds names the requests that a service makes.
var kinds = map[string]string{
	"POST /v1.0/card/instances/createAndDeliver": "card.create",
	"POST /v1.0/card/instances/deliver":          "card.deliver",
	"PUT /v1.0/card/instances":                   "card.update",
	"POST /v1.0/robot/messageFiles/download":     "file.url",
	"POST /v1.0/robot/oToMessages/batchSend":     "robot.oto",
	"POST /v1.0/robot/groupMessages/send":        "robot.group",
	"POST /robot/sendBySession":                  "reply",
	"POST /media/upload":                         "media.upload",
	getFile:                                      "file.get",
}

const (
	cardCreate  = "card.create"
	cardDeliver = "card.deliver"
)

// requestNames names requests by what they are about, so that the same request has the same name in every run, whatever
// ids were drawn.
type requestNames struct {
	cards map[string]string // outTrackId → name
	codes map[string]int    // download code → which one
	last  int               // the code asked for last, whose file is fetched next
}

func newRequestNames() *requestNames {
	return &requestNames{cards: map[string]string{}, codes: map[string]int{}}
}

// of gives a request's kind, its name and, of one that makes a card, the card.
func (n *requestNames) of(target, body string) (kind, name, card string) {
	var b struct {
		OutTrackID, OpenSpaceID, DownloadCode string
		CardData                              struct {
			CardParamMap struct{ Title, Markdown string }
		}
	}
	_ = json.Unmarshal([]byte(body), &b) // what is no JSON is named by its bytes
	kind = kinds[target]
	if kind == "" {
		kind = target
	}
	shown := head.ReplaceAllString(b.CardData.CardParamMap.Title+"\n"+b.CardData.CardParamMap.Markdown, "")
	switch kind {
	case cardCreate:
		n.cards[b.OutTrackID] = short(b.OpenSpaceID + shown)
		return kind, n.cards[b.OutTrackID], b.OutTrackID
	case cardDeliver:
		return kind, n.cards[b.OutTrackID], ""
	case "card.update":
		return kind, n.cards[b.OutTrackID] + " " + short(shown), ""
	case "file.url":
		if _, known := n.codes[b.DownloadCode]; !known {
			n.codes[b.DownloadCode] = len(n.codes) + 1
		}
		n.last = n.codes[b.DownloadCode]
		return kind, fmt.Sprint(n.last), ""
	case "file.get":
		return kind, fmt.Sprint(n.last), ""
	default:
		return kind, short(body), ""
	}
}

func short(text string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return fmt.Sprintf("%x", h.Sum64())
}

// twice gives the two places of a request: before the platform applied it, and after.
func twice(kind, name string) [2]place {
	return [2]place{{kind + ", before it is applied", name}, {kind + ", after it was applied", name}}
}

// puller pulls the plug at chosen requests: when one arrives for the first time before it is applied, when it arrives for
// the second time after; then it passes. A card must be repeated byte for byte.
type puller struct {
	names   *requestNames
	chosen  map[place]bool
	arrived map[string]int
	bodies  map[string]string // by outTrackId
	faults  []string
}

func newPuller(chosen map[place]bool) *puller {
	return &puller{names: newRequestNames(), chosen: chosen, arrived: map[string]int{}, bodies: map[string]string{}}
}

// plan is a plug's plan.
func (p *puller) plan(target, body string) (moment, string) {
	kind, name, card := p.names.of(target, body)
	if first, known := p.bodies[card]; known && card != "" && first != body {
		p.faults = append(p.faults, fmt.Sprintf("card %s was repeated with other bytes:\n%s\n%s", card, first, body))
	}
	p.bodies[card] = body
	var moments []moment
	places := twice(kind, name)
	for i, m := range []moment{beforeApplied, afterApplied} {
		if p.chosen[places[i]] {
			moments = append(moments, m)
		}
	}
	n := p.arrived[kind+name]
	p.arrived[kind+name]++
	if n >= len(moments) {
		return never, ""
	}
	return moments[n], places[moments[n]-beforeApplied].kind
}

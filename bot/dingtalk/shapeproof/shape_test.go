package shapeproof_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	card "github.com/alibabacloud-go/dingtalk/card_1_0"
	oauth "github.com/alibabacloud-go/dingtalk/oauth2_1_0"
	robot "github.com/alibabacloud-go/dingtalk/robot_1_0"

	"junma/bot"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

// models are the SDK's requests by method and path.
var models = map[string]func() any{
	"POST /v1.0/oauth2/accessToken":              func() any { return new(oauth.GetAccessTokenRequest) },
	"POST /v1.0/card/instances/createAndDeliver": func() any { return new(card.CreateAndDeliverRequest) },
	"POST /v1.0/card/instances/deliver":          func() any { return new(card.DeliverCardRequest) },
	"PUT /v1.0/card/instances":                   func() any { return new(card.UpdateCardRequest) },
	"POST /v1.0/robot/oToMessages/batchSend":     func() any { return new(robot.BatchSendOTORequest) },
	"POST /v1.0/robot/groupMessages/send":        func() any { return new(robot.OrgGroupSendRequest) },
	"POST /v1.0/robot/messageFiles/download":     func() any { return new(robot.RobotMessageFileDownloadRequest) },
}

// oldAPI are the calls of the old host, of which this SDK has no model.
var oldAPI = []string{"POST /media/upload"}

// tape records what the adapter sends on its way to the pretend server.
type tape struct {
	mu    sync.Mutex
	calls []recorded
}

type recorded struct {
	what string
	body []byte
}

func (tp *tape) between(t *testing.T, server string) string {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		tp.mu.Lock()
		tp.calls = append(tp.calls, recorded{r.Method + " " + r.URL.Path, body})
		tp.mu.Unlock()
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

func TestAdapterFitsTheOfficialModels(t *testing.T) {
	s := newServer(t)
	tp := new(tape)
	base := tp.between(t, s.URL())
	p := dingtalk.New(dingtalk.Options{
		ClientID: clientID, ClientSecret: bot.NewSecret(clientSecret), APIBase: base, OAPIBase: base, RequestsPerSec: 1000,
	})
	t.Cleanup(p.Close)
	exercise(t, s, p)

	seen := map[string]bool{}
	for _, call := range tp.calls {
		if slices.Contains(oldAPI, call.what) {
			continue
		}
		model, known := models[call.what]
		if !known {
			t.Errorf("the SDK has no model for %s", call.what)
			continue
		}
		seen[call.what] = true
		sameAfterDecoding(t, call, model())
	}
	for what := range models {
		if !seen[what] {
			t.Errorf("the adapter never called %s: nothing is proven of it", what)
		}
	}
}

// exercise makes the adapter send everything it can send with a token.
func exercise(t *testing.T, s *sandbox.Server, p *dingtalk.Platform) {
	t.Helper()
	c := bot.Card{
		Title: "橙色预警", Level: bot.Orange, State: "待办理", Basis: "三(四)2", Tips: "截至2026年6月20日",
		Lines:   []bot.Text{{{Text: "请"}, {Text: "核实", Bold: true}}},
		Buttons: []bot.Button{{Label: "报送情况", Ref: "ref1", Primary: true}, {Label: "查看", URL: "https://example.org/?a=1&b=2"}},
	}
	toGroup := bot.Address{Group: group, At: []bot.User{{ID: lin, Name: "林某"}}}
	toLin := bot.Address{User: lin}
	fault := sandbox.Fault{Route: "card.create", Kind: sandbox.FaultDeliverFalse, Count: 1, Skip: 2}
	if _, err := s.SetFault(fault); err != nil {
		t.Fatal(err)
	}
	undelivered := bot.NewCard{ID: "c3", To: toLin, Card: c}
	for i, m := range []bot.Message{
		bot.NewCard{ID: "c1", To: toLin, Card: c},
		bot.NewCard{ID: "c2", To: toGroup, Card: c},
		undelivered, undelivered,
		bot.Redraw{ID: "c1", To: toLin, Card: c},
		bot.Reply{To: toLin, Text: bot.Say("好")},
		bot.Reply{To: toGroup, Text: bot.Text{{Text: "好", Bold: true}}},
		bot.SendFile{To: toLin, Name: "许可证.pdf", Media: uploaded(t, p, "a.pdf", false, "%PDF")},
		bot.SendFile{To: toGroup, Name: "现场.png", Media: uploaded(t, p, "a.png", true, "\x89PNG\r\n\x1a\n"), Picture: true},
	} {
		payload, err := p.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Send(t.Context(), payload)
		if wantFailure := i == 2; (err != nil) != wantFailure {
			t.Fatalf("send %d: %v", i, err)
		}
	}
	_, codes, err := s.SendFile(sandbox.FileRequest{User: lin, Name: "a.pdf", Data: []byte("%PDF")})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Fetch(t.Context(), bot.File{Ref: codes[0]}, io.Discard, 100); err != nil {
		t.Fatal(err)
	}
}

func uploaded(t *testing.T, p *dingtalk.Platform, name string, picture bool, data string) string {
	t.Helper()
	u := bot.Upload{Name: name, Picture: picture, Size: int64(len(data)), Content: strings.NewReader(data)}
	media, err := p.Upload(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return media
}

// sameAfterDecoding wants the body to come out of the SDK's model as it went in: no field is unknown to the SDK, none
// has another type.
func sameAfterDecoding(t *testing.T, call recorded, model any) {
	t.Helper()
	strict := json.NewDecoder(bytes.NewReader(call.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(model); err != nil {
		t.Errorf("%s does not fit %T: %v\n%s", call.what, model, err, call.body)
		return
	}
	again, err := json.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(opened(t, call.body), opened(t, again)) {
		t.Errorf("%s loses something in %T:\n%s\n%s", call.what, model, call.body, again)
	}
}

func opened(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

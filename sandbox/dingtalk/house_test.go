package dingtalk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/client"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/handler"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"junma/sandbox/dingtalk"
)

const (
	lin     = "user-lin"
	zhou    = "user-zhou"
	hidden  = "user-hidden"
	groupID = "cidZhu=="
	noRobot = "cidEmpty=="
)

// house is a pretend organisation with a plain HTTP caller that holds a token.
type house struct {
	*dingtalk.Server
	t     *testing.T
	token string
	clock *atomic.Int64 // business time, seconds
}

func newHouse(t *testing.T, change func(*dingtalk.Options)) *house {
	t.Helper()
	clock := &atomic.Int64{}
	clock.Store(time.Date(2026, 4, 21, 9, 0, 0, 0, time.Local).Unix())
	opt := dingtalk.Options{
		Seed: 7, QPS: -1, Redelivery: []time.Duration{},
		Now: func() time.Time { return time.Unix(clock.Load(), 0) },
	}
	if change != nil {
		change(&opt)
	}
	s := dingtalk.New(opt)
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.AddPeople(
		dingtalk.Person{ID: lin, Name: "林某", Unit: "市住建局", Mobile: "13800000001", Visible: true},
		dingtalk.Person{ID: zhou, Name: "周某", Unit: "下涯镇", Mobile: "13800000002", Visible: true},
		dingtalk.Person{ID: hidden, Name: "隐某", Visible: false},
	)
	s.AddGroups(
		dingtalk.Group{ID: groupID, Title: "住建局协调群", Members: []string{lin, zhou}, Robot: true},
		dingtalk.Group{ID: noRobot, Title: "无机器人群", Members: []string{lin}},
	)
	h := &house{Server: s, t: t, clock: clock}
	h.token = h.fetchToken()
	return h
}

func (h *house) fetchToken() string {
	h.t.Helper()
	got := h.call("POST", "/v1.0/oauth2/accessToken", obj{"appKey": "sandbox-app", "appSecret": "sandbox-secret"})
	token, _ := got.body["accessToken"].(string)
	if token == "" {
		h.t.Fatalf("token call answered %d %v", got.status, got.body)
	}
	return token
}

type obj = map[string]any

type reply struct {
	status int
	body   obj
	text   string
	err    error // the connection was cut
}

// call sends JSON with the token and reads the JSON answer.
func (h *house) call(method, path string, body any) reply {
	h.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctxOf(h.t), method, h.URL()+path, bytes.NewReader(data))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-Acs-Dingtalk-Access-Token", h.token)
	return h.do(req)
}

func (h *house) do(req *http.Request) reply {
	h.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{err: err}
	}
	got := reply{status: resp.StatusCode, text: string(text)}
	_ = json.Unmarshal(text, &got.body) // bodies that are not JSON are looked at as text
	return got
}

func (r reply) code() string {
	code, _ := r.body["code"].(string)
	return code
}

// ctxOf bounds every wait of a test.
func ctxOf(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

const readyButtons = `{"msgButtons":[` +
	`{"text":"报送情况","color":"blue","id":"report","request":true,"params":{"ref":"r-1"}},` +
	`{"text":"查看项目","color":"gray","id":"view","request":true},` +
	`{"text":"通知原文","color":"gray","url":"https://example.com"}]}`

// card is a request that is right in every field, for a person (or, with group, a group).
func cardFor(user, id string) obj {
	return obj{
		"cardTemplateId": dingtalk.ReadyTemplateID, "outTrackId": id, "callbackType": "STREAM", "userIdType": 1,
		"cardData":                obj{"cardParamMap": obj{"title": "橙色预警", "markdown": "**云溪** 施工许可", "tips": "示例", "sys_full_json_obj": readyButtons}},
		"openSpaceId":             "dtv1.card//IM_ROBOT." + user,
		"imRobotOpenSpaceModel":   obj{"supportForward": false, "lastMessageI18n": obj{"ZH_CN": "橙色预警"}},
		"imRobotOpenDeliverModel": obj{"spaceType": "IM_ROBOT", "robotCode": "sandbox-app"},
	}
}

func cardForGroup(group, id string) obj {
	c := cardFor(lin, id)
	delete(c, "imRobotOpenSpaceModel")
	delete(c, "imRobotOpenDeliverModel")
	c["openSpaceId"] = "dtv1.card//IM_GROUP." + group
	c["imGroupOpenSpaceModel"] = obj{"supportForward": false}
	c["imGroupOpenDeliverModel"] = obj{"robotCode": "sandbox-app"}
	return c
}

const createPath = "/v1.0/card/instances/createAndDeliver"

func (h *house) create(card obj) reply {
	h.t.Helper()
	return h.call("POST", createPath, card)
}

func (h *house) mustCreate(card obj) {
	h.t.Helper()
	if got := h.create(card); got.status != 200 || got.body["success"] != true {
		h.t.Fatalf("createAndDeliver answered %d %v", got.status, got.body)
	}
}

// frames is what a bot does with a frame of one topic: the data of its acknowledgement.
type frames func(*payload.DataFrame) (data any, code int)

// connect joins with the official SDK; its frames go to message and press.
func (h *house) connect(message, press frames) *client.StreamClient {
	h.t.Helper()
	cli := client.NewStreamClient(
		client.WithAppCredential(client.NewAppCredentialConfig("sandbox-app", "sandbox-secret")),
		client.WithOpenApiHost(h.URL()),
		client.WithAutoReconnect(false),
		client.WithSubscription("CALLBACK", dingtalk.TopicMessage, asHandler(message)),
		client.WithSubscription("CALLBACK", dingtalk.TopicCard, asHandler(press)),
	)
	before := len(h.Connections())
	if err := cli.Start(ctxOf(h.t)); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(cli.Close)
	if err := h.Wait(ctxOf(h.t), func() bool { return len(h.Connections()) > before }); err != nil {
		h.t.Fatal(err)
	}
	return cli
}

func asHandler(f frames) handler.IFrameHandler {
	return func(_ context.Context, df *payload.DataFrame) (*payload.DataFrameResponse, error) {
		data, code := f(df)
		resp := payload.NewDataFrameResponse(code)
		return resp, resp.SetJson(data)
	}
}

// quiet acknowledges and does nothing.
func quiet(*payload.DataFrame) (any, int) { return obj{"response": nil}, 200 }

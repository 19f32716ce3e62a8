package dingtalk_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"junma/sandbox/dingtalk"
)

func dataOf(t *testing.T, df *payload.DataFrame) obj {
	t.Helper()
	var v obj
	if err := json.Unmarshal([]byte(df.Data), &v); err != nil {
		t.Errorf("frame data is not JSON: %v", err)
	}
	return v
}

func TestSDK收到消息并经会话地址回复(t *testing.T) {
	h := newHouse(t, nil)
	got := make(chan obj, 1)
	h.connect(func(df *payload.DataFrame) (any, int) {
		got <- dataOf(t, df)
		return obj{"response": nil}, 200
	}, quiet)
	id, err := h.Say(dingtalk.SayRequest{User: lin, Text: "我的待办"})
	if err != nil {
		t.Fatal(err)
	}
	m := <-got
	if m["msgId"] != id || m["senderStaffId"] != lin || m["conversationType"] != "1" || m["text"].(obj)["content"] != "我的待办" {
		t.Fatalf("message = %v", m)
	}
	webhook := strings.TrimPrefix(m["sessionWebhook"].(string), h.URL())
	answer := h.call("POST", webhook, obj{"msgtype": "markdown", "markdown": obj{"title": "待办", "text": "没有待办"}})
	if answer.body["errcode"] != 0.0 {
		t.Fatalf("reply answered %v", answer.body)
	}
	items := h.Inbox(lin)
	if len(items) != 2 || items[0].Text != "我的待办" || items[1].Text != "没有待办" || !items[1].Unread || items[0].Unread {
		t.Fatalf("inbox = %+v", items)
	}
}

func TestSDK应答按下(t *testing.T) {
	h := newHouse(t, nil)
	presses := make(chan obj, 1)
	h.connect(quiet, func(df *payload.DataFrame) (any, int) {
		presses <- dataOf(t, df)
		return obj{"response": obj{
			"cardUpdateOptions": obj{"updateCardDataByKey": true, "updatePrivateDataByKey": true},
			"cardData":          obj{"cardParamMap": obj{"tips": "已收到"}},
		}}, 200
	})
	h.mustCreate(cardForGroup(groupID, "k1"))
	result, err := h.Press(ctxOf(t), lin, "k1", "报送情况")
	if err != nil {
		t.Fatal(err)
	}
	if !result.OK || result.Code != 200 || result.View.Tips != "已收到" || result.View.Title != "橙色预警" {
		t.Fatalf("result = %+v", result)
	}
	data := <-presses
	if data["userId"] != lin || data["outTrackId"] != "k1" || data["type"] != "actionCallback" {
		t.Fatalf("callback = %v", data)
	}
	if want := `{"cardPrivateData":{"actionIds":["report"],"params":{"ref":"r-1"}}}`; data["content"] != want {
		t.Fatalf("content = %v, want %s", data["content"], want)
	}
	other, err := h.CardAs(zhou, "k1")
	if err != nil || other.Tips != "示例" {
		t.Fatalf("the other member sees %q (%v), the acknowledgement is only for the presser", other.Tips, err)
	}
}

func TestTicket只用一次(t *testing.T) {
	h := newHouse(t, nil)
	open := obj{"clientId": "sandbox-app", "clientSecret": "sandbox-secret", "subscriptions": []obj{{"type": "EVENT", "topic": "*"}}}
	got := h.call("POST", "/v1.0/gateway/connections/open", open)
	address := got.body["endpoint"].(string) + "?ticket=" + got.body["ticket"].(string)
	first, _, err := websocket.DefaultDialer.DialContext(ctxOf(t), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, resp, err := websocket.DefaultDialer.DialContext(ctxOf(t), address, nil)
	if !errors.Is(err, websocket.ErrBadHandshake) || resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("second use of the ticket: %v", err)
	}
}

func TestTicket过期(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.TicketLife = time.Nanosecond })
	open := obj{"clientId": "sandbox-app", "clientSecret": "sandbox-secret", "subscriptions": []obj{{"type": "EVENT", "topic": "*"}}}
	got := h.call("POST", "/v1.0/gateway/connections/open", open)
	_, resp, err := websocket.DefaultDialer.DialContext(ctxOf(t), got.body["endpoint"].(string)+"?ticket="+got.body["ticket"].(string), nil)
	if err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("an expired ticket was taken: %v", err)
	}
}

func Test连接鉴权失败(t *testing.T) {
	h := newHouse(t, nil)
	got := h.call("POST", "/v1.0/gateway/connections/open", obj{"clientId": "sandbox-app", "clientSecret": "wrong", "subscriptions": []obj{{"type": "EVENT", "topic": "*"}}})
	if got.status != http.StatusUnauthorized || got.code() != "authFailed" {
		t.Fatalf("answer = %d %v", got.status, got.body)
	}
}

func Test不要JSON就得XML(t *testing.T) {
	h := newHouse(t, nil)
	req, err := http.NewRequestWithContext(ctxOf(t), "POST", h.URL()+"/v1.0/gateway/connections/open", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if got := h.do(req); got.status != 200 || !strings.HasPrefix(got.text, "<response>") {
		t.Fatalf("answer %d %s", got.status, got.text)
	}
}

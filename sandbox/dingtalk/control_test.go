package dingtalk_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"junma/sandbox/dingtalk"
)

func (h *house) control(method, path string, body any) reply {
	h.t.Helper()
	return h.call(method, "/sandbox/"+path, body)
}

func Test经控制接口走一遍(t *testing.T) {
	h := newHouse(t, nil)
	h.pressed(nil, 200)
	h.control("POST", "people", obj{"people": []obj{{"id": "u9", "name": "吴某", "visible": true}}})
	h.control("POST", "groups", obj{"groups": []obj{{"id": "g9", "title": "新群", "members": []string{"u9"}, "robot": true}}})
	h.control("POST", "templates", obj{"templates": []obj{{"id": "t9.schema", "variables": []string{"title"}}}})
	c := cardFor("u9", "k")
	c["cardTemplateId"] = "t9.schema"
	h.mustCreate(c)
	pressed := h.control("POST", "press", obj{"user": "u9", "card": "k", "button": "报送情况"})
	if r := pressed.body["results"].([]any)[0].(obj); r["ok"] != true || r["view"].(obj)["title"] != "橙色预警" {
		t.Fatalf("press %v", pressed.body)
	}
	if said := h.control("POST", "say", obj{"user": "u9", "group": "g9", "text": "帮助"}); said.body["msgId"] == "" || said.status != 200 {
		t.Fatalf("say %d %v", said.status, said.body)
	}
	sent := h.control("POST", "file", obj{"user": "u9", "name": "a.png", "data": png})
	code := sent.body["codes"].([]any)[0].(string)
	if got := h.control("GET", "file?code="+code, nil); got.text != string(png) {
		t.Fatalf("file %d %q", got.status, got.text)
	}
	h.control("POST", "read", obj{"user": "u9"})
	state := h.control("GET", "state?user=u9", nil).body
	inbox := state["inboxes"].(obj)["u9"].([]any)
	single, group := inbox[0].(obj), inbox[1].(obj)
	if len(state["inboxes"].(obj)) != 1 || single["kind"] != "single" || single["unread"] != 0.0 || len(single["items"].([]any)) != 2 ||
		group["title"] != "新群" || group["items"].([]any)[0].(obj)["text"] != "帮助" {
		t.Fatalf("state %v", state)
	}
	if got := h.control("GET", "card?user=u9&card=k", nil); got.body["outTrackId"] != "k" {
		t.Fatalf("card %v", got.body)
	}
	journal := h.control("GET", "journal?kind=push.*", nil).body
	if len(journal["entries"].([]any)) != 3 || journal["meters"].(obj)["events"].(obj)["used"] != 3.0 {
		t.Fatalf("journal %v", journal)
	}
}

func Test控制接口的开关与故障(t *testing.T) {
	h := newHouse(t, nil)
	h.connect(quiet, quiet)
	if got := h.control("POST", "switch", obj{"name": "ackData", "value": "ignore"}); got.status != 200 || h.Switches()["ackData"] != "ignore" {
		t.Fatalf("switch %d %v", got.status, got.body)
	}
	for _, sw := range h.control("GET", "switches", nil).body["switches"].([]any) {
		if sw.(obj)["about"] == "" || sw.(obj)["value"] == "" {
			t.Errorf("switch without meaning: %v", sw)
		}
	}
	set := h.control("POST", "fault", obj{"route": "card.*", "kind": "refuse", "count": 2})
	if set.status != 200 || len(h.Faults()) != 1 {
		t.Fatalf("fault %v", set.body)
	}
	h.control("DELETE", fmt.Sprintf("fault?id=%v", set.body["id"]), nil)
	if len(h.Faults()) != 0 {
		t.Fatal("the fault was not cleared")
	}
	if got := h.control("POST", "stream", obj{"action": "zombie"}); got.body["connections"] != 1.0 || h.Connections()[0].State != "zombie" {
		t.Fatalf("stream %v", got.body)
	}
	h.control("POST", "token/expire", obj{})
	if got := h.create(cardFor(lin, "k")); got.code() != "InvalidAuthentication" {
		t.Fatalf("after expiry: %v", got.body)
	}
}

func Test控制接口的拒绝(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	cases := []struct {
		name, method, path string
		body               any
		status             int
	}{
		{"没有这个按钮", "POST", "press", obj{"user": lin, "card": "k", "button": "无"}, 409},
		{"没有这张卡", "POST", "press", obj{"user": lin, "card": "none", "button": "无"}, 404},
		{"没有这个人", "POST", "say", obj{"user": "nobody", "text": "x"}, 404},
		{"说不了", "POST", "say", obj{"user": hidden, "text": "x"}, 409},
		{"字段写错", "POST", "say", obj{"usr": lin, "text": "x"}, 400},
		{"开关写错", "POST", "switch", obj{"name": "x", "value": "y"}, 400},
		{"故障写错", "POST", "fault", obj{"kind": "x"}, 400},
		{"没有编号的人", "POST", "people", obj{"people": []obj{{"name": "x"}}}, 400},
		{"没有名称的群", "POST", "groups", obj{"groups": []obj{{"id": "x"}}}, 400},
		{"没有这份文件", "GET", "file?code=x", nil, 404},
		{"没有这条路", "GET", "nothing", nil, 404},
		{"序号不是数", "GET", "journal?since=x", nil, 400},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := h.control(tc.method, tc.path, tc.body)
			if message, _ := got.body["error"].(string); got.status != tc.status || message == "" {
				t.Fatalf("answer %d %v, want %d", got.status, got.body, tc.status)
			}
		})
	}
}

func Test别处的网页不能控制(t *testing.T) {
	h := newHouse(t, nil)
	host := strings.TrimPrefix(h.URL(), "http://")
	cases := []struct {
		name, origin, host, contentType string
		status                          int
	}{
		{"没有来源", "", host, "application/json", 200},
		{"自己的网页", h.URL(), host, "application/json", 200},
		{"别的网页", "https://evil.example", host, "application/json", 403},
		{"本机别的端口", "http://127.0.0.1:1", host, "application/json", 403},
		{"来源不明", "null", host, "application/json", 403},
		{"改了域名解析", "", "evil.example", "application/json", 403},
		{"表单", "", host, "text/plain", 400},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(ctxOf(t), "POST", h.URL()+"/sandbox/read", strings.NewReader(`{"user":"`+lin+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = tc.host
			req.Header.Set("Content-Type", tc.contentType)
			if tc.origin != "" {
				req.Header.Set("Origin", tc.origin)
			}
			if got := h.do(req); got.status != tc.status {
				t.Fatalf("answer %d %v, want %d", got.status, got.body, tc.status)
			}
		})
	}
}

func Test多部分上传(t *testing.T) {
	h := newHouse(t, nil)
	got := h.heard()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("user", lin)
	part, err := form.CreateFormFile("file", "许可证.pdf")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte("%PDF-1.7"))
	_ = form.Close()
	req, err := http.NewRequestWithContext(ctxOf(t), "POST", h.URL()+"/sandbox/file", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	if r := h.do(req); r.status != 200 {
		t.Fatalf("answer %d %v", r.status, r.body)
	}
	if m := <-got; m["content"].(obj)["fileName"] != "许可证.pdf" {
		t.Fatalf("message %v", m)
	}
}

func Test变化时通知网页(t *testing.T) {
	h := newHouse(t, nil)
	rev := h.Rev()
	if got := h.control("GET", fmt.Sprintf("state?since=%d", rev), nil); got.status != http.StatusNoContent {
		t.Fatalf("an unchanged state was sent: %d", got.status)
	}
	ctx, cancel := context.WithCancel(ctxOf(t))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/sandbox/events?since=%d", h.URL(), rev), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	h.mustCreate(cardFor(lin, "k"))
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != "event: change" || !lines.Scan() || !strings.HasPrefix(lines.Text(), `data: {"rev":`) {
		t.Fatalf("event %q %v", lines.Text(), lines.Err())
	}
	if got := h.control("GET", fmt.Sprintf("state?since=%d", rev), nil); got.status != 200 || got.body["rev"].(float64) <= float64(rev) {
		t.Fatalf("state %d %v", got.status, got.body["rev"])
	}
}

func Test只取最后几条(t *testing.T) {
	h := newHouse(t, nil)
	for i := range 5 {
		h.mustCreate(cardFor(lin, fmt.Sprint("k", i)))
	}
	st := h.State(lin, 2)
	c := st.Inboxes[lin][0]
	if len(c.Items) != 2 || c.Items[1].Card.OutTrackID != "k4" || c.Unread != 5 {
		t.Fatalf("conversation %+v", c)
	}
}

func Test等不到就说有多少(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.WaitCards(ctx, lin, 2); err == nil || !strings.Contains(err.Error(), "have 1") {
		t.Fatalf("err = %v", err)
	}
	if _, err := h.WaitCalls(ctx, "card.*", 1); err != nil {
		t.Fatalf("what is there already is not waited for: %v", err)
	}
	if _, err := h.WaitCard(ctxOf(t), lin, "k", func(v dingtalk.CardView) bool { return v.Title == "橙色预警" }); err != nil {
		t.Fatal(err)
	}
}

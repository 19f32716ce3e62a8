package dingtalk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

func (h *house) fault(f dingtalk.Fault) {
	h.t.Helper()
	if _, err := h.SetFault(f); err != nil {
		h.t.Fatal(err)
	}
}

func Test故障(t *testing.T) {
	cases := []struct {
		name    string
		fault   dingtalk.Fault
		check   func(reply) bool
		applied bool
		counted bool
	}{
		{"拒绝", dingtalk.Fault{Kind: "refuse", Status: 403, Code: "Forbidden.AccessDenied.QpsLimitForApi"}, func(r reply) bool {
			return r.status == 403 && r.code() == "Forbidden.AccessDenied.QpsLimitForApi"
		}, false, false},
		{"默认的拒绝", dingtalk.Fault{Kind: "refuse"}, func(r reply) bool { return r.status == 500 && r.code() == "system.busy" }, false, false},
		{"网页503", dingtalk.Fault{Kind: "html503"}, func(r reply) bool {
			return r.status == 503 && strings.HasPrefix(r.text, "<html>")
		}, false, false},
		{"200的处罚", dingtalk.Fault{Kind: "punish200"}, func(r reply) bool {
			return r.status == 200 && r.body["punish"] == "deny" && r.body["status"] == 1111.0
		}, false, false},
		{"未生效就断", dingtalk.Fault{Kind: "cut-before"}, func(r reply) bool { return r.err != nil }, false, false},
		{"生效后才断", dingtalk.Fault{Kind: "cut-after"}, func(r reply) bool { return r.err != nil }, true, true},
		{"慢", dingtalk.Fault{Kind: "slow", Ms: 5}, func(r reply) bool { return r.status == 200 }, true, true},
		{"投放不成", dingtalk.Fault{Kind: "deliver-false", Message: "忙"}, func(r reply) bool {
			return r.status == 200 && results(r)[0].(obj)["success"] == false && results(r)[0].(obj)["errorMsg"] == "忙"
		}, false, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, nil)
			tc.fault.Route, tc.fault.Count, tc.fault.Skip = "card.*", 1, 1
			h.fault(tc.fault)
			h.mustCreate(cardFor(lin, "skipped"))
			used := h.Meters().API.Used
			if got := h.create(cardFor(lin, "k")); !tc.check(got) {
				t.Fatalf("answer %d %s %v", got.status, got.text, got.err)
			}
			if applied := len(h.Cards(lin)) == 2; applied != tc.applied {
				t.Errorf("applied = %v, want %v", applied, tc.applied)
			}
			e := h.Journal(0, "card.create")[1]
			if e.Fault != tc.fault.Kind || e.Counted != tc.counted || (h.Meters().API.Used > used) != tc.counted {
				t.Errorf("entry %+v, meters %+v", e, h.Meters())
			}
			if len(h.Faults()) != 0 {
				t.Error("the fault did not wear off")
			}
			h.mustCreate(cardFor(lin, "after"))
		})
	}
}

func Test慢的应答已经生效(t *testing.T) {
	h := newHouse(t, nil)
	h.fault(dingtalk.Fault{Route: "card.create", Kind: "slow", Ms: 60_000})
	answered := make(chan reply, 1)
	go func() { answered <- h.create(cardFor(lin, "k")) }()
	if _, err := h.WaitCards(ctxOf(t), lin, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-answered:
		t.Fatalf("answered %d before its time", got.status)
	default:
	}
	h.ClearFaults(0)
	h.mustCreate(cardFor(lin, "k2"))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	<-answered
}

func Test故障写错了(t *testing.T) {
	h := newHouse(t, nil)
	for _, f := range []dingtalk.Fault{{Kind: "explode"}, {Kind: "slow", Ms: -1}, {Kind: "slow", Route: "["}} {
		if _, err := h.SetFault(f); err == nil {
			t.Errorf("fault %+v was taken", f)
		}
	}
	if err := h.SetSwitch("nope", "on"); err == nil {
		t.Error("an unknown switch was taken")
	}
	if err := h.SetSwitch(dingtalk.AckData, "maybe"); err == nil {
		t.Error("an unknown value was taken")
	}
	if err := h.SetSwitch(dingtalk.UpdateDays, "-1"); err == nil {
		t.Error("a negative number was taken")
	}
	if _, err := h.Stream("explode", ""); err == nil {
		t.Error("an unknown stream action was taken")
	}
}

func Test令牌(t *testing.T) {
	h := newHouse(t, nil)
	if again := h.fetchToken(); again != h.token {
		t.Fatal("a valid token was not given again")
	}
	old := h.call("GET", "/gettoken?appkey=sandbox-app&appsecret=sandbox-secret", nil)
	if old.body["access_token"] != h.token || old.body["errcode"] != 0.0 || old.body["expires_in"] != 7200.0 {
		t.Fatalf("gettoken %v", old.body)
	}
	if got := h.call("POST", "/v1.0/oauth2/accessToken", obj{"appKey": "sandbox-app", "appSecret": "x"}); got.status != 400 || got.code() != "invalidClientIdOrSecret" {
		t.Fatalf("wrong secret: %d %v", got.status, got.body)
	}
	if got := h.call("GET", "/gettoken?appkey=sandbox-app&appsecret=x", nil); got.body["errcode"] != 40089.0 {
		t.Fatalf("wrong secret, old: %v", got.body)
	}
	h.ExpireToken()
	if got := h.create(cardFor(lin, "k")); got.status != 400 || got.code() != "InvalidAuthentication" {
		t.Fatalf("expired: %d %v", got.status, got.body)
	}
	if got := h.call("POST", "/topapi/v2/user/getbymobile?access_token="+h.token, obj{"mobile": "13800000001"}); got.body["errcode"] != 42001.0 {
		t.Fatalf("expired, old: %v", got.body)
	}
	before := h.token
	if h.token = h.fetchToken(); h.token == before {
		t.Fatal("the expired token was given again")
	}
	h.mustCreate(cardFor(lin, "k"))
}

func Test令牌到期(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.TokenLifetime = time.Nanosecond })
	if got := h.create(cardFor(lin, "k")); got.code() != "InvalidAuthentication" {
		t.Fatalf("answer %d %v", got.status, got.body)
	}
}

func Test表单正文(t *testing.T) {
	h := newHouse(t, nil)
	req, err := http.NewRequestWithContext(ctxOf(t), "POST", h.URL()+"/v1.0/oauth2/accessToken", strings.NewReader("appKey=a"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := h.do(req); got.status != 400 || got.code() != "Missingbody" {
		t.Fatalf("answer %d %v", got.status, got.body)
	}
}

func Test不认识的路径(t *testing.T) {
	h := newHouse(t, nil)
	for _, path := range []string{"/v1.0/card/templates", createPath + "/x"} {
		if got := h.call("POST", path, obj{}); got.status != 404 || got.code() == "" {
			t.Fatalf("%s answered %d %v", path, got.status, got.body)
		}
	}
	if got := h.call("GET", createPath, nil); got.status != 404 {
		t.Fatalf("a wrong method answered %d", got.status)
	}
	entries := h.Journal(0, dingtalk.KindUnknown)
	if len(entries) != 3 || entries[0].Error == "" || h.Counts()[dingtalk.KindUnknown] != 3 {
		t.Fatalf("entries %+v", entries)
	}
}

func Test每秒次数(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.QPS = 3 })
	refused := 0
	for range 12 {
		if got := h.create(cardFor(lin, "k")); got.code() == "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi" && got.status == 403 {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("twelve calls in a row were all within 3 a second")
	}
	if used := h.Meters().API.Used; used != 12-refused {
		t.Fatalf("used %d, throttled calls are not counted", used)
	}
	h.SetSwitch(dingtalk.QPSEnforced, "off")
	if got := h.create(cardFor(lin, "k")); got.status == 403 {
		t.Fatalf("switched off: %v", got.body)
	}
}

func Test额度(t *testing.T) {
	h := newHouse(t, nil)
	messages := make(chan obj, 4)
	h.connect(func(df *payloadFrame) (any, int) {
		messages <- dataOf(t, df)
		return nil, 200
	}, quiet)
	say := func() obj {
		t.Helper()
		if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
			t.Fatal(err)
		}
		return <-messages
	}
	webhook := strings.TrimPrefix(say()["sessionWebhook"].(string), h.URL())
	text := obj{"msgtype": "text", "text": obj{"content": "好"}}
	h.call("POST", webhook, text)
	h.mustCreate(cardFor(lin, "k"))
	h.call("POST", "/topapi/v2/user/getbymobile?access_token="+h.token, obj{"mobile": "13800000001"})
	m := h.Meters()
	if m.API.Used != 1 || m.Events.Used != 2 || m.API.Limit != 5000 || m.Events.Limit != 3000 || m.Month != "2026-04" || m.Enforced {
		t.Fatalf("meters %+v, want 1 call and 2 events (one push, one webhook)", m)
	}
	h.SetSwitch(dingtalk.APIQuotaLimit, "1")
	h.SetSwitch(dingtalk.EventQuotaLimit, "2")
	h.mustCreate(cardFor(lin, "k2")) // counted, not yet enforced
	h.SetSwitch(dingtalk.QuotaEnforced, "on")
	if got := h.create(cardFor(lin, "k3")); got.status != 403 || got.code() != "Forbidden.AccessDenied.ApiCountLimitForOrg" {
		t.Fatalf("enforced: %d %v", got.status, got.body)
	}
	if got := h.call("POST", webhook, text); got.body["errcode"] != 90020.0 {
		t.Fatalf("webhook: %v", got.body)
	}
	if empty := say(); empty["errCode"] != 20001.0 || empty["text"] != nil || empty["msgId"] == "" {
		t.Fatalf("message over the quota: %v", empty)
	}
	if r, err := h.Press(ctxOf(t), lin, "k", "report"); err != nil || r.OK {
		t.Fatalf("press over the quota: %+v %v", r, err)
	}
	h.clock.Add(31 * 24 * 3600)
	if m := h.Meters(); m.Month != "2026-05" || m.API.Used != 0 || m.Events.Used != 0 {
		t.Fatalf("next month: %+v", m)
	}
	h.mustCreate(cardFor(lin, "k3"))
}

func Test日志遮住秘密(t *testing.T) {
	h := newHouse(t, nil)
	h.connect(quiet, quiet)
	if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
		t.Fatal(err)
	}
	h.call("GET", "/gettoken?appkey=sandbox-app&appsecret=sandbox-secret", nil)
	h.call("POST", "/topapi/v2/user/getbymobile?access_token="+h.token, obj{"mobile": "13800000001"})
	var all strings.Builder
	for _, e := range h.Journal(0, "") {
		all.WriteString(e.Path + string(e.Request) + string(e.Response) + "\n")
	}
	for _, secret := range []string{"sandbox-secret", h.token, "13800000001", "sendBySession?session=ses", `"ticket":"tic`, "ticket=tic"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("the journal shows %q", secret)
		}
	}
	if !strings.Contains(all.String(), "***") || !strings.Contains(all.String(), "sandbox-app") {
		t.Error("the journal shows nothing at all")
	}
}

package dingtalk_test

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"junma/sandbox/dingtalk"
)

type payloadFrame = payload.DataFrame

// heard connects a bot that acknowledges and keeps each message's data.
func (h *house) heard() chan obj {
	h.t.Helper()
	got := make(chan obj, 16)
	h.connect(func(df *payloadFrame) (any, int) {
		got <- dataOf(h.t, df)
		return nil, 200
	}, quiet)
	return got
}

func Test群里的消息(t *testing.T) {
	h := newHouse(t, nil)
	got := h.heard()
	if _, err := h.Say(dingtalk.SayRequest{User: lin, Group: groupID, Text: "状态 云溪"}); err != nil {
		t.Fatal(err)
	}
	m := <-got
	if m["conversationType"] != "2" || m["conversationId"] != groupID || m["conversationTitle"] != "住建局协调群" ||
		m["isInAtList"] != true || m["text"].(obj)["content"] != " 状态 云溪" {
		t.Fatalf("message %v", m)
	}
	webhook := strings.TrimPrefix(m["sessionWebhook"].(string), h.URL())
	h.call("POST", webhook, obj{"msgtype": "text", "text": obj{"content": "好"}})
	items := h.GroupItems(groupID, zhou)
	if len(items) != 2 || items[0].AuthorName != "林某" || items[0].Text != "状态 云溪" || items[1].From != "bot" {
		t.Fatalf("items %+v", items)
	}
}

func Test组织外的人没有员工号(t *testing.T) {
	h := newHouse(t, nil)
	h.AddPeople(dingtalk.Person{ID: "guest", Name: "客人", Visible: true, Outsider: true})
	got := h.heard()
	if _, err := h.Say(dingtalk.SayRequest{User: "guest", Text: "你好"}); err != nil {
		t.Fatal(err)
	}
	if m := <-got; m["senderStaffId"] != nil || m["senderNick"] != "客人" {
		t.Fatalf("message %v", m)
	}
}

func Test说不了话(t *testing.T) {
	h := newHouse(t, nil)
	cases := []struct {
		name string
		req  dingtalk.SayRequest
		want error
	}{
		{"没有这个人", dingtalk.SayRequest{User: "nobody", Text: "x"}, dingtalk.ErrNobody},
		{"没有这个群", dingtalk.SayRequest{User: lin, Group: "none", Text: "x"}, dingtalk.ErrNobody},
		{"看不见机器人", dingtalk.SayRequest{User: hidden, Text: "x"}, dingtalk.ErrCannot},
		{"不在群里", dingtalk.SayRequest{User: hidden, Group: groupID, Text: "x"}, dingtalk.ErrCannot},
		{"机器人不在群里", dingtalk.SayRequest{User: lin, Group: noRobot, Text: "x"}, dingtalk.ErrCannot},
		{"什么也没说", dingtalk.SayRequest{User: lin, Text: " "}, dingtalk.ErrCannot},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := h.Say(tc.req); !errors.Is(err, tc.want) {
				t.Fatalf("err = %v, want %v", err, tc.want)
			}
		})
	}
}

func Test未应答的消息再送(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.Redelivery = []time.Duration{time.Millisecond, time.Millisecond} })
	type seen struct{ frame, msg string }
	got := make(chan seen, 8)
	h.connect(func(df *payloadFrame) (any, int) {
		got <- seen{df.GetMessageId(), dataOf(t, df)["msgId"].(string)}
		return nil, 500
	}, quiet)
	id, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"})
	if err != nil {
		t.Fatal(err)
	}
	frames := map[string]bool{}
	for range 3 {
		s := <-got
		frames[s.frame] = true
		if s.msg != id {
			t.Fatalf("msgId %s, want %s each time", s.msg, id)
		}
	}
	if len(frames) != 3 {
		t.Fatalf("%d messageIds for three deliveries", len(frames))
	}
	if m := h.Meters(); m.Events.Used != 3 {
		t.Fatalf("events %d, each delivery counts", m.Events.Used)
	}
}

func Test应答过的消息不再送(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.Redelivery = []time.Duration{time.Hour} })
	got := h.heard()
	if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助", Duplicate: true}); err != nil {
		t.Fatal(err)
	}
	if first, second := <-got, <-got; first["msgId"] != second["msgId"] {
		t.Fatalf("a duplicate has another msgId: %v, %v", first, second)
	}
	acked := func() bool {
		entries := h.Journal(0, "push.message")
		return len(entries) == 2 && entries[0].Status == 200 && entries[1].Status == 200
	}
	if err := h.Wait(ctxOf(t), acked); err != nil {
		t.Fatal(err)
	}
}

func Test没有连接时的消息等下一次(t *testing.T) {
	waits := make([]time.Duration, 2000)
	for i := range waits {
		waits[i] = 5 * time.Millisecond
	}
	h := newHouse(t, func(o *dingtalk.Options) { o.Redelivery = waits })
	id, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"})
	if err != nil {
		t.Fatal(err)
	}
	if e := h.Journal(0, "push.message")[0]; e.Error != "noConnection" || e.Counted {
		t.Fatalf("entry %+v", e)
	}
	if m := <-h.heard(); m["msgId"] != id {
		t.Fatalf("message %v", m)
	}
}

func Test会话地址九十分钟(t *testing.T) {
	h := newHouse(t, nil)
	got := h.heard()
	if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
		t.Fatal(err)
	}
	m := <-got
	if life := m["sessionWebhookExpiredTime"].(float64) - m["createAt"].(float64); life != 90*60*1000 {
		t.Fatalf("life %v ms", life)
	}
	webhook := strings.TrimPrefix(m["sessionWebhook"].(string), h.URL())
	text := obj{"msgtype": "text", "text": obj{"content": "好"}}
	h.clock.Add(90 * 60)
	if r := h.call("POST", webhook, text); r.body["errcode"] != 0.0 {
		t.Fatalf("after 90 minutes: %v", r.body)
	}
	h.clock.Add(1)
	if r := h.call("POST", webhook, text); r.status != 200 || r.body["errcode"] == 0.0 {
		t.Fatalf("after its end: %d %v", r.status, r.body)
	}
}

func Test会话回复的校验(t *testing.T) {
	h := newHouse(t, nil)
	got := h.heard()
	if _, err := h.Say(dingtalk.SayRequest{User: lin, Text: "帮助"}); err != nil {
		t.Fatal(err)
	}
	webhook := strings.TrimPrefix((<-got)["sessionWebhook"].(string), h.URL())
	cases := []struct {
		name string
		body obj
		ok   bool
	}{
		{"文本", obj{"msgtype": "text", "text": obj{"content": "好"}}, true},
		{"空文本", obj{"msgtype": "text", "text": obj{"content": ""}}, false},
		{"没有标题的markdown", obj{"msgtype": "markdown", "markdown": obj{"text": "x"}}, false},
		{"按钮卡", obj{"msgtype": "actionCard", "actionCard": obj{"title": "t", "text": "x", "btns": []obj{{"title": "去", "actionURL": "https://example.com"}}}}, true},
		{"没有按钮的按钮卡", obj{"msgtype": "actionCard", "actionCard": obj{"title": "t", "text": "x"}}, false},
		{"不认识的种类", obj{"msgtype": "video"}, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			before := len(h.Inbox(lin))
			r := h.call("POST", webhook, tc.body)
			if r.status != 200 || (r.body["errcode"] == 0.0) != tc.ok || (len(h.Inbox(lin)) > before) != tc.ok {
				t.Fatalf("answer %d %v", r.status, r.body)
			}
		})
	}
}

func Test单聊与群发消息(t *testing.T) {
	h := newHouse(t, nil)
	const oto, group = "/v1.0/robot/oToMessages/batchSend", "/v1.0/robot/groupMessages/send"
	many := make([]string, 21)
	for i := range many {
		many[i] = "u" + strconv.Itoa(i)
	}
	md := obj{"msgKey": "sampleMarkdown", "msgParam": `{"title":"提示","text":"正文"}`}
	with := func(extra obj) obj {
		body := obj{"robotCode": "sandbox-app"}
		for _, m := range []obj{md, extra} {
			for k, v := range m {
				body[k] = v
			}
		}
		return body
	}
	cases := []struct {
		name, path string
		body       obj
		code       string
	}{
		{"单聊", oto, with(obj{"userIds": []string{lin}}), ""},
		{"群聊", group, with(obj{"openConversationId": groupID}), ""},
		{"超过二十人", oto, with(obj{"userIds": many}), "too.many.people"},
		{"没有人", oto, with(obj{"userIds": []string{}}), "invalidParameter.userIds.empty"},
		{"别的机器人", oto, with(obj{"robotCode": "x", "userIds": []string{lin}}), "robot.oto.notExist"},
		{"种类不认识", oto, with(obj{"msgKey": "sampleX", "userIds": []string{lin}}), "invalidParameter.msgKey.invalid"},
		{"参数不是JSON", oto, with(obj{"msgParam": "x", "userIds": []string{lin}}), "invalidParameter.msgParam.invalid"},
		{"参数缺标题", oto, with(obj{"msgParam": `{"text":"x"}`, "userIds": []string{lin}}), "invalidParameter.msgParam.invalid"},
		{"没有这个群", group, with(obj{"openConversationId": "none"}), "invalidParameter.openConversationId.invalid"},
		{"机器人不在群里", group, with(obj{"openConversationId": noRobot}), "robot.notInGroup"},
		{"参数过长", group, with(obj{"openConversationId": groupID, "msgParam": `{"title":"t","text":"` + strings.Repeat("x", 15_000) + `"}`}), "invalidParameter.msgParam.invalid"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := h.call("POST", tc.path, tc.body)
			if r.code() != tc.code || (tc.code == "") != (r.status == 200) {
				t.Fatalf("answer %d %v", r.status, r.body)
			}
		})
	}
	r := h.call("POST", oto, with(obj{"userIds": []string{lin, hidden, "nobody"}}))
	if invalid := r.body["invalidStaffIdList"].([]any); len(invalid) != 2 || len(h.Inbox(lin)) != 2 {
		t.Fatalf("invalid %v, inbox %d", invalid, len(h.Inbox(lin)))
	}
	h.fault(dingtalk.Fault{Route: "robot.oto", Kind: dingtalk.FaultDeliverFalse, Count: 1})
	r = h.call("POST", oto, with(obj{"userIds": []string{lin}}))
	if slow := r.body["flowControlledStaffIdList"].([]any); len(slow) != 1 || len(h.Inbox(lin)) != 2 {
		t.Fatalf("flow-controlled %v", slow)
	}
	if items := h.GroupItems(groupID, lin); len(items) != 1 || items[0].Title != "提示" {
		t.Fatalf("group %+v", items)
	}
}

var png = []byte("\x89PNG\r\n\x1a\n and more")

func (h *house) download(code string) []byte {
	h.t.Helper()
	r := h.call("POST", "/v1.0/robot/messageFiles/download", obj{"downloadCode": code, "robotCode": "sandbox-app"})
	address, _ := r.body["downloadUrl"].(string)
	req, err := http.NewRequestWithContext(ctxOf(h.t), "GET", address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	got := h.do(req)
	if got.status != 200 {
		h.t.Fatalf("file host answered %d %s", got.status, got.text)
	}
	return []byte(got.text)
}

func Test发送文件(t *testing.T) {
	h := newHouse(t, nil)
	got := h.heard()
	send := func(req dingtalk.FileRequest) obj {
		t.Helper()
		req.User = lin
		if _, _, err := h.SendFile(req); err != nil {
			t.Fatal(err)
		}
		return <-got
	}
	picture := send(dingtalk.FileRequest{Name: "现场.png", Data: png})
	content := picture["content"].(obj)
	if picture["msgtype"] != "picture" || !bytes.Equal(h.download(content["downloadCode"].(string)), png) ||
		!bytes.Equal(h.download(content["pictureDownloadCode"].(string)), png) {
		t.Fatalf("picture %v", picture)
	}
	file := send(dingtalk.FileRequest{Name: "许可证.pdf", Data: []byte("%PDF-1.7 x")})
	content = file["content"].(obj)
	if file["msgtype"] != "file" || content["fileName"] != "许可证.pdf" || string(h.download(content["downloadCode"].(string))) != "%PDF-1.7 x" {
		t.Fatalf("file %v", file)
	}
	rich := send(dingtalk.FileRequest{Kind: "richText", Text: "已整改", Files: []dingtalk.NamedFile{{Name: "a.png", Data: png}}})
	parts := rich["content"].(obj)["richText"].([]any)
	if len(parts) != 2 || parts[0].(obj)["text"] != "已整改" || parts[1].(obj)["type"] != "picture" {
		t.Fatalf("richText %v", rich)
	}
	if items := h.Inbox(lin); len(items) != 3 || items[1].Files[0].Name != "许可证.pdf" || items[1].Files[0].Size != 10 {
		t.Fatalf("inbox %+v", items)
	}
}

func Test文件的拒绝(t *testing.T) {
	h := newHouse(t, nil)
	_, _, err := h.SendFile(dingtalk.FileRequest{User: lin, Group: groupID, Name: "a.pdf", Data: []byte("%PDF-1.7")})
	if !errors.Is(err, dingtalk.ErrCannot) {
		t.Fatalf("a file to the bot in a group: %v", err)
	}
	if r := h.call("POST", "/v1.0/robot/messageFiles/download", obj{"downloadCode": "none", "robotCode": "sandbox-app"}); r.status != 400 {
		t.Fatalf("unknown code: %d", r.status)
	}
	_, codes, err := h.SendFile(dingtalk.FileRequest{User: lin, Name: "a.png", Data: png})
	if err != nil {
		t.Fatal(err)
	}
	if r := h.call("POST", "/v1.0/robot/messageFiles/download", obj{"downloadCode": codes[0], "robotCode": "x"}); r.status != 400 {
		t.Fatalf("another robot: %d", r.status)
	}
	r := h.call("POST", "/v1.0/robot/messageFiles/download", obj{"downloadCode": codes[0], "robotCode": "sandbox-app"})
	path := strings.TrimPrefix(r.body["downloadUrl"].(string), h.URL())
	if r := h.call("GET", path, nil); r.status == 200 {
		t.Fatal("the file host took a request that brings the access token")
	}
	for _, e := range h.Journal(0, "file.*") {
		if strings.Contains(e.Path+string(e.Response), path) {
			t.Fatalf("the journal shows a download address: %+v", e)
		}
	}
}

func Test按手机号找人(t *testing.T) {
	h := newHouse(t, nil)
	path := "/topapi/v2/user/getbymobile?access_token="
	cases := []struct {
		name, token, mobile string
		errcode             float64
	}{
		{"找到", h.token, "13800000001", 0},
		{"没有此人", h.token, "13999999999", 60121},
		{"号码不对", h.token, "123", 40104},
		{"没有号码", h.token, "", 400002},
		{"没有令牌", "", "13800000001", 41001},
		{"令牌不对", "x", "13800000001", 40014},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := h.call("POST", path+tc.token, obj{"mobile": tc.mobile})
			if r.status != 200 || r.body["errcode"] != tc.errcode {
				t.Fatalf("answer %d %v", r.status, r.body)
			}
			if tc.errcode == 0 && r.body["result"].(obj)["userid"] != lin {
				t.Fatalf("result %v", r.body)
			}
		})
	}
}

func Test已读(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	h.mustCreate(cardForGroup(groupID, "g"))
	unread := func(user string) (n int) {
		for _, c := range h.Conversations(user, 0) {
			n += c.Unread
		}
		return n
	}
	if unread(lin) != 2 || unread(zhou) != 1 {
		t.Fatalf("unread %d and %d", unread(lin), unread(zhou))
	}
	h.MarkRead(lin, groupID)
	if unread(lin) != 1 || unread(zhou) != 1 {
		t.Fatalf("after one was read: %d and %d", unread(lin), unread(zhou))
	}
	h.MarkRead(lin, "")
	if unread(lin) != 0 {
		t.Fatalf("after all were read: %d", unread(lin))
	}
}

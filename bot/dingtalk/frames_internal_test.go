package dingtalk

import (
	"reflect"
	"testing"
	"time"

	"junma/bot"
)

func TestReadClick(t *testing.T) {
	head := `"type":"actionCallback","outTrackId":"c1","corpId":"corp","userId":"lin","userIdType":1,"spaceType":"IM","extension":"{}"`
	for _, c := range []struct{ name, body, button string }{
		{"参数在内", `,"content":"{\"cardPrivateData\":{\"actionIds\":[\"id\"],\"params\":{\"ref\":\"r1\"}}}"`, "r1"},
		{"参数在旁", `,"content":"{\"cardPrivateData\":{\"actionIds\":[\"id\"]},\"params\":{\"ref\":\"r1\"}}"`, "r1"},
		{"参数在 value", `,"content":"{\"cardPrivateData\":{\"actionIds\":[\"id\"],\"params\":{}}}","value":"{\"cardPrivateData\":{\"params\":{\"ref\":\"r1\"}}}"`, "r1"},
		{"只有 value", `,"value":"{\"cardPrivateData\":{\"actionIds\":[\"r1\"]}}"`, "r1"},
		{"没有参数", `,"content":"{\"cardPrivateData\":{\"actionIds\":[\"r1\"]}}"`, "r1"},
		{"content 是对象", `,"content":{"cardPrivateData":{"actionIds":["id"],"params":{"ref":"r1"}}}`, "r1"},
		{"params 是文本", `,"content":"{\"cardPrivateData\":{\"actionIds\":[\"id\"],\"params\":\"{\\\"ref\\\":\\\"r1\\\"}\"}}"`, "r1"},
		{"ref 是数字", `,"content":"{\"cardPrivateData\":{\"params\":{\"ref\":17}}}"`, "17"},
		{"content 不是 JSON", `,"content":"nonsense"`, ""},
		{"content 为 null", `,"content":null,"value":null`, ""},
		{"actionIds 不是数组", `,"content":"{\"cardPrivateData\":{\"actionIds\":\"x\",\"params\":{\"ref\":\"r1\"}}}"`, "r1"},
		{"什么都没有", ``, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readClick("m1", "{"+head+c.body+"}")
			want := bot.Click{Platform: "dingtalk", Key: "m1", User: "lin", Card: "c1", Button: c.button}
			if err != nil || got != want {
				t.Errorf("%+v (%v), want %+v", got, err, want)
			}
		})
	}
	for name, c := range map[string]struct{ id, data string }{
		"没有编号": {"", "{" + head + "}"}, "没有人": {"m1", `{"outTrackId":"c1"}`}, "没有卡片": {"m1", `{"userId":"lin"}`},
		"不是 JSON": {"m1", "x"}, "空的": {"m1", ""},
	} {
		if got, err := readClick(c.id, c.data); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
}

func TestReadMessage(t *testing.T) {
	head := `"msgId":"m1","senderStaffId":"lin","senderNick":"林某","senderCorpId":"corp","createAt":1781000000000,` +
		`"sessionWebhook":"https://s","sessionWebhookExpiredTime":"1781005400000","conversationType":"1","conversationId":"cid1"`
	base := bot.Incoming{
		Platform: "dingtalk", Key: "m1", User: "lin", UserName: "林某", Corp: "corp", Session: "https://s",
		At: time.UnixMilli(1781000000000), Expires: time.UnixMilli(1781005400000),
	}
	for _, c := range []struct {
		name, body string
		with       func(*bot.Incoming)
	}{
		{"文字", `,"msgtype":"text","text":{"content":" 我的待办 "}`, func(m *bot.Incoming) { m.Text = "我的待办" }},
		{"图片", `,"msgtype":"picture","content":{"downloadCode":"d1","pictureDownloadCode":"p1"}`, func(m *bot.Incoming) {
			m.Files = []bot.File{{Ref: "d1", Picture: true}}
		}},
		{"图片只有另一个码", `,"msgtype":"picture","content":{"pictureDownloadCode":"p1"}`, func(m *bot.Incoming) {
			m.Files = []bot.File{{Ref: "p1", Picture: true}}
		}},
		{"文件", `,"msgtype":"file","content":{"downloadCode":"d1","fileName":"许可证.pdf"}`, func(m *bot.Incoming) {
			m.Files = []bot.File{{Ref: "d1", Name: "许可证.pdf"}}
		}},
		{"文件的 content 是文本", `,"msgtype":"file","content":"{\"downloadCode\":\"d1\",\"fileName\":\"a.pdf\"}"`, func(m *bot.Incoming) {
			m.Files = []bot.File{{Ref: "d1", Name: "a.pdf"}}
		}},
		{"视频", `,"msgtype":"video","content":{"downloadCode":"d1","videoType":"mp4"}`, func(m *bot.Incoming) {
			m.Files = []bot.File{{Ref: "d1", Name: "视频.mp4"}}
		}},
		{"语音", `,"msgtype":"audio","content":{"downloadCode":"d1","recognition":"帮助"}`, func(m *bot.Incoming) { m.Text = "帮助" }},
		{"图文", `,"msgtype":"richText","content":{"richText":[{"text":"原因是"},{"type":"picture","downloadCode":"d1"},{"text":"征地"},{"type":"picture","pictureDownloadCode":"d2"},{"type":"picture"}]}`, func(m *bot.Incoming) {
			m.Text, m.Files = "原因是征地", []bot.File{{Ref: "d1", Picture: true}, {Ref: "d2", Picture: true}}
		}},
		{"没见过的种类", `,"msgtype":"sticker","content":{"x":1}`, func(*bot.Incoming) {}},
		{"额度用完", `,"msgtype":"text","errCode":20001,"errMsg":"m"`, func(m *bot.Incoming) { m.Spent = true }},
		{"额度用完(文本)", `,"msgtype":"text","errCode":"20001"`, func(m *bot.Incoming) { m.Spent = true }},
		{"群", `,"msgtype":"text","text":{"content":" 帮助"},"conversationType":"2","conversationTitle":"协调群"`, func(m *bot.Incoming) {
			m.Text, m.Group, m.Title = "帮助", "cid1", "协调群"
		}},
		{"群(数字)", `,"msgtype":"text","text":{"content":"帮助"},"conversationType":2`, func(m *bot.Incoming) { m.Text, m.Group = "帮助", "cid1" }},
		{"外部人员", `,"msgtype":"text","text":{"content":"帮助"},"senderStaffId":""`, func(m *bot.Incoming) { m.Text, m.User = "帮助", "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := base
			c.with(&want)
			got, err := readMessage("frame", "{"+head+c.body+"}")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v (%v)\nwant %+v", got, err, want)
			}
		})
	}
	if got, err := readMessage("frame", `{"msgtype":"text"}`); err != nil || got.Key != "frame" {
		t.Errorf("without msgId the key is %q (%v), want the frame's", got.Key, err)
	}
	if _, err := readMessage("", `{"msgtype":"text"}`); err == nil {
		t.Error("a message without any id was taken")
	}
}

func FuzzReadClick(f *testing.F) {
	f.Add("m1", `{"outTrackId":"c1","userId":"lin","content":"{\"cardPrivateData\":{\"actionIds\":[\"r\"],\"params\":{\"ref\":\"r\"}}}"}`)
	f.Fuzz(func(t *testing.T, id, data string) {
		c, err := readClick(id, data)
		if err == nil && (c.Key == "" || c.User == "" || c.Card == "") {
			t.Errorf("%q gives %+v", data, c)
		}
	})
}

func FuzzReadMessage(f *testing.F) {
	f.Add("m1", `{"msgId":"m","msgtype":"richText","content":{"richText":[{"text":"a"},{"type":"picture","downloadCode":"d"}]}}`)
	f.Fuzz(func(t *testing.T, id, data string) {
		m, err := readMessage(id, data)
		if err == nil && m.Key == "" {
			t.Errorf("%q gives %+v", data, m)
		}
		for _, file := range m.Files {
			if file.Ref == "" {
				t.Errorf("%q gives a file that can't be fetched", data)
			}
		}
	})
}

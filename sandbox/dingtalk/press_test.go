package dingtalk_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"

	"junma/sandbox/dingtalk"
)

// pressed connects a bot that keeps each callback's data and answers with data and code.
func (h *house) pressed(data any, code int) chan obj {
	h.t.Helper()
	got := make(chan obj, 16)
	h.connect(quiet, func(df *payload.DataFrame) (any, int) {
		got <- dataOf(h.t, df)
		return data, code
	})
	return got
}

func Test回调的各种写法(t *testing.T) {
	cases := []struct {
		name           string
		switches       map[string]string
		content, value string
		spaceType      string
	}{
		{
			name:    "参数在里面",
			content: `{"cardPrivateData":{"actionIds":["report"],"params":{"ref":"r-1"}}}`, value: `{"cardPrivateData":{"actionIds":["report"],"params":{"ref":"r-1"}}}`, spaceType: "IM",
		},
		{
			name: "参数在旁边", switches: map[string]string{dingtalk.ParamsPlace: "beside", dingtalk.SpaceTypeCase: "im"},
			content: `{"cardPrivateData":{"actionIds":["report"]},"params":{"ref":"r-1"}}`, value: `{"cardPrivateData":{"actionIds":["report"]},"params":{"ref":"r-1"}}`, spaceType: "im",
		},
		{
			name: "参数只在value", switches: map[string]string{dingtalk.ParamsPlace: "value", dingtalk.CallbackValue: "absent", dingtalk.SpaceTypeCase: "full"},
			content: `{"cardPrivateData":{"actionIds":["report"],"params":{}}}`, value: `{"cardPrivateData":{"actionIds":["report"],"params":{"ref":"r-1"}}}`, spaceType: "IM_ROBOT",
		},
		{
			name: "客户端丢掉参数", switches: map[string]string{dingtalk.ButtonParams: "drop"},
			content: `{"cardPrivateData":{"actionIds":["report"],"params":{}}}`, value: `{"cardPrivateData":{"actionIds":["report"],"params":{}}}`, spaceType: "IM",
		},
		{
			name: "没有value", switches: map[string]string{dingtalk.CallbackValue: "absent"},
			content: `{"cardPrivateData":{"actionIds":["report"],"params":{"ref":"r-1"}}}`, spaceType: "IM",
		},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, nil)
			got := h.pressed(nil, 200)
			h.mustCreate(cardFor(lin, "k"))
			for name, value := range tc.switches {
				if err := h.SetSwitch(name, value); err != nil {
					t.Fatal(err)
				}
			}
			if r, err := h.Press(ctxOf(t), lin, "k", "report"); err != nil || !r.OK {
				t.Fatalf("press: %+v %v", r, err)
			}
			data := <-got
			value, _ := data["value"].(string)
			if data["content"] != tc.content || value != tc.value || data["spaceType"] != tc.spaceType {
				t.Fatalf("callback = %v", data)
			}
		})
	}
}

func Test按不了的按钮(t *testing.T) {
	h := newHouse(t, nil)
	h.pressed(nil, 200)
	h.mustCreate(cardFor(lin, "k"))
	deaf := cardFor(lin, "deaf")
	delete(deaf, "callbackType")
	h.mustCreate(deaf)
	cases := []struct {
		name               string
		user, card, button string
		want               error
	}{
		{"没有这个按钮", lin, "k", "正在办理", dingtalk.ErrNoButton},
		{"不在他的会话里", zhou, "k", "报送情况", dingtalk.ErrNotInChat},
		{"没有这张卡", lin, "none", "报送情况", dingtalk.ErrNoCard},
		{"链接按钮", lin, "k", "通知原文", dingtalk.ErrDead},
		{"没有STREAM回调", lin, "deaf", "报送情况", dingtalk.ErrDead},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := h.Press(ctxOf(t), tc.user, tc.card, tc.button); !errors.Is(err, tc.want) {
				t.Fatalf("err = %v, want %v", err, tc.want)
			}
		})
	}
	if n := len(h.Journal(0, "push.card")); n != 0 {
		t.Fatalf("%d callbacks were pushed for impossible presses", n)
	}
}

func Test按钮要有自己的编号(t *testing.T) {
	h := newHouse(t, nil)
	h.pressed(nil, 200)
	c := cardFor(lin, "k")
	vars(c)["sys_full_json_obj"] = `{"msgButtons":[{"text":"甲","color":"blue","id":"a","request":true},{"text":"乙","color":"gray","id":"a","request":true},{"text":"丙","color":"gray","id":"c","request":true}]}`
	h.mustCreate(c)
	if r, err := h.Press(ctxOf(t), lin, "k", "甲"); err != nil || !r.OK {
		t.Fatalf("off: %+v %v", r, err)
	}
	h.SetSwitch(dingtalk.UniqueButtonIDs, "on")
	if _, err := h.Press(ctxOf(t), lin, "k", "甲"); !errors.Is(err, dingtalk.ErrDead) {
		t.Fatalf("on: %v", err)
	}
	if r, err := h.Press(ctxOf(t), lin, "k", "丙"); err != nil || !r.OK {
		t.Fatalf("on, own id: %+v %v", r, err)
	}
}

func Test应答的数据(t *testing.T) {
	answer := obj{"response": obj{
		"cardUpdateOptions": obj{"updateCardDataByKey": true, "updatePrivateDataByKey": true},
		"cardData":          obj{"cardParamMap": obj{"tips": "应答"}},
		"userPrivateData":   obj{"cardParamMap": obj{"logo": "own"}},
	}}
	t.Run("更新以后人人相同", func(t *testing.T) {
		h := newHouse(t, nil)
		h.pressed(answer, 200)
		h.mustCreate(cardForGroup(groupID, "k"))
		r, err := h.Press(ctxOf(t), lin, "k", "report")
		if err != nil || r.View.Tips != "应答" || r.View.Logo != "own" {
			t.Fatalf("%+v %v", r, err)
		}
		h.call("PUT", cardPath, obj{
			"outTrackId": "k", "cardUpdateOptions": obj{"updateCardDataByKey": true},
			"cardData": obj{"cardParamMap": obj{"title": "新标题"}},
		})
		mine, _ := h.CardAs(lin, "k")
		theirs, _ := h.CardAs(zhou, "k")
		if mine.Tips != "示例" || mine.Logo != "own" || mine.Title != "新标题" || theirs.Title != "新标题" || theirs.Logo != "" {
			t.Fatalf("mine %+v, theirs %+v", mine, theirs)
		}
	})
	t.Run("可以不起作用", func(t *testing.T) {
		h := newHouse(t, nil)
		h.SetSwitch(dingtalk.AckData, "ignore")
		h.pressed(answer, 200)
		h.mustCreate(cardFor(lin, "k"))
		if r, err := h.Press(ctxOf(t), lin, "k", "report"); err != nil || !r.OK || r.View.Tips != "示例" {
			t.Fatalf("%+v %v", r, err)
		}
	})
	t.Run("不是字符串就算失败", func(t *testing.T) {
		h := newHouse(t, nil)
		h.pressed(obj{"response": obj{"cardData": obj{"cardParamMap": obj{"tips": 1}}}}, 200)
		h.mustCreate(cardFor(lin, "k"))
		r, err := h.Press(ctxOf(t), lin, "k", "report")
		if err != nil || r.OK || r.Failure == "" {
			t.Fatalf("%+v %v", r, err)
		}
		if e := h.Journal(0, "push.card")[0]; e.Error != "badAck" {
			t.Fatalf("entry %+v", e)
		}
	})
	t.Run("出错的应答", func(t *testing.T) {
		h := newHouse(t, nil)
		h.pressed(nil, 500)
		h.mustCreate(cardFor(lin, "k"))
		if r, err := h.Press(ctxOf(t), lin, "k", "report"); err != nil || r.OK || r.Code != 500 {
			t.Fatalf("%+v %v", r, err)
		}
	})
}

func Test没有及时应答(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.AckLimit = 20 * time.Millisecond })
	release := make(chan struct{})
	h.connect(quiet, func(*payload.DataFrame) (any, int) {
		<-release
		return obj{"response": obj{"cardData": obj{"cardParamMap": obj{"tips": "迟到"}}}}, 200
	})
	h.mustCreate(cardFor(lin, "k"))
	r, err := h.Press(ctxOf(t), lin, "k", "report")
	if err != nil || r.OK || r.Code != 0 || !strings.Contains(r.Failure, "20ms") {
		t.Fatalf("%+v %v", r, err)
	}
	close(release)
	if err := h.Wait(ctxOf(t), func() bool { return h.Journal(0, "push.card")[0].Status == 200 }); err != nil {
		t.Fatal(err)
	}
	v, _ := h.CardAs(lin, "k")
	if e := h.Journal(0, "push.card")[0]; v.Tips != "示例" || len(e.Warnings) != 1 {
		t.Fatalf("a late acknowledgement: tips %q, entry %+v", v.Tips, e)
	}
}

func Test没有连接时按下(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	r, err := h.Press(ctxOf(t), lin, "k", "report")
	if err != nil || r.OK || r.Failure == "" {
		t.Fatalf("%+v %v", r, err)
	}
	if e := h.Journal(0, "push.card")[0]; e.Error != "noConnection" || e.Counted {
		t.Fatalf("entry %+v", e)
	}
}

func Test两人同时按与连按(t *testing.T) {
	h := newHouse(t, nil)
	got := h.pressed(nil, 200)
	h.mustCreate(cardForGroup(groupID, "k"))
	results, err := h.PressAll(
		ctxOf(t),
		dingtalk.PressRequest{User: lin, Card: "k", Button: "report", Times: 2},
		dingtalk.PressRequest{User: zhou, Card: "k", Button: "report"},
	)
	if err != nil || len(results) != 3 {
		t.Fatalf("%+v %v", results, err)
	}
	ids, users := map[string]bool{}, map[any]int{}
	for _, r := range results {
		ids[r.MessageID] = true
		users[(<-got)["userId"]]++
	}
	if len(ids) != 3 || users[lin] != 2 || users[zhou] != 1 {
		t.Fatalf("ids %v users %v", ids, users)
	}
}

func Test同一帧送两次(t *testing.T) {
	h := newHouse(t, nil)
	var n atomic.Int32
	ids := make(chan string, 4)
	h.connect(quiet, func(df *payload.DataFrame) (any, int) {
		ids <- df.GetMessageId()
		return obj{"response": obj{"n": n.Add(1)}}, 200
	})
	h.mustCreate(cardFor(lin, "k"))
	if _, err := h.PressAll(ctxOf(t), dingtalk.PressRequest{User: lin, Card: "k", Button: "report", Duplicate: true}); err != nil {
		t.Fatal(err)
	}
	if first, second := <-ids, <-ids; first != second {
		t.Fatalf("messageIds %s and %s, want one", first, second)
	}
	if err := h.Wait(ctxOf(t), func() bool { return len(h.Journal(0, "push.card")[0].Warnings) > 0 }); err != nil {
		t.Fatal("differing acknowledgements of one frame left no warning")
	}
}

func Test旧画面上的按钮(t *testing.T) {
	h := newHouse(t, nil)
	got := h.pressed(nil, 200)
	h.mustCreate(cardFor(lin, "k"))
	h.call("PUT", cardPath, obj{
		"outTrackId": "k", "cardUpdateOptions": obj{"updateCardDataByKey": true},
		"cardData": obj{"cardParamMap": obj{"sys_full_json_obj": ""}},
	})
	if _, err := h.Press(ctxOf(t), lin, "k", "报送情况"); !errors.Is(err, dingtalk.ErrNoButton) {
		t.Fatalf("err = %v", err)
	}
	r, err := h.PressAll(ctxOf(t), dingtalk.PressRequest{User: lin, Card: "k", Button: "报送情况", Stale: true})
	if err != nil || !r[0].OK {
		t.Fatalf("%+v %v", r, err)
	}
	if content := (<-got)["content"].(string); !strings.Contains(content, "r-1") {
		t.Fatalf("content %s", content)
	}
}

func Test转发出去的卡片(t *testing.T) {
	h := newHouse(t, nil)
	h.pressed(nil, 200)
	req := dingtalk.PressRequest{User: zhou, Card: "closed", Button: "report", Forwarded: true}
	h.mustCreate(cardFor(lin, "closed"))
	if _, err := h.PressAll(ctxOf(t), req); !errors.Is(err, dingtalk.ErrNotInChat) {
		t.Fatalf("a card that may not be forwarded was pressed elsewhere: %v", err)
	}
	open := cardFor(lin, "open")
	open["imRobotOpenSpaceModel"].(obj)["supportForward"] = true
	h.mustCreate(open)
	req.Card = "open"
	if r, err := h.PressAll(ctxOf(t), req); err != nil || !r[0].OK {
		t.Fatalf("%+v %v", r, err)
	}
}

func Test回调未答时更新留下警告(t *testing.T) {
	h := newHouse(t, nil)
	put := func() {
		h.call("PUT", cardPath, obj{"outTrackId": "k", "cardUpdateOptions": obj{"updateCardDataByKey": true}, "cardData": obj{"cardParamMap": obj{"tips": "x"}}})
	}
	h.connect(quiet, func(*payload.DataFrame) (any, int) {
		put()
		return nil, 200
	})
	h.mustCreate(cardFor(lin, "k"))
	if _, err := h.Press(ctxOf(t), lin, "k", "report"); err != nil {
		t.Fatal(err)
	}
	put()
	updates := h.Journal(0, "card.update")
	if len(updates[0].Warnings) != 1 || len(updates[1].Warnings) != 0 {
		t.Fatalf("warnings %v, then %v", updates[0].Warnings, updates[1].Warnings)
	}
}

func Test卡片回调可重投(t *testing.T) {
	for _, tc := range []struct {
		value string
		again bool
		same  bool
	}{{"same", true, true}, {"new", true, false}} {
		t.Run(tc.value, func(t *testing.T) {
			h := newHouse(t, func(o *dingtalk.Options) {
				o.AckLimit = 5 * time.Millisecond
				o.Redelivery = []time.Duration{time.Millisecond}
			})
			h.SetSwitch(dingtalk.CardRedelivery, tc.value)
			ids := make(chan string, 4)
			first := make(chan struct{})
			var n atomic.Int32
			h.connect(quiet, func(df *payload.DataFrame) (any, int) {
				ids <- df.GetMessageId()
				if n.Add(1) == 1 {
					<-first
				}
				return nil, 200
			})
			t.Cleanup(func() { close(first) })
			h.mustCreate(cardFor(lin, "k"))
			if r, err := h.Press(ctxOf(t), lin, "k", "report"); err != nil || r.OK {
				t.Fatalf("%+v %v", r, err)
			}
			if a, b := <-ids, <-ids; (a == b) != tc.same {
				t.Fatalf("messageIds %s and %s", a, b)
			}
		})
	}
}

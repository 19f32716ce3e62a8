package dingtalk_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

func vars(card obj) obj { return card["cardData"].(obj)["cardParamMap"].(obj) }

func Test创建卡片的校验(t *testing.T) {
	cases := []struct {
		name   string
		spoil  func(obj)
		code   string
		accept bool
	}{
		{name: "样样都对", spoil: func(obj) {}, accept: true},
		{name: "没有模板", spoil: func(c obj) { delete(c, "cardTemplateId") }, code: "param.cardTemplateIdEmpty"},
		{name: "模板不存在", spoil: func(c obj) { c["cardTemplateId"] = "x.schema" }, code: "param.templateNotExist"},
		{name: "模板未发布", spoil: func(c obj) { c["cardTemplateId"] = "draft.schema" }, code: "param.templateUnpublished"},
		{name: "没有outTrackId", spoil: func(c obj) { c["outTrackId"] = "" }, code: "param.outTrackIdEmpty"},
		{name: "outTrackId一百字", spoil: func(c obj) { c["outTrackId"] = strings.Repeat("a", 100) }, accept: true},
		{name: "outTrackId过长", spoil: func(c obj) { c["outTrackId"] = strings.Repeat("a", 101) }, code: "param.invalid"},
		{name: "没有公共数据", spoil: func(c obj) { delete(c, "cardData") }, code: "param.cardPublicDataEmpty"},
		{name: "值是布尔", spoil: func(c obj) { vars(c)["tips"] = true }, code: "param.invalid"},
		{name: "值是数字", spoil: func(c obj) { vars(c)["tips"] = 3 }, code: "param.invalid"},
		{name: "值是空", spoil: func(c obj) { vars(c)["tips"] = nil }, code: "param.invalid"},
		{name: "值恰为1KB", spoil: func(c obj) { vars(c)["markdown"] = strings.Repeat("a", 1024) }, accept: true},
		{name: "值超过1KB", spoil: func(c obj) { vars(c)["markdown"] = strings.Repeat("字", 342) }, code: "param.invalid"},
		{name: "键恰为100字节", spoil: func(c obj) { vars(c)[strings.Repeat("k", 100)] = "" }, accept: true},
		{name: "键过长", spoil: func(c obj) { vars(c)[strings.Repeat("k", 101)] = "" }, code: "param.invalid"},
		{name: "按钮不是JSON", spoil: func(c obj) { vars(c)["sys_full_json_obj"] = "{" }, code: "param.invalid"},
		{name: "按钮没有文字", spoil: func(c obj) { vars(c)["sys_full_json_obj"] = `{"msgButtons":[{"color":"blue","url":"x"}]}` }, code: "param.invalid"},
		{name: "按钮颜色不认识", spoil: func(c obj) {
			vars(c)["sys_full_json_obj"] = `{"msgButtons":[{"text":"甲","color":"red","url":"x"}]}`
		}, code: "param.invalid"},
		{name: "按钮既无链接也不请求", spoil: func(c obj) {
			vars(c)["sys_full_json_obj"] = `{"msgButtons":[{"text":"甲","color":"blue","id":"a"}]}`
		}, code: "param.invalid"},
		{name: "没有openSpaceId", spoil: func(c obj) { delete(c, "openSpaceId") }, code: "param.openSpaceIdEmpty"},
		{name: "openSpaceId前缀错", spoil: func(c obj) { c["openSpaceId"] = "IM_ROBOT." + lin }, code: "param.openSpaceIdInvalid"},
		{name: "openSpaceId种类错", spoil: func(c obj) { c["openSpaceId"] = "dtv1.card//IM_X." + lin }, code: "param.openSpaceIdInvalid"},
		{name: "没有投放模型", spoil: func(c obj) { delete(c, "imRobotOpenDeliverModel") }, code: "param.openDeliverModelEmpty"},
		{name: "投放模型种类错", spoil: func(c obj) { c["imRobotOpenDeliverModel"].(obj)["spaceType"] = "IM_GROUP" }, code: "param.openDeliverModelError"},
		{name: "机器人不是本应用的", spoil: func(c obj) { c["imRobotOpenDeliverModel"].(obj)["robotCode"] = "other" }, code: "param.openDeliverModelError"},
		{name: "没有场域模型", spoil: func(c obj) { delete(c, "imRobotOpenSpaceModel") }, code: "param.openSpaceModelInvalid"},
		{name: "私有数据给不存在的人", spoil: func(c obj) { c["privateData"] = obj{"nobody": obj{"cardParamMap": obj{"tips": "x"}}} }, code: "param.userIdNotExist"},
		{name: "创建者不存在", spoil: func(c obj) { c["userId"] = "nobody" }, code: "param.userIdNotExist"},
		{name: "回调方式不认识", spoil: func(c obj) { c["callbackType"] = "stream" }, code: "param.invalid"},
		{name: "人员标识种类不认识", spoil: func(c obj) { c["userIdType"] = 2 }, code: "param.invalid"},
		{name: "字段类型不对", spoil: func(c obj) { c["outTrackId"] = 7 }, code: "param.invalid"},
	}
	h := newHouse(t, func(o *dingtalk.Options) { o.Templates = []dingtalk.Template{{ID: "draft.schema", Unpublished: true}} })
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := cardFor(lin, "k-"+tc.name)
			tc.spoil(c)
			before := len(h.Cards(lin))
			got := h.create(c)
			if tc.accept {
				if got.status != 200 || len(h.Cards(lin)) != before+1 {
					t.Fatalf("answer %d %v, want it taken", got.status, got.body)
				}
				return
			}
			if got.status != 400 || got.code() != tc.code {
				t.Fatalf("answer %d %v, want 400 %s", got.status, got.body, tc.code)
			}
			if got.body["message"] == "" || got.body["requestid"] == "" {
				t.Errorf("error without message or requestid: %v", got.body)
			}
			if len(h.Cards(lin)) != before {
				t.Error("a refused card was delivered")
			}
		})
	}
}

func Test总长超过100KB(t *testing.T) {
	h := newHouse(t, nil)
	c := cardFor(lin, "big")
	for i := range 96 {
		vars(c)[fmt.Sprintf("v%02d", i)] = strings.Repeat("v", 1024)
	}
	if got := h.create(c); got.status != 200 {
		t.Fatalf("about 99 KB: %d %v", got.status, got.body)
	}
	h.SetSwitch(dingtalk.ValueLimit, "lax")
	c["outTrackId"] = "bigger"
	vars(c)["markdown"] = strings.Repeat("v", 10_000)
	if got := h.create(c); got.code() != "param.invalid" {
		t.Fatalf("over 100 KB: %d %v", got.status, got.body)
	}
}

func results(r reply) []any {
	return r.body["result"].(obj)["deliverResults"].([]any)
}

func Test每个场域各自的结果(t *testing.T) {
	h := newHouse(t, nil)
	both := cardForGroup(groupID, "both")
	maps.Copy(both, obj{
		"openSpaceId":             "dtv1.card//IM_GROUP." + groupID + ";IM_ROBOT." + hidden + ";IM_GROUP." + noRobot,
		"imRobotOpenSpaceModel":   obj{},
		"imRobotOpenDeliverModel": obj{"spaceType": "IM_ROBOT", "robotCode": "sandbox-app"},
	})
	got := h.create(both)
	if got.body["success"] != true {
		t.Fatalf("answer %d %v", got.status, got.body)
	}
	var ok []bool
	for _, r := range results(got) {
		d := r.(obj)
		ok = append(ok, d["success"].(bool))
		if d["success"] == true && d["carrierId"] == "" || d["success"] == false && d["errorMsg"] == "" {
			t.Errorf("result %v", d)
		}
	}
	if len(ok) != 3 || !ok[0] || ok[1] || ok[2] {
		t.Fatalf("success per space = %v, want only the group with the robot", ok)
	}
	if len(h.Cards(lin)) != 1 || len(h.Cards(hidden)) != 0 {
		t.Fatal("the card is not exactly where it was delivered")
	}
}

func Test只给指定的群成员(t *testing.T) {
	h := newHouse(t, nil)
	c := cardForGroup(groupID, "few")
	c["imGroupOpenDeliverModel"].(obj)["recipients"] = []string{zhou}
	h.mustCreate(c)
	if len(h.Cards(zhou)) != 1 || len(h.Cards(lin)) != 0 {
		t.Fatal("recipients did not limit who sees the card")
	}
}

const cardPath = "/v1.0/card/instances"

func Test更新按键或整体(t *testing.T) {
	h := newHouse(t, nil)
	c := cardForGroup(groupID, "k")
	c["privateData"] = obj{zhou: obj{"cardParamMap": obj{"tips": "给周某", "logo": "l"}}}
	h.mustCreate(c)
	view := func(user string) dingtalk.CardView {
		v, err := h.CardAs(user, "k")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if view(lin).Tips != "示例" || view(zhou).Tips != "给周某" || view(zhou).Title != "橙色预警" {
		t.Fatal("private data do not lie over public data for that person alone")
	}
	byKey := obj{"updateCardDataByKey": true, "updatePrivateDataByKey": true}
	got := h.call("PUT", cardPath, obj{
		"outTrackId": "k", "cardUpdateOptions": byKey,
		"cardData":    obj{"cardParamMap": obj{"title": "已报送"}},
		"privateData": obj{zhou: obj{"cardParamMap": obj{"tips": "改"}}},
	})
	if got.body["success"] != true || got.body["result"] != true {
		t.Fatalf("answer %d %v", got.status, got.body)
	}
	if v := view(zhou); v.Title != "已报送" || v.Tips != "改" || v.Logo != "l" || len(v.Buttons) != 3 || v.Updates != 1 {
		t.Fatalf("by key: %+v", v)
	}
	h.call("PUT", cardPath, obj{"outTrackId": "k", "cardData": obj{"cardParamMap": obj{"title": "只剩标题"}}})
	if v := view(lin); v.Title != "只剩标题" || v.Tips != "" || len(v.Buttons) != 0 {
		t.Fatalf("without the options the whole map is replaced: %+v", v)
	}
}

func Test更新的拒绝(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	data := obj{"cardParamMap": obj{"title": "x"}}
	cases := []struct {
		name string
		body obj
		code string
	}{
		{"没有编号", obj{"cardData": data}, "param.outTrackIdEmpty"},
		{"没有这张卡", obj{"outTrackId": "none", "cardData": data}, "param.cardNotExist"},
		{"什么都没有", obj{"outTrackId": "k"}, "param.cardDataAndPrivateDataBothEmpty"},
		{"不是字符串", obj{"outTrackId": "k", "cardData": obj{"cardParamMap": obj{"title": 1}}}, "param.invalid"},
		{"私有数据的人不存在", obj{"outTrackId": "k", "privateData": obj{"nobody": data}}, "param.userIdNotExist"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := h.call("PUT", cardPath, tc.body); got.status != 400 || got.code() != tc.code {
				t.Fatalf("answer %d %v, want %s", got.status, got.body, tc.code)
			}
		})
	}
	if v, _ := h.CardAs(lin, "k"); v.Updates != 0 || v.Title != "橙色预警" {
		t.Fatalf("a refused update changed the card: %+v", v)
	}
}

func Test重复创建(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	again := cardFor(lin, "k")
	vars(again)["title"] = "另一个标题"
	if got := h.create(again); got.status != 400 || got.code() != "param.cardAlreadyExist" {
		t.Fatalf("refuse: %d %v", got.status, got.body)
	}
	h.SetSwitch(dingtalk.DuplicateCreate, "ignore")
	if got := h.create(again); got.status != 200 || results(got)[0].(obj)["success"] != true {
		t.Fatalf("ignore: %d %v", got.status, got.body)
	}
	if cards := h.Cards(lin); len(cards) != 1 || cards[0].Title != "橙色预警" {
		t.Fatalf("cards = %+v, want the first one alone with its own data", cards)
	}
}

func Test投放失败后卡片是否存在(t *testing.T) {
	h := newHouse(t, nil)
	fail := func() {
		t.Helper()
		if _, err := h.SetFault(dingtalk.Fault{Route: "card.create", Kind: dingtalk.FaultDeliverFalse, Count: 1}); err != nil {
			t.Fatal(err)
		}
	}
	fail()
	if got := h.create(cardFor(lin, "kept")); got.body["success"] != true || results(got)[0].(obj)["success"] != false {
		t.Fatalf("answer %v", got.body)
	}
	if got := h.create(cardFor(lin, "kept")); got.code() != "param.cardAlreadyExist" {
		t.Fatalf("keep: %v", got.body)
	}
	deliver := cardFor(lin, "kept")
	got := h.call("POST", "/v1.0/card/instances/deliver", obj{
		"outTrackId": "kept", "openSpaceId": deliver["openSpaceId"], "imRobotOpenDeliverModel": deliver["imRobotOpenDeliverModel"],
	})
	if got.body["result"].([]any)[0].(obj)["success"] != true || len(h.Cards(lin)) != 1 {
		t.Fatalf("deliver: %v", got.body)
	}
	h.SetSwitch(dingtalk.FailedDelivery, "discard")
	fail()
	h.create(cardFor(lin, "gone"))
	h.mustCreate(cardFor(lin, "gone"))
}

func Test旧卡片不能再更新(t *testing.T) {
	h := newHouse(t, nil)
	h.mustCreate(cardFor(lin, "k"))
	h.SetSwitch(dingtalk.UpdateDays, "30")
	put := func() reply {
		return h.call("PUT", cardPath, obj{"outTrackId": "k", "cardData": obj{"cardParamMap": obj{"title": "x"}}})
	}
	h.clock.Add(30 * 24 * 3600)
	if got := put(); got.status != 200 {
		t.Fatalf("on the 30th day: %v", got.body)
	}
	h.clock.Add(int64(time.Hour.Seconds()))
	if got := put(); got.code() != "param.cardNotExist" {
		t.Fatalf("after the 30th day: %v", got.body)
	}
}

func Test值的长度可放宽(t *testing.T) {
	h := newHouse(t, nil)
	h.SetSwitch(dingtalk.ValueLimit, "lax")
	c := cardFor(lin, "k")
	vars(c)["markdown"] = strings.Repeat("字", 2000)
	h.mustCreate(c)
}

func Test不合文档的字段留下警告(t *testing.T) {
	h := newHouse(t, nil)
	c := cardFor(lin, "k")
	c["imRobotOpenSpaceModle"] = obj{}
	vars(c)["unheard"] = "x"
	h.mustCreate(c)
	w := strings.Join(h.Journal(0, "card.create")[0].Warnings, ";")
	if !strings.Contains(w, "imRobotOpenSpaceModle") || !strings.Contains(w, "unheard") {
		t.Fatalf("warnings = %q", w)
	}
}

func Test自有模板(t *testing.T) {
	h := newHouse(t, func(o *dingtalk.Options) { o.Templates = []dingtalk.Template{dingtalk.OwnTemplate("own.schema")} })
	c := cardFor(lin, "k")
	c["cardTemplateId"] = "own.schema"
	vars(c)["level"] = "橙"
	h.mustCreate(c)
	v, err := h.CardAs(lin, "k")
	if err != nil || v.Variables["level"] != "橙" || len(h.Journal(0, "card.create")[0].Warnings) != 0 {
		t.Fatalf("view %+v, %v", v, err)
	}
}

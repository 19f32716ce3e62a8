package dingtalk_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"junma/bot"
	"junma/bot/dingtalk"
)

type sentCard struct {
	Op   string `json:"op"`
	Body struct {
		OutTrackID string `json:"outTrackId"`
		CardData   struct {
			CardParamMap map[string]json.RawMessage `json:"cardParamMap"`
		} `json:"cardData"`
	} `json:"body"`
}

// variables opens a payload and checks what holds for every card: only strings, at most 1 KB each, the buttons whole.
func variables(t interface{ Fatalf(string, ...any) }, payload bot.Payload) map[string]string {
	var sent sentCard
	if err := json.Unmarshal(payload, &sent); err != nil {
		t.Fatalf("the payload is no JSON: %v", err)
	}
	vars := map[string]string{}
	for key, raw := range sent.Body.CardData.CardParamMap {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			t.Fatalf("%s is not a string: %s", key, raw)
		}
		if len(text) > 1024 || len(key) > 100 || !utf8.ValidString(text) {
			t.Fatalf("%s has %d bytes or is not UTF-8", key, len(text))
		}
		vars[key] = text
	}
	if !json.Valid([]byte(vars["sys_full_json_obj"])) {
		t.Fatalf("the buttons are no JSON: %s", vars["sys_full_json_obj"])
	}
	return vars
}

func TestAnyCardKeepsTheLimits(t *testing.T) {
	p := dingtalk.New(dingtalk.Options{ClientID: clientID, CardTemplateID: ownTemplate})
	text := rapid.StringN(0, 700, 3000)
	rapid.Check(t, func(t *rapid.T) {
		card := bot.Card{
			Title: text.Draw(t, "title"), Level: rapid.SampledFrom([]bot.Level{bot.Plain, bot.Green, bot.Orange, bot.Red}).Draw(t, "level"),
			State: text.Draw(t, "state"), Basis: text.Draw(t, "basis"), Tips: text.Draw(t, "tips"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			card.Lines = append(card.Lines, bot.Text{{Text: text.Draw(t, "line"), Bold: rapid.Bool().Draw(t, "bold")}})
		}
		for range rapid.IntRange(0, 12).Draw(t, "buttons") {
			card.Buttons = append(card.Buttons, bot.Button{
				Label: "按" + text.Draw(t, "label"), Ref: rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`).Draw(t, "ref"),
			})
		}
		payload, err := p.Encode(bot.NewCard{ID: "c1", To: toLin, Card: card})
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		variables(t, payload)
	})
}

func TestCardInBothTemplates(t *testing.T) {
	m := cardFor(toLin)
	for _, c := range []struct {
		name, template string
		want           map[string]string
	}{
		{"现成模板", "", map[string]string{
			"title":             "橙色预警 · 云溪新材料项目",
			"markdown":          "**🟠 橙色** · 待办理\n\n施工许可环节将于6月30日到期。",
			"tips":              "截至2026年6月20日 · 依据:三(四)2",
			"sys_full_json_obj": `{"msgButtons":[{"text":"报送情况","color":"blue","id":"refA1234","request":true,"params":{"ref":"refA1234"}},{"text":"不归我办","color":"gray","id":"refB5678","request":true,"params":{"ref":"refB5678"}}]}`,
		}},
		{"自有模板", ownTemplate, map[string]string{
			"title": "橙色预警 · 云溪新材料项目", "markdown": "施工许可环节将于6月30日到期。", "tips": "截至2026年6月20日",
			"level": "橙", "state": "待办理", "basis": "三(四)2",
			"sys_full_json_obj": `{"msgButtons":[{"text":"报送情况","color":"blue","id":"refA1234","request":true,"params":{"ref":"refA1234"}},{"text":"不归我办","color":"gray","id":"refB5678","request":true,"params":{"ref":"refB5678"}}]}`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := dingtalk.New(dingtalk.Options{ClientID: clientID, CardTemplateID: c.template})
			payload, err := p.Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			got := variables(t, payload)
			for key, want := range c.want {
				if got[key] != want {
					t.Errorf("%s:\n got %s\nwant %s", key, got[key], want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%d variables, want %d: %v", len(got), len(c.want), got)
			}
		})
	}
}

func TestBasisStandsOnce(t *testing.T) {
	p := dingtalk.New(dingtalk.Options{ClientID: clientID})
	m := cardFor(toLin)
	m.Card.Tips = "依据三(四)2,截至2026年6月20日"
	payload, err := p.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if tips := variables(t, payload)["tips"]; strings.Count(tips, m.Card.Basis) != 1 {
		t.Errorf("tips %q", tips)
	}
}

func TestAddressCannotOpenFurtherPlaces(t *testing.T) {
	p := dingtalk.New(dingtalk.Options{ClientID: clientID})
	for _, to := range []bot.Address{
		{User: "lin;IM_GROUP.cid"}, {Group: "cid;dtv1.card//IM_ROBOT.lin"}, {User: "a b"}, {User: strings.Repeat("x", 1000)},
	} {
		if _, err := p.Encode(cardFor(to)); err == nil || bot.KindOf(err) != bot.Refused {
			t.Errorf("%+v: %v, want refused", to, err)
		}
	}
}

func TestUndrawableCards(t *testing.T) {
	p := dingtalk.New(dingtalk.Options{ClientID: clientID})
	for name, change := range map[string]func(*bot.Card){
		"没有这种颜色": func(c *bot.Card) { c.Level = "紫" },
		"按钮没有字":  func(c *bot.Card) { c.Buttons = []bot.Button{{Ref: "r"}} },
		"一个按钮就超过上限": func(c *bot.Card) {
			c.Buttons = []bot.Button{{Label: "看", URL: "https://" + strings.Repeat("x", 1100)}}
		},
	} {
		m := cardFor(toLin)
		change(&m.Card)
		if _, err := p.Encode(m); err == nil || bot.KindOf(err) != bot.Refused {
			t.Errorf("%s: %v, want refused", name, err)
		}
	}
}

func TestLinkButton(t *testing.T) {
	p := dingtalk.New(dingtalk.Options{ClientID: clientID})
	m := cardFor(toLin)
	m.Card.Buttons = []bot.Button{{Label: "查看", URL: "https://example.org/a?b=1&c=2"}}
	payload, err := p.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"msgButtons":[{"text":"查看","color":"gray","url":"https://example.org/a?b=1&c=2"}]}`
	if got := variables(t, payload)["sys_full_json_obj"]; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

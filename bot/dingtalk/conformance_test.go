package dingtalk_test

import (
	"testing"

	"junma/bot"
	"junma/bot/bottest"
	"junma/bot/dingtalk"
	sandbox "junma/sandbox/dingtalk"
)

func TestDingTalkIsAPlatform(t *testing.T) {
	for name, options := range map[string]dingtalk.Options{
		"现成模板":   {AnswerRedraws: true},
		"自有模板":   {AnswerRedraws: true, CardTemplateID: ownTemplate},
		"应答不改卡片": {},
	} {
		t.Run(name, func(t *testing.T) {
			bottest.Run(t, func(t *testing.T) bottest.World {
				p := newPlace(t, sandbox.Options{}, options)
				if !options.AnswerRedraws {
					p.set(sandbox.AckData, "ignore")
				}
				return p.world()
			})
		})
	}
}

func (p *place) world() bottest.World {
	return bottest.World{
		Platform: p.platform, Attach: p.run, Person: lin, Colleague: zhou, Group: group, Nobody: "user-nobody", Mobile: mobile,
		Cards: func(user string) []bottest.Seen {
			var seen []bottest.Seen
			for _, v := range p.server.Cards(user) {
				seen = append(seen, shown(v))
			}
			return seen
		},
		Texts: p.texts, Press: p.pressAs, Fail: p.fail,
		Say: func(user, group, text string, twice bool) {
			if _, err := p.server.Say(sandbox.SayRequest{User: user, Group: group, Text: text, Duplicate: twice}); err != nil {
				p.t.Fatal(err)
			}
		},
		SendFile: func(user, name string, data []byte) {
			if _, _, err := p.server.SendFile(sandbox.FileRequest{User: user, Name: name, Data: data}); err != nil {
				p.t.Fatal(err)
			}
		},
		Files: p.files,
		Lose:  func() { p.fault(sandbox.Fault{Route: "card.create", Kind: sandbox.FaultCutAfter, Count: 1}) },
	}
}

func (p *place) texts(user, group string) []string {
	items := p.server.Inbox(user)
	if group != "" {
		items = p.server.GroupItems(group, user)
	}
	var texts []string
	for _, it := range items {
		if it.From == "bot" && it.Kind != sandbox.ItemCard {
			texts = append(texts, rendered(it.Text))
		}
	}
	return texts
}

// files are what the bot sent to a person beside cards and texts.
func (p *place) files(user string) []bottest.SeenFile {
	var files []bottest.SeenFile
	for _, it := range p.server.Inbox(user) {
		if it.From != "bot" || len(it.Files) != 1 {
			continue
		}
		data, _, _ := p.server.File(it.Files[0].Code)
		seen := bottest.SeenFile{Name: it.Files[0].Name, Picture: it.Kind == sandbox.ItemImage, Data: data}
		files = append(files, seen)
	}
	return files
}

func (p *place) pressAs(user, card, label string, twice bool) (bottest.Pressed, error) {
	results, err := p.server.PressAll(p.within(), sandbox.PressRequest{User: user, Card: card, Button: label, Duplicate: twice})
	if err != nil {
		return bottest.Pressed{}, err
	}
	return bottest.Pressed{OK: results[0].OK, Card: shown(results[0].View)}, nil
}

// fail is one answer of the vendor for each kind.
func (p *place) fail(kind bot.ErrorKind) bool {
	answers := map[bot.ErrorKind]sandbox.Fault{
		bot.Retry:     {Status: 500, Code: "system.busy"},
		bot.Throttled: {Status: 403, Code: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"},
		bot.Refused:   {Status: 400, Code: "param.contentUnsafe"},
		bot.Gone:      {Status: 400, Code: "param.userIdNotExist"},
		bot.Unknown:   {Status: 504, Code: "GatewayTimeout"},
		bot.Spent:     {Status: 403, Code: "Forbidden.AccessDenied.ApiCountLimitForOrg"},
	}
	f := answers[kind]
	f.Route, f.Kind, f.Count = "card.create", sandbox.FaultRefuse, 1
	p.fault(f)
	return true
}

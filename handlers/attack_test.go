package handlers_test

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"testing"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// Presses that nobody could make with our cards: each is refused, kept, changes nothing, and shows nothing of the project
// to somebody who may not see it.
func TestForgedPresses(t *testing.T) {
	for name, c := range map[string]struct {
		presser    string
		card, ref  func(*chat) string
		prepare    func(*chat)
		showsNames bool // the presser's own card
	}{
		"编造的按钮":      {presser: "chen", card: cardOf("chen", "报送情况"), ref: made, showsNames: true},
		"别人卡片上编造的按钮": {presser: "qian", card: cardOf("chen", "报送情况"), ref: made},
		"别的卡片上的按钮":   {presser: "chen", card: cardOf("chen", "报送情况"), ref: refOf("lin", "已完成办理"), showsNames: true},
		"别的单位按办理":    {presser: "qian", card: cardOf("lin", "已完成办理"), ref: refOf("lin", "已完成办理")},
		"编造的卡片":      {presser: "chen", card: made, ref: refOf("chen", "报送情况")},
		"已经离任的人":     {presser: "lin", card: cardOf("lin", "已完成办理"), ref: refOf("lin", "已完成办理"), prepare: leaves},
		"很长的按钮":      {presser: "chen", card: cardOf("chen", "报送情况"), ref: func(*chat) string { return strings.Repeat("A", 1<<20) }, showsNames: true},
	} {
		t.Run(name, func(t *testing.T) {
			city := newOrange(t)
			card, ref := c.card(city), c.ref(city)
			if c.prepare != nil {
				c.prepare(city)
			}
			before := city.refusals()
			answer := city.deliver(bot.Click{Platform: "dingtalk", Key: "forged", User: "user-" + c.presser, Card: card, Button: ref})
			if got := city.refusals(); got != before+1 {
				t.Errorf("%d refused attempts are kept, not one", got-before)
			}
			if k := city.theCase("p1"); len(k.Disposals) != 0 || len(k.Reports) != 0 || k.State != mechanism.Untreated {
				t.Errorf("case: %+v", k)
			}
			if answer.Card != nil && !c.showsNames && strings.Contains(written(*answer.Card), "云溪") {
				t.Errorf("the answer shows the project:\n%s", written(*answer.Card))
			}
		})
	}
}

func made(*chat) string { return "jm-abcdefghij" }

func cardOf(person, label string) func(*chat) string {
	return func(c *chat) string { card, _ := c.phones.button(person, label); return card }
}

func refOf(person, label string) func(*chat) string {
	return func(c *chat) string { _, ref := c.phones.button(person, label); return ref }
}

func leaves(c *chat) {
	body := `{"people":[{"id":"lin","name":"林某","unit":"市住建局","role":"联系人","dingtalk":"user-lin","active":false}]}`
	if got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(body)); err != nil || got.Rejected > 0 {
		c.t.Fatalf("roster: %v %+v", err, got)
	}
}

func written(card bot.Card) string {
	text := card.Title
	for _, line := range card.Lines {
		text += "\n" + line.String()
	}
	return text
}

// A table that would unpack into a gigabyte is not unpacked in the chat: everybody else would wait for it.
func TestTableBombInTheChat(t *testing.T) {
	var raw bytes.Buffer
	z := zip.NewWriter(&raw)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 1, UncompressedSize64: 1 << 30})
	if err == nil {
		_, err = w.Write([]byte{0})
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	c := newOrange(t)
	c.send("zhao", c.file("项目.xlsx", raw.Bytes()))
	c.expect("zhao", "这张表展开后超过32MB,在聊天里导入不了")
}

// A file's name is only a name: it leads nowhere, and shows as it was sent.
func TestAFileNamedLikeAPath(t *testing.T) {
	c := newOrange(t)
	c.describe()
	c.send("chen", c.file("../../junma.db", pdf))
	c.say("chen", "完成")
	c.expect("chen", "佐证材料:1件(../../junma.db)")
}

// 群里摘要的“其余”,看不到这些项目的人按了也看不到。
func TestTheRestOfAGroupsDigestIsForThoseWhoMaySeeIt(t *testing.T) {
	c := newOrange(t)
	c.phones.traits.GroupButtons = true
	c.bindGroup("g1")
	err := c.store.Do(t.Context(), func(tx *store.Tx) error {
		group := store.Delivery{
			ID: "group-digest", Key: "group-digest", Lane: "group", Effect: store.EffectCard, Platform: "dingtalk",
			Address: []byte(`{"group":"g1"}`), Kind: string(mechanism.KindDigest), Params: []byte(`{"on":"2026-05-11"}`), NotBefore: tx.Now.AddDate(1, 0, 0),
		}
		if _, err := tx.Enqueue(group); err != nil {
			return err
		}
		item := group
		item.ID, item.Key, item.Kind, item.Project, item.Case, item.Push = "group-item", "group-item", string(mechanism.KindPush), "p1", 1, 1
		item.Params = []byte(`{"on":"2026-05-11","unit":"下涯镇","duties":["项目责任单位"]}`)
		if _, err := tx.Enqueue(item); err != nil {
			return err
		}
		if err := tx.Gather("group-digest", "group", "摘要", "group-item"); err != nil {
			return err
		}
		return tx.SaveButtons("group-digest", []store.Button{
			{Ref: "ref-more", Card: "group-digest", Act: notify.ActMore, Arg: "group-digest|0"},
			{Ref: "ref-open", Card: "group-digest", Act: notify.ActOpen, Arg: "group-item"},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"ref-more", "ref-open"} {
		c.deliver(bot.Click{Platform: "dingtalk", Key: ref, User: "user-qian", Card: "group-digest", Button: ref})
		c.settle()
	}
	c.expectNot("qian", "云溪")
	c.deliver(bot.Click{Platform: "dingtalk", Key: "g2", User: "user-chen", Card: "group-digest", Button: "ref-more"})
	c.settle()
	c.expect("chen", "云溪")
}

// 别的单位的人按了别人的卡片:拒绝的话里没有这件事办到了哪一步。
func TestARefusedPressTellsNothingOfTheCase(t *testing.T) {
	c := newOrange(t)
	c.report("p1")
	for name, at := range map[string][2]string{"报送情况": {"chen", "报送情况"}, "看项目": {"chen", "看项目"}} {
		card, ref := c.phones.button(at[0], at[1])
		answer := c.deliver(bot.Click{Platform: "dingtalk", Key: "forged" + name, User: "user-qian", Card: card, Button: ref})
		if answer.Card == nil {
			continue
		}
		if text := written(*answer.Card); strings.Contains(text, "陈某") || strings.Contains(text, "云溪") || strings.Contains(text, "最近一次") {
			t.Errorf("%s: 钱某 is answered\n%s", name, text)
		}
	}
}

// 调离以后,按原单位的旧卡片或旧摘要,看不到事情现在怎样。
func TestOldCardsShowNothingToWhoChangedUnits(t *testing.T) {
	c := newOrange(t)
	card, ref := c.phones.button("chen", "查看项目")
	err := c.store.Do(t.Context(), func(tx *store.Tx) error {
		digest, err := tx.Delivery(card)
		if err != nil {
			return err
		}
		item := digest.ID
		digest.ID, digest.Key, digest.Kind, digest.Project, digest.Case = "digest", "digest", string(mechanism.KindDigest), "", 0
		digest.NotBefore = tx.Now.AddDate(1, 0, 0)
		if _, err := tx.Enqueue(digest); err != nil {
			return err
		}
		return tx.SaveButtons("digest", []store.Button{{Ref: "ref-open", Card: "digest", Act: notify.ActOpen, Arg: item}})
	})
	if err != nil {
		t.Fatal(err)
	}
	moved := `{"people":[{"id":"chen","name":"陈某","unit":"市统计局","role":"联系人"}]}`
	if got, err := c.handlers.TakeRoster(t.Context(), strings.NewReader(moved)); err != nil || got.Rejected > 0 {
		t.Fatalf("roster: %v %+v", err, got)
	}
	before := len(c.phones.seen["chen"])
	for key, click := range map[string]bot.Click{"old card": {Card: card, Button: ref}, "old digest": {Card: "digest", Button: "ref-open"}} {
		click.Platform, click.Key, click.User = "dingtalk", key, "user-chen"
		if answer := c.deliver(click); answer.Card == nil || strings.Contains(written(*answer.Card), "云溪") {
			t.Errorf("%s: 陈某 is answered %+v", key, answer.Card)
		}
		c.settle()
	}
	for _, s := range c.phones.seen["chen"][before:] {
		if strings.Contains(s, "云溪") {
			t.Errorf("陈某 sees\n%s", s)
		}
	}
}

// 问什么、写什么命令,都不出现自己看不到的项目。
func TestNoQuestionShowsAStrangersProject(t *testing.T) {
	c := newOrange(t)
	c.report("p1")
	for _, text := range []string{
		"云溪新材料平台已销号,这里还是红的", "状态 云溪", "状态 p1", "历史 云溪", "历史 p1", "云溪新材料到哪一步了", "云溪 施工许可 什么时候到期", "yunxi", "云溪新才料",
		"谁没办", "下涯镇谁没办", "下涯镇怎么样", "情况", "例会材料", "未来一周亮灯", "谁拖得最久", "在办项目", "下涯镇在办项目", "市住建局本月办理", "下涯镇有几个橙色",
		"催办 云溪", "存量转办 云溪", "重发", "今日清单", "我的待办", "我的项目", "为什么云溪亮灯",
	} {
		before := len(c.phones.seen["qian"])
		c.say("qian", text)
		for _, s := range c.phones.seen["qian"][before:] {
			if strings.Contains(s, "年产2万吨") || strings.Contains(s, "陈某") || strings.Contains(s, "1个") {
				t.Errorf("%s →\n%s", text, s)
			}
		}
	}
}

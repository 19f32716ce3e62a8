package handlers_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"junma/store"
)

// sheets makes a workbook of sheets, each a text of rows and cells.
func sheets(t *testing.T, texts ...string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, text := range texts {
		name := "Sheet" + string(rune('1'+i))
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(text, "\n") {
			cell, err := excelize.CoordinatesToCellName(1, n+1)
			if err != nil {
				t.Fatal(err)
			}
			cells := strings.Split(line, ",")
			if err := f.SetSheetRow(name, cell, &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (c *chat) roster() (r *store.Roster) {
	c.t.Helper()
	err := c.store.View(context.Background(), func(v *store.View) (err error) {
		r, err = v.Roster()
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// 一个文件里的单位、人员和项目一起读回,一次按下一起导入。
func TestARosterAndProjectsComeInOneTable(t *testing.T) {
	c := newChat(t, "2026-05-18")
	c.send("zhao", c.file("全部.xlsx", sheets(t,
		"项目编号,项目名称,项目类别,属地\nJD-9,新项目,工业,莲花镇",
		"人员编号,姓名,单位,角色,手机号,钉钉账号,在任\nhong,洪某,莲花镇,联系人,13900001111,user-hong,\nchen,陈某,下涯镇,联系人,,,\nbad,坏某,莲花镇,联系人,,,大概",
		"单位名称,单位类别\n莲花镇,镇街",
	)))
	c.saw("zhao", "名册共4条:新增2条,有变化0条,没有变化1条,有错1条", "共1个项目:新增1个", "“Sheet2”第4行 G列“在任”:应为 是 或 否,现为“大概”")
	if _, there := c.roster().Person("hong"); there {
		t.Fatal("the roster was taken before anybody pressed")
	}
	c.press("zhao", "导入")
	c.expect("zhao", "名册已导入:新增2条,有变化0条,没有变化1条,退回1条。", "已导入:新增1个")
	if p, ok := c.roster().ByAccount("dingtalk", "user-hong"); !ok || p.Unit != "莲花镇" {
		t.Errorf("user-hong is %+v", p)
	}
	if p, ok := c.roster().Person("wang"); !ok || !p.Active || p.Accounts["dingtalk"] != "user-wang" {
		t.Errorf("a person whom the table does not name became %+v", p)
	}
	if c.project("JD-9").Name != "新项目" {
		t.Error("the project was not taken")
	}
	for _, line := range c.journal("") {
		if line.Kind != "roster" || line.Actor.Person != "zhao" {
			continue
		}
		if text := string(line.Data); !strings.Contains(text, "hong") || strings.Contains(text, "13900001111") || strings.Contains(text, "user-hong") {
			t.Errorf("the journal says %s", text)
		}
		return
	}
	t.Error("the journal does not say that 专班 changed the roster")
}

// 发来以后不再是专班的,按了也不导入,并留痕。
func TestOnlyTheTaskForceImportsARoster(t *testing.T) {
	c := newChat(t, "2026-05-18")
	table := c.file("名册.csv", []byte("单位名称,单位类别\n莲花镇,镇街"))
	c.send("chen", table)
	c.expect("chen", "项目表格和名册由业务专班导入,没有保存")
	c.send("zhao", table)
	c.expect("zhao", "名册共1条:新增1条")
	before := c.refusals()
	_, err := c.handlers.TakeRoster(t.Context(), strings.NewReader(
		`{"people":[{"id":"zhao","name":"赵某","unit":"市住建局","role":"联系人","dingtalk":"user-zhao"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c.press("zhao", "导入")
	c.expect("zhao", "项目表格和名册由业务专班导入")
	if _, there := c.roster().Unit("莲花镇"); there || c.refusals() != before+1 {
		t.Errorf("莲花镇 is in the roster: %v; refusals went from %d to %d", there, before, c.refusals())
	}
}

// 同一张卡片只导入一次:后来的改动不会被旧表盖掉。
func TestARosterTableCountsOnce(t *testing.T) {
	c := newChat(t, "2026-05-18")
	c.send("zhao", c.file("名册.csv", []byte("单位名称,单位类别\n莲花镇,镇街")))
	card, ref := c.phones.button("zhao", "导入")
	c.click("zhao", card, ref)
	_, err := c.handlers.TakeRoster(t.Context(), strings.NewReader(`{"units":[{"name":"莲花镇","kind":"部门"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c.click("zhao", card, ref)
	if u, _ := c.roster().Unit("莲花镇"); u.Kind != store.UnitDepartment {
		t.Errorf("an old card made 莲花镇 %s again", u.Kind)
	}
}

// 空格子不改动已有的内容:手机号、在任、兼任、分管板块和群的启用都留着。
func TestEmptyCellsOfARosterChangeNothing(t *testing.T) {
	c := newChat(t, "2026-05-18")
	_, err := c.handlers.TakeRoster(t.Context(), strings.NewReader(`{
		"people":[
			{"id":"lin","name":"林某","unit":"市住建局","role":"联系人","dingtalk":"user-lin","mobile":"13800001111",
			 "offices":[{"unit":"市发改局","role":"联系人"}]},
			{"id":"sun","name":"孙某","unit":"市审管办","role":"联系人","active":false}],
		"groups":[{"key":"住建群","unit":"市住建局","tier":2,"dingtalk":"cid1","active":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c.send("zhao", c.file("名册.xlsx", sheets(t,
		"人员编号,姓名,单位,角色,手机号,钉钉账号,在任,分管板块\nlin,林某某,市住建局,联系人,,,,\nsun,孙某,市审管办,联系人,,,,\nli,李某,市领导,市领导,,,,",
		"群编号,单位,协调层级,在用\n住建群,市住建局,2,",
	)))
	c.saw("zhao", "名册共4条:新增0条,有变化1条,没有变化3条")
	c.press("zhao", "导入")
	r := c.roster()
	lin, _ := r.Person("lin")
	if string(lin.Mobile) != "13800001111" || lin.Name != "林某某" || len(lin.Offices) != 1 || lin.Accounts["dingtalk"] != "user-lin" {
		t.Errorf("林某 became %+v (%s)", lin, string(lin.Mobile))
	}
	if sun, _ := r.Person("sun"); sun.Active {
		t.Error("somebody who left is back")
	}
	if li, _ := r.Person("li"); len(li.Sectors) != 1 {
		t.Errorf("the city leader leads %v", li.Sectors)
	}
	if _, active := r.Group("市住建局", 2); active {
		t.Error("a group that was stopped is used again")
	}
}

// 错误用表上的话说:哪张表、哪一行、哪一列,不出现接口的字段名。
func TestFaultsOfARosterTableAreSaidInItsOwnWords(t *testing.T) {
	c := newChat(t, "2026-05-18")
	c.send("zhao", c.file("名册.xlsx", sheets(t,
		"人员编号,姓名,单位,角色,手机号\nhong,洪某,莲花镇,联系人,139\nb1,坏某,没有镇,负责人,",
		"群编号,单位,协调层级\ng1,没有局,1\ng2,下涯镇,1\ng3,下涯镇,1",
	)))
	said := strings.Join(c.phones.seen["zhao"], "\n")
	for _, want := range []string{
		"“Sheet1”第2行 E列“手机号”:手机号应为 11 位手机号。", "“Sheet1”第2行 C列“单位”:单位“莲花镇”未登记,请先登记该单位,或核对名称。",
		"“Sheet2”第4行 C列“协调层级”:下涯镇的第1级协调群已是“g2”,请先停用那个群。",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
	for _, never := range []string{"units", "people", "groups[", "带引号", "active", "true"} {
		if strings.Contains(said, never) {
			t.Errorf("the chat says %q:\n%s", never, said)
		}
	}
}

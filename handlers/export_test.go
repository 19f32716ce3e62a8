package handlers_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"junma/notify"
	"junma/store"
)

// rows reads the first sheet of a workbook.
func rows(t *testing.T, data []byte) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	all, err := book.GetRows(book.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// export lets a person ask and press 导出表格, and gives the table that comes.
func (c *chat) export(person, question string) [][]string {
	c.t.Helper()
	before := len(c.phones.filesOf(person))
	c.say(person, question)
	c.press(person, "导出表格")
	files := c.phones.filesOf(person)
	if len(files) != before+1 || !strings.HasSuffix(files[before].name, " 2026-05-18.xlsx") {
		c.t.Fatalf("%s received %d files, before %d; sees:\n%s", person, len(files), before, c.phones.last(person))
	}
	return rows(c.t, files[before].data)
}

// column gives the values under a heading of a table, whose first cells are its title and remarks.
func column(all [][]string, heading string) []string {
	var values []string
	from := slices.IndexFunc(all, func(row []string) bool { return slices.Contains(row, heading) })
	if from < 0 {
		return nil
	}
	i := slices.Index(all[from], heading)
	for _, row := range all[from+1:] {
		values = append(values, row[i])
	}
	return values
}

// 表格列出全部,不只一页;写明截至时间和来源。
func TestExportHoldsTheWholeList(t *testing.T) {
	c := newQuestions(t)
	all := c.export("zhao", "红灯几个")
	if all[0][0] != "红灯(8项)" || all[1][0] != "截至2026年5月18日 09:30,据骏马预警台账,存量不计。" || all[2][0] != "上月同期(4月18日)0个,增加8个。" || len(all) != 4+8 {
		t.Fatalf("%d rows, beginning with %q", len(all), all[:2])
	}
	if got := column(all, "项目责任单位"); len(got) != 8 || got[0] != "下涯镇" {
		t.Errorf("units %v", got)
	}
	c.saw("zhao", "5. 下涯标准厂房3号", "[下一页] [导出表格]", "表格《红灯几个 2026-05-18》做好后发到与你的单聊")
	c.press("zhao", "导出表格")
	if n := len(c.phones.filesOf("zhao")); n != 1 {
		t.Errorf("pressing again in the same minute sent %d files", n)
	}
	coming := c.export("zhao", "未来30天哪些会亮灯")
	if got := column(coming, "亮灯日期"); len(got) != 4 || got[0] != "2026-05-21" {
		t.Errorf("lights to come: %v", coming)
	}
	if idle := c.export("zhao", "红灯谁没办"); idle[0][0] != "未办理的红灯(8项)" {
		t.Errorf("谁没办 begins with %q", idle[0])
	}
}

// 表格里恰好是本人能看的;别的单位的不列,并写明。
func TestExportStaysWithinRights(t *testing.T) {
	c := newQuestions(t)
	all := c.export("qian", "红灯几个")
	if got := column(all, "项目名称"); len(got) != 1 || got[0] != "大同酒厂技改" || !strings.HasPrefix(all[2][0], "只列你单位职责范围以内的") {
		t.Errorf("qian received %v", all)
	}
	for _, row := range c.export("lin", "预警有几个") {
		if strings.Contains(strings.Join(row, " "), "盯引") {
			t.Errorf("lin received %v", row)
		}
	}
}

// 排队期间离岗的人,什么也列不出来。
func TestExportOfSomebodyWhoLeft(t *testing.T) {
	c := newQuestions(t)
	body := `{"people":[{"id":"qian","name":"钱某","unit":"大同镇","role":"联系人","dingtalk":"user-qian","active":false}]}`
	if _, err := c.handlers.TakeRoster(t.Context(), strings.NewReader(body)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	f := notify.File{Ref: json.RawMessage(`{"question":"红灯几个"}`)}
	if err := c.handlers.Make(t.Context(), store.Delivery{Person: "qian"}, f, &out); err != nil {
		t.Fatal(err)
	}
	if all := rows(t, out.Bytes()); column(all, "序号") != nil {
		t.Errorf("qian received %v", all)
	}
}

// 别人取的名称不会变成公式。
func TestExportGuardsFormulas(t *testing.T) {
	c := newChat(t, "2026-05-18")
	c.take(record("r1", `"name":"=HYPERLINK(\"http://x\",\"云溪\")"`, `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`))
	for _, question := range []string{"红灯几个", "在办项目", "未来30天哪些会亮灯"} {
		c.take(record("r2", `"name":"=1+1"`, `"stages":[{"stage":"施工许可","start":"2026-05-16","limit":"25日"}]`))
		for _, name := range column(c.export("zhao", question), "项目名称") {
			if !strings.HasPrefix(name, "'=") {
				t.Errorf("%s: a name is written as %q", question, name)
			}
		}
	}
	c.dayBegan("2026-05-28")
	c.say("zhao", "哪个单位最慢")
	c.press("zhao", "导出表格")
	files := c.phones.filesOf("zhao")
	if got := column(rows(t, files[len(files)-1].data), "项目名称"); len(got) != 1 || !strings.HasPrefix(got[0], "'=HYPERLINK") {
		t.Errorf("最慢: the name is written as %q", got)
	}
}

// 最慢的表格列出所有单位;过去某日的表格列出当时亮着的,写明现在多少。
func TestExportOfRatesAndOfPastNumbers(t *testing.T) {
	c := newQuestions(t)
	c.dayBegan("2026-06-03")
	c.say("zhao", "上月哪个单位最慢")
	c.press("zhao", "导出表格")
	all := rows(t, c.phones.filesOf("zhao")[0].data)
	if all[0][0] != "上月办理及时率(10项)" || all[2][0] != "市住建局8件中0件按时(0%)" || all[4][0] != "市统计局1件中0件按时(不足5件,不排序)" {
		t.Errorf("the table of rates begins with %q", all[:5])
	}
	if units, late := column(all, "单位"), column(all, "是否按时"); len(units) != 10 || units[9] != "市统计局" || late[0] != "否" {
		t.Errorf("the table lists %v %v", units, late)
	}
	c.say("zhao", "上月底红灯几个")
	c.expect("zhao", "5月31日24时红灯10个", "现在红灯10个。")
	c.press("zhao", "导出表格")
	all = rows(t, c.phones.filesOf("zhao")[1].data)
	if all[0][0] != "5月31日24时红灯(10项)" || all[2][0] != "现在红灯10个。状态、推送次数为现在的。" || len(column(all, "项目名称")) != 10 {
		t.Errorf("the table of a day gone by: %q", all)
	}
}

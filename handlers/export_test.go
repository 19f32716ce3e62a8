package handlers_test

import (
	"bytes"
	"encoding/json"
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

func column(all [][]string, from int, heading string) []string {
	var values []string
	for i, name := range all[from] {
		if name != heading {
			continue
		}
		for _, row := range all[from+1:] {
			values = append(values, row[i])
		}
	}
	return values
}

// 表格列出全部,不只一页;写明截至时间和来源。
func TestExportHoldsTheWholeList(t *testing.T) {
	c := newQuestions(t)
	all := c.export("zhao", "红灯几个")
	if all[0][0] != "红灯(8项)" || all[1][0] != "截至2026年5月18日 09:30,据骏马预警台账,存量不计。" || len(all) != 3+8 {
		t.Fatalf("%d rows, beginning with %q", len(all), all[:2])
	}
	if got := column(all, 2, "项目责任单位"); strings.Join(got, "") != strings.Repeat("下涯镇", 7)+"大同镇" && len(got) != 8 {
		t.Errorf("units %v", got)
	}
	c.saw("zhao", "5. 下涯标准厂房3号", "[下一页] [导出表格]", "表格《红灯几个 2026-05-18》做好后发到与你的单聊")
	c.press("zhao", "导出表格")
	if n := len(c.phones.filesOf("zhao")); n != 1 {
		t.Errorf("pressing again in the same minute sent %d files", n)
	}
	coming := c.export("zhao", "未来30天哪些会亮灯")
	if got := column(coming, 2, "亮灯日期"); len(got) != 4 || got[0] != "2026-05-21" {
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
	if got := column(all, 3, "项目名称"); len(got) != 1 || got[0] != "大同酒厂技改" || !strings.HasPrefix(all[2][0], "只列你单位职责范围以内的") {
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
	if all := rows(t, out.Bytes()); len(all) != 4 {
		t.Errorf("qian received %v", all)
	}
}

// 别人取的名称不会变成公式。
func TestExportGuardsFormulas(t *testing.T) {
	c := newChat(t, "2026-05-18")
	c.take(record("r1", `"name":"=HYPERLINK(\"http://x\",\"云溪\")"`, `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`))
	all := c.export("zhao", "红灯几个")
	if got := column(all, 2, "项目名称"); len(got) != 1 || !strings.HasPrefix(got[0], "'=HYPERLINK") {
		t.Errorf("the name is written as %q", got)
	}
}

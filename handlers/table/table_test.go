package table_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"junma/handlers/table"
)

// workbook makes a workbook of one sheet.
func workbook(tb testing.TB, rows ...[]any) []byte {
	tb.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		tb.Fatal(err)
	}
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := w.SetRow(cell, row); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// bodies reads every record of a table, as JSON; a record with faults is its sentences.
func bodies(tb testing.TB, raw []byte, extra ...table.Column) []string {
	tb.Helper()
	headings, wrong := table.NewHeadings(extra)
	if len(wrong) > 0 {
		tb.Fatal("unknown fields: ", wrong)
	}
	var all []string
	read := func(visit func(table.Row) error) error { return table.Read(bytes.NewReader(raw), visit) }
	any := func(table.Kind) bool { return true }
	err := table.Records(read, headings, any, func(string, []string) {}, func(r *table.Record) error {
		body, err := r.Body()
		for _, f := range r.Faults {
			body = append(body, r.Sentence(f)...)
		}
		all = append(all, string(r.Kind)+" "+string(body))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func TestRecords(t *testing.T) {
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("项目编号,项目名称,类别,施工许可起算日\nP1,云溪,工业,2025-6-1\n")
	if err != nil {
		t.Fatal(err)
	}
	p1 := `projects {"id":"P1","name":"云溪","category":"工业","stages":[{"stage":"施工许可","start":"2025-06-01"}]}`
	for name, test := range map[string]struct {
		raw   []byte
		extra []table.Column
		want  []string
	}{
		"列的次序不拘,表头上面有标题": {
			raw:  workbook(t, []any{"建德市投资项目一览表"}, []any{"施工许可 起算日", "*项目类别", "项目名称(必填)", "项目编号:"}, []any{45809, "工业项目", "云溪", "P1"}),
			want: []string{p1},
		},
		"带标记的UTF-8": {raw: []byte("\uFEFF项目编号,项目名称,类别,施工许可起算日\r\nP1,云溪,工业,2025/6/1\r\n"), want: []string{p1}},
		"国标编码":      {raw: []byte(gbk), want: []string{p1}},
		"分号分隔":      {raw: []byte("项目编号;项目名称;类别;施工许可起算日\nP1;云溪;工业;2025年6月1日\n"), want: []string{p1}},
		"一行一个环节,同一项目连着的几行是一条": {
			raw: []byte("项目编号,项目名称,类别,总投资(亿元),环节,起算日,完成日,时限,灯色,亮灯日\nP1,云溪,工业,5.2,工程规划许可,20250320,2025.4.18,,,\n,,,,施工许可,2025-04-20 00:00:00,,25 日,红灯,2025-05-16\nP2,另一,工业,,,,,,,\n"),
			want: []string{
				`projects {"id":"P1","name":"云溪","category":"工业","investment_wan":52000,"stages":[{"stage":"工程规划许可","start":"2025-03-20","done":"2025-04-18"},{"stage":"施工许可","start":"2025-04-20","limit":"25日"}],"lights":[{"stage":"施工许可","level":"红","since":"2025-05-16"}]}`,
				`projects {"id":"P2","name":"另一","category":"工业"}`,
			},
		},
		"只有项目代码的,以代码为编号": {
			raw:  []byte("项目代码,项目名称\n2601-330182-04-01-123456,云溪\n"),
			want: []string{`projects {"id":"2601-330182-04-01-123456","code":"2601-330182-04-01-123456","name":"云溪"}`},
		},
		"配置里另定的列名": {
			raw: []byte("项目编号,工程叫什么\nP1,云溪\n"), extra: []table.Column{{Heading: "工程叫什么", Field: "name"}},
			want: []string{`projects {"id":"P1","name":"云溪"}`},
		},
		"名册:兼任写成紧接的一行": {
			raw:  []byte("姓名,人员编号,所在单位,角色,手机号\n林某,lin,市住建局,联系人,13800000000\n林某,lin,业务专班,专班,\n"),
			want: []string{`people {"id":"lin","mobile":"13800000000","name":"林某","offices":[{"role":"专班","unit":"业务专班"}],"role":"联系人","unit":"市住建局"}`},
		},
		"读不懂的格子全部指出": {
			raw: []byte("项目编号,项目名称,能源项目,施工许可起算日\nP1,云溪,也许,2025/2/30\n"),
			want: []string{`projects {"id":"P1","name":"云溪","stages":[{"stage":"施工许可"}]}` +
				"第2行 C列“能源项目”:应为 是 或 否,现为“也许”。第2行 D列“施工许可起算日”:应为日期,如 2025-6-1、2025/6/1 或 2025年6月1日,现为“2025/2/30”。"},
		},
		"同一项目前后矛盾": {
			raw:  []byte("项目编号,项目名称,环节,起算日\nP1,云溪,立项,2025-6-1\nP1,云栖,施工许可,2025-6-2\n"),
			want: []string{`projects {"id":"P1","name":"云溪","stages":[{"stage":"立项","start":"2025-06-01"},{"stage":"施工许可","start":"2025-06-02"}]}第3行 B列“项目名称”:与本项目前一行不一致(前一行为“云溪”),请改为一致或留空。`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bodies(t, test.raw, test.extra...); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestUnknownField(t *testing.T) {
	if _, wrong := table.NewHeadings([]table.Column{{Heading: "甲", Field: "people.colour"}, {Heading: "乙", Field: ""}}); !slices.Equal(wrong, []string{"people.colour"}) {
		t.Errorf("unknown fields: %q", wrong)
	}
}

func TestNoTable(t *testing.T) {
	for name, raw := range map[string][]byte{"图片": {0x89, 'P', 'N', 'G', 0, 0}, "坏的工作簿": []byte("PK\x03\x04 broken")} {
		t.Run(name, func(t *testing.T) {
			err := table.Read(bytes.NewReader(raw), func(table.Row) error { return nil })
			if err == nil || !strings.Contains(err.Error(), table.ErrNoTable.Error()) {
				t.Errorf("error: %v", err)
			}
		})
	}
}

// desk refuses projects of the name 坏 and knows P9.
type desk struct{ bodies []string }

func (d *desk) Known(_ context.Context, id string) (table.Known, bool, error) {
	return table.Known{Name: "老项目", Category: "工业", Energy: true}, id == "P9", nil
}

func (d *desk) TakeProjects(_ context.Context, body []byte) (table.Taken, error) {
	d.bodies = append(d.bodies, string(body))
	var all []table.Project
	if err := json.Unmarshal(body, &all); err != nil {
		return table.Taken{}, err
	}
	var t table.Taken
	for i, p := range all {
		if p.Name == "坏" {
			t.Errors = append(t.Errors, table.Refused{Index: i, Field: "stages[0].start", Message: "起算日(stages[0].start)不能晚于今天。"},
				table.Refused{Index: i, Field: "category", Message: "项目类别(category)不能为空,请补填。"})
			continue
		}
		t.Accepted++
	}
	return t, nil
}

func (d *desk) TakeRoster(_ context.Context, body []byte) (table.Taken, error) {
	d.bodies = append(d.bodies, string(body))
	return table.Taken{Accepted: 1, Errors: []table.Refused{{Index: 1, Field: "units[1].kind", Message: "单位类别(units[1].kind)应为部门。"}}}, nil
}

// run imports the texts, and gives the summary, what reached the desk, and the table of rejected rows.
func run(t *testing.T, texts ...string) (table.Summary, []string, []byte) {
	t.Helper()
	headings, _ := table.NewHeadings(nil)
	rejects := table.NewRejects()
	defer func() {
		if err := rejects.Close(); err != nil {
			t.Error(err)
		}
	}()
	var files []table.Source
	for _, text := range texts {
		files = append(files, table.Source{Name: "a.csv", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		}})
	}
	d := &desk{}
	m := &table.Importer{Desk: d, Headings: headings, Rejects: rejects}
	sum, err := m.Run(context.Background(), files)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := rejects.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return sum, d.bodies, out.Bytes()
}

func TestRejectedRowsCanBeMendedAndImportedAgain(t *testing.T) {
	sum, _, rejected := run(t, "项目编号,项目名称,类别,施工许可起算日,备注\nP1,好,工业,2025/6/1,\nP2,坏,,45809,=1+1\nP3,好,工业,去年,\n")
	want := []string{
		"第4行 D列“施工许可起算日”:应为日期,如 2025-6-1、2025/6/1 或 2025年6月1日,现为“去年”。",
		"第3行 D列“施工许可起算日”:起算日不能晚于今天。", "第3行 C列“类别”:项目类别不能为空,请补填。",
	}
	if sum.Accepted != 1 || sum.Rejected != 2 || !slices.Equal(sum.Faults, want) {
		t.Errorf("summary: %+v", sum)
	}
	var rows []string
	if err := table.Read(bytes.NewReader(rejected), func(r table.Row) error {
		rows = append(rows, strings.Join(r.Cells, "|"))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0] != "项目编号|项目名称|类别|施工许可起算日|备注|错误" || !strings.HasPrefix(rows[2], "P2|坏||2025-06-01|'=1+1|D列") {
		t.Errorf("rejected rows:\n%s", strings.Join(rows, "\n"))
	}
	if again := bodies(t, rejected); len(again) != 2 || !strings.Contains(again[1], `"start":"2025-06-01"`) {
		t.Errorf("imported again: %q", again)
	}
}

func TestRosterComesFirstAndWhatIsKnownStays(t *testing.T) {
	sum, sent, _ := run(t, "项目编号,环节,灯色,亮灯日\nP9,施工许可,黄灯,2025-6-1\n", "单位名称,单位类别\n市住建局,部门\n某局,局\n", "甲,乙\n1,2\n")
	want := []string{
		`{"units":[{"kind":"部门","name":"市住建局"},{"kind":"局","name":"某局"}]}`,
		`[{"id":"P9","name":"老项目","category":"工业","energy":true,"in_zone":false,"lights":[{"stage":"施工许可","level":"黄","since":"2025-06-01"}]}]`,
	}
	if !slices.Equal(sent, want) {
		t.Errorf("sent:\n%s", strings.Join(sent, "\n"))
	}
	if !slices.Equal(sum.Faults, []string{"第3行 B列“单位类别”:单位类别应为部门。"}) || !slices.Equal(sum.Notes, []string{"a.csv没有认得的表头,整张没有读入。"}) {
		t.Errorf("summary: %+v", sum)
	}
}

func TestGuard(t *testing.T) {
	for text, want := range map[string]string{"=1": "'=1", "+86": "'+86", "-1": "'-1", "@a": "'@a", "\tx": "'\tx", "下涯镇": "下涯镇", "": ""} {
		if got := table.Guard(text); got != want {
			t.Errorf("%q is guarded as %q", text, got)
		}
	}
}

// FuzzRecords: whatever stands in a table, reading it neither panics nor gives a record without rows or with a fault
// outside its rows.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("项目编号,项目名称,类别,环节,起算日,灯色\nP1,云溪,工业,施工许可,2025/6/1,红\n,,,立项,45809,\n"))
	f.Add([]byte("\uFEFF人员编号;姓名;单位;角色;在任\nlin;林某;市住建局;联系人;也许\nlin;林;;专班;否\n"))
	f.Add([]byte("群编号\t协调层级\t单位\n甲\tx\t市住建局\n"))
	f.Add([]byte("\xcf\xee\xc4\xbf\xb1\xe0\xba\xc5,\"\n"))
	headings, _ := table.NewHeadings(nil)
	f.Fuzz(func(t *testing.T, raw []byte) {
		read := func(visit func(table.Row) error) error { return table.Read(bytes.NewReader(raw), visit) }
		_ = table.Records(read, headings, func(table.Kind) bool { return true }, func(string, []string) {}, func(r *table.Record) error {
			if len(r.Rows) == 0 {
				t.Fatal("a record without rows")
			}
			body, err := r.Body()
			if err != nil || !json.Valid(body) {
				t.Fatalf("body %q: %v", body, err)
			}
			for _, fault := range append(r.Faults, r.Explain("stages[0].start", "x"), r.Explain("people[0].offices[0].unit", "x")) {
				if !strings.Contains(r.Sentence(fault), "行") {
					t.Fatalf("fault %+v has no row", fault)
				}
			}
			return nil
		})
	})
}

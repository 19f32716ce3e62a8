package handlers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/handlers"
)

// malformed are records with one thing wrong each, and the exact sentence whoever sent them reads.
var malformed = []struct{ name, record, field, value, message string }{
	{"缺编号", `{"name":"甲","category":"工业"}`, "id", "", "项目编号(id)不能为空,请补填。"},
	{"编号含斜杠", `{"id":"a/b","name":"甲","category":"工业"}`, "id", "a/b", "项目编号(id)应为 1 到 64 个字母、数字、汉字或 - _ .,现为“a/b”。"},
	{"编号是数字", `{"id":7,"name":"甲","category":"工业"}`, "id", "7", "项目编号(id)应为 1 到 64 个字母、数字、汉字或 - _ .,现为“7”。"},
	{"缺名称", `{"id":"A","category":"工业"}`, "name", "", "项目名称(name)不能为空,请补填。"},
	{"名称为空", record("A", `"name":""`), "name", "", "项目名称(name)不能为空,请补填。"},
	{"名称带空格", record("A", `"name":" 甲"`), "name", " 甲", "项目名称(name)首尾不能有空格,现为“ 甲”。"},
	{"名称换行", record("A", `"name":"甲\n乙"`), "name", "甲 乙", "项目名称(name)不能含换行等控制字符,现为“甲 乙”。"},
	{"缺类别", `{"id":"A","name":"甲"}`, "category", "", "项目类别(category)不能为空,请补填。"},
	{"类别不存在", record("A", `"category":"农业"`), "category", "农业", "项目类别(category)应为工业、商服住 或 政府投资,现为“农业”。"},
	{"立项类型不存在", record("A", `"filing_kind":"技改"`), "filing_kind", "技改", "立项类型(filing_kind)应为基本建设 或 技术改造,现为“技改”。"},
	{"代码形状", record("A", `"code":"330182-1"`), "code", "330182-1", "项目代码(code)应形如 2601-330182-04-01-123456,没有代码的留空,现为“330182-1”。"},
	{"能源写成文字", record("A", `"energy":"是"`), "energy", "是", "能源项目(energy)应为 true 或 false(不带引号),现为“是”。"},
	{"开发区写成数", record("A", `"in_zone":1`), "in_zone", "1", "开发区项目(in_zone)应为 true 或 false(不带引号),现为“1”。"},
	{"投资为负", record("A", `"investment_wan":-1`), "investment_wan", "-1", "总投资(investment_wan)应为 0 至 100000000 的整数(不带引号),现为“-1”。"},
	{"投资带小数", record("A", `"investment_wan":5.2`), "investment_wan", "5.2", "总投资(investment_wan)应为 0 至 100000000 的整数(不带引号),现为“5.2”。"},
	{"投资写成文字", record("A", `"investment_wan":"5.2亿"`), "investment_wan", "5.2亿", "总投资(investment_wan)应为 0 至 100000000 的整数(不带引号),现为“5.2亿”。"},
	{"历史红灯过多", record("A", `"red_count":100`), "red_count", "100", "历史红灯次数(red_count)应为 0 至 99 的整数(不带引号),现为“100”。"},
	{"属地是列表", record("A", `"town":["下涯镇"]`), "town", `["下涯镇"]`, "属地(town)应为带引号的文字,现为“[\"下涯镇\"]”。"},
	{
		"没有的字段", record("A", `"invest":1`), "invest", "1",
		"没有字段“invest”,可用的字段:category、code、complete、energy、filing_kind、id、in_zone、industry_dept、investment_wan、lights、name、owner、red_count、stages、town。",
	},
	{"字段重复", `{"id":"A","name":"甲","category":"工业","name":"乙"}`, "name", "乙", "项目名称(name)重复出现,请只保留一个。"},
	{"环节不是列表", record("A", `"stages":{}`), "stages", "{}", "环节(stages)应为 JSON 数组 […],现为“{}”。"},
	{"环节不是对象", record("A", `"stages":["立项"]`), "stages[0]", "立项", "环节(stages[0])应为 JSON 对象 {…},现为“立项”。"},
	{
		"环节名称", record("A", `"stages":[{"stage":"开工"}]`), "stages[0].stage", "开工",
		"环节(stages[0].stage)应为盯引、签约、拿地、立项、工程规划许可、施工许可、开工监管、入统、在建、竣工验收、确权、投产 或 达产,现为“开工”。",
	},
	{"环节没写名称", record("A", `"stages":[{"start":"2026-04-20"}]`), "stages[0].stage", "", "环节(stages[0].stage)不能为空,请补填。"},
	{"环节重复", record("A", `"stages":[{"stage":"立项"},{"stage":"立项"}]`), "stages[1].stage", "立项", "环节“立项”重复出现,每个环节只写一条。"},
	{"日期写法", record("A", permit("2026/4/20")), "stages[0].start", "2026/4/20", "起算日(stages[0].start)应为 2026-04-20 这样的日期,现为“2026/4/20”。"},
	{"日期不存在", record("A", permit("2026-02-30")), "stages[0].start", "2026-02-30", "起算日(stages[0].start)应为 2026-04-20 这样的日期,现为“2026-02-30”。"},
	{"起算日在将来", record("A", permit("2026-05-09")), "stages[0].start", "2026-05-09", "起算日(stages[0].start)不能晚于今天(2026-05-08),现为“2026-05-09”。"},
	{"起算日太早", record("A", permit("0206-04-20")), "stages[0].start", "0206-04-20", "起算日(stages[0].start)不能早于 2000-01-01,现为“0206-04-20”。"},
	{
		"完成早于起算", record("A", `"stages":[{"stage":"立项","start":"2026-04-20","done":"2026-04-19"}]`), "stages[0].done", "2026-04-19",
		"完成日(stages[0].done)不能早于起算日(2026-04-20),现为“2026-04-19”。",
	},
	{"时限写法", record("A", `"stages":[{"stage":"立项","limit":"25天"}]`), "stages[0].limit", "25天", "时限(stages[0].limit)应形如 25日、20工作日 或 18月,现为“25天”。"},
	{"时限为零", record("A", `"stages":[{"stage":"立项","limit":"0日"}]`), "stages[0].limit", "0日", "时限(stages[0].limit)应形如 25日、20工作日 或 18月,现为“0日”。"},
	{
		"环节里没有的字段", record("A", `"stages":[{"stage":"立项","end":"x"}]`), "stages[0].end", "x",
		"没有字段“stages[0].end”,可用的字段:applies、done、limit、stage、start。",
	},
	{
		"灯色", record("A", `"lights":[{"stage":"立项","level":"橙","since":"2026-05-01"}]`), "lights[0].level", "橙",
		"灯色(lights[0].level)应为黄 或 红,现为“橙”。",
	},
	{"亮灯没写日期", record("A", `"lights":[{"stage":"立项","level":"红"}]`), "lights[0].since", "", "亮灯日(lights[0].since)不能为空,请补填。"},
	{
		"平台状态", record("A", `"lights":[{"stage":"立项","level":"红","since":"2026-05-01","state":"已阅"}]`), "lights[0].state", "已阅",
		"平台状态(lights[0].state)应为已销号,现为“已阅”。",
	},
	{
		"平台编号重复", record("A", `"lights":[{"stage":"立项","level":"红","since":"2026-05-01","ref":"HZ-1"},{"stage":"入统","level":"红","since":"2026-05-01","ref":"HZ-1"}]`),
		"lights[1].ref", "HZ-1", "平台编号“HZ-1”重复出现,每盏灯只写一条。",
	},
	{"不是对象", `"A"`, "", "A", "应为 JSON 对象 {…},现为“A”。"},
	{"不是 UTF-8", "{\"id\":\"A\",\"name\":\"\xbd\xa8\xb5\xc2\",\"category\":\"工业\"}", "", "", "记录不是 UTF-8 编码的文字,请转换编码后重新报送。"},
}

func TestEveryFaultOfARecordIsNamed(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for _, m := range malformed {
		t.Run(m.name, func(t *testing.T) {
			got := c.take(m.record)
			if got.Rejected != 1 || len(got.Errors) != 1 {
				t.Fatalf("rejected %d with faults:\n%s", got.Rejected, listed(got.Errors))
			}
			e := got.Errors[0]
			want := handlers.RecordError{ID: e.ID, Field: m.field, Value: m.value, Message: m.message}
			if diff := cmp.Diff(want, e); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllFaultsOfARecordComeAtOnce(t *testing.T) {
	c := newCity(t, "2026-05-08")
	got := c.take(`{"id":"A","category":"农业","energy":"是","stages":[{"stage":"开工","start":"昨天","limit":"25天"}],"x":1}`)
	var fields []string
	for _, e := range got.Errors {
		fields = append(fields, e.Field)
		if e.ID != "A" {
			t.Errorf("the fault of %s does not name the record", e.Field)
		}
	}
	want := "category energy stages[0].stage stages[0].start stages[0].limit x name"
	if strings.Join(fields, " ") != want {
		t.Errorf("faults at %v, want %s", fields, want)
	}
	if got.Rejected != 1 {
		t.Errorf("rejected %d records, want 1", got.Rejected)
	}
}

func TestALongValueIsCutInTheAnswer(t *testing.T) {
	c := newCity(t, "2026-05-08")
	got := c.take(record("A", `"name":"`+strings.Repeat("长", 101)+`"`))
	want := "项目名称(name)最多 100 个字,现为“" + strings.Repeat("长", 60) + "…”。"
	if len(got.Errors) != 1 || got.Errors[0].Message != want {
		t.Errorf("got\n%s", listed(got.Errors))
	}
}

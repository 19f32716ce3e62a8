package mechanism_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	m "junma/mechanism"
)

func Test五条协调链(t *testing.T) {
	book := bookWith(t, "")
	for _, row := range table(t, "b5.csv") {
		p, s := kind(row[1], row[2], row[3]), m.Stage(row[4])
		chain := book.ChainOf(&p, s)
		parties, _ := book.Parties(&p, s)
		n, _ := strconv.Atoi(row[5])
		got := chain.Tier(n, parties)
		if chain.ID != row[0] || got.Coordinator != asRecorded(row[7]) || got.Convener != asRecorded(row[8]) ||
			strings.Join(got.ReportsUp, "+") != asRecorded(row[6]) || !strings.HasPrefix(got.Basis, "三(五)") {
			t.Errorf("%v:得到 %s %+v", row, chain.ID, got)
		}
		if again := book.Chain(row[0]).Tier(n, parties); again.Coordinator != got.Coordinator {
			t.Errorf("按编号取 %s 第%d级为 %+v", row[0], n, again)
		}
	}
}

func Test链上缺的单位留空(t *testing.T) {
	book, p := bookWith(t, ""), kind("政府投资", "–", "out")
	p.Owner, p.IndustryDept = "", ""
	parties, _ := book.Parties(&p, m.ConstructionPermit)
	chain := book.ChainOf(&p, m.ConstructionPermit)
	if got := chain.Tier(1, parties); got.Coordinator != "" || len(got.ReportsUp) != 0 {
		t.Errorf("没有登记业主和行业主管部门,第一级却为 %+v", got)
	}
	for _, n := range []int{0, 4} {
		if got := chain.Tier(n, parties); got.Coordinator != "" || got.Basis != "" {
			t.Errorf("没有第%d级,却为 %+v", n, got)
		}
	}
	unknown := kind("农业", "–", "out")
	if got := book.ChainOf(&unknown, m.Approval); got.ID != "" {
		t.Errorf("类别不明的项目走 %s", got.ID)
	}
}

func Test协调层级(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		count int
		grade m.Grade
		want  int
	}{
		{1, m.GradeOrdinary, 1},
		{1, m.GradeComplex, 2},
		{1, m.GradeMajor, 3},
		{2, m.GradeOrdinary, 2},
		{3, m.GradeOrdinary, 3},
		{4, m.GradeComplex, 3},
		{0, m.GradeOrdinary, 1},
		{2, "", 2},
		{9, "", 3},
		{0, "", 0},
	} {
		if got := book.Tier(c.count, c.grade); got != c.want {
			t.Errorf("第%d次红灯、%s问题为第%d级,应为第%d级", c.count, c.grade, got, c.want)
		}
	}
}

func Test专班留看的时间(t *testing.T) {
	book := bookWith(t, "[tier]\nhold_minutes = [0, -1, 45]")
	for tier, want := range map[int]struct {
		hold time.Duration
		goes bool
	}{1: {0, true}, 2: {0, false}, 3: {45 * time.Minute, true}, 0: {0, true}} {
		if hold, goes := book.Hold(tier); hold != want.hold || goes != want.goes {
			t.Errorf("第%d级留看 %s、自动发出=%v,应为 %+v", tier, hold, goes, want)
		}
	}
	if hold, goes := bookWith(t, "").Hold(3); hold != 30*time.Minute || !goes {
		t.Errorf("内置规则库第3级留看 %s、自动发出=%v", hold, goes)
	}
}

func Test本地红灯是否计次(t *testing.T) {
	for _, c := range []struct {
		text       string
		seen, want bool
	}{{"hint", false, true}, {"hint", true, false}, {"count", true, true}, {"count", false, true}} {
		book := bookWith(t, "[source]\nlocal_red = '"+c.text+"'")
		if got := book.CountsLocalRed(c.seen); got != c.want {
			t.Errorf("%s、平台有过灯=%v:计次=%v", c.text, c.seen, got)
		}
	}
}

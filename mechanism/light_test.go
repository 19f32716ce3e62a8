package mechanism_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"junma/mechanism"
)

// table reads a file of expected cells, typed from the clauses, without its heading.
func table(t testing.TB, file string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func limit(t testing.TB, text string) mechanism.Limit {
	t.Helper()
	l, err := mechanism.ParseLimit(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func clock(t testing.TB, start, term string) mechanism.Clock {
	t.Helper()
	return mechanism.Clock{Start: day(t, start), Limit: limit(t, term), Confirmed: true}
}

func Test橙灯与红灯的日期向量(t *testing.T) {
	book := bookWith(t, "")
	for _, row := range table(t, "c2.csv") {
		t.Run(row[0]+"起"+row[1], func(t *testing.T) {
			c := clock(t, row[0], row[1])
			_, r := book.Evaluate(c, c.Start)
			if got := r.Orange.String(); got != row[3] {
				t.Errorf("橙灯首日 %s,应为 %s", got, row[3])
			}
			if got := r.Last.String(); got != row[4] {
				t.Errorf("最后允许日 %s,应为 %s", got, row[4])
			}
			if got := r.Red.String(); got != row[5] {
				t.Errorf("红灯首日 %s,应为 %s", got, row[5])
			}
			lead, months := strings.CutSuffix(row[2], "个月")
			if lead == "–" || months {
				return // no lead in days: the three dates say it all
			}
			back := r.Last - mechanism.Date(limit(t, strings.TrimSuffix(lead, "日")+"日").N)
			if strings.HasSuffix(row[1], "工作日") {
				back, _ = book.AddWorkdays(r.Last, -limit(t, lead+"工作日").N)
			}
			if back != r.Orange {
				t.Errorf("提前 %s 为 %s,橙灯首日却是 %s", row[2], back, r.Orange)
			}
			if r.Unverified {
				t.Error("日历齐全却标为未核定")
			}
		})
	}
}

func Test某日的灯(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name, today, done string
		want              mechanism.Light
	}{
		{"起算前", "2026-03-01", "", mechanism.LightGreen},
		{"橙灯前一日", "2026-05-15", "", mechanism.LightGreen},
		{"橙灯首日", "2026-05-16", "", mechanism.LightOrange},
		{"最后允许日当天仍不算超期", "2026-05-31", "", mechanism.LightOrange},
		{"次日转红", "2026-06-01", "", mechanism.LightRed},
		{"最后允许日办结", "2026-07-01", "2026-05-31", mechanism.LightDone},
		{"次日办结为逾期完成", "2026-07-01", "2026-06-01", mechanism.LightDoneLate},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := clock(t, "2026-03-02", "90日")
			at.Done = day(t, c.done)
			if got, _ := book.Evaluate(at, day(t, c.today)); got != c.want {
				t.Errorf("%s 的灯为 %q,应为 %q", c.today, got, c.want)
			}
		})
	}
	if got, r := book.Evaluate(mechanism.Clock{Start: day(t, "2026-03-02")}, day(t, "2026-06-01")); got != mechanism.LightNone || r != (mechanism.Reading{}) {
		t.Errorf("没有时限的环节亮了 %q", got)
	}
	if got, _ := book.Evaluate(mechanism.Clock{Limit: limit(t, "90日")}, day(t, "2026-06-01")); got != mechanism.LightNone {
		t.Errorf("没有起算日的环节亮了 %q", got)
	}
}

func Test黄灯规则(t *testing.T) {
	book := bookWith(t, "")
	at := clock(t, "2026-03-02", "60日")
	at.Yellow = day(t, "2026-04-01")
	light, r := book.Evaluate(at, day(t, "2026-04-01"))
	if light != mechanism.LightOrange || r.Orange != at.Yellow {
		t.Errorf("黄灯之日 4月1日 的灯为 %q,橙灯首日 %s:应即黄灯之日,不再提前1/6(A-31)", light, r.Orange)
	}
	at.Yellow = day(t, "2026-05-02")
	if _, r := book.Evaluate(at, at.Start); r.Orange != day(t, "2026-04-21") {
		t.Errorf("黄灯晚于最后允许日时橙灯首日为 %s,应仍提前1/6", r.Orange)
	}
}

func Test橙灯的几种设置(t *testing.T) {
	for _, c := range []struct{ name, text, start, term, orange, last string }{
		{"四舍五入 7.5日进为8", "round = 'nearest'", "2026-03-02", "45日", "2026-04-08", "2026-04-16"},
		{"四舍五入 3.33日舍为3", "round = 'nearest'", "2026-03-02", "20日", "2026-03-19", "2026-03-22"},
		{"舍去 7.5日为7", "round = 'floor'", "2026-03-02", "45日", "2026-04-09", "2026-04-16"},
		{"舍去后至少1日", "round = 'floor'", "2026-03-02", "5日", "2026-03-06", "2026-03-07"},
		{"短时限不设橙灯", "min_limit = 6", "2026-03-02", "5日", "", "2026-03-07"},
		{"短时限按日计,不限制月", "min_limit = 6", "2026-03-02", "2月", "2026-04-21", "2026-05-02"},
		{"期末逢劳动节不顺延", "roll_due = false", "2026-03-02", "60日", "2026-04-21", "2026-05-01"},
		{"期末逢劳动节顺延", "roll_due = true", "2026-03-02", "60日", "2026-04-21", "2026-05-06"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := clock(t, c.start, c.term)
			_, r := bookWith(t, "[orange]\n"+c.text).Evaluate(at, at.Start)
			if r.Orange.String() != c.orange || r.Last.String() != c.last || r.Red != r.Last+1 {
				t.Errorf("橙灯首日 %q、最后允许日 %s、红灯 %s,应为 %q、%s 及其次日", r.Orange, r.Last, r.Red, c.orange, c.last)
			}
		})
	}
}

func Test延期后的橙灯(t *testing.T) {
	approved, last, start := day(t, "2026-05-28"), day(t, "2026-06-30"), day(t, "2026-03-02")
	if got := bookWith(t, "").Window(approved, last, start); got != day(t, "2026-06-24") {
		t.Errorf("按批准日起的时间为 %s,应为 2026-06-24", got)
	}
	if got := bookWith(t, "[orange]\nfull_span = true").Window(approved, last, start); got != day(t, "2026-06-10") {
		t.Errorf("按全程为 %s,应为 2026-06-10", got)
	}
}

func Test缺年份的日历标为未核定(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		name, start, term string
		want              bool
	}{
		{"全在有日历的年份", "2026-12-01", "20工作日", false},
		{"跨入没有日历的2027年", "2026-12-15", "20工作日", true},
		{"全在没有日历的年份", "2027-03-01", "5工作日", true},
		{"按日计的时限不看日历", "2026-12-15", "60日", false},
		{"按月计的时限不看日历", "2026-12-15", "18月", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, r := book.Evaluate(clock(t, c.start, c.term), day(t, c.start)); r.Unverified != c.want {
				t.Errorf("未核定 = %v,应为 %v", r.Unverified, c.want)
			}
		})
	}
	// 2027-01-01 is a Friday: without a calendar it counts as a working day.
	if got, _ := book.AddWorkdays(day(t, "2026-12-31"), 1); got != day(t, "2027-01-01") {
		t.Errorf("没有日历时 2026-12-31 的下一工作日为 %s,应只按周末计算", got)
	}
}

func Benchmark一个环节的灯(b *testing.B) {
	book := bookWith(b, "")
	for _, term := range []string{"90日", "20工作日", "18月", "8月"} {
		b.Run(term, func(b *testing.B) {
			at, today := clock(b, "2026-01-26", term), day(b, "2026-03-01")
			b.ReportAllocs()
			for b.Loop() {
				book.Evaluate(at, today)
			}
		})
	}
}

func Test一个环节的灯不占内存(t *testing.T) {
	book := bookWith(t, "")
	at, today := clock(t, "2026-01-26", "20工作日"), day(t, "2026-03-01")
	if n := testing.AllocsPerRun(100, func() { book.Evaluate(at, today) }); n != 0 {
		t.Errorf("算一次灯分配了 %v 次内存,应为0", n)
	}
}

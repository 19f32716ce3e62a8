package mechanism_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"junma/mechanism"
)

func Test日期按上海时间(t *testing.T) {
	for _, c := range []struct{ instant, want string }{
		{"2026-03-01T15:59:59Z", "2026-03-01"},
		{"2026-03-01T16:30:00Z", "2026-03-02"},
		{"2026-03-02T00:00:00+08:00", "2026-03-02"},
		{"1969-12-31T20:00:00+08:00", "1969-12-31"}, // before the epoch days round down, too
	} {
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := mechanism.DateOf(at).String(); got != c.want {
			t.Errorf("%s 属于 %s,应为 %s", c.instant, got, c.want)
		}
	}
	if got := day(t, "2026-03-02").At(9, 30).UTC().Format(time.RFC3339); got != "2026-03-02T01:30:00Z" {
		t.Errorf("3月2日9时30分为 %s", got)
	}
}

func Test加月取当月最后一日(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2024-08-31", 18, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2023-01-31", 1, "2023-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-10-15", 3, "2027-01-15"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
	} {
		if got := day(t, c.from).AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s 加 %d 个月为 %s,应为 %s", c.from, c.months, got, c.want)
		}
	}
}

func Test时限的写法(t *testing.T) {
	for text, want := range map[string]mechanism.Limit{
		"25日":   {N: 25, Unit: mechanism.Days},
		"20工作日": {N: 20, Unit: mechanism.WorkDays},
		"18月":   {N: 18, Unit: mechanism.Months},
		"18个月":  {N: 18, Unit: mechanism.Months},
		"":      {},
	} {
		if got, err := mechanism.ParseLimit(text); err != nil || got != want {
			t.Errorf("%q 读为 %v(%v),应为 %v", text, got, err, want)
		}
	}
	for _, text := range []string{"25", "25天", "日", "0日", "-3日", "+3日", "3.5日", "025日", "10000日", "25日日", "日25", " 25日", "25个日"} {
		if got, err := mechanism.ParseLimit(text); err == nil {
			t.Errorf("%q 竟读为 %v", text, got)
		}
	}
}

func Test日期和时限存取不变(t *testing.T) {
	type record struct {
		On    mechanism.Date
		Limit mechanism.Limit
		None  mechanism.Date
		Empty mechanism.Limit
	}
	want := record{On: day(t, "2026-03-02"), Limit: limit(t, "20工作日")}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != `{"On":"2026-03-02","Limit":"20工作日","None":"","Empty":""}` {
		t.Errorf("写成 %s", data)
	}
	var got record
	if err := json.Unmarshal(data, &got); err != nil || got != want {
		t.Errorf("读回 %+v(%v),应为 %+v", got, err, want)
	}
	for _, bad := range []string{`{"On":"2026-02-30"}`, `{"On":"2026/3/2"}`, `{"Limit":"三日"}`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s 竟被接受", bad)
		}
	}
}

// anyDay draws a day of 1970 to 2060; day 0 means "no date".
func anyDay(t *rapid.T) mechanism.Date {
	return mechanism.Date(rapid.IntRange(1, 33236).Draw(t, "day"))
}

func Test日期算术的性质(t *testing.T) {
	book := bookWith(t, "")
	t.Run("星期几与标准库一致", rapid.MakeCheck(func(t *rapid.T) {
		d := anyDay(t)
		if d.Weekday() != d.Time().Weekday() {
			t.Fatalf("%s 为 %s", d, d.Weekday())
		}
	}))
	t.Run("写出再读回不变", rapid.MakeCheck(func(t *rapid.T) {
		d := anyDay(t)
		if again, err := mechanism.ParseDate(d.String()); err != nil || again != d || mechanism.DateOf(d.Time()) != d {
			t.Fatalf("%s 读回 %s(%v)", d, again, err)
		}
	}))
	t.Run("加月落在应到的月份且不早于按28日计", rapid.MakeCheck(func(t *rapid.T) {
		d, n := anyDay(t), rapid.IntRange(0, 60).Draw(t, "months")
		from, to := d.Time(), d.AddMonths(n).Time()
		if to.Year()*12+int(to.Month()) != from.Year()*12+int(from.Month())+n || to.Day() > from.Day() || to.Day() < min(from.Day(), 28) {
			t.Fatalf("%s 加 %d 个月为 %s", d, n, d.AddMonths(n))
		}
	}))
	t.Run("进n个工作日再退n个回到起点之后的同一工作日", rapid.MakeCheck(func(t *rapid.T) {
		d, n := anyDay(t), rapid.IntRange(1, 60).Draw(t, "workdays")
		to, _ := book.AddWorkdays(d, n)
		if work, _ := book.Workday(to); !work {
			t.Fatalf("%s 进 %d 个工作日落在休息日 %s", d, n, to)
		}
		back, _ := book.AddWorkdays(to, -(n - 1))
		first, _ := book.AddWorkdays(d, 1)
		if back != first {
			t.Fatalf("%s 进 %d 个工作日到 %s,退 %d 个到 %s,应为 %s", d, n, to, n-1, back, first)
		}
	}))
	t.Run("灯只会变坏,期限依次为橙、末日、红", rapid.MakeCheck(func(t *rapid.T) {
		unit := rapid.SampledFrom([]mechanism.Unit{mechanism.Days, mechanism.WorkDays, mechanism.Months}).Draw(t, "unit")
		c := mechanism.Clock{Start: anyDay(t), Limit: mechanism.Limit{N: rapid.IntRange(1, 120).Draw(t, "n"), Unit: unit}}
		_, r := book.Evaluate(c, c.Start)
		if r.Red != r.Last+1 || !r.Orange.IsZero() && (r.Orange <= r.Start || r.Orange > r.Last) {
			t.Fatalf("%v 的期限为 %+v", c, r)
		}
		rank := map[mechanism.Light]int{mechanism.LightGreen: 0, mechanism.LightOrange: 1, mechanism.LightRed: 2}
		today := c.Start + mechanism.Date(rapid.IntRange(0, 4000).Draw(t, "after"))
		now, _ := book.Evaluate(c, today)
		next, _ := book.Evaluate(c, today+1)
		if rank[next] < rank[now] {
			t.Fatalf("%v 在 %s 为 %s,次日为 %s", c, today, now, next)
		}
	}))
}

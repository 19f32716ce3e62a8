package mechanism_test

import (
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"junma/mechanism"
)

func Test日历与节假日库逐日一致(t *testing.T) {
	book := bookWith(t, "")
	workdays := map[int]int{}
	for d := mechanism.NewDate(2024, time.January, 1); d < mechanism.NewDate(2027, time.January, 1); d++ {
		want := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		if holiday := HolidayUtil.GetHoliday(d.String()); holiday != nil {
			want = holiday.IsWork()
		}
		work, known := book.Workday(d)
		if work != want || !known {
			t.Errorf("%s 工作日=%v(核定=%v),节假日库为 %v", d, work, known, want)
		}
		if work {
			workdays[d.Year()]++
		}
	}
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		if workdays[year] != want {
			t.Errorf("%d 年有 %d 个工作日,应为 %d", year, workdays[year], want)
		}
	}
}

func Test日历之外只按周末且未核定(t *testing.T) {
	book := bookWith(t, "")
	for _, c := range []struct {
		day  string
		work bool
	}{{"2027-01-01", true}, {"2027-01-02", false}, {"2023-10-02", true}, {"2023-10-01", false}} {
		if work, known := book.Workday(day(t, c.day)); work != c.work || known {
			t.Errorf("%s 工作日=%v、核定=%v,应为 %v、未核定", c.day, work, known, c.work)
		}
	}
}

func Test补上一年的日历即核定(t *testing.T) {
	book := bookWith(t, `
[[calendar]]
year = 2027
source = "试验用"
off = [{ from = "2027-01-01", to = "2027-01-03", name = "元旦" }]
work = [{ from = "2027-01-09", name = "元旦调休" }]
[[calendar]]
year = 2030
source = "试验用"`)
	got, verified := book.AddWorkdays(day(t, "2026-12-31"), 6)
	if got != day(t, "2027-01-09") || !verified {
		t.Errorf("2026-12-31 后第6个工作日为 %s(核定=%v),应为 2027-01-09", got, verified)
	}
	if _, known := book.Workday(day(t, "2026-06-01")); !known {
		t.Error("补了2027年,2026年的日历却没有了")
	}
	if work, known := book.Workday(day(t, "2028-10-02")); !work || known {
		t.Errorf("夹在中间没有日历的2028年:工作日=%v、核定=%v", work, known)
	}
}

package sandbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"junma/sandbox"
)

var shanghai = time.FixedZone("CST", 8*3600)

func TestTarget(t *testing.T) {
	tuesday := time.Date(2026, 4, 21, 9, 30, 0, 0, shanghai)
	evening := time.Date(2026, 4, 21, 20, 0, 0, 0, shanghai)
	holiday := func(day time.Time) bool {
		return day.Day() != 22 && day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	}
	cases := []struct {
		name    string
		now     time.Time
		to      string
		workday func(time.Time) bool
		want    string
	}{
		{"日期是当日18时", tuesday, "2026-05-01", nil, "2026-05-01T18:00:00+08:00"},
		{"今日未到18时", tuesday, "2026-04-21", nil, "2026-04-21T18:00:00+08:00"},
		{"今日已过18时", evening, "2026-04-21", nil, "2026-04-21T20:00:00+08:00"},
		{"时刻", tuesday, "2026-04-21T18:30:00+08:00", nil, "2026-04-21T18:30:00+08:00"},
		{"别的时区的时刻", tuesday, "2026-04-21T10:30:00Z", nil, "2026-04-21T18:30:00+08:00"},
		{"加一天", tuesday, "+1d", nil, "2026-04-22T09:30:00+08:00"},
		{"加三小时", tuesday, "+3h", nil, "2026-04-21T12:30:00+08:00"},
		{"前后有空格", tuesday, " +1d ", nil, "2026-04-22T09:30:00+08:00"},
		{"次日是工作日", tuesday, "workday", nil, "2026-04-22T09:00:00+08:00"},
		{"次日放假", tuesday, "workday", holiday, "2026-04-23T09:00:00+08:00"},
		{"周五之后是周一", time.Date(2026, 4, 24, 9, 0, 0, 0, shanghai), "workday", nil, "2026-04-27T09:00:00+08:00"},
		{"工作日清早就在当日", time.Date(2026, 4, 21, 6, 0, 0, 0, shanghai), "workday", nil, "2026-04-21T09:00:00+08:00"},
		{"正好366天", tuesday, "+366d", nil, "2027-04-22T09:30:00+08:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := sandbox.Target(c.now, c.to, c.workday)
			if err != nil {
				t.Fatal(err)
			}
			if text := got.Format(time.RFC3339); text != c.want {
				t.Errorf("got %s, want %s", text, c.want)
			}
		})
	}
}

func TestTargetRefuses(t *testing.T) {
	now := time.Date(2026, 4, 21, 9, 30, 0, 0, shanghai)
	cases := []struct{ name, to, says string }{
		{"空", "", "请写日期"},
		{"不是日期", "明天", "请写日期"},
		{"没有这一天", "2026-02-30", "请写日期"},
		{"只有加号", "+", "请写日期"},
		{"没有单位", "+3", "请写日期"},
		{"别的单位", "+3m", "请写日期"},
		{"负数", "+-3d", "请写日期"},
		{"昨天", "2026-04-20", "时钟不能倒拨,现在是 2026年4月21日 09:30"},
		{"早一分钟", "2026-04-21T09:29:00+08:00", "时钟不能倒拨"},
		{"太远的日期", "2028-01-01", "一次最多拨 366 天"},
		{"大得溢出", "+2000000000h", "一次最多拨 366 天"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := sandbox.Target(now, c.to, nil)
			var refusal sandbox.Refusal
			if !errors.As(err, &refusal) || !strings.HasPrefix(refusal.Error(), c.says) {
				t.Errorf("got %v, want a refusal that begins %q", err, c.says)
			}
		})
	}
}

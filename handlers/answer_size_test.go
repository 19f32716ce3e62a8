package handlers_test

import (
	"fmt"
	"strings"
	"testing"
)

// 一张卡片放得下一页清单和它的数字,名称再长、单位再多也不截断。
func TestAnAnswerFitsOneCard(t *testing.T) {
	c := newChat(t, "2026-05-18")
	roster := `{"units":[`
	var records []string
	for i := range 12 {
		unit := fmt.Sprintf("第%d街道办事处新区", i+10)
		roster += fmt.Sprintf(`{"name":%q,"kind":"镇街"},`, unit)
		for k, start := range []string{"2026-04-20", "2026-04-25"} {
			name := fmt.Sprintf(`"name":"年产%d万吨高性能硅基新材料及配套仓储物流一体化扩建项目%d期"`, i, k)
			records = append(records, record(fmt.Sprintf("l%d-%d", i, k), name, fmt.Sprintf(`"town":%q`, unit),
				fmt.Sprintf(`"stages":[{"stage":"工程规划许可","start":%q,"limit":"25日"},{"stage":"施工许可","start":%q,"limit":"25日"}]`, start, start)))
		}
	}
	c.enrol(roster[:len(roster)-1] + `]}`)
	c.take(records...)
	for _, words := range []string{"谁没办", "全市情况", "各镇街预警", "最近哪些项目有问题", "在办项目", "未来30天哪些会亮灯", "红灯谁没办"} {
		c.say("zhao", words)
		_, text, _ := strings.Cut(c.phones.last("zhao"), "\n") // without the title
		text, _, _ = strings.Cut(text, "\n[")                  // and the buttons
		if n := len(text); n > 980 {                           // DingTalk shows 1 KB, marks included
			t.Errorf("%s is answered with %d bytes:\n%s", words, n, text)
		}
	}
	c.say("zhao", "谁没办")
	c.expect("zhao", "5. ", "第1页")
}

// enrol takes more of a roster.
func (c *chat) enrol(body string) {
	c.t.Helper()
	if got, err := c.handlers.TakeRoster(c.t.Context(), strings.NewReader(body)); err != nil || got.Rejected > 0 {
		c.t.Fatalf("roster: %v %+v", err, got)
	}
}

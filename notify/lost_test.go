package notify_test

import (
	"strings"
	"testing"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// 机器人被移出协调群:同样的文字单发给该单位的人,专班得知一次,绑定撤下,下一次不再试。
func TestALostGroupIsToldOneToOne(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{groups: allGroups()})
	tw.chat.failing(func(s sight, _ int) error {
		if s.To.Group != "" {
			return failed(bot.Gone)
		}
		return nil
	})
	redFromPlatform(tw, 0, mechanism.StartSupervision, "2026-05-12", "15日", "2026-05-28")
	tw.drain()
	var titles []string
	for _, person := range []string{"chen", "li"} {
		titles = append(titles, tw.chat.titles(person)...)
	}
	if got := strings.Count(strings.Join(titles, "\n"), "【交办单】"); got != 2 {
		t.Errorf("下涯镇 saw %v, want the posting for both its people", titles)
	}
	told := 0
	for _, s := range tw.chat.shown("zhao") {
		if strings.Contains(written(s.Card), "机器人已不在下涯镇第一级协调群,或该群已解散,协调件已改为单发该单位责任领导和联系人。") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("专班 was told %d times, want once", told)
	}
	must(t, tw.store.View(tw.ctx, func(v *store.View) error {
		roster, err := v.Roster()
		if err != nil {
			return err
		}
		if g, ok := roster.Group("下涯镇", 1); ok && g.IDs[platformName] != "" {
			t.Errorf("the group is still bound: %+v", g)
		}
		return nil
	}))
}

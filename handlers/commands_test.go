package handlers_test

import (
	"strings"
	"testing"
)

// newTown is a city with several projects: an orange and a red of 下涯镇, a green, and a scouting project.
func newTown(t *testing.T) *chat {
	t.Helper()
	c := newChat(t, "2026-05-18")
	c.take(
		record("p1", `"name":"云溪新材料项目"`, `"stages":[{"stage":"施工许可","start":"2026-04-25","limit":"25日"}]`),
		record("p2", `"name":"梅岭智能装备项目"`, `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`),
		record("p3", `"name":"航头纺织项目"`, `"town":"大同镇"`, `"stages":[{"stage":"施工许可","start":"2026-05-16","limit":"25日"}]`),
		record("p4", `"name":"青山项目"`, `"town":"大同镇"`, `"stages":[{"stage":"盯引","start":"2026-03-01","limit":"80日"}]`),
		record("p5", `"name":"青山二期项目"`, `"town":"大同镇"`, `"stages":[{"stage":"施工许可","start":"2026-05-16","limit":"25日"}]`),
	)
	return c
}

func TestTodo(t *testing.T) {
	c := newTown(t)
	c.say("chen", "我的待办")
	c.expect("chen", "待办2件(截至5月18日 09:30)",
		"1. 云溪新材料项目 · 施工许可(橙色预警):请报送情况,5月20日前\n2. 梅岭智能装备项目 · 施工许可(红灯):请报送情况,5月21日前",
		"[1 报送情况 云溪新材料项目]", "[2 报送情况 梅岭智能装备项目]")
	c.say("lin", "我的待办")
	c.expect("lin", "没有等你办理的事项") // nothing is reported yet; only 已完成办理 is open
	c.report("p2")
	c.say("lin", "待办")
	c.expect("lin", "待办1件", "梅岭智能装备项目 · 施工许可(红灯):请办理,5月25日前")
	c.say("chen", "我的待办")
	c.expect("chen", "待办1件", "云溪新材料项目")
}

func TestTodaysListOnDemand(t *testing.T) {
	c := newTown(t)
	c.say("zhao", "今日清单")
	c.expect("zhao", "截至5月18日 09:30", "新增橙色预警", "云溪新材料项目(施工许可)", "新增红灯预警", "梅岭智能装备项目(施工许可)", "在办:")
	c.say("chen", "今日清单")
	c.expect("chen", "“今日清单”由业务专班办理,你单位无此权限")
	c.expectNot("chen", "新增橙色预警")
	quiet := newChat(t, "2026-05-11")
	quiet.say("zhao", "今日清单")
	quiet.expect("zhao", "今日没有需要专班关注的事项")
}

func TestStatusOfAProject(t *testing.T) {
	c := newTown(t)
	c.log.Reset()
	c.say("chen", "状态 云溪")
	c.say("chen", "状态:梅岭智能装备项目")
	c.say("qian", "状态 航头纺织")
	c.golden("status")
	c.say("qian", "状态 青山")
	c.expect("qian", "有2个项目的名称含“青山”,请写全名称", "青山项目", "青山二期项目")
	c.say("qian", "状态 青山项目")
	c.expect("qian", "盯引:橙色预警")
	c.say("chen", "状态")
	c.expect("chen", "职责范围内情况", "在办项目2个", "红灯1个:未办理1个")
	c.say("chen", "状态 没有的项目")
	c.expect("chen", "没有找到“没有的项目”")
}

func TestStatusRespectsRights(t *testing.T) {
	c := newTown(t)
	for _, tc := range []struct{ person, words, want string }{
		{"chen", "航头纺织项目", "没有找到"}, // another town's
		{"qian", "航头纺织项目", "施工许可:绿灯"},
		{"lin", "航头纺织项目", "施工许可:绿灯"},  // the stage's department
		{"wang", "航头纺织项目", "施工许可:绿灯"}, // the sector's lead
		{"zhao", "航头纺织项目", "施工许可:绿灯"}, // 专班
		{"li", "航头纺织项目", "施工许可:绿灯"},   // a city leader
		{"sun", "航头纺织项目", "施工许可:绿灯"},  // copied on approval stages
		{"sun", "青山项目", "没有找到"},       // 盯引 is not for copied units
		{"lin", "青山项目", "没有找到"},       // nor for a department of later stages
		{"zhao", "青山项目", "盯引:橙色预警"},
		{"wang", "青山项目", "盯引:橙色预警"}, // board lead
	} {
		t.Run(tc.person+" "+tc.words, func(t *testing.T) {
			c.say(tc.person, "状态 "+tc.words)
			c.expect(tc.person, tc.want)
		})
	}
}

func TestStatusOfAUnit(t *testing.T) {
	c := newTown(t)
	c.say("zhao", "状态 下涯镇")
	c.expect("zhao", "# 下涯镇情况", "在办项目2个", "红灯1个:未办理1个。", "橙色预警1个:未办理1个。", "[看红灯]")
	c.say("chen", "状态 住建")
	c.expect("chen", "市住建局情况", "红灯1个", "橙色预警1个", "只计你单位职责范围以内的")
	c.say("qian", "状态 下涯镇")
	c.expect("qian", "下涯镇没有在办项目和预警", "只计你单位职责范围以内的")
	c.expectNot("qian", "云溪", "梅岭")
}

// A limit that is not confirmed shows its light, but says that it is only a hint.
func TestStatusMarksHints(t *testing.T) {
	c := newChat(t, "2026-05-18", noSamples)
	c.take(record("p1", `"name":"云溪新材料项目"`, `"stages":[{"stage":"施工许可","start":"2026-04-01"}]`))
	c.say("chen", "状态 云溪")
	c.expect("chen", "施工许可:红灯提示,不作预警", "时限为示例,未核定")
}

func TestReleaseBacklog(t *testing.T) {
	newBacklog := func(t *testing.T) *chat {
		t.Helper()
		c := newChat(t, "2026-05-18")
		body := "[" + permitRecord("p1", "云溪新材料项目") + "," + permitRecord("p2", "梅岭智能装备项目") + "]"
		if got, err := c.handlers.TakeRecords(t.Context(), strings.NewReader(body), false, true); err != nil || got.Rejected > 0 {
			t.Fatalf("records: %v %+v", err, got)
		}
		c.settle()
		return c
	}
	t.Run("一个项目", func(t *testing.T) {
		c := newBacklog(t)
		c.say("chen", "我的待办")
		c.expect("chen", "没有等你办理的事项")
		c.say("zhao", "存量转办 云溪新材料项目")
		c.saw("zhao", "已转办1个项目的存量预警")
		c.saw("chen", "云溪新材料项目", "[报送情况]")
		if c.theCase("p1").Backlog || !c.theCase("p2").Backlog {
			t.Error("not exactly the named project is released")
		}
	})
	t.Run("全部", func(t *testing.T) {
		c := newBacklog(t)
		c.say("zhao", "存量转办 全部")
		c.saw("zhao", "已转办2个项目的存量预警")
		c.say("zhao", "存量转办 全部")
		c.expect("zhao", "没有找到")
	})
	t.Run("别人没有这个命令", func(t *testing.T) {
		c := newBacklog(t)
		c.say("chen", "存量转办 全部")
		c.expect("chen", "由业务专班办理,你单位无此权限")
		if !c.theCase("p1").Backlog {
			t.Error("released by a contact")
		}
	})
}

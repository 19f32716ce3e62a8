package notify_test

import (
	"strings"
	"testing"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// owner adds the people that the chains of government projects and of the zone need.
func owner(all []store.Person) []store.Person {
	for _, p := range []struct{ id, name, unit string }{
		{"jiao", "焦某", "市交通局"}, {"ye", "叶某", "建德城投公司"}, {"guan", "管某", "开发区管委会"}, {"fa", "法某", "市发改局"},
	} {
		all = append(all, store.Person{
			ID: p.id, Name: p.name, Unit: p.unit, Role: mechanism.RoleContact, Active: true,
			Accounts: map[string]string{platformName: "u-" + p.id},
		})
	}
	return all
}

// road is a government project in its Nth red.
func road(tw *town, earlier int) {
	tw.at("2026-05-28 09:00")
	tw.event("JD-2026-0003", mechanism.RecordArrived{Record: mechanism.Record{
		ID: "JD-2026-0003", Name: "新安江大桥改建工程", Category: mechanism.Government, FilingKind: mechanism.FilingBasic,
		Owner: "建德城投公司", Town: "下涯镇", IndustryDept: "市交通局", InvestmentWan: 8600, RedCount: earlier,
		Stages: []mechanism.StageRecord{{Stage: mechanism.StartSupervision, Start: date("2026-05-12"), Limit: limitOf("15日")}},
	}}, "")
}

// zone is an industrial project in the zone in its Nth red.
func zone(tw *town, earlier int) {
	tw.at("2026-05-28 09:00")
	tw.event("JD-2026-0004", mechanism.RecordArrived{Record: mechanism.Record{
		ID: "JD-2026-0004", Name: "航空部件二期", Category: mechanism.Industry, InZone: true, FilingKind: mechanism.FilingBasic,
		Owner: "航空部件有限公司", InvestmentWan: 30000, RedCount: earlier,
		Stages: []mechanism.StageRecord{{Stage: mechanism.StartSupervision, Start: date("2026-05-12"), Limit: limitOf("15日")}},
	}}, "")
}

var moreStories = []story{
	{"协调-政府投资第一级", "jiao", func(tw *town) { road(tw, 0) }},
	{"协调-政府投资第二级", "fa", func(tw *town) { road(tw, 1) }},
	{"协调-开发区第二级", "guan", func(tw *town) { zone(tw, 1) }},
	{"协调-第二级有前情", "jingxin", func(tw *town) {
		redStory(tw)
		tw.at("2026-05-18 10:00")
		tw.event(yunxi, report(2, "施工合同未备齐,监理单位尚未确定,总包与分包界面划分存在争议,企业拟重新招标,预计六月底前完成"), "chen")
		disposed(tw, "2026-05-19 10:00", mechanism.Disposed{Case: 2, Option: mechanism.Ongoing, Date: date("2026-06-20")})
		disposed(tw, "2026-05-25 10:00", mechanism.Disposed{Case: 2, Option: mechanism.Completed, Date: date("2026-05-25")})
		tw.at("2026-07-01 09:00")
		r := record(mechanism.StatisticsEntry, "2026-05-01", "60日")
		r.Stages = append(r.Stages, mechanism.StageRecord{Stage: mechanism.ConstructionPermit, Start: date("2026-04-20"), Done: date("2026-05-25")})
		tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	}},
	{"销号超时-环节部门", "lin", overdueStory},
	{"销号超时-专班", "zhao", overdueStory},
	{"已自动销号-平台", "chen", func(tw *town) {
		redStory(tw)
		r := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
		r.Lights = []mechanism.LightRecord{{Stage: mechanism.ConstructionPermit, Level: mechanism.Red, Since: date("2026-05-16"), Ref: "HZ-1"}}
		tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
		tw.at("2026-05-20 09:00")
		r.Lights[0].Off = true
		tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	}},
	{"红灯推送-平台亮灯无时限", "chen", func(tw *town) {
		tw.at("2026-05-20 09:00")
		r := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
		r.Stages = nil
		r.Lights = []mechanism.LightRecord{{Stage: mechanism.ConstructionPermit, Level: mechanism.Red, Since: date("2026-05-16"), Ref: "HZ-1"}}
		tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	}},
	{"今日清单-有超时有提示", "zhao", func(tw *town) {
		overdueStory(tw)
		tw.at("2026-09-14 08:00")
		r := record(mechanism.LandAcquisition, "2026-05-01", "")
		r.ID, r.Name, r.Code = "JD-2026-0007", "未核定时限的项目", ""
		tw.event(r.ID, mechanism.RecordArrived{Record: r}, "")
		tw.drain()
		tw.at("2026-09-14 09:00")
		tw.tell(&mechanism.Project{}, dailyList("2026-09-14"))
	}},
}

func dailyList(day string) mechanism.Notification {
	return mechanism.Notification{
		Kind: mechanism.KindDailyList, Key: "daily-list/" + day, On: date(day), To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
	}
}

// 各链条、各层级和少见情形的全文。
func TestMoreGoldenCards(t *testing.T) {
	for _, s := range moreStories {
		t.Run(s.name, func(t *testing.T) {
			tw := newTown(t, "2026-05-01", setup{groups: allGroups(), people: owner})
			s.tell(tw)
			tw.drain()
			card := tw.chat.last(t, s.who).Card
			checkBody(t, card)
			golden(t, s.name, written(card))
		})
	}
}

// 一次导入的存量只列一张清单,几分钟内到齐的都在上面。
func TestBacklogIsOneList(t *testing.T) {
	tw := newTown(t, "2026-05-20 09:00", setup{})
	for i, name := range []string{"甲项目", "乙项目", "丙项目", "丁项目"} {
		r := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
		r.ID, r.Name, r.Code = "JD-"+string(rune('1'+i)), name, ""
		tw.event(r.ID, mechanism.RecordArrived{Record: r, Baseline: true}, "")
	}
	tw.drain()
	if got := tw.chat.titles("zhao"); len(got) > 0 {
		t.Fatalf("the list went out before the import was over: %v", got)
	}
	tw.at("2026-05-20 09:05")
	tw.drain()
	all := tw.chat.shown("zhao")
	if len(all) != 1 {
		t.Fatalf("专班 got %d lists, want 1", len(all))
	}
	if got := all[0].Card.Lines[1].String(); got != "红灯4件:甲项目(施工许可)、乙项目(施工许可)、丙项目(施工许可)等。" {
		t.Errorf("the list says %q", got)
	}
}

// 事项再多,清单也不超过一张卡片,并写明还有几类没有列出。
func TestDailyListFitsOneCard(t *testing.T) {
	tw := newTown(t, "2026-05-11 09:00", setup{})
	p := mechanism.Project{ID: "JD-1", Name: "名称很长很长很长很长很长的项目"}
	for _, why := range []mechanism.HintWhy{
		mechanism.HintUnconfirmed, mechanism.HintInferred, mechanism.HintNotOnPlatform, mechanism.HintGone, mechanism.HintStillLit,
		mechanism.HintYellowRead, mechanism.HintNoDoneDate, mechanism.HintDoneOnlyHere,
	} {
		for _, stage := range mechanism.Stages[4:7] {
			p.Hints = append(p.Hints, mechanism.Hint{Stage: stage, Why: why})
		}
	}
	tw.save(&p)
	tw.tell(&mechanism.Project{}, dailyList("2026-05-11"))
	tw.drain()
	lines := tw.chat.last(t, "zhao").Card.Lines
	size := 0
	for _, line := range lines {
		size += len(line.String())
	}
	if size > 1024 {
		t.Errorf("the list has %d bytes, more than a card's 1 KB", size)
	}
	if last := lines[len(lines)-1].String(); last != "另有4类事项未列出,上列事项处理后再列。" {
		t.Errorf("the list ends with %q after %d lines", last, len(lines))
	}
}

// 没有事项的日子不发清单。
func TestDailyListWithNothingToSay(t *testing.T) {
	tw := newTown(t, "2026-05-11 09:00", setup{})
	tw.tell(&mechanism.Project{}, dailyList("2026-05-11"))
	tw.drain()
	if d := tw.only(mechanism.KindDailyList, "zhao"); d.State != store.DeliverySuperseded || d.Reason == "" {
		t.Errorf("the list is %s (%s)", d.State, d.Reason)
	}
}

// 重发时已过消息时段的,等到下一个时段;过了下一次推送日的,不再发送。
func TestRetriesKeepToTheHours(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{hours: "09:00-18:00"})
	tw.chat.failing(func(sight, int) error { return failed(bot.Retry) })
	tw.at("2026-05-11 17:59")
	tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-04-20", "25日")}, "")
	d := tw.only(mechanism.KindPush, "chen")
	for _, push := range tw.deliveries(store.DeliveryFilter{Kind: string(mechanism.KindPush)}) {
		tw.untilSettled(push.ID, store.DeliveryWaiting)
	}
	tw.chat.failing(nil)
	tw.at("2026-05-11 18:30")
	tw.later(time.Hour)
	tw.drain()
	got := tw.until(d.ID, store.DeliveryWaiting)
	if !got.NotBefore.Equal(instant(t, "2026-05-12 09:00")) || !strings.HasPrefix(got.Reason, "不在消息时段") {
		t.Errorf("the retry waits until %s (%s)", got.NotBefore.In(mechanism.Shanghai), got.Reason)
	}
	tw.at("2026-06-10 09:00")
	tw.drain()
	if got := tw.until(d.ID, store.DeliverySuperseded); got.Reason != "已过有效时间,不再发送。" {
		t.Errorf("a push of a past cycle ended as %q", got.Reason)
	}
}

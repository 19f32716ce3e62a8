package notify_test

import (
	"testing"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// story is one kind of card: how it comes about, and who sees it last.
type story struct {
	name string
	who  string
	tell func(tw *town)
}

// orangeStory is F.1: 施工许可 from 4月20日, 25日; orange on 5月10日.
func orangeStory(tw *town) {
	tw.at("2026-05-10 09:00")
	tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-04-20", "25日")}, "")
}

func redStory(tw *town) {
	orangeStory(tw)
	tw.at("2026-05-16 09:00")
	tw.event(yunxi, mechanism.DayBegan{}, "")
}

func reportedStory(tw *town) {
	orangeStory(tw)
	tw.at("2026-05-11 10:26")
	tw.event(yunxi, report(1, "施工图审查消防意见未闭合,预计5月12日补齐。"), "chen")
}

func disposed(tw *town, at string, d mechanism.Disposed) {
	tw.at(at)
	d.Confirm = "确认办理"
	tw.event(yunxi, d, "lin")
}

// redFromPlatform makes the project's Nth red on a day, by earlier reds in the record.
func redFromPlatform(tw *town, earlier int, stage mechanism.Stage, start, limit, day string) {
	tw.at(day + " 09:00")
	r := record(stage, start, limit)
	r.RedCount = earlier
	tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
}

var stories = []story{
	{"橙色推送-责任单位", "chen", orangeStory},
	{"橙色推送-环节部门", "lin", orangeStory},
	{"橙色推送-牵头和阶段", "zhou", orangeStory},
	{"橙色推送-接入即橙", "chen", func(tw *town) {
		tw.at("2026-05-12 09:00")
		tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-04-20", "25日")}, "")
	}},
	{"红灯推送-责任单位", "chen", redStory},
	{"红灯推送-环节部门", "lin", redStory},
	{"红灯推送-接入时已逾期", "chen", func(tw *town) {
		tw.at("2026-05-20 09:00")
		tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-04-20", "25日")}, "")
	}},
	{"第2次推送", "chen", func(tw *town) {
		redStory(tw)
		tw.at("2026-05-18 10:00")
		tw.event(yunxi, report(2, "消防专业意见仍在修改"), "chen")
		disposed(tw, "2026-06-05 10:00", mechanism.Disposed{Case: 2, Option: mechanism.Ongoing, Date: date("2026-06-20")})
		tw.at("2026-06-15 09:00")
		tw.event(yunxi, mechanism.DayBegan{}, "")
	}},
	{"第4次推送-最后一次", "chen", func(tw *town) {
		redStory(tw)
		for _, day := range []string{"2026-06-15", "2026-07-15", "2026-08-14"} {
			tw.at(day + " 09:00")
			tw.event(yunxi, mechanism.DayBegan{}, "")
		}
	}},
	{"催办-责任单位", "chen", func(tw *town) {
		redStory(tw)
		tw.at("2026-05-18 10:00")
		tw.event(yunxi, mechanism.Urged{Case: 2}, "zhao")
	}},
	{"催办-环节部门", "lin", func(tw *town) {
		reportedStory(tw)
		tw.at("2026-05-12 10:00")
		tw.event(yunxi, mechanism.Urged{Case: 1}, "zhao")
	}},
	{"提醒", "chen", reminderStory},
	{"提醒-周期届满", "chen", endingStory},
	{"待办理", "lin", reportedStory},
	{"待办理-建议已完成办理", "lin", func(tw *town) {
		orangeStory(tw)
		tw.at("2026-05-11 10:26")
		proposed := report(1, "施工许可证已于5月10日取得。")
		proposed.Proposal = mechanism.Completed
		tw.event(yunxi, proposed, "chen")
	}},
	{"退回补充", "chen", func(tw *town) {
		reportedStory(tw)
		tw.at("2026-05-12 09:30")
		tw.event(yunxi, mechanism.Returned{Case: 1, Reason: "请补充设计单位的修改单。"}, "lin")
	}},
	{"结果-正在办理", "chen", func(tw *town) {
		redFromPlatform(tw, 0, mechanism.ConstructionPermit, "2026-04-14", "25日", "2026-05-10")
		tw.at("2026-05-11 10:00")
		tw.event(yunxi, report(1, "施工图审查消防意见未闭合"), "chen")
		disposed(tw, "2026-05-12 10:00", mechanism.Disposed{Case: 1, Option: mechanism.Ongoing, Date: date("2026-05-30")})
	}},
	{"结果-已完成办理", "chen", func(tw *town) {
		reportedStory(tw)
		disposed(tw, "2026-05-12 15:00", mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-05-12")})
	}},
	{"结果-无需办理", "chen", func(tw *town) {
		reportedStory(tw)
		disposed(tw, "2026-05-12 15:00", mechanism.Disposed{Case: 1, Option: mechanism.NotNeeded, Reason: "数据有误", Note: "起算日登记有误"})
	}},
	{"结果-项目退出", "chen", func(tw *town) {
		reportedStory(tw)
		disposed(tw, "2026-05-12 15:00", mechanism.Disposed{Case: 1, Option: mechanism.Exit, Reason: "投资协议解除(建招协解〔2026〕3号)"})
	}},
	{"已自动销号", "chen", func(tw *town) {
		r := record(mechanism.StatisticsEntry, "2026-06-01", "60日")
		tw.at("2026-07-29 09:00")
		tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
		tw.at("2026-08-06 09:00")
		r.Stages[0].Done = date("2026-08-06")
		tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	}},
	{"预警撤销", "chen", func(tw *town) {
		orangeStory(tw)
		tw.at("2026-05-11 09:00")
		tw.event(yunxi, mechanism.RecordArrived{Record: record(mechanism.ConstructionPermit, "2026-05-10", "25日")}, "")
	}},
	{"销号超时-责任单位", "chen", overdueStory},
	{"销号超时-责任领导", "li", overdueStory},
	{"销号超时-牵头部门", "zhou", overdueStory},
	{"销号超时-再推送", "chen", func(tw *town) {
		overdueStory(tw)
		tw.at("2026-10-13 09:00")
		tw.event(yunxi, mechanism.DayBegan{}, "")
	}},
	{"协调-第一级交办单", "xiaya", func(tw *town) {
		redFromPlatform(tw, 0, mechanism.StartSupervision, "2026-05-12", "15日", "2026-05-28")
	}},
	{"协调-第二级上报", "jingxin", func(tw *town) {
		redFromPlatform(tw, 1, mechanism.StatisticsEntry, "2026-05-29", "60日", "2026-07-29")
	}},
	{"协调-第三级呈阅", "city", func(tw *town) {
		tier3(tw)
		tw.at("2026-06-10 10:00")
	}},
	{"协调-第三级待发出", "zhao", tier3},
	{"协调-第三级已暂缓", "zhao", func(tw *town) {
		tier3(tw)
		tw.drain()
		tw.at("2026-06-10 09:10")
		tw.event("JD-2026-0002", mechanism.EscalationWithheld{Case: 1, Reason: "市领导已另行部署"}, "zhao")
	}},
	{"责任核定", "zhao", func(tw *town) {
		orangeStory(tw)
		tw.at("2026-05-11 10:00")
		tw.event(yunxi, mechanism.Disclaimed{Case: 1, Reason: "项目用地在梅城镇,应由梅城镇负责。"}, "chen")
	}},
	{"数据提醒", "zhao", func(tw *town) {
		tw.tell(nil, mechanism.Notification{
			Kind: mechanism.KindAlarm, Key: "alarm/test", On: date("2026-05-10"), To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
			Alarm: "项目“云溪”登记的属地“下崖镇”不在单位名册中,发给该单位的预警无法送达,请核对名称或补登名册。",
		})
	}},
	{"责任核定-维持原责任", "chen", settledBy(mechanism.Upheld{Case: 1, Reason: "用地在下涯镇范围内"})},
	{"责任核定-改定责任", "chen", settledBy(mechanism.Transferred{Case: 1, Unit: "梅城镇", Reason: "用地在梅城镇"})},
	{"未送达", "zhao", func(tw *town) {
		tw.chat.failing(func(s sight, _ int) error {
			if s.To.User == "u-chen" {
				return failed(bot.Refused)
			}
			return nil
		})
		orangeStory(tw)
	}},
	{"今日清单", "zhao", func(tw *town) {
		orangeStory(tw)
		tw.drain()
		tw.tell(&mechanism.Project{}, mechanism.Notification{
			Kind: mechanism.KindDailyList, Key: "daily-list/2026-05-10", On: date("2026-05-10"),
			To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
		})
	}},
	{"存量清单", "zhao", func(tw *town) {
		tw.at("2026-05-20 09:00")
		r := record(mechanism.ConstructionPermit, "2026-04-20", "25日")
		tw.event(yunxi, mechanism.RecordArrived{Record: r, Baseline: true}, "")
		tw.at("2026-05-20 09:10")
	}},
	{"旧卡片-已销号", "lin", func(tw *town) {
		reportedStory(tw)
		tw.drain()
		disposed(tw, "2026-05-12 15:00", mechanism.Disposed{Case: 1, Option: mechanism.Completed, Date: date("2026-05-12")})
	}},
	{"旧卡片-已转红灯", "chen", func(tw *town) {
		orangeStory(tw)
		tw.drain()
		tw.chat.failing(func(s sight, _ int) error {
			if s.Effect == "card" {
				return failed(bot.Refused)
			}
			return nil
		})
		tw.at("2026-05-16 09:00")
		tw.event(yunxi, mechanism.DayBegan{}, "")
	}},
}

func overdueStory(tw *town) {
	redStory(tw)
	for _, day := range []string{"2026-06-15", "2026-07-15", "2026-08-14", "2026-09-13"} {
		tw.at(day + " 09:00")
		tw.event(yunxi, mechanism.DayBegan{}, "")
	}
}

// tier3 is F.3: 梅岭 in 在建, 36个月 until 6月1日, its third red on 6月10日, held for half an hour.
func tier3(tw *town) {
	tw.at("2026-06-10 09:00")
	r := mechanism.Record{
		ID: "JD-2026-0002", Name: "梅岭智能装备产业园(一期)", Category: mechanism.Industry, FilingKind: mechanism.FilingBasic,
		Owner: "梅岭装备有限公司", Town: "梅城镇", InvestmentWan: 126000, RedCount: 2,
		Stages: []mechanism.StageRecord{{Stage: mechanism.Construction, Start: date("2023-06-01"), Limit: limitOf("36月")}},
	}
	tw.event(r.ID, mechanism.RecordArrived{Record: r}, "")
}

// 每一种卡片的全文都有一个金样文件;改了文字就会在这里看见。
func TestGoldenCards(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			tw := newTown(t, "2026-05-01", setup{groups: allGroups()})
			s.tell(tw)
			tw.drain()
			card := tw.chat.last(t, s.who).Card
			checkBody(t, card)
			golden(t, s.name, written(card))
		})
	}
}

// [查看项目] 把项目情况画在按的人的卡片上,原有按钮仍在。
func TestFactsOnTheClickersCard(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	orangeStory(tw)
	tw.drain()
	card := tw.chat.last(t, "chen")
	tw.do(func(tx *store.Tx) error {
		facts, err := tw.n.DrawFacts(tx, card.ID, "chen")
		if err != nil {
			return err
		}
		golden(t, "查看项目", written(facts))
		for i, b := range facts.Buttons {
			if b.Label != card.Card.Buttons[i].Label {
				t.Errorf("button %d is %s, want %s", i, b.Label, card.Card.Buttons[i].Label)
			}
			if b.Ref == card.Card.Buttons[i].Ref {
				t.Errorf("button %s kept its reference, want a fresh one", b.Label)
			}
		}
		return nil
	})
}

// settledBy is an orange whose unit says 不归我办, and what 专班 decides.
func settledBy(decision mechanism.Event) func(*town) {
	return func(tw *town) {
		orangeStory(tw)
		tw.at("2026-05-11 10:00")
		tw.event(yunxi, mechanism.Disclaimed{Case: 1, Reason: "项目用地在梅城镇,应由梅城镇负责。"}, "chen")
		tw.event(yunxi, decision, "zhao")
	}
}

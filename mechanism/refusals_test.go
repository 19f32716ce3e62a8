package mechanism_test

import (
	"testing"

	"junma/mechanism"
)

// Test不许做的事 is the list under D.3 and the columns of D.5: each is refused, in words that say what to do or who may.
func Test不许做的事(t *testing.T) {
	noEvidence, noText, noCause, noTruth := report(1), report(1), report(1), report(1)
	noEvidence.Evidence, noText.Text, noCause.Cause, noTruth.Confirm = nil, " ", "别的", ""
	unconfirmed := dispose(1, mechanism.Completed)
	unconfirmed.Date, unconfirmed.Confirm = day(t, "2026-05-11"), ""
	exit := dispose(1, mechanism.Exit)
	proxied := notNeeded(1, "数据有误")
	proxied.Proxy = "部门联系人出差"
	w := orange(t)
	blank := w.completed(1, "2026-05-11")
	blank.Proxy = " "

	cases := []struct {
		name     string
		reported bool
		ev       mechanism.Event
		by       mechanism.Actor
		code     mechanism.Code
		words    []string
	}{
		{"责任单位选办理情形", true, w.completed(1, "2026-05-11"), chen, mechanism.CodeNotYours, []string{
			"预警办理由环节责任部门(市住建局)负责,你单位无此权限。如许可证已取得,可把证号和发证日期补充报送,我即转市住建局确认。",
		}},
		{"责任单位领导选办理情形", true, notNeeded(1, "数据有误"), boss, mechanism.CodeNotYours, []string{"市住建局"}},
		{"别的环节的部门办理", true, w.completed(1, "2026-05-11"), guizi, mechanism.CodeNotYours, []string{"环节责任部门(市住建局)负责"}},
		{"板块牵头办理", true, w.ongoing(1, "2026-06-01"), jingxin, mechanism.CodeNotYours, []string{"市住建局"}},
		{"市领导办理", true, w.ongoing(1, "2026-06-01"), mayor, mechanism.CodeNotYours, []string{"市住建局"}},
		{"系统办理", true, w.ongoing(1, "2026-06-01"), system, mechanism.CodeNotYours, nil},
		{"不相干的人办理", true, w.ongoing(1, "2026-06-01"), nobody, mechanism.CodeNotYours, nil},
		{"不相干的人查阅", false, mechanism.Responded{Case: 1}, nobody, mechanism.CodeNotYours, []string{"业务专班"}},
		{"部门报送", false, report(1), lin, mechanism.CodeNotYours, []string{"项目责任单位(下涯镇)"}},
		{"专班无理由代报", false, report(1), force, mechanism.CodeIncomplete, []string{"代办理由"}},
		{"专班代办理由为空白", true, blank, force, mechanism.CodeIncomplete, []string{"代办理由"}},
		{"专班无理由代办", true, w.completed(1, "2026-05-11"), force, mechanism.CodeIncomplete, []string{"代办理由"}},
		{"责任单位退回", true, mechanism.Returned{Case: 1, Reason: "不对"}, chen, mechanism.CodeNotYours, []string{"市住建局"}},
		{"部门说不归我办", false, mechanism.Disclaimed{Case: 1, Reason: "不是我"}, lin, mechanism.CodeNotYours, []string{"下涯镇"}},
		{"部门转办存量", false, mechanism.BacklogReleased{}, lin, mechanism.CodeNotYours, []string{"业务专班"}},
		{"部门发出协调", false, mechanism.EscalationReleased{Case: 1}, lin, mechanism.CodeNotYours, []string{"业务专班"}},
		{"部门暂缓协调", false, mechanism.EscalationWithheld{Case: 1, Reason: "缓"}, lin, mechanism.CodeNotYours, []string{"业务专班"}},
		{"责任单位录入数据", false, mechanism.RecordArrived{Record: yunxi(t)}, chen, mechanism.CodeNotYours, []string{"业务专班"}},
		{"人推进日期", false, mechanism.DayBegan{}, force, mechanism.CodeNotYours, nil},
		{"没有佐证", false, noEvidence, chen, mechanism.CodeIncomplete, []string{"佐证"}},
		{"没有情况", false, noText, chen, mechanism.CodeIncomplete, []string{"具体情况"}},
		{"没有原因", false, noCause, chen, mechanism.CodeIncomplete, []string{"土地要素", "其他"}},
		{"没有确认属实", false, noTruth, chen, mechanism.CodeIncomplete, []string{"属实"}},
		{"无报送退回", false, mechanism.Returned{Case: 1, Reason: "补"}, lin, mechanism.CodeState, []string{"下涯镇"}},
		{"退回无理由", true, mechanism.Returned{Case: 1}, lin, mechanism.CodeIncomplete, []string{"理由"}},
		{"无报送选正在办理", false, w.ongoing(1, "2026-06-01"), lin, mechanism.CodeState, []string{"下涯镇尚未报送"}},
		{"无报送选无需办理", false, notNeeded(1, "数据有误"), lin, mechanism.CodeState, []string{"下涯镇尚未报送"}},
		{"部门以代办为名绕过报送", false, proxied, lin, mechanism.CodeState, []string{"下涯镇尚未报送"}},
		{"无报送选项目退出", false, exit, lin, mechanism.CodeState, []string{"下涯镇尚未报送"}},
		{"正在办理没有预计完成日", true, dispose(1, mechanism.Ongoing), lin, mechanism.CodeIncomplete, []string{"预计完成日"}},
		{"预计完成日已过", true, w.ongoing(1, "2026-05-10"), lin, mechanism.CodeInvalid, []string{"2026年5月10日已过"}},
		{"已完成办理没有完成日期", true, dispose(1, mechanism.Completed), lin, mechanism.CodeIncomplete, []string{"完成日期"}},
		{"完成日期未到", true, w.completed(1, "2026-05-12"), lin, mechanism.CodeInvalid, []string{"2026年5月12日还没有到"}},
		{"完成日期早于起算", true, w.completed(1, "2026-04-19"), lin, mechanism.CodeInvalid, []string{"早于起算日2026年4月20日"}},
		{"没有第二次确认", true, unconfirmed, lin, mechanism.CodeIncomplete, []string{"确认"}},
		{"无需办理没有理由", true, notNeeded(1, "嫌麻烦"), lin, mechanism.CodeIncomplete, []string{"数据有误", "规则豁免"}},
		{"项目退出没有依据", true, exit, lin, mechanism.CodeIncomplete, []string{"退出依据"}},
		{"没有的情形", true, dispose(1, "再说"), lin, mechanism.CodeInvalid, []string{"无需办理、正在办理、已完成办理或项目退出"}},
		{"不归我办没有理由", false, mechanism.Disclaimed{Case: 1}, chen, mechanism.CodeIncomplete, []string{"为何不归"}},
		{"没有异议可核定", false, mechanism.Upheld{Case: 1, Reason: "是"}, force, mechanism.CodeState, []string{"没有待核定的异议"}},
		{"责任单位自己核定", false, mechanism.Transferred{Case: 1, Unit: "梅城镇", Reason: "辖区"}, chen, mechanism.CodeNotYours, []string{"责任由业务专班核定"}},
		{"部门核定", false, mechanism.Upheld{Case: 1, Reason: "是"}, lin, mechanism.CodeNotYours, []string{"责任由业务专班核定"}},
		{"没有的预警", false, report(9), chen, mechanism.CodeUnknown, []string{"我的待办"}},
		{"没有待发出的协调", false, mechanism.EscalationReleased{Case: 1}, force, mechanism.CodeState, []string{"没有等待发出"}},
		{"没有存量可转", false, mechanism.BacklogReleased{}, force, mechanism.CodeState, []string{"没有待转办"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := orange(t)
			if c.reported {
				w.do(report(1), chen)
			}
			before := encode(t, w.p)
			w.refused(c.ev, c.by, c.code, c.words...)
			if after := encode(t, w.p); after != before {
				t.Errorf("a refused act changed the project:\n%s\n%s", before, after)
			}
		})
	}
}

func Test已销号的预警只答现状(t *testing.T) {
	w := orange(t)
	w.do(w.completed(1, "2026-05-11"), lin)
	for _, ev := range []mechanism.Event{
		report(1), w.completed(1, "2026-05-11"), w.ongoing(1, "2026-06-01"), notNeeded(1, "数据有误"),
		mechanism.Returned{Case: 1, Reason: "补"},
		mechanism.Disclaimed{Case: 1, Reason: "不是"},
	} {
		by := lin
		switch ev.(type) {
		case mechanism.Reported, mechanism.Disclaimed:
			by = chen
		}
		w.refused(ev, by, mechanism.CodeFinal, "本预警已于2026年5月11日销号(办结)")
	}
	before := encode(t, w.p)
	w.do(mechanism.Responded{Case: 1}, boss)
	if encode(t, w.p) != before {
		t.Error("reading a closed case changed it")
	}
}

func Test销号超时后不能再选正在办理(t *testing.T) {
	w := early(t, "")
	w.begin("2026-06-30")
	w.at("2026-07-01").do(report(1), chen)
	w.stands(1, mechanism.Red, mechanism.Overdue, mechanism.WaitDepartment)
	w.refused(w.ongoing(1, "2026-08-01"), lin, mechanism.CodeState, "销号超时", "已完成办理")
	w.do(notNeeded(1, "规则豁免"), lin)
	w.stands(1, mechanism.Red, mechanism.Closed, "")
}

func Test专班写明理由可以代办(t *testing.T) {
	w := orange(t)
	proxy := notNeeded(1, "数据有误")
	proxy.Proxy = "市住建局联系人请假,经电话确认"
	w.do(proxy, force)
	w.stands(1, mechanism.Orange, mechanism.Closed, "")
	if d := w.last().Disposals[0]; d.Proxy != proxy.Proxy || d.By.Unit != mechanism.UnitTaskForce {
		t.Errorf("disposal %+v", d)
	}
}

func Test没有记录的项目先录入(t *testing.T) {
	w := newWorld(t, "2026-05-10", "")
	w.refused(mechanism.DayBegan{}, system, mechanism.CodeUnknown, "没有这个项目")
	r := yunxi(t)
	r.Stages[0].Start = day(t, "2026-05-11")
	w.refused(mechanism.RecordArrived{Record: r}, system, mechanism.CodeInvalid, "起算日2026年5月11日还没有到")
	w.record(yunxi(t))
	r = yunxi(t)
	r.Stages[0].Start, r.Stages[0].Done = 0, day(t, "2026-04-01")
	w.refused(mechanism.RecordArrived{Record: r}, system, mechanism.CodeInvalid, "早于起算日2026年4月20日")
}

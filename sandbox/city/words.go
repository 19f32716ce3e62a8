package city

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// trouble is why a stage does not get on, as a contact reports it. {日} stands for the day on which it should be over.
type trouble struct{ cause, text string }

// troubles are what holds up each stage.
var troubles = map[string][]trouble{
	"盯引": {
		{"企业意愿/市场", "企业投资方案仍在内部论证,已安排专人对接,预计{日}前给出明确意见。"},
		{"土地要素", "企业要求的地块面积大于现有供地方案,正会同规划部门比选地块,预计{日}前定下。"},
	},
	"签约": {
		{"企业意愿/市场", "投资协议中的产值承诺条款尚未谈定,已约企业下周再谈,预计{日}前签订。"},
		{"审批手续", "协议文本在合法性审查阶段,还差一轮修改,预计{日}前完成。"},
	},
	"拿地": {
		{"征迁政策处理", "地块内还有3户未签约,村里正在逐户做工作,预计{日}前完成净地。"},
		{"土地要素", "农转用指标还在报批,已按程序催办,预计{日}前取得批复。"},
		{"规划调整", "控规局部调整方案已公示,待批复后即可组织出让,预计{日}前挂牌。"},
	},
	"立项": {
		{"审批手续", "节能承诺材料需要补正,企业已委托咨询单位修改,预计{日}前补齐。"},
		{"设计中介", "可研报告按评审意见修改中,咨询单位承诺{日}前交稿。"},
		{"资金", "资本金证明未到位,业主正与银行对接,预计{日}前出具。"},
	},
	"工程规划许可": {
		{"规划调整", "总平方案退让道路红线不足,设计单位正在修改,预计{日}前重新报送。"},
		{"设计中介", "日照分析报告与方案不一致,中介机构正在复核,预计{日}前出具。"},
	},
	"施工许可": {
		{"审批手续", "施工图审查意见还差消防部分,设计单位在改,企业预计{日}前补齐。"},
		{"设计中介", "勘察报告补孔后需重新出具,预计{日}前完成审查。"},
		{"施工组织", "施工、监理招标已挂网,预计{日}前定标并办理许可。"},
	},
	"开工监管": {
		{"施工组织", "施工队伍和桩机已进场,因场地排水未完成尚未打桩,预计{日}前动工。"},
		{"征迁政策处理", "进场道路有一段青苗补偿未谈妥,村里正在协调,预计{日}前解决。"},
	},
	"入统": {
		{"审批手续", "施工合同未备齐,企业正在补签,赶在{日}前的上报窗口申报。"},
		{"其他", "现场带时间的开工照片不符合要求,已通知企业重新拍摄,预计{日}前申报。"},
	},
	"在建": {
		{"施工组织", "主体结构进度滞后,施工单位已增加班组,预计{日}前具备验收条件。"},
		{"配套接入", "外线路由涉及两家权属单位,迁改方案未定,预计{日}前商定。"},
		{"资金", "工程款支付滞后,业主正在办理融资,预计{日}前恢复满负荷施工。"},
	},
	"竣工验收": {
		{"审批手续", "消防验收提出3条整改意见,施工单位正在整改,预计{日}前复验。"},
		{"配套接入", "室外管网接通后才能组织联合验收,预计{日}前完成。"},
	},
	"确权": {
		{"审批手续", "竣工测绘成果与规划核实面积有差异,正在复核,预计{日}前提交登记。"},
		{"资金", "企业补缴土地价款手续未办完,预计{日}前缴清。"},
	},
	"投产": {
		{"配套接入", "正式用电接入工程还在施工,预计{日}前送电后试生产。"},
		{"企业意愿/市场", "关键设备订货周期延长,预计{日}前到货并安装调试。"},
	},
	"达产": {
		{"企业意愿/市场", "订单不足,产线负荷约六成,企业正在开拓新客户,预计{日}前提升到设计产能。"},
	},
}

// documents is what a department gives as the ground for a withdrawal.
const document = "《投资协议解除书》(%d年%d月%d日签订),企业已书面提出终止投资。"

// expectedOf is the day by which somebody expects a stage to be over: the true one, if it is near enough to be seen.
func (c *City) expectedOf(s *stage, day int) int {
	if s != nil && s.done > day && s.done < day+120 {
		return s.done
	}
	return day + 21 + chance(c.opt.Seed, 40, "expect", strconv.Itoa(day))
}

// intentOf is what a contact, or somebody of 专班, wants to get across with an errand.
func (c *City) intentOf(r *resident, e errand, day int) intent {
	in := intent{button: e.button, today: c.day(day), note: "请先核实责任单位报送的佐证材料,核实后再呈报。"}
	if e.project == 0 {
		return in
	}
	p := c.projects[e.project-1]
	s := p.stage(e.stage)
	if s != nil {
		in.date = c.day(min(s.done, day))
	}
	expected := c.day(c.expectedOf(s, day))
	if choices := troubles[e.stage]; len(choices) > 0 {
		t := choices[chance(c.opt.Seed, len(choices), p.name, e.stage, "trouble")]
		in.cause, in.text = t.cause, strings.ReplaceAll(t.text, "{日}", chinese(expected))
	}
	if p.pace == paceExit && e.stage == p.current {
		in.cause, in.text = "企业意愿/市场", "企业调整投资计划,已书面提出终止投资协议,双方正在办理解除手续。"
	}
	if p.pace == paceExempt && e.stage == p.current {
		in.cause, in.text = "其他", "本项目在现有厂房内更换设备,不新建、不改建厂房,不需要办理施工许可。"
	}
	if p.pace == paceWrong && e.stage == p.current {
		in.cause, in.text = "其他", "起算日登记有误,实际材料收齐日期晚于系统登记日期,附收件回执照片。"
	}
	in.photo = 1 + chance(c.opt.Seed, 1<<20, p.name, e.stage, strconv.Itoa(day), r.id)
	return in
}

// decide is what a department makes of a report: what is really so, as far as it can know.
func (c *City) decide(r *resident, e errand, day int) intent {
	in := c.intentOf(r, e, day)
	p := c.projects[e.project-1]
	s := p.stage(e.stage)
	story := ""
	if e.stage == p.current {
		story = p.pace
	}
	in.name = p.name
	switch {
	case s != nil && s.done <= day:
		in.button = buttonCompleted
	case story == paceExempt:
		in.button, in.reason = buttonNotNeeded, "环节不适用"
	case story == paceWrong:
		in.button, in.reason = buttonNotNeeded, "数据有误"
	case story == paceExit:
		signed := c.day(day - 2)
		in.button = buttonExit
		in.note = fmt.Sprintf(document, signed.Year(), signed.Month(), signed.Day())
	case !r.sentBack[e.topic] && chance(c.opt.Seed, 7, "back", p.name, e.stage) == 0:
		in.button, in.note = buttonReturn, "照片看不清办理进度,请补充责任单位盖章的进度计划。"
	default:
		in.button, in.date = buttonOngoing, c.day(c.expectedOf(s, day))
	}
	return in
}

// day is the midnight with which a day of the plan begins.
func (c *City) day(n int) time.Time { return c.founded.AddDate(0, 0, n) }

// chinese writes 6月30日.
func chinese(t time.Time) string { return fmt.Sprintf("%d月%d日", t.Month(), t.Day()) }

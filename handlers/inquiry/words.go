package inquiry

import (
	"strings"

	"junma/mechanism"
)

// slot says what a word stands for.
type slot int

const (
	slotFiller slot = iota // says nothing by itself
	slotLight              // a warning, without a colour
	slotLevel
	slotState
	slotUnit
	slotTown
	slotSector
	slotStage
	slotPhase
	slotPerson
	slotMine
	slotBy
	slotPeriod
	slotNew   // newly lit
	slotEnded // closed
	slotCompare
	slotMaterial // for a meeting
	slotRedNo
	slotTier
	slotPush
	slotDays
	slotAsks // a whole intent: the value is its Kind
)

// vocabulary is what people say for the things of the mechanism, by slot and value.
var vocabulary = []struct {
	slot  slot
	value string
	words string
}{
	{slotLevel, string(mechanism.Red), "红灯 红灯预警 红色预警 红的 亮红灯 亮了红灯 红了 红"},
	{slotLevel, string(mechanism.Orange), "橙灯 橙色预警 橙色 橙的 黄灯 黄灯预警 亮橙灯 橙了 橙"},
	{slotLight, "", "预警 灯 亮灯 亮了灯 亮灯了 红橙灯 橙红灯 红灯橙灯 未销号 没销号 没有销号 灯色 问题 有问题 有问题的 出问题 出了问题 问题项目"},
	{slotState, string(mechanism.Untreated), "未办理 没办理 没办 未办 还没办 还没办理 没有办理 没人办"},
	{slotState, string(mechanism.InHand), "已办理未销号 已办未销号 已办未销 办了没销号 办了未销号 在办 正在办理 在办理"},
	{slotState, string(mechanism.Overdue), "销号超时 超时 超时没销号 超时未销号 超期未销号"},
	{slotSector, string(mechanism.SectorIndustry), "工业 工业板块 工业项目 制造业"},
	{slotSector, string(mechanism.SectorProperty), "商服住 商服住板块 商服住项目 房地产 住宅"},
	{slotSector, string(mechanism.SectorGovernment), "政府投资 政府投资项目 政府项目 政府投资板块 能源"},
	{slotSector, string(mechanism.SectorZone), "开发区 经开区 开发区板块"},
	{slotStage, string(mechanism.Scouting), "盯引"},
	{slotStage, string(mechanism.Signing), "签约"},
	{slotStage, string(mechanism.LandAcquisition), "拿地 供地"},
	{slotStage, string(mechanism.Approval), "立项 备案"},
	{slotStage, string(mechanism.PlanningPermit), "工程规划许可 规划许可 规划许可证 工规证 工规 许可 规划"},
	{slotStage, string(mechanism.ConstructionPermit), "施工许可 施工许可证 施工证 许可"},
	{slotStage, string(mechanism.StartSupervision), "开工监管 开工"},
	{slotStage, string(mechanism.StatisticsEntry), "入统 入库"},
	{slotStage, string(mechanism.Construction), "在建"},
	{slotStage, string(mechanism.Acceptance), "竣工验收 验收 竣工"},
	{slotStage, string(mechanism.TitleRegistration), "确权"},
	{slotStage, string(mechanism.Production), "投产"},
	{slotStage, string(mechanism.FullCapacity), "达产"},
	{slotPhase, string(mechanism.PhaseUnsigned), "未签约"},
	{slotPhase, string(mechanism.PhaseUnlanded), "签约未落地 未落地"},
	{slotPhase, string(mechanism.PhaseUnstarted), "落地未开工 未开工"},
	{slotPhase, string(mechanism.PhaseUnbuilt), "开工未竣工 未竣工"},
	{slotPhase, string(mechanism.PhaseIdle), "竣工未投产 未投产"},
	{slotPhase, string(mechanism.PhaseRampUp), "投产未达产 未达产"},
	{slotMine, "", "我们单位 我单位 本单位 我们的 我们 我的 我镇 我局 我负责的 我负责 我分管的 我分管 我分管的板块 你分管的板块"},
	{slotBy, string(ByTown), "各镇街 各乡镇 各镇 各街道 按镇街 按乡镇 按属地 分镇街 哪个镇 哪个乡镇 哪个街道 哪些镇"},
	{slotBy, string(ByUnit), "各单位 各责任单位 按单位 按责任单位 分单位 哪个单位 哪家单位"},
	{slotBy, string(ByDepartment), "各部门 按部门 分部门 哪个部门 哪些部门 哪个局"},
	{slotBy, string(BySector), "各板块 按板块 分板块 哪个板块"},
	{slotBy, string(ByStage), "各环节 按环节 分环节 哪个环节 哪些环节"},
	{slotBy, string(ByPhase), "各阶段 按阶段 分阶段 哪个阶段"},
	{slotBy, string(ByLeader), "各领导 各分管领导 各市领导 按领导 按分管领导 按市领导 哪位领导"},
	{slotPeriod, "今天", "今天 今日"},
	{slotPeriod, "昨天", "昨天 昨日"},
	{slotPeriod, "本周", "本周 这周 这个星期 这个礼拜"},
	{slotPeriod, "上周", "上周 上个星期 上个礼拜"},
	{slotPeriod, "本月", "本月 这个月 当月"},
	{slotPeriod, "上月", "上月 上个月 上月底 上月末 上个月底 上个月末"},
	{slotPeriod, "今年", "今年 本年"},
	{slotPeriod, "近7天", "最近 近期 近来 这几天 近几天 近7天 近七天 最近7天 最近七天 最近一周 近一周"},
	{slotNew, "", "新增 新增了 新亮 新亮的 亮的 新出 新冒出来"},
	{slotEnded, "", "销号了 已销号 销号 销了号"},
	{slotCompare, "", "环比 与上月比 跟上月比 和上月比 比上月 比上个月 较上月 较上个月 和上个月比 跟上个月比 与上个月比 同上月比 和上月相比 与上月相比 跟上月相比 与上个月相比 和上个月相比"},
	{slotAsks, string(Idle), "谁没办 谁还没办 谁没办理 谁还没办理 谁没有办 哪些单位没办 哪个单位没办 哪些单位没办理 哪个单位还没办 哪个单位还没办理 哪些单位还没办 哪些单位还没办理 谁还没动 谁没动 谁没报 谁没报送 谁还没报 谁还没报送 都有谁没报 都有谁没办"},
	{slotAsks, string(Slowest), "最慢 办理最慢 办得最慢 谁最慢 谁办得最慢 最拖拉 谁最拖拉 拖得最久 谁拖得最久 及时率最低 办理及时率最低 报送及时率最低 办理及时率 报送及时率 报得最慢 谁报得最慢 报送最慢 谁报送最慢"},
	{slotAsks, string(Upcoming), "会亮灯 要亮灯 快要亮灯 即将亮灯 将亮灯 将要亮灯 快亮灯 会亮 要亮 快到期 即将到期 未来亮灯 未来亮灯清单 将要亮"},
	{slotMaterial, "", "例会材料 准备例会材料 会议材料 准备会议材料 开会材料"},
	{slotAsks, string(Summary), "要我看 要我看的 要看 要看的 需要看的 要我关注 要我关注的 要关注 要关注的 需要关注 需要关注的 值得关注的 要我留意的 要注意的 总体情况 总体怎么样 整体情况 概况 总览 汇总 什么事 啥事 要紧的 新情况"},
	{slotAsks, string(Projects), "在办项目 在管项目 在办的项目 在管的项目 在管 几个项目 多少项目 多少个项目 项目总数 项目清单 全部项目 所有项目"},
	{slotAsks, string(Disposed), "办了 办理了 处置了 处理了"},
	{slotAsks, string(Where), "到哪了 到哪儿了 到哪里了 到哪一步了 到哪一步 到哪步了 到哪个环节了 到哪个环节 到什么环节了 进展怎么样 进展如何 进展 进度 进度怎么样 什么情况 情况怎么样 为什么没有灯 为什么没灯 为什么没亮灯 为什么没有亮灯 为什么不亮灯"},
	{slotAsks, string(Who), "谁负责 是谁负责 谁来负责 谁在管 谁管 归谁管 责任单位是谁 责任单位是哪个 责任部门是谁 哪个部门负责 哪个单位负责 负责人是谁 联系人是谁 谁牵头"},
	{slotAsks, string(Left), "还剩几天 剩几天 还有几天 还有多少天 还剩多少天 剩多少天 什么时候到期 哪天到期 几号到期 期限到哪天 还差几天 什么时候亮灯 什么时候会亮灯 哪天亮灯 哪天会亮灯 几号亮灯 什么时候转红 什么时候变红 哪天转红 几号转红"},
	{slotAsks, string(Pushes), "第几次推送 第几次推送了 是第几次推送 推送了几次 推送几次了 推送几次 推了几次 推过几次"},
	{slotAsks, string(Why), "为什么 为啥 怎么又 怎么会 怎么就 原因 什么原因 的原因"},
}

// standing are the fillers that ask how all of what is named stands.
var standing = strings.Fields("情况 怎么样 怎样 如何")

// fillers carry no meaning of their own in a question.
const fillers = `的 了 吗 呢 啊 呀 吧 么 嘛 和 跟 与 以及 及 或 还 又 就 都 也 请 请问 请帮我 帮我 帮 给我 把 我 你 您 看 看看 看下 看一下 查 查查
查下 查一下 问一下 一下 现在 目前 当前 还有 有 是 在 共 一共 总共 全市 全部 所有 几个 多少 多少个 几件 几 个 件 哪些 哪几个 什么 谁 清单 列表 列出来
列一下 列出 列 列个 名单 统计 统计下 统计一下 排一下 排名 排 项目 环节 阶段 板块 单位 部门 局 领导 分管领导 负责 负责的 分管 名下 手上 手里 同志 副市长
市长 局长 镇长 主任 书记 情况 怎么样 怎样 如何 最多 最少 多了 少了 还是 多了还是少了 增加 增加了 减少 减少了 变化 比 各 按 各多少 这 那 这个 那个
有没有 有吗 有无 是谁 是什么 哪个 今天的 在哪 离 距 距离 时候 到 里 中 里面 其中 属于 涉及 已经 说 说说 告诉我 数 数量 以上 底 末
月底 亮了 预计 会 要 将 清楚 这里 这边 显示 怎么还是 导出 导出来 做成 表 表格 excel xlsx 一份 一张 出一份 出一张 给我出一份 发我 发给我`

// unitAbbreviations are what departments are called for short, where that can't be made by leaving letters out at the end;
// the key is part of the full name.
var unitAbbreviations = map[string]string{
	"规划和自然资源": "规资 规资局 自规 自规局 资规 资规局 自然资源 自然资源局 规划局 规划",
	"发改":      "发改委 发展改革 发展改革局",
	"住建":      "建设局 住房城乡建设局",
	"经信":      "经济和信息化局",
	"审管":      "审批办 政务办 审批管理办",
	"管委会":     "管委会 经开区管委会 管委",
	"卫健":      "卫生局 卫健委",
	"供电":      "供电公司 电力 供电局",
	"水务":      "水务公司 自来水公司",
	"燃气":      "燃气公司",
}

// unitTails are what may be left out at the end of a unit's name, the longest first.
var unitTails = []string{"建设公司", "开发公司", "项目中心", "服务单位", "有限公司", "街道", "公司", "镇", "乡", "局", "办"}

// verbs are short forms of units that people use as words of their own.
var verbs = map[string]bool{"统计": true, "业务": true, "交通运输": false}

// aliases gives what a unit is called, the full name first.
func aliases(name string) []string {
	all := []string{name}
	short := strings.TrimPrefix(name, "市")
	all = appendNew(all, short)
	for _, tail := range unitTails {
		if rest := strings.TrimSuffix(short, tail); rest != short && len([]rune(rest)) >= 2 && !verbs[rest] {
			all = appendNew(all, rest)
		}
	}
	for part, more := range unitAbbreviations {
		if strings.Contains(name, part) {
			for _, word := range strings.Fields(more) {
				all = appendNew(all, word)
			}
		}
	}
	return all
}

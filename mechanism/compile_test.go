package mechanism_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
)

func Test规则库的错误逐条说明(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{
			"取整方式", "[orange]\nround = '进一'",
			[]string{`orange.round = "进一":应为 ceil、nearest、floor 之一`},
		},
		{
			"橙灯最短时限", "[orange]\nmin_limit = 0",
			[]string{`orange.min_limit = "0":应为 1 至 9999 的整数`},
		},
		{
			"提醒、催办与少打扰", "[push]\nremind_after = [3, 1, 0]\nremind_before = -1\nurge_interval = 100\ndigest = -1\ndaily = -1",
			[]string{
				`push.remind_after[2] = "0":应为 1 至 99 的整数`,
				`push.remind_after = "[3 1 0]":应从小到大,如 [1, 3, 5];不提醒的写 []`,
				`push.remind_before = "-1":应为 0 至 99 的整数`,
				`push.urge_interval = "100":应为 0 至 99 的整数`,
				`push.digest = "-1":应为 0 至 99 的整数`,
				`push.daily = "-1":应为 0 至 99 的整数`,
			},
		},
		{
			"推送周期与次数", "[push]\ncycle_days = 0\npushes = 100\noverdue_at = '第4次'",
			[]string{
				`push.cycle_days = "0":应为 1 至 366 的整数`,
				`push.pushes = "100":应为 1 至 99 的整数`,
				`push.overdue_at = "第4次":应为 end_of_4th_cycle、at_4th_push 之一`,
			},
		},
		{
			"首次推送即超时", "[push]\npushes = 1\noverdue_at = 'at_4th_push'",
			[]string{`push.pushes = "1":overdue_at 为 at_4th_push 时至少为 2,否则首次推送当日即销号超时`},
		},
		{
			"消息时段倒置", "[push]\nhours = '18:00-09:00'",
			[]string{`push.hours = "18:00-09:00":应为 09:00-18:00 这样的时段,起在止前;"" 为不限`},
		},
		{
			"消息时段写法", "[push]\nhours = '9:00-18:00'",
			[]string{`push.hours = "9:00-18:00":应为 09:00-18:00 这样的时段,起在止前;"" 为不限`},
		},
		{
			"及时的尺度", "[response]\nread = 0",
			[]string{`response.read = "0":应为 1 至 99 的整数`},
		},
		{
			"层级", "[tier]\nby_count = [2, 1, 4]\nmajor = 4\nhold_minutes = [0, -2]",
			[]string{
				`tier.by_count[2] = "4":应为 1 至 3 的整数`,
				`tier.by_count = "[2 1 4]":次数越多层级不能越低`,
				`tier.major = "4":应为 1 至 3 的整数`,
				`tier.hold_minutes = "[0 -2]":应为三个数,依次为一、二、三级,如 [0, 0, 30]`,
				`tier.hold_minutes[1] = "-2":应为 -1 至 10080 的整数`,
			},
		},
		{
			"层级未写", "[tier]\nby_count = []",
			[]string{"tier.by_count:至少写明第1次红灯的层级,如 [1, 2, 3]"},
		},
		{
			"两个来源", "[source]\nlocal_red = 'yes'",
			[]string{`source.local_red = "yes":应为 hint、count 之一`},
		},
		{
			"环节名写错", "[[stage]]\nname = '开工'\nphase = '落地未开工'\nbasis = '试'",
			[]string{`stage[开工].name = "开工":应为 盯引、签约、拿地、立项、工程规划许可、施工许可、开工监管、入统、在建、竣工验收、确权、投产、达产 之一`},
		},
		{
			"环节互相等待", "[[stage]]\nname = '盯引'\nphase = '未签约'\nstarts_after = '签约'\nbasis = '试'",
			[]string{
				`stage[盯引].starts_after = "签约":环节之间不能互相等待起算`,
				`stage[签约].starts_after = "盯引":环节之间不能互相等待起算`,
			},
		},
		{
			"阶段写错且缺依据", "[[stage]]\nname = '盯引'\nphase = '五未'",
			[]string{
				`stage[盯引].phase = "五未":应为 未签约、签约未落地、落地未开工、开工未竣工、竣工未投产、投产未达产 之一`,
				"stage[盯引].basis:请写明依据(条款号或A-编号)",
			},
		},
		{
			"档次上下限", "[[size]]\nname = '怪'\nmin = 10\nmax = 5\nbasis = '试'",
			[]string{`size[怪].max = "5":应大于 min,或省略为不封顶(万元)`},
		},
		{
			"时限写法", "[[limit]]\nstage = '施工许可'\nlimit = '25天'\nbasis = '试'",
			[]string{`limit[施工许可/全部/全部].limit = "25天":应为 25日、20工作日、18月 这样的时限`},
		},
		{
			"时限未写且缺依据", "[[limit]]\nstage = '施工许可'",
			[]string{
				"limit[施工许可/全部/全部].limit:应为 25日、20工作日、18月 这样的时限,或 无",
				"limit[施工许可/全部/全部].basis:请写明依据(条款号或A-编号)",
			},
		},
		{
			"黄灯晚于红灯", "[[limit]]\nstage = '入统'\nlimit = '60日'\nyellow = '60日'\nbasis = '试'",
			[]string{`limit[入统/全部/全部].yellow = "60日":黄灯应早于红灯,与 limit 用同一单位且更短`},
		},
		{
			"黄灯与红灯单位不同", "[[limit]]\nstage = '入统'\nlimit = '2月'\nyellow = '30日'\nbasis = '试'",
			[]string{`limit[入统/全部/全部].yellow = "30日":黄灯应早于红灯,与 limit 用同一单位且更短`},
		},
		{
			"没有红灯却有黄灯", "[[limit]]\nstage = '入统'\nlimit = '无'\nyellow = '30日'\nbasis = '试'",
			[]string{`limit[入统/全部/全部].yellow = "30日":没有红灯时限的环节不设黄灯`},
		},
		{
			"板块与档次写错", "[[limit]]\nstage = '施工许可'\nsector = '农业'\nsize = '百亿'\nlimit = '25日'\nbasis = '试'",
			[]string{
				`limit[施工许可/农业/百亿].sector = "农业":应为 工业、商服住、政府投资、开发区 之一`,
				`limit[施工许可/农业/百亿].size = "百亿":没有这个档次,请先在[[size]]中写明`,
			},
		},
		{
			"同一行写了两次", "[[limit]]\nstage = '确权'\nlimit = '5日'\nbasis = '试'\n[[limit]]\nstage = '确权'\nlimit = '6日'\nbasis = '试'",
			[]string{
				"limit[确权/全部/全部]:重复,同一行只能写一次",
				"limit[确权/全部/投资1万元起]:有几行同样适用,请只留一行",
				"limit[确权/全部/投资500万元起]:有几行同样适用,请只留一行",
				"limit[确权/全部/投资10000万元起]:有几行同样适用,请只留一行",
				"limit[确权/全部/投资50000万元起]:有几行同样适用,请只留一行",
				"limit[确权/全部/投资100000万元起]:有几行同样适用,请只留一行",
			},
		},
		{
			"档次重叠", "[[size]]\nname = '3亿以上'\nmin = 30000\nbasis = '试'\n[[limit]]\nstage = '在建'\nsize = '3亿以上'\nlimit = '20月'\nbasis = '试'",
			[]string{
				"limit[在建/全部/投资30000万元起]:有几行同样适用,请只留一行",
				"limit[在建/全部/投资50000万元起]:有几行同样适用,请只留一行",
				"limit[在建/全部/投资100000万元起]:有几行同样适用,请只留一行",
			},
		},
		{
			"档次留空", "[[size]]\nname = '5亿至10亿元'\nmin = 60000\nmax = 100000\nbasis = '试'",
			[]string{"limit[在建/全部/投资50000万元起]:没有时限,请补一行(无时限写 无)"},
		},
		{
			"不适用而无理由", "[[applies]]\nstage = '确权'\ncategory = '政府投资'\nbasis = '试'",
			[]string{"applies[确权/政府投资/全部].why:请用一句话写明为什么不适用"},
		},
		{
			"适用与否重叠", "[[size]]\nname = '不足300万元'\nmax = 300\nbasis = '试'\n[[applies]]\nstage = '入统'\nsize = '不足300万元'\napplies = true\nbasis = '试'",
			[]string{
				"applies[入统/工业/投资1万元起]:有几行同样适用,请只留一行",
				"applies[入统/商服住/投资1万元起]:有几行同样适用,请只留一行",
				"applies[入统/政府投资/投资1万元起]:有几行同样适用,请只留一行",
			},
		},
		{
			"责任写错", "[[duty]]\nduty = '牵头'\nenergy = '是'\nzone = '开发区'\nfiling_kind = '技改'",
			[]string{
				`duty[牵头/全部/全部/是/开发区/全部/全部/技改].duty = "牵头":应为 项目责任单位、板块牵头部门、五未阶段责任部门、环节责任部门 之一`,
				`duty[牵头/全部/全部/是/开发区/全部/全部/技改].energy = "是":应为 能源、非能源 之一`,
				`duty[牵头/全部/全部/是/开发区/全部/全部/技改].zone = "开发区":应为 区内、区外 之一`,
				`duty[牵头/全部/全部/是/开发区/全部/全部/技改].filing_kind = "技改":应为 基本建设、技术改造 之一`,
				"duty[牵头/全部/全部/是/开发区/全部/全部/技改].unit:请写明单位",
				"duty[牵头/全部/全部/是/开发区/全部/全部/技改].basis:请写明依据(条款号或A-编号)",
			},
		},
		{
			"责任不分先后", "[[duty]]\nduty = '环节责任部门'\ncategory = '工业'\nunit = '市经信局'\nbasis = '试'",
			[]string{
				"duty[环节责任部门/全部/工业/全部/全部/全部/全部/全部]:与 duty[环节责任部门/全部/全部/全部/全部/全部/拿地/全部] 同样适用,请再写明一列以分先后",
			},
		},
		{
			"板块牵头只看板块", "[[duty]]\nduty = '板块牵头部门'\nsector = '工业'\nstage = '入统'\nunit = '市统计局'\nbasis = '试'",
			[]string{"duty[板块牵头部门/工业/全部/全部/全部/全部/入统/全部]:板块牵头部门只按板块、类别、能源、区内外确定,不能写 phase、stage、filing_kind"},
		},
		{
			"抄送写错", "[[copy]]\nstage = '验收'\nbasis = '四9'",
			[]string{
				`copy[验收/全部].stage = "验收":应为 盯引、签约、拿地、立项、工程规划许可、施工许可、开工监管、入统、在建、竣工验收、确权、投产、达产 之一`,
				"copy[验收/全部].unit:请写明单位",
			},
		},
		{
			"办理选项写错", "[[option]]\nname = '缓办'\nbasis = '试'",
			[]string{`option[缓办].name = "缓办":应为 无需办理、正在办理、已完成办理、项目退出 之一`},
		},
		{
			"原因重复与无名", "[[cause]]\nname = '资金'\nbasis = '试'\n[[cause]]\nname = '资金'\nbasis = '试'\n[[cause]]\nbasis = '试'",
			[]string{"cause[全部].name:请写明名称", "cause[资金]:重复,同一行只能写一次"},
		},
		{
			"日历写错", `
[[calendar]]
year = 2027
off = [{ from = "2028-01-01", name = "元旦" }, { from = "2027-10-07", to = "2027-10-01", name = "国庆节" }, { from = "2027-05-01", name = "劳动节" }]
work = [{ from = "2027-05-01", name = "调休" }, { from = "2027-03-01", name = "调休" }, { from = "三月一日", name = "调休" }]
[[calendar]]
year = 27
source = "试"`,
			[]string{
				"calendar[2027].source:请写明国务院办公厅节假日安排通知的文号",
				`calendar[27].year = "27":应为 2000 至 2100 的整数`,
				`calendar[2027].off[0].from = "2028-01-01":应为 2027 年内的日期,如 2027-05-01`,
				`calendar[2027].off[1].to = "2027-10-01":应为 2027 年内不早于 from 的日期`,
				`calendar[2027].work[0] = "2027-05-01":这一天已列为放假`,
				`calendar[2027].work[1] = "2027-03-01":这一天不是周末,无须列为调休上班`,
				`calendar[2027].work[2].from = "三月一日":应为 2027 年内的日期,如 2027-05-01`,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			book, problems := mechanism.Compile(overSpec(t, defaultSpec(t), c.text))
			var got []string
			for _, problem := range problems {
				got = append(got, problem.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" || book != nil {
				t.Errorf("规则库=%v,错误(-应有 +实有):\n%s", book != nil, diff)
			}
		})
	}
}

func Test协调链的错误(t *testing.T) {
	spec := defaultSpec(t)
	spec.Chains = append(spec.Chains[1:], mechanism.ChainRow{Sector: "农业", Phases: []mechanism.Phase{"未签约"}, Tiers: []mechanism.TierRow{{}}})
	spec.Chains = append(spec.Chains, spec.Chains[1])
	want := []string{
		"chain[全部].id:请写明链的编号,如 K1",
		`chain[全部].sector = "农业":应为 工业、商服住、政府投资、开发区 之一`,
		`chain[全部].phases = "未签约":应为 签约未落地、落地未开工、开工未竣工、竣工未投产、投产未达产 之一`,
		`chain[全部].tier = "1":应正好写三级`,
		"chain[全部].tier[0].coordinator:请写明由谁协调",
		"chain[全部].basis:请写明依据(条款号或A-编号)",
		"chain[K2]:重复,同一行只能写一次",
		"chain[工业/落地未开工]:没有协调链,请在[[chain]]中补一条",
		"chain[工业/开工未竣工]:没有协调链,请在[[chain]]中补一条",
		"chain[工业/竣工未投产]:没有协调链,请在[[chain]]中补一条",
		"chain[工业/投产未达产]:没有协调链,请在[[chain]]中补一条",
		"chain[商服住/签约未落地]:有几条协调链同样适用,请只留一条",
		"chain[商服住/落地未开工]:有几条协调链同样适用,请只留一条",
		"chain[商服住/开工未竣工]:有几条协调链同样适用,请只留一条",
		"chain[商服住/竣工未投产]:有几条协调链同样适用,请只留一条",
		"chain[商服住/投产未达产]:有几条协调链同样适用,请只留一条",
	}
	_, problems := mechanism.Compile(spec)
	var got []string
	for _, problem := range problems {
		got = append(got, problem.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("错误(-应有 +实有):\n%s", diff)
	}
}

func Test空的规则库一次报全(t *testing.T) {
	_, problems := mechanism.Compile(mechanism.Spec{})
	paths := map[string]bool{}
	for _, problem := range problems {
		paths[problem.Path] = true
	}
	for _, want := range []string{"orange.round", "push.cycle_days", "tier.by_count", "stage[达产]", "limit[达产/全部/投资1万元起]", "chain[开发区/投产未达产]", "option", "cause", "reason"} {
		if !paths[want] {
			t.Errorf("空规则库没有报 %s", want)
		}
	}
}

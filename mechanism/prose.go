package mechanism

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Prose prints every rule of the book in plain Chinese, each with its basis; examples are marked 示例 and what the notice
// leaves open is marked 默认. It ends with the proof of who answers in every combination, and every combination itself.
func (b *Book) Prose(w io.Writer) error {
	var text strings.Builder
	out := &prose{book: b, spec: b.spec, text: &text}
	out.line("建德市投资项目全生命周期管理工作推进机制(建政办函〔2024〕22号)规则库")
	out.line("标识 %s", b.hash[:12])
	out.line("〔〕内是依据:公文的条款,如“三(四)4”是第三部分第(四)条第4款;A-、C-、D.开头的编号是公文没有写明、先按默认执行的事项,待业务专班核定。")
	out.stages()
	out.limits()
	out.orange()
	out.pushes()
	out.duties()
	out.chains()
	out.lists()
	out.calendars()
	out.coverage()
	out.combinations()
	_, err := io.WriteString(w, text.String())
	return err
}

type prose struct {
	book     *Book
	spec     Spec
	text     *strings.Builder
	sections int
}

func (p *prose) line(format string, args ...any) { fmt.Fprintf(p.text, format+"\n", args...) }

// section opens the next numbered section.
func (p *prose) section(title string) {
	numbers := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
	p.line("\n%s、%s", numbers[p.sections], title)
	p.sections++
}

func (p *prose) stages() {
	p.section("十三个环节")
	p.line("起算日以项目登记的为准;没有登记的,从所接环节办结之日起算,标注“推定”。〔A-06;C-11〕")
	for i, s := range Stages {
		row := p.spec.Stages[slices.IndexFunc(p.spec.Stages, func(r StageRow) bool { return r.Name == s })]
		start := ""
		if row.StartsAfter != "" {
			start = fmt.Sprintf(",接%s", row.StartsAfter)
		}
		p.line("%d. %s:属%s阶段%s。〔%s〕", i+1, s, row.Phase, start, row.Basis)
		for _, rule := range p.spec.Applies {
			if rule.Stage == s {
				p.line("   %s", exception(rule))
			}
		}
	}
}

func exception(row AppliesRow) string {
	verb := "适用"
	if !row.Applies {
		verb = "不适用:" + row.Why
	}
	return fmt.Sprintf("%s%s。〔%s〕", kindOfProject(with(string(row.Category), "类"), row.Size), verb, row.Basis)
}

// kindOfProject joins the columns that are named; none named means all.
func kindOfProject(columns ...string) string {
	named := slices.DeleteFunc(columns, func(c string) bool { return c == "" })
	if len(named) == 0 {
		return "各类项目"
	}
	return strings.Join(named, "、") + "的项目"
}

// with adds a word to a column that is named: 工业 is a sector and a category.
func with(column, word string) string {
	if column == "" {
		return ""
	}
	return column + word
}

// inWords writes a limit as people do: 3月 would be read as March.
func inWords(text string) string {
	limit, err := ParseLimit(text)
	if err != nil || limit.Unit == Days {
		return text
	}
	return fmt.Sprintf("%d个%s", limit.N, limit.Unit)
}

func (p *prose) limits() {
	p.section("各环节时限")
	if p.spec.Limits.AcceptSamples {
		p.line("示例时限一律按已核定处理(accept_samples),只供演示。")
	}
	samples := 0
	for _, row := range p.spec.Limit {
		limit := "时限" + inWords(row.Limit)
		if row.Yellow != "" {
			limit += fmt.Sprintf(",满%s亮平台黄灯", inWords(row.Yellow))
		}
		switch {
		case row.Limit == noLimit:
			limit = "没有时限,不计灯色"
		case row.Confirmed:
			limit += ",已核定"
		default:
			samples++
			limit += ",示例,待核定"
		}
		p.line("%s(%s):%s。〔%s〕", row.Stage, kindOfProject(with(string(row.Sector), "板块"), row.Size), limit, row.Basis)
	}
	p.line("其中%d条时限是示例。示例时限只提示,不推送、不计次;项目记录自带的时限和平台亮的灯视为已核定。", samples)
	for _, row := range p.spec.Sizes {
		upper := "(含)以上"
		if row.Max > 0 {
			upper = fmt.Sprintf("(含)至%d万元(不含)", row.Max)
		}
		p.line("“%s”:计划总投资%d万元%s。〔%s〕", row.Name, row.Min, upper, row.Basis)
	}
}

func (p *prose) orange() {
	p.section("橙色预警")
	o := p.spec.Orange
	rounds := map[string]string{"ceil": "有零头的进一日", "nearest": "四舍五入", "floor": "舍去零头"}
	p.line("起算日不计入;最后期限当日24时前不算超期,次日转红灯;时限以月计而那个月没有对应日的,取当月最后一日。〔C-1、C-2〕")
	p.line("平台已有黄灯规则的环节,黄灯之日即橙灯之日,不再提前。〔三(三);A-31〕")
	p.line("没有黄灯规则的环节,在红灯时限的最后1/6通报;提前的日数%s,至少一日;时限以工作日计的按工作日提前,以月计且能被6整除的按月提前。〔三(三);C-4、C-5〕", rounds[o.Round])
	p.line("时限少于%d日(或工作日)的环节不设橙灯。〔C-6〕", o.MinLimit)
	p.line("最后期限逢休息日%s。〔C-8〕", choose(o.RollDue, "顺延到下一工作日", "不顺延"))
	p.line("获准延期的,橙灯在%s的最后1/6亮起。〔C-14〕", choose(o.FullSpan, "起算日至新期限的全程", "批准日至新期限"))
}

func (p *prose) pushes() {
	p.section("推送、销号与协调层级")
	s := p.spec.Push
	p.line("一个销号周期为%d日,推送当日算第1日;周期满仍未销号的,次日再推送。〔三(四)4;D.4〕", s.CycleDays)
	p.line("第%d次推送后仍未销号的,%s列入销号超时;橙色预警%s销号超时。〔三(四)4;A-24、C-20〕", s.Pushes,
		choose(s.OverdueAt == overdueAtPush, "推送当日", "该周期满的次日"), choose(s.OrangeOverdue, "也列入", "不列入"))
	hours := "任何时刻"
	if s.Hours != "" {
		hours = s.Hours
	}
	p.line("主动发送的消息在%s发出,%s。〔A-42〕", hours, choose(s.RestDays, "休息日照发", "休息日顺延到下一工作日"))
	p.line("对本人操作的答复随时发出;因他人办理而轮到的,当日08:00至20:00发出;第三级协调不等工作日。〔A-42〕")
	p.reminders()
	r := p.spec.Response
	p.line("“及时”从推送起算:%d个工作日内查阅,%d个工作日内报送,%d个工作日内办理;推定的起算日,%d个工作日内无人更正的,按登记的同样预警。〔A-22、C-11〕",
		r.Read, r.Report, r.Dispose, r.Confirm)
	p.line("平台亮过灯的项目,平台没有显示、只由本地算出的红灯%s。〔一;A-29〕", choose(p.spec.Source.LocalRed == "count", "照常计次", "只列入比对,不计次"))
	for i, tier := range p.spec.Tier.ByCount {
		p.line("第%d次红灯%s:第%d级协调。〔三(五);A-15〕", i+1, choose(i == len(p.spec.Tier.ByCount)-1, "及以后", ""), tier)
	}
	t := p.spec.Tier
	p.line("一般问题第%d级,复杂问题第%d级,重大问题第%d级;与红灯次数不一致的,取高。〔三(五);A-16〕", t.Ordinary, t.Complex, t.Major)
	for i, minutes := range t.HoldMinutes {
		hold := fmt.Sprintf("先给专班看%d分钟,没有[暂缓]的发出", minutes)
		if minutes == 0 {
			hold = "即时发出"
		} else if minutes < 0 {
			hold = "专班按[发出]才发"
		}
		p.line("第%d级协调的文稿:%s。〔默认〕", i+1, hold)
	}
}

// reminders says when people are reminded.
func (p *prose) reminders() {
	s := p.spec.Push
	if len(s.RemindAfter) > 0 {
		var days []string
		for _, n := range s.RemindAfter {
			days = append(days, fmt.Sprint(n))
		}
		p.line("未办理的,推送后第%s个工作日提醒轮到的一方,办理即止。〔默认;D.4、A-26〕", strings.Join(days, "、"))
	}
	if s.RemindBefore > 0 {
		p.line("已办理未销号的,周期届满前%d日提醒,逢休息日提前到上一工作日。〔默认;D.4〕", s.RemindBefore)
	}
	p.line("提醒不算推送,每人每日至多一次。〔D.4、A-26〕")
	p.line("业务专班催办,同一预警至少相隔%d个工作日,不计次。〔二1;默认〕", s.UrgeInterval)
	if s.Digest > 0 {
		p.line("同一时刻要发给一人的卡片超过%d张的,合成一张摘要卡,逐件可打开。〔默认;D.4〕", s.Digest)
	}
	if s.Daily > 0 {
		p.line("每人每日至多收到%d张没有问起的卡片,超出的并入下一工作日的摘要卡。〔默认〕", s.Daily)
	}
	p.line("第三级协调、轮到办理、退回补充和对本人操作的答复,不合并,也不计入。〔默认〕")
}

func choose(yes bool, then, otherwise string) string {
	if yes {
		return then
	}
	return otherwise
}

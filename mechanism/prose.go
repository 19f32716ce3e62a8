package mechanism

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Prose prints every rule of the book in plain Chinese, each with its basis; examples are marked 示例 and what the notice
// leaves open is marked 默认. It ends with the proof of who answers in every combination.
func (b *Book) Prose(w io.Writer) error {
	var text strings.Builder
	out := &prose{book: b, spec: b.spec, text: &text}
	out.line("建德市投资项目全生命周期管理工作推进机制(建政办函〔2024〕22号)规则簿")
	out.line("标识 %s", b.hash[:12])
	out.stages()
	out.limits()
	out.orange()
	out.pushes()
	out.duties()
	out.chains()
	out.lists()
	out.calendars()
	out.coverage()
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
	for i, s := range Stages {
		row := p.spec.Stages[slices.IndexFunc(p.spec.Stages, func(r StageRow) bool { return r.Name == s })]
		start := "按登记的起算日起算"
		if row.StartsAfter != "" {
			start = fmt.Sprintf("%s办结之日起算(未登记起算日时,标注推定)", row.StartsAfter)
		}
		p.line("%d. %s:属%s阶段,%s。〔%s〕", i+1, s, row.Phase, start, row.Basis)
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
	return fmt.Sprintf("%s的项目%s。〔%s〕", all(string(row.Category), row.Size), verb, row.Basis)
}

// all joins the named columns; none named means all.
func all(columns ...string) string {
	named := slices.DeleteFunc(columns, func(c string) bool { return c == "" })
	if len(named) == 0 {
		return "全部"
	}
	return strings.Join(named, "、")
}

func (p *prose) limits() {
	p.section("各环节时限")
	if p.spec.Limits.AcceptSamples {
		p.line("示例时限一律按已核定处理(accept_samples),只供演示。")
	}
	samples := 0
	for _, row := range p.spec.Limit {
		limit := "时限" + row.Limit
		if row.Limit == noLimit {
			limit = "无时限"
		}
		if row.Yellow != "" {
			limit += fmt.Sprintf(",平台黄灯%s", row.Yellow)
		}
		mark := "已核定"
		if !row.Confirmed {
			samples++
			mark = "示例,待核定"
		}
		p.line("%s(%s):%s。%s。〔%s〕", row.Stage, all(string(row.Sector), row.Size), limit, mark, row.Basis)
	}
	p.line("以上%d行,其中示例%d行。示例时限只提示,不推送、不计次;项目记录自带的时限和平台的灯视为已核定。", len(p.spec.Limit), samples)
	for _, row := range p.spec.Sizes {
		upper := "以上"
		if row.Max > 0 {
			upper = fmt.Sprintf("(含)至%d万元(不含)", row.Max)
		}
		p.line("档次“%s”:计划总投资%d万元%s。〔%s〕", row.Name, row.Min, upper, row.Basis)
	}
}

func (p *prose) orange() {
	p.section("橙色预警")
	o := p.spec.Orange
	rounds := map[string]string{"ceil": "进一取整", "nearest": "四舍五入", "floor": "舍去零头"}
	p.line("平台已有黄灯规则的环节,黄灯之日即橙灯之日,不再提前。〔三(三);A-31〕")
	p.line("没有黄灯规则的环节,按红灯时限提前1/6通报,%s,至少1日;月为单位且能被6整除的按月提前。〔三(三);C-4、C-5〕", rounds[o.Round])
	p.line("起算日不计入;期末当日24时前不算超期,次日转红灯;月末没有对应日的取当月最后一日。〔C-1、C-2〕")
	p.line("时限少于%d日(工作日)的环节不设橙灯。〔C-6〕", o.MinLimit)
	p.line("期末逢休息日%s。〔C-8〕", choose(o.RollDue, "顺延到下一工作日", "不顺延"))
	p.line("延期后按%s提前1/6。〔C-14〕", choose(o.FullSpan, "起算日至新期末的全程", "批准日至新期末的时间"))
}

func (p *prose) pushes() {
	p.section("推送、销号与协调层级")
	s := p.spec.Push
	p.line("一个销号周期为%d日,推送当日为第1日,周期满次日再推送。〔三(四)4;D.4〕", s.CycleDays)
	p.line("第%d次推送后仍未销号的,%s列入销号超时;橙灯%s销号超时。〔三(四)4;A-24、C-20〕", s.Pushes,
		choose(s.OverdueAt == overdueAtPush, "推送当日", "该周期满的次日"), choose(s.OrangeOverdue, "也列入", "不列入"))
	hours := "任何时刻"
	if s.Hours != "" {
		hours = s.Hours
	}
	p.line("主动发送的消息在%s发出,%s。〔A-42〕", hours, choose(s.RestDays, "休息日照发", "休息日顺延到下一工作日"))
	r := p.spec.Response
	p.line("及时的尺度:查阅%d个工作日,报送%d个工作日,办理%d个工作日;推定的起算日%d个工作日无人更正即按通报处理。〔A-22、C-11〕",
		r.Read, r.Report, r.Dispose, r.Confirm)
	p.line("平台有灯的项目,仅本地算出的红灯%s。〔R-001、A-29〕", choose(p.spec.Source.LocalRed == "count", "照常计次", "只列入比对,不计次"))
	for i, tier := range p.spec.Tier.ByCount {
		p.line("第%d次红灯%s:第%d级协调。〔三(五);A-15〕", i+1, choose(i == len(p.spec.Tier.ByCount)-1, "及以后", ""), tier)
	}
	t := p.spec.Tier
	p.line("一般问题第%d级,复杂问题第%d级,重大问题第%d级;与次数不一致时取高。〔三(五);A-16〕", t.Ordinary, t.Complex, t.Major)
	for i, minutes := range t.HoldMinutes {
		hold := fmt.Sprintf("留给专班%d分钟后发出", minutes)
		if minutes == 0 {
			hold = "即时发出"
		} else if minutes < 0 {
			hold = "由专班按[发出]才发"
		}
		p.line("第%d级协调文稿:%s。〔默认〕", i+1, hold)
	}
}

func choose(yes bool, then, otherwise string) string {
	if yes {
		return then
	}
	return otherwise
}

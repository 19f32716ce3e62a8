package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/handlers/table"
	"junma/mechanism"
	"junma/store"
)

// fewest is how many warnings a unit must have had for it to be ranked (E.1).
const fewest = 5

// promptness is how units answered the warnings whose time to answer came in a period (M10 and M11, A-22).
type promptness struct {
	rate    string
	reports bool           // of 报送, or else of 办理
	allowed int            // workdays after the push
	days    []store.Due    // the first pushes whose time to answer came
	ranked  []store.Timely // the lowest rate first
	few     []store.Timely // fewer than are ranked
}

func (a asker) promptness(v *store.View, q query) (promptness, error) {
	from, to := q.New.Days(a.today())
	to = min(to, a.today()-1) // today is not over
	p := promptness{rate: "办理及时率", allowed: a.book.Response().Dispose}
	if q.By == inquiry.ByTown {
		p = promptness{rate: "报送及时率", reports: true, allowed: a.book.Response().Report}
	}
	for pushed := from - 30; pushed <= to; pushed++ { // no deadline of A-22 is further off, holidays included
		if by, _ := a.book.AddWorkdays(pushed, p.allowed); by >= from && by <= to {
			p.days = append(p.days, store.Due{Pushed: pushed, By: by})
		}
	}
	s, _ := a.scope(q)
	all, err := v.Timeliness(s, p.reports, p.days)
	slices.SortStableFunc(all, func(a, b store.Timely) int { return cmp.Compare(a.InTime*b.N, b.InTime*a.N) })
	for _, u := range all {
		if u.N < fewest {
			p.few = append(p.few, u)
		} else {
			p.ranked = append(p.ranked, u)
		}
	}
	return p, err
}

// answerSlowest ranks units by how many of their warnings they answered in time, the lowest first.
func (t *turn) answerSlowest(q query) error {
	p, err := t.promptness(&t.tx.View, q)
	if err != nil {
		return err
	}
	t.say(bot.Text{
		{Text: q.headed(string(q.New) + p.rate), Bold: true},
		{Text: fmt.Sprintf("(推送后%d个工作日内;截至%s,据骏马预警台账)", p.allowed, minute(t.tx.Now))},
	})
	few := rates(p.few, nothing)
	switch {
	case len(p.ranked)+len(p.few) == 0:
		t.sayf("这段时间没有到期应%s的预警。", strings.TrimSuffix(p.rate, "及时率"))
	case len(p.ranked) == 0:
		t.sayf("各单位都不足%d件,不排序:%s。", fewest, few)
	default:
		t.sayf("由低到高:%s。", rates(p.ranked, percent))
		if few != "" {
			t.sayf("不足%d件的不排序:%s。", fewest, few)
		}
	}
	t.sayLimits()
	t.offerExport(q, len(p.ranked)+len(p.few))
	return nil
}

// rates writes 市住建局7件中0件按时(0%), of the first units.
func rates(all []store.Timely, rate func(store.Timely) string) string {
	var parts []string
	for _, u := range all[:min(len(all), mostShown)] {
		parts = append(parts, fmt.Sprintf("%s%d件中%d件按时%s", unitOr(mechanism.Party{Unit: u.Unit}, "单位待明确"), u.N, u.InTime, rate(u)))
	}
	text := strings.Join(parts, "、")
	if more := len(all) - mostShown; more > 0 {
		text += fmt.Sprintf(",另有%d个单位", more)
	}
	return text
}

// slowestTable says the rates and lists every warning behind them, to be checked one by one (E.1).
func (a asker) slowestTable(v *store.View, q query) (table.Sheet, error) {
	p, err := a.promptness(v, q)
	if err != nil {
		return table.Sheet{}, err
	}
	scope, _ := a.scope(q)
	answers, err := v.Answers(scope, p.reports, p.days, mostExported+1)
	s := a.sheet(q.headed(string(q.New)+p.rate), fmt.Sprintf("推送后%d个工作日内为按时,据骏马预警台账", p.allowed), len(answers))
	for _, u := range p.ranked {
		s.Remarks = append(s.Remarks, rates([]store.Timely{u}, percent))
	}
	for _, u := range p.few {
		s.Remarks = append(s.Remarks, rates([]store.Timely{u}, unranked))
	}
	s.Headings = []string{"序号", "单位", "项目名称", "项目编号", "环节", "预警", "首次推送日", "应答复日", "答复日", "是否按时"}
	for i, r := range answers[:min(len(answers), mostExported)] {
		inTime := "否"
		if !r.Answered.IsZero() && r.Answered <= r.By {
			inTime = "是"
		}
		s.Rows = append(s.Rows, []any{
			i + 1, r.Unit, r.ProjectName, r.Project, string(r.Stage), levelWord(r.Level), r.Pushed.String(), r.By.String(), r.Answered.String(), inTime,
		})
	}
	return s, err
}

// What is written behind a unit's numbers.
func percent(u store.Timely) string { return fmt.Sprintf("(%d%%)", u.InTime*100/u.N) }
func unranked(store.Timely) string  { return fmt.Sprintf("(不足%d件,不排序)", fewest) }
func nothing(store.Timely) string   { return "" }

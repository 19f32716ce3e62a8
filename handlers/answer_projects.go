package handlers

import (
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/handlers/table"
	"junma/mechanism"
	"junma/store"
)

// answerProjects counts and lists the projects in hand: those with a stage under way.
func (t *turn) answerProjects(q query) error {
	s, _ := t.scope(q)
	total, err := t.tx.CountProjects(s)
	if err != nil {
		return err
	}
	text := q.headed(fmt.Sprintf("在办项目%d个", total))
	if total == 0 {
		text = t.none(q, "在办项目")
	}
	t.say(bot.Text{{Text: text, Bold: true}, {Text: fmt.Sprintf("(有环节计时中或有预警的;截至%s,据骏马项目台账)", minute(t.tx.Now))}})
	q.page = min(q.page, max(0, (total-1)/mostShown))
	refs, err := t.tx.ListedProjects(s, q.page*mostShown, mostShown)
	if err != nil {
		return err
	}
	var stages []string
	for _, ref := range refs {
		p, err := t.tx.Project(ref.ID)
		if err != nil {
			return err
		}
		stages = append(stages, strings.Join(t.underWay(&p), "、"))
	}
	t.sayPage(q, len(refs), func(i, width int) string { return shorten(refs[i].Name, width) + " · " + stages[i] })
	t.sayLimits()
	t.turnPages(q, total)
	t.offerStatuses(total, refs)
	return nil
}

// underWay names the stages of a project that are under way and that the person may see, each with its light.
func (t *turn) underWay(p *mechanism.Project) []string {
	var stages []string
	for _, s := range t.running(p) {
		light := "计时中"
		if c := p.OpenCase(s); c != nil {
			light = levelWord(c.Level)
		}
		stages = append(stages, fmt.Sprintf("%s(%s)", s, light))
	}
	return stages
}

// running gives the stages of a project that are under way and that the asker may see.
func (a asker) running(p *mechanism.Project) []mechanism.Stage {
	return slices.DeleteFunc(slices.Clone(mechanism.Stages), func(s mechanism.Stage) bool { return !runs(a.book, p, s) || !a.sees(p, s) })
}

// projectsTable lists every project in hand that a question is about, a line for each stage under way that the asker may
// see.
func (a asker) projectsTable(v *store.View, q query) (table.Sheet, error) {
	scope, _ := a.scope(q)
	refs, err := v.ListedProjects(scope, 0, mostExported+1)
	if err != nil {
		return table.Sheet{}, err
	}
	s := a.sheet(q.headed("在办项目"), "据骏马项目台账", len(refs))
	s.Headings = []string{
		"序号", "项目名称", "项目编号", "项目代码", "属地", "板块", "总投资(万元)", "所处环节", "起算日", "时限最后一日", "剩余日数", "预警", "第几次红灯",
		"第几次推送", "状态", "项目责任单位", "环节责任部门",
	}
	for i, ref := range refs[:min(len(refs), mostExported)] {
		p, err := v.Project(ref.ID)
		if err != nil {
			return table.Sheet{}, err
		}
		for _, stage := range a.running(&p) {
			s.Rows = append(s.Rows, append([]any{
				i + 1, p.Name, p.ID, p.Code, p.Town, string(p.Sector()), p.InvestmentWan, string(stage),
			}, a.stageCells(&p, stage)...))
		}
	}
	return s, nil
}

// stageCells is what a table says of a stage under way: its clock, its warning, who answers for it.
func (a asker) stageCells(p *mechanism.Project, stage mechanism.Stage) []any {
	cells := []any{"", "", "", "", "", "", ""}
	parties, _ := a.book.Parties(p, stage)
	if clock, ok := a.book.Clock(p, stage); ok {
		_, due := a.book.Evaluate(clock, a.today())
		cells[0], cells[1], cells[2] = due.Start.String(), due.Last.String(), int(due.Last-a.today())
	}
	if c := p.OpenCase(stage); c != nil {
		parties = c.Parties
		cells[3], cells[5], cells[6] = levelWord(c.Level), c.Push, string(c.State)
		if c.RedNo > 0 {
			cells[4] = c.RedNo
		}
	}
	return append(cells, parties.Responsible.Unit, parties.Department.Unit)
}

package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// history answers 历史 <项目>: what became of each of its warnings, the latest first, as far as the person may see them.
func (t *turn) history(words string) error {
	if words == "" {
		t.sayf("请在“历史”后面写项目名称,例如:历史 云溪新材料。")
		return nil
	}
	visible, err := t.visible(words)
	if err != nil {
		return err
	}
	switch {
	case len(visible) == 0:
		t.sayNotFound(words)
		return nil
	case len(visible) > 1 && visible[0].Name != words:
		t.sayf("有%d个项目的名称含“%s”,请写全名称:", len(visible), shorten(words, 20))
		for _, p := range visible[:min(len(visible), mostListed)] {
			t.sayf("%s", p.Name)
		}
		return nil
	}
	t.projectHistory(visible[0])
	return nil
}

func (t *turn) projectHistory(p *mechanism.Project) {
	var cases []*mechanism.Case
	for i := range p.Cases {
		if t.sees(p, p.Cases[i].Stage) {
			cases = append(cases, &p.Cases[i])
		}
	}
	slices.SortStableFunc(cases, func(a, b *mechanism.Case) int { return b.FiredAt.Compare(a.FiredAt) })
	asOf := fmt.Sprintf("历次预警%d个(截至%s):", len(cases), minute(t.tx.Now))
	if t.title == "" {
		t.say(bot.Text{{Text: p.Name, Bold: true}, {Text: ":" + asOf}})
	} else {
		t.sayf("%s", asOf)
	}
	for i, c := range cases[:min(len(cases), mostListed)] {
		t.sayf("%d. %s", i+1, t.caseHistory(c, p.Reported(c)))
	}
	if more := len(cases) - mostListed; more > 0 {
		t.sayf("更早的还有%d个,需要了解的请联系业务专班。", more)
	}
}

// caseHistory tells one warning in a line: lit, reported, disposed of, how it stands.
func (t *turn) caseHistory(c *mechanism.Case, reports []mechanism.Report) string {
	lit := c.FiredOn
	if !c.Since.IsZero() {
		lit = c.Since
	}
	said := []string{fmt.Sprintf("%s(%s):%s亮灯", c.Stage, levelWord(c.Level), t.short(lit))}
	if c.Push > 1 {
		said = append(said, fmt.Sprintf("推送%d次", c.Push))
	}
	if n := len(reports); n > 0 {
		last := reports[n-1]
		said = append(said, fmt.Sprintf("报送%d次,最近%s%s报送“%s”", n, t.short(mechanism.DateOf(last.At)), last.By.Unit, shorten(last.Text, 30)))
	}
	if n := len(c.Disposals); n > 0 {
		last := c.Disposals[n-1]
		said = append(said, fmt.Sprintf("%s%s办理:%s", t.short(mechanism.DateOf(last.At)), last.By.Unit, last.Option))
	}
	stands := "现为" + string(c.State)
	if !c.ClosedOn.IsZero() {
		stands = t.short(c.ClosedOn) + string(c.State)
	}
	return strings.Join(append(said, stands), ";") + "。"
}

// mostOwn bounds how many projects are read for one list.
const mostOwn = 1000

// ownProjects lists the projects on which the person's units have a duty: those with open warnings first, then those
// whose clocks run.
func (t *turn) ownProjects(string) error {
	type own struct {
		name          string
		reds, oranges int
	}
	var units []string
	for _, o := range t.actor.Offices {
		if o.Unit != "" && (o.Role == mechanism.RoleContact || o.Role == mechanism.RoleLeader) {
			units = append(units, o.Unit)
		}
	}
	if len(units) == 0 {
		t.sayf("你没有登记为责任单位的联系人或领导。要看某个单位的情况,请回复“状态”加单位名称。")
		return nil
	}
	rows, err := notify.OwnCases(&t.tx.View, t.actor)
	if err != nil {
		return err
	}
	found := map[string]*own{}
	for _, row := range rows {
		if !t.seesRow(row) {
			continue
		}
		if found[row.Project] == nil {
			found[row.Project] = &own{name: row.ProjectName}
		}
		if row.Level == mechanism.Red {
			found[row.Project].reds++
		} else {
			found[row.Project].oranges++
		}
	}
	running, err := t.tx.ListedProjects(store.Scope{Units: units, Rights: units}, 0, mostOwn)
	if err != nil {
		return err
	}
	for _, p := range running {
		if found[p.ID] == nil {
			found[p.ID] = &own{name: p.Name}
		}
	}
	var all []*own
	for _, p := range found {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *own) int {
		return cmp.Or(cmp.Compare(b.reds, a.reds), cmp.Compare(b.oranges, a.oranges), cmp.Compare(a.name, b.name))
	})
	t.say(bot.Text{{Text: fmt.Sprintf("你单位的项目%d个", len(all)), Bold: true}, {Text: fmt.Sprintf("(有预警或正在计时的,截至%s)", minute(t.tx.Now))}})
	for i, p := range all[:min(len(all), mostListed)] {
		var lights []string
		if p.reds > 0 {
			lights = append(lights, fmt.Sprintf("红灯%d个", p.reds))
		}
		if p.oranges > 0 {
			lights = append(lights, fmt.Sprintf("橙色预警%d个", p.oranges))
		}
		t.sayf("%d. %s:%s", i+1, p.name, cmp.Or(strings.Join(lights, "、"), "计时中,没有预警"))
	}
	if more := len(all) - mostListed; more > 0 {
		t.sayf("另有%d个。", more)
	}
	if len(all) > 0 {
		t.sayf("回复“状态”或“历史”加项目名称,可看详情。")
	}
	return nil
}

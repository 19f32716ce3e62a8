package handlers

import (
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Questions that commands ask: how everything stands, and after its name how a unit does.
const (
	sayAll      = "全市情况"
	sayStanding = "情况"
)

// status answers 状态 <项目或单位>: the lights with why they are on, as far as the person may see them; alone how everything
// stands.
func (t *turn) status(words string) error {
	roster, err := t.tx.Roster()
	if err != nil {
		return err
	}
	if words == "" {
		return t.inquire(sayAll, 0)
	}
	visible, err := t.visible(words)
	if err != nil {
		return err
	}
	unit, isUnit := unitLike(roster, words)
	if u, ok := roster.Unit(words); ok {
		n, err := t.tx.Count(store.Scope{Unit: u.Name, All: true})
		if err != nil {
			return err
		}
		if n > 0 || len(visible) == 0 { // an owner is often named like its project: the project is meant
			return t.inquire(u.Name+sayStanding, 0)
		}
	}
	switch {
	case len(visible) == 1, len(visible) > 1 && visible[0].Name == words:
		t.projectStatus(visible[0])
	case len(visible) > 1:
		t.sayf("有%d个项目的名称含“%s”,请写全名称:", len(visible), shorten(words, 20))
		for _, p := range visible[:min(len(visible), mostListed)] {
			t.sayf("%s", p.Name)
		}
	case isUnit:
		return t.inquire(unit+sayStanding, 0)
	default:
		t.sayNotFound(words)
	}
	return nil
}

// sayNotFound says that words name no project; whoever may not see all can't tell one that is not theirs from none.
func (t *turn) sayNotFound(words string) {
	if t.seesAll() {
		t.sayf("没有找到名称含“%s”的项目,请核对名称。", shorten(words, 20))
		return
	}
	t.sayf("没有找到“%s”,或它不在你单位的职责范围内。请核对名称;需要了解其他项目的,请联系业务专班。", shorten(words, 20))
}

// visible finds the projects that words name and of which the person may see a stage that has begun. A project of which
// nothing is known but its 盯引 is as sensitive as that.
func (t *turn) visible(words string) ([]*mechanism.Project, error) {
	found, err := t.tx.FindProjects(words, 2*mostListed)
	if err != nil {
		return nil, err
	}
	var visible []*mechanism.Project
	for _, ref := range found {
		p, err := t.tx.Project(ref.ID)
		if err != nil {
			return nil, err
		}
		if t.knows(&p) {
			visible = append(visible, &p)
		}
	}
	return visible, nil
}

// knows reports whether the person may see a stage of the project that has begun.
func (t *turn) knows(p *mechanism.Project) bool {
	begun := func(s mechanism.StageState) bool { return t.sees(p, s.Stage) }
	lit := func(c mechanism.Case) bool { return t.sees(p, c.Stage) } // by the platform, of whose stage no date is known
	nothing := len(p.Stages) == 0 && len(p.Cases) == 0
	return slices.ContainsFunc(p.Stages, begun) || slices.ContainsFunc(p.Cases, lit) || nothing && t.sees(p, mechanism.Scouting)
}

// unitLike finds the one unit whose name contains words.
func unitLike(roster *store.Roster, words string) (string, bool) {
	var hits []string
	for _, u := range roster.Units {
		if len([]rune(words)) >= 2 && strings.Contains(u.Name, words) {
			hits = append(hits, u.Name)
		}
	}
	if len(hits) != 1 {
		return "", false
	}
	return hits[0], true
}

// projectStatus lists the running stages of a project that the person may see.
func (t *turn) projectStatus(p *mechanism.Project) {
	t.say(bot.Text{{Text: p.Name, Bold: true}, {Text: fmt.Sprintf("(截至%s)", minute(t.tx.Now))}})
	if !p.ExitedOn.IsZero() {
		t.sayf("项目已于%s退出。", fullDay(p.ExitedOn))
		return
	}
	said := len(t.lines)
	for _, s := range mechanism.Stages {
		if !t.sees(p, s) {
			continue
		}
		if text := t.stageStatus(p, s); text != "" {
			t.sayf("%s", text)
		}
	}
	if len(t.lines) == said {
		t.sayf("目前没有计时中的环节。")
	}
}

// stageStatus says how one stage stands, and why; "" when no clock runs.
func (t *turn) stageStatus(p *mechanism.Project, s mechanism.Stage) string {
	if c := p.OpenCase(s); c != nil {
		return t.caseStatus(c)
	}
	clock, ok := t.h.Book.Clock(p, s)
	if !ok {
		return ""
	}
	light, r := t.h.Book.Evaluate(clock, t.today())
	switch light {
	case mechanism.LightGreen:
		return fmt.Sprintf("%s:绿灯。%s。", s, t.why(r))
	case mechanism.LightOrange:
		return fmt.Sprintf("%s:橙色提示,不作预警。%s。", s, t.why(r))
	case mechanism.LightRed:
		return fmt.Sprintf("%s:红灯提示,不作预警。%s。", s, t.why(r))
	default:
		return ""
	}
}

// why shows the arithmetic behind a light.
func (t *turn) why(r mechanism.Reading) string {
	text := fmt.Sprintf("起算%s,时限%s,", t.short(r.Start), span(r.Limit))
	if over := t.today() - r.Last; over > 0 {
		text += fmt.Sprintf("至%s,已超%d日", t.short(r.Last), int(over))
	} else {
		text += fmt.Sprintf("%s24时前办结,剩余%d日", t.short(r.Last), int(-over))
	}
	return text + doubts(r)
}

// short writes a day with its year only when it is not this one.
func (t *turn) short(d mechanism.Date) string {
	if d.Year() == t.today().Year() {
		return day(d)
	}
	return fullDay(d)
}

// doubts marks what is not certain about a reading.
func doubts(r mechanism.Reading) string {
	text := ""
	if !r.Confirmed {
		text += ";时限为示例,未核定"
	}
	if r.Inferred {
		text += ";起算为推定"
	}
	if r.Unverified {
		text += ";日历未核定"
	}
	return text
}

// caseStatus says how an open warning stands.
func (t *turn) caseStatus(c *mechanism.Case) string {
	text := fmt.Sprintf("%s:%s", c.Stage, levelWord(c.Level))
	if c.RedNo > 0 {
		text = fmt.Sprintf("%s:第%d次红灯", c.Stage, c.RedNo)
	}
	text += "," + string(c.State)
	if c.Waiting != "" {
		text += "(" + string(c.Waiting) + ")"
	}
	if !c.Due.Start.IsZero() {
		text += "。" + t.why(c.Due)
	} else {
		text += fmt.Sprintf("。杭州平台%s亮灯", t.short(c.Since))
	}
	if c.Push > 0 {
		text += fmt.Sprintf("。第%d次推送,本周期至%s", c.Push, t.short(c.Cycle.End(c.Push)))
	}
	return text + fmt.Sprintf("。责任单位%s,环节责任部门%s。", unitOr(c.Parties.Responsible, "待明确"), unitOr(c.Parties.Department, "待明确"))
}

// seesRow is sees for a row of the list of warnings. Whoever has a duty on the case sees it; 盯引 only those whom A-41
// names.
func (t *turn) seesRow(row store.CaseRow) bool {
	units := []string{row.Responsible, row.Department, row.Lead}
	if row.Stage != mechanism.Scouting {
		units = append(units, row.Phase)
	}
	return t.seesAll() || t.holds(units...)
}

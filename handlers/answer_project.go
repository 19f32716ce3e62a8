package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// projectCues are the words that ask each question about a project, as buttons say them.
var projectCues = map[inquiry.Kind]string{
	inquiry.Where: "到哪了", inquiry.Who: "谁负责", inquiry.Left: "还剩几天", inquiry.Pushes: "第几次推送", inquiry.Why: "为什么亮灯",
	inquiry.Differs: "平台已销号",
}

// answerProject answers a question about one project, or asks which of several is meant.
func (t *turn) answerProject(q query) error {
	if q.Kind == inquiry.Differs && q.Project == "" {
		t.answerDiffers(nil)
		return nil
	}
	found, err := t.named(q.Project)
	if err != nil {
		return err
	}
	switch {
	case len(found) == 0:
		t.sayNotFound(q.Project)
		return nil
	case len(found) > 1:
		t.sayf("有%d个项目的名称与“%s”相近,请选择:", len(found), shorten(q.Project, 20))
		for _, p := range found[:min(len(found), mostShown)] {
			t.offer(p.Name, p.Name+projectCues[q.Kind])
		}
		return nil
	}
	p := found[0]
	switch q.Kind {
	case inquiry.Where:
		t.projectStatus(p)
		return nil
	case inquiry.Differs:
		t.answerDiffers(p)
		return nil
	}
	t.say(bot.Text{{Text: p.Name, Bold: true}, {Text: fmt.Sprintf("(截至%s,据骏马项目台账)", minute(t.tx.Now))}})
	said := len(t.lines)
	for _, s := range mechanism.Stages {
		if t.sees(p, s) {
			t.sayStage(q, p, s)
		}
	}
	if len(t.lines) == said {
		t.sayf("%s", map[bool]string{true: "目前没有未销号的预警。", false: "目前没有计时中的环节。"}[q.Kind == inquiry.Pushes || q.Kind == inquiry.Why])
	}
	return nil
}

// offerStatuses adds a button for each project of a short list, which leads to how it stands; none when the list or the
// buttons go on beyond one card.
func (t *turn) offerStatuses(total int, listed []store.ProjectRef) {
	var choices []notify.Choice
	for i, ref := range listed {
		if !slices.ContainsFunc(listed[:i], func(r store.ProjectRef) bool { return r.ID == ref.ID }) {
			choices = append(choices, notify.Choice{Label: fmt.Sprintf("%d %s", i+1, shorten(ref.Name, 8)), Act: actStatus, Arg: ref.ID})
		}
	}
	if total == len(listed) && len(choices)+len(t.buttons) <= t.mostButtons() {
		t.buttons = append(choices, t.buttons...)
	}
}

// pressStatus says how a project of a list stands.
func (t *turn) pressStatus(b store.Button) error {
	t.about = target{}
	p, err := t.tx.Project(b.Arg)
	if err != nil {
		return err
	}
	if !t.knows(&p) {
		return t.refuse(target{}, "这个项目不在你单位的职责范围内,不能查看。需要了解的,请联系业务专班。")
	}
	t.title = "项目状态"
	t.projectStatus(&p)
	return nil
}

// sayStage answers for one stage of a project; a stage that has nothing to say says nothing.
func (t *turn) sayStage(q query, p *mechanism.Project, s mechanism.Stage) {
	c := p.OpenCase(s)
	clock, runs := t.h.Book.Clock(p, s)
	runs = runs && clock.Done.IsZero() && p.ExitedOn.IsZero()
	switch {
	case q.Kind == inquiry.Pushes && c != nil && c.Push > 0:
		t.sayf("%s:第%d次推送(%s),本周期至%s24时。", s, c.Push, t.short(c.PushedOn), t.short(c.Cycle.End(c.Push)))
	case q.Kind == inquiry.Pushes && c != nil:
		t.sayf("%s:存量,尚未推送。", s)
	case q.Kind == inquiry.Why && c != nil:
		t.sayWhy(c)
	case q.Kind == inquiry.Left && c != nil && !c.Due.Start.IsZero():
		t.sayf("%s:%s。", s, t.why(c.Due))
	case q.Kind == inquiry.Left && runs:
		_, r := t.h.Book.Evaluate(clock, t.today())
		orange := ""
		if r.Orange > t.today() {
			orange = ";" + t.short(r.Orange) + "起橙色"
		}
		t.sayf("%s:%s%s。", s, t.why(r), orange)
	case q.Kind == inquiry.Who && (c != nil || runs):
		parties, _ := t.h.Book.Parties(p, s)
		if c != nil {
			parties = c.Parties
		}
		t.sayf("%s:项目责任单位%s,环节责任部门%s,板块牵头%s。", s, whoHolds(q.roster, parties.Responsible),
			whoHolds(q.roster, parties.Department), unitOr(parties.Lead, "待明确"))
	}
}

// sayWhy says why a case was raised and how it stands, one fact a line.
func (t *turn) sayWhy(c *mechanism.Case) {
	level := levelWord(c.Level)
	if c.RedNo > 0 {
		level = fmt.Sprintf("第%d次红灯", c.RedNo)
	}
	t.say(bot.Text{{Text: fmt.Sprintf("%s:%s", c.Stage, level), Bold: true}, {Text: "," + standing(c) + "。"}})
	if r := c.Due; r.Limit != (mechanism.Limit{}) {
		t.sayf("起算%s,时限%s(%s)。", t.short(r.Start), span(r.Limit), basisWords(r.Basis))
		orange := ""
		if !r.Orange.IsZero() {
			orange = t.short(r.Orange) + "起橙色,"
		}
		t.sayf("最后期限%s24时:%s%s起红灯。", t.short(r.Last), orange, t.short(r.Red))
		if text := doubtful(r); text != "" {
			t.sayf("%s", text)
		}
	}
	if !c.Since.IsZero() {
		t.sayf("杭州平台%s亮灯。", t.short(c.Since))
	}
	late := ""
	if c.Late {
		late = ",接入时已在期内或已逾期"
	}
	t.sayf("%s列为%s预警%s。", t.short(c.FiredOn), strings.TrimSuffix(levelWord(c.Level), "预警"), late)
	switch {
	case c.Backlog:
		t.sayf("属存量,待业务专班转办。")
	case c.Push > 0:
		t.sayf("第%d次推送%s,本周期至%s24时。", c.Push, t.short(c.PushedOn), t.short(c.Cycle.End(c.Push)))
	}
	if c.Note != "" {
		t.sayf("%s", sentence(c.Note))
	}
}

// whoHolds names a party with its contacts.
func whoHolds(roster *store.Roster, party mechanism.Party) string {
	var names []string
	for _, p := range roster.Holders(party.Unit, mechanism.RoleContact) {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return unitOr(party, "待明确")
	}
	return party.Unit + "(联系人" + strings.Join(names, "、") + ")"
}

// named finds the projects that words name and the person may see: those whose name holds the words, or else those that
// sound alike, or the one of that number.
func (t *turn) named(words string) ([]*mechanism.Project, error) {
	pairs, prefix := inquiry.SearchKeys(words)
	refs, err := t.tx.SearchNames(pairs, "", 2*mostListed)
	if err == nil && len(refs) == 0 && prefix != "" {
		refs, err = t.tx.SearchNames(nil, prefix, 2*mostListed)
	}
	if err == nil && len(refs) == 0 {
		refs, err = t.numbered(words)
	}
	if err != nil {
		return nil, err
	}
	var exact, holding, alike []*mechanism.Project
	for _, ref := range refs {
		p, err := t.tx.Project(ref.ID)
		if err != nil {
			return nil, err
		}
		switch {
		case !t.knows(&p):
		case strings.EqualFold(p.Name, words):
			exact = append(exact, &p)
		case strings.Contains(strings.ToLower(p.Name), words):
			holding = append(holding, &p)
		default:
			alike = append(alike, &p)
		}
	}
	switch {
	case len(exact) > 0:
		return exact, nil
	case len(holding) > 0:
		return holding, nil
	}
	return alike, nil
}

// numbered finds a project by its id or its national code.
func (t *turn) numbered(words string) ([]store.ProjectRef, error) {
	for _, load := range []func(string) (mechanism.Project, error){t.tx.Project, t.tx.ProjectByCode} {
		for _, as := range []string{words, strings.ToUpper(words)} {
			p, err := load(as)
			if err == nil {
				return []store.ProjectRef{{ID: p.ID, Code: p.Code, Name: p.Name}}, nil
			}
			if !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
		}
	}
	return nil, nil
}

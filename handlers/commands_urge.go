package handlers

import (
	"fmt"
	"strconv"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// actUrge urges about the case that the argument names as project|case.
const actUrge = "urge"

// urge answers 催办 <项目> [环节]: a card to whose turn it is, at most once in [push] urge_interval for each warning.
func (t *turn) urge(words string) error {
	if words == "" {
		t.sayf("请在“催办”后面写项目名称,也可再写环节,例如:催办 云溪新材料 施工许可。")
		return nil
	}
	name, stage := cutStage(words)
	visible, err := t.visible(name)
	if err != nil {
		return err
	}
	if len(visible) == 0 && stage != "" { // the stage is part of the name
		name, stage = words, ""
		if visible, err = t.visible(name); err != nil {
			return err
		}
	}
	switch {
	case len(visible) == 0:
		t.sayf("没有找到“%s”,请核对项目名称后再催办。", shorten(name, 20))
		return nil
	case len(visible) > 1 && visible[0].Name != name:
		t.sayf("有%d个项目的名称含“%s”,请写全名称:", len(visible), shorten(name, 20))
		for _, p := range visible[:min(len(visible), mostListed)] {
			t.sayf("%s", p.Name)
		}
		return nil
	}
	return t.urgeProject(visible[0], stage)
}

// cutStage takes a stage off the end of what names a project and perhaps a stage.
func cutStage(words string) (name string, stage mechanism.Stage) {
	for _, s := range mechanism.Stages {
		if rest, ok := strings.CutSuffix(words, string(s)); ok && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest), s
		}
	}
	return words, ""
}

// urgeProject urges about the one open warning that is meant, or asks which.
func (t *turn) urgeProject(p *mechanism.Project, stage mechanism.Stage) error {
	var open []*mechanism.Case
	for i := range p.Cases {
		if c := &p.Cases[i]; c.State.Open() && (stage == "" || c.Stage == stage) {
			open = append(open, c)
		}
	}
	switch len(open) {
	case 0:
		t.sayf("%s%s没有未销号的预警,不用催办。", p.Name, stage)
		return nil
	case 1:
		return t.urgeCase(p.ID, open[0].Seq)
	}
	t.sayf("%s有%d条未销号的预警,请选择催办哪一条:", p.Name, len(open))
	for _, c := range open {
		t.sayf("%s", t.caseStatus(c))
		t.buttons = append(t.buttons, notify.Choice{
			Label: fmt.Sprintf("%s·%s", c.Stage, levelWord(c.Level)), Act: actUrge, Arg: p.ID + "|" + strconv.Itoa(c.Seq),
		})
	}
	return nil
}

// pressUrge urges about the warning that was chosen.
func (t *turn) pressUrge(b store.Button) error {
	project, seq, _ := strings.Cut(b.Arg, "|")
	return t.urgeCase(project, number(seq))
}

// urgeCase urges and says who is told, or why not.
func (t *turn) urgeCase(project string, seq int) error {
	p, refusal, err := t.apply(project, mechanism.Urged{Case: seq})
	switch {
	case err != nil:
		return err
	case refusal == nil:
		return t.sayUrged(p, p.Case(seq))
	}
	t.sayf("%s", refusal.Sentence)
	return nil
}

// sayUrged says who is told by the latest 催办, and when if that is not now.
func (t *turn) sayUrged(p *mechanism.Project, c *mechanism.Case) error {
	told, err := t.urgingCards(p, c)
	if err != nil {
		return err
	}
	roster, err := t.tx.Roster()
	if err != nil {
		return err
	}
	var names []string
	when := ""
	for _, d := range told {
		if who, ok := roster.Person(d.Person); ok {
			names = append(names, who.Unit+who.Name)
		}
		if d.NotBefore.After(t.tx.Now) {
			when = fmt.Sprintf(",%s送达", minute(d.NotBefore))
		}
	}
	if len(names) == 0 {
		t.sayf("%s没有可送达的联系人或责任领导,催办没有送达任何人,请先补登名册。", unitOr(mechanism.Party{Unit: c.Parties.Unit(c.Turn())}, string(c.Turn())))
		return nil
	}
	t.say(bot.Text{{Text: "已催办", Bold: true}, {Text: fmt.Sprintf("%s%s(%s):%s%s。", p.Name, c.Stage, levelWord(c.Level), strings.Join(names, "、"), when)}})
	return nil
}

// urgingCards gives what the latest 催办 of a case sends.
func (t *turn) urgingCards(p *mechanism.Project, c *mechanism.Case) ([]store.Delivery, error) {
	return t.tx.Deliveries(store.DeliveryFilter{KeyPrefix: fmt.Sprintf("%s/%s/%d/%d/", mechanism.KindUrged, p.ID, c.Seq, len(c.Urges))})
}

package handlers

import (
	"fmt"
	"strings"

	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// pressTakeUp opens an act that was parked, named in the button's argument.
func (t *turn) pressTakeUp(b store.Button) error {
	part := strings.Split(b.Arg, "|")
	if len(part) != 3 {
		return fmt.Errorf("button of act %q has the argument %q", b.Act, b.Arg)
	}
	if act := mechanism.Act(part[0]); act != mechanism.ActEvidence {
		return t.pressAct(act, part[1], number(part[2]), 0)
	}
	return t.pressEvidence(part[1], number(part[2]))
}

// pressMore sends the rest of a digest.
func (t *turn) pressMore(b store.Button) error {
	digest, shown, _ := strings.Cut(b.Arg, "|")
	t.sayf("其余事项已另发一张卡片。")
	return t.h.Notify.More(t.tx, digest, number(shown), "more/"+t.key)
}

// pressDecide puts the acts on a case before whoever found it among what is to be done, the proposed disposal first.
func (t *turn) pressDecide(b store.Button) error {
	id, seq, _ := strings.Cut(b.Arg, "|")
	p, err := t.tx.Project(id)
	if err != nil {
		return err
	}
	c := p.Case(number(seq))
	if c == nil {
		return fmt.Errorf("project %s has no case %q: %w", id, seq, store.ErrNotFound)
	}
	t.about = target{Project: id, Case: c.Seq}
	if !t.sees(&p, c.Stage) {
		return t.refuse(t.about, "这个项目不在你单位的职责范围内,不能查看。需要了解的,请联系业务专班。")
	}
	if !c.State.Open() {
		t.sayf("这条预警已经%s,不用再办理。", c.State)
		return t.sayHappened(id, c.Seq)
	}
	t.sayf("%s", t.caseStatus(c))
	if n := len(c.Reports); n > 0 {
		last := c.Reports[n-1]
		t.sayf("%s%s报送:%s佐证%d件,建议%s。", last.By.Unit, t.short(mechanism.DateOf(last.At)), sentence(last.Text), len(last.Evidence), last.Proposal)
	}
	t.buttons = nil
	for _, choice := range notify.Acts(&p, c, mechanism.DutiesOf(c, t.actor), t.actor) {
		choice.Arg = strings.Join([]string{choice.Act, id, seq}, "|")
		choice.Act = notify.ActTakeUp
		t.buttons = append(t.buttons, choice)
	}
	return nil
}

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

// pressMore sends the rest of a digest, to whoever presses.
func (t *turn) pressMore(pressed store.Delivery, b store.Button) error {
	digest, shown, _ := strings.Cut(b.Arg, "|")
	sent, err := t.h.Notify.More(t.tx, digest, t.who.ID, number(shown), "more/"+t.key, t.sees)
	switch {
	case err != nil:
		return err
	case !sent && pressed.Person == "":
		return t.refuse(target{}, "其余事项已办结,或不在你单位的职责范围内。需要了解的,请联系业务专班。")
	case !sent:
		t.sayf("其余事项都已办结。")
	case pressed.Person != "": // in a group the answer is the card itself
		t.sayf("其余事项已另发一张卡片。")
	}
	return nil
}

// pressOpen sends a card of a digest. One of a group goes to whoever presses and may see the project (D.5).
func (t *turn) pressOpen(pressed store.Delivery, b store.Button) error {
	card, err := t.tx.Delivery(b.Arg)
	if err != nil {
		return err
	}
	if card.Person == "" {
		p, err := t.tx.Project(card.Project)
		if err != nil {
			return err
		}
		t.about = target{Project: p.ID, Case: card.Case}
		if c := p.Case(card.Case); c != nil && !t.sees(&p, c.Stage) {
			return t.refuse(t.about, sayNotYours)
		}
		t.about = target{}
	}
	said, err := t.h.Notify.Open(t.tx, b.Arg, t.who.ID)
	if pressed.Person != "" || !strings.HasPrefix(said, "已打开") {
		t.sayf("%s", said)
	}
	return err
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
		return t.refuse(t.about, sayNotYours)
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

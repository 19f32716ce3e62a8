package handlers

import (
	"junma/mechanism"
	"junma/store"
)

// answerIdle says who has not acted: how all warnings of the question stand, whose turn it is on those in 未办理, and lists
// these.
func (t *turn) answerIdle(q query) error {
	s, _ := t.scope(q)
	all := q
	all.State, s.State = "", ""
	n, err := t.countLights(s)
	if err != nil {
		return err
	}
	t.sayCount(all, "", n)
	if n.total("") == 0 {
		t.sayLimits()
		return nil
	}
	t.sayf("%s。", n.split(q.levels()))
	if err := t.compare(all, s, "", n); err != nil {
		return err
	}
	s.State = mechanism.Untreated
	turns, err := t.tx.Figures(s, store.ByWaiting)
	if err != nil {
		return err
	}
	idle := store.Total(turns)
	if idle == 0 {
		t.sayf("没有未办理的。")
	} else {
		t.sayf("未办理的轮到:%s。", shares(turns, nil))
	}
	if all.which() == "" {
		t.offer("看"+n.counted(q.levels()), all.again()+" "+levelsWord(q.levels()))
	}
	return t.listLights(q, s, idle)
}

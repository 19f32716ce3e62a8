package handlers

import (
	"fmt"

	"junma/mechanism"
	"junma/store"
)

// answerIdle says who has not acted: how all warnings of the question stand, whose turn it is on those in 未办理, and lists
// these.
func (t *turn) answerIdle(q query) error {
	s, _ := t.scope(q)
	all := q
	all.State, s.State = "", ""
	n, err := countLights(&t.tx.View, s)
	if err != nil {
		return err
	}
	projects, err := t.tx.CountProjects(s)
	if err != nil {
		return err
	}
	if n.total("") == 0 {
		t.sayAsOf(q.headed(fmt.Sprintf("在办项目%d个,没有%s%s", projects, all.which(), levelsWord(q.levels()))))
		t.sayLimits()
		return nil
	}
	t.sayAsOf(q.headed(fmt.Sprintf("在办项目%d个,%s%s", projects, all.which(), n.counted(q.levels()))))
	t.sayf("%s。", n.split(q.levels()))
	if err := t.compare(all, s, "", n); err != nil {
		return err
	}
	s.State = mechanism.Untreated
	idle, turns, err := q.perLevel(func(level mechanism.Level) ([]store.Share, error) {
		of := s
		of.Level = level
		return t.tx.Turns(of)
	}, nil)
	if err != nil {
		return err
	}
	if turns == "" {
		t.sayf("没有未办理的。")
	} else {
		t.sayf("未办理的轮到:%s。", turns)
		t.offerUrging(q)
	}
	if all.which() == "" {
		t.offer("看"+n.counted(q.levels()), all.again()+" "+levelsWord(q.levels()))
	}
	return t.listLights(q, s, idle.total(""))
}

package handlers

import (
	"slices"

	"junma/mechanism"
	"junma/store"
)

// mostReleased is how many projects one message turns from 存量 into ordinary warnings; the writer must not stand still
// for longer.
const mostReleased = 100

// releaseBacklog turns 存量 into ordinary warnings (C-10): of one project, or of all.
func (t *turn) releaseBacklog(words string) error {
	if words == "" {
		t.sayf("请在“存量转办”后面写项目名称,或写“全部”。")
		return nil
	}
	ids, err := t.backlog(words)
	if err != nil {
		return err
	}
	released := 0
	for _, id := range ids[:min(len(ids), mostReleased)] {
		_, refusal, err := t.apply(id, mechanism.BacklogReleased{})
		if err != nil {
			return err
		}
		if refusal != nil {
			t.sayf("%s", refusal.Sentence)
			continue
		}
		released++
	}
	switch left := len(ids) - mostReleased; {
	case len(ids) == 0:
		t.sayf("没有找到名为“%s”且有存量预警的项目。", shorten(words, 20))
	case left > 0:
		t.sayf("已转办%d个项目的存量预警,还有%d个,请再回复一次。", released, left)
	default:
		t.sayf("已转办%d个项目的存量预警,即日起按普通预警推送。", released)
	}
	return nil
}

// backlog gives the projects with 存量 that words name.
func (t *turn) backlog(words string) ([]string, error) {
	var ids []string
	rows, err := t.tx.AllCases(store.CaseFilter{Open: true})
	for _, row := range rows {
		named := words == "全部" || words == row.ProjectName || words == row.Project
		if row.Backlog && named && !slices.Contains(ids, row.Project) {
			ids = append(ids, row.Project)
		}
	}
	return ids, err
}

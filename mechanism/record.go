package mechanism

import (
	"fmt"
	"slices"
)

// takeRecord creates the project or brings it up to date: facts, then what they end or correct (T15, T18), then the
// platform's lights, then what the local dates ask for. What a record leaves empty it says nothing about. The same
// record twice changes nothing the second time.
func (t *turn) takeRecord(ev RecordArrived) error {
	if _, refusal := allow(OnRecord, nil, t.by, ""); refusal != nil {
		return refusal
	}
	if t.p.ID != "" && t.p.ID != ev.Record.ID {
		return fmt.Errorf("record %q arrived for project %q", ev.Record.ID, t.p.ID)
	}
	if t.p.ID != "" {
		t.catchUp()
	}
	t.p.Day = t.day
	record := ev.Record
	record.Lights = inOrder(record.Lights)
	before := slices.Clone(t.p.Stages)
	t.facts(record)
	for _, row := range record.Stages {
		if refusal := t.takeStage(row); refusal != nil {
			return refusal
		}
	}
	t.infer()
	t.settle(before)
	if !t.p.ExitedOn.IsZero() {
		return nil
	}
	if t.backlog = ev.Baseline; t.backlog {
		t.p.Baseline = t.day
	}
	t.platform(record)
	t.lookAround()
	t.platform(record) // once more, for what only the local dates have just shown
	t.compare(record)
	t.alarmGaps(before)
	return nil
}

func (t *turn) facts(r Record) {
	p := t.p
	p.ID, p.Energy, p.InZone = r.ID, r.Energy, r.InZone
	p.Name, p.Category = r.Name, r.Category
	keep(&p.Code, r.Code)
	keep(&p.FilingKind, r.FilingKind)
	keep(&p.Owner, r.Owner)
	keep(&p.Town, r.Town)
	keep(&p.IndustryDept, r.IndustryDept)
	keep(&p.InvestmentWan, r.InvestmentWan)
	keep(&p.RedBase, r.RedCount)
}

// keep takes what a record says; an empty value says nothing.
func keep[T comparable](field *T, said T) {
	var nothing T
	if said != nothing {
		*field = said
	}
}

// takeStage takes what a record says of one stage. A start after the known completion means that the stage is done over
// (T19).
func (t *turn) takeStage(row StageRecord) *Refusal {
	st := t.state(row.Stage)
	if !row.Start.IsZero() {
		if !st.Done.IsZero() && row.Done.IsZero() && row.Start > st.Done {
			st.Done = 0
		}
		if st.Start != row.Start {
			st.Sized = 0
		}
		st.Start, st.Inferred, st.Derived = row.Start, false, 0
	}
	keep(&st.Done, row.Done)
	if !st.Done.IsZero() && st.Inferred && st.Done < st.Start {
		st.Start, st.Inferred, st.Derived, st.Sized = 0, false, 0, 0 // done before what was thought to start it: 推定 was wrong
	}
	keep(&st.Limit, row.Limit)
	switch {
	case row.Applies != nil && !*row.Applies:
		keep(&st.NotApply, "项目记录注明本环节不适用")
	case row.Applies != nil:
		st.NotApply, st.NotApplyOn = "", 0
	}
	t.dropHint(row.Stage, HintDoneOnlyHere)
	if !st.Done.IsZero() {
		t.dropHint(row.Stage, HintNoDoneDate)
		if row.Done.IsZero() {
			t.addHint(Hint{Stage: row.Stage, Why: HintDoneOnlyHere, On: t.day})
		}
	}
	return impossible(*st, t.day)
}

// impossible is C-13, against what is already known of the stage.
func impossible(st StageState, today Date) *Refusal {
	switch {
	case st.Start > today:
		return refuse(CodeInvalid, "“%s”环节的起算日%s还没有到,请核对后重新录入。", st.Stage, chinese(st.Start))
	case st.Done > today:
		return refuse(CodeInvalid, "“%s”环节的完成日期%s还没有到,请核对后重新录入。", st.Stage, chinese(st.Done))
	case !st.Done.IsZero() && !st.Inferred && st.Done < st.Start:
		return refuse(CodeInvalid, "“%s”环节的完成日期%s早于起算日%s,请核对后重新录入。", st.Stage, chinese(st.Done), chinese(st.Start))
	}
	return nil
}

// state gives the state of a stage, adding it in the notice's order when nothing was known of it.
func (t *turn) state(s Stage) *StageState {
	if st := t.p.stage(s); st != nil {
		return st
	}
	at := 0
	for at < len(t.p.Stages) && slices.Index(Stages, t.p.Stages[at].Stage) < slices.Index(Stages, s) {
		at++
	}
	t.p.Stages = slices.Insert(t.p.Stages, at, StageState{Stage: s})
	return &t.p.Stages[at]
}

// infer takes over the starts that finished stages give to those that hang on them (C-11). A stage whose followers have
// begun is not started afterwards: it is past, whatever the record lacks.
func (t *turn) infer() {
	for _, s := range Stages {
		known := StageState{Stage: s}
		if st := t.p.stage(s); st != nil {
			known = *st
		}
		if !known.Done.IsZero() || !known.Start.IsZero() && !known.Inferred {
			continue
		}
		bare := *t.p
		bare.Stages = slices.DeleteFunc(slices.Clone(bare.Stages), func(st StageState) bool {
			return st.Stage == s && st.NotApply == ""
		})
		start, _ := t.b.start(&bare, s)
		applies, _ := t.b.Applies(t.p, s)
		switch {
		case applies && !start.IsZero() && !t.begunAfter(s):
			if known.Start != start {
				known.Start, known.Inferred, known.Derived, known.Sized = start, true, t.day, 0
			}
		case t.p.lastCase(s) == nil || start.IsZero() || !applies:
			known.Start, known.Inferred, known.Derived, known.Sized = 0, false, 0, 0
		}
		if st := t.p.stage(s); st != nil || !known.Start.IsZero() {
			*t.state(s) = known
		}
	}
	t.size()
}

// size notes the planned investment of every stage that has a start since now (C-17).
func (t *turn) size() {
	for i := range t.p.Stages {
		if st := &t.p.Stages[i]; !st.Start.IsZero() && st.Sized == 0 {
			st.Sized = t.p.InvestmentWan
		}
	}
}

// begunAfter reports whether a stage that hangs on s, at any distance, has a start or a completion of its own.
func (t *turn) begunAfter(s Stage) bool {
	return slices.ContainsFunc(t.b.successor[s], func(next Stage) bool {
		st := t.p.stage(next)
		own := st != nil && (!st.Done.IsZero() || !st.Start.IsZero() && !st.Inferred)
		return own || t.begunAfter(next)
	})
}

// settle ends open cases that the facts end, or that are no longer due since the facts were corrected.
func (t *turn) settle(before []StageState) {
	for i := range t.p.Cases {
		c := &t.p.Cases[i]
		if !c.State.Open() {
			continue
		}
		st := StageState{Stage: c.Stage}
		if known := t.p.stage(c.Stage); known != nil {
			st = *known
		}
		applies, why := t.b.Applies(t.p, c.Stage)
		switch {
		case !st.Done.IsZero():
			t.pull(OnStageDone, c)
		case !applies && (st.NotApply != "" || !t.backed(c)):
			c.Note = why
			t.pull(OnNotApplicable, c)
		case corrected(before, st):
			t.correct(c)
		case c.Due.Inferred && !st.Inferred && st.Start == c.Due.Start: // 推定 is confirmed: the same dates, without doubt
			c.Due.Inferred = false
			t.notify(KindChanged, c, "")
		}
	}
}

// corrected reports whether a stage's start or limit differs from before. A start confirmed as derived is no correction.
func corrected(before []StageState, st StageState) bool {
	i := slices.IndexFunc(before, func(b StageState) bool { return b.Stage == st.Stage })
	if i < 0 {
		return !st.Start.IsZero() || !st.Limit.IsZero()
	}
	return before[i].Start != st.Start || before[i].Limit != st.Limit
}

// correct is C-12 for an open case: no longer due is revoked (T18), still due goes on under the corrected dates. The
// platform's own light stays as long as the platform shows it; an orange now past its red day is left to look.
func (t *turn) correct(c *Case) {
	var now Reading
	if clock, ok := t.b.Clock(t.p, c.Stage); ok {
		_, now = t.b.Evaluate(clock, t.day)
	}
	level := now.level(t.day)
	if !t.backed(c) && (level == "" || c.Level == Red && level == Orange) {
		c.Note = "起算或时限已更正:原" + span(c.Due) + ",现" + span(now)
		t.pull(OnCorrected, c)
		return
	}
	if !now.Start.IsZero() && now != c.Due {
		c.Due = now
		t.notify(KindChanged, c, "")
	}
}

// backed reports whether the platform stands behind a case: it showed the light, and was not seen to have dropped it.
func (t *turn) backed(c *Case) bool {
	return !c.Since.IsZero() && !t.hinted(c.Stage, HintGone)
}

func span(r Reading) string {
	if r.Start.IsZero() {
		return "无起算日或时限"
	}
	return fmt.Sprintf("%s起算、时限%s", chinese(r.Start), r.Limit)
}

// alarmGaps tells 专班 what the record lacks to name the parties of a stage that runs, once its clock starts.
func (t *turn) alarmGaps(before []StageState) {
	for _, st := range t.p.Stages {
		if _, running := t.b.standing(t.p, st.Stage); !running || !corrected(before, st) {
			continue
		}
		_, gaps := t.b.Parties(t.p, st.Stage)
		t.alarm(gaps)
	}
}

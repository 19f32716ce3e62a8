package mechanism

import (
	"fmt"
	"time"
)

// Step gives the project after one event and who must learn what. It is pure: p is left as it is, and the same
// arguments give the same result. A zero Project with RecordArrived is created. Every event first catches up, in order,
// with the days that began since the last one (C-19), so that a late record or press meets the cases as they stand.
//
// by is who acts, with the offices held at that moment; the zero Actor is the system. now is the business instant: its
// day in Shanghai is today. It never runs backwards for one project: an earlier day counts as the last one seen.
//
// What the notice does not allow is a *Refusal.
func (b *Book) Step(p Project, ev Event, by Actor, now time.Time) (Project, []Notification, error) {
	next := p.clone()
	t := &turn{
		b: b, p: &next, by: by,
		now: now.UTC().Truncate(time.Millisecond), // what JSON keeps, so that replay gives the same project
		day: max(DateOf(now), p.Day), told: map[string]bool{}, hints: p.Hints,
	}
	if err := t.take(ev); err != nil {
		return p, nil, err
	}
	t.sortHints()
	for i := range next.Cases {
		next.Cases[i].AnswerBy = b.answerBy(&next.Cases[i])
	}
	return next, t.out, nil
}

// turn is one Step at work.
type turn struct {
	b     *Book
	p     *Project
	by    Actor
	now   time.Time
	day   Date
	me    Person // who acts, once a permit is found
	out   []Notification
	told  map[string]bool // keys of out
	hints []Hint          // those before the step

	backlog bool // lights already on are 存量 (C-10)
	dawn    bool // what happens now happens because the day began, whenever that is noticed
}

func (t *turn) take(ev Event) error {
	if record, ok := ev.(RecordArrived); ok {
		return t.takeRecord(record)
	}
	if t.p.ID == "" {
		return refuse(CodeUnknown, "没有这个项目的记录,请先由平台同步或业务专班录入。")
	}
	if _, ok := ev.(DayBegan); ok {
		if _, refusal := allow(OnDay, nil, t.by, ""); refusal != nil {
			return refusal
		}
		t.catchUp()
		return nil
	}
	t.catchUp()
	if _, ok := ev.(BacklogReleased); ok {
		return t.releaseBacklog()
	}
	on, seq, proxy, err := aim(ev)
	if err != nil {
		return err
	}
	return t.act(ev, on, seq, proxy)
}

// aim says which trigger an event of a person pulls, on which case, and with which reason for acting on behalf.
func aim(ev Event) (on Trigger, seq int, proxy string, err error) {
	switch ev := ev.(type) {
	case Responded:
		return OnRead, ev.Case, "", nil
	case Reported:
		return OnReport, ev.Case, ev.Proxy, nil
	case Returned:
		return OnReturn, ev.Case, "", nil
	case Disposed:
		switch ev.Option {
		case Ongoing, Completed, NotNeeded, Exit:
			return Trigger(ev.Option), ev.Case, ev.Proxy, nil
		}
		return "", 0, "", refuse(CodeInvalid, "办理情形“%s”不存在,请选择无需办理、正在办理、已完成办理或项目退出。", ev.Option)
	case Disclaimed:
		return OnDisclaim, ev.Case, "", nil
	case Upheld:
		return OnUphold, ev.Case, "", nil
	case Transferred:
		return OnTransfer, ev.Case, "", nil
	case Urged:
		return OnUrge, ev.Case, "", nil
	case EscalationReleased:
		return OnRelease, ev.Case, "", nil
	case EscalationWithheld:
		return OnWithhold, ev.Case, "", nil
	}
	return "", 0, "", fmt.Errorf("no move for an event of type %T", ev)
}

// act is one person doing one thing to one case: who may, then whether the case stands so, then what was given.
func (t *turn) act(ev Event, on Trigger, seq int, proxy string) error {
	c := t.p.Case(seq)
	if c == nil {
		return refuse(CodeUnknown, "没有找到这条预警,请从最新的卡片办理,或回复“我的待办”查看。")
	}
	s, refusal := allow(on, c, t.by, proxy)
	if refusal != nil {
		return refusal
	}
	t.me = Person{ID: t.by.Person, Name: t.by.Name, Unit: s.unit}
	m := moveFor(on, c)
	switch {
	case m == nil && on == OnRead:
		return nil // looking at a case that has ended changes nothing and is no fault
	case m == nil:
		return present(c)
	}
	if m.ready != nil {
		if refusal := m.ready(c, s.Seat == SeatProxy); refusal != nil {
			return refusal
		}
	}
	if m.check != nil {
		if refusal := m.check(t, c, ev); refusal != nil {
			return refusal
		}
	}
	t.move(m, c, ev)
	t.follow(on)
	return nil
}

// follow does what an act on one case means for the rest of the project.
func (t *turn) follow(on Trigger) {
	switch on {
	case OnExit: // every open warning ends with the project
		for i := range t.p.Cases {
			if c := &t.p.Cases[i]; c.State.Open() {
				m := *moveFor(OnExit, c)
				m.do = nil // the disposal stands on the case it was made on
				t.move(&m, c, nil)
			}
		}
		t.p.Hints = nil
	case OnCompleted, OnNotNeeded: // the clocks that hang on the stage start, or step over it
		t.infer()
		t.lookAround()
	}
}

// move takes a case along a row: what is left on record, the new state, and who is told.
func (t *turn) move(m *Move, c *Case, ev Event) {
	if m.do != nil {
		m.do(t, c, ev)
	}
	t.enter(m, c)
	t.tell(m, c)
}

func (t *turn) enter(m *Move, c *Case) {
	if m.To != "" || m.Wait != "" {
		c.Waiting = m.Wait
	}
	if m.To == "" {
		return
	}
	c.State = m.To
	if !c.State.Open() {
		c.ClosedOn, c.Closure = t.day, m.Closure
		t.dropHint(c.Stage, HintGone)
		t.dropHint(c.Stage, HintYellowRead)
	}
}

// pull takes a case along the row for a condition that the system found.
func (t *turn) pull(on Trigger, c *Case) {
	if m := moveFor(on, c); m != nil {
		t.move(m, c, nil)
	}
}

func (t *turn) releaseBacklog() error {
	s, refusal := allow(OnBacklogRelease, nil, t.by, "")
	if refusal != nil {
		return refusal
	}
	t.me = Person{ID: t.by.Person, Name: t.by.Name, Unit: s.unit}
	released := false
	for i := range t.p.Cases {
		c := &t.p.Cases[i]
		if m := moveFor(OnBacklogRelease, c); m != nil && m.ready(c, false) == nil && c.State.Open() {
			t.move(m, c, nil)
			released = true
		}
	}
	if !released {
		return refuse(CodeState, "该项目没有待转办的存量预警。")
	}
	return nil
}

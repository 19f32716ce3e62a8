package mechanism

// catchUp lets every day begin that has not yet, in order: first those on which something is due, then today (C-19).
func (t *turn) catchUp() {
	today, now := t.day, t.now
	for day := t.b.NextDue(t.p, t.p.Day); !day.IsZero() && day < today; day = t.b.NextDue(t.p, day) {
		t.day, t.now = day, day.Time().UTC()
		t.begin()
	}
	t.day, t.now = today, now
	t.begin()
}

// begin is the start of one day: lights turn first, so that an orange that ends today is not pushed once more. However
// often it is looked at, a day is reminded of once.
func (t *turn) begin() {
	fresh := t.p.Day < t.day
	t.p.Day, t.dawn = t.day, true
	t.lookAround()
	t.dawn = false
	for i := range t.p.Cases {
		t.cycle(&t.p.Cases[i])
	}
	if fresh {
		t.remind()
	}
}

// cycle ends the 销号 cycle of a case where it ends today (T9, T10).
func (t *turn) cycle(c *Case) {
	if next := c.nextPush(); !next.IsZero() && next <= t.day {
		t.pull(OnCycle, c)
	}
	if on := c.overdueOn(); !on.IsZero() && on <= t.day {
		t.pull(OnLastCycle, c)
	}
}

func doPush(t *turn, c *Case, _ Event) { c.Push, c.PushedOn = c.Push+1, t.day }

// firstPush starts the first cycle today.
func (t *turn) firstPush(c *Case) {
	c.Push, c.PushedOn = 1, t.day
	c.Cycle = t.b.Cycle(c.Level, t.day)
}

// nextPush gives the day of the next push, or zero when none comes: the case is closed or 存量, or its last cycle runs.
// In 销号超时 there is one every cycle, counted from the day it became overdue.
func (c *Case) nextPush() Date {
	switch {
	case !c.State.Open() || c.Backlog:
		return 0
	case c.State == Overdue:
		return c.Cycle.OverdueOn() + Date((c.Push+1-c.Cycle.Pushes)*c.Cycle.Days)
	case c.Cycle.Overdue && c.Push >= c.Cycle.Pushes:
		return 0
	}
	return c.Cycle.Push(c.Push + 1)
}

// overdueOn gives the day on which an open case becomes 销号超时; zero when it can't or has.
func (c *Case) overdueOn() Date {
	if !c.State.Open() || c.State == Overdue || c.Backlog {
		return 0
	}
	return c.Cycle.OverdueOn()
}

// NextDue gives the first day after the given one on which DayBegan could change the project under this book or tell
// somebody something: a light turns, a derived start's workdays of grace are over, a cycle ends, a case is reminded of.
// It is zero when there is none. A project must be looked at again when the book in force changes.
func (b *Book) NextDue(p *Project, after Date) Date {
	var due Date
	consider := func(d Date) {
		if d > after && (due.IsZero() || d < due) {
			due = d
		}
	}
	if !p.ExitedOn.IsZero() {
		return 0
	}
	for _, s := range Stages {
		if r, ok := b.standing(p, s); ok {
			consider(r.Orange)
			consider(r.Red)
			if r.Inferred {
				consider(b.graceEnds(p.stage(s)) + 1)
			}
		}
	}
	for i := range p.Cases {
		consider(p.Cases[i].nextPush())
		consider(p.Cases[i].overdueOn())
		for _, day := range b.Reminders(&p.Cases[i]) {
			consider(day)
		}
	}
	return due
}

// standing gives the dates under which a stage stands: those frozen on its open case (C-16), or else those of its clock
// under the book in force. It is false when no clock runs, or when a derived start is not taken over (infer).
func (b *Book) standing(p *Project, s Stage) (Reading, bool) {
	if c := p.OpenCase(s); c != nil && !c.Due.Start.IsZero() {
		return c.Due, true
	}
	clock, ok := b.Clock(p, s)
	if !ok || !clock.Done.IsZero() {
		return Reading{}, false
	}
	if st := p.stage(s); clock.Inferred && (st == nil || st.Derived.IsZero()) {
		return Reading{}, false
	}
	_, r := b.Evaluate(clock, 0)
	return r, !r.Start.IsZero()
}

// level gives the level that the dates ask for on a day, or "" while the stage is on time (C-7).
func (r Reading) level(day Date) Level {
	switch {
	case r.Start.IsZero():
		return ""
	case day >= r.Red:
		return Red
	case !r.Orange.IsZero() && day >= r.Orange:
		return Orange
	}
	return ""
}

// graceEnds gives the last day on which a derived start only hints (C-11).
func (b *Book) graceEnds(st *StageState) Date {
	last, _ := b.AddWorkdays(st.Derived, b.spec.Response.Confirm)
	return last
}

// lookAround looks at every stage's light today.
func (t *turn) lookAround() {
	if !t.p.ExitedOn.IsZero() {
		return
	}
	for _, s := range Stages {
		t.look(s)
	}
}

// look fires what a stage's local dates ask for today, unless it is known already or only a hint (T1, T16, T19).
func (t *turn) look(s Stage) {
	r, ok := t.b.standing(t.p, s)
	t.compareSize(s, ok)
	level, open := r.level(t.day), t.p.OpenCase(s)
	if open != nil && open.Level == Red {
		return
	}
	if !ok || level == "" || open != nil && level == Orange {
		t.setClockHint(s, "", "")
		return
	}
	occurrence := t.occurrence(s, r)
	if t.p.known(s, occurrence, Red) || t.p.known(s, occurrence, level) {
		t.setClockHint(s, "", "")
		return
	}
	if why := t.doubt(s, level, r); why != "" {
		t.setClockHint(s, level, why)
		return
	}
	t.setClockHint(s, "", "")
	t.fire(light{stage: s, level: level, occurrence: occurrence, source: Local, due: r})
}

// doubt says why local dates that ask for a level must not alarm: the limit is not confirmed, the derived start is
// still within its workdays of grace (C-11), or the platform doesn't show the red.
func (t *turn) doubt(s Stage, level Level, r Reading) HintWhy {
	switch {
	case !r.Confirmed:
		return HintUnconfirmed
	case r.Inferred && t.day <= t.b.graceEnds(t.p.stage(s)):
		return HintInferred
	case level == Red && !t.b.CountsLocalRed(t.p.PlatformSeen):
		return HintNotOnPlatform
	}
	return ""
}

// occurrence gives the round that a light of these dates belongs to: a new one when the last case was revoked, or was
// closed under another start or limit (T19).
func (t *turn) occurrence(s Stage, r Reading) int {
	c := t.p.lastCase(s)
	switch {
	case c == nil:
		return 1
	case c.State.Open():
		return c.Occurrence
	case c.Due.Start.IsZero() && c.State == Closed && r.Start > c.ClosedOn: // a platform's light; the stage is done over since
		return c.Occurrence + 1
	case c.State == Revoked, !c.Due.Start.IsZero() && (c.Due.Start != r.Start || c.Due.Limit != r.Limit):
		return c.Occurrence + 1
	}
	return c.Occurrence
}

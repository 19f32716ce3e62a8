package mechanism

import "time"

// light is a warning about to be opened.
type light struct {
	stage      Stage
	level      Level
	occurrence int
	source     Source
	due        Reading
	ref        string
	since      Date // the platform's date; zero for a local light
}

// firedAt is the instant at which a light that shows now came about: a day's lights turn as the day begins.
func (t *turn) firedAt() time.Time {
	if t.dawn {
		return t.day.Time().UTC()
	}
	return t.now
}

// fire opens a case (T1, T19). An open orange of the stage gives way to its red (T16): reports are copied as history, a
// new disposal is required. Parties, chain and cycle are frozen here (R-024, C-16).
func (t *turn) fire(l light) {
	open := t.p.OpenCase(l.stage)
	parties, gaps := t.b.Parties(t.p, l.stage)
	c := Case{
		Seq: len(t.p.Cases) + 1, Stage: l.stage, Occurrence: l.occurrence, Level: l.level, Source: l.source, Ref: l.ref,
		FiredOn: t.day, FiredAt: t.firedAt(), Since: l.since, Due: l.due, Parties: parties, BookHash: t.b.Hash(),
		Chain: t.b.ChainOf(t.p, l.stage).ID, Backlog: t.backlog,
	}
	c.Late = t.day > c.litOn()
	// What was lit at the import is 存量 even if a doubt kept it a hint until now: 推定, or a limit not confirmed (C-10).
	c.Backlog = c.Backlog || l.source == Local && l.occurrence == 1 && c.litOn() <= t.p.Baseline
	t.dropHint(c.Stage, HintStillLit) // also when a new day fires it, between two records
	t.dropHint(c.Stage, HintNoDoneDate)
	if open != nil {
		c.Follows, c.Reports = open.Seq, append([]Report(nil), open.Reports...)
		c.inheritObjections(open)
		t.pull(OnRedDay, open)
	}
	if c.Backlog {
		c.Cycle = t.b.Cycle(c.Level, t.day)
	} else {
		t.firstPush(&c)
		t.number(&c, false)
	}
	t.p.Cases = append(t.p.Cases, c)
	t.move(firing(&c), &t.p.Cases[len(t.p.Cases)-1], nil)
	t.alarm(gaps)
}

// litOn gives the first day of the case's light: the platform's, or the first day of its level.
func (c *Case) litOn() Date {
	switch {
	case !c.Since.IsZero():
		return c.Since
	case c.Level == Red:
		return c.Due.Red
	}
	return c.Due.Orange
}

// firing gives the row by which a case opens.
func firing(c *Case) *Move {
	on := OnLight
	switch {
	case c.Backlog:
		on = OnLitAtImport
	case c.Occurrence > 1:
		on = OnMissedAgain
	}
	for i := range Moves {
		if Moves[i].On == on {
			return &Moves[i]
		}
	}
	return nil
}

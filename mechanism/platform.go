package mechanism

import (
	"cmp"
	"slices"
)

// platform takes what the Hangzhou platform itself shows: its 销号 of reds and its lights. Reds go first: a stage
// that is red has no orange (C-9).
func (t *turn) platform(r Record) {
	if len(r.Lights) > 0 {
		t.p.PlatformSeen = true
	}
	t.offs(r.Lights)
	for _, level := range []Level{Red, Orange} {
		for _, l := range r.Lights {
			if !l.Off && l.Level == level {
				t.lit(l, r.Lights)
			}
		}
	}
}

// inOrder gives the lights as they went on, those of one day in the notice's order, so that the order of an export decides
// neither which red is the first nor whose reference a case keeps.
func inOrder(lights []LightRecord) []LightRecord {
	return slices.SortedStableFunc(slices.Values(lights), func(a, b LightRecord) int {
		return cmp.Or(
			cmp.Compare(a.Since, b.Since),
			cmp.Compare(slices.Index(Stages, a.Stage), slices.Index(Stages, b.Stage)),
			cmp.Compare(a.Level, b.Level), // 橙 before 红
			cmp.Compare(a.Ref, b.Ref),
		)
	})
}

// offs takes the lights with 已销号 that close a red. A yellow that was merely read there closes no orange.
func (t *turn) offs(lights []LightRecord) {
	for _, l := range lights {
		if c := t.ended(l, lights); c != nil && c.Level == Red {
			t.pull(OnPlatformClosed, c)
		}
	}
}

// ended gives the open case that a light with 已销号 is of; nil when the same record also shows it lit.
func (t *turn) ended(l LightRecord, lights []LightRecord) *Case {
	lit := func(o LightRecord) bool {
		return !o.Off && o.Stage == l.Stage && o.Level == l.Level && (o.Ref == l.Ref || o.Ref == "" || l.Ref == "")
	}
	c := t.p.OpenCase(l.Stage)
	switch {
	case !l.Off, c == nil, slices.ContainsFunc(lights, lit):
		return nil
	case c.Level != l.Level, c.Ref != "" && l.Ref != "" && c.Ref != l.Ref:
		return nil
	}
	return c
}

func doPlatformClosed(t *turn, c *Case, _ Event) {
	t.addHint(Hint{Stage: c.Stage, Level: c.Level, Why: HintNoDoneDate, On: t.day, Ref: c.Ref})
}

// lit is a light that is on. It joins the open case of its key, or opens one, unless the light is known and over.
func (t *turn) lit(l LightRecord, shown []LightRecord) {
	open := t.p.OpenCase(l.Stage)
	switch {
	case open != nil && open.Level == l.Level:
		t.join(open, l, shown)
	case open != nil && open.Level == Red:
		// A yellow beside a red says nothing new.
	case t.past(l):
		// What is over here and lit there is for compare to note.
	default:
		due, _ := t.b.standing(t.p, l.Stage)
		t.setClockHint(l.Stage, "", "")
		t.fire(light{
			stage: l.Stage, level: l.Level, occurrence: t.roundOf(l), source: Platform, due: due, ref: l.Ref, since: l.Since,
		})
	}
}

// join lets the platform's date and reference win over the local ones. A case keeps a reference that is still shown.
func (t *turn) join(c *Case, l LightRecord, shown []LightRecord) {
	t.dropHint(c.Stage, HintGone)
	if c.Level == Red {
		t.dropHint(c.Stage, HintNotOnPlatform) // beside a yellow, the local red is still not shown
	}
	still := func(o LightRecord) bool { return !o.Off && o.Stage == c.Stage && o.Level == c.Level && o.Ref == c.Ref }
	if c.Ref != "" && c.Ref != l.Ref && slices.ContainsFunc(shown, still) {
		return
	}
	c.Since = l.Since
	keep(&c.Ref, l.Ref)
}

// past reports whether a light says what is over: the stage is done or out, or the light is that of a case that was
// closed after it went on.
func (t *turn) past(l LightRecord) bool {
	if st := t.p.stage(l.Stage); st != nil && (!st.Done.IsZero() || st.NotApply != "") {
		return true
	}
	last := t.p.lastCase(l.Stage)
	switch {
	case last == nil || last.State != Closed:
		return false
	case l.Ref != "" && slices.ContainsFunc(t.p.Cases, func(c Case) bool { return c.Stage == l.Stage && c.Ref == l.Ref }):
		return true
	case l.Level == Red && last.Level == Orange:
		return false // the red of the orange that was closed while the stage went on
	}
	other := l.Level == last.Level && l.Ref != "" && last.Ref != "" && l.Ref != last.Ref
	return !other && l.Since <= last.ClosedOn
}

// roundOf gives the round of a light that opens a case: that of an orange closed or open before it, or else a new one.
func (t *turn) roundOf(l LightRecord) int {
	last := t.p.lastCase(l.Stage)
	switch {
	case last == nil:
		return 1
	case l.Level == Red && last.Level == Orange && last.State != Revoked:
		return last.Occurrence
	}
	return last.Occurrence + 1
}

// compare notes where the platform and junma disagree once everything in a record is taken.
func (t *turn) compare(r Record) {
	if len(r.Lights) == 0 && !r.Complete {
		return
	}
	t.p.Hints = slices.DeleteFunc(t.p.Hints, func(h Hint) bool { return h.Why == HintStillLit || h.Why == HintYellowRead })
	for _, l := range r.Lights {
		switch c := t.ended(l, r.Lights); {
		case !l.Off && t.p.OpenCase(l.Stage) == nil:
			t.addHint(Hint{Stage: l.Stage, Level: l.Level, Why: HintStillLit, On: t.day, Ref: l.Ref})
		case c != nil && c.Level == Orange:
			t.addHint(Hint{Stage: l.Stage, Level: Orange, Why: HintYellowRead, On: t.day, Ref: l.Ref})
		}
	}
	if r.Complete {
		t.missing(r.Lights)
	}
}

// missing notes which open cases the platform does not show, when the record holds everything it shows. It never closes
// one (contract).
func (t *turn) missing(shown []LightRecord) {
	for i := range t.p.Cases {
		c := &t.p.Cases[i]
		on := func(l LightRecord) bool { return !l.Off && l.Stage == c.Stage && l.Level == c.Level }
		if !c.State.Open() || slices.ContainsFunc(shown, on) {
			continue
		}
		switch {
		case !c.Since.IsZero():
			t.addHint(Hint{Stage: c.Stage, Level: c.Level, Why: HintGone, On: t.day, Ref: c.Ref})
		case c.Level == Red && t.p.PlatformSeen:
			t.addHint(Hint{Stage: c.Stage, Level: c.Level, Why: HintNotOnPlatform, On: t.day})
		}
	}
}

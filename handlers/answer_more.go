package handlers

import (
	"fmt"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// answerUpcoming lists the lights that come on in the next days if nothing happens.
func (t *turn) answerUpcoming(q query) error {
	s, _ := t.scope(q)
	from, to := t.ahead(q)
	n, units, err := q.perLevel(func(level mechanism.Level) ([]store.Share, error) {
		of := s
		of.Level = level
		return t.tx.OutlookFigures(of, from, to)
	}, nil)
	if err != nil {
		return err
	}
	total := n.total("")
	days := fmt.Sprintf("未来%d天(至%s)将亮", q.Days, day(to))
	head := q.headed(days + n.counted(q.levels()))
	if total == 0 {
		head = t.none(q, days+"的"+levelsWord(q.levels()))
	}
	t.say(bot.Text{{Text: head, Bold: true}, {Text: fmt.Sprintf("(截至%s,按现有起算日和时限推算)", minute(t.tx.Now))}})
	if units != "" {
		t.sayf("按单位:%s。", units)
	}
	q.page = min(q.page, max(0, (total-1)/mostShown))
	rows, err := t.tx.Outlooks(s, from, to, q.page*mostShown, mostShown)
	if err != nil {
		return err
	}
	var listed []store.ProjectRef
	for _, row := range rows {
		listed = append(listed, store.ProjectRef{ID: row.Project, Name: row.Name})
	}
	t.sayPage(q, len(rows), func(i, width int) string {
		row := rows[i]
		return fmt.Sprintf("%s · %s:%s转%s", shorten(row.Name, width), row.Stage, t.short(row.Day), levelWord(row.Level))
	})
	t.sayLimits()
	t.turnPages(q, total)
	t.offerStatuses(total, listed)
	return nil
}

// coming names what a question about lights to come counts.
func (q query) coming(to mechanism.Date) string {
	return q.headed(fmt.Sprintf("未来%d天(至%s)将亮灯", q.Days, day(to)))
}

// outlook keeps which stages of a project run, and the next light of each. A limit that is not confirmed, and a red that
// the platform has to show first, alarm nobody and are not foreseen.
func (h *Handlers) outlook(tx *store.Tx, p *mechanism.Project) error {
	var running []store.Running
	var lights []store.Outlook
	for _, s := range mechanism.Stages {
		if !runs(h.Book, p, s) {
			continue
		}
		parties, _ := h.Book.Parties(p, s)
		if c := p.OpenCase(s); c != nil {
			parties = c.Parties
		}
		running = append(running, store.Running{Stage: s, Parties: parties})
		if level, on := h.nextLight(p, s); !on.IsZero() {
			lights = append(lights, store.Outlook{
				Day: on, Stage: s, Level: level, Name: p.Name, Sector: p.Sector(), Town: p.Town, Parties: parties,
			})
		}
	}
	if err := tx.SaveSite(p, running); err != nil {
		return err
	}
	return tx.SaveOutlooks(p.ID, lights)
}

// runs reports whether a stage is under way: its clock runs, or it has an open warning.
func runs(book *mechanism.Book, p *mechanism.Project, s mechanism.Stage) bool {
	clock, ok := book.Clock(p, s)
	return p.ExitedOn.IsZero() && (p.OpenCase(s) != nil || ok && clock.Done.IsZero())
}

func (h *Handlers) nextLight(p *mechanism.Project, s mechanism.Stage) (mechanism.Level, mechanism.Date) {
	if !p.ExitedOn.IsZero() {
		return "", 0
	}
	reds := h.Book.CountsLocalRed(p.PlatformSeen)
	if c := p.OpenCase(s); c != nil {
		if c.Level == mechanism.Orange && c.Due.Red > p.Day && reds {
			return mechanism.Red, c.Due.Red
		}
		return "", 0
	}
	clock, runs := h.Book.Clock(p, s)
	if !runs || !clock.Done.IsZero() {
		return "", 0
	}
	_, r := h.Book.Evaluate(clock, p.Day)
	switch {
	case !r.Confirmed:
		return "", 0
	case r.Orange > p.Day:
		return mechanism.Orange, r.Orange
	case r.Orange.IsZero() && r.Red > p.Day && reds:
		return mechanism.Red, r.Red
	default:
		return "", 0
	}
}

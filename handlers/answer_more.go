package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/store"
)

// fewest is how many warnings a unit must have had for it to be ranked (E.1).
const fewest = 5

// answerSlowest ranks units by how many of their warnings they answered in time (M10 and M11, A-22), the lowest first.
func (t *turn) answerSlowest(q query) error {
	period := q.New
	if period == "" {
		period = "本月"
	}
	from, to := period.Days(t.today())
	to = min(to, t.today()-1) // today is not over
	reports := q.By == inquiry.ByTown
	rate, allowed := "办理及时率", t.h.Book.Response().Dispose
	if reports {
		rate, allowed = "报送及时率", t.h.Book.Response().Report
	}
	var days []store.Due
	for pushed := from - 30; pushed <= to; pushed++ { // no deadline of A-22 is further off, holidays included
		if by, _ := t.h.Book.AddWorkdays(pushed, allowed); by >= from && by <= to {
			days = append(days, store.Due{Pushed: pushed, By: by})
		}
	}
	s, _ := t.scope(q)
	all, err := t.tx.Timeliness(s, reports, days)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b store.Timely) int { return cmp.Compare(a.InTime*b.N, b.InTime*a.N) })
	var ranked, few []string
	for _, u := range all {
		if u.N < fewest {
			few = append(few, fmt.Sprintf("%s%d件中%d件按时", u.Unit, u.N, u.InTime))
			continue
		}
		ranked = append(ranked, fmt.Sprintf("%s%d件中%d件按时(%d%%)", u.Unit, u.N, u.InTime, u.InTime*100/u.N))
	}
	t.say(bot.Text{
		{Text: fmt.Sprintf("%s%s", period, rate), Bold: true},
		{Text: fmt.Sprintf("(推送后%d个工作日内;截至%s,据骏马预警台账)", allowed, minute(t.tx.Now))},
	})
	if where := q.where(); len(where) > 0 {
		t.sayf("范围:%s。", strings.Join(where, "、"))
	}
	if len(ranked) == 0 {
		t.sayf("没有达到%d件的单位,不作排序。", fewest)
	} else {
		t.sayf("由低到高:%s。", strings.Join(ranked[:min(len(ranked), mostShown)], "、"))
	}
	if len(few) > 0 {
		t.sayf("样本不足%d件的单位不排序:%s。", fewest, strings.Join(few[:min(len(few), mostShown)], "、"))
	}
	t.sayLimits()
	return nil
}

// answerUpcoming lists the lights that come on in the next days if nothing happens.
func (t *turn) answerUpcoming(q query) error {
	s, _ := t.scope(q)
	from, to := t.ahead(q)
	figures, err := t.tx.OutlookFigures(s, from, to)
	if err != nil {
		return err
	}
	total := store.Total(figures)
	t.say(bot.Text{{Text: fmt.Sprintf("%s%d个", q.coming(to), total), Bold: true}, {Text: fmt.Sprintf("(截至%s,按现有起算日和时限推算)", minute(t.tx.Now))}})
	if len(figures) > 0 {
		t.sayf("按单位:%s。", shares(figures, nil))
	}
	q.page = min(q.page, max(0, (total-1)/mostShown))
	rows, err := t.tx.Outlooks(s, from, to, q.page*mostShown, mostShown)
	if err != nil {
		return err
	}
	for i, row := range rows {
		t.sayf("%d. %s · %s:%s转%s", q.page*mostShown+i+1, shorten(row.Name, 16), row.Stage, t.short(row.Day), levelWord(row.Level))
	}
	t.sayLimits()
	t.turnPages(q, total)
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

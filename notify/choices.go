package notify

import (
	"fmt"
	"slices"
	"time"

	"junma/mechanism"
)

// choices gives the buttons of a card about a case: what the table of tellings has for this kind and the reader's
// duties, as far as the case allows it now. An overtaken card has none.
func (s subject) choices(kind mechanism.Kind, stale string) ([]Choice, error) {
	if stale != "" {
		return nil, nil
	}
	var actor mechanism.Actor
	if s.viewer != "" {
		roster, err := s.tx.Roster()
		if err != nil {
			return nil, fmt.Errorf("read roster: %w", err)
		}
		actor = roster.Actor(s.viewer)
	}
	var choices []Choice
	for _, duty := range s.more.Duties {
		offered := offered(kind, duty)
		if len(offered) == 0 {
			continue
		}
		for _, act := range mechanism.ActsFor(s.p, s.c, duty, actor) {
			known := slices.ContainsFunc(choices, func(c Choice) bool { return c.Act == string(act) })
			if !known && slices.Contains(offered, act) {
				choices = append(choices, Choice{Label: s.c.Label(act), Act: string(act)})
			}
		}
	}
	return highlight(choices, s.c), nil
}

// Acts gives the buttons of everything that somebody with these duties can do on a case now, the proposed disposal
// first. Of what only shows something 看佐证 is among them: a disposal is decided on it.
func Acts(p *mechanism.Project, c *mechanism.Case, duties []mechanism.Duty, actor mechanism.Actor) []Choice {
	var choices []Choice
	for _, duty := range duties {
		for _, act := range mechanism.ActsFor(p, c, duty, actor) {
			known := slices.ContainsFunc(choices, func(choice Choice) bool { return choice.Act == string(act) })
			if !known && (!act.Looks() || act == mechanism.ActEvidence) {
				choices = append(choices, Choice{Label: c.Label(act), Act: string(act)})
			}
		}
	}
	return highlight(choices, c)
}

// highlight makes the first act the one that stands out, the proposed disposal if there is one.
func highlight(choices []Choice, c *mechanism.Case) []Choice {
	choices = proposedFirst(choices, c)
	if len(choices) > 0 {
		choices[0].Primary = !mechanism.Act(choices[0].Act).Looks()
	}
	return choices
}

// proposedFirst puts the disposal that a waiting report proposes before all other buttons. It is a suggestion: the
// others stay, and whoever disposes is free to choose.
func proposedFirst(choices []Choice, c *mechanism.Case) []Choice {
	n := len(c.Reports)
	if n == 0 || c.Waiting != mechanism.WaitDepartment || c.Reports[n-1].Proposal == "" {
		return choices
	}
	i := slices.IndexFunc(choices, func(choice Choice) bool {
		return mechanism.Act(choice.Act).Option() == c.Reports[n-1].Proposal
	})
	if i < 1 {
		return choices
	}
	proposed := choices[i]
	return slices.Insert(slices.Delete(choices, i, i+1), 0, proposed)
}

// offered gives the buttons the table of tellings has for a kind and a duty.
func offered(kind mechanism.Kind, duty mechanism.Duty) []mechanism.Act {
	var acts []mechanism.Act
	for _, row := range mechanism.Tellings {
		if row.Kind != kind || row.To != duty {
			continue
		}
		for _, act := range row.Acts {
			if !slices.Contains(acts, act) {
				acts = append(acts, act)
			}
		}
	}
	return acts
}

// draft puts the finished text of the escalation before 专班, with the time left to keep it back (contract, [tier]).
func (s subject) draft(v *view) error {
	text, err := compose(fmt.Sprintf("escalation-%d", max(1, min(s.c.Tier, 3))), *v)
	if err != nil {
		return err
	}
	v.DraftTitle = text.Title
	for _, line := range text.Lines {
		v.Draft = append(v.Draft, line.String())
	}
	v.Targets = append([]string{v.Coordinator}, v.ReportsUp...)
	switch e := s.c.Escalation; {
	case !e.Released.IsZero():
		v.Released = moment(e.Released, s.today)
	case e.Withheld != "":
		v.Withheld = bare(e.Withheld)
	case !e.PostAt.IsZero():
		post := s.n.posts(s.c)
		if v.Minutes = minutesTo(post, s.tx.Now); v.Minutes > 0 {
			v.PostAt = moment(post, s.today)
		} else {
			v.Released = moment(post, s.today)
		}
	}
	return nil
}

// posts gives when a text that is held goes out by itself.
func (n *Notifier) posts(c *mechanism.Case) time.Time {
	if c.Tier == 3 {
		return n.Hours.Next(c.Escalation.PostAt, mechanism.Tier3, n.Book)
	}
	return n.Hours.Next(c.Escalation.PostAt, mechanism.Routine, n.Book)
}

// minutesTo counts the minutes to an instant, a begun one as a whole.
func minutesTo(t, now time.Time) int { return int((t.Sub(now) + time.Minute - 1) / time.Minute) }

// leader names who must lead the way out of 销号超时 (F.4): the 责任领导 of the responsible unit.
func (s subject) leader(v *view) error {
	roster, err := s.tx.Roster()
	if err != nil {
		return fmt.Errorf("read roster: %w", err)
	}
	for _, p := range roster.Holders(s.c.Parties.Responsible.Unit, mechanism.RoleLeader) {
		v.Leader = p.Name
		break
	}
	return nil
}

package notify

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// ActSettleAlarm says that an alarm is dealt with; the argument is its matter.
const ActSettleAlarm = "alarm-settled"

// toldOnly reports whether a delivery itself tells 专班 of trouble.
func toldOnly(d store.Delivery) bool {
	return d.Kind == string(mechanism.KindAlarm) || d.Kind == string(mechanism.KindUndelivered)
}

// matterOf names what an alarm is about: its key without the day or the month in which it is told again.
func matterOf(note mechanism.Notification) string {
	day := note.On.String()
	return strings.TrimSuffix(strings.TrimSuffix(note.Key, "/"+day), "/"+day[:len("2006-01")])
}

// alarm draws a data alarm to 专班, and who dealt with it.
func (s subject) alarm() (picture, error) {
	v := view{Unit: "名册与规则"}
	if s.p != nil && s.p.Name != "" {
		v = s.n.projectView(s.p, s.today)
	}
	v.Alarm = s.more.Alarm
	var drawn picture
	a, err := s.tx.Alarm(s.more.About)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return picture{}, err
	case a.SettledAt.IsZero():
		drawn.choices = []Choice{{Label: "已处理", Act: ActSettleAlarm, Arg: a.Key}}
	default:
		roster, err := s.tx.Roster()
		if err != nil {
			return picture{}, fmt.Errorf("read roster: %w", err)
		}
		v.Did = nameOf(roster, a.SettledBy) + "已于" + instant(a.SettledAt, s.today) + "处理。"
	}
	drawn.card, err = compose("alarm", v)
	return drawn, err
}

// stands reports whether what an alarm is about may still be so. What the roster, the project or the platform shows by
// now to be mended needs nobody to say so.
func (n *Notifier) stands(tx *store.Tx, roster *store.Roster, a store.Alarm) (bool, error) {
	about := strings.Split(strings.TrimPrefix(a.Key, "alarm/"), "/")
	switch {
	case about[0] == "desk" && len(about) == 3:
		return n.who(roster, mechanism.Addressee{Unit: about[1], Role: mechanism.Role(about[2])}).alarm != "", nil
	case about[0] == "group" && len(about) == 3:
		tier, _ := strconv.Atoi(about[2])
		return n.who(roster, mechanism.Addressee{Unit: about[1], Tier: tier}).alarm != "", nil
	case about[0] == "city" && len(about) == 2:
		return n.who(roster, mechanism.Addressee{Role: mechanism.RoleCity, Sector: mechanism.Sector(about[1])}).alarm != "", nil
	case about[0] == "unit" && len(about) == 2:
		_, known := roster.Unit(about[1])
		return !known, nil
	case about[0] == "spent" && len(about) == 2:
		return n.parked(about[1]), nil
	case a.Project != "" && about[0] == a.Project:
		return n.lacks(tx, a)
	}
	return true, nil
}

// lacks reports whether a project's record still lacks what an alarm of the mechanism says.
func (n *Notifier) lacks(tx *store.Tx, a store.Alarm) (bool, error) {
	p, err := tx.Project(a.Project)
	if err != nil {
		return false, fmt.Errorf("read project %s: %w", a.Project, err)
	}
	for _, stage := range mechanism.Stages {
		_, gaps := n.Book.Parties(&p, stage)
		for _, gap := range gaps {
			if gap.Why == a.Sentence {
				return true, nil
			}
		}
	}
	return false, nil
}

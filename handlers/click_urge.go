package handlers

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// actUrgeIdle urges about every warning in 未办理 that a question is about; the argument is the question.
const actUrgeIdle = "urge-idle"

// mostUrged is how many warnings one press urges about; the writer must not stand still for longer.
const mostUrged = 100

// offerUrging adds the button with which 专班 urges all who have not acted.
func (t *turn) offerUrging(q query) {
	if t.isTaskForce() {
		t.buttons = append(t.buttons, notify.Choice{Label: "给未办单位发提醒", Act: actUrgeIdle, Arg: q.text, Primary: true})
	}
}

// urging is what came of urging about many warnings.
type urging struct {
	sent    int
	units   map[string]int // sent, by whose turn it is
	left    map[string]int // not sent, by why
	waits   time.Time      // when those go out that go out last; zero = now
	nobody  map[string]bool
	waiting int // not looked at
}

// pressUrgeIdle urges about every warning in 未办理 that a question is about, each as 催办 does, and says about how many, and
// about which not and why.
func (t *turn) pressUrgeIdle(b store.Button) error {
	t.about, t.title = target{}, "给未办单位发提醒"
	if !t.isTaskForce() {
		return t.refuse(target{}, "提醒由业务专班发出,你单位无此权限。需要催办的,请联系业务专班。")
	}
	roster, err := t.tx.Roster()
	if err != nil {
		return err
	}
	read := t.h.lexicon(roster).Read(b.Arg)
	if read.Outcome != inquiry.Understood {
		return t.unknown(b.Arg)
	}
	s, _ := t.scope(t.query(read.Asked, b.Arg, 0, roster))
	s.State = mechanism.Untreated
	done := urging{units: map[string]int{}, left: map[string]int{}, nobody: map[string]bool{}}
	if err := t.urgeAll(s, &done); err != nil {
		return err
	}
	t.sayUrging(done)
	t.offer("再看谁没办", b.Arg)
	return nil
}

// urgeAll urges about the warnings of a scope, the red ones and the oldest first, until it has urged about as many as one
// press does.
func (t *turn) urgeAll(s store.Scope, done *urging) error {
	total, err := t.tx.Count(s)
	if err != nil {
		return err
	}
	for from := 0; from < total; from += mostUrged { // urging moves no warning out of its place
		rows, err := t.tx.Listed(s, from, mostUrged)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if done.sent == mostUrged {
				done.waiting = total - from - i
				return nil
			}
			if err := t.urgeOne(row, done); err != nil {
				return err
			}
		}
	}
	return nil
}

// urgeOne urges about a warning, if it may be urged about now. One that may not leaves no line in the journal: nobody
// tried that one.
func (t *turn) urgeOne(row store.CaseRow, done *urging) error {
	p, err := t.tx.Project(row.Project)
	if err != nil {
		return err
	}
	ev := mechanism.Urged{Case: row.Seq, Together: true}
	if _, _, err := t.h.Book.Step(p, ev, t.actor, t.tx.Now); err != nil {
		refusal, refused := errors.AsType[*mechanism.Refusal](err)
		if !refused {
			return err
		}
		done.left[whyLeft(refusal)]++
		return nil
	}
	after, _, err := t.apply(row.Project, ev)
	if err != nil {
		return err
	}
	c := after.Case(row.Seq)
	unit := c.Parties.Unit(c.Turn())
	told, err := t.urgingCards(after, c)
	switch {
	case err != nil:
		return err
	case len(told) == 0:
		done.left["没有可送达的联系人"]++
		done.nobody[cmp.Or(unit, string(c.Turn())+"待明确")] = true
		return nil
	}
	done.sent++
	done.units[unit]++
	for _, d := range told {
		if d.NotBefore.After(t.tx.Now) && d.NotBefore.After(done.waits) {
			done.waits = d.NotBefore
		}
	}
	return nil
}

// whyLeft says shortly why a warning is not urged about.
func whyLeft(r *mechanism.Refusal) string {
	if r.Code == mechanism.CodeRepeat {
		return "刚催办过,未到间隔"
	}
	return strings.TrimRight(r.Sentence, "。")
}

// sayUrging says about how many was urged, and about how many not and why.
func (t *turn) sayUrging(done urging) {
	if done.sent > 0 {
		when := ""
		if !done.waits.IsZero() {
			when = fmt.Sprintf(",%s送达", minute(done.waits))
		}
		t.say(bot.Text{{Text: fmt.Sprintf("已提醒%d件", done.sent), Bold: true}, {Text: fmt.Sprintf(":%s%s。", counts(done.units), when)}})
		if daily := t.h.Book.Spec().Push.Daily; daily > 0 {
			t.sayf("同一人当天收到的卡片满%d张的,并入次日摘要卡。", daily)
		}
	} else {
		t.sayf("没有发出提醒。")
	}
	if len(done.left) > 0 {
		t.sayf("没有提醒的:%s。", counts(done.left))
	}
	if len(done.nobody) > 0 {
		var units []string
		for unit := range done.nobody {
			units = append(units, unit)
		}
		slices.Sort(units)
		t.sayf("请补登联系人:%s。", strings.Join(units[:min(len(units), mostShares)], "、"))
	}
	if done.waiting > 0 {
		t.sayf("一次最多提醒%d件,还有%d件,请再按一次。", mostUrged, done.waiting)
	}
}

// counts writes 下涯镇3件、梅城镇1件, the largest first.
func counts(n map[string]int) string {
	var all []store.Share
	for name, count := range n {
		all = append(all, store.Share{Name: name, N: count})
	}
	slices.SortFunc(all, func(a, b store.Share) int { return cmp.Compare(a.Name, b.Name) })
	return largest(all, "件", mostShareBytes)
}

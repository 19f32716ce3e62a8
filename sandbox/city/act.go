package city

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The buttons that the city's people look for.
const (
	buttonReport    = "报送情况"
	buttonUpdate    = "更新进展"
	buttonOngoing   = "正在办理"
	buttonCompleted = "已完成办理"
	buttonNotNeeded = "无需办理"
	buttonExit      = "项目退出"
	buttonReturn    = "退回补充"
	buttonRelease   = "发出"
	buttonWithhold  = "暂缓"
)

// held is how long 专班 can keep the text for the city's leaders back.
const held = 30 * time.Minute

// topic is what a warning is about.
type topic struct {
	project int // its number
	stage   string
}

// errand is something that somebody means to do on a card.
type errand struct {
	topic
	card    string
	button  string // the one that must still be there
	due     int    // half-day
	red     bool
	push    int
	decides bool // a department's decision on a report; which button it presses comes out then
}

// outcome is an act that was done.
type outcome struct {
	topic
	button string
}

// act lets one person look at the phone and do what is due. It reports whether anything was done.
func (c *City) act(ctx context.Context, r *resident, day int) (bool, error) {
	if !c.looks(r) {
		return false, nil
	}
	for _, card := range c.unseen(r) {
		if strings.HasPrefix(card.text, digestTitle) {
			if err := c.openAll(ctx, r, card); err != nil {
				return false, err
			}
			continue
		}
		c.notice(r, card)
	}
	did, err := c.doErrands(ctx, r, day)
	if err != nil {
		return did, err
	}
	more, err := c.finish(ctx, r, day)
	return did || more, err
}

// looks reports whether somebody looks at the phone this half-day.
func (c *City) looks(r *resident) bool {
	every := 1
	switch {
	case r.role == cityRole || r.role == leader:
		every = 4
	case r.temper == silent:
		every = 6
	}
	return (c.half+chance(c.opt.Seed, every, r.id))%every == 0
}

// notice reads a new card and keeps in mind what it asks for.
func (c *City) notice(r *resident, card screen) {
	if card.has(buttonRelease) {
		if r.temper != quick || c.opt.Clock.Now().Sub(card.at) >= held {
			return // a colleague sees to it, or it has gone out by itself
		}
		e := errand{card: card.card, button: buttonRelease, due: c.half}
		e.topic, _ = c.topicOf(card.text)
		if chance(c.opt.Seed, 4, "hold", card.text) == 0 {
			e.button = buttonWithhold
		}
		r.errands = append(r.errands, e)
		return
	}
	t, ok := c.topicOf(card.text)
	if !ok {
		return
	}
	e := errand{topic: t, card: card.card, red: strings.Contains(card.text, "红灯"), push: pushOf(card.text)}
	if card.has(buttonCompleted) {
		r.cards[t] = card.card
	}
	for _, button := range []string{buttonReport, buttonUpdate} {
		if card.has(button) {
			e.button = button
			c.intend(r, e)
		}
	}
	if card.has(buttonOngoing) {
		e.button, e.decides = buttonOngoing, true
		c.intend(r, e)
	}
}

// intend puts an errand on somebody's list, in place of an older one of the same kind; or not, as the person is.
func (c *City) intend(r *resident, e errand) {
	r.errands = slices.DeleteFunc(r.errands, func(old errand) bool { return old.topic == e.topic && old.button == e.button })
	key := []string{r.id, strconv.Itoa(e.project), e.stage, strconv.Itoa(e.push), strconv.FormatBool(e.red), e.button}
	draw := func(n int, what string) int { return chance(c.opt.Seed, n, append(key, what)...) }
	switch r.temper {
	case quick:
		e.due = c.half + draw(3, "when")
	case slow:
		e.due = c.half + 3 + draw(9, "when")
	case silent:
		if !e.red || e.push < 2 && draw(3, "at all") > 0 {
			return
		}
		e.due = c.half + draw(12, "when")
	}
	r.errands = append(r.errands, e)
}

// doErrands does what is due, in the order in which it came.
func (c *City) doErrands(ctx context.Context, r *resident, day int) (bool, error) {
	did := false
	due := slices.Clone(r.errands)
	r.errands = slices.DeleteFunc(r.errands, func(e errand) bool { return e.due <= c.half })
	for _, e := range due {
		if e.due > c.half {
			continue
		}
		card, err := c.look(r, e.card)
		if err != nil {
			return did, err
		}
		if !card.has(e.button) {
			continue // it has been seen to meanwhile
		}
		done, err := c.do(ctx, r, e, day)
		if err != nil {
			return did, err
		}
		did = did || done
	}
	return did, nil
}

// do carries one errand out.
func (c *City) do(ctx context.Context, r *resident, e errand, day int) (bool, error) {
	in := c.intentOf(r, e, day)
	if e.decides {
		in = c.decide(r, e, day)
	}
	ok, err := c.converse(ctx, r, e, in)
	if err != nil || !ok {
		return ok, err
	}
	r.outcomes = append(r.outcomes, outcome{topic: e.topic, button: in.button})
	switch in.button {
	case buttonCompleted:
		delete(r.cards, e.topic)
	case buttonReturn:
		r.sentBack[e.topic] = true
	}
	return true, nil
}

// finish lets a department report the stages that are really over and that the platform does not know of yet.
func (c *City) finish(ctx context.Context, r *resident, day int) (bool, error) {
	did := false
	for _, t := range sortedTopics(r.cards) {
		p := c.projects[t.project-1]
		s := p.stage(t.stage)
		if s == nil || s.reported(day) || p.exited {
			delete(r.cards, t)
			continue
		}
		if s.done > day {
			continue
		}
		card, err := c.look(r, r.cards[t])
		if err != nil {
			return did, err
		}
		if !card.has(buttonCompleted) {
			continue
		}
		done, err := c.do(ctx, r, errand{topic: t, card: card.card, button: buttonCompleted}, day)
		if err != nil {
			return did, err
		}
		did = did || done
	}
	return did, nil
}

func sortedTopics(cards map[topic]string) []topic {
	var all []topic
	for t := range cards {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b topic) int {
		if a.project != b.project {
			return a.project - b.project
		}
		return strings.Compare(a.stage, b.stage)
	})
	return all
}

// topicOf finds the project and the stage that a card is about, by their names.
func (c *City) topicOf(text string) (topic, bool) {
	var t topic
	name := ""
	for _, p := range c.projects {
		if len(p.name) > len(name) && strings.Contains(text, p.name) {
			t.project, name = p.number, p.name
		}
	}
	if name == "" {
		return t, false
	}
	rest, first := strings.ReplaceAll(text, name, ""), -1
	for _, k := range kinds {
		if at := strings.Index(rest, k.name+"("); at >= 0 && (first < 0 || at < first) {
			t.stage, first = k.name, at
		}
	}
	return t, first >= 0
}

// pushOf reads which push a card belongs to: 第2次推送.
func pushOf(text string) int {
	_, after, found := strings.Cut(text, "【第")
	if !found {
		return 1
	}
	number, _, found := strings.Cut(after, "次推送】")
	n, err := strconv.Atoi(number)
	if !found || err != nil {
		return 1
	}
	return n
}

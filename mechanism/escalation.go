package mechanism

import (
	"fmt"
	"strings"
	"time"
)

// number makes a red the project's Nth and sets its tier (三(五), A-15, A-16); inBase says that Project.RedBase counts it
// already. The chain stays as frozen.
func (t *turn) number(c *Case, inBase bool) {
	if c.Level != Red {
		return
	}
	c.RedNo, c.InBase = t.p.RedCount()+1, false
	if inBase && t.p.inBase() < t.p.RedBase {
		c.RedNo, c.InBase = t.p.RedBase, true
	}
	c.Tier = t.b.Tier(c.RedNo, GradeOrdinary)
	c.Escalation = Escalation{Tier: c.Tier, RaisedAt: t.now}
	if hold, timed := t.b.Hold(c.Tier); timed {
		c.Escalation.PostAt = t.now
		if hold > 0 {
			c.Escalation.PostAt = t.b.speak(t.now, c.Tier == 3).Add(hold)
		}
	}
}

// speak gives the first instant from t on at which messages that nobody asked for go out ([push] hours), so that a hold
// runs while 专班 can see the text. anyDay is tier 3, which does not wait for a workday.
func (b *Book) speak(t time.Time, anyDay bool) time.Time {
	var fromHour, fromMinute, toHour, toMinute int
	hours := strings.ReplaceAll(b.spec.Push.Hours, " ", "")
	if n, _ := fmt.Sscanf(hours, "%d:%d-%d:%d", &fromHour, &fromMinute, &toHour, &toMinute); n != 4 {
		toHour = 24
	}
	for day := DateOf(t); ; day++ {
		if work, _ := b.Workday(day); !work && !anyDay && !b.spec.Push.RestDays {
			continue
		}
		if from := day.At(fromHour, fromMinute); t.Before(from) {
			return from.UTC()
		}
		if t.Before(day.At(toHour, toMinute)) {
			return t
		}
	}
}

// Held reports whether the escalation's text stands, or stood, before 专班 first.
func (e Escalation) Held() bool {
	return e.Tier > 0 && (e.PostAt.IsZero() || e.PostAt.After(e.RaisedAt))
}

func readyRelease(c *Case, _ bool) *Refusal {
	switch e := c.Escalation; {
	case !e.Released.IsZero():
		return refuse(CodeRepeat, "协调任务已于%s发出,无需再发。", chinese(DateOf(e.Released)))
	case !e.Held():
		return refuse(CodeState, "本预警没有等待发出的协调任务。")
	}
	return nil
}

func readyWithhold(c *Case, _ bool) *Refusal {
	if c.Escalation.Withheld != "" && c.Escalation.Released.IsZero() {
		return refuse(CodeRepeat, "协调任务已暂缓(%s);需要发出时请点[发出]。", c.Escalation.Withheld)
	}
	return readyRelease(c, false)
}

// due reports whether the hold has run out, so that the text has gone or goes out by itself.
func (t *turn) due(e Escalation) bool {
	return e.Withheld == "" && !e.PostAt.IsZero() && !t.now.Before(e.PostAt)
}

func checkRelease(t *turn, c *Case, _ Event) *Refusal {
	if t.due(c.Escalation) {
		return refuse(CodeRepeat, "协调任务已到发出时间,由系统自动发出,无需再点[发出]。")
	}
	return nil
}

func doRelease(t *turn, c *Case, _ Event) { c.Escalation.Released = t.now }

func checkWithhold(t *turn, c *Case, ev Event) *Refusal {
	switch {
	case t.due(c.Escalation):
		return refuse(CodeState, "协调任务已到发出时间,不能再暂缓;如需更正,请直接与协调单位联系。")
	case strings.TrimSpace(ev.(EscalationWithheld).Reason) == "":
		return refuse(CodeIncomplete, "请写明暂缓的理由。")
	}
	return nil
}

func doWithhold(_ *turn, c *Case, ev Event) { c.Escalation.Withheld = ev.(EscalationWithheld).Reason }

func readyBacklog(c *Case, _ bool) *Refusal {
	if !c.Backlog {
		return refuse(CodeState, "本预警不是存量预警,无需转办。")
	}
	return nil
}

// doBacklogRelease makes 存量 an ordinary warning from today. A red that was on before junma is one of those RedBase
// counts, where the record gave a count (C-10).
func doBacklogRelease(t *turn, c *Case, _ Event) {
	c.Backlog, c.Released = false, t.day
	t.firstPush(c)
	t.number(c, true)
}

package mechanism

import (
	"strings"
	"time"
)

// Objection gives the latest 不归我办 on an open case that 专班 has not decided on, or nil.
func (c *Case) Objection() *Disclaimer {
	n := len(c.Disclaimers)
	if n == 0 || !c.State.Open() || !c.Disclaimers[n-1].Settled.At.IsZero() {
		return nil
	}
	return &c.Disclaimers[n-1]
}

// never is past every instant that a decision can have.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// DecideUntil gives until when something on the case waits for a decision of 专班: an objection, and a text that is kept
// back or only goes out on 发出, as long as the case is open; a held text until it goes out by itself. Zero: nothing does.
func (c *Case) DecideUntil() time.Time {
	if c.Objection() != nil {
		return never
	}
	return c.holdUntil()
}

// Holding reports whether at an instant a finished text waits for 发出 or 暂缓, or is kept back.
func (c *Case) Holding(now time.Time) bool { return c.holdUntil().After(now) }

func (c *Case) holdUntil() time.Time {
	switch e := c.Escalation; {
	case !c.State.Open() || !e.Held() || !e.Released.IsZero():
		return time.Time{}
	case e.Withheld != "" || e.PostAt.IsZero():
		return never
	default:
		return e.PostAt
	}
}

func readyDisclaim(c *Case, _ bool) *Refusal {
	for _, d := range c.Disclaimers {
		switch {
		case d.By.Unit != c.Parties.Responsible.Unit || d.Settled.Unit != "":
		case d.Settled.At.IsZero():
			return refuse(CodeRepeat, "%s已于%s提出不归我办,业务专班正在核定,其间请照常办理。", d.By.Unit, chinese(DateOf(d.At)))
		default:
			return refuse(CodeRepeat, "%s提出的不归我办,%s请照常办理。", d.By.Unit, settled(d.Settled))
		}
	}
	return nil
}

func checkDisclaim(_ *turn, _ *Case, ev Event) *Refusal {
	if strings.TrimSpace(ev.(Disclaimed).Reason) == "" {
		return refuse(CodeIncomplete, "请用一句话写明为何不归你单位办理、应由谁办理。")
	}
	return nil
}

func doDisclaim(t *turn, c *Case, ev Event) {
	c.Disclaimers = append(c.Disclaimers, Disclaimer{By: t.me, At: t.now, Reason: ev.(Disclaimed).Reason})
}

// inheritObjections takes over from an orange what was said and decided about whose matter it is (T16, A-36).
func (c *Case) inheritObjections(orange *Case) {
	c.Disclaimers = append([]Disclaimer(nil), orange.Disclaimers...)
	for _, d := range c.Disclaimers {
		if d.Settled.Unit != "" {
			c.Parties.Responsible = orange.Parties.Responsible
		}
	}
}

// settled says what was decided, by whom and when.
func settled(s Settlement) string {
	what := "维持原责任"
	if s.Unit != "" {
		what = "改由" + s.Unit + "负责"
	}
	return "业务专班" + s.By.Name + "已于" + chinese(DateOf(s.At)) + "核定:" + what + "。"
}

func readySettle(c *Case, _ bool) *Refusal {
	if c.Objection() != nil {
		return nil
	}
	if n := len(c.Disclaimers); n > 0 {
		return refuse(CodeRepeat, "%s无需再核定。", settled(c.Disclaimers[n-1].Settled))
	}
	return refuse(CodeState, "本预警没有待核定的异议。")
}

func checkUphold(_ *turn, _ *Case, ev Event) *Refusal {
	if strings.TrimSpace(ev.(Upheld).Reason) == "" {
		return refuse(CodeIncomplete, "请用一句话写明维持原责任的理由。")
	}
	return nil
}

func doUphold(t *turn, c *Case, ev Event) {
	c.Objection().Settled = Settlement{By: t.me, At: t.now, Reason: ev.(Upheld).Reason}
}

func checkTransfer(_ *turn, c *Case, ev Event) *Refusal {
	switch ev := ev.(Transferred); {
	case strings.TrimSpace(ev.Unit) == "":
		return refuse(CodeIncomplete, "请写明改由哪个单位负责。")
	case ev.Unit == c.Parties.Responsible.Unit:
		return refuse(CodeInvalid, "%s就是现在的项目责任单位;不改的请选维持原责任。", ev.Unit)
	case strings.TrimSpace(ev.Reason) == "":
		return refuse(CodeIncomplete, "请用一句话写明改定责任的理由。")
	}
	return nil
}

// doTransfer gives the case to another unit, which has to report unless a report waits for the department.
func doTransfer(t *turn, c *Case, ev Event) {
	e := ev.(Transferred)
	c.Objection().Settled = Settlement{By: t.me, At: t.now, Unit: e.Unit, Reason: e.Reason}
	c.Parties.Responsible = Party{Unit: e.Unit, Basis: "三(四)1;业务专班核定"}
	if c.Waiting != WaitDepartment {
		c.Waiting = WaitReport
	}
}

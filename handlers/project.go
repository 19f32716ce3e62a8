package handlers

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"junma/mechanism"
	"junma/store"
)

// projectView is the answer of GET /api/v1/projects/{id}: the facts, and for each stage and case why it stands as it
// does. It holds no phone number: people appear by name.
type projectView struct {
	mechanism.Project
	Sector mechanism.Sector `json:"sector"`
	Reds   int              `json:"reds"`  // 红灯 that count, those before junma included
	AsOf   time.Time        `json:"as_of"` // business time
	Stages []stageView      `json:"stages"`
	Cases  []caseDetail     `json:"cases"`
}

// stageView is one of the thirteen stages today.
type stageView struct {
	Stage mechanism.Stage    `json:"stage"`
	Phase mechanism.Phase    `json:"phase"`
	Light mechanism.Light    `json:"light,omitempty"`
	Hint  bool               `json:"hint,omitempty"` // 提示: the light alarms nobody
	Due   *mechanism.Reading `json:"due,omitempty"`
	Done  mechanism.Date     `json:"done,omitempty"`
	Why   string             `json:"why"`
}

// caseDetail is one warning with its pushes and deliveries.
type caseDetail struct {
	mechanism.Case
	Why        string         `json:"why"`
	Pushes     []pushView     `json:"pushes,omitempty"`
	Deliveries []deliveryView `json:"deliveries"`
}

// pushView is one push of a case and the cycle it opens.
type pushView struct {
	No   int            `json:"no"`
	On   mechanism.Date `json:"on"`
	Last mechanism.Date `json:"last"` // last day of its cycle, until 24:00
}

// deliveryView is one effect on a chat platform: who was to be told what, and whether it came to pass.
type deliveryView struct {
	ID        string              `json:"id"`
	Effect    store.Effect        `json:"effect"`
	Kind      string              `json:"kind,omitempty"`
	Push      int                 `json:"push,omitempty"`
	Platform  string              `json:"platform"`
	To        string              `json:"to"` // the person's name and unit, or 群
	Duties    []string            `json:"duties,omitempty"`
	State     store.DeliveryState `json:"state"`
	Reason    string              `json:"reason,omitempty"`
	Attempts  int                 `json:"attempts"`
	NotBefore time.Time           `json:"not_before"`
	SentAt    time.Time           `json:"sent_at,omitzero"`
}

// viewProject reads a project with everything that explains it; store.ErrNotFound when there is none.
func (h *Handlers) viewProject(v *store.View, id string) (projectView, error) {
	p, err := v.Project(id)
	if err != nil {
		return projectView{}, err
	}
	roster, err := v.Roster()
	if err != nil {
		return projectView{}, fmt.Errorf("read roster: %w", err)
	}
	deliveries, err := v.Deliveries(store.DeliveryFilter{Project: id})
	if err != nil {
		return projectView{}, err
	}
	now := h.Now()
	view := projectView{Project: p, Sector: p.Sector(), Reds: p.RedCount(), AsOf: now, Cases: []caseDetail{}}
	for _, s := range mechanism.Stages {
		view.Stages = append(view.Stages, h.viewStage(&p, s, mechanism.DateOf(now)))
	}
	for i := range p.Cases {
		c := &p.Cases[i]
		detail := caseDetail{Case: *c, Why: whyCase(c), Pushes: pushesOf(c), Deliveries: []deliveryView{}}
		for _, d := range deliveries {
			if d.Case == c.Seq {
				detail.Deliveries = append(detail.Deliveries, viewDelivery(d, roster))
			}
		}
		view.Cases = append(view.Cases, detail)
	}
	return view, nil
}

func viewDelivery(d store.Delivery, roster *store.Roster) deliveryView {
	to := "群"
	if d.Person != "" {
		to = d.Person
		if person, ok := roster.Person(d.Person); ok {
			to = person.Name + "(" + person.Unit + ")"
		}
	}
	return deliveryView{
		ID: d.ID, Effect: d.Effect, Kind: d.Kind, Push: d.Push, Platform: d.Platform, To: to, Duties: d.Duties,
		State: d.State, Reason: d.Reason, Attempts: d.Attempts, NotBefore: d.NotBefore, SentAt: d.SentAt,
	}
}

// pushesOf gives the pushes made so far; they are exactly one cycle apart (D.4).
func pushesOf(c *mechanism.Case) []pushView {
	var pushes []pushView
	for n := 1; n <= c.Push; n++ {
		pushes = append(pushes, pushView{No: n, On: c.Cycle.Push(n), Last: c.Cycle.End(n)})
	}
	return pushes
}

// viewStage reads the light of a stage today, and says in words how it comes about.
func (h *Handlers) viewStage(p *mechanism.Project, s mechanism.Stage, today mechanism.Date) stageView {
	view := stageView{Stage: s, Phase: h.Book.Phase(s)}
	if applies, why := h.Book.Applies(p, s); !applies {
		view.Why = "不适用:" + why
		return view
	}
	for _, state := range p.Stages {
		if state.Stage == s {
			view.Done = state.Done
		}
	}
	clock, runs := h.Book.Clock(p, s)
	if !runs {
		view.Why = whyNoClock(p, view.Done)
		return view
	}
	light, due := h.Book.Evaluate(clock, today)
	view.Light, view.Due = light, &due
	view.Hint = (light == mechanism.LightOrange || light == mechanism.LightRed) && (!due.Confirmed || due.Inferred)
	view.Why = arithmetic(due) + whyLight(light, due, view.Done, today) + doubtful(due)
	return view
}

func whyNoClock(p *mechanism.Project, done mechanism.Date) string {
	switch {
	case !p.ExitedOn.IsZero():
		return fmt.Sprintf("项目已于%s退出,停止计时。", fullDay(p.ExitedOn))
	case !done.IsZero():
		return fmt.Sprintf("已于%s办结;没有起算日或时限,不计灯色。", fullDay(done))
	default:
		return "未计时:没有起算日和已办结的前一环节,或规则库没有时限。"
	}
}

// arithmetic writes out how the dates of a clock come about.
func arithmetic(r mechanism.Reading) string {
	from := ""
	if r.Inferred {
		from = "(推定)"
	}
	text := fmt.Sprintf("自%s%s起算,时限%s(%s),最后期限%s24时;", fullDay(r.Start), from, span(r.Limit), basisWords(r.Basis), fullDay(r.Last))
	if !r.Orange.IsZero() {
		text += fmt.Sprintf("%s起橙色,", fullDay(r.Orange))
	}
	return text + fmt.Sprintf("%s起红灯。", fullDay(r.Red))
}

// ruleNumber is how the rule book numbers its open points; no reader outside it knows them (F.6).
var ruleNumber = regexp.MustCompile(`\b[A-Z]-\d+[a-z]?\b`)

// basisWords writes the basis of a limit for people: 示例,待核定(A-01;五2) as 示例,待核定;五2.
func basisWords(basis string) string {
	parts := strings.FieldsFunc(ruleNumber.ReplaceAllString(basis, ""), func(r rune) bool { return strings.ContainsRune("();", r) })
	return strings.Join(parts, ";")
}

func whyLight(light mechanism.Light, r mechanism.Reading, done, today mechanism.Date) string {
	switch light {
	case mechanism.LightDone:
		return fmt.Sprintf("已于%s按期办结,用时%d日。", fullDay(done), done-r.Start)
	case mechanism.LightDoneLate:
		return fmt.Sprintf("已于%s办结,逾期%d日。", fullDay(done), done-r.Last)
	case mechanism.LightRed:
		return fmt.Sprintf("已超%d日。", today-r.Last)
	default:
		return fmt.Sprintf("剩余%d日。", r.Last-today)
	}
}

// doubtful says what about a clock is not settled.
func doubtful(r mechanism.Reading) string {
	text := ""
	if !r.Confirmed {
		text += "时限为示例、待核定,只提示不预警。"
	}
	if r.Inferred {
		text += "起算日为推定,待环节责任部门核实。"
	}
	if r.Unverified {
		text += "日历未核定。"
	}
	return text
}

// whyCase says in words why a case was raised and how it stands.
func whyCase(c *mechanism.Case) string {
	text := ""
	if c.Due.Limit != (mechanism.Limit{}) {
		text = arithmetic(c.Due) + doubtful(c.Due)
	}
	if !c.Since.IsZero() {
		text += fmt.Sprintf("平台于%s亮灯。", fullDay(c.Since))
	}
	text += fmt.Sprintf("%s列为%s色预警", fullDay(c.FiredOn), c.Level)
	if c.RedNo > 0 {
		text += fmt.Sprintf("(项目第%d次红灯)", c.RedNo)
	}
	if c.Late {
		text += ",接入时已在期内或已逾期"
	}
	text += "。现为" + standing(c)
	switch {
	case !c.ClosedOn.IsZero():
		text += fmt.Sprintf(",%s起", fullDay(c.ClosedOn))
	case c.Backlog:
		text += ",属存量,待业务专班转办"
	case c.Push > 0:
		text += fmt.Sprintf(",第%d次推送%s,本周期至%s", c.Push, fullDay(c.PushedOn), fullDay(c.Cycle.End(c.Push)))
	}
	if c.Note != "" {
		text += "(" + c.Note + ")"
	}
	return text + "。"
}

package mechanism

import (
	"fmt"
	"strings"
)

// Refusal is an act that the notice does not allow. The project stays as it is.
type Refusal struct {
	Code     Code
	Sentence string // plain Chinese for the person who tried: what stands in the way, and what to do or who may
}

// Error gives the code and the sentence, for logs and the journal.
func (r *Refusal) Error() string { return fmt.Sprintf("refused (%s): %s", r.Code, r.Sentence) }

// Code says why an act was refused.
type Code string

// The reasons of refusal.
const (
	CodeUnknown    Code = "unknown"    // no such project or case
	CodeNotYours   Code = "not-yours"  // someone else may, or nobody
	CodeFinal      Code = "final"      // the case has ended
	CodeState      Code = "state"      // not in this state of the case
	CodeRepeat     Code = "repeat"     // done already
	CodeIncomplete Code = "incomplete" // something required is missing
	CodeInvalid    Code = "invalid"    // a value that can't be
)

func refuse(code Code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Sentence: fmt.Sprintf(format, args...)}
}

// present says how a case stands, for someone who comes too late.
func present(c *Case) *Refusal {
	switch c.State {
	case Superseded:
		return refuse(CodeFinal, "本橙色预警已于%s升级为红灯,请在红灯预警的卡片上办理。", chinese(c.ClosedOn))
	case Revoked:
		return refuse(CodeFinal, "本预警已于%s撤销(%s),无需再办理。", chinese(c.ClosedOn), c.Note)
	case Closed:
		return refuse(CodeFinal, "本预警已于%s销号(%s),无需再办理。", chinese(c.ClosedOn), c.Closure)
	case Overdue:
		return refuse(CodeState, "本预警已列入销号超时,不能再选正在办理;已办结的请选已完成办理,确不需办的请选无需办理或项目退出。")
	case InHand:
		return refuse(CodeRepeat, "本预警已列入已办理未销号,本周期至%s,无需重复办理。", chinese(c.Cycle.End(c.Push)))
	}
	return refuse(CodeState, "本预警现为%s(%s),暂不能这样办理。", c.State, c.Waiting)
}

// chinese writes a day out: 2026年5月12日.
func chinese(d Date) string {
	t := d.utc()
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// fill puts the units and the stage of a case into a sentence of the permits.
func fill(sentence string, c *Case) string {
	return strings.NewReplacer(
		"{部门}", unitOr(c.Parties.Department, "环节责任部门"),
		"{责任单位}", unitOr(c.Parties.Responsible, "项目责任单位"),
		"{环节}", string(c.Stage),
	).Replace(sentence)
}

func unitOr(p Party, word string) string {
	if p.Unit == "" {
		return word
	}
	return p.Unit
}

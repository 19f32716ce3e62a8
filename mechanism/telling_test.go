package mechanism_test

import (
	"slices"
	"testing"

	"junma/mechanism"
)

// Test谁收到哪张卡 is issue's table of cards, typed here.
func Test谁收到哪张卡(t *testing.T) {
	type row struct {
		to   mechanism.Duty
		role mechanism.Role
	}
	contact := func(duties ...mechanism.Duty) []row {
		var rows []row
		for _, d := range duties {
			rows = append(rows, row{d, mechanism.RoleContact})
		}
		return rows
	}
	resp, dept, lead, phase := mechanism.DutyResponsible, mechanism.DutyDepartment, mechanism.DutyLead, mechanism.DutyPhase
	force := []row{{mechanism.DutyTaskForce, mechanism.RoleTaskForce}}
	leader := row{resp, mechanism.RoleLeader}
	want := map[mechanism.Kind][]row{
		mechanism.KindPush:       append(append(contact(resp), leader), contact(dept, lead, phase, mechanism.DutyCopied)...),
		mechanism.KindOverdue:    append(append(append(contact(resp), leader), contact(dept, lead, phase)...), force...),
		mechanism.KindTurn:       contact(dept),
		mechanism.KindReturned:   contact(resp),
		mechanism.KindReminder:   contact(resp, dept),
		mechanism.KindUrged:      contact(resp, dept),
		mechanism.KindOutcome:    contact(resp, dept, lead, phase),
		mechanism.KindChanged:    contact(resp, dept),
		mechanism.KindEscalation: {{mechanism.DutyCoordinator, ""}, {mechanism.DutyReportsUp, mechanism.RoleLeader}, {mechanism.DutyCity, mechanism.RoleCity}},
		mechanism.KindHeld:       force, mechanism.KindDisclaimed: force, mechanism.KindAlarm: force,
		mechanism.KindSettled: contact(mechanism.DutyObjector), mechanism.KindUndelivered: force,
		mechanism.KindDailyList: force, mechanism.KindBacklog: force,
	}
	got := map[mechanism.Kind][]row{}
	for _, r := range mechanism.Tellings {
		got[r.Kind] = append(got[r.Kind], row{r.To, r.Role})
		if (r.Channel == mechanism.ChannelGroup) != (r.To == mechanism.DutyCoordinator) {
			t.Errorf("%s to %s by %s", r.Kind, r.To, r.Channel)
		}
		acting := slices.DeleteFunc(slices.Clone(r.Acts), func(a mechanism.Act) bool { return a == mechanism.ActEvidence })
		if (r.To == lead || r.To == phase || r.To == mechanism.DutyCopied) && len(acting) > 0 || r.To == phase && len(r.Acts) > 0 {
			t.Errorf("%s to %s has buttons %v", r.Kind, r.To, r.Acts)
		}
	}
	for kind, rows := range want {
		if !slices.Equal(got[kind], rows) {
			t.Errorf("%s goes to %v, want %v", kind, got[kind], rows)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d kinds, want %d", len(got), len(want))
	}
}

func Test卡片上现有的按钮(t *testing.T) {
	labels := func(w *world, duty mechanism.Duty, by mechanism.Actor) []string {
		var words []string
		for _, act := range mechanism.ActsFor(&w.p, w.last(), duty, by) {
			words = append(words, act.Label())
		}
		return words
	}
	check := func(w *world, name string, duty mechanism.Duty, by mechanism.Actor, want ...string) {
		t.Helper()
		if got := labels(w, duty, by); !slices.Equal(got, want) {
			t.Errorf("%s: %s has %v, want %v", name, duty, got, want)
		}
	}
	resp, dept := mechanism.DutyResponsible, mechanism.DutyDepartment
	w := orange(t)
	check(w, "推送后", resp, chen, "报送情况", "不归我办", "查看项目")
	check(w, "推送后", resp, mechanism.Actor{}, "报送情况", "不归我办", "查看项目")
	check(w, "推送后", dept, lin, "已完成办理")
	check(w, "推送后", mechanism.DutyLead, jingxin, "看佐证") // this card is not drawn again when the report comes
	check(w, "推送后", dept, chen)
	w.do(report(1), chen)
	check(w, "报送后", dept, lin, "正在办理", "已完成办理", "无需办理", "项目退出", "退回补充", "看佐证")
	w.do(mechanism.Disclaimed{Case: 1, Reason: "不是我镇"}, chen)
	check(w, "不归我办后", resp, chen, "报送情况", "查看项目")
	check(w, "不归我办后", mechanism.DutyTaskForce, force, "维持原责任", "改定责任", "看佐证")
	w.do(w.ongoing(1, "2026-06-01"), lin)
	check(w, "已办理未销号", dept, mechanism.Actor{}, "已完成办理", "无需办理", "项目退出", "看佐证")
	w.do(w.completed(1, "2026-05-11"), lin)
	check(w, "销号后", dept, lin, "看佐证")
	check(w, "销号后", resp, chen, "查看项目")

	w = third(t, "")
	check(w, "第三级", mechanism.DutyTaskForce, force, "发出", "暂缓", "看佐证")
	check(w, "第三级", mechanism.DutyCity, mechanism.Actor{}, "看过程")
	w.do(mechanism.EscalationWithheld{Case: 2, Reason: "缓"}, force)
	check(w, "暂缓后", mechanism.DutyTaskForce, mechanism.Actor{}, "发出", "看佐证")
}

func Test办理按钮带着情形(t *testing.T) {
	want := map[mechanism.Act]mechanism.Option{
		mechanism.ActOngoing: mechanism.Ongoing, mechanism.ActCompleted: mechanism.Completed,
		mechanism.ActNotNeeded: mechanism.NotNeeded, mechanism.ActExit: mechanism.Exit, mechanism.ActReport: "", mechanism.ActView: "", mechanism.ActProcess: "",
	}
	for act, option := range want {
		if act.Option() != option {
			t.Errorf("%s chooses %q, want %q", act, act.Option(), option)
		}
	}
}

func Test各人的责任(t *testing.T) {
	w := orange(t)
	for _, c := range []struct {
		by   mechanism.Actor
		want []mechanism.Duty
	}{
		{chen, []mechanism.Duty{mechanism.DutyResponsible}},
		{jingxin, []mechanism.Duty{mechanism.DutyLead, mechanism.DutyPhase}},
		{lin, []mechanism.Duty{mechanism.DutyDepartment}},
		{force, nil},
		{system, nil},
	} {
		if got := mechanism.DutiesOf(w.last(), c.by); !slices.Equal(got, c.want) {
			t.Errorf("%s holds %v, want %v", c.by.Person, got, c.want)
		}
	}
}

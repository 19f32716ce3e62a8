package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"junma/sandbox/dingtalk"
)

var crowdedTowns = []string{"下涯镇", "梅城镇"}

// burst is a world in which each of people contacts of two towns has a card about each of five projects, and a press on
// [查看项目] for each of these cards.
func burst(t testing.TB, people int) (*world, []dingtalk.PressRequest) {
	t.Helper()
	const projects = 5
	w := crowdedWorld(t, crowd(t, people, crowdedTowns...), crowdedTowns, projects)
	var presses []dingtalk.PressRequest
	for who, user := range w.userOf {
		if !strings.HasPrefix(user, "user-c") || user == "user-chen" {
			continue
		}
		cards, err := w.personalCards(who)
		noError(t, err)
		if len(cards) != projects {
			t.Fatalf("%s has %d cards, want %d", who, len(cards), projects)
		}
		for _, c := range cards {
			presses = append(presses, dingtalk.PressRequest{User: user, Card: c.OutTrackID, Button: "查看项目"})
		}
	}
	return w, presses
}

// checkPressed checks that each press of a burst has had its one effect.
func (w *world) checkPressed(t testing.TB, presses []dingtalk.PressRequest) {
	t.Helper()
	effects := 0
	for line, n := range w.journalled(t) {
		if !strings.Contains(line, " responded ") {
			continue
		}
		effects += n
		if n != 1 {
			t.Errorf("%s: %d times", line, n)
		}
	}
	if effects != len(presses) {
		t.Errorf("%d effects of %d presses", effects, len(presses))
	}
}

// 一千人次同时按下:人人得到应答,各生效一次。
func TestThousandPressesAtOnce(t *testing.T) {
	w, presses := burst(t, crowdSize)
	_, failed := w.pressAll(t, presses)
	t.Logf("%d of %d presses failed at first", failed, len(presses))
	w.checkPressed(t, presses)
}

// 按下的同时连接出各种事故,程序也重新启动:提示失败的再按一次,应答过的不丢,什么都不发生两次。
func TestPressesThroughTrouble(t *testing.T) {
	w, presses := burst(t, 4+crowdSize/6)
	noError(t, w.sandbox.SetSwitch(dingtalk.CardRedelivery, "same"))
	push := func(kind string, count int) error {
		_, err := w.sandbox.SetFault(dingtalk.Fault{Route: "push.card", Kind: kind, Ms: 200, Skip: 2, Count: count})
		return err
	}
	stream := func(action string) error {
		_, err := w.sandbox.Stream(action, "")
		return err
	}
	troubles := []struct {
		name string
		stir func() error
	}{
		{"每帧两次", func() error { return push(dingtalk.FaultDuplicate, 10) }},
		{"后发先到", func() error { return push(dingtalk.FaultLate, 10) }},
		{"通知离开,两条连接各到一次", func() error { return errors.Join(stream("disconnect"), push(dingtalk.FaultEverywhere, 10)) }},
		{"送到就断", func() error { return push(dingtalk.FaultCutAfter, 1) }},
		{"重新启动", func() error { return w.restart(t.Context()) }},
		{"重置", func() error { return stream("reset") }},
		{"断开后鉴权失败一次", func() error {
			_, err := w.sandbox.SetFault(dingtalk.Fault{Route: "stream.open", Kind: dingtalk.FaultRefuse, Status: 401, Count: 1})
			return errors.Join(err, stream("drop"))
		}},
	}
	waves := slices.Collect(slices.Chunk(presses, (len(presses)+len(troubles)-1)/len(troubles)))
	for i, trouble := range troubles {
		stirred := make(chan error, 1)
		go func() { stirred <- trouble.stir() }()
		_, failed := w.pressAll(t, waves[i])
		noError(t, <-stirred)
		t.Logf("%s: %d of %d presses failed at first", trouble.name, failed, len(waves[i]))
	}
	for _, e := range w.sandbox.Journal(0, dingtalk.KindPushCard) {
		for _, warning := range e.Warnings {
			if strings.Contains(warning, "differs") {
				t.Errorf("%s: %s", e.Request, warning)
			}
		}
	}
	w.checkPressed(t, presses)
}

// 同一单位的两个人同一时刻确认同一件:一人办成,另一人被告知谁在什么时候办的。
func TestPairsAtTheSameMoment(t *testing.T) {
	const pairs, unit = 2 + crowdSize/10, "市住建局"
	w := crowdedWorld(t, crowd(t, 2*pairs, unit), crowdedTowns[:1], pairs)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	var people []string
	var confirms []dingtalk.PressRequest
	for i := range 2 * pairs {
		who := fmt.Sprint(unit, i)
		noError(t, pressCommand(ctx, w, []string{who, "已完成办理", crowdedProject(crowdedTowns[0], i/2)}))
		noError(t, pressCommand(ctx, w, []string{who, "今天"}))
		card, err := w.find(who, "确认办理", "")
		noError(t, err)
		people = append(people, who)
		confirms = append(confirms, dingtalk.PressRequest{User: w.userOf[who], Card: card.OutTrackID, Button: "确认办理"})
	}
	results, _ := w.pressAll(t, confirms)
	lines := w.journalled(t)
	for i := 0; i < len(people); i += 2 {
		project := crowdedProject(crowdedTowns[0], i/2)
		winner, other := i, i+1
		if lines[project+" disposed "+people[i]] == 0 {
			winner, other = i+1, i
		}
		if n := lines[project+" disposed "+people[winner]]; n != 1 || lines[project+" disposed "+people[other]] != 0 {
			t.Errorf("%s was disposed of by %s %d times", project, people[winner], n)
		}
		if view := readCard(results[winner].View); !strings.Contains(view, "已销号。已通知下涯镇") {
			t.Errorf("%s, who was first, sees:\n%s", people[winner], view)
		}
		view, told := readCard(results[other].View), "最近一次:"+unit+people[winner]+"于5月11日 18:00办理:已完成办理。现为已销号。"
		if !strings.Contains(view, told) || !strings.Contains(view, "无需再办理") {
			t.Errorf("%s, who came second, does not see %q:\n%s", people[other], told, view)
		}
	}
}

// 应答在路上丢了,平台又推送一次,其间程序可能重新启动:只办一次,应答相同;换了编号的,说明已经办过。
func TestPressWhoseAcknowledgementWasLost(t *testing.T) {
	for _, c := range []struct {
		name, again string
		restart     bool
		answer      string
	}{
		{"同一编号再来", "same", false, "已销号。已通知"},
		{"重新启动后同一编号再来", "same", true, "已销号。已通知"},
		{"换了编号再来", "new", false, "没有重复提交"},
		{"重新启动后换了编号再来", "new", true, "没有重复提交"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, "")
			w.play(t, slices.Concat(mainSteps[:3], [][]string{{"press", "钱某", "已完成办理"}, {"press", "钱某", "今天"}})...)
			noError(t, w.sandbox.SetSwitch(dingtalk.CardRedelivery, c.again))
			_, err := w.sandbox.SetFault(dingtalk.Fault{Route: "push.card", Kind: dingtalk.FaultCutAfter, Count: 1})
			noError(t, err)
			if err := pressCommand(t.Context(), w, []string{"钱某", "确认办理"}); err == nil {
				t.Fatal("the acknowledgement came all the same")
			}
			before := len(w.sandbox.Journal(0, dingtalk.KindPushCard))
			if c.restart {
				noError(t, w.restart(t.Context()))
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			var last dingtalk.Entry
			noError(t, w.sandbox.Wait(ctx, func() bool {
				pushes := w.sandbox.Journal(0, dingtalk.KindPushCard)
				last = pushes[len(pushes)-1]
				return len(pushes) > before && last.Status != 0
			}))
			if !strings.Contains(plain(string(last.Response)), c.answer) {
				t.Errorf("the repetition was answered with %s, want %q", last.Response, c.answer)
			}
			if n := w.journalled(t)["p1 disposed 钱某"]; n != 1 {
				t.Errorf("disposed of %d times", n)
			}
		})
	}
}

// 先按的后到:晚到的确认不再生效。
func TestPressOvertakenOnTheWay(t *testing.T) {
	w := startWorld(t, "")
	w.play(t, slices.Concat(mainSteps[:3], [][]string{{"press", "钱某", "已完成办理"}, {"press", "钱某", "今天"}})...)
	card, err := w.find("钱某", "确认办理", "")
	noError(t, err)
	_, err = w.sandbox.SetFault(dingtalk.Fault{Route: "push.card", Kind: dingtalk.FaultLate, Ms: 300, Count: 1})
	noError(t, err)
	press := dingtalk.PressRequest{User: w.userOf["钱某"], Card: card.OutTrackID, Button: "确认办理"}
	cancel := press
	cancel.Button = "取消"
	results, failed := w.pressAll(t, []dingtalk.PressRequest{press, cancel})
	if view := readCard(results[0].View); failed > 0 || !strings.Contains(view, "这一步已经过去") {
		t.Errorf("the late confirmation is answered with:\n%s", view)
	}
	if n := w.journalled(t)["p1 disposed 钱某"]; n != 0 {
		t.Errorf("disposed of %d times after 取消", n)
	}
}

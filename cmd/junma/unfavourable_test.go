package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

// What the vendor's documents leave open must not matter: the main scenario runs with each unfavourable answer.
func TestMainScenarioUnderEachUnfavourableFact(t *testing.T) {
	tests := []struct{ name, set, value, config string }{
		{"重复创建返回成功但不生效", dingtalk.DuplicateCreate, "ignore", ""},
		{"投放失败的卡片不留下", dingtalk.FailedDelivery, "discard", ""},
		{"按钮参数丢失,只剩编号", dingtalk.ButtonParams, "drop", ""},
		{"按钮参数在旁边", dingtalk.ParamsPlace, "beside", ""},
		{"按钮参数只在value里", dingtalk.ParamsPlace, "value", ""},
		{"回调没有value", dingtalk.CallbackValue, "absent", ""},
		{"应答不更新卡片", dingtalk.AckData, "ignore", "[dingtalk]\nanswer_redraws = false\n"},
		{"spaceType小写", dingtalk.SpaceTypeCase, "im", ""},
		{"spaceType为全称", dingtalk.SpaceTypeCase, "full", ""},
		{"卡片一天后不能再更新", dingtalk.UpdateDays, "1", ""},
		{"未应答的回调以原编号重发", dingtalk.CardRedelivery, "same", ""},
		{"未应答的回调以新编号重发", dingtalk.CardRedelivery, "new", ""},
		{"按钮必须有自己的编号", dingtalk.UniqueButtonIDs, "on", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, tt.config)
			if err := w.sandbox.SetSwitch(tt.set, tt.value); err != nil {
				t.Fatal(err)
			}
			mainScenario(t, w)
		})
	}
}

// Faults of the platform on the way cost time, never a notice: each person still has each card once.
func TestMainScenarioThroughFaults(t *testing.T) {
	tests := []struct {
		name  string
		fault dingtalk.Fault
	}{
		{"创建卡片的应答丢失", dingtalk.Fault{Route: "card.create", Kind: "cut-after", Count: 3}},
		{"创建卡片的请求丢失", dingtalk.Fault{Route: "card.create", Kind: "cut-before", Count: 3}},
		{"平台忙", dingtalk.Fault{Route: "card.*", Kind: "refuse", Count: 3, Status: 500, Code: "system.busy"}},
		{"限流", dingtalk.Fault{Route: "card.create", Kind: "refuse", Count: 1, Status: 403, Code: "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}},
		{"返回网页", dingtalk.Fault{Route: "card.create", Kind: "html503", Count: 2}},
		{"投放结果为失败", dingtalk.Fault{Route: "card.create", Kind: "deliver-false", Count: 1}},
		{"更新卡片的应答丢失", dingtalk.Fault{Route: "card.update", Kind: "cut-after", Count: 2}},
		{"推送帧重复", dingtalk.Fault{Route: "push.*", Kind: "duplicate", Count: 20}},
		{"推送后连接断开", dingtalk.Fault{Route: "push.message", Kind: "cut-after", Count: 1}},
		{"取文件失败一次", dingtalk.Fault{Route: "file.url", Kind: "refuse", Count: 1, Status: 500, Code: "system.error"}},
		{"令牌作废", dingtalk.Fault{Route: "card.create", Kind: "refuse", Count: 1, Status: 400, Code: "InvalidAuthentication"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, "")
			if _, err := w.sandbox.SetFault(tt.fault); err != nil {
				t.Fatal(err)
			}
			mainScenario(t, w)
		})
	}
}

// startWorld makes a world for a Go test; errors in the log fail it.
func startWorld(t testing.TB, config string) *world {
	t.Helper()
	roster, err := os.ReadFile("testdata/roster.json")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := newWorld(ctx, t.TempDir(), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), config, roster)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		for _, line := range w.log.takeErrors() {
			t.Errorf("unexpected error in the log: %s", line)
		}
	})
	return w
}

// play does acts one after the other; after each, everything that can go out has gone out.
func (w *world) play(t *testing.T, steps ...[]string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*patience)
	defer cancel()
	for _, step := range steps {
		err := acts[step[0]](ctx, w, step[1:])
		if err == nil {
			err = w.settle(ctx)
		}
		if err != nil {
			t.Fatalf("%v: %v", step, err)
		}
	}
}

// mainSteps are one warning from the orange line to 已销号, with the four parties apart: 下涯镇 reports, 规资局
// disposes, 经信局 leads the sector, 商务局 owns the phase.
var mainSteps = [][]string{
	{"project", "p1"},
	{"stage", "p1", "拿地", "start=2026-03-02", "limit=60日"},
	{"until", "2026-04-21T10:00:00+08:00"},
	{"press", "陈某", "报送情况"},
	{"say", "陈某", "土地要素"},
	{"say", "陈某", "指标已落实,等待挂牌出让公告期满"},
	{"photo", "陈某"},
	{"say", "陈某", "完成"},
	{"press", "陈某", "属实,确认报送"},
	{"press", "钱某", "已完成办理"},
	{"press", "钱某", "今天"},
	{"press", "钱某", "确认办理"},
	{"until", "2026-04-22T18:00:00+08:00"},
	{"state", "p1", "拿地", "橙", "已销号", "closure=办结"},
}

// mainScenario plays mainSteps. Afterwards each of the four parties has seen each card once.
func mainScenario(t *testing.T, w *world) {
	t.Helper()
	w.play(t, mainSteps...)
	for _, who := range []string{"陈某", "钱某", "王某", "赵某"} {
		text, err := cardText(w, who)
		if err != nil || !strings.Contains(text, "已销号") {
			t.Errorf("%s does not see that the warning is closed (%v):\n%s", who, err, text)
		}
	}
	w.sameCardsOnce(t)
}

// sameCardsOnce checks that nobody was told the same thing by two cards, whatever the cards show by now.
func (w *world) sameCardsOnce(t *testing.T) {
	t.Helper()
	cardOf := map[string]string{} // what was told to whom → id of the card that told it
	for _, e := range w.sandbox.Journal(0, "card.create") {
		var request struct {
			OutTrackID  string
			OpenSpaceID string
			CardData    struct {
				CardParamMap struct{ Title, Markdown string }
			}
		}
		if err := json.Unmarshal(e.Request, &request); err != nil {
			t.Fatal(err)
		}
		told := request.OpenSpaceID + "\n" + request.CardData.CardParamMap.Title + "\n" + request.CardData.CardParamMap.Markdown
		if other, ok := cardOf[told]; ok && other != request.OutTrackID {
			t.Errorf("told by two cards, %s and %s:\n%s", other, request.OutTrackID, told)
		}
		cardOf[told] = request.OutTrackID
	}
}

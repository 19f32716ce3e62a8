package mechanism_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"junma/mechanism"
)

func Test生命周期表与文档一致(t *testing.T) {
	var b strings.Builder
	b.WriteString(lifePreface)
	b.WriteString("| 编号 | 现状 | 事由 | 条件 | 变为 | 告知 | 依据 |\n|---|---|---|---|---|---|---|\n")
	for _, m := range mechanism.Moves {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", m.ID, from(m), m.On, m.Guard, to(m), or(inWords(t, m.Tell)), m.Basis)
	}
	b.WriteString("\n## 谁可以做什么(D.5)\n\n| 事项 |")
	for _, s := range mechanism.Seats {
		fmt.Fprintf(&b, " %s |", s)
	}
	b.WriteString(" 依据 |\n|---|" + strings.Repeat("---|", len(mechanism.Seats)) + "---|\n")
	for _, p := range mechanism.Permits {
		fmt.Fprintf(&b, "| %s |", p.On)
		for _, s := range mechanism.Seats {
			mark := "–"
			if slices.Contains(p.By, s) {
				mark = "✓"
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
		fmt.Fprintf(&b, " %s |\n", p.Basis)
	}
	b.WriteString("\n## 谁收到哪张卡\n\n“限于”是上表的编号:只在这些变化时发;– 为凡告知这一种时都发。\n\n")
	b.WriteString("| 种类 | 收件方 | 何人 | 渠道 | 按钮(现时可用的才显示) | 限于 |\n|---|---|---|---|---|---|\n")
	for _, r := range mechanism.Tellings {
		var labels []string
		for _, act := range r.Acts {
			labels = append(labels, act.Label())
		}
		whom := string(r.To)
		if r.Others {
			whom += "(本单位办理的除外)"
		}
		if r.InTurn {
			whom += "(轮到时)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", inWords(t, []mechanism.Kind{r.Kind}), whom, or(string(r.Role)), r.Channel, or(join(labels)), or(join(r.Moves)))
	}
	compareDoc(t, filepath.Join("..", "docs", "life-table.md"), b.String())
}

const lifePreface = `# 预警的一生

一条预警从亮灯到销号,每一步由谁引起、须具备什么条件、变为什么状态、告知谁。本页由程序中的表生成,改表后以
` + "`" + `go test ./mechanism -update` + "`" + ` 更新。

编号 T1、T2…是各步的代号。依据栏中“三(四)3”等是建政办函〔2024〕22号的条款;C-、R-、A-、D. 是对条款逐条解读的编号,其中 A- 为
公文未写明、暂定的默认,业务专班可以改定。“现状”为 – 的,此前尚无这条预警。

## 状态变化(D.3)

`

// kindWords names the kinds of notification for those who read the table.
var kindWords = map[mechanism.Kind]string{
	mechanism.KindPush: "预警推送", mechanism.KindOverdue: "销号超时通知", mechanism.KindTurn: "待办理",
	mechanism.KindReturned: "退回补充", mechanism.KindOutcome: "办理结果", mechanism.KindChanged: "原卡更新",
	mechanism.KindEscalation: "协调任务", mechanism.KindHeld: "待发文稿", mechanism.KindDisclaimed: "不归我办",
	mechanism.KindAlarm: "数据提醒", mechanism.KindDailyList: "每日清单", mechanism.KindBacklog: "存量清单",
	mechanism.KindReminder: "提醒", mechanism.KindUrged: "催办", mechanism.KindSettled: "责任核定结果",
	mechanism.KindUndelivered: "未送达",
}

func inWords(t *testing.T, kinds []mechanism.Kind) string {
	t.Helper()
	var words []string
	for _, kind := range kinds {
		word, ok := kindWords[kind]
		if !ok {
			t.Errorf("kind %s has no word for the table", kind)
		}
		words = append(words, word)
	}
	return join(words)
}

func compareDoc(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: go test ./mechanism -update", path)
	}
}

func from(m mechanism.Move) string {
	if m.From == nil {
		return "–"
	}
	return join(m.From)
}

func to(m mechanism.Move) string {
	word := "不变"
	if m.To != "" {
		word = string(m.To)
	}
	if m.Closure != "" {
		return fmt.Sprintf("%s(%s)", word, m.Closure)
	}
	if m.Wait != "" {
		return fmt.Sprintf("%s·%s", word, m.Wait)
	}
	return word
}

func or(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func join[T ~string](words []T) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = string(w)
	}
	return strings.Join(parts, "、")
}

var (
	open  = []mechanism.State{mechanism.Untreated, mechanism.InHand, mechanism.Overdue}
	final = []mechanism.State{mechanism.Closed, mechanism.Revoked, mechanism.Superseded}
)

func Test每个状态都到得了且未结的都出得去(t *testing.T) {
	reached := map[mechanism.State]bool{}
	for changed := true; changed; {
		changed = false
		for _, m := range mechanism.Moves {
			possible := m.From == nil || slices.ContainsFunc(m.From, func(s mechanism.State) bool { return reached[s] })
			if possible && m.To != "" && !reached[m.To] {
				reached[m.To], changed = true, true
			}
		}
	}
	for _, s := range append(slices.Clone(open), final...) {
		if !reached[s] {
			t.Errorf("%s can't be reached", s)
		}
	}
	for _, s := range open {
		if !slices.ContainsFunc(mechanism.Moves, func(m mechanism.Move) bool {
			return slices.Contains(m.From, s) && slices.Contains(final, m.To)
		}) {
			t.Errorf("%s has no exit", s)
		}
	}
	for _, m := range mechanism.Moves {
		if slices.Contains(final, m.To) && slices.ContainsFunc(m.From, func(s mechanism.State) bool { return slices.Contains(final, s) }) {
			t.Errorf("%s ends what has ended", m.ID)
		}
	}
}

func Test每个事由在每个状态至多一行(t *testing.T) {
	seen, ids := map[string]string{}, map[string]bool{}
	for _, m := range mechanism.Moves {
		if ids[m.ID] {
			t.Errorf("two rows are called %s", m.ID)
		}
		ids[m.ID] = true
		for _, s := range m.From {
			key := string(m.On) + string(s)
			if other := seen[key]; other != "" {
				t.Errorf("%s and %s both answer %s from %s", other, m.ID, m.On, s)
			}
			seen[key] = m.ID
		}
		if m.Basis == "" || m.Guard == "" {
			t.Errorf("%s names no basis or guard", m.ID)
		}
	}
	for _, r := range mechanism.Tellings {
		for _, id := range r.Moves {
			if !ids[id] {
				t.Errorf("%s to %s is told on %q, which is no row", r.Kind, r.To, id)
			}
		}
	}
}

func Test每件事都写明谁可以做(t *testing.T) {
	for _, p := range mechanism.Permits {
		if len(p.By) == 0 || p.Who == "" || p.Basis == "" {
			t.Errorf("permit for %s is not complete", p.On)
		}
	}
	for _, on := range []mechanism.Trigger{
		mechanism.OnRecord, mechanism.OnDay, mechanism.OnRead, mechanism.OnReport, mechanism.OnReturn, mechanism.OnOngoing,
		mechanism.OnCompleted, mechanism.OnNotNeeded, mechanism.OnExit, mechanism.OnDisclaim, mechanism.OnUrge, mechanism.OnBacklogRelease,
		mechanism.OnRelease, mechanism.OnWithhold,
	} {
		if !slices.ContainsFunc(mechanism.Permits, func(p mechanism.Permit) bool { return p.On == on }) {
			t.Errorf("nobody is permitted %s", on)
		}
	}
}

package inquiry_test

import (
	"bufio"
	"os"
	"sort"
	"strings"
	"testing"

	"junma/handlers/inquiry"
)

// jiande is a lexicon of made-up people in 建德's units.
func jiande() *inquiry.Lexicon {
	var units []inquiry.Unit
	for _, name := range strings.Fields(`市住建局 市发改局 市经信局 市商务局 市规划和自然资源局 开发区管委会 市统计局 市审管办 市交通局 市水利局
		供电服务单位 水务服务单位 望江交建公司 望江城建公司 望江水利建设公司`) {
		units = append(units, inquiry.Unit{Name: name})
	}
	for _, name := range strings.Fields(`新安江街道 洋溪街道 更楼街道 莲花镇 乾潭镇 梅城镇 杨村桥镇 下涯镇 大洋镇 三都镇 寿昌镇 航头镇 大慈岩镇
		大同镇 李家镇 钦堂乡`) {
		units = append(units, inquiry.Unit{Name: name, Town: true})
	}
	return inquiry.NewLexicon(units, []inquiry.Person{
		{ID: "lbn", Name: "李秉南", Unit: "下涯镇"},
		{ID: "zqh", Name: "周启航", Unit: "市住建局"},
		{ID: "gsy", Name: "高思远", Unit: "市领导"},
		{ID: "ww1", Name: "王伟", Unit: "下涯镇"},
		{ID: "ww2", Name: "王伟", Unit: "市经信局"},
	})
}

// table gives the rows of a testdata file, cut at their bar.
func table(t testing.TB, name string) [][2]string {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var rows [][2]string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if left, right, ok := strings.Cut(lines.Text(), " | "); ok && !strings.HasPrefix(left, "#") {
			rows = append(rows, [2]string{left, right})
		}
	}
	return rows
}

func sorted(slots string) string {
	parts := strings.Fields(slots)
	sort.Strings(parts[1:])
	return strings.Join(parts, " ")
}

func TestAsked(t *testing.T) {
	words, rows := jiande(), table(t, "asked.txt")
	if len(rows) < 200 {
		t.Errorf("only %d phrasings", len(rows))
	}
	for _, row := range rows {
		t.Run(row[0], func(t *testing.T) {
			got := words.Read(row[0])
			if got.Outcome != inquiry.Understood || sorted(got.Asked.String()) != sorted(row[1]) {
				t.Errorf("outcome %d: %s %v %s\nwant %s", got.Outcome, got.Asked, got.Choices, got.Topic, row[1])
			}
		})
	}
}

func TestDoubtful(t *testing.T) {
	words, rows := jiande(), table(t, "doubtful.txt")
	if len(rows) < 50 {
		t.Errorf("only %d phrasings", len(rows))
	}
	for _, row := range rows {
		t.Run(row[0], func(t *testing.T) {
			if got := outcome(words.Read(row[0])); got != row[1] {
				t.Errorf("%s, want %s", got, row[1])
			}
		})
	}
}

func outcome(r inquiry.Reading) string {
	switch r.Outcome {
	case inquiry.Choose:
		var labels []string
		for _, c := range r.Choices {
			labels = append(labels, c.Label)
		}
		return "choose " + strings.Join(labels, "、")
	case inquiry.NeedsProject:
		return "project " + string(r.Asked.Kind)
	case inquiry.NeedsTopic:
		return "topic " + r.Topic
	case inquiry.Understood:
		return r.Asked.String()
	default:
		return "pass"
	}
}

// Whatever is chosen must lead on: the choice's own text is understood.
func TestChoicesAreUnderstood(t *testing.T) {
	words := jiande()
	for _, row := range table(t, "doubtful.txt") {
		for _, c := range words.Read(row[0]).Choices {
			if got := words.Read(c.Text); got.Outcome != inquiry.Understood {
				t.Errorf("%s → %s: %s", row[0], c.Text, outcome(got))
			}
		}
	}
}

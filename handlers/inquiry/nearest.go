package inquiry

import (
	"cmp"
	"slices"
	"strings"
)

// samples are questions as people may put them, each with the characters that tell it from the others.
var samples = []struct{ text, marks string }{
	{"全市情况", "全市总体情况"},
	{"红灯几个", "红灯"},
	{"橙色预警几个", "橙黄预警灯"},
	{"未办理的有哪些", "未没办理"},
	{"已办理未销号的有哪些", "已办销号"},
	{"销号超时的有哪些", "超时期"},
	{"第三次预警的有哪些", "次预警"},
	{"三级协调的有哪些", "级协调"},
	{"谁没办", "谁没办"},
	{"哪个单位最慢", "慢拖率"},
	{"各镇街红灯", "各镇街乡"},
	{"红灯比上月", "比上月"},
	{"本月新增红灯", "新增"},
	{"未来30天哪些会亮灯", "未来亮灯"},
}

// Nearest gives the three questions that share most with a sentence that was not understood, the nearest first; none when
// it has nothing in common with any.
func Nearest(sentence string) []string {
	type candidate struct {
		text   string
		shared int
	}
	var all []candidate
	for _, s := range samples {
		shared := 0
		for _, r := range s.marks {
			if strings.ContainsRune(sentence, r) {
				shared++
			}
		}
		all = append(all, candidate{s.text, shared})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.shared, a.shared) })
	if all[0].shared < 2 {
		return nil
	}
	return []string{all[0].text, all[1].text, all[2].text}
}

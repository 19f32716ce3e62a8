package notify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"junma/bot"
	"junma/mechanism"
)

// 与机制文本 F 部分逐字比对:标题、正文和依据,期望的文字由人录入,不取自程序。
func TestTextsOfPartF(t *testing.T) {
	tests := []struct{ name, who, want string }{
		{"橙色推送-责任单位", "F.1 卡片1", `【橙色预警通报】云溪新材料年产2万吨硅基材料项目
环节:施工许可(住建局)　起算:4月20日　时限:25日
5月10日进入橙色预警期,**5月15日24时前**未办结将转红灯。
请你单位会同市住建局查清原因,于5月13日前报送情况并附佐证。`},
		{"待办理", "F.2", `【待办理】云溪新材料年产2万吨硅基材料项目 施工许可(橙色)
下涯镇5月11日报送:施工图审查消防意见未闭合,预计5月12日补齐。佐证1件。
请于5月15日前办理。`},
		{"结果-正在办理", "F.2 正在办理", `已列入**已办理未销号**。本周期至6月8日,届时未销号将于6月9日第2次推送;原则上第4次推送后仍未销号的,列入销号超时。`},
		{"结果-已完成办理", "F.2 已完成办理", `本预警已自动销号;施工许可环节办结,用时22日(时限25日)。
下一环节“开工监管”自5月12日起算。`},
		{"协调-第一级交办单", "F.3 首次红灯", `【交办单】第1次红灯预警　云溪新材料年产2万吨硅基材料项目
环节:开工监管　时限5月27日,已超1日
请**下涯镇**负责协调,于6月2日前反馈协调结果;市规划和自然资源局配合。`},
		{"协调-第二级上报", "F.3 第二次红灯", `【上报】下涯镇报市经信局:云溪新材料年产2万吨硅基材料项目第2次红灯(入统,时限7月28日,已超1日)`},
		{"协调-第二级上报", "F.3 第二次红灯", `请市经信局于**8月5日前**召集市统计局、下涯镇等协调。`},
		{"协调-第三级呈阅", "F.3 第三次红灯", `【呈阅】梅岭智能装备产业园(一期) 第3次红灯,请予协调
总投资12.6亿元,工业,梅城镇。在建时限6月1日(36个月),已超9日。`},
		{"协调-第三级呈阅", "F.3 上报行", `上报:梅城镇、市经信局　6月10日`},
		{"第2次推送", "F.4 第2次推送", `【第2次推送】云溪新材料年产2万吨硅基材料项目 施工许可(红灯)
上次办理:正在办理(6月5日)
本周期:6月15日至7月14日。请更新进展;已办结的请报送完成日期。`},
		{"第4次推送-最后一次", "F.4 提醒", `9月12日24时前未销号,将列入**销号超时**。`},
		{"销号超时-责任单位", "F.4 销号超时", `4次推送均未销号,自9月13日起列入销号超时清单。
请责任领导李某牵头,3个工作日内提出销号计划。`},
		{"已自动销号", "F.4 已自动销号", `市统计局已确认入统,云溪新材料年产2万吨硅基材料项目“入统”预警于8月6日销号。无需操作。`},
	}
	for _, tt := range tests {
		t.Run(tt.who, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join("testdata", "golden", tt.name+".txt"))
			must(t, err)
			if !strings.Contains(string(file), tt.want) {
				t.Errorf("card %s does not say\n%s\nbut\n%s", tt.name, tt.want, file)
			}
		})
	}
}

// F.6 的用语在模板和金样中都不出现。
func TestWordsToAvoid(t *testing.T) {
	avoid := []string{"亲,", "亲爱", "尽快", "温馨提示", "系统错误", "!", "！", "😊", "务必", "哦", "呢", "一定会", JSONish}
	var files []string
	for _, pattern := range []string{"templates/*.tmpl", "testdata/golden/*.txt"} {
		found, err := filepath.Glob(pattern)
		must(t, err)
		files = append(files, found...)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files were found", len(files))
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		must(t, err)
		for _, word := range avoid {
			if strings.Contains(string(text), word) {
				t.Errorf("%s says %q", path, word)
			}
		}
		if strings.HasSuffix(path, ".txt") && strings.Contains(string(text), "JD-2026-") {
			t.Errorf("%s shows a raw id", path)
		}
	}
}

// JSONish is what a value that is no text looks like when it gets into a text.
const JSONish = "<no value>"

// 正文不超过120字:最长的单位名、最长的话也不例外。第三级呈阅、待发出文稿和清单按一屏计。
func TestBodyLength(t *testing.T) {
	long := strings.Repeat("长", 300)
	tw := newTown(t, "2026-05-01", setup{groups: allGroups()})
	r := record(mechanism.PlanningPermit, "2026-04-20", "20工作日")
	r.Name = "云溪新材料年产二万吨高性能硅基复合材料及配套研发中心建设项目(一期工程)"
	tw.at("2026-05-18 09:00")
	tw.event(yunxi, mechanism.RecordArrived{Record: r}, "")
	tw.at("2026-05-19 09:00")
	tw.event(yunxi, report(1, long), "chen")
	tw.at("2026-05-19 10:00")
	tw.event(yunxi, mechanism.Returned{Case: 1, Reason: long}, "gui")
	tw.at("2026-05-19 11:00")
	tw.event(yunxi, report(1, long), "chen")
	tw.at("2026-05-19 12:00")
	tw.event(yunxi, mechanism.Disclaimed{Case: 1, Reason: long}, "chen")
	tw.drain()
	tw.at("2026-05-20 09:00")
	tw.event(yunxi, mechanism.Disposed{Case: 1, Option: mechanism.NotNeeded, Reason: "数据有误", Note: long, Confirm: "确认"}, "gui")
	tw.drain()
	cards := 0
	for _, s := range tw.chat.attempts() {
		cards++
		checkBody(t, s.Card)
	}
	if cards < 10 {
		t.Errorf("only %d cards were looked at", cards)
	}
}

// checkBody holds a card's body to 120 characters (F); what is read on one screen, or lists, to twice that.
func checkBody(t *testing.T, c bot.Card) {
	t.Helper()
	most := 120
	for _, wide := range []string{"【呈阅】", "【待发出】", "【已暂缓】", "【已发出】", "【今日清单】", "【存量清单】"} {
		if strings.HasPrefix(c.Title, wide) {
			most = 240
		}
	}
	n := 0
	for _, line := range c.Lines {
		n += len([]rune(line.String()))
	}
	if n > most {
		t.Errorf("the body has %d characters, at most %d are allowed:\n%s", n, most, written(c))
	}
}

// 人写的话永远不会变成标记、标题、依据或新的一行。
func TestUserWordsNeverBecomeMarkup(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{})
	orangeStory(tw)
	tw.at("2026-05-11 10:26")
	tw.event(yunxi, report(1, "甲\n# 假标题\n@basis 假依据\x01加粗\x02**乙**"), "chen")
	tw.drain()
	card := tw.chat.last(t, "lin").Card
	if card.Title != "【待办理】"+yunxiName+" 施工许可(橙色)" || strings.Contains(card.Basis, "假") {
		t.Errorf("a report changed the card's title or basis:\n%s", written(card))
	}
	said := ""
	for _, line := range card.Lines {
		for _, span := range line {
			if span.Bold {
				t.Errorf("%q is bold", span.Text)
			}
		}
		if strings.Contains(line.String(), "甲") {
			said = line.String()
		}
	}
	for _, part := range []string{"甲", "# 假标题", "@basis 假依据", "**乙**"} {
		if !strings.Contains(said, part) {
			t.Errorf("the paragraph with the report lacks %q: %q", part, said)
		}
	}
}

// 推定、示例、日历未核定都写在卡片上。
func TestUnsettledFiguresAreMarked(t *testing.T) {
	tw := newTown(t, "2026-05-01", setup{spec: func(s *mechanism.Spec) { s.Limits.AcceptSamples = true }})
	orangeStory(tw)
	p := tw.project(yunxi)
	p.Cases[0].Due.Inferred, p.Cases[0].Due.Unverified, p.Cases[0].Due.Confirmed = true, true, false
	tw.save(&p)
	tw.drain()
	tw.tell(&p, mechanism.Notification{
		Kind: mechanism.KindPush, Project: yunxi, Case: 1, Push: 1, Key: "push/again", On: date("2026-05-10"),
		To: mechanism.Addressee{Unit: "下涯镇", Role: mechanism.RoleLeader, Duty: mechanism.DutyResponsible},
	})
	tw.drain()
	tips := tw.chat.last(t, "li").Card.Tips
	for _, want := range []string{"起算日为推定", "时限为示例,待核定", "日历未核定"} {
		if !strings.Contains(tips, want) {
			t.Errorf("the tips lack %q: %s", want, tips)
		}
	}
}

package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// command is something a person can ask for by name.
type command struct {
	name  string
	words []string // other words for it
	about string   // one line of the help
	run   func(t *turn, rest string) error
}

// commands lists what can be asked for, in the order of the help.
func commands() []command {
	return []command{
		{"我的待办", []string{"待办", "我的任务", "今日待办"}, "列出等你办理的事项,按时限先后", (*turn).todo},
		{"状态", []string{"查询", "进度", "查看"}, "后面写项目或单位名称,例如:状态 云溪新材料", (*turn).status},
		{"取消", []string{"放弃", "退出填写"}, "放下正在填写的内容", (*turn).giveUp},
		{"帮助", []string{"help", "?", "用法", "菜单"}, "看这份说明", (*turn).help},
	}
}

// command runs the command that a text names, if it names one. While an exchange is open, only a text that can't be an
// answer counts as a command.
func (t *turn) command(text string) (done bool, err error) {
	plain := strings.Trim(halfWidth(oneLine(text)), ".!,")
	for _, c := range commands() {
		for _, word := range append([]string{c.name}, c.words...) {
			rest, ok := strings.CutPrefix(plain, word)
			if !ok || t.ex.active() && word != c.name {
				continue
			}
			argument := strings.TrimLeft(rest, " :,")
			if rest != "" && (c.name != "状态" || t.ex.active() && argument == rest) {
				continue
			}
			if err := c.run(t, argument); err != nil {
				return true, err
			}
			if t.ex.active() {
				t.sayf("正在填写:%s。接着回复即可,不填了请回复“取消”。", t.ex.Target.title())
			}
			return true, nil
		}
	}
	return false, nil
}

func (t *turn) help(string) error {
	t.sayf("收到预警卡片后,按卡片上的按钮报送或办理,按提示回复即可。也可以回复:")
	for _, c := range commands() {
		t.say(bot.Text{{Text: c.name, Bold: true}, {Text: ":" + c.about}})
	}
	return nil
}

func (t *turn) giveUp(string) error {
	if t.ex.active() {
		t.cancel()
		return nil
	}
	t.sayf("现在没有正在填写的内容。")
	return nil
}

// unknown answers what is no command with the nearest ones; never silence.
func (t *turn) unknown(text string) error {
	short := shorten(oneLine(text), 20)
	var names []string
	for _, c := range nearest(text) {
		names = append(names, "“"+c.name+"”")
	}
	found, err := t.tx.FindProjects(oneLine(text), 1)
	if err != nil {
		return err
	}
	if len(found) == 1 && utf8.RuneCountInString(oneLine(text)) >= 2 {
		names = append([]string{"“状态 " + short + "”"}, names...)
	}
	t.sayf("没有听懂“%s”。可以回复%s;报送或办理请按卡片上的按钮。", short, strings.Join(names, "、"))
	return nil
}

// nearest gives the commands that share most characters with a text, at most three.
func nearest(text string) []command {
	all := commands()
	score := func(c command) int {
		best := 0
		for _, word := range append([]string{c.name}, c.words...) {
			shared := 0
			for _, r := range word {
				if strings.ContainsRune(text, r) {
					shared++
				}
			}
			best = max(best, shared)
		}
		return best
	}
	slices.SortStableFunc(all, func(a, b command) int { return cmp.Compare(score(b), score(a)) })
	if score(all[0]) > score(all[1]) {
		return []command{all[0], all[len(all)-1]}
	}
	return all[:3]
}

// duty is one thing that waits for a person.
type todoItem struct {
	due  mechanism.Date
	text string
}

// mostListed is how many lines a list in a chat shows.
const mostListed = 10

// todo lists what waits for the person, the earliest due first.
func (t *turn) todo(string) error {
	rows, err := t.ownCases()
	if err != nil {
		return err
	}
	var items []todoItem
	for _, row := range rows {
		p, err := t.tx.Project(row.Project)
		if err != nil {
			return err
		}
		if item, ok := t.waits(&p, p.Case(row.Seq)); ok {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		t.sayf("截至%s,没有等你办理的预警。", minute(t.tx.Now))
		return nil
	}
	slices.SortStableFunc(items, func(a, b todoItem) int { return cmp.Compare(a.due, b.due) })
	t.say(bot.Text{{Text: fmt.Sprintf("待办%d件", len(items)), Bold: true}, {Text: fmt.Sprintf("(截至%s):", minute(t.tx.Now))}})
	for i, item := range items[:min(len(items), mostListed)] {
		t.sayf("%d. %s", i+1, item.text)
	}
	if len(items) > mostListed {
		t.sayf("另有%d件,办完前面的再回复“我的待办”。", len(items)-mostListed)
	}
	return nil
}

// ownCases gives the open cases on which a unit of the person has a duty, each once.
func (t *turn) ownCases() ([]store.CaseRow, error) {
	var all []store.CaseRow
	for _, o := range t.actor.Offices {
		if o.Unit == "" || o.Role != mechanism.RoleContact && o.Role != mechanism.RoleLeader {
			continue
		}
		rows, err := t.casesOf(o.Unit)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !slices.ContainsFunc(all, func(r store.CaseRow) bool { return r.Project == row.Project && r.Seq == row.Seq }) {
				all = append(all, row)
			}
		}
	}
	return all, nil
}

// casesOf gives the open cases on which a unit has a duty; 存量 is not among them.
func (t *turn) casesOf(unit string) ([]store.CaseRow, error) {
	var all []store.CaseRow
	filter := store.CaseFilter{Unit: unit, Open: true, Limit: 1000}
	for {
		rows, next, err := t.tx.Cases(filter)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !row.Backlog {
				all = append(all, row)
			}
		}
		if next == "" {
			return all, nil
		}
		filter.Page = next
	}
}

// waits says what a case waits for from the person, and until when; ok is false when it waits for others.
func (t *turn) waits(p *mechanism.Project, c *mechanism.Case) (item todoItem, ok bool) {
	response := t.h.Book.Response()
	var acts []mechanism.Act
	for _, duty := range mechanism.Duties {
		acts = append(acts, mechanism.ActsFor(p, c, duty, t.actor)...)
	}
	due, what := mechanism.Date(0), ""
	switch {
	case c.State == mechanism.InHand && c.Waiting == "":
		return item, false
	case slices.Contains(acts, mechanism.ActOngoing):
		due, _ = t.h.Book.AddWorkdays(c.PushedOn, response.Dispose)
		what = "请办理"
	case slices.Contains(acts, mechanism.ActReport) && c.Waiting != mechanism.WaitDepartment:
		due, _ = t.h.Book.AddWorkdays(c.PushedOn, response.Report)
		what = "请报送情况"
	default:
		return item, false
	}
	text := fmt.Sprintf("%s · %s(%s):%s,%s前", p.Name, c.Stage, levelWord(c.Level), what, day(due))
	if c.Push > 1 {
		text += fmt.Sprintf(",第%d次推送", c.Push)
	}
	return todoItem{due, text}, true
}

// levelWord is a level in words; a colour never stands alone.
func levelWord(l mechanism.Level) string {
	if l == mechanism.Red {
		return "红灯"
	}
	return "橙色预警"
}

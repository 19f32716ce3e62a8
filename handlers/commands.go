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
	takes bool // words may follow
	force bool // only 专班 is told of it
}

// commands lists what can be asked for, in the order of the help.
func commands() []command {
	return []command{
		{name: "我的待办", words: []string{"待办", "我的任务", "今日待办"}, about: "列出等你办理的事项,按时限先后", run: (*turn).todo},
		{name: "状态", words: []string{"查询", "进度", "查看"}, about: "后面写项目或单位名称,例如:状态 云溪新材料", run: (*turn).status, takes: true},
		{name: "存量转办", about: "后面写项目名称,或写“全部”:把存量预警转为普通预警并推送", run: (*turn).releaseBacklog, takes: true, force: true},
		{name: "取消", words: []string{"放弃", "退出填写"}, about: "放下正在填写的内容", run: (*turn).giveUp},
		{name: "帮助", words: []string{"help", "?", "用法", "菜单"}, about: "看这份说明", run: (*turn).help},
	}
}

// commands lists what this person can ask for.
func (t *turn) commands() []command {
	if t.isTaskForce() {
		return commands()
	}
	return slices.DeleteFunc(commands(), func(c command) bool { return c.force })
}

func (t *turn) isTaskForce() bool {
	return slices.ContainsFunc(t.actor.Offices, func(o mechanism.Office) bool { return o.Role == mechanism.RoleTaskForce })
}

// command runs the command that a text names, if it names one. While an exchange is open, only a text that can't be an
// answer counts as a command.
func (t *turn) command(text string) (done bool, err error) {
	plain := strings.Trim(halfWidth(oneLine(text)), ".!,")
	for _, c := range t.commands() {
		for _, word := range append([]string{c.name}, c.words...) {
			rest, ok := strings.CutPrefix(plain, word)
			if !ok || t.ex.active() && word != c.name {
				continue
			}
			argument := strings.TrimLeft(rest, " :,")
			if rest != "" && (!c.takes || t.ex.active() && argument == rest) {
				continue
			}
			if err := c.run(t, argument); err != nil {
				return true, err
			}
			if t.ex.active() {
				t.sayf("正在填写%s,接着回复即可;不填了请回复“取消”。", t.ex.Target.phrase())
			}
			return true, nil
		}
	}
	return false, nil
}

func (t *turn) help(string) error {
	t.sayf("收到预警卡片后,按卡片上的按钮报送或办理,按提示回复即可。也可以回复:")
	for _, c := range t.commands() {
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
	for _, c := range nearest(t.commands(), text) {
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
func nearest(all []command, text string) []command {
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

// todoItem is one thing that waits for a person.
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
		if c.Waiting == mechanism.WaitUpdate {
			what = "请更新进展"
		}
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

// mostReleased is how many projects one message turns from 存量 into ordinary warnings; the writer must not stand still
// for longer.
const mostReleased = 100

// releaseBacklog turns 存量 into ordinary warnings (C-10): of one project, or of all.
func (t *turn) releaseBacklog(words string) error {
	if words == "" {
		t.sayf("请在“存量转办”后面写项目名称,或写“全部”。")
		return nil
	}
	ids, err := t.backlog(words)
	if err != nil {
		return err
	}
	for _, id := range ids[:min(len(ids), mostReleased)] {
		_, refusal, err := t.apply(id, mechanism.BacklogReleased{})
		if err != nil {
			return err
		}
		if refusal != nil {
			t.sayf("%s", refusal.Sentence)
			return nil
		}
	}
	switch left := len(ids) - mostReleased; {
	case len(ids) == 0:
		t.sayf("没有找到名为“%s”且有存量预警的项目。", shorten(words, 20))
	case left > 0:
		t.sayf("已转办%d个项目的存量预警,还有%d个,请再回复一次。", mostReleased, left)
	default:
		t.sayf("已转办%d个项目的存量预警,即日起按普通预警推送。", len(ids))
	}
	return nil
}

// backlog gives the projects with 存量 that words name.
func (t *turn) backlog(words string) ([]string, error) {
	var ids []string
	filter := store.CaseFilter{Open: true, Limit: 1000}
	for {
		rows, next, err := t.tx.Cases(filter)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			named := words == "全部" || words == row.ProjectName || words == row.Project
			if row.Backlog && named && !slices.Contains(ids, row.Project) {
				ids = append(ids, row.Project)
			}
		}
		if next == "" {
			return ids, nil
		}
		filter.Page = next
	}
}

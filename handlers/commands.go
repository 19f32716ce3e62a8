package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
)

// command is something a person can ask for by name.
type command struct {
	name      string
	words     []string // other words for it
	about     string   // one line of the help
	run       func(t *turn, rest string) error
	takes     bool // words may follow
	taskForce bool // only for 专班
	units     bool // of no use to 专班 and city leaders, who answer for no project; still understood
}

// sayTodo asks for what waits for the person; in a group too, where the answer comes one-to-one.
const sayTodo = "我的待办"

// sayDaily asks for 专班's list of the day.
const sayDaily = "今日清单"

// commands lists what can be asked for, in the order of the help.
func commands() []command {
	return []command{
		{name: sayTodo, words: []string{"待办", "我的任务", "今日待办"}, about: "列出等你办理的事项,按时限先后", run: (*turn).todo},
		{name: "状态", words: []string{"查询", "进度", "查看"}, about: "单独发看总体情况;后面写项目或单位名称,例如:状态 云溪新材料", run: (*turn).status, takes: true},
		{name: "帮助", words: []string{"help", "?", "用法", "菜单"}, about: "看这份说明", run: (*turn).help},
		{name: "我的项目", about: "列出你单位负责的、有预警或正在计时的项目", run: (*turn).ownProjects, units: true},
		{name: "历史", about: "后面写项目名称:这个项目历次预警怎样报送、办理、销号", run: (*turn).history, takes: true},
		{name: "取消", words: []string{"放弃", "退出填写"}, about: "放下正在填写的内容", run: (*turn).giveUp},
		{name: "催办", about: "后面写项目名称,也可再写环节,例如:催办 云溪新材料 施工许可", run: (*turn).urge, takes: true, taskForce: true},
		{name: "存量转办", about: "后面写项目名称,或写“全部”:把存量预警转为普通预警并推送", run: (*turn).releaseBacklog, takes: true, taskForce: true},
		{name: sayResend, words: []string{"未送达"}, about: "列出没有送达的卡片,逐件重发;写“重发 全部”一次重发", run: (*turn).resend, takes: true, taskForce: true},
		{name: sayDaily, about: "现在的今日清单:新增、超时、待部门办理和提示", run: (*turn).daily, taskForce: true},
	}
}

// commands lists what this person is offered.
func (t *turn) commands() []command {
	ours := t.isTaskForce()
	return slices.DeleteFunc(commands(), func(c command) bool { return c.taskForce && !ours || c.units && (ours || t.isCity()) })
}

func (t *turn) isTaskForce() bool {
	return slices.ContainsFunc(t.actor.Offices, func(o mechanism.Office) bool { return o.Role == mechanism.RoleTaskForce })
}

// command runs the command that a text names, if it names one. While an exchange is open, only a text that can't be an
// answer counts as a command.
func (t *turn) command(text string) (done bool, err error) {
	plain := bare(text)
	for _, c := range commands() {
		for _, word := range append([]string{c.name}, c.words...) {
			rest, ok := strings.CutPrefix(plain, word)
			if !ok || t.ex.active() && word != c.name {
				continue
			}
			argument := strings.TrimLeft(rest, " :,")
			if rest != "" && (!c.takes || t.ex.active() && argument == rest) {
				continue
			}
			if c.taskForce && !t.isTaskForce() {
				return true, t.refuse(target{}, fmt.Sprintf("“%s”由业务专班办理,你单位无此权限。需要的,请联系业务专班。", c.name))
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
	switch {
	case t.isCity():
		t.sayf("第三级协调以【呈阅】卡片报你,意见请直接告知业务专班。也可以回复:")
	case t.isTaskForce():
		t.sayf("每个工作日发你一张清单,待发出的文稿和数据提醒随时发你。也可以回复:")
	default:
		t.sayf("收到预警卡片后,按卡片上的按钮报送或办理,按提示回复即可。也可以回复:")
	}
	for _, c := range t.commands() {
		t.say(bot.Text{{Text: c.name, Bold: true}, {Text: ":" + c.about}})
	}
	t.sayf("也可以直接问,例如:红灯几个、谁没办、未来30天哪些会亮灯、云溪新材料到哪了。")
	if t.isTaskForce() {
		t.sayf("在群里发“@骏马 绑定 市经信局 2”,该群即为市经信局第二级协调群;发“@骏马 解绑”撤下。")
		t.sayf("项目表格和名册(.xlsx 或 .csv)可以直接发来:核对后发你一张卡片,按“导入”才导入。")
	}
	return nil
}

func (t *turn) giveUp(string) error {
	if t.ex.active() {
		return t.cancel()
	}
	t.sayf("现在没有正在填写的内容。")
	return nil
}

// courtesies ask for nothing.
var courtesies = []string{"谢谢", "谢谢你", "多谢", "好的", "好", "收到", "知道了", "明白", "辛苦了", "你好", "您好", "在吗"}

// courteous reports whether a text is nothing but courtesies: 好的,谢谢!
func courteous(text string) bool {
	parts := strings.FieldsFunc(halfWidth(oneLine(text)), func(r rune) bool { return strings.ContainsRune(" ,.!?~;", r) })
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool { return !slices.Contains(courtesies, part) })
}

// unknown answers what is no command with the nearest ones; never silence.
func (t *turn) unknown(text string) error {
	said, err := t.explain(text)
	if err != nil {
		return err
	}
	if said != "" {
		t.sayf("%s", said)
		return nil
	}
	if courteous(text) {
		t.sayf("收到。需要时请直接问,回复“帮助”可看用法。")
		return nil
	}
	found, err := t.tx.FindProjects(oneLine(text), 1)
	if err != nil {
		return err
	}
	if len(found) == 1 && utf8.RuneCountInString(oneLine(text)) >= 2 { // nothing but a name
		return t.status(oneLine(text))
	}
	short := shorten(oneLine(text), 20)
	var names []string
	for _, c := range nearest(t.commands(), text) {
		names = append(names, "“"+c.name+"”")
	}
	rest := "报送或办理请按卡片上的按钮"
	if t.isCity() {
		rest = "批示和意见请直接告知业务专班"
	}
	t.sayf("没有听懂“%s”。可以回复%s;%s。", short, strings.Join(names, "、"), rest)
	if near := inquiry.Nearest(text); len(near) > 0 {
		t.sayf("想问的是不是:")
		for _, q := range near {
			t.offer(q, q)
		}
	}
	return nil
}

// asks reports whether a text is a question.
func asks(text string) bool {
	plain := strings.TrimRight(halfWidth(oneLine(text)), " .!~")
	return strings.HasSuffix(plain, "?") || strings.HasSuffix(plain, "吗")
}

// nearest gives the command that clearly shares most characters with a text, or the first three.
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
	if best := score(all[0]); best >= 2 && best > score(all[1]) {
		return all[:1]
	}
	return all[:3]
}

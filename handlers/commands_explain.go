package handlers

import (
	"fmt"
	"slices"
	"strings"

	"junma/mechanism"
	"junma/notify"
)

// explain answers what people ask for in words that no command takes, since no command can do it: whether a report
// closes a warning, to have a warning closed, to have a light taken away (F.1, F.5), to bind a group from elsewhere, a table
// of nothing in particular, an objection, an extension, 存量, whom to turn to. "" = it is about something else.
func (t *turn) explain(text string) (string, error) {
	mentions := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	bind, _ := bindWords(text)
	switch {
	case bind != "" && t.isTaskForce():
		return "绑定和解绑请在那个群里做:把机器人加进群,在群里发“@骏马 绑定 市经信局 2”或“@骏马 解绑”。", nil
	case mentions("导出"):
		return "请先问要导出的内容,例如“红灯几个”“谁没办”“未来30天哪些会亮灯”,再按答复上的“导出表格”,表格发到这里。", nil
	case mentions("不归我", "不归本单位", "不该我", "不是我们单位", "不是我单位"):
		return "不归你单位办的,请在该预警的卡片上按“不归我办”,用一句话写明理由,即转业务专班核定。", nil
	case mentions("存量"):
		return "存量预警是首次接入时已经亮着的灯,不推送,也不计入各项数字;要转为普通预警并推送,由业务专班回复“存量转办”加项目名称。", nil
	case mentions("延期"):
		return "延期申请暂不能在这里办,请直接向业务专班提出;获准以前,预警照常推送。", nil
	case mentions("专班") && mentions("谁", "电话", "联系", "找"):
		return t.taskForce()
	case asks(text) && mentions("销号"):
		return "报送情况不等于销号。待环节责任部门办理:选“已完成办理”“无需办理”“项目退出”即销号;选“正在办理”列入已办理未销号,30日为一个周期。", nil
	case mentions("去掉", "消掉", "撤掉", "删掉") && mentions("红灯", "橙", "预警", "灯"):
		return "灯色由时限规则和环节办理结果产生,不能直接去除。起算日或时限有误的,由业务专班更正项目数据;已办结的,由环节责任部门在卡片上选“已完成办理”。", nil
	case !asks(text) && mentions("办完", "办结", "销号", "点掉"):
		return t.notYours()
	}
	return "", nil
}

// taskForce names whom a person can turn to.
func (t *turn) taskForce() (string, error) {
	roster, err := t.tx.Roster()
	if err != nil {
		return "", err
	}
	var names []string
	for i := range roster.People {
		p := &roster.People[i]
		ours := func(o mechanism.Office) bool { return o.Role == mechanism.RoleTaskForce }
		if p.Active && slices.ContainsFunc(p.Held(), ours) {
			names = append(names, p.Name)
		}
	}
	return fmt.Sprintf("业务专班:%s。在钉钉里搜姓名即可联系。", strings.Join(names, "、")), nil
}

// notYours says to the contact of a responsible unit who closes a warning, and what to do towards that end; "" when the
// person can dispose of a warning, or none is open.
func (t *turn) notYours() (string, error) {
	rows, err := notify.OwnCases(&t.tx.View, t.actor)
	if err != nil {
		return "", err
	}
	said := ""
	for _, row := range rows {
		switch {
		case t.holds(row.Department):
			return "", nil // the card has the button
		case !t.holds(row.Responsible):
			continue
		case said != "":
			return "预警办理由各环节责任部门负责,你单位无此权限。已取得证照的,请在该预警的卡片上按“报送情况”,把证号和日期补充报送,由部门确认。", nil
		}
		p, err := t.tx.Project(row.Project)
		if err != nil {
			return "", err
		}
		refusal, err := t.refusal(target{Act: mechanism.ActCompleted, Project: row.Project, Case: row.Seq}, &p)
		if err != nil {
			return "", err
		}
		if refusal != nil {
			said = refusal.Sentence
		}
	}
	return said, nil
}

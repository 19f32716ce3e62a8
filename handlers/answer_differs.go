package handlers

import (
	"fmt"
	"slices"

	"junma/bot"
	"junma/mechanism"
)

// answerDiffers explains why the platform shows 已销号 and we do not (F.5, A-29): in general, or for one project.
func (t *turn) answerDiffers(p *mechanism.Project) {
	if p == nil {
		t.sayf("两边不一致的,以杭州平台为准。")
		t.sayf("平台销号的红灯,数据传到这里即销号;缺完成日期的列入比对清单,由环节责任部门补录。这里还是红的,说明平台销号的数据还没有传来。")
		t.sayf("平台的黄灯阅读即销号,这里的橙色预警须办结才销号。")
		t.sayf("要看是哪一种,请写明项目名称,例如:云溪新材料平台已销号,这里还是红的。")
		return
	}
	t.say(bot.Text{{Text: p.Name, Bold: true}, {Text: fmt.Sprintf("(截至%s,据最近传来的平台数据)", minute(t.tx.Now))}})
	said := len(t.lines)
	for _, s := range mechanism.Stages {
		if !t.sees(p, s) {
			continue
		}
		if text := t.differs(p, s); text != "" {
			t.sayf("%s:%s", s, text)
		}
	}
	if len(t.lines) == said {
		t.sayf("没有未销号的预警,与平台没有不一致。")
	}
}

// differs says how a stage stands here and on the platform, and what to do about it; "" when they agree.
func (t *turn) differs(p *mechanism.Project, s mechanism.Stage) string {
	parties, _ := t.h.Book.Parties(p, s)
	department := unitOr(parties.Department, "环节责任部门")
	hinted := func(why mechanism.HintWhy) bool {
		return slices.ContainsFunc(p.Hints, func(h mechanism.Hint) bool { return h.Stage == s && h.Why == why })
	}
	c := p.OpenCase(s)
	switch {
	case hinted(mechanism.HintNoDoneDate):
		return fmt.Sprintf("平台已销号,这里的预警也已销号,但尚缺完成日期,所以还在计时。以平台为准,已列入比对清单,请%s补录完成日期。", department)
	case hinted(mechanism.HintYellowRead):
		return fmt.Sprintf("平台黄灯已阅读销号;这里的橙色预警须办结才销号,请责任单位报送情况、%s办理。", department)
	case hinted(mechanism.HintGone):
		return "平台最近的数据里没有这个灯,也没有写明已销号,所以这里没有销号。请业务专班核对平台;确已销号的,导入写明“已销号”的数据。"
	case hinted(mechanism.HintNotOnPlatform):
		return "这里按时限为红灯,平台最近的数据里没有显示。请业务专班核对起算日和时限。"
	case c != nil:
		return fmt.Sprintf("这里为%s,%s;平台销号的数据还没有传来。平台确已销号的,请业务专班导入平台最新数据,导入后即销号。", levelWord(c.Level), c.State)
	}
	return ""
}

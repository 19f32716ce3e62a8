package handlers

import (
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// rosterWords are the words that questions are read with, and the roster they were made of.
type rosterWords struct {
	roster *store.Roster
	words  *inquiry.Lexicon
}

// lexicon gives the words for a roster; they are made once for each.
func (h *Handlers) lexicon(roster *store.Roster) *inquiry.Lexicon {
	if have := h.words.Load(); have != nil && have.roster == roster {
		return have.words
	}
	var units []inquiry.Unit
	for _, u := range roster.Units {
		if u.Kind != store.UnitTaskForce && u.Kind != store.UnitCity {
			units = append(units, inquiry.Unit{Name: u.Name, Town: u.Kind == store.UnitTown, Owner: u.Kind == store.UnitOwner})
		}
	}
	var people []inquiry.Person
	for i := range roster.People {
		p := &roster.People[i]
		leads := func(o mechanism.Office) bool { return o.Role == mechanism.RoleLeader || o.Role == mechanism.RoleCity }
		if slices.ContainsFunc(p.Held(), leads) {
			people = append(people, inquiry.Person{ID: p.ID, Name: p.Name, Unit: p.Unit})
		}
	}
	made := &rosterWords{roster, inquiry.NewLexicon(units, people)}
	h.words.Store(made)
	return made.words
}

// mostShown is how many lines of a list one page of an answer holds.
const mostShown = 5

// nameWidths are how many characters of a project's name a line of a list shows, at best and where room is short; a page
// with its figures must stay within mostAnswerBytes, tailBytes of it for what stands below the list.
var nameWidths = []int{16, 11, 7}

const tailBytes = 150

// sayPage says the lines of a page that line writes with so much of a name, as wide as there is room.
func (t *turn) sayPage(q query, n int, line func(i, width int) string) {
	var page []bot.Text
	for _, width := range nameWidths {
		page = page[:0]
		for i := range n {
			page = append(page, bot.Say(fmt.Sprintf("%d. %s", q.page*mostShown+i+1, line(i, width))))
		}
		if size(t.lines)+size(page) <= mostAnswerBytes-tailBytes {
			break
		}
	}
	t.lines = append(t.lines, page...)
}

// inquire answers what a person asked in plain words; page is the stretch of the list, from 0. What is no question is
// answered by what can be said.
func (t *turn) inquire(text string, page int) error {
	roster, err := t.tx.Roster()
	if err != nil {
		return err
	}
	read := t.h.lexicon(roster).Read(text)
	switch read.Outcome {
	case inquiry.Choose:
		t.sayf("“%s”有两种以上的理解,请选择:", shorten(oneLine(text), 20))
		for _, c := range read.Choices {
			t.offer(c.Label, c.Text)
		}
		return nil
	case inquiry.NeedsProject:
		t.sayf("请写明项目名称,例如:云溪新材料%s。", projectCues[read.Asked.Kind])
		return nil
	case inquiry.NeedsTopic:
		t.sayf("想了解%s的什么?", read.Topic)
		for _, about := range []string{"情况", "红灯几个", "谁没办", "未来30天哪些会亮灯"} {
			t.offer(about, read.Topic+about)
		}
		return nil
	case inquiry.Understood:
		return t.respondTo(t.query(read.Asked, text, max(0, page), roster))
	default:
		return t.unknown(text)
	}
}

// offer adds a button that asks a question.
func (t *turn) offer(label, text string) {
	t.buttons = append(t.buttons, notify.Choice{Label: shorten(label, 20), Act: actAsk, Arg: "0|" + text})
}

// query is an understood question and where its list stands.
type query struct {
	inquiry.Asked
	text   string
	page   int
	own    string // what 我的 restricts it to for the asker; "" = nothing
	roster *store.Roster
}

func (a asker) query(asked inquiry.Asked, text string, page int, roster *store.Roster) query {
	if asked.Kind == inquiry.Idle {
		asked.State = mechanism.Untreated
	}
	q := query{Asked: asked, text: text, page: page, roster: roster}
	switch {
	case !asked.Mine:
	case !a.seesAll():
		q.own = "本单位"
	case a.isCity():
		q.own = "你分管的板块"
	}
	return q
}

// respondTo answers a question. A card that the answer makes is titled by the question: presses turn one answer into
// another on it.
func (t *turn) respondTo(q query) error {
	if err := t.answerTo(q); err != nil {
		return err
	}
	if t.title == "" && len(t.buttons) > 0 {
		t.title = shorten(oneLine(q.text), 24)
	}
	return nil
}

func (t *turn) answerTo(q query) error {
	for _, f := range q.Fixed {
		t.sayf("“%s”按“%s”理解。", f.From, f.To)
	}
	if q.Material {
		t.sayf("例会材料目前只有清单和数字,没有文字稿;清单可按“导出表格”取用。")
	}
	switch {
	case q.Kind.AboutProject():
		return t.answerProject(q)
	case q.Kind == inquiry.Summary:
		return t.answerSummary(q)
	case q.Kind == inquiry.Projects:
		return t.answerProjects(q)
	case q.Kind == inquiry.Idle:
		return t.answerIdle(q)
	case q.Kind == inquiry.Slowest:
		return t.answerSlowest(q)
	case q.Kind == inquiry.Upcoming:
		return t.answerUpcoming(q)
	}
	return t.answerLights(q)
}

// pressAsk is a press on a question's button: the answer, or another page of it, as things are now.
func (t *turn) pressAsk(b store.Button) error {
	t.about = target{}
	page, text, _ := strings.Cut(b.Arg, "|")
	return t.inquire(text, number(page))
}

// turnPages adds the buttons to the pages before and after, and the one that sends the whole list.
func (t *turn) turnPages(q query, total int) {
	last := max(0, (total-1)/mostShown)
	for _, b := range []struct {
		label string
		page  int
	}{{"上一页", q.page - 1}, {"下一页", q.page + 1}} {
		if b.page >= 0 && b.page <= last {
			t.buttons = append(t.buttons, notify.Choice{Label: b.label, Act: actAsk, Arg: fmt.Sprintf("%d|%s", b.page, q.text)})
		}
	}
	if last > 0 {
		t.sayf("第%d页,共%d页。", min(q.page, last)+1, last+1)
	}
	t.offerExport(q, total)
}

// where names what a question is restricted to: 下涯镇, 施工许可.
func (q query) where() []string {
	var parts []string
	for _, part := range []string{q.Unit, q.Town, string(q.Sector), string(q.Stage), string(q.Phase)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if p, ok := q.roster.Person(q.Person); ok {
		parts = append(parts, p.Name)
	}
	if q.own != "" {
		parts = append(parts, q.own)
	}
	return parts
}

// again gives words that name the same restriction in another question.
func (q query) again() string {
	parts := q.where()
	if p, ok := q.roster.Person(q.Person); ok {
		parts[slices.Index(parts, p.Name)] = p.Name + "(" + p.Unit + ")"
	}
	return strings.Join(parts, " ")
}

// which says which of the warnings are meant: 未办理的, 第2次推送的; "" = all.
func (q query) which() string {
	text := ""
	if q.State != "" {
		text += string(q.State) + "的"
	}
	if q.Tier > 0 {
		text += fmt.Sprintf("第%d级协调的", q.Tier)
	}
	if q.Push > 0 {
		text += fmt.Sprintf("第%d次推送的", q.Push)
	}
	switch {
	case q.RedNo >= 3:
		text += "第3次及以上"
	case q.RedNo > 0:
		text += fmt.Sprintf("第%d次", q.RedNo)
	}
	return text
}

// headed puts the restriction before what is said about it: 下涯镇:红灯3个.
func (q query) headed(text string) string {
	if where := strings.Join(q.where(), "、"); where != "" {
		return where + ":" + text
	}
	return text
}

// none says that there is nothing of what was looked for, and where it was looked for.
func (t *turn) none(q query, what string) string {
	where := strings.Join(q.where(), "、")
	if where == "" && !t.seesAll() {
		return "没有你单位职责范围内的" + what
	}
	return where + "没有" + what
}

// sayLimits says what was left out because the person may not see it.
func (t *turn) sayLimits() {
	if !t.seesAll() {
		t.sayf("只计你单位职责范围以内的;其余的没有计入,需要了解请联系业务专班。")
	}
}

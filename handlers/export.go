package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"junma/handlers/inquiry"
	"junma/handlers/table"
	"junma/notify"
	"junma/store"
)

// actExport sends the list behind an answer as a table; the argument is that of actAsk.
const actExport = "export"

// mostExported is how many rows one table holds, so that it stays below what platforms take as a file.
const mostExported = 50_000

// exportRef is what a file keeps of the question whose answer it holds.
type exportRef struct {
	Question string `json:"question"`
}

// offerExport adds the button that sends an answer's whole list.
func (t *turn) offerExport(q query, total int) {
	if total > 0 && t.h.Notify.SendsFiles(t.platform) {
		t.buttons = append(t.buttons, notify.Choice{Label: "导出表格", Act: actExport, Arg: fmt.Sprintf("%d|%s", q.page, q.text)})
	}
}

// pressExport sends the list one-to-one; the answer stays on the card. The table is made when it is sent, for what the
// person may see then; pressing again in the same minute sends nothing more.
func (t *turn) pressExport(b store.Button) error {
	if err := t.pressAsk(b); err != nil {
		return err
	}
	_, question, _ := strings.Cut(b.Arg, "|")
	ref, err := json.Marshal(exportRef{Question: question})
	if err != nil {
		return err
	}
	name := shorten(oneLine(question), 30) + " " + t.today().String()
	key := fmt.Sprintf("export/%x/%d", sha256.Sum256([]byte(question)), t.tx.Now.Truncate(time.Minute).Unix())
	if err := t.h.Notify.SendFile(t.tx, t.platform, t.who.ID, key, notify.File{Name: name, Type: "xlsx", Ref: ref}); err != nil {
		return err
	}
	t.sayf("表格《%s》做好后发到与你的单聊。", name)
	return nil
}

// Make writes the table that a press asked for. It is notify's hook Options.Make.
func (h *Handlers) Make(ctx context.Context, d store.Delivery, f notify.File, w io.Writer) error {
	var ref exportRef
	if err := json.Unmarshal(f.Ref, &ref); err != nil {
		return fmt.Errorf("decode what is to be exported: %w", err)
	}
	var sheet table.Sheet
	err := h.Store.View(ctx, func(v *store.View) error {
		roster, err := v.Roster()
		if err != nil {
			return err
		}
		read := h.lexicon(roster).Read(ref.Question)
		if read.Outcome != inquiry.Understood {
			return fmt.Errorf("export: %q is no question any more", ref.Question)
		}
		a := asker{book: h.Book, actor: roster.Actor(d.Person), now: h.Now()}
		q := a.query(read.Asked, ref.Question, 0, roster)
		switch q.Kind {
		case inquiry.Upcoming:
			sheet, err = a.comingTable(v, q)
		case inquiry.Projects:
			sheet, err = a.projectsTable(v, q)
		case inquiry.Slowest:
			sheet, err = a.slowestTable(v, q)
		default:
			sheet, err = a.lightsTable(v, q)
		}
		return err
	})
	if err != nil {
		return err
	}
	return sheet.Write(w)
}

// lightsTable lists every warning that a question is about and the asker may see.
func (a asker) lightsTable(v *store.View, q query) (table.Sheet, error) {
	scope, when := a.scope(q)
	if q.At != "" {
		_, scope.StoodOn = q.At.Days(a.today())
		when = day(scope.StoodOn) + "24时"
	}
	rows, err := v.Listed(scope, 0, mostExported+1)
	if err != nil {
		return table.Sheet{}, err
	}
	s := a.sheet(q.head(when), "据骏马预警台账,存量不计", len(rows))
	if err := a.remark(v, q, scope, when, &s); err != nil {
		return table.Sheet{}, err
	}
	s.Headings = []string{
		"序号", "项目名称", "项目编号", "板块", "环节", "预警", "状态", "待谁办理", "推送次数", "第几次红灯", "亮灯日期", "时限最后一日",
		"项目责任单位", "环节责任部门", "板块牵头部门", "五未阶段责任部门",
	}
	for i, r := range rows[:min(len(rows), mostExported)] {
		var red any = ""
		if r.RedNo > 0 {
			red = r.RedNo
		}
		s.Rows = append(s.Rows, []any{
			i + 1, r.ProjectName, r.Project, string(r.Sector), string(r.Stage), levelWord(r.Level), string(r.State), string(r.Waiting),
			r.Push, red, r.FiredOn.String(), r.Last.String(), r.Responsible, r.Department, r.Lead, r.Phase,
		})
	}
	return s, nil
}

// remark says beside a list of warnings how many there are or were besides: a month before, or now.
func (a asker) remark(v *store.View, q query, s store.Scope, when string, to *table.Sheet) error {
	past := !s.StoodOn.IsZero()
	if !past && !q.comparable(when) {
		return nil
	}
	s.StoodOn = 0
	n, err := countLights(v, s)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("现在%s。状态、推送次数为现在的。", n.counted(q.levels()))
	if !past {
		if text, err = a.monthBefore(v, q.levels(), s, n); err != nil || text == "" {
			return err
		}
		text += "。"
	}
	to.Remarks = append(to.Remarks, text)
	return nil
}

// comingTable lists every light that comes on in the days that a question is about.
func (a asker) comingTable(v *store.View, q query) (table.Sheet, error) {
	scope, _ := a.scope(q)
	from, to := a.ahead(q)
	rows, err := v.Outlooks(scope, from, to, 0, mostExported+1)
	if err != nil {
		return table.Sheet{}, err
	}
	s := a.sheet(q.coming(to), "按现有起算日和时限推算", len(rows))
	s.Headings = []string{
		"序号", "亮灯日期", "将转为", "项目名称", "项目编号", "属地", "板块", "环节", "项目责任单位", "环节责任部门", "板块牵头部门", "五未阶段责任部门",
	}
	for i, r := range rows[:min(len(rows), mostExported)] {
		s.Rows = append(s.Rows, []any{
			i + 1, r.Day.String(), levelWord(r.Level), r.Name, r.Project, r.Town, string(r.Sector), string(r.Stage),
			r.Parties.Responsible.Unit, r.Parties.Department.Unit, r.Parties.Lead.Unit, r.Parties.Phase.Unit,
		})
	}
	return s, nil
}

// sheet begins a table: what it lists, as of when, from what, and what it leaves out.
func (a asker) sheet(head, source string, n int) table.Sheet {
	s := table.Sheet{
		Title:   fmt.Sprintf("%s(%d项)", head, min(n, mostExported)),
		Remarks: []string{fmt.Sprintf("截至%d年%s,%s。", a.today().Year(), minute(a.now), source)},
	}
	if !a.seesAll() {
		s.Remarks = append(s.Remarks, "只列你单位职责范围以内的;其余的没有列入,需要了解请联系业务专班。")
	}
	if n > mostExported {
		s.Remarks = append(s.Remarks, fmt.Sprintf("只列前%d项,请缩小范围分次导出。", mostExported))
	}
	return s
}

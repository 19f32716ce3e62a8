package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"junma/bot"
	"junma/handlers/table"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// Acts of the card that reads a table back before it is imported.
const (
	actImport = "import"
	actForget = "forget-import"
)

const (
	mostInChat   = 1000     // records of one table in the chat: they are taken while the person waits for the press
	mostSaid     = 10       // faults told in the chat
	mostUnpacked = 32 << 20 // bytes of a workbook in the chat, unpacked: it is read while everybody else waits
	importExpiry = 24 * time.Hour
)

// errTooMany says that a table is too long for the chat.
var errTooMany = errors.New("too many records for the chat")

// tableNamed reports whether a file's name is that of a table.
func tableNamed(f bot.File) bool {
	name := strings.ToLower(f.Name)
	return strings.HasSuffix(name, ".xlsx") || strings.HasSuffix(name, ".csv")
}

func notTable(f bot.File) bool { return !tableNamed(f) }

// takeTables fetches tables that 专班 sent, as durable work; others are told who may.
func (t *turn) takeTables(files []bot.File) error {
	if !t.isTaskForce() {
		return t.refuseTables()
	}
	for _, f := range files {
		ref, err := json.Marshal(fileRef{Table: f.Name})
		if err != nil {
			return err
		}
		if err := t.h.Notify.Fetch(t.tx, t.platform, t.who.ID, f, ref); err != nil {
			return fmt.Errorf("enqueue fetch: %w", err)
		}
	}
	t.sayf("收到%d张表格,核对后发你一张卡片,按“导入”才会导入。", len(files))
	return nil
}

func (t *turn) refuseTables() error {
	sentence := "项目表格和名册由业务专班导入,没有保存。要作为佐证材料的,请先在预警卡片上按“报送情况”,再把材料发来。"
	t.sayf("%s", sentence)
	return t.h.refused(t.tx, t.actor, t.key, "import", "", 0, sentence)
}

// readBack tells what importing a table would do, with the buttons to do it or not.
func (t *turn) readBack(name string, blob store.Blob, failure string) error {
	if failure != "" {
		t.sayf("《%s》没有收到:%s", name, sentence(failure))
		return nil
	}
	rejects := table.NewRejects()
	defer func() { _ = rejects.Close() }() // it was only in memory
	n, roster, err := t.rehearseTable(blob.SHA256, rejects)
	t.title = "导入《" + shorten(name, 40) + "》"
	switch {
	case errors.Is(err, errTooMany):
		t.sayf("这张表超过%d个项目(或名册超过%d条),在聊天里导入不了,请在服务器上用 junma import 导入。没有导入。", mostInChat, mostInChat)
		return nil
	case errors.Is(err, table.ErrTooBig):
		t.sayf("这张表展开后超过%dMB,在聊天里导入不了,请拆成几张表,或在服务器上用 junma import 导入。没有导入。", mostUnpacked>>20)
		return nil
	case errors.Is(err, table.ErrNoTable):
		t.sayf("内容不是可以读取的表格,请另存为 .xlsx(不加密)或 .csv 后重新发送。")
		return nil
	case err != nil:
		return err
	}
	t.tellRoster(roster)
	if n.records > 0 {
		t.sayf("共%d个项目:新增%d个,有变化%d个,没有变化%d个,有错%d个。", n.records, n.created, n.changed, n.unchanged, n.rejected)
	}
	if n.created+n.changed > 0 {
		t.sayf("导入后新增红灯%d个、橙灯%d个,销号或撤销%d个;新亮的灯按公文推送给责任单位。", n.red, n.orange, n.closed)
	}
	t.tellFaults(roster.tally.and(n))
	if err := t.sendRejects(name, rejects); err != nil {
		return err
	}
	if n.created+n.changed+roster.tally.created+roster.tally.changed+roster.wanting == 0 {
		t.sayf("没有可以导入的内容。")
		return nil
	}
	arg := strings.Join([]string{blob.SHA256, strconv.FormatInt(t.tx.Now.Unix(), 10), name}, "|")
	t.buttons = []notify.Choice{{Label: "导入", Act: actImport, Arg: arg, Primary: true}, {Label: "取消", Act: actForget, Arg: arg}}
	return nil
}

// tellFaults lists the first faults and what was passed over.
func (t *turn) tellFaults(n *tally) {
	for _, said := range slices.Concat(n.faults[:min(mostSaid, len(n.faults))], n.notes) {
		t.sayf("%s", said)
	}
	if more := len(n.faults) - mostSaid; more > 0 {
		t.sayf("还有%d处错误没有在这里列出。", more)
	}
	if n.rejected > 0 {
		t.sayf("有错的不导入,改正后把表格重新发来即可,已导入的不会重复。")
	}
}

// pressImport imports the table that was read back, or forgets it. A card counts once, and for a day: what an old table
// says must not overwrite what has been learned since.
func (t *turn) pressImport(card string, b store.Button) error {
	part := strings.SplitN(b.Arg, "|", 3)
	if len(part) != 3 {
		return fmt.Errorf("button of act %q has the argument %q", b.Act, b.Arg)
	}
	t.title = "导入《" + shorten(part[2], 40) + "》"
	if !t.isTaskForce() {
		return t.refuseTables()
	}
	done, seen, err := t.tx.Seen("import", card)
	if err != nil {
		return err
	}
	read, err := strconv.ParseInt(part[1], 10, 64)
	switch {
	case err != nil:
		return fmt.Errorf("button of act %q has the argument %q", b.Act, b.Arg)
	case seen:
		t.sayf("%s", done)
		return nil
	case t.tx.Now.Sub(time.Unix(read, 0)) > importExpiry:
		t.sayf("核对已过24小时,没有导入。请把表格重新发来。")
		return nil
	case b.Act == actForget:
		t.sayf("已取消,没有导入。")
		return t.tx.Remember("import", card, []byte(minute(t.tx.Now)+"已取消,没有导入。要导入的,请把表格重新发来。"))
	}
	if t.roster == nil {
		return errRosterUnread
	}
	if err := t.takeRoster(); err != nil { // first: the projects name its units
		return err
	}
	n, err := t.importTable(part[0], t.takeRecord, nil)
	if err != nil {
		return err
	}
	var told string
	if !t.roster.empty() {
		told = t.roster.told()
		t.h.Taken("roster", t.roster.tally.records-t.roster.tally.rejected, t.roster.tally.rejected)
	}
	if n.records > 0 || t.roster.empty() {
		told += fmt.Sprintf("已导入:新增%d个,有变化%d个,没有变化%d个,退回%d个。", n.created, n.changed, n.unchanged, n.rejected)
		t.h.Taken("projects", n.records-n.rejected, n.rejected)
	}
	t.sayf("%s", told)
	t.tellFaults(t.roster.tally.and(n))
	return t.tx.Remember("import", card, []byte(minute(t.tx.Now)+told))
}

// importTable gives every record of a stored table to take, and adds up what it does. What take refuses is a fault of
// the record; the rows of records with faults go to rejects, unless it is nil.
func (t *turn) importTable(sha string, take taker, rejects *table.Rejects) (n *tally, err error) {
	file, err := t.h.Store.OpenEvidence(sha)
	if err != nil {
		return nil, err
	}
	defer func(f *os.File) { err = errors.Join(err, f.Close()) }(file)
	n = &tally{}
	rows := func(visit func(table.Row) error) error { return table.ReadWithin(file, mostUnpacked, visit) }
	want := func(k table.Kind) bool { return k == table.Projects }
	other := func(sheet string, unused []string) { n.notes = append(n.notes, unread(sheet, unused)) }
	return n, table.Records(rows, t.h.Headings, want, other, func(r *table.Record) error {
		if n.records++; n.records > mostInChat {
			return errTooMany
		}
		return t.importRecord(n, r, take, rejects)
	})
}

// unread says what of a table was passed over.
func unread(sheet string, unused []string) string {
	if sheet != "" {
		sheet = "“" + sheet + "”"
	}
	if len(unused) == 0 {
		return sheet + "没有认得的表头,没有读入。项目表须有“项目编号”一列;名册的单位表须有“单位名称”“单位类别”,人员表须有“人员编号”“姓名”,群表须有“群编号”“协调层级”。请改好表头重新发来。"
	}
	return sheet + "没有用到的列:" + shorten(strings.Join(unused, "、"), 60) + "。"
}

// taker makes a record happen, or thinks it through.
type taker func(mechanism.Record) (before, after mechanism.Project, err error)

func (t *turn) importRecord(n *tally, r *table.Record, take taker, rejects *table.Rejects) error {
	reject := func(fault table.Fault) error { return n.reject(r, []table.Fault{fault}, rejects) }
	if len(r.Faults) > 0 {
		return n.reject(r, r.Faults, rejects)
	}
	known, err := t.tx.Project(r.Project.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("load project %s: %w", r.Project.ID, err)
	}
	if err == nil {
		r.Project.Fill(table.Known{Name: known.Name, Category: string(known.Category), Energy: known.Energy, InZone: known.InZone})
	}
	body, err := r.Body()
	if err != nil {
		return err
	}
	record, wrong := readRecord(body, t.today())
	if len(wrong) > 0 {
		var faults []table.Fault
		for _, e := range wrong {
			faults = append(faults, r.Explain(e.Field, e.Message))
		}
		return n.reject(r, faults, rejects)
	}
	before, after, err := take(record)
	if refusal, ok := errors.AsType[*mechanism.Refusal](err); ok {
		return reject(r.Explain("", refusal.Sentence))
	}
	if _, unable := errors.AsType[*stepError](err); unable {
		t.h.Log.Error("record not taken", "project", record.ID, "error", err)
		return reject(r.Explain("", "这个项目未能处理,请联系运维人员查看服务日志。"))
	}
	if err != nil {
		return err
	}
	n.count(before, after)
	return nil
}

// rehearseRecord gives what a record would do, without doing it; a later record of the same project starts from there.
func (t *turn) rehearseRecord() func(mechanism.Record) (before, after mechanism.Project, err error) {
	thought := map[string]mechanism.Project{}
	return func(record mechanism.Record) (before, after mechanism.Project, err error) {
		ev := mechanism.RecordArrived{Record: record}
		before, known := thought[record.ID]
		if !known {
			if before, err = loadFor(t.tx, record.ID, ev); err != nil {
				return before, after, err
			}
		}
		after, _, err = t.h.Book.Step(before, ev, t.actor, t.tx.Now)
		if err != nil {
			if _, refused := errors.AsType[*mechanism.Refusal](err); !refused {
				err = &stepError{Project: record.ID, Err: err}
			}
			return before, after, err
		}
		thought[record.ID] = after
		return before, after, nil
	}
}

// takeRecord makes a record happen, in the name of who pressed.
func (t *turn) takeRecord(record mechanism.Record) (before, after mechanism.Project, err error) {
	before, err = loadFor(t.tx, record.ID, mechanism.RecordArrived{})
	if err != nil {
		return before, after, err
	}
	out, err := t.h.recordArrived(t.tx, record, false, t.actor)
	return before, out.Project, err
}

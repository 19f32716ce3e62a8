package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"junma/mechanism"
	"junma/store"
)

func TestARefusedRecordNeverSpoilsItsNeighbours(t *testing.T) {
	c := newCity(t, "2026-05-08")
	for i, m := range malformed {
		before, after := fmt.Sprintf("前-%d", i), fmt.Sprintf("后-%d", i)
		got := c.take(record(before, `"name":"`+before+`"`), m.record, record(after, `"name":"`+after+`"`))
		if got.Accepted != 2 || got.Rejected != 1 || len(got.Errors) != 1 || got.Errors[0].Index != 1 {
			t.Errorf("%s: accepted %d, rejected %d:\n%s", m.name, got.Accepted, got.Rejected, listed(got.Errors))
		}
		if c.project(before).Name != before || c.project(after).Name != after {
			t.Errorf("%s: a neighbour was not taken", m.name)
		}
	}
}

func TestTheSameRecordTwiceChangesNothing(t *testing.T) {
	c := newCity(t, "2026-05-12")
	text := record("JD-1", permit("2026-04-20"), `"code":"2601-330182-04-01-123456"`)
	if got := c.take(text); got.Accepted != 1 || got.Unchanged != 0 {
		t.Fatalf("first time: %+v", got)
	}
	for _, day := range []string{"2026-05-12", "2026-05-13"} {
		c.dayBegan(day)
		before, lines := c.project("JD-1"), len(c.journal(""))
		told := c.deliveries()
		if got := c.take(text); got.Accepted != 1 || got.Unchanged != 1 {
			t.Errorf("again on %s: %+v", day, got)
		}
		if after := c.project("JD-1"); after.Revision != before.Revision {
			t.Errorf("%s: the project was saved again: revision %d, before %d", day, after.Revision, before.Revision)
		}
		if n := len(c.journal("")); n != lines {
			t.Errorf("%s: the journal has %d lines, before %d", day, n, lines)
		}
		if n := c.deliveries(); n != told {
			t.Errorf("%s: %d deliveries, before %d", day, n, told)
		}
	}
}

func TestAChangedRecordBringsTheProjectUpToDate(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.mustTake(record("JD-1", permit("2026-04-20")))
	if got := c.project("JD-1").Cases; len(got) != 1 || got[0].State != mechanism.Untreated {
		t.Fatalf("cases before: %+v", got)
	}
	c.mustTake(record("JD-1", `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日","done":"2026-05-12"}]`))
	if got := c.project("JD-1").Cases; len(got) != 1 || got[0].Closure != mechanism.ClosedStage {
		t.Errorf("cases after: %+v", got)
	}
	lines := c.journal("JD-1")
	if len(lines) != 2 || lines[1].Kind != "record-arrived" || lines[1].Channel != "api" {
		t.Fatalf("journal: %+v", lines)
	}
	if lines[1].From != "1 未办理·待查阅" || lines[1].To != "1 已销号·环节完成" {
		t.Errorf("the line says %q → %q", lines[1].From, lines[1].To)
	}
}

func TestRecordsOfOneProjectAreTakenInOrder(t *testing.T) {
	c := newCity(t, "2026-05-12")
	var all []string
	for i := range 300 {
		all = append(all, record(fmt.Sprintf("JD-%d", i%3), fmt.Sprintf(`"name":"第%d版"`, i)))
	}
	c.mustTake(all...)
	for i := range 3 {
		if got, want := c.project(fmt.Sprintf("JD-%d", i)).Name, fmt.Sprintf("第%d版", 297+i); got != want {
			t.Errorf("project %d is at %s, want %s", i, got, want)
		}
	}
}

func TestBaselineLightsAreBacklog(t *testing.T) {
	c := newCity(t, "2026-06-12")
	lit := record("JD-1", permit("2026-04-20"), `"lights":[{"stage":"施工许可","level":"红","since":"2026-05-16","ref":"HZ-1"}]`)
	c.takeBody("["+lit+"]", true)
	p := c.project("JD-1")
	if len(p.Cases) == 0 {
		t.Fatal("no case")
	}
	for _, one := range p.Cases {
		if !one.Backlog || one.Push != 0 {
			t.Errorf("case %d: backlog %v, push %d", one.Seq, one.Backlog, one.Push)
		}
	}
	if pushed := c.told(mechanism.KindPush); len(pushed) > 0 {
		t.Errorf("存量 was pushed: %+v", pushed)
	}
	c.mustTake(strings.Replace(lit, "JD-1", "JD-2", 1))
	if p := c.project("JD-2"); len(p.Cases) != 1 || p.Cases[0].Backlog || p.Cases[0].Push != 1 {
		t.Errorf("without baseline: %+v", p.Cases)
	}
}

func TestUnknownUnitsAreAnAlarmNotARefusal(t *testing.T) {
	c := newCity(t, "2026-05-12")
	for _, tc := range []struct{ name, field, words string }{
		{"属地", `"town":"下崖镇"`, "属地“下崖镇”不在单位名册中"},
		{"业主", `"owner":"无名公司"`, "项目业主“无名公司”不在单位名册中"},
		{"行业主管部门", `"industry_dept":"市文旅局"`, "行业主管部门“市文旅局”不在单位名册中"},
	} {
		c.mustTake(record("JD-"+tc.name, tc.field))
		if !c.alarmed(tc.words, "云溪新材料项目") {
			t.Errorf("%s: 专班 was not told", tc.name)
		}
	}
	before := c.deliveries()
	c.mustTake(record("JD-另一", `"name":"另一项目"`, `"town":"下崖镇"`))
	if c.deliveries() != before {
		t.Error("one unit missing from the roster was told twice")
	}
}

func TestAMissingPartyIsAlarmedTheSameDay(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.mustTake(record("JD-1", permit("2026-04-20"), `"town":""`))
	if !c.alarmed("项目未登记属地政府") {
		t.Errorf("专班 was not told: %+v", c.told(mechanism.KindAlarm))
	}
}

func TestDoubtfulDataIsAlarmed(t *testing.T) {
	const code = `"code":"2601-330182-04-01-123456"`
	for _, tc := range []struct {
		name    string
		records []string
		words   string
	}{
		{"同一代码", []string{record("B", code), record("A", code, `"name":"另一项目"`)}, "登记了同一项目代码2601-330182-04-01-123456"},
		{"同名同业主", []string{record("B"), record("A")}, "编号B的项目名称和业主相同"},
		{"代码与立项类型不符", []string{record("A", code, `"filing_kind":"技术改造"`, `"stages":[{"stage":"立项","start":"2026-05-01"}]`)}, "项目登记为技术改造,项目代码却属基本建设"},
		{"代码月份", []string{record("A", `"code":"2613-330182-04-01-123456"`)}, "前四位不是年月"},
		{"代码地区", []string{record("A", `"code":"2601-330183-04-01-123456"`)}, "不属建德市"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCity(t, "2026-05-12")
			for _, one := range tc.records {
				c.mustTake(one)
			}
			if !c.alarmed(tc.words) {
				t.Errorf("专班 was not told: %v", c.alarms())
			}
		})
	}
}

func TestSoundDataRaisesNoAlarm(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.mustTake(
		record("A", `"code":"2601-330182-04-01-123456"`),                // a new code
		record("B", `"name":"二期"`, `"code":"2020-330182-07-02-123456"`), // an old one, beginning with the year
	)
	if alarms := c.alarms(); len(alarms) > 0 {
		t.Errorf("alarms: %v", alarms)
	}
}

func TestARecordRefusedByTheMechanismLeavesAJournalLine(t *testing.T) {
	c := newCity(t, "2026-05-12")
	c.mustTake(record("JD-1", permit("2026-04-20")))
	got := c.take(record("JD-1", `"stages":[{"stage":"施工许可","done":"2026-04-19"}]`))
	if got.Rejected != 1 || len(got.Errors) != 1 || got.Errors[0].ID != "JD-1" {
		t.Fatalf("got %+v", got)
	}
	want := "“施工许可”环节的完成日期2026年4月19日早于起算日2026年4月20日,请核对后重新录入。"
	if got.Errors[0].Message != want {
		t.Errorf("message %q", got.Errors[0].Message)
	}
	lines := c.journal("JD-1")
	if last := lines[len(lines)-1]; last.Refused != want {
		t.Errorf("the last line of the journal: %+v", last)
	}
}

func TestBodiesThatAreNotWhole(t *testing.T) {
	one, two := record("A"), record("B", `"name":"乙"`)
	for _, tc := range []struct {
		name, body         string
		ndjson             bool
		accepted, rejected int
		message            string
		unread             bool
	}{
		{name: "数组", body: "[" + one + "," + two + "]", accepted: 2},
		{name: "带 BOM", body: "\uFEFF[" + one + "]", accepted: 1},
		{name: "空数组", body: "[]"},
		{name: "不是数组", body: one, rejected: 1, unread: true, message: "内容应为 JSON 数组 […],每个元素是一条项目记录。"},
		{name: "空", body: "", rejected: 1, unread: true, message: "内容应为 JSON 数组 […],每个元素是一条项目记录。"},
		{name: "数组在第二条处坏了", body: "[" + one + ",{]", accepted: 1, rejected: 1, message: "从第 2 条起不是有效的 JSON,此条及以后的记录没有读入,请检查格式后重新报送。"},
		{name: "数组没有结束", body: "[" + one, accepted: 1, rejected: 1, message: "从第 2 条起不是有效的 JSON,此条及以后的记录没有读入,请检查格式后重新报送。"},
		{name: "数组之后还有", body: "[" + one + "][]", accepted: 1, rejected: 1, message: "JSON 数组结束后还有内容,没有读入;一次报送只写一个数组。"},
		{name: "逐行", body: one + "\n\n" + two + "\n", ndjson: true, accepted: 2},
		{name: "逐行且第一行坏了", body: "{\n" + two, ndjson: true, accepted: 1, rejected: 1, message: "第 1 条不是有效的 JSON,请检查格式后重新报送。"},
		{name: "逐行且无一行可读", body: "项目", ndjson: true, rejected: 1, unread: true, message: "第 1 条不是有效的 JSON,请检查格式后重新报送。"},
		{
			name: "一行过长", body: one + "\n" + strings.Repeat(" ", 1<<20) + two, ndjson: true, accepted: 1, rejected: 1,
			message: "第 2 条超过 1 MiB,此条及以后的记录没有读入,请拆分后重新报送。",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCity(t, "2026-05-12")
			got, err := c.handlers.TakeRecords(context.Background(), strings.NewReader(tc.body), tc.ndjson, false)
			if (err != nil) != tc.unread {
				t.Errorf("error %v", err)
			}
			if got.Accepted != tc.accepted || got.Rejected != tc.rejected {
				t.Errorf("accepted %d, rejected %d", got.Accepted, got.Rejected)
			}
			if tc.message != "" && (len(got.Errors) != 1 || got.Errors[0].Message != tc.message) {
				t.Errorf("faults:\n%s", listed(got.Errors))
			}
		})
	}
}

func TestWhatWasReadBeforeABreakIsTaken(t *testing.T) {
	c := newCity(t, "2026-05-12")
	cut := errors.New("the line was cut")
	body := io.MultiReader(strings.NewReader("["+record("A")+","), &broken{cut})
	got, err := c.handlers.TakeRecords(context.Background(), body, false, false)
	if !errors.Is(err, cut) || got.Accepted != 1 || got.Rejected != 0 {
		t.Errorf("error %v, result %+v", err, got)
	}
	c.project("A")
}

type broken struct{ err error }

func (b *broken) Read([]byte) (int, error) { return 0, b.err }

func TestIntakeEndsWithItsContext(t *testing.T) {
	c := newCity(t, "2026-05-12")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got, err := c.handlers.TakeRecords(ctx, strings.NewReader("["+record("A")+"]"), false, false)
	if !errors.Is(err, context.Canceled) || got.Accepted != 0 {
		t.Errorf("error %v, result %+v", err, got)
	}
}

// FuzzIntake: whatever is sent, each record is either taken or refused with a sentence, and the store stays readable.
func FuzzIntake(f *testing.F) {
	for _, m := range malformed {
		f.Add("["+m.record+"]", false)
		f.Add(m.record+"\n"+record("A"), true)
	}
	f.Add("["+record("A", permit("2026-04-20"))+"]", false)
	c := newCity(f, "2026-05-12")
	f.Fuzz(func(t *testing.T, body string, ndjson bool) {
		got, err := c.handlers.TakeRecords(context.Background(), strings.NewReader(body), ndjson, false)
		if err != nil && got.Accepted > 0 {
			t.Errorf("%d records taken and yet %v", got.Accepted, err)
		}
		if got.Rejected > len(got.Errors)+got.Left {
			t.Errorf("%d records refused with only %d sentences", got.Rejected, len(got.Errors))
		}
		for _, e := range got.Errors {
			if e.Message == "" || strings.Contains(e.Message, "\n") {
				t.Errorf("a fault without a sentence: %+v", e)
			}
		}
		if _, err := c.everyProject(); err != nil {
			t.Error(err)
		}
	})
}

// everyProject loads every project there is.
func (c *city) everyProject() (n int, err error) {
	err = c.store.View(context.Background(), func(v *store.View) error {
		ids, err := v.AllProjects("", 10_000)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := v.Project(id); err != nil {
				return fmt.Errorf("project %q: %w", id, err)
			}
			n++
		}
		return nil
	})
	return n, err
}

// deliveries counts all rows of the outbox.
func (c *city) deliveries() int {
	c.t.Helper()
	n := 0
	c.view(func(v *store.View) error {
		all, err := v.Deliveries(store.DeliveryFilter{})
		n = len(all)
		return err
	})
	return n
}

// alarms gives the content of the alarms to 专班.
func (c *city) alarms() []string {
	c.t.Helper()
	var all []string
	for _, d := range c.told(mechanism.KindAlarm) {
		all = append(all, string(d.Params))
	}
	return all
}

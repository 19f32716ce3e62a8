package table

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Record is one project, unit, person or group, with the rows it was made of.
type Record struct {
	Kind   Kind
	ID     string
	Rows   []Row
	Faults []Fault // cells that can't be read; such a record must not be taken

	Project Project
	Roster  Member

	layout *layout
	placed []place
}

// Fault is what is wrong with one cell, or with a row as a whole.
type Fault struct {
	Row     int    // of Record.Rows
	Column  int    // from 0; -1 = the row as a whole
	Message string // a plain Chinese sentence
}

// place remembers in which cell a field stood. list is "stages", "lights", "offices" or "".
type place struct {
	list        string
	at          int
	field       string
	row, column int
}

// Project is a project record as docs/api.md has it. What a table leaves empty is left out.
type Project struct {
	ID            string  `json:"id,omitempty"`
	Code          string  `json:"code,omitempty"`
	Name          string  `json:"name,omitempty"`
	Category      string  `json:"category,omitempty"`
	Energy        *bool   `json:"energy,omitempty"`
	InZone        *bool   `json:"in_zone,omitempty"`
	FilingKind    string  `json:"filing_kind,omitempty"`
	Owner         string  `json:"owner,omitempty"`
	Town          string  `json:"town,omitempty"`
	IndustryDept  string  `json:"industry_dept,omitempty"`
	InvestmentWan *int64  `json:"investment_wan,omitempty"`
	RedCount      *int64  `json:"red_count,omitempty"`
	Stages        []Stage `json:"stages,omitempty"`
	Lights        []Light `json:"lights,omitempty"`
}

// Stage is one stage of a project record.
type Stage struct {
	Stage   string `json:"stage"`
	Start   string `json:"start,omitempty"`
	Done    string `json:"done,omitempty"`
	Limit   string `json:"limit,omitempty"`
	Applies *bool  `json:"applies,omitempty"`
}

// Light is one light of the platform.
type Light struct {
	Stage string `json:"stage"`
	Level string `json:"level,omitempty"`
	Since string `json:"since,omitempty"`
	Ref   string `json:"ref,omitempty"`
	State string `json:"state,omitempty"`
}

// Member is a unit, person or group of a roster body.
type Member map[string]any

// Records reads a table and gives each record to take, with its rows. Rows of one project that follow each other, and
// those without a number of their own under it, are one record. Sheets without known headings are told to other; kinds
// that want refuses are passed over.
func Records(read func(func(Row) error) error, h *Headings, want func(Kind) bool, other func(sheet string, unused []string), take func(*Record) error) error {
	b := &builder{headings: h, want: want, other: other, take: take}
	err := read(b.row)
	if err != nil {
		return err
	}
	return b.flush()
}

const mostHeaderRows = 10 // headings stand within the first rows of a sheet, under a title perhaps

// builder makes records of rows.
type builder struct {
	headings *Headings
	want     func(Kind) bool
	other    func(string, []string)
	take     func(*Record) error

	sheet   string
	started bool
	tried   int
	layout  *layout
	now     *Record
}

func (b *builder) row(r Row) error {
	if !b.started || r.Sheet != b.sheet {
		if err := b.flush(); err != nil {
			return err
		}
		b.sheet, b.started, b.tried, b.layout = r.Sheet, true, 0, nil
	}
	if b.layout != nil {
		return b.add(r)
	}
	b.tried++
	l, ok := b.headings.recognise(r.Cells)
	switch {
	case ok && !b.want(l.kind):
		b.tried = 0 // known, and of no interest
		return ErrSkipSheet
	case ok:
		b.layout = l
		if len(l.unused) > 0 {
			b.other(r.Sheet, l.unused)
		}
	case b.tried == mostHeaderRows:
		return ErrSkipSheet
	}
	return nil
}

// flush hands over the record under way.
func (b *builder) flush() error {
	if b.layout == nil && b.started && b.tried > 0 {
		b.other(b.sheet, nil)
		b.tried = 0
	}
	if b.now == nil {
		return nil
	}
	r := b.now
	b.now = nil
	return b.take(r)
}

func (b *builder) add(row Row) error {
	id := b.layout.id(row)
	if b.now == nil || id != "" && id != b.now.ID || b.now.layout != b.layout || b.layout.kind == Units || b.layout.kind == Groups {
		if err := b.flush(); err != nil {
			return err
		}
		b.now = &Record{Kind: b.layout.kind, ID: id, layout: b.layout}
	}
	b.now.Rows = append(b.now.Rows, row)
	if b.layout.kind == Projects {
		b.now.addProject(row)
	} else {
		b.now.addMember(row)
	}
	return nil
}

// id is what a row is about.
func (l *layout) id(row Row) string {
	for _, field := range []string{"id", "code", "key"} {
		if at := slices.Index(l.fields, field); at >= 0 && at < len(row.Cells) {
			if id := cellText(row.Cells[at]); id != "" {
				return id
			}
		}
	}
	return ""
}

func (r *Record) fault(column int, message string) {
	r.Faults = append(r.Faults, Fault{Row: len(r.Rows) - 1, Column: column, Message: message})
}

func (r *Record) put(list string, at int, field string, column int) {
	r.placed = append(r.placed, place{list, at, field, len(r.Rows) - 1, column})
}

// inCell takes out of a message what is said to those who write JSON.
var inCell = strings.NewReplacer("(带引号)", "", "(不带引号)", "", "带引号的文字", "文字", "true 或 false", "是 或 否")

// Explain turns a fault of a field of the record, such as stages[0].start, into that of a cell. Where the field stood
// in no cell, it is a fault of the column that should hold it, if the sheet has it, else of the row.
func (r *Record) Explain(field, message string) Fault {
	path := field[strings.LastIndexByte(field, ' ')+1:]
	if r.Kind != Projects {
		_, path, _ = strings.Cut(path, "].") // people[3].unit
	}
	list, at, member := "", 0, path
	if before, after, ok := strings.Cut(path, "["); ok {
		number, rest, _ := strings.Cut(after, "]")
		at, _ = strconv.Atoi(number)
		list, member = before, strings.TrimPrefix(rest, ".")
	}
	message = inCell.Replace(strings.ReplaceAll(message, "("+field+")", ""))
	for _, p := range r.placed {
		if p.list == list && p.at == at && p.field == member {
			return Fault{p.row, p.column, message}
		}
	}
	for _, p := range r.placed {
		if list != "" && p.list == list && p.at == at {
			return Fault{p.row, -1, message}
		}
	}
	if column := slices.Index(r.layout.fields, member); list == "" && column >= 0 {
		return Fault{0, column, message}
	}
	return Fault{0, -1, message}
}

// Body is the record as JSON, as docs/api.md has it.
func (r *Record) Body() (json.RawMessage, error) {
	var body any = r.Project
	if r.Kind != Projects {
		body = r.Roster
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return text, nil
}

// Sentence says a fault with its row, column and heading: 第3行 B列“项目类别”:….
func (r *Record) Sentence(f Fault) string {
	row := r.Rows[f.Row]
	where := "第" + strconv.Itoa(row.Number) + "行"
	if row.Sheet != "" {
		where = "“" + row.Sheet + "”" + where
	}
	return where + r.in(f)
}

// in names the column of a fault and says it.
func (r *Record) in(f Fault) string {
	if f.Column < 0 {
		return ":" + f.Message
	}
	letters, err := excelize.ColumnNumberToName(f.Column + 1)
	if err != nil {
		return ":" + f.Message
	}
	heading := ""
	if f.Column < len(r.layout.headings) {
		heading = "“" + strings.TrimSpace(r.layout.headings[f.Column]) + "”"
	}
	return " " + letters + "列" + heading + ":" + f.Message
}

package table

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Desk takes records: the running service over HTTP, or the store itself.
type Desk interface {
	// Known gives what is known of a project; false when there is none.
	Known(ctx context.Context, id string) (Known, bool, error)
	// TakeProjects takes a JSON array of project records.
	TakeProjects(ctx context.Context, body []byte) (Taken, error)
	// TakeRoster takes a roster body.
	TakeRoster(ctx context.Context, body []byte) (Taken, error)
}

// Known is what a record must repeat of a project, or it would be taken for a change.
type Known struct {
	Name     string `json:"name"`
	Category string `json:"category"`
	Energy   bool   `json:"energy"`
	InZone   bool   `json:"in_zone"`
}

// Taken says what became of a body.
type Taken struct {
	Accepted  int       `json:"accepted"`
	Unchanged int       `json:"unchanged"`
	Errors    []Refused `json:"errors"`
	Notes     []Refused `json:"notes"`
}

// Refused is one fault of one record, with the field as docs/api.md names it.
type Refused struct {
	Index   int    `json:"index"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Summary says what an import did. Counts are of records, not of rows.
type Summary struct {
	Accepted  int
	Unchanged int
	Rejected  int
	Faults    []string // the first mostSaid faults, each with row and column
	Left      int      // further ones, which only the table of rejected rows names
	Notes     []string // what is remarkable, but no fault
}

const (
	batch    = 500 // records of one request
	mostSaid = 200
)

// Source is one file to import.
type Source struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Importer imports tables. The roster's sheets of all files come first, because projects name its units.
type Importer struct {
	Desk     Desk
	Headings *Headings
	Rejects  *Rejects
	Progress func(rows int) // hears how many rows of projects have been taken; nil = nobody listens

	sum     Summary
	file    string
	waiting []*Record
	rows    int
}

// Run imports every file and says what it did. The error is that of a file that can't be read or of the desk; what was
// taken before it stays taken, and may be imported again.
func (m *Importer) Run(ctx context.Context, files []Source) (Summary, error) {
	roster := map[Kind][]*Record{}
	hold := func(r *Record) error {
		roster[r.Kind] = append(roster[r.Kind], r)
		return nil
	}
	quiet := func(string, []string) {}
	for _, f := range files {
		if err := m.read(f, func(k Kind) bool { return k != Projects }, quiet, hold); err != nil {
			return m.sum, err
		}
	}
	if err := m.takeRoster(ctx, roster); err != nil {
		return m.sum, err
	}
	for _, f := range files {
		m.file = f.Name
		err := m.read(f, func(k Kind) bool { return k == Projects }, m.other, func(r *Record) error { return m.project(ctx, r) })
		if err := errors.Join(err, m.flush(ctx)); err != nil {
			return m.sum, err
		}
	}
	return m.sum, nil
}

func (m *Importer) read(f Source, want func(Kind) bool, other func(string, []string), take func(*Record) error) (err error) {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("文件 %s 打不开,请检查路径和权限: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	rows := func(visit func(Row) error) error { return Read(r, visit) }
	err = Records(rows, m.Headings, want, other, take)
	if errors.Is(err, ErrNoTable) {
		return fmt.Errorf("文件 %s 不是可以读取的表格,请另存为 .xlsx(不加密)或 .csv 后再试: %w", f.Name, err)
	}
	if errors.Is(err, ErrTooBig) {
		return fmt.Errorf("文件 %s 太大(文件超过64MB,或展开后超过1GB),请拆成几个文件再试: %w", f.Name, err)
	}
	return err
}

// other notes what was passed over.
func (m *Importer) other(sheet string, unused []string) {
	where := m.file
	if sheet != "" {
		where += "的“" + sheet + "”"
	}
	if len(unused) == 0 {
		m.sum.Notes = append(m.sum.Notes, where+"没有认得的表头,整张没有读入。")
		return
	}
	m.sum.Notes = append(m.sum.Notes, where+"没有用到的列:"+cut(strings.Join(unused, "、"))+"。")
}

func (m *Importer) takeRoster(ctx context.Context, roster map[Kind][]*Record) error {
	body := map[Kind][]json.RawMessage{}
	sent := map[Kind][]*Record{}
	for kind, records := range roster {
		for _, r := range records {
			if len(r.Faults) > 0 {
				if err := m.reject(r, r.Faults); err != nil {
					return err
				}
				continue
			}
			text, err := r.Body()
			if err != nil {
				return err
			}
			body[kind], sent[kind] = append(body[kind], text), append(sent[kind], r)
		}
	}
	if len(body) == 0 {
		return nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode roster: %w", err)
	}
	taken, err := m.Desk.TakeRoster(ctx, text)
	if err != nil {
		return err
	}
	m.sum.Accepted += taken.Accepted
	about := func(e Refused) *Record {
		list, _, _ := strings.Cut(e.Field, "[")
		if all := sent[Kind(list)]; e.Index < len(all) {
			return all[e.Index]
		}
		return nil
	}
	for _, note := range taken.Notes {
		if r := about(note); r != nil {
			m.sum.Notes = append(m.sum.Notes, r.Sentence(r.Explain(note.Field, note.Message)))
		}
	}
	return m.refused(taken.Errors, about)
}

// project takes a record; a batch at a time goes to the desk.
func (m *Importer) project(ctx context.Context, r *Record) error {
	if len(r.Faults) > 0 {
		m.taken(len(r.Rows))
		return m.reject(r, r.Faults)
	}
	if err := Complete(ctx, m.Desk, &r.Project); err != nil {
		return err
	}
	if m.waiting = append(m.waiting, r); len(m.waiting) < batch {
		return nil
	}
	return m.flush(ctx)
}

// Complete adds what a table did not say of a project that is known, so that leaving out a column changes nothing.
func Complete(ctx context.Context, desk Desk, p *Project) error {
	if p.Name != "" && p.Category != "" && p.Energy != nil && p.InZone != nil {
		return nil
	}
	known, ok, err := desk.Known(ctx, p.ID)
	if err != nil || !ok {
		return err
	}
	p.Fill(known)
	return nil
}

// Fill adds what a table did not say of a project that is known.
func (p *Project) Fill(known Known) {
	if p.Name == "" {
		p.Name = known.Name
	}
	if p.Category == "" {
		p.Category = known.Category
	}
	if p.Energy == nil {
		p.Energy = &known.Energy
	}
	if p.InZone == nil {
		p.InZone = &known.InZone
	}
}

func (m *Importer) flush(ctx context.Context) error {
	if len(m.waiting) == 0 {
		return nil
	}
	records := m.waiting
	m.waiting = nil
	var body bytes.Buffer
	rows := 0
	for i, r := range records {
		text, err := r.Body()
		if err != nil {
			return err
		}
		body.WriteByte("[,"[min(i, 1)])
		body.Write(text)
		rows += len(r.Rows)
	}
	body.WriteByte(']')
	taken, err := m.Desk.TakeProjects(ctx, body.Bytes())
	if err != nil {
		return err
	}
	m.sum.Accepted += taken.Accepted
	m.sum.Unchanged += taken.Unchanged
	m.taken(rows)
	return m.refused(taken.Errors, func(e Refused) *Record { return records[min(e.Index, len(records)-1)] })
}

// refused gathers the faults of each record that the desk did not take.
func (m *Importer) refused(faults []Refused, about func(Refused) *Record) error {
	var order []*Record
	of := map[*Record][]Fault{}
	for _, e := range faults {
		r := about(e)
		if r == nil {
			m.sum.Notes = append(m.sum.Notes, e.Message)
			continue
		}
		if !slices.Contains(order, r) {
			order = append(order, r)
		}
		of[r] = append(of[r], r.Explain(e.Field, e.Message))
	}
	for _, r := range order {
		if err := m.reject(r, of[r]); err != nil {
			return err
		}
	}
	return nil
}

func (m *Importer) reject(r *Record, faults []Fault) error {
	m.sum.Rejected++
	for _, f := range faults {
		if len(m.sum.Faults) >= mostSaid {
			m.sum.Left++
			continue
		}
		m.sum.Faults = append(m.sum.Faults, r.Sentence(f))
	}
	return m.Rejects.Add(r, faults)
}

func (m *Importer) taken(rows int) {
	m.rows += rows
	if m.Progress != nil {
		m.Progress(m.rows)
	}
}

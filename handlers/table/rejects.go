package table

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// errorHeading is the column in which a table of rejected rows says what is wrong.
const errorHeading = "错误"

// Rejects collects the rows of records that were not taken, as a workbook that can be mended and imported again: the
// same sheets with the same headings, and a column 错误.
type Rejects struct {
	file   *excelize.File
	sheets map[*layout]*rejectSheet
	order  []*rejectSheet
	Rows   int
}

type rejectSheet struct {
	w     *excelize.StreamWriter
	next  int
	width int
}

// NewRejects begins an empty collection. Close it.
func NewRejects() *Rejects {
	return &Rejects{file: excelize.NewFile(), sheets: map[*layout]*rejectSheet{}}
}

// Add takes every row of a record, with what is wrong in each.
func (j *Rejects) Add(r *Record, faults []Fault) error {
	sheet, err := j.sheet(r)
	if err != nil {
		return err
	}
	for i, row := range r.Rows {
		cells := make([]any, sheet.width+1)
		for n := range cells {
			if n < len(row.Cells) && n < sheet.width {
				cells[n] = Guard(r.shown(n, row))
			}
		}
		var said []string
		for _, f := range faults {
			if f.Row == i {
				said = append(said, strings.TrimLeft(r.in(f), " :"))
			}
		}
		cells[sheet.width] = Guard(strings.Join(said, " "))
		if err := sheet.row(cells); err != nil {
			return err
		}
		j.Rows++
	}
	return nil
}

// shown gives a cell as a person wrote it: a date instead of the serial number.
func (r *Record) shown(column int, row Row) string {
	text := cellText(row.Cells[column])
	if column >= len(r.layout.fields) || !serialDate.MatchString(text) {
		return text
	}
	field := r.layout.fields[column]
	for _, member := range []string{"start", "done", "since"} {
		if field == member || strings.HasSuffix(field, "."+member) {
			text, _ = date(text, row.Since)
		}
	}
	return text
}

func (j *Rejects) sheet(r *Record) (*rejectSheet, error) {
	if s, ok := j.sheets[r.layout]; ok {
		return s, nil
	}
	name := fmt.Sprintf("错误%d", len(j.order)+1)
	if _, err := j.file.NewSheet(name); err != nil {
		return nil, fmt.Errorf("add sheet: %w", err)
	}
	w, err := j.file.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	s := &rejectSheet{w: w, next: 1}
	var cells []any
	for _, heading := range r.layout.headings {
		if plain(heading) == errorHeading {
			break // the rows of an earlier table of errors: the column is written anew
		}
		cells = append(cells, Guard(strings.TrimSpace(heading)))
	}
	s.width = len(cells)
	j.sheets[r.layout], j.order = s, append(j.order, s)
	return s, s.row(append(cells, errorHeading))
}

func (s *rejectSheet) row(cells []any) error {
	if err := s.w.SetRow(fmt.Sprintf("A%d", s.next), cells); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	s.next++
	return nil
}

// WriteTo writes the workbook; call it once, after the last Add.
func (j *Rejects) WriteTo(w io.Writer) (int64, error) {
	for _, s := range j.order {
		if err := s.w.Flush(); err != nil {
			return 0, fmt.Errorf("finish sheet: %w", err)
		}
	}
	if len(j.order) > 0 {
		if err := j.file.DeleteSheet("Sheet1"); err != nil {
			return 0, fmt.Errorf("drop the empty sheet: %w", err)
		}
	}
	return j.file.WriteTo(w)
}

// Close frees what the collection holds.
func (j *Rejects) Close() error { return j.file.Close() }

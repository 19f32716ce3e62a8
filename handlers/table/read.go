// Package table reads what people keep in tables: the platform's export of projects and lights, and the roster, as .xlsx
// or .csv. It finds the columns by their Chinese headings in any order, makes records of the rows (the bodies of
// docs/api.md), and gives back the rows that were not taken as a table that can be mended and imported again.
//
// It knows tables only. Whether a value is allowed is decided where every record is checked, so that a table and the
// HTTP interface say the same.
package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Row is one row of a sheet.
type Row struct {
	Sheet  string   // the sheet's name; "" in a .csv
	Number int      // as the spreadsheet counts, from 1
	Cells  []string // raw values: a date is a serial number there
	Since  int      // the serial numbers' day 0: 1900 or 1904
}

// ErrSkipSheet is what a visitor returns to pass over the rest of the present sheet.
var ErrSkipSheet = errors.New("skip the rest of the sheet")

// ErrNoTable says that a file is neither a workbook nor a text table; Read wraps it.
var ErrNoTable = errors.New("no table")

const (
	mostUnzipped  = 1 << 30  // bytes of a whole workbook, unzipped
	mostInMemory  = 16 << 20 // bytes of one part of it in memory; larger ones are streamed from a temporary file
	mostTextBytes = 64 << 20 // bytes of a .csv
)

// Read gives every row that is not empty to visit, in order, and stops at its first error. What the file is shows its
// content, not its name. A workbook is streamed: memory does not grow with its rows.
func Read(r io.Reader, visit func(Row) error) error {
	start := make([]byte, 4)
	n, err := io.ReadFull(r, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read table: %w", err)
	}
	whole := io.MultiReader(bytes.NewReader(start[:n]), r)
	if string(start[:n]) == "PK\x03\x04" {
		return readWorkbook(whole, visit)
	}
	return readText(whole, visit)
}

func readWorkbook(r io.Reader, visit func(Row) error) (err error) {
	f, err := excelize.OpenReader(r, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: mostUnzipped, UnzipXMLSizeLimit: mostInMemory,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }() // removes the temporary files
	since := 1900
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		since = 1904
	}
	for _, sheet := range f.GetSheetList() {
		if err := readSheet(f, sheet, since, visit); err != nil {
			return err
		}
	}
	return nil
}

func readSheet(f *excelize.File, sheet string, since int, visit func(Row) error) (err error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil // a chart sheet has no rows
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoTable, err)
		}
		if empty(cells) {
			continue
		}
		switch err := visit(Row{Sheet: sheet, Number: n, Cells: cells, Since: since}); {
		case errors.Is(err, ErrSkipSheet):
			return nil
		case err != nil:
			return err
		}
	}
	return rows.Error()
}

func empty(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

func readText(r io.Reader, visit func(Row) error) error {
	raw, err := io.ReadAll(io.LimitReader(r, mostTextBytes+1))
	if err != nil {
		return fmt.Errorf("read table: %w", err)
	}
	text, err := decoded(raw)
	if err != nil || len(raw) > mostTextBytes || bytes.ContainsRune(text, 0) {
		return fmt.Errorf("%w: neither a workbook nor text of at most 64 MiB", ErrNoTable)
	}
	c := csv.NewReader(bytes.NewReader(text))
	c.Comma, c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = separator(text), -1, true, false
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoTable, err)
		}
		if empty(cells) {
			continue
		}
		line, _ := c.FieldPos(0)
		switch err := visit(Row{Number: line, Cells: cells, Since: 1900}); {
		case errors.Is(err, ErrSkipSheet):
			return nil
		case err != nil:
			return err
		}
	}
}

// decoded gives a text as UTF-8: a byte order mark decides, else what is no UTF-8 is GB18030, of which GBK and GB2312
// are parts.
func decoded(raw []byte) ([]byte, error) {
	marked := bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff"))
	switch {
	case marked:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
	case utf8.Valid(raw):
		return bytes.TrimPrefix(raw, []byte("\uFEFF")), nil
	default:
		return simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	}
}

// separator is the sign that parts the fields: the most frequent of the first line.
func separator(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best := ','
	for _, sign := range ";\t" {
		if bytes.Count(line, []byte(string(sign))) > bytes.Count(line, []byte(string(best))) {
			best = sign
		}
	}
	return best
}

// Package table reads what people keep in tables: the platform's export of projects and lights, and the roster, as .xlsx
// or .csv. It finds the columns by their Chinese headings in any order, makes records of the rows (the bodies of
// docs/api.md), and gives back the rows that were not taken as a table that can be mended and imported again.
//
// It knows tables only. Whether a value is allowed is decided where every record is checked, so that a table and the
// HTTP interface say the same.
package table

import (
	"archive/zip"
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

// Why a file is not read; Read and ReadWithin wrap them.
var (
	ErrNoTable = errors.New("no table")             // it is neither a workbook nor a text table
	ErrTooBig  = errors.New("the table is too big") // it holds, or would unpack into, more than is read
)

const (
	mostUnpacked  = 1 << 30   // bytes of a whole workbook, unpacked
	mostKept      = 256 << 20 // bytes of those parts of it that are kept in memory
	mostInMemory  = 16 << 20  // bytes of a sheet, or of the shared strings, in memory; larger ones are streamed from a file
	mostTextBytes = 64 << 20  // bytes of a .csv, and of a workbook as it is packed
)

// Read gives every row that is not empty to visit, in order, and stops at its first error. What the file is shows its
// content, not its name. A workbook is streamed: memory does not grow with its rows.
func Read(r io.Reader, visit func(Row) error) error { return ReadWithin(r, mostUnpacked, visit) }

// ReadWithin is Read with a limit of its own on the bytes that a workbook unpacks into.
func ReadWithin(r io.Reader, most uint64, visit func(Row) error) error {
	start := make([]byte, 4)
	n, err := io.ReadFull(r, start)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read table: %w", err)
	}
	whole, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(start[:n]), r), mostTextBytes+1))
	if err != nil {
		return fmt.Errorf("read table: %w", err)
	}
	if len(whole) > mostTextBytes {
		return ErrTooBig
	}
	if string(start[:n]) == "PK\x03\x04" {
		return readWorkbook(whole, most, visit)
	}
	return readText(whole, visit)
}

func readWorkbook(raw []byte, most uint64, visit func(Row) error) (err error) {
	if err := weigh(raw, most); err != nil {
		return err
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostInMemory,
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

// weigh adds up what an archive says it unpacks into, before anything is unpacked. What a part says of itself holds: the
// zip reader gives no more.
func weigh(raw []byte, most uint64) error {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTable, err)
	}
	var all, kept uint64
	for _, part := range archive.File {
		size := part.UncompressedSize64
		if size > most {
			return ErrTooBig
		}
		all += size
		name := strings.ToLower(part.Name)
		if size <= mostInMemory || !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			kept += size
		}
	}
	if all > most || kept > mostKept {
		return ErrTooBig
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

func readText(raw []byte, visit func(Row) error) error {
	text, err := decoded(raw)
	if err != nil || bytes.ContainsRune(text, 0) {
		return fmt.Errorf("%w: neither a workbook nor text", ErrNoTable)
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

package table

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Sheet is a list for people to read: what it is, remarks on it, headings and rows. A cell is a text or a number.
type Sheet struct {
	Title    string
	Remarks  []string
	Headings []string
	Rows     [][]any
}

// widest and narrowest bound the width of a column, in characters of a digit's width.
const (
	narrowest = 6
	widest    = 40
)

// Write writes the sheet as a workbook. No text becomes a formula, whoever wrote it.
func (s Sheet) Write(w io.Writer) error {
	book := excelize.NewFile()
	err := s.fill(book)
	if err == nil {
		_, err = book.WriteTo(w)
	}
	if closed := book.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

func (s Sheet) fill(book *excelize.File) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	for i, width := range s.widths() {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	next := 0
	row := func(cells []any, options ...excelize.RowOpts) error {
		next++
		for i, c := range cells {
			if text, ok := c.(string); ok {
				cells[i] = Guard(text)
			}
		}
		return w.SetRow(fmt.Sprintf("A%d", next), cells, options...)
	}
	if err := row([]any{s.Title}, excelize.RowOpts{StyleID: bold}); err != nil {
		return err
	}
	for _, remark := range s.Remarks {
		if err := row([]any{remark}); err != nil {
			return err
		}
	}
	headings := make([]any, len(s.Headings))
	for i, h := range s.Headings {
		headings[i] = h
	}
	if err := row(headings, excelize.RowOpts{StyleID: bold}); err != nil {
		return err
	}
	for _, cells := range s.Rows {
		if err := row(cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// widths fits each column to its longest text; a Chinese character is as wide as two digits.
func (s Sheet) widths() []float64 {
	widths := make([]float64, len(s.Headings))
	see := func(i int, text string) {
		wide := float64(len(text)+utf8.RuneCountInString(text))/2 + 2
		widths[i] = min(widest, max(widths[i], wide, narrowest))
	}
	for i, h := range s.Headings {
		see(i, h)
	}
	for _, row := range s.Rows {
		for i, c := range row[:min(len(row), len(widths))] {
			see(i, strings.TrimSpace(fmt.Sprint(c)))
		}
	}
	return widths
}

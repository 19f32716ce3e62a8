package table_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"testing"

	"junma/handlers/table"
)

// zipped zips the parts of a workbook around the XML of its only sheet and of its shared strings.
func zipped(t testing.TB, sheet, shared []byte) []byte {
	t.Helper()
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	const office = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct {
		name string
		text []byte
	}{
		{"[Content_Types].xml", []byte(head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`)},
		{"_rels/.rels", []byte(head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`)},
		{"xl/_rels/workbook.xml.rels", []byte(head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)},
		{"xl/workbook.xml", []byte(head + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + office + `"><sheets><sheet name="项目" sheetId="1" r:id="r1"/></sheets></workbook>`)},
		{"xl/worksheets/sheet1.xml", sheet},
		{"xl/sharedStrings.xml", shared},
	} {
		w, err := z.Create(part.name)
		if err == nil {
			_, err = w.Write(part.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	soundSheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>项目名称</t></is></c><c r="C1" t="s"><v>1</v></c></row>` +
		`<row r="2"><c r="A2" t="str"><v>P1</v></c><c r="B2" t="str"><v>云溪</v></c><c r="C2"><v>45809</v></c></row></sheetData></worksheet>`
	soundStrings = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2"><si><t>项目编号</t></si><si><r><t>施工许可</t></r><r><t>起算日</t></r></si></sst>`
)

// FuzzWorkbook: whatever stands in the parts of a workbook, reading it neither panics nor gives rows out of order; what
// can't be read is no table.
func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(soundSheet), []byte(soundStrings))
	f.Add([]byte(`<worksheet><sheetData><row r="9"><c r="XFD9" t="s"><v>-1</v></c></row><row r="2"><c r="A1" t="b"><v>1</v></c></row></sheetData></worksheet>`), []byte(`<sst/>`))
	f.Add([]byte(`<worksheet><sheetData><row r="x"><c r="1A" t="d"><v>1e400</v><f>1+1</f></c><c><v/></c></row>`), []byte(`<sst><si/>`))
	f.Fuzz(func(t *testing.T, sheet, shared []byte) {
		last := 0
		err := table.Read(bytes.NewReader(zipped(t, sheet, shared)), func(r table.Row) error {
			if r.Number <= last || len(r.Cells) == 0 {
				t.Fatalf("row %d after %d: %q", r.Number, last, r.Cells)
			}
			last = r.Number
			return nil
		})
		if err != nil && !errors.Is(err, table.ErrNoTable) {
			t.Fatal(err)
		}
	})
}

// The workbook of the fuzz target is one: else the target would prove nothing.
func TestWorkbookByHand(t *testing.T) {
	var rows [][]string
	err := table.Read(bytes.NewReader(zipped(t, []byte(soundSheet), []byte(soundStrings))), func(r table.Row) error {
		rows = append(rows, r.Cells)
		return nil
	})
	if err != nil || len(rows) != 2 || rows[0][2] != "施工许可起算日" || rows[1][2] != "45809" {
		t.Errorf("%q (%v)", rows, err)
	}
}

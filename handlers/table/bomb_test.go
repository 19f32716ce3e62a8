package table_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"runtime"
	"testing"

	"junma/handlers/table"
)

// part is one member of an archive. Its header claims claimed bytes; 0 = the truth.
type part struct {
	name    string
	text    []byte
	claimed uint64
}

// lying writes an archive whose headers claim what the parts say.
func lying(t testing.TB, parts ...part) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		var packed bytes.Buffer
		f, err := flate.NewWriter(&packed, flate.BestCompression)
		if err == nil {
			_, err = f.Write(p.text)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		h := &zip.FileHeader{
			Name: p.name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(p.text),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(p.text)),
		}
		if p.claimed > 0 {
			h.UncompressedSize64 = p.claimed
		}
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = io.Copy(w, &packed)
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

// partsOf takes a sound workbook apart.
func partsOf(t testing.TB) []part {
	t.Helper()
	raw := zipped(t, []byte(soundSheet), []byte(soundStrings))
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var parts []part
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{name: f.Name, text: text})
	}
	return parts
}

// Some kilobytes that would unpack into very many are refused, or read no further than they say, without unpacking them.
func TestBombsDoNotGoOff(t *testing.T) {
	const most, bomb = 1 << 20, 64 << 20
	blank := bytes.Repeat([]byte(" "), bomb)
	with := func(name string, text []byte, claimed uint64) []byte {
		parts := partsOf(t)
		for i := range parts {
			if parts[i].name == name {
				parts[i].text, parts[i].claimed = append(parts[i].text, text...), claimed
				return lying(t, parts...)
			}
		}
		return lying(t, append(parts, part{name, text, claimed})...)
	}
	small := make([]part, 0, 100)
	for range cap(small) {
		small = append(small, part{name: "xl/media/a.png", text: blank[:most/50]})
	}
	for name, c := range map[string]struct {
		raw  []byte
		want error // nil: the sound rows are read, and no more
	}{
		"表里全是空白":      {with("xl/worksheets/sheet1.xml", blank, 0), table.ErrTooBig},
		"表的大小是谎报的":    {with("xl/worksheets/sheet1.xml", blank, 1000), nil},
		"共享文字的大小是谎报的": {with("xl/sharedStrings.xml", blank, 500), nil},
		"夹带一张大图":      {with("xl/media/a.png", blank, 0), table.ErrTooBig},
		"大图的大小是谎报的":   {with("xl/media/a.png", blank, 1000), nil},
		"许多小图":        {lying(t, append(partsOf(t), small...)...), table.ErrTooBig},
		"大小多得加不起来":    {with("xl/media/a.png", nil, 1<<63), table.ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			rows := 0
			err := table.ReadWithin(bytes.NewReader(c.raw), most, func(table.Row) error { rows++; return nil })
			runtime.ReadMemStats(&after)
			if !errors.Is(err, c.want) || rows > 2 {
				t.Errorf("%d rows, %v, want %v", rows, err, c.want)
			}
			if spent := after.TotalAlloc - before.TotalAlloc; spent > bomb/4 {
				t.Errorf("%d bytes of an archive took %d bytes of memory", len(c.raw), spent)
			}
		})
	}
}

// What is over the limit by its own size is not read to its end.
func TestAFileWithoutEndIsRefused(t *testing.T) {
	for name, start := range map[string]string{"文本": "项目编号,项目名称\n", "工作簿": "PK\x03\x04"} {
		endless := io.MultiReader(bytes.NewReader([]byte(start)), endlessly('x'))
		if err := table.Read(endless, func(table.Row) error { return nil }); !errors.Is(err, table.ErrTooBig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// endlessly is a reader of one byte over and over.
type endlessly byte

func (e endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

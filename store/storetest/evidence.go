package storetest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"junma/store"
)

func testEvidence(t *testing.T, open Opener) {
	t.Run("存取如一", func(t *testing.T) { evidenceReturns(t, newHouse(t, open)) })
	t.Run("按内容认类型", func(t *testing.T) { evidenceTypes(t, newHouse(t, open)) })
	t.Run("太大的不收", func(t *testing.T) { evidenceTooLarge(t, newHouse(t, open)) })
	t.Run("读坏的不留", func(t *testing.T) { evidenceBroken(t, newHouse(t, open)) })
	t.Run("不按路径取", func(t *testing.T) { evidencePaths(t, newHouse(t, open)) })
}

func evidenceReturns(t *testing.T, h *house) {
	const content = "%PDF-1.7 现场照片"
	const sha = "7ffe6dfb28b228ea434e938562c8efe625082517311389a940c7875bcbbd6881"
	first, err := h.PutEvidence(context.Background(), strings.NewReader(content), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.PutEvidence(context.Background(), strings.NewReader(content), int64(len(content)))
	if err != nil || second != first {
		t.Errorf("the same again: %+v, %v; first %+v", second, err, first)
	}
	if first.Size != int64(len(content)) || first.Type != "pdf" || first.SHA256 != sha {
		t.Errorf("stored %+v", first)
	}
	h.restart()
	file, err := h.OpenEvidence(first.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, err := io.ReadAll(file); string(got) != content || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := h.OpenEvidence(strings.Repeat("0", 64)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown file gave %v", err)
	}
}

func archive(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range members {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// compound is a compound file with one stream of that name in its directory.
func compound(stream string) string {
	file := make([]byte, 2048)
	copy(file, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	entry := file[1024+128:]
	for i, c := range utf16.Encode([]rune(stream + "\x00")) {
		entry[2*i], entry[2*i+1] = byte(c), byte(c>>8)
	}
	entry[64], entry[66] = byte(2*(len(stream)+1)), 2
	return string(file)
}

func evidenceTypes(t *testing.T, h *house) {
	for _, c := range []struct{ name, content, want string }{
		{"照片", "\xff\xd8\xff\xe0 JFIF", "jpg"},
		{"图片", "\x89PNG\r\n\x1a\n...", "png"},
		{"文书", "%PDF-1.4", "pdf"},
		{"新文档", archive(t, "[Content_Types].xml", "word/document.xml"), "docx"},
		{"新表格", archive(t, "[Content_Types].xml", "xl/workbook.xml"), "xlsx"},
		{"压缩包", archive(t, "说明.txt"), "zip"},
		{"残缺的压缩包", "PK\x03\x04 and no more", ""},
		{"旧文档", compound("WordDocument"), "doc"},
		{"旧表格", compound("Workbook"), "xls"},
		{"更旧的表格", compound("Book"), "xls"},
		{"其他复合文件", compound("PowerPoint Document"), ""},
		{"可执行文件", "MZ\x90\x00", ""},
		{"网页", "<html>", ""},
		{"短文件", "\xff", ""},
		{"空文件", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			blob, err := h.PutEvidence(context.Background(), strings.NewReader(c.content), 1<<20)
			if err != nil || blob.Type != c.want {
				t.Errorf("%+v, %v; want the type %q", blob, err, c.want)
			}
		})
	}
}

func evidenceTooLarge(t *testing.T, h *house) {
	_, err := h.PutEvidence(context.Background(), strings.NewReader("0123456789"), 9)
	if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("ten bytes of nine gave %v", err)
	}
	expectNoFile(t, h)
}

func evidenceBroken(t *testing.T, h *house) {
	broken := errors.New("the connection broke")
	_, err := h.PutEvidence(context.Background(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), 1<<20)
	if !errors.Is(err, broken) {
		t.Errorf("a broken connection gave %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.PutEvidence(ctx, strings.NewReader("whole"), 1<<20); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gave %v", err)
	}
	expectNoFile(t, h)
}

// expectNoFile holds for stores whose evidence lies in the folder evidence of the house.
func expectNoFile(t *testing.T, h *house) {
	t.Helper()
	entries, err := os.ReadDir(h.dir + "/evidence")
	if err != nil || len(entries) != 0 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func evidencePaths(t *testing.T, h *house) {
	for _, name := range []string{"", ".", "../junma.db", "/etc/hostname", strings.Repeat("A", 64), strings.Repeat("0", 63)} {
		if _, err := h.OpenEvidence(name); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q gave %v", name, err)
		}
	}
}

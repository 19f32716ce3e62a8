package store

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
)

// fileType tells what a file is by its content, never by its name: jpg, png, pdf, doc, docx, xls, xlsx, zip or "".
func fileType(file io.ReaderAt, size int64) (string, error) {
	start := make([]byte, 8)
	n, err := file.ReadAt(start, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	start = start[:n]
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xd8\xff")):
		return "jpg", nil
	case bytes.HasPrefix(start, []byte("\x89PNG\r\n\x1a\n")):
		return "png", nil
	case bytes.HasPrefix(start, []byte("%PDF-")):
		return "pdf", nil
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return zipType(file, size), nil
	case bytes.Equal(start, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return compoundType(file, size)
	}
	return "", nil
}

// zipType looks into the folder of an archive: Office Open XML keeps its parts in word/ or xl/ (ECMA-376 part 2).
func zipType(file io.ReaderAt, size int64) string {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return ""
	}
	for _, member := range archive.File {
		switch {
		case strings.HasPrefix(member.Name, "word/"):
			return "docx"
		case strings.HasPrefix(member.Name, "xl/"):
			return "xlsx"
		}
	}
	return "zip"
}

// entrySize is the size of a directory entry of a compound file. Entries lie on multiples of it, as the header and all
// sectors do (MS-CFB 2.6).
const entrySize = 128

// compoundType looks for the main stream of Word or Excel 97–2003 among what may be directory entries of a compound file.
func compoundType(file io.ReaderAt, size int64) (string, error) {
	r := io.NewSectionReader(file, 0, size)
	block := make([]byte, 512*entrySize)
	for {
		n, err := io.ReadFull(r, block)
		for at := 0; at+entrySize <= n; at += entrySize {
			switch streamName(block[at : at+entrySize]) {
			case "WordDocument":
				return "doc", nil
			case "Workbook", "Book":
				return "xls", nil
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
	}
}

// streamName gives the name in a directory entry if the entry is a stream's, else "".
func streamName(entry []byte) string {
	const nameBytes, lengthAt, kindAt, stream = 64, 64, 66, 2
	length := int(binary.LittleEndian.Uint16(entry[lengthAt:])) - 2 // the name ends with a zero character
	if entry[kindAt] != stream || length <= 0 || length >= nameBytes || length%2 != 0 {
		return ""
	}
	name := make([]uint16, length/2)
	for i := range name {
		name[i] = binary.LittleEndian.Uint16(entry[2*i:])
	}
	return string(utf16.Decode(name))
}

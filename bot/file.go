package bot

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
)

// FileSender is a platform that can bring files to people. A file is handed over once and can then be sent many times.
type FileSender interface {
	// Files tells what the platform takes.
	Files() FileTraits
	// Upload hands a file over and gives the media id by which a SendFile names it. Nobody sees an upload, so it can
	// always be repeated. A file that the platform never takes is an *Error of kind Refused.
	Upload(ctx context.Context, u Upload) (media string, err error)
}

// Upload is a file to be handed to a platform.
type Upload struct {
	Name    string // with its extension
	Picture bool
	Size    int64 // bytes
	Content io.ReaderAt
}

// SendFile brings an uploaded file to a person or a group.
type SendFile struct {
	To      Address
	Name    string // as the person sees it, with its extension; a picture may be shown without
	Media   string // from Upload
	Picture bool   // uploaded as a picture, to be shown in the chat
}

func (SendFile) message() {}

// Form is how a file travels.
type Form string

// The forms.
const (
	AsPicture Form = "picture" // shown in the chat
	AsFile    Form = "file"    // offered as it is
	AsArchive Form = "zip"     // offered inside a .zip: the platform doesn't take its type
)

// FileTraits are what a platform takes. A type is a lower-case extension without its dot, such as "pdf".
type FileTraits struct {
	Pictures []string      // types that are shown in the chat
	Types    []string      // types that are offered as they are; nil = every type
	MaxSize  int64         // bytes of one file
	Lifetime time.Duration // how long an uploaded file can be sent; 0 = without end
}

// Form gives how a file of a type travels.
func (t FileTraits) Form(kind string) Form {
	switch {
	case slices.Contains(t.Pictures, kind):
		return AsPicture
	case t.Types == nil || slices.Contains(t.Types, kind):
		return AsFile
	default:
		return AsArchive
	}
}

// nameMost is how many characters of a file's name are kept, without its extension.
const nameMost = 60

// FileName makes a name that every computer takes out of one that a person gave: no separator or sign that a file
// system reads, nothing invisible, not too long, and with the extension of what the content is.
func FileName(name, extension string) string {
	stem := name
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 6 {
		stem = name[:dot]
	}
	stem = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		}
		return r
	}, stem)
	if runes := []rune(stem); len(runes) > nameMost {
		stem = string(runes[:nameMost])
	}
	stem = strings.Trim(stem, " .")
	if stem == "" {
		stem = "文件"
	}
	return stem + "." + extension
}

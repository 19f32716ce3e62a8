package dingtalk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"path"
	"slices"
	"strings"
	"time"

	"junma/bot"
)

const (
	maxUpload     = 20 << 20 // bytes of a file or picture [KB 0646]
	uploadTimeout = 40 * time.Second
	pathUpload    = "/media/upload"
)

var (
	pictureTypes = []string{"jpg", "png", "gif", "bmp"}                 // that can be uploaded as image [KB 0646]
	fileTypes    = []string{"xlsx", "pdf", "zip", "rar", "doc", "docx"} // that sampleFile takes [KB 0699]
)

// Files are the types of sampleImageMsg and sampleFile [KB 0699]. A media id can be used again and has no end [KB 0644].
func (*Platform) Files() bot.FileTraits {
	return bot.FileTraits{Pictures: pictureTypes, Types: fileTypes, MaxSize: maxUpload}
}

// Upload hands a file over: POST media/upload on the old host [KB 0646]. The vendor is told only the extension: the name
// that people see travels with the message.
func (p *Platform) Upload(ctx context.Context, u bot.Upload) (string, error) {
	kind, types := "file", fileTypes
	if u.Picture {
		kind, types = "image", pictureTypes
	}
	extension := extensionOf(u.Name)
	switch {
	case !slices.Contains(types, extension):
		return "", &bot.Error{Op: name + " " + opUpload, Kind: bot.Refused, Code: "type", Text: "the platform does not take ." + extension}
	case u.Size > maxUpload:
		return "", &bot.Error{Op: name + " " + opUpload, Kind: bot.Refused, Code: "too large", Text: "the file is larger than allowed"}
	}
	form, err := newForm("file."+extension, u)
	if err != nil {
		return "", &bot.Error{Op: name + " " + opUpload, Kind: bot.Refused, Err: err}
	}
	data, err := p.do(ctx, call{
		op: opUpload, method: "POST", url: p.opts.OAPIBase + pathUpload + "?type=" + kind, form: form, auth: authQuery, old: true,
		timeout: uploadTimeout,
	})
	if err != nil {
		if e, ok := errors.AsType[*bot.Error](err); ok && e.Kind == bot.Unknown { // nobody sees an upload
			e.Kind = bot.Retry
		}
		return "", err
	}
	var got struct {
		MediaID string `json:"media_id"`
	}
	if err := json.Unmarshal(data, &got); err != nil || got.MediaID == "" {
		return "", &bot.Error{Op: name + " " + opUpload, Kind: bot.Retry, Text: "the answer holds no media id"}
	}
	return got.MediaID, nil
}

// form is the multipart body of an upload. Its length is known before it is sent, and it can be read again.
type form struct {
	contentType string
	head, tail  []byte
	file        bot.Upload
}

func newForm(filename string, u bot.Upload) (*form, error) {
	var around bytes.Buffer
	w := multipart.NewWriter(&around)
	if _, err := w.CreateFormFile("media", filename); err != nil {
		return nil, fmt.Errorf("write form: %w", err)
	}
	head := bytes.Clone(around.Bytes())
	around.Reset()
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write form: %w", err)
	}
	return &form{contentType: w.FormDataContentType(), head: head, tail: around.Bytes(), file: u}, nil
}

func (f *form) size() int64 { return int64(len(f.head)+len(f.tail)) + f.file.Size }

func (f *form) reader() io.Reader {
	content := io.NewSectionReader(f.file.Content, 0, f.file.Size)
	return io.MultiReader(bytes.NewReader(f.head), content, bytes.NewReader(f.tail))
}

type fileBody struct {
	MediaID  string `json:"mediaId"`
	FileName string `json:"fileName"`
	FileType string `json:"fileType"`
}

type imageBody struct {
	PhotoURL string `json:"photoURL"` // an address or, as here, a media id
}

// encodeFile makes the robot message that brings an uploaded file [KB 0699]. It has no id by which the vendor would
// recognise a repetition.
func (p *Platform) encodeFile(m bot.SendFile) (envelope, error) {
	extension := extensionOf(m.Name)
	switch {
	case m.Media == "":
		return envelope{}, errors.New("a file was not uploaded")
	case m.Picture:
		return p.robotMessage(m.To, sampleImage, imageBody{m.Media})
	case !slices.Contains(fileTypes, extension):
		return envelope{}, fmt.Errorf("the platform does not take a file of type %q", extension)
	}
	return p.robotMessage(m.To, sampleFile, fileBody{MediaID: m.Media, FileName: bot.FileName(m.Name, extension), FileType: extension})
}

func extensionOf(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

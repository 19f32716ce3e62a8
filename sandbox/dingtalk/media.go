package dingtalk

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"
)

// mediaRule is what media/upload takes as one type (KB-API 0644–0646).
type mediaRule struct {
	endings []string
	most    int // bytes
}

var mediaRules = map[string]mediaRule{
	"image": {endings: []string{"jpg", "jpeg", "gif", "png", "bmp"}, most: 20 << 20},
	"voice": {endings: []string{"amr", "mp3", "wav"}, most: 2 << 20},
	"video": {endings: []string{"mp4"}, most: 20 << 20},
	"file":  {endings: []string{"doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar"}, most: 20 << 20},
}

// sampleFileTypes are the types that sampleFile takes (KB-API 0699), fewer than can be uploaded.
var sampleFileTypes = []string{"xlsx", "pdf", "zip", "rar", "doc", "docx"}

// maxUpload is the largest body of an upload: a file and the form around it.
const maxUpload = 20<<20 + 64<<10

// media is a file that was uploaded for messages.
type media struct {
	storedFile
	kind, ending string
}

// upload is POST /media/upload (KB-API 0646): a multipart form with the one part "media".
func (s *Server) upload(c *call) answer {
	kind := c.r.URL.Query().Get("type")
	rule, known := mediaRules[kind]
	if !known {
		return s.refuseOld("40004", "不合法的媒体文件类型")
	}
	name, data, ok := formFile(c.r.Header.Get("Content-Type"), c.body)
	ending := endingOf(name)
	switch {
	case !ok:
		return s.refuseOld("41005", "缺少多媒体文件数据")
	case len(data) == 0:
		return s.refuseOld("44001", "多媒体文件为空")
	case !slices.Contains(rule.endings, ending) || kind == "image" && kindOf(data) != ItemPicture:
		return s.refuseOld("40005", "不合法的文件类型")
	case len(data) > rule.most:
		return s.refuseOld("40006", "不合法的文件大小")
	}
	id := "@" + s.newID("media")
	s.media[id] = &media{storedFile: storedFile{name: name, data: data, mediaType: http.DetectContentType(data)}, kind: kind, ending: ending}
	return answer{status: http.StatusOK, json: map[string]any{
		"errcode": 0, "errmsg": "ok", "type": kind, "media_id": id, "created_at": s.opt.Now().UnixMilli(),
	}}
}

// formFile gives the file of a multipart form.
func formFile(contentType string, body []byte) (name string, data []byte, ok bool) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", nil, false
	}
	form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return "", nil, false
		}
		if part.FormName() == "media" && part.FileName() != "" {
			data, err = io.ReadAll(part)
			return part.FileName(), data, err == nil
		}
	}
}

func endingOf(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

// attachMedia puts the uploaded file that a robot message names on its item.
func (s *Server) attachMedia(it *item, params map[string]string) *problem {
	wrong := func(format string, args ...any) *problem {
		return bad("invalidParameter.msgParam.invalid", format, args...)
	}
	switch it.kind {
	case ItemImage:
		address := params["photoURL"]
		if strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
			return nil
		}
		m := s.media[address]
		if m == nil || m.kind != "image" {
			return wrong("msgParam.photoURL is neither an address nor the media id of an image")
		}
		it.files, it.links = []string{address}, nil
	case ItemFile:
		m, ending := s.media[params["mediaId"]], strings.ToLower(params["fileType"])
		switch {
		case m == nil || m.kind != "file":
			return wrong("msgParam.mediaId is not the media id of a file")
		case !slices.Contains(sampleFileTypes, ending):
			return wrong("msgParam.fileType %q is not one of %v", params["fileType"], sampleFileTypes)
		case ending != m.ending || ending != endingOf(params["fileName"]):
			return wrong("msgParam.fileType %q, fileName %q and the uploaded .%s differ", ending, params["fileName"], m.ending)
		}
		it.files, it.title = []string{params["mediaId"]}, params["fileName"]
	}
	return nil
}

// file gives what stands behind a code of an item: what a person sent, or what was uploaded. The caller holds mu.
func (s *Server) file(code string) *storedFile {
	if m := s.media[code]; m != nil {
		return &m.storedFile
	}
	return s.files[code]
}

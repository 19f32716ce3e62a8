package dingtalk_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"junma/sandbox/dingtalk"
)

// upload sends a file as a form, the way an official client does.
func (h *house) upload(kind, name string, data []byte) reply {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("media", name)
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctxOf(h.t), "POST", h.URL()+"/media/upload?type="+kind+"&access_token="+h.token, &body)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return h.do(req)
}

func Test上传媒体文件(t *testing.T) {
	h := newHouse(t, nil)
	cases := []struct {
		name, kind, file string
		data             []byte
		errcode          float64
	}{
		{"图片", "image", "现场.png", png, 0},
		{"文件", "file", "许可证.pdf", []byte("%PDF-1.4"), 0},
		{"没有这种媒体", "picture", "a.png", png, 40004},
		{"图片的扩展名是文件的", "image", "a.pdf", png, 40005},
		{"内容不是图片", "image", "a.png", []byte("%PDF-1.4"), 40005},
		{"不收的文件类型", "file", "a.txt", []byte("text"), 40005},
		{"文件没有扩展名", "file", "a", []byte("text"), 40005},
		{"空文件", "file", "a.pdf", nil, 44001},
		{"文件过大", "file", "a.pdf", make([]byte, 20<<20+1), 40006},
		{"语音过大", "voice", "a.amr", make([]byte, 2<<20+1), 40006},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := h.upload(tc.kind, tc.file, tc.data)
			id, _ := r.body["media_id"].(string)
			if r.status != 200 || r.body["errcode"] != tc.errcode || (tc.errcode == 0) != strings.HasPrefix(id, "@") {
				t.Fatalf("answer %d %v", r.status, r.body)
			}
		})
	}
	if r := h.call("POST", "/media/upload?type=file&access_token="+h.token, obj{}); r.body["errcode"] != float64(43004) {
		t.Errorf("a JSON body is answered %v", r.body)
	}
	if used := h.Meters().API.Used; used != len(cases) {
		t.Errorf("%d calls are charged for %d uploads", used, len(cases))
	}
}

func Test机器人发文件(t *testing.T) {
	h := newHouse(t, nil)
	id := func(kind, name string, data []byte) string {
		id, _ := h.upload(kind, name, data).body["media_id"].(string)
		return id
	}
	pdf, picture, xls := id("file", "a.pdf", []byte("%PDF-1.4")), id("image", "a.png", png), id("file", "a.xls", []byte("xls"))
	cases := []struct{ name, key, param, code string }{
		{"文件", "sampleFile", `{"mediaId":"` + pdf + `","fileName":"许可证.pdf","fileType":"pdf"}`, ""},
		{"图片", "sampleImageMsg", `{"photoURL":"` + picture + `"}`, ""},
		{"没有上传过", "sampleFile", `{"mediaId":"@nobody","fileName":"a.pdf","fileType":"pdf"}`, "invalidParameter.msgParam.invalid"},
		{"类型不收", "sampleFile", `{"mediaId":"` + xls + `","fileName":"a.xls","fileType":"xls"}`, "invalidParameter.msgParam.invalid"},
		{"类型与名称不符", "sampleFile", `{"mediaId":"` + pdf + `","fileName":"a.doc","fileType":"pdf"}`, "invalidParameter.msgParam.invalid"},
		{"类型与上传的不符", "sampleFile", `{"mediaId":"` + pdf + `","fileName":"a.doc","fileType":"doc"}`, "invalidParameter.msgParam.invalid"},
		{"图片当文件发", "sampleFile", `{"mediaId":"` + picture + `","fileName":"a.pdf","fileType":"pdf"}`, "invalidParameter.msgParam.invalid"},
		{"文件当图片发", "sampleImageMsg", `{"photoURL":"` + pdf + `"}`, "invalidParameter.msgParam.invalid"},
		{"没有名称", "sampleFile", `{"mediaId":"` + pdf + `","fileType":"pdf"}`, "invalidParameter.msgParam.invalid"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := h.call("POST", "/v1.0/robot/oToMessages/batchSend", obj{
				"robotCode": "sandbox-app", "userIds": []string{lin}, "msgKey": tc.key, "msgParam": tc.param,
			})
			if r.code() != tc.code {
				t.Fatalf("answer %d %v", r.status, r.body)
			}
		})
	}
	items := h.Inbox(lin)
	if len(items) != 2 || items[0].Kind != dingtalk.ItemFile || items[0].Files[0].Name != "许可证.pdf" ||
		items[1].Kind != dingtalk.ItemImage || len(items[1].Files) != 1 {
		t.Fatalf("items %+v", items)
	}
	if data, _, ok := h.File(items[0].Files[0].Code); !ok || string(data) != "%PDF-1.4" {
		t.Errorf("the received file holds %q", data)
	}
	if r := h.call("POST", "/v1.0/robot/messageFiles/download", obj{"downloadCode": pdf, "robotCode": "sandbox-app"}); r.status == 200 {
		t.Error("a media id is taken as a download code")
	}
}

package dingtalk

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// style is how a path wants its token and gives its errors.
type style int

const (
	styleNew  style = iota // api.dingtalk.com: token in a header, errors with 4xx and code
	styleOld               // oapi.dingtalk.com: token in the query, always 200 with errcode
	styleFile              // the file host: no token, plain bytes
)

type route struct {
	pattern string
	kind    string
	class   string
	style   style
	open    bool // needs no token
	form    bool // the body is a multipart form, not JSON
	handle  func(*Server, *call) answer
}

// routes is the vendor side: every path a bot may call.
func (s *Server) routes() []route {
	return []route{
		{pattern: "POST /v1.0/oauth2/accessToken", kind: KindToken, class: ClassNone, open: true, handle: (*Server).newToken},
		{pattern: "GET /gettoken", kind: KindToken, class: ClassNone, style: styleOld, open: true, handle: (*Server).oldToken},
		{pattern: "POST /v1.0/gateway/connections/open", kind: KindStreamOpen, class: ClassNone, open: true, handle: (*Server).openConnection},
		{pattern: "POST /v1.0/card/instances/createAndDeliver", kind: KindCardCreate, class: ClassAPI, handle: (*Server).createAndDeliver},
		{pattern: "POST /v1.0/card/instances/deliver", kind: KindCardDeliver, class: ClassAPI, handle: (*Server).deliver},
		{pattern: "PUT /v1.0/card/instances", kind: KindCardUpdate, class: ClassAPI, handle: (*Server).updateCard},
		{pattern: "POST /v1.0/robot/oToMessages/batchSend", kind: KindRobotOTO, class: ClassAPI, handle: (*Server).sendOTO},
		{pattern: "POST /v1.0/robot/groupMessages/send", kind: KindRobotGroup, class: ClassAPI, handle: (*Server).sendGroup},
		{pattern: "POST /v1.0/robot/messageFiles/download", kind: KindFileURL, class: ClassAPI, handle: (*Server).fileURL},
		{pattern: "POST /media/upload", kind: KindMediaUpload, class: ClassAPI, style: styleOld, form: true, handle: (*Server).upload},
		{pattern: "GET " + fileHostPath + "{token}", kind: KindFileDownload, class: ClassNone, style: styleFile, open: true, handle: (*Server).fileBytes},
		{pattern: "POST /topapi/v2/user/getbymobile", kind: KindContactMobile, class: ClassNone, style: styleOld, handle: (*Server).userByMobile},
		{pattern: "POST /robot/sendBySession", kind: KindRobotReply, class: ClassEvent, style: styleOld, open: true, handle: (*Server).sendBySession},
	}
}

var unknownRoute = route{kind: KindUnknown, class: ClassNone, open: true, handle: func(s *Server, c *call) answer {
	return s.refuse(http.StatusNotFound, "InvalidAction.NotFound", "the sandbox knows no such path")
}}

// call is one request while it is being answered.
type call struct {
	route        route
	r            *http.Request
	body         []byte
	counted      bool
	warnings     []string
	deliverFalse *Fault
}

func (c *call) warn(text string) { c.warnings = append(c.warnings, text) }

// answer is what the vendor says.
type answer struct {
	status  int
	err     string // the vendor's code when it refuses
	json    any
	raw     []byte // sent instead of json
	rawType string
}

const maxBody = 1 << 20

// serve runs one vendor call: fault, token, rate, quota, handler, journal, answer.
func (s *Server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := int64(maxBody)
		if rt.form {
			most = maxUpload
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
		c := &call{route: rt, r: r, body: body}
		s.mu.Lock()
		if s.baseURL == "" {
			s.baseURL = "http://" + r.Host
		}
		fault := s.takeFault(rt.kind)
		ans := s.answerCall(c, fault, err)
		s.noteCall(c, fault, ans)
		s.mu.Unlock()
		s.send(w, r, fault, ans)
	})
}

func (s *Server) answerCall(c *call, fault *Fault, readErr error) answer {
	if fault != nil {
		switch fault.Kind {
		case FaultRefuse, FaultHTML503, FaultPunish200, FaultCutBefore:
			return s.faultAnswer(c, fault)
		case FaultDeliverFalse:
			c.deliverFalse = fault
		}
	}
	if readErr != nil {
		return s.complain(c, http.StatusRequestEntityTooLarge, "40035", "RequestBodyTooLarge", "the body could not be read")
	}
	if ans, ok := s.admit(c); !ok {
		return ans
	}
	return c.route.handle(s, c)
}

// admit checks what the gateway checks before a call reaches its API.
func (s *Server) admit(c *call) (answer, bool) {
	want := "application/json"
	if c.route.form {
		want = "multipart/form-data"
	}
	if c.r.Method != http.MethodGet && c.route.kind != KindUnknown && !strings.HasPrefix(c.r.Header.Get("Content-Type"), want) {
		return s.complain(c, http.StatusBadRequest, "43004", "Missingbody", "the body must have Content-Type "+want), false
	}
	if !c.route.open {
		if ans, ok := s.checkToken(c); !ok {
			return ans, false
		}
		if !s.withinQPS() {
			return s.complain(c, http.StatusForbidden, "90018", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "too many calls in this second"), false
		}
	}
	if !s.spend(c.route.class) {
		return s.complain(c, http.StatusForbidden, "90020", "Forbidden.AccessDenied.ApiCountLimitForOrg", "the organisation's monthly quota is used up"), false
	}
	c.counted = c.route.class != ClassNone
	return answer{}, true
}

// complain refuses a call in the manner of its path.
func (s *Server) complain(c *call, status int, errcode, code, message string) answer {
	if c.route.style == styleOld {
		return s.refuseOld(errcode, message)
	}
	return s.refuse(status, code, message)
}

// refuse is an error of the new gateway (DP, KB-API 0013).
func (s *Server) refuse(status int, code, message string) answer {
	return answer{status: status, err: code, json: map[string]any{
		"code": code, "message": message, "requestid": s.newID("req-"),
	}}
}

// refuseOld is an error of the old API: HTTP 200 with errcode (KB-API 0013).
func (s *Server) refuseOld(errcode, message string) answer {
	n, err := strconv.Atoi(errcode)
	if err != nil {
		n = -1
	}
	return answer{status: http.StatusOK, err: strconv.Itoa(n), json: map[string]any{
		"errcode": n, "errmsg": message, "request_id": s.newID("req-"),
	}}
}

func (s *Server) faultAnswer(c *call, f *Fault) answer {
	switch f.Kind {
	case FaultHTML503:
		return answer{status: http.StatusServiceUnavailable, err: "html503", rawType: "text/html; charset=utf-8", raw: []byte("<html><body>503 Service Unavailable</body></html>")}
	case FaultPunish200: // the answer to a banned address (KB-API 1433)
		return answer{status: http.StatusOK, err: "punish", json: map[string]any{
			"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": s.newID(""),
		}}
	case FaultCutBefore:
		return answer{err: "cut"}
	}
	status, code, message := f.Status, f.Code, f.Message
	orDefault(&status, http.StatusInternalServerError)
	if c.route.style != styleOld {
		orString(&code, "system.busy")
	}
	orString(&message, "refused by a fault of the sandbox")
	return s.complain(c, status, code, code, message)
}

func (s *Server) noteCall(c *call, fault *Fault, ans answer) {
	e := Entry{
		Kind: c.route.kind, Method: c.r.Method, Path: maskURL(c.r.URL), Status: ans.status, Class: c.route.class,
		Counted: c.counted, Error: ans.err, Warnings: c.warnings, Request: maskJSON(c.body),
	}
	if ans.json != nil {
		e.Response = maskJSON(mustJSON(ans.json))
	}
	if fault != nil {
		e.Fault = fault.Kind
		if fault.Kind == FaultCutAfter {
			e.Status = 0
		}
	}
	s.note(e)
}

// send writes the answer, or drops the connection as the fault says. mu is not held.
func (s *Server) send(w http.ResponseWriter, r *http.Request, fault *Fault, ans answer) {
	if fault != nil {
		switch fault.Kind {
		case FaultCutBefore, FaultCutAfter:
			panic(http.ErrAbortHandler) // net/http closes the connection without an answer
		case FaultSlow:
			s.hold(r, time.Duration(fault.Ms)*time.Millisecond)
		}
	}
	data, contentType := ans.raw, ans.rawType
	if ans.json != nil {
		data, contentType = mustJSON(ans.json), "application/json;charset=utf-8"
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(ans.status)
	_, _ = w.Write(data)
}

// hold keeps an answer back for d, or until the caller or the server goes away.
func (s *Server) hold(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.done:
	}
}

// decode reads the body into v. A field the documents do not know is taken, as the vendor does, and
// becomes a warning of the journal.
func (c *call) decode(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return errors.New("the body does not have the documented shape: " + err.Error())
	}
	strict := json.NewDecoder(bytes.NewReader(c.body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(v); err != nil {
		c.warn(err.Error())
	}
	return nil
}

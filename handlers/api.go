package handlers

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"junma/store"
)

// Access says which bearer tokens open the API (contract): IntakeTokens for projects and reading, AdminTokens for the
// roster. An empty list opens nothing, and neither does an empty token.
type Access struct {
	IntakeTokens []string
	AdminTokens  []string
}

// mostBody is the largest request body, in bytes (contract: 64 MiB).
const mostBody = 64 << 20

// API serves /api/v1/ (contract). Every answer is JSON; every error is a Chinese sentence that says what to do next.
// Phone numbers are neither returned nor logged.
func (h *Handlers) API(a Access) http.Handler {
	intake, admin := digests(a.IntakeTokens), digests(a.AdminTokens)
	mux := http.NewServeMux()
	mux.Handle("POST /api/v1/projects", guarded(intake, "intake_tokens", h.postProjects))
	mux.Handle("POST /api/v1/roster", guarded(admin, "admin_tokens", h.postRoster))
	mux.Handle("GET /api/v1/projects/{id}", guarded(intake, "intake_tokens", h.getProject))
	mux.Handle("GET /api/v1/cases", guarded(intake, "intake_tokens", h.getCases))
	mux.Handle("/", guarded(append(intake, admin...), "intake_tokens 或 admin_tokens", nowhere))
	return mux
}

// digests hashes the tokens, so that comparing them takes the same time whatever their length.
func digests(tokens []string) [][sha256.Size]byte {
	var all [][sha256.Size]byte
	for _, token := range tokens {
		if token != "" {
			all = append(all, sha256.Sum256([]byte(token)))
		}
	}
	return slices.Clip(all)
}

// guarded lets a request through that carries one of the tokens; all of them are compared, each in constant time.
func guarded(tokens [][sha256.Size]byte, setting string, serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		given := sha256.Sum256([]byte(strings.TrimSpace(token)))
		match := 0
		for _, wanted := range tokens {
			match |= subtle.ConstantTimeCompare(given[:], wanted[:])
		}
		if match == 0 || !strings.EqualFold(scheme, "Bearer") {
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, "令牌缺失或无效,请在 Authorization 头中写 Bearer 加配置项 "+setting+" 中的一个令牌。")
			return
		}
		serve(w, r)
	})
}

// methods are the paths there are and what may be done there, for those who tried something else.
var methods = map[string]string{"/api/v1/projects": "POST", "/api/v1/roster": "POST", "/api/v1/cases": "GET"}

// nowhere answers everything that is not one of the doors.
func nowhere(w http.ResponseWriter, r *http.Request) {
	allowed := methods[r.URL.Path]
	if strings.HasPrefix(r.URL.Path, "/api/v1/projects/") {
		allowed = "GET"
	}
	if allowed == "" {
		refuse(w, http.StatusNotFound, "没有这个接口地址,请对照接口说明检查路径。")
		return
	}
	w.Header().Set("Allow", allowed)
	refuse(w, http.StatusMethodNotAllowed, "这个地址只支持 "+allowed+" 方法。")
}

func (h *Handlers) postProjects(w http.ResponseWriter, r *http.Request) {
	kind, ok := content(w, r, "application/json", "application/x-ndjson")
	if !ok {
		return
	}
	query, ok := parameters(w, r, "baseline")
	if !ok {
		return
	}
	baseline := query.Get("baseline")
	if baseline != "" && baseline != "true" && baseline != "false" {
		refuse(w, http.StatusBadRequest, "参数 baseline 应为 true 或 false,现为“"+baseline+"”。")
		return
	}
	result, err := h.TakeRecords(r.Context(), body(w, r), kind == "application/x-ndjson", baseline == "true")
	h.answer(w, r, err, result, func(sentence string) any {
		return struct {
			failure
			IntakeResult
		}{failure{sentence}, result}
	})
}

func (h *Handlers) postRoster(w http.ResponseWriter, r *http.Request) {
	if _, ok := content(w, r, "application/json"); !ok {
		return
	}
	if _, ok := parameters(w, r); !ok {
		return
	}
	result, err := h.TakeRoster(r.Context(), body(w, r))
	h.answer(w, r, err, result, func(sentence string) any {
		return struct {
			failure
			RosterResult
		}{failure{sentence}, result}
	})
}

// answer writes what was taken, or why it could not be taken together with what was taken before.
func (h *Handlers) answer(w http.ResponseWriter, r *http.Request, err error, result any, failed func(sentence string) any) {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case err == nil:
		write(w, http.StatusOK, result)
	case r.Context().Err() != nil:
		h.Log.Info("client left before the answer", "path", r.URL.Path)
	case tooLarge:
		write(w, http.StatusRequestEntityTooLarge, failed(tooLargeSentence))
	case errors.Is(err, errNothingRead):
		write(w, http.StatusBadRequest, failed("内容无法读取,没有处理任何记录,请按 errors 中的说明更正后重新报送。"))
	case errors.Is(err, errBrokenOff):
		write(w, http.StatusBadRequest, failed("内容没有收全,请重新报送;已处理的记录重复报送不会重复处理。"))
	default:
		h.Log.Error("request failed", "path", r.URL.Path, "error", err)
		write(w, http.StatusServiceUnavailable, failed("暂时无法保存,请稍后重新报送;已处理的记录重复报送不会重复处理。"))
	}
}

const tooLargeSentence = "内容超过 64 MiB,请分批报送;已处理的记录重复报送不会重复处理。"

// content checks what the body is said to be, and gives its media type.
func content(w http.ResponseWriter, r *http.Request, kinds ...string) (string, bool) {
	given := r.Header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(given)
	charset := params["charset"]
	encoding := r.Header.Get("Content-Encoding")
	if err != nil || !slices.Contains(kinds, kind) || charset != "" && !strings.EqualFold(charset, "utf-8") {
		refuse(w, http.StatusUnsupportedMediaType, "Content-Type 应为 "+either(kinds)+"(UTF-8),现为“"+shown([]byte(given))+"”。")
		return "", false
	}
	if encoding != "" && encoding != "identity" {
		refuse(w, http.StatusUnsupportedMediaType, "不支持压缩的内容,请去掉 Content-Encoding 后重新报送。")
		return "", false
	}
	if r.ContentLength > mostBody {
		refuse(w, http.StatusRequestEntityTooLarge, tooLargeSentence)
		return "", false
	}
	return kind, true
}

func body(w http.ResponseWriter, r *http.Request) io.Reader {
	return http.MaxBytesReader(w, r.Body, mostBody)
}

// parameters gives the query, in which only the known names may stand, each once: a misspelt filter must not be taken
// for none.
func parameters(w http.ResponseWriter, r *http.Request, known ...string) (url.Values, bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, "地址中的参数无法读取,请检查百分号编码。")
		return nil, false
	}
	for name, values := range query {
		if !slices.Contains(known, name) {
			sentence := fmt.Sprintf("没有参数“%s”", shown([]byte(name)))
			if len(known) > 0 {
				sentence += ",可用的参数:" + strings.Join(known, "、")
			}
			refuse(w, http.StatusBadRequest, sentence+"。")
			return nil, false
		}
		if len(values) > 1 {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("参数“%s”只能写一次。", name))
			return nil, false
		}
	}
	return query, true
}

func (h *Handlers) getProject(w http.ResponseWriter, r *http.Request) {
	if _, ok := parameters(w, r); !ok {
		return
	}
	var shownProject projectView
	err := h.Store.View(r.Context(), func(v *store.View) (err error) {
		shownProject, err = h.viewProject(v, r.PathValue("id"))
		return err
	})
	h.read(w, r, shownProject, err, "没有编号为“"+shown([]byte(r.PathValue("id")))+"”的项目,请核对编号。")
}

// read writes what was read, or why it could not be.
func (h *Handlers) read(w http.ResponseWriter, r *http.Request, found any, err error, missing string) {
	switch {
	case err == nil:
		write(w, http.StatusOK, found)
	case errors.Is(err, store.ErrNotFound):
		refuse(w, http.StatusNotFound, missing)
	case errors.Is(err, store.ErrPage):
		refuse(w, http.StatusBadRequest, "参数 page_token 无效,请原样使用上一页答复中的 next_page_token。")
	case r.Context().Err() != nil:
		h.Log.Info("client left before the answer", "path", r.URL.Path)
	default:
		h.Log.Error("request failed", "path", r.URL.Path, "error", err)
		refuse(w, http.StatusServiceUnavailable, "暂时无法读取,请稍后重试。")
	}
}

// failure is the body of an answer that is not a success.
type failure struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, status int, sentence string) { write(w, status, failure{sentence}) }

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // only a client that has left makes this fail
}

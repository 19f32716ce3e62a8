// Package sandbox is the place to try the bot in without any account: a web page on loopback that shows
// the phones of a pretend organisation side by side, with a clock that can be moved and a way to break
// things on purpose.
//
// The page is plain HTML, CSS and JavaScript embedded in the program. It asks nothing of any other host
// and has no build step. Everything a visitor does goes through the control API of [dingtalk.Server] and
// from there to the bot by the same ways as in the real client, so what the page shows is what the bot
// did.
//
// [New] serves, on one address:
//
//   - the page at /, its parts under /page/;
//   - the clock: GET and POST /sandbox/clock and the events of /sandbox/clock/events;
//   - everything else as [dingtalk.Server.Handler] does: the vendor's paths and the control API.
//
// The page, its parts and everything under /sandbox/ are for this machine only.
package sandbox

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"path"
	"time"

	"junma/sandbox/dingtalk"
)

//go:embed page
var parts embed.FS

var index = template.Must(template.ParseFS(parts, "page/index.html"))

// policy lets the page load from its own address only, and run none but its own scripts.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const (
	defaultTitle  = "骏马助手 · 模拟环境"
	defaultNotice = "模拟环境:不是真的钉钉,人物、项目和日期均为虚构"
)

// Options is what the page shows. Server and Clock are needed.
type Options struct {
	Server *dingtalk.Server
	Clock  Clock
	Title  string // of the page; default 骏马助手 · 模拟环境
	Notice string // the red line at its top; default says that it is pretend

	// History reports how much of the pretend past has been lived through, with a few words on what is
	// going on. It is called from several goroutines. While done < total the clock cannot be moved by
	// hand. nil = there is no past.
	History func() (done, total int, label string)

	// Context ends moves of the clock that are under way and the pages' event streams; default never.
	Context context.Context
	// Log hears why a move of the clock failed; default slog.Default().
	Log *slog.Logger
}

// New serves the page and the pretend server behind it.
func New(o Options) http.Handler {
	if o.Title == "" {
		o.Title = defaultTitle
	}
	if o.Notice == "" {
		o.Notice = defaultNotice
	}
	if o.History == nil {
		o.History = func() (int, int, string) { return 0, 0, "" }
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	clock := &mover{options: o, seq: time.Now().UnixMilli()} // beyond the numbers of an earlier run, which an open page knows
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", dingtalk.Guard(home(o)))
	mux.Handle("GET /page/{name}", dingtalk.Guard(sealed(http.HandlerFunc(part))))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("GET /sandbox/clock", dingtalk.Guard(http.HandlerFunc(clock.show)))
	mux.Handle("POST /sandbox/clock", dingtalk.Guard(http.HandlerFunc(clock.post)))
	mux.Handle("GET /sandbox/clock/events", dingtalk.Guard(http.HandlerFunc(clock.events)))
	mux.Handle("/", o.Server.Handler())
	return mux
}

// home is the page itself.
func home(o Options) http.Handler {
	return sealed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var page bytes.Buffer
		if err := index.Execute(&page, struct{ Title, Notice string }{o.Title, o.Notice}); err != nil {
			o.Log.Error("sandbox page was not drawn", "error", err)
			http.Error(w, "页面没有画出来,原因见程序日志。", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page.Bytes())
	}))
}

// sealed adds the headers that keep the page to itself. Its parts are fetched anew each time, so that
// a newer program never meets an older script.
func sealed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// mediaTypes are the kinds of parts there are. They are told by name, since a machine's own table of
// types may say otherwise and a browser runs no script of a wrong type.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
}

// part is one style sheet or script of the page.
func part(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := parts.ReadFile("page/" + name)
	mediaType := mediaTypes[path.Ext(name)]
	if err != nil || mediaType == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(data)
}

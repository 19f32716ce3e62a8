package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"junma/sandbox"
	"junma/sandbox/dingtalk"
)

// stage is a page on its own address, with a clock of the test.
type stage struct {
	t      *testing.T
	url    string
	server *dingtalk.Server
	clock  *testClock
}

func newStage(t *testing.T, change func(*sandbox.Options)) *stage {
	t.Helper()
	clock := newTestClock()
	server := dingtalk.New(dingtalk.Options{Now: clock.Now, QPS: -1})
	options := sandbox.Options{Server: server, Clock: clock, Context: t.Context()}
	if change != nil {
		change(&options)
	}
	ts := httptest.NewServer(sandbox.New(options))
	t.Cleanup(func() {
		ts.CloseClientConnections()
		ts.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stage{t: t, url: ts.URL, server: server, clock: clock}
}

// ask sends a request with headers given as pairs and returns the answer with its body read.
func (s *stage) ask(method, path, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	client := http.Client{Timeout: 20 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(text)
}

var (
	partOfHTML   = regexp.MustCompile(`(?:src|href)="(/[^"]*)"`)
	partOfScript = regexp.MustCompile(`from '\./([^']+)'`)
	otherHost    = regexp.MustCompile(`(?i)\b[a-z]+://|["'(]//[a-z0-9]`)
)

// allParts fetches the page and, from what it names, every style sheet and script.
func (s *stage) allParts() map[string]string {
	s.t.Helper()
	_, html := s.ask("GET", "/", "")
	parts := map[string]string{"/": html}
	var wanted []string
	for _, m := range partOfHTML.FindAllStringSubmatch(html, -1) {
		wanted = append(wanted, m[1])
	}
	for len(wanted) > 0 {
		name := wanted[0]
		wanted = wanted[1:]
		if _, have := parts[name]; have {
			continue
		}
		resp, text := s.ask("GET", name, "")
		if resp.StatusCode != http.StatusOK {
			s.t.Fatalf("%s, named by the page, answered %d", name, resp.StatusCode)
		}
		parts[name] = text
		for _, m := range partOfScript.FindAllStringSubmatch(text, -1) {
			wanted = append(wanted, path.Join(path.Dir(name), m[1]))
		}
	}
	return parts
}

func TestPageIsWholeAndOffline(t *testing.T) {
	s := newStage(t, nil)
	parts := s.allParts()
	for _, needed := range []string{"/page/style.css", "/page/phone.css", "/page/app.js", "/page/phone.js", "/page/markdown.js"} {
		if parts[needed] == "" {
			t.Errorf("the page does not load %s", needed)
		}
	}
	for name, text := range parts {
		if found := otherHost.FindString(text); found != "" {
			t.Errorf("%s names another host: %q", name, found)
		}
		if strings.Contains(text, "innerHTML") || strings.Contains(text, "insertAdjacentHTML") {
			t.Errorf("%s turns text into markup", name)
		}
	}
	if strings.Contains(parts["/"], "style=") || strings.Contains(parts["/"], "onclick") {
		t.Error("the page has inline styles or handlers, which its policy forbids")
	}
}

func TestPageHeaders(t *testing.T) {
	s := newStage(t, nil)
	for file, mediaType := range map[string]string{
		"/": "text/html; charset=utf-8", "/page/style.css": "text/css; charset=utf-8", "/page/app.js": "text/javascript; charset=utf-8",
	} {
		resp, _ := s.ask("GET", file, "")
		if got := resp.Header.Get("Content-Type"); got != mediaType {
			t.Errorf("%s has Content-Type %q, want %q", file, got, mediaType)
		}
		if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s has the policy %q", file, csp)
		}
		if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be taken for another type", file)
		}
	}
	for _, absent := range []string{"/page/", "/page/index.html", "/page/nothing.js", "/page/..%2fpage.go"} {
		if resp, _ := s.ask("GET", absent, ""); resp.StatusCode == http.StatusOK {
			t.Errorf("%s is served", absent)
		}
	}
}

func TestPageSaysThatItIsPretend(t *testing.T) {
	_, html := newStage(t, nil).ask("GET", "/", "")
	if !strings.Contains(html, "模拟环境:不是真的钉钉,人物、项目和日期均为虚构") {
		t.Error("the page does not say that it is pretend")
	}
	_, html = newStage(t, func(o *sandbox.Options) { o.Title, o.Notice = "试<用>", "时限为<b>示例</b>" }).ask("GET", "/", "")
	for _, want := range []string{"<title>试&lt;用&gt;</title>", "时限为&lt;b&gt;示例&lt;/b&gt;"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

func TestOtherPathsGoToThePretendServer(t *testing.T) {
	s := newStage(t, nil)
	resp, body := s.ask("POST", "/v1.0/oauth2/accessToken", `{"appKey":"sandbox-app","appSecret":"sandbox-secret"}`, "Content-Type", "application/json")
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "accessToken") {
		t.Errorf("the token call answered %d %s", resp.StatusCode, body)
	}
	if resp, body = s.ask("GET", "/sandbox/state", ""); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"rev"`) {
		t.Errorf("the control API answered %d %s", resp.StatusCode, body)
	}
	if resp, _ = s.ask("GET", "/v9.9/unknown", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown path answered %d", resp.StatusCode)
	}
	s.ask("GET", "/favicon.ico", "")
	if n := s.server.Counts()[dingtalk.KindUnknown]; n != 1 {
		t.Errorf("the journal counts %d unknown calls, want the bot's one and not the browser's", n)
	}
}

func TestOnlyThisMachineMayLook(t *testing.T) {
	s := newStage(t, nil)
	own := strings.TrimPrefix(s.url, "http://")
	cases := []struct {
		name   string
		header []string
		want   int
	}{
		{"本机", nil, 200},
		{"自己的网页", []string{"Origin", s.url}, 200},
		{"别处的网页", []string{"Origin", "http://evil.example"}, 403},
		{"别的端口的网页", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"换了域名指向本机", []string{"Host", "evil.example"}, 403},
		{"用localhost打开", []string{"Host", "localhost" + own[strings.Index(own, ":"):]}, 200},
	}
	for _, c := range cases {
		for _, path := range []string{"/", "/page/app.js", "/sandbox/clock", "/sandbox/state"} {
			if resp, _ := s.ask("GET", path, "", c.header...); resp.StatusCode != c.want {
				t.Errorf("%s: GET %s answered %d, want %d", c.name, path, resp.StatusCode, c.want)
			}
		}
		headers := append([]string{"Content-Type", "application/json"}, c.header...)
		if resp, _ := s.ask("POST", "/sandbox/clock", `{"to":"+1h"}`, headers...); resp.StatusCode != c.want {
			t.Errorf("%s: POST /sandbox/clock answered %d, want %d", c.name, resp.StatusCode, c.want)
		}
	}
}

// What the pretend server calls by program names has a Chinese name on the page.
func TestPageNamesEverything(t *testing.T) {
	s := newStage(t, nil)
	_, words := s.ask("GET", "/page/words.js", "")
	named := func(name string) bool {
		return regexp.MustCompile(`(?m)[{,[\s]'?` + regexp.QuoteMeta(name) + `'?[:,]`).MatchString(words)
	}
	for _, sw := range s.server.SwitchTable() {
		_, entry, found := strings.Cut(words, "\n  "+sw.Name+": [")
		entry, _, _ = strings.Cut(entry, "\n")
		if !found {
			t.Errorf("switch %s has no Chinese name", sw.Name)
			continue
		}
		for _, v := range sw.Values {
			if !regexp.MustCompile(`[{ ]` + v + `: '`).MatchString(entry) {
				t.Errorf("value %s of switch %s has no Chinese name", v, sw.Name)
			}
		}
	}
	for _, kind := range []string{
		dingtalk.KindToken, dingtalk.KindStreamOpen, dingtalk.KindStreamConnect, dingtalk.KindCardCreate, dingtalk.KindCardDeliver,
		dingtalk.KindCardUpdate, dingtalk.KindRobotOTO, dingtalk.KindRobotGroup, dingtalk.KindRobotReply, dingtalk.KindFileURL,
		dingtalk.KindFileDownload, dingtalk.KindContactMobile, dingtalk.KindPushMessage, dingtalk.KindPushCard, dingtalk.KindUnknown,
		dingtalk.FaultSlow, dingtalk.FaultRefuse, dingtalk.FaultHTML503, dingtalk.FaultPunish200, dingtalk.FaultCutBefore,
		dingtalk.FaultCutAfter, dingtalk.FaultDeliverFalse, dingtalk.FaultDuplicate, dingtalk.FaultEverywhere, dingtalk.FaultLate,
	} {
		if !named(kind) {
			t.Errorf("%s has no Chinese name", kind)
		}
	}
}

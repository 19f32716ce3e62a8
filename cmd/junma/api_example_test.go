package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// example is one request of docs/api.md with the answer that stands below it.
type example struct {
	method, path, kind string
	body               []byte
	status, answer     string
}

var (
	fence     = regexp.MustCompile("(?ms)^```(\\w+)(?: ([^\n]*))?\n(.*?)^```$")
	curlURL   = regexp.MustCompile(`http://127\.0\.0\.1:8090(/\S+)`)
	curlQuery = regexp.MustCompile(`--data-urlencode ([a-z_]+)=(\S+)`)
)

// examples reads the fenced blocks of the page: a request, ```json POST PATH or a curl that reads, then ```json STATUS.
func examples(t *testing.T, page string) []example {
	t.Helper()
	var all []example
	var asked *example
	for _, block := range fence.FindAllStringSubmatch(page, -1) {
		language, info, text := block[1], block[2], block[3]
		method, path, isRequest := strings.Cut(info, " ")
		switch {
		case isRequest:
			asked = &example{method: method, path: path, kind: "application/" + strings.Replace(language, "ndjson", "x-ndjson", 1), body: []byte(text)}
		case language == "sh":
			query := url.Values{}
			for _, pair := range curlQuery.FindAllStringSubmatch(text, -1) {
				query.Set(pair[1], pair[2])
			}
			asked = &example{method: http.MethodGet, path: curlURL.FindStringSubmatch(text)[1] + "?" + query.Encode()}
		case asked != nil:
			asked.status, asked.answer = info, text
			all = append(all, *asked)
			asked = nil
		}
	}
	return all
}

// What docs/api.md shows is what the service does: every request of the page is sent to the whole program, in the
// page's order, and what the page shows of the answer is in the answer.
func TestDocumentedExamplesAreTrue(t *testing.T) {
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	all := examples(t, string(page))
	if len(all) != 9 || all[0].path != "/api/v1/roster" {
		t.Fatalf("the page has %d examples, starting with %+v", len(all), all[0])
	}
	w := documentedWorld(t, all[0].body)
	for _, e := range all {
		t.Run(e.method+" "+e.path, func(t *testing.T) {
			code, answer := w.ask(t, e)
			var shown, got any
			if err := json.Unmarshal([]byte(e.answer), &shown); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			if missing := lacks(got, shown, ""); code != e.status || missing != "" {
				t.Errorf("the answer is %s %s\nwhich is not as the page says: %s", code, answer, missing)
			}
		})
	}
}

// Every field that the two doors for reading return stands on the page.
func TestEveryReturnedFieldIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	w := startWorld(t, "")
	w.play(t, []string{"project", "p2", "red_count=1", "investment_wan=60000", "in_zone=true", "energy=true"},
		[]string{"stage", "p2", "立项", "start=2026-01-04"}, []string{"light", "p2", "入统", "红", "since=2026-02-10", "ref=HZ-0002", "baseline"})
	mainScenario(t, w)
	for _, path := range []string{"/api/v1/projects/p1", "/api/v1/projects/p2", "/api/v1/cases?limit=1", "/readyz"} {
		var answer any
		if err := w.get(t.Context(), path, &answer); err != nil {
			t.Fatal(err)
		}
		for _, field := range fields(answer) {
			if !bytes.Contains(page, []byte("`"+field+"`")) && !bytes.Contains(page, []byte("`"+field+"[]`")) {
				t.Errorf("%s returns the field %s, of which the page says nothing", path, field)
			}
		}
	}
}

// documentedWorld is a world on the day of the page, with the page's people in the pretend DingTalk.
func documentedWorld(t *testing.T, roster []byte) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := newWorld(ctx, t.TempDir(), time.Date(2026, 5, 20, 1, 0, 0, 0, time.UTC), "", roster)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		for _, line := range w.log.takeErrors() {
			t.Errorf("unexpected error in the log: %s", line)
		}
	})
	return w
}

// ask sends an example when everything before it is done and delivered, and gives status and body of the answer.
func (w *world) ask(t *testing.T, e example) (code string, answer []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, e.method, "http://"+w.app.Addr()+e.path, bytes.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	token := intakeToken
	if strings.HasSuffix(e.path, "/roster") {
		token = adminToken
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", e.kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(resp.StatusCode), answer
}

// lacks says what of want is not in got: each member of an object must be there, each element of a list be in the list,
// and an empty list be empty. Instants may be told in another zone.
func lacks(got, want any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		object, _ := got.(map[string]any)
		for name, value := range want {
			if missing := lacks(object[name], value, path+"."+name); missing != "" {
				return missing
			}
		}
		return ""
	case []any:
		list, isList := got.([]any)
		if !isList || len(want) == 0 && len(list) > 0 {
			return fmt.Sprintf("%s is %v", path, got)
		}
		for i, value := range want {
			if !has(list, value) {
				return fmt.Sprintf("%s[%d] is not there", path, i)
			}
		}
		return ""
	default:
		if got != want && !sameInstant(got, want) {
			return fmt.Sprintf("%s is %v, not %v", path, got, want)
		}
		return ""
	}
}

// sameInstant reports whether two values are the same instant, perhaps in different zones.
func sameInstant(a, b any) bool {
	at, err1 := time.Parse(time.RFC3339, fmt.Sprint(a))
	other, err2 := time.Parse(time.RFC3339, fmt.Sprint(b))
	return err1 == nil && err2 == nil && at.Equal(other)
}

func has(list []any, value any) bool {
	for _, element := range list {
		if lacks(element, value, "") == "" {
			return true
		}
	}
	return false
}

// fields gives the names of all members, at any depth; those of parties in the list of cases are Chinese words.
func fields(value any) []string {
	var names []string
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if name < "\u0080" && name != "dingtalk" {
				names = append(names, name)
			}
			names = append(names, fields(inner)...)
		}
	case []any:
		for _, inner := range value {
			names = append(names, fields(inner)...)
		}
	}
	return names
}

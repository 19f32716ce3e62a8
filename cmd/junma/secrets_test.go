package main

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"testing"

	"junma/sandbox/dingtalk"
)

// confidential is everything of a run that no log may show: the credentials of both sides, what the pretend DingTalk
// gives out as access tokens, tickets, sessions and file addresses, and telephone numbers.
var confidential = regexp.MustCompile(testClientSecret + `|` + intakeToken + `|` + adminToken +
	`|(tok|tic|ses)[A-Za-z0-9]{24}|/filehost/\w+|/robot/sendBySession|139\d{8}`)

// No secret is logged at any level, whatever happens: the main scenario with a report and its picture, through lost
// answers, refused tokens and downloads, a spent quota, dropped connections and refused tickets, with people looked up
// by telephone number, strangers, and callers with wrong tokens.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "")
	for _, f := range []dingtalk.Fault{
		{Route: "card.create", Kind: "cut-after", Count: 2},
		{Route: "card.create", Kind: "refuse", Count: 2, Status: 400, Code: "InvalidAuthentication"},
		{Route: "card.update", Kind: "cut-before", Count: 1},
		{Route: "robot.reply", Kind: "cut-before", Count: 1},
		{Route: "robot.reply", Kind: "html503", Count: 1},
		{Route: "file.url", Kind: "refuse", Count: 1, Status: 500, Code: "system.error"},
		{Route: "file.download", Kind: "cut-after", Count: 2},
		{Route: "token", Kind: "html503", Count: 1},
		{Route: "contact.mobile", Kind: "cut-after", Count: 1},
		{Route: "push.message", Kind: "cut-after", Count: 1},
	} {
		w.fault(t, f)
	}
	w.sandbox.AddPeople(dingtalk.Person{ID: "user-tel", Name: "电某", Mobile: "13900001111", Visible: true},
		dingtalk.Person{ID: "user-guest", Name: "客某", Visible: true})
	for _, roster := range []string{
		`{"people":[{"id":"tel","name":"电某","unit":"下涯镇","role":"责任领导","mobile":"13900001111","active":true}]}`,
		`{"people":[{"id":"nobody","name":"无某","unit":"下涯镇","role":"责任领导","mobile":"13900002222","active":true}]}`,
		`{"people":[{"id":"wrong","name":"错某","unit":"下涯镇","role":"责任领导","mobile":"139000033334","active":true}]}`,
		`{"people":[{"id":"broken","mobile":"13900004444"`,
	} {
		answer := w.postRaw(t, "/api/v1/roster", adminToken, roster)
		if found := confidential.FindString(answer); found != "" {
			t.Errorf("the answer shows %.12q…: %s", found, answer)
		}
	}
	w.postRaw(t, "/api/v1/roster", intakeToken, `{}`)
	w.postRaw(t, "/api/v1/projects", adminToken, `[]`)

	mainScenario(t, w)
	w.fault(t, dingtalk.Fault{Route: "stream.open", Kind: "refuse", Count: 1, Status: 401, Code: "authFailed"})
	w.fault(t, dingtalk.Fault{Route: "stream.connect", Kind: "refuse", Count: 1, Status: 401})
	w.play(t, []string{"stream", "drop"})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.sandbox.Wait(ctx, func() bool {
		return len(w.sandbox.Faults()) == 0 && len(w.sandbox.Connections()) == 1
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.sandbox.Say(dingtalk.SayRequest{User: "user-guest", Text: "帮助 13900005555"}); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	log := w.log.text()
	for _, line := range bytes.Split([]byte(log), []byte("\n")) {
		if confidential.Match(line) {
			t.Errorf("the log shows a secret: %s", line)
		}
	}
	for _, said := range []string{"dingtalk answered a call", "a delivery did not go through", "dingtalk stream not connected"} {
		if !bytes.Contains([]byte(log), []byte(said)) {
			t.Errorf("the run did not come to %q, so it proves little", said)
		}
	}
}

func (w *world) fault(t *testing.T, f dingtalk.Fault) {
	t.Helper()
	if _, err := w.sandbox.SetFault(f); err != nil {
		t.Fatal(err)
	}
}

// postRaw posts a body and gives the answer, whatever it is.
func (w *world) postRaw(t *testing.T, path, token, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.app.Addr()+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.Status + "\n" + answer.String()
}

package dingtalk_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"junma/bot"
	"junma/bot/dingtalk"
)

// odd is a platform whose every call but the token is answered by answer.
func odd(t *testing.T, answer http.HandlerFunc) *dingtalk.Platform {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1.0/oauth2/accessToken" {
			fmt.Fprint(w, `{"accessToken":"tok","expireIn":7200}`)
			return
		}
		answer(w, r)
	}))
	p := dingtalk.New(dingtalk.Options{
		ClientID: clientID, ClientSecret: bot.NewSecret(clientSecret), APIBase: server.URL, OAPIBase: server.URL,
		RequestsPerSec: 1000,
	})
	t.Cleanup(server.Close)
	t.Cleanup(p.Close)
	return p
}

// Each answer that the vendor's documents know, and some that only the field knows, and what the dispatcher is told.
func TestAnswers(t *testing.T) {
	const forbidden = "Forbidden.AccessDenied."
	for _, c := range []struct {
		name   string
		status int
		body   string
		kind   bot.ErrorKind
		after  time.Duration
	}{
		{"每秒次数(应用)", 403, `{"code":"` + forbidden + `QpsLimitForAppkeyAndApi","message":"m","requestid":"r"}`, bot.Throttled, time.Second},
		{"每秒次数(接口)", 403, `{"code":"` + forbidden + `QpsLimitForApi"}`, bot.Throttled, time.Second},
		{"每分钟次数", 403, `{"code":"` + forbidden + `QpmLimitForAppkeyAndApi"}`, bot.Throttled, 20 * time.Second},
		{"月额度用完", 403, `{"code":"` + forbidden + `ApiCountLimitForOrg"}`, bot.Spent, 0},
		{"没有权限", 403, `{"code":"` + forbidden + `AccessTokenPermissionDenied","accessdenieddetail":{"requiredScopes":["Card.Instance.Write"]}}`, bot.Retry, 0},
		{"IP不在名单", 403, `{"code":"` + forbidden + `IpNotInWhiteList"}`, bot.Retry, 0},
		{"发送过快", 400, `{"code":"send.too.fast"}`, bot.Throttled, time.Second},
		{"429", 429, `{"code":"Throttling.Api"}`, bot.Throttled, time.Second},
		{"参数错", 400, `{"code":"param.openSpaceIdInvalid"}`, bot.Refused, 0},
		{"模板未发布", 400, `{"code":"param.templateUnpublished"}`, bot.Refused, 0},
		{"用户不存在", 400, `{"code":"param.userIdNotExist"}`, bot.Gone, 0},
		{"卡片不存在", 400, `{"code":"param.cardNotExist"}`, bot.Gone, 0},
		{"系统忙", 500, `{"code":"system.busy"}`, bot.Retry, 0},
		{"系统错", 500, `{"code":"system.error"}`, bot.Unknown, 0},
		{"网关超时", 504, `{"code":"ServiceTimeout"}`, bot.Unknown, 0},
		{"401 两次", 401, `{"code":"whatever"}`, bot.Retry, 0},
		{"封禁", 200, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`, bot.Throttled, 5 * time.Minute},
		{"网页 503", 503, `<html>503</html>`, bot.Retry, 0},
		{"网页 429", 429, `<html>429</html>`, bot.Throttled, time.Second},
		{"网页 400", 400, `<html>400</html>`, bot.Unknown, 0},
		{"网页 200", 200, `<html>login</html>`, bot.Unknown, 0},
		{"空的 200", 200, ``, bot.Unknown, 0},
		{"数组", 200, `[]`, bot.Unknown, 0},
		{"没有回执", 200, `{"success":true,"result":{"outTrackId":"c1"}}`, bot.Unknown, 0},
		{"不成功", 200, `{"success":false}`, bot.Retry, 0},
		{"跳转", 302, `{}`, bot.Refused, 0},
		{"编号是数字", 400, `{"code":400,"message":7}`, bot.Refused, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := odd(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			})
			_, err := send(t, p)
			if e := wantKind(t, err, c.kind); e.After != c.after {
				t.Errorf("wait %v, want %v", e.After, c.after)
			}
			if c.name == "没有权限" && !strings.Contains(err.Error(), "Card.Instance.Write") {
				t.Errorf("the error doesn't name the scope: %v", err)
			}
		})
	}
}

func TestOldAnswers(t *testing.T) {
	for _, c := range []struct {
		name, body string
		kind       bot.ErrorKind
	}{
		{"没有此人", `{"errcode":60121,"errmsg":"找不到该用户"}`, bot.Gone},
		{"每秒次数", `{"errcode":90018,"errmsg":"m"}`, bot.Throttled},
		{"接口每秒次数", `{"errcode":90002,"errmsg":"m"}`, bot.Throttled},
		{"月额度", `{"errcode":90020,"errmsg":"m"}`, bot.Spent},
		{"网关里的额度", `{"errcode":88,"sub_code":"90020","sub_msg":"m"}`, bot.Spent},
		{"上游超时", `{"errcode":15,"errmsg":"isp.top-remote-connection-timeout"}`, bot.Unknown},
		{"系统忙", `{"errcode":-1,"errmsg":"系统繁忙"}`, bot.Retry},
		{"手机号错", `{"errcode":40104,"errmsg":"m"}`, bot.Refused},
		{"凭据错两次", `{"errcode":40014,"errmsg":"m"}`, bot.Retry},
		{"没有 errcode", `{"result":{"userid":"u"}}`, bot.Unknown},
		{"成功而没有人", `{"errcode":0,"result":{}}`, bot.Gone},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := odd(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.body) })
			_, err := p.UserByMobile(t.Context(), mobile)
			wantKind(t, err, c.kind)
			if strings.Contains(err.Error(), mobile) || strings.Contains(err.Error(), "tok") {
				t.Errorf("the error shows too much: %v", err)
			}
		})
	}
}

func TestHugeAnswerIsNotReadToItsEnd(t *testing.T) {
	p := odd(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for range 64 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		fmt.Fprint(w, `{"success":true}`)
	})
	_, err := send(t, p)
	wantKind(t, err, bot.Unknown)
}

// A throttle holds every call back for its moment. How long to leave a banned address alone is the caller's to decide: it
// may be let through earlier or later than the answer says, and a call that tries must not be held.
func TestThrottlePausesEveryCallAndABanNone(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		answer string
		after  time.Duration
		calls  int
	}{
		"限流": {403, `{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"}`, time.Second, 1},
		"封禁": {200, `{"status":1111,"wait":5,"punish":"deny"}`, 5 * time.Minute, 2},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			p := odd(t, func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.answer)
			})
			_, err := send(t, p)
			wantKind(t, err, bot.Throttled)
			if e, ok := errors.AsType[*bot.Error](err); !ok || e.After != tt.after {
				t.Errorf("%v asks for a pause, want %s", err, tt.after)
			}
			ctx, cancel := contextWithin(20 * time.Millisecond)
			defer cancel()
			payload, err := p.Encode(cardFor(toLin))
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Send(ctx, payload)
			wantKind(t, err, bot.Throttled)
			if calls != tt.calls {
				t.Errorf("%d calls, want %d", calls, tt.calls)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	listener.Close()
	p := dingtalk.New(dingtalk.Options{ClientID: clientID, ClientSecret: bot.NewSecret(clientSecret), APIBase: base, OAPIBase: base})
	_, err = send(t, p)
	e := wantKind(t, err, bot.Retry)
	if strings.Contains(e.Error(), base) {
		t.Errorf("the error shows the request's address: %v", e)
	}
}

func TestCallersEndBeforeAnythingWasSent(t *testing.T) {
	p := odd(t, func(http.ResponseWriter, *http.Request) { t.Error("a call was made") })
	ctx, cancel := contextWithin(time.Minute)
	cancel()
	payload, err := p.Encode(cardFor(toLin))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Send(ctx, payload)
	wantKind(t, err, bot.Retry)
}

func TestSilenceAfterTheRequestWasWritten(t *testing.T) {
	release := make(chan struct{})
	p := odd(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	ctx, cancel := contextWithin(100 * time.Millisecond)
	defer cancel()
	payload, err := p.Encode(cardFor(toLin))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Send(ctx, payload)
	wantKind(t, err, bot.Unknown)
}

func TestFileWhoseAddressIsStrange(t *testing.T) {
	for name, body := range map[string]string{
		"没有地址": `{}`, "不是网址": `{"downloadUrl":"file:///etc/passwd"}`, "过期": `{"downloadUrl":"SELF/gone?sign=topsecret"}`,
	} {
		t.Run(name, func(t *testing.T) {
			p := odd(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/gone" {
					http.Error(w, "expired", http.StatusForbidden)
					return
				}
				fmt.Fprint(w, strings.ReplaceAll(body, "SELF", "http://"+r.Host))
			})
			var got bytes.Buffer
			err := p.Fetch(t.Context(), bot.File{Ref: "code"}, &got, 100)
			wantKind(t, err, bot.Retry)
			if got.Len() > 0 || strings.Contains(err.Error(), "topsecret") {
				t.Errorf("%d bytes, %v", got.Len(), err)
			}
		})
	}
}

func TestFileCutShort(t *testing.T) {
	p := odd(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/file" {
			fmt.Fprintf(w, `{"downloadUrl":"http://%s/file?sign=topsecret"}`, r.Host)
			return
		}
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "only a part")
	})
	var got bytes.Buffer
	err := p.Fetch(t.Context(), bot.File{Ref: "code"}, &got, 1000)
	wantKind(t, err, bot.Retry)
}

func send(t *testing.T, p *dingtalk.Platform) (bot.Receipt, error) {
	t.Helper()
	payload, err := p.Encode(cardFor(toLin))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := contextWithin(patience)
	defer cancel()
	return p.Send(ctx, payload)
}

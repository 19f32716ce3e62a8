package dingtalk

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"junma/bot"
)

// gateway is every shape in which the vendor says how a call went: the new API's error, the old API's errcode, and the
// answer to an address that is banned for calling too often [KB 0013, 1433].
type gateway struct {
	Code    loose `json:"code"`
	Message loose `json:"message"`
	Denied  struct {
		RequiredScopes []string `json:"requiredScopes"`
	} `json:"accessdenieddetail"`

	ErrCode *loose `json:"errcode"`
	ErrMsg  loose  `json:"errmsg"`
	SubCode loose  `json:"sub_code"`
	SubMsg  loose  `json:"sub_msg"`

	Success *bool `json:"success"`
	Status  loose `json:"status"`
	Wait    loose `json:"wait"` // minutes
	Punish  loose `json:"punish"`
}

// Waits after a throttle [KB 1433]: at least a second for a limit per second.
const (
	waitSecond = time.Second
	waitMinute = 20 * time.Second // a limit per minute
	waitBanned = 5 * time.Minute  // an address banned for 10 000 calls in 20 s
)

// newCodes tells what to do on a code of the new API [KB 0013, 0714, 0783, 1433]. A name ending in a point matches
// every code that begins with it. What is not here is Refused with 4xx and Unknown with 5xx.
var newCodes = []struct {
	code  string
	kind  bot.ErrorKind
	after time.Duration
}{
	{"Forbidden.AccessDenied.ApiCountLimitForOrg", bot.Spent, 0},
	{"Forbidden.AccessDenied.AccessTokenPermissionDenied", bot.Retry, 0}, // an administrator mends it; the message is
	{"Forbidden.AccessDenied.IpNotInWhiteList", bot.Retry, 0},            // right and must not be lost meanwhile
	{"Forbidden.AccessDenied.QpsLimit", bot.Throttled, waitSecond},
	{"Forbidden.AccessDenied.QpmLimit", bot.Throttled, waitMinute},
	{"Throttling", bot.Throttled, waitSecond},
	{"send.too.fast", bot.Throttled, waitSecond},
	{"system.busy", bot.Retry, 0},
	{"param.userIdNotExist", bot.Gone, 0},
	{"param.cardNotExist", bot.Gone, 0},
	{"robot.notInGroup", bot.Gone, 0},
	{"invalidParameter.openConversationId", bot.Gone, 0},
	{"invalidParameter.downloadCode", bot.Gone, 0},
}

// oldCodes tells what to do on an errcode of the old API [KB 0013, 0056, 1433]. What is not here is Refused.
var oldCodes = map[string]struct {
	kind  bot.ErrorKind
	after time.Duration
}{
	"-1":     {bot.Retry, 0},                                                   // system busy
	"15":     {bot.Unknown, 0},                                                 // isp.top-remote-connection-timeout
	"90020":  {bot.Spent, 0},                                                   // monthly quota
	"90018":  {bot.Throttled, waitSecond},                                      // per app and API
	"90002":  {bot.Throttled, waitSecond},                                      // per API
	"410100": {bot.Throttled, waitMinute},                                      // robot messages per minute
	"33012":  {bot.Gone, 0},                                                    // no such user
	"60121":  {bot.Gone, 0},                                                    // no user of this mobile
	"300001": {bot.Gone, 0},                                                    // no such session
	"40014":  {bot.Retry, 0}, "42001": {bot.Retry, 0}, "41001": {bot.Retry, 0}, // token: fetched anew before anyone sees this
}

// verdict says what an answer means: nil for success. It looks for the vendor's own word, never at HTTP 200 alone.
func (a *answer) verdict(c call) *bot.Error {
	e := &bot.Error{Op: c.name(), Code: strconv.Itoa(a.status)}
	var g gateway
	if len(a.body) > maxAnswer || json.Unmarshal(a.body, &g) != nil || !isObject(a.body) {
		return a.strange(e)
	}
	switch {
	case g.Punish != "" || g.Status == "1111":
		e.Kind, e.Code, e.Text, e.After = bot.Throttled, "1111", "the address is banned for calling too often", waitBanned
		if minutes := g.Wait.int(); minutes > 0 && minutes < 60 {
			e.After = time.Duration(minutes) * time.Minute
		}
		return e
	case g.ErrCode != nil:
		return a.oldVerdict(e, &g)
	case a.status == http.StatusOK && g.Success != nil && !*g.Success:
		e.Kind, e.Text = bot.Retry, cut(string(g.Message), 300)
		return e
	case a.status == http.StatusOK && !c.old:
		return nil
	case a.status == http.StatusOK:
		e.Kind, e.Text = bot.Unknown, "the answer has no errcode"
		return e
	}
	return a.newVerdict(e, &g)
}

func (a *answer) newVerdict(e *bot.Error, g *gateway) *bot.Error {
	if g.Code != "" {
		e.Code = string(g.Code)
	}
	e.Text = cut(string(g.Message), 300)
	if scopes := g.Denied.RequiredScopes; len(scopes) > 0 {
		e.Text += " (required: " + strings.Join(scopes, ", ") + ")"
	}
	if a.status == http.StatusUnauthorized || e.Code == "InvalidAuthentication" {
		a.tokenRefused = true // [KB 0013]: an expired token is 400, some clients meet 401
		e.Kind = bot.Retry
		return e
	}
	for _, row := range newCodes {
		if strings.HasPrefix(e.Code, row.code) {
			e.Kind, e.After = row.kind, row.after
			return e
		}
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		e.Kind, e.After = bot.Throttled, retryAfter(a.header)
	case a.status == http.StatusServiceUnavailable:
		e.Kind = bot.Retry
	case a.status >= 500: // 504 is the gateway's own timeout: the call may have been carried out
		e.Kind = bot.Unknown
	default:
		e.Kind = bot.Refused
	}
	return e
}

func (a *answer) oldVerdict(e *bot.Error, g *gateway) *bot.Error {
	code := string(*g.ErrCode)
	if code == "0" {
		return nil
	}
	e.Code, e.Text, e.Kind = code, cut(string(g.ErrMsg), 300), bot.Refused
	if code == "88" { // the gateway of the old API: the true code is inside
		code = string(g.SubCode)
		e.Code, e.Text = "88/"+code, cut(string(g.SubMsg), 300)
	}
	if row, known := oldCodes[code]; known {
		e.Kind, e.After = row.kind, row.after
	}
	a.tokenRefused = code == "40014" || code == "42001" || code == "41001"
	return e
}

// strange judges an answer that is no JSON object: pages of gateways and proxies.
func (a *answer) strange(e *bot.Error) *bot.Error {
	e.Text = "the answer is not JSON"
	switch a.status {
	case http.StatusTooManyRequests:
		e.Kind, e.After = bot.Throttled, retryAfter(a.header)
	case http.StatusServiceUnavailable:
		e.Kind = bot.Retry
	default:
		e.Kind = bot.Unknown
	}
	return e
}

func isObject(data []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(data[:min(len(data), 64)]), " \t\r\n\ufeff"), "{")
}

// retryAfter reads the header in seconds; at least one.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 1 {
		return waitSecond
	}
	return time.Duration(min(seconds, 3600)) * time.Second
}

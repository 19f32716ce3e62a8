package dingtalk

import (
	"net/http"
	"time"
)

type accessToken struct {
	value   string
	expires time.Time // machine time
	spent   map[string]bool
}

// currentToken returns the app's token: the same one, renewed, while it is valid (KB-API 0033).
func (s *Server) currentToken() string {
	now := time.Now()
	if s.token.value == "" || !now.Before(s.token.expires) {
		s.retireToken()
		s.token.value = s.newID("tok")
	}
	s.token.expires = now.Add(s.opt.TokenLifetime)
	return s.token.value
}

// retireToken remembers the present token as expired. The caller holds mu.
func (s *Server) retireToken() {
	if s.token.spent == nil {
		s.token.spent = map[string]bool{}
	}
	if s.token.value != "" {
		s.token.spent[s.token.value] = true
	}
	s.token.value = ""
}

// ExpireToken makes the token now in use invalid at once; the next token call makes a new one.
func (s *Server) ExpireToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retireToken()
	s.bump()
}

func (s *Server) newToken(c *call) answer {
	var req struct {
		AppKey    string `json:"appKey"`
		AppSecret string `json:"appSecret"`
	}
	if err := c.decode(&req); err != nil {
		return s.refuse(http.StatusBadRequest, "Missingbody", err.Error())
	}
	if req.AppKey != s.opt.ClientID || req.AppSecret != s.opt.ClientSecret {
		return s.refuse(http.StatusBadRequest, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
	}
	return answer{status: http.StatusOK, json: map[string]any{
		"accessToken": s.currentToken(), "expireIn": int(s.opt.TokenLifetime.Seconds()),
	}}
}

func (s *Server) oldToken(c *call) answer {
	q := c.r.URL.Query()
	if q.Get("appkey") != s.opt.ClientID || q.Get("appsecret") != s.opt.ClientSecret {
		return s.refuseOld("40089", "不合法的appKey或appSecret")
	}
	return answer{status: http.StatusOK, json: map[string]any{
		"errcode": 0, "errmsg": "ok", "access_token": s.currentToken(), "expires_in": int(s.opt.TokenLifetime.Seconds()),
	}}
}

// checkToken admits a call that carries the valid token in the place its path wants. An invalid or
// expired one is HTTP 400 InvalidAuthentication on new paths (KB-API 0013), not 401.
func (s *Server) checkToken(c *call) (answer, bool) {
	got := c.r.Header.Get("x-acs-dingtalk-access-token")
	if c.route.style == styleOld {
		got = c.r.URL.Query().Get("access_token")
	}
	if got != "" && got == s.token.value && time.Now().Before(s.token.expires) {
		return answer{}, true
	}
	if c.route.style != styleOld {
		return s.refuse(http.StatusBadRequest, "InvalidAuthentication", "不合法的access_token"), false
	}
	switch {
	case got == "":
		return s.refuseOld("41001", "缺少access_token参数"), false
	case s.token.spent[got] || got == s.token.value:
		return s.refuseOld("42001", "access_token超时"), false
	default:
		return s.refuseOld("40014", "不合法的access_token"), false
	}
}

// userByMobile is topapi/v2/user/getbymobile (KB-API 0056).
func (s *Server) userByMobile(c *call) answer {
	var req struct {
		Mobile                        string `json:"mobile"`
		SupportExclusiveAccountSearch bool   `json:"support_exclusive_account_search"`
	}
	if err := c.decode(&req); err != nil || req.Mobile == "" {
		return s.refuseOld("400002", "无效的参数")
	}
	if !isMobile(req.Mobile) {
		return s.refuseOld("40104", "不合法的手机号")
	}
	for _, id := range s.order {
		if p := s.people[id]; p.Mobile == req.Mobile && !p.Outsider {
			return answer{status: http.StatusOK, json: map[string]any{
				"errcode": 0, "errmsg": "ok", "request_id": s.newID("req-"),
				"result": map[string]any{"userid": p.ID, "exclusive_account_userid_list": []string{}},
			}}
		}
	}
	return s.refuseOld("60121", "找不到该用户")
}

func isMobile(number string) bool {
	if len(number) != 11 || number[0] != '1' {
		return false
	}
	for _, r := range number {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

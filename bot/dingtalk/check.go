package dingtalk

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"junma/bot"
)

const opOpen = "stream.open"

// probe is one call that changes nothing and reaches nobody. The platform looks at the scope first, so that a complaint
// about the content is a proof of the scope.
type probe struct {
	what  string
	minor bool   // the service does without it
	scope string // "" = none is needed
	call  call
	fine  []string // codes, or beginnings of codes, that prove that the call was allowed
}

// Check tries the credentials, the Stream gateway and each scope [DP permission]. It makes three metered calls.
func (p *Platform) Check(ctx context.Context) []bot.Finding {
	if _, err := p.tokens.fetch(ctx); err != nil {
		return []bot.Finding{p.finding(probe{what: "应用凭证"}, err)} // without it all others fail likewise
	}
	findings := []bot.Finding{{What: "应用凭证", OK: true}}
	probes, err := p.probes()
	if err != nil {
		return append(findings, p.finding(probe{what: "权限"}, err))
	}
	for _, one := range probes {
		_, err := p.do(ctx, one.call)
		findings = append(findings, p.finding(one, err))
	}
	return findings
}

func (p *Platform) probes() ([]probe, error) {
	type object = map[string]any
	bodies := []any{
		object{ // sells a ticket that nobody uses: no connection is opened, no push goes astray [DP protocol.md]
			"clientId": p.opts.ClientID, "clientSecret": p.opts.ClientSecret.Reveal(), "ua": "junma",
			"subscriptions": []object{{"type": "CALLBACK", "topic": "/v1.0/card/instances/callback"}},
		},
		updateRequest{ // a card that there is not
			OutTrackID: "junma-check-" + rand.Text(), CardData: cardParams{map[string]string{"title": "junma"}},
			CardUpdateOptions: byKey, UserIDType: 1,
		},
		object{"robotCode": p.opts.RobotCode, "userIds": []string{}, "msgKey": "sampleText", "msgParam": `{"content":"junma"}`},
		object{"mobile": "1"},
	}
	probes := []probe{
		{what: "Stream 长连接", call: call{op: opOpen, method: "POST", url: p.opts.APIBase + "/v1.0/gateway/connections/open"}},
		{
			what: "互动卡片", scope: "Card.Instance.Write", fine: []string{"param.cardNotExist"},
			call: call{op: opUpdate, method: "PUT", url: p.opts.APIBase + "/v1.0/card/instances", auth: authHeader},
		},
		{
			what: "机器人发消息", scope: "qyapi_robot_sendmsg", fine: []string{"invalidParameter", "Missing", "param."},
			call: call{op: opOneToOne, method: "POST", url: p.opts.APIBase + "/v1.0/robot/oToMessages/batchSend", auth: authHeader},
		},
		{
			what: "按手机号找人", minor: true, scope: "qyapi_get_member_by_mobile", fine: []string{"40104", "400002", "60121"},
			call: call{op: opMobile, method: "POST", url: p.opts.OAPIBase + "/topapi/v2/user/getbymobile", auth: authQuery, old: true},
		},
	}
	for i, body := range bodies {
		data, err := marshal(body)
		if err != nil {
			return nil, err
		}
		probes[i].call.body = data
	}
	return probes, nil
}

func (p *Platform) finding(one probe, err error) bot.Finding {
	f := bot.Finding{What: one.what}
	if one.scope != "" {
		f.What += "(权限 " + one.scope + ")"
	}
	e, ok := errors.AsType[*bot.Error](err)
	fine := func(code string) bool { return strings.HasPrefix(e.Code, code) }
	if err == nil || ok && e.Err == nil && slices.ContainsFunc(one.fine, fine) {
		f.OK = true
		return f
	}
	if !ok {
		f.Say = "没有试成:" + p.redact(err.Error())
		return f
	}
	f.Minor = one.minor
	f.Say = p.mend(one, e)
	if one.minor {
		f.Say += "名册里只写手机号的人才用到;都写了账号的不必开。"
	}
	return f
}

// mend says what to do about a refusal. Codes: [KB 0013, 0033, 1433], [DP permission].
func (p *Platform) mend(one probe, e *bot.Error) string {
	code := e.Code
	switch {
	case e.Err != nil:
		return "连不上平台。请检查网络、代理和防火墙(须能访问 api.dingtalk.com、oapi.dingtalk.com、wss-open-connection.dingtalk.com 的443端口)。"
	case code == "Forbidden.AccessDenied.AccessTokenPermissionDenied", code == "60011", code == "88/60011":
		return "没有权限。请在开发者后台该应用的“权限管理”中开通 " + one.scope + ",再发布一个新版本。" + p.said(e)
	case code == "Forbidden.AccessDenied.IpNotInWhiteList":
		return "本机的出口 IP 不在白名单。请在开发者后台“安全设置”的服务器出口 IP 中加上。" + p.said(e)
	case code == "invalidClientIdOrSecret", code == "authFailed", code == "401":
		return "client_id 或 client_secret 不对。请从开发者后台“凭证与基础信息”重新复制。" + p.said(e)
	case code == "robot.oto.notExist", code == "chatbotId.notAllow.sendOTO":
		return "没有这个机器人。请在应用里添加机器人并发布,robot_code 留空或填开发者后台所示的编码。" + p.said(e)
	case e.Kind == bot.Spent:
		return "本月的调用额度已用完,下月恢复或购买后再试。" + p.said(e)
	case e.Kind == bot.Throttled:
		return "平台要求放慢,请过几分钟再试。" + p.said(e)
	}
	return "没有试成,请对照平台的说明。" + p.said(e)
}

// said quotes the platform.
func (p *Platform) said(e *bot.Error) string {
	return "(平台答复:" + strings.TrimSpace(e.Code+" "+p.redact(e.Text)) + ")"
}

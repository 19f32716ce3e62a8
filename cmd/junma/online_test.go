package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"junma/sandbox/dingtalk"
)

// stoppedWorld is a world with a roster in its database, whose service has been stopped.
func stoppedWorld(t *testing.T) *world {
	t.Helper()
	w := startWorld(t, "")
	if err := stopApp(w.app); err != nil {
		t.Fatal(err)
	}
	w.app = nil
	return w
}

// check runs `junma check -c … ARG…` and gives its exit code and everything it printed.
func (w *world) check(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	code := run(ctx, append([]string{"check", "-c", w.configPath()}, args...), &out, &out)
	if strings.Contains(out.String(), testClientSecret) {
		t.Errorf("the secret is printed:\n%s", &out)
	}
	return code, out.String()
}

func TestCheckOnlineSaysHowToMend(t *testing.T) {
	denied := func(route, code string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			t.Helper()
			fault := dingtalk.Fault{Route: route, Kind: dingtalk.FaultRefuse, Status: 403, Code: code, Message: "the app may not do this"}
			if _, err := w.sandbox.SetFault(fault); err != nil {
				t.Fatal(err)
			}
		}
	}
	const noScope = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
	tests := []struct {
		name  string
		spoil func(*testing.T, *world)
		code  int
		want  []string
	}{
		{"一切正常", func(*testing.T, *world) {}, 0, []string{
			"[好] 数据库", "[好] 佐证材料文件夹", "[好] 应用凭证", "[好] Stream 长连接", "[好] 互动卡片(权限 Card.Instance.Write)",
			"[好] 机器人发消息(权限 qyapi_robot_sendmsg)", "[好] 按手机号找人", "[好] 名册中的人员", "[好] 协调群:第一级",
		}},
		{"没有卡片权限", denied("card.update", noScope), 1, []string{"[错] 互动卡片", "开通 Card.Instance.Write,再发布一个新版本", "[好] 机器人发消息"}},
		{"没有机器人权限", denied("robot.oto", noScope), 1, []string{"[错] 机器人发消息", "开通 qyapi_robot_sendmsg"}},
		{"没有通讯录权限", denied("contact.mobile", "60011"), 0, []string{"[注意] 按手机号找人", "开通 qyapi_get_member_by_mobile"}},
		{"出口地址不在白名单", denied("card.update", "Forbidden.AccessDenied.IpNotInWhiteList"), 1, []string{"出口 IP 不在白名单"}},
		{"额度用完", denied("robot.oto", "Forbidden.AccessDenied.ApiCountLimitForOrg"), 1, []string{"本月的调用额度已用完"}},
		{"密钥不对", denied("token", "invalidClientIdOrSecret"), 1, []string{"[错] 应用凭证:client_id 或 client_secret 不对", "重新复制"}},
		{"平台连不上", func(_ *testing.T, w *world) { w.sandbox.Close() }, 1, []string{"[错] 应用凭证:连不上平台", "防火墙"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := stoppedWorld(t)
			tt.spoil(t, w)
			code, said := w.check(t, "--online")
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, text := range tt.want {
				if !strings.Contains(said, text) {
					t.Errorf("%q is not said", text)
				}
			}
			if t.Failed() {
				t.Log(said)
			}
		})
	}
}

// Looking is not touching: nobody sees anything of the check, and no connection takes presses from the service.
func TestCheckOnlineDisturbsNobody(t *testing.T) {
	w := startWorld(t, "")
	code, said := w.check(t, "--online")
	if code != 0 || !strings.Contains(said, "正由运行中的 junma 使用") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
	for name, user := range w.userOf {
		if items := w.sandbox.Inbox(user); len(items) > 0 {
			t.Errorf("%s got %d messages", name, len(items))
		}
	}
	if n := len(w.sandbox.Connections()); n != 1 {
		t.Errorf("%d connections, want the service's own", n)
	}
	code, said = w.check(t, "--online", "--to", w.userOf["陈某"])
	if code != 1 || !strings.Contains(said, "请先停下服务,再试发") {
		t.Errorf("with the service running, --to gives exit code %d:\n%s", code, said)
	}
}

func TestCheckToLearnsWhatHoldsOnThisTenant(t *testing.T) {
	tests := []struct {
		name       string
		set, value string
		press      []string // what the person presses, one after the other
		code       int
		want       []string
	}{
		{"应答更新卡片", "", "", []string{"第一步", "第二步", "第三步"}, 0, []string{
			"[好] 卡片创建并送达", "[好] 按键带回编号", "[好] 按键的应答更新了卡片", "[好] 之后的更新到达卡片", "answer_redraws = true",
		}},
		{"应答不更新卡片", dingtalk.AckData, "ignore", []string{"第一步", "第一步", "第一步", "第三步"}, 0, []string{
			"[好] 按键带回编号", "[注意] 按键的应答更新了卡片", "[好] 之后的更新到达卡片", "answer_redraws = false",
		}},
		{"按键不带参数,只带编号", dingtalk.ButtonParams, "drop", []string{"第一步", "第二步", "第三步"}, 0, []string{"[好] 按键带回编号"}},
		{"收件人不在可见范围", "", "", nil, 1, []string{"[错] 卡片创建并送达", "可见范围"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := stoppedWorld(t)
			user := w.userOf["陈某"]
			if tt.set != "" {
				if err := w.sandbox.SetSwitch(tt.set, tt.value); err != nil {
					t.Fatal(err)
				}
			}
			if tt.press == nil {
				w.sandbox.AddPeople(dingtalk.Person{ID: user, Name: "陈某", Visible: false})
			}
			person := make(chan error, 1)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			go func() { person <- pressInTurn(ctx, w.sandbox, user, tt.press) }()
			code, said := w.check(t, "--online", "--to", user)
			if err := <-person; err != nil {
				t.Errorf("the person: %v", err)
			}
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, text := range tt.want {
				if !strings.Contains(said, text) {
					t.Errorf("%q is not said", text)
				}
			}
			if t.Failed() {
				t.Log(said)
			}
		})
	}
}

// pressInTurn is a person who presses each button as soon as the card shows it.
func pressInTurn(ctx context.Context, s *dingtalk.Server, user string, labels []string) error {
	for _, label := range labels {
		var card dingtalk.CardView
		err := s.Wait(ctx, func() bool {
			for _, c := range s.Cards(user) {
				if _, shown := c.Button(label); shown {
					card = c
					return true
				}
			}
			return false
		})
		if err != nil {
			return err
		}
		if _, err := s.Press(ctx, user, card.OutTrackID, label); err != nil {
			return err
		}
	}
	return nil
}

// Nobody presses: the check ends by itself and says so.
func TestCheckToWithoutAPress(t *testing.T) {
	w := stoppedWorld(t)
	code, said := w.check(t, "--online", "--to", w.userOf["陈某"], "--wait", (10 * time.Millisecond).String())
	if code != 1 || !strings.Contains(said, "没有等到按键") || !strings.Contains(said, "Stream") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
}

package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/app"
)

// environment is what the tests' ${NAME} stand for.
func environment(name string) (string, bool) {
	values := map[string]string{
		"JUNMA_INTAKE_TOKEN": "intake-1", "JUNMA_ADMIN_TOKEN": "admin-1", "DINGTALK_CLIENT_SECRET": "secret-1",
	}
	value, ok := values[name]
	return value, ok
}

func parse(t *testing.T, text string) *app.Config {
	t.Helper()
	c, err := app.ParseConfig([]byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEmptyConfigIsTheDefaults(t *testing.T) {
	c := parse(t, "")
	if c.Service.Addr != "127.0.0.1:8090" || c.Store.SQLitePath() != "junma.db" || c.Store.Evidence != "evidence" {
		t.Errorf("service and store = %+v %+v", c.Service, c.Store)
	}
	if got := c.Service.IntakeTokens[0].Reveal(); got != "intake-1" {
		t.Errorf("intake token = %q, want the environment's", got)
	}
	if c.DingTalk.ClientID != "" || !c.DingTalk.AnswerRedraws || c.DingTalk.RequestsPerSec != 20 {
		t.Errorf("dingtalk = %+v", c.DingTalk)
	}
}

// Each wrong configuration gets every fault at once, with the key, the value and what is allowed.
func TestWrongConfigurations(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"不认识的键", "[service]\nadr = \"x\"\n", []string{"第2行第1列 service.adr:没有这个配置项,请核对名称"}},
		{"不认识的段", "[dingding]\nx = 1\n", []string{"第1行第2列 dingding:没有这个配置项,请核对名称"}},
		{"两处不认识的键一次报出", "[service]\na = 1\nb = 2\n", []string{"service.a", "service.b"}},
		{"类型不符", "[push]\ncycle_days = \"三十\"\n", []string{"第2行第14列 push.cycle_days:应为整数(不带引号)"}},
		{"多处类型不符一次报出", "[service]\naddr = 8090\nintake_tokens = \"t\"\n[limits]\naccept_samples = \"是\"\n[tier]\nby_count = [\"一\"]\n[[limit]]\nstage = 6\n", []string{
			"第2行第8列 service.addr:应为带引号的文字", `第3行第17列 service.intake_tokens:应为文字列表,例如 ["…", "…"]`,
			"第5行第18列 limits.accept_samples:应为 true 或 false(不带引号)", "第7行第13列 tier.by_count:应为整数列表,例如 [1, 2, 3]",
			"第9行第9列 limit.stage:应为带引号的文字",
		}},
		{"一节写成一项", "push = 1\nlimit = 2\n[service]\nadr = 1\n", []string{"第1行第8列 push:应为 [push] 写的一段", "第2行第9列 limit:应为 [[limit]] 写的若干行", "service.adr"}},
		{"值分几行", "[push]\nhours = [\n\"09:00\",\n\"18:00\"]\n", []string{"第2行第9列 push.hours:应为带引号的文字"}},
		{"不是TOML", "[service\n", []string{"第1行第9列:不是合法的 TOML"}},
		{"一项写了两次", "[service]\naddr = \"a\"\naddr = \"b\"\n", []string{"第3行第1列", "同一项是否写了两次"}},
		{"不认识的键与别的错误一次报出", "[service]\nadr = 1\naddr = \"x\"\n[push]\npushes = 0\n", []string{"service.adr", "service.addr", "push.pushes"}},
		{"端口太大", "[service]\naddr = \"127.0.0.1:99999\"\n", []string{`service.addr = "127.0.0.1:99999":应为 地址:端口,例如 127.0.0.1:8090`}},
		{"空令牌", "[service]\nintake_tokens = [\"a\", \"\"]\n", []string{"service.intake_tokens[1]:令牌不能为空;不开放这类接口时写 []"}},
		{"地址没有端口", "[service]\naddr = \"127.0.0.1\"\n", []string{`service.addr = "127.0.0.1":应为 地址:端口,例如 127.0.0.1:8090`}},
		{"对外网址尚未用到", "[service]\npublic_url = \"https://junma.example\"\n", []string{`service.public_url = "https://junma.example":尚未用到(企业微信回调时才需要),请留空`}},
		{"数据库种类", "[store]\nurl = \"postgres://u:p@h/db\"\n", []string{"store.url", "目前只支持 sqlite:文件路径"}},
		{"没有佐证文件夹", "[store]\nevidence = \"\"\n", []string{"store.evidence:应为存放佐证材料的文件夹"}},
		{"Redis尚未支持", "[redis]\nurl = \"redis://:pw@h:6379/0\"\n", []string{`redis.url = "(已填写)":多副本运行尚未支持,请留空`}},
		{"企业微信尚未支持", "[wecom]\ncorp_id = \"ww1\"\n", []string{`wecom.corp_id = "ww1":企业微信尚未支持,请留空`}},
		{"环境变量没有设置", "[service]\nintake_tokens = [\"${NOT_SET}\"]\n", []string{`service.intake_tokens[0] = "${NOT_SET}":环境变量 NOT_SET 没有设置`}},
		{"钉钉没有密钥", "[dingtalk]\nclient_id = \"d\"\nclient_secret = \"\"\n", []string{"dingtalk.client_secret:填写了 client_id 时不能为空"}},
		{"钉钉接口地址", "[dingtalk]\nclient_id = \"d\"\napi_base = \"api.dingtalk.com\"\n", []string{`dingtalk.api_base = "api.dingtalk.com":应为 http:// 或 https:// 开头的网址,不带用户名和密码`}},
		{"每分钟张数", "[dingtalk]\nclient_id = \"d\"\ncards_per_minute = -1\n", []string{`dingtalk.cards_per_minute = "-1":应为每分钟张数,0 = 不限`}},
		{"每月额度", "[dingtalk]\nclient_id = \"d\"\napi_quota = -1\n", []string{`dingtalk.api_quota = "-1":应为每月次数,0 = 不限`}},
		{"请求速度", "[dingtalk]\nclient_id = \"d\"\nrequests_per_second = 0\n", []string{`dingtalk.requests_per_second = "0":应为不小于1的整数`}},
		{"消息时段", "[push]\nhours = \"9点到18点\"\n", []string{`push.hours = "9点到18点":应为 09:00-18:00 这样的时段,起在止前;"" 为不限`}},
		{"规则库与服务的错误一次报出", "[service]\naddr = \"x\"\n[orange]\nround = \"up\"\n[push]\nhours = \"x\"\n", []string{"service.addr", "push.hours", "orange.round"}},
		{"时限写法", "[[limit]]\nstage = \"施工许可\"\nlimit = \"25天\"\nconfirmed = true\nbasis = \"x\"\n", []string{"25天"}},
		{"不认识的环节", "[[limit]]\nstage = \"施工\"\nlimit = \"25日\"\nbasis = \"x\"\n", []string{"施工"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := app.ParseConfig([]byte(tt.text), environment)
			if err == nil {
				t.Fatal("the configuration was taken")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error does not say %q:\n%s", want, err)
				}
			}
		})
	}
}

// A variable of a section that is off is not asked for.
func TestSectionsThatAreOffNeedNoEnvironment(t *testing.T) {
	lookup := func(name string) (string, bool) {
		if name == "DINGTALK_CLIENT_SECRET" || strings.HasPrefix(name, "WECOM") {
			t.Errorf("%s was asked for although its section is off", name)
		}
		return environment(name)
	}
	if _, err := app.ParseConfig(nil, lookup); err != nil {
		t.Fatal(err)
	}
}

// A fault never quotes the file, whose neighbouring line may hold a secret, nor an address that may hold a password.
func TestFaultsDoNotQuoteSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"写错的键":    "[dingtalk]\nclient_secret = \"s3cr3t\"\nclient_secrets = \"s3cr3t\"\n",
		"写错的类型":   "[service]\nintake_tokens = \"s3cr3t\"\n",
		"数据库地址":   "[store]\nurl = \"postgres://junma:s3cr3t@h/db\"\n",
		"Redis地址": "[redis]\nurl = \"redis://:s3cr3t@h:6379/0\"\n",
		"接口地址":    "[dingtalk]\nclient_id = \"d\"\napi_base = \"http://u:s3cr3t@127.0.0.1\"\n",
		"企业微信":    "[wecom]\ncorp_id = \"ww\"\nsecret = \"s3cr3t\"\n",
	} {
		if _, err := app.ParseConfig([]byte(text), environment); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

// One mistake is told once.
func TestEachFaultIsToldOnce(t *testing.T) {
	_, err := app.ParseConfig([]byte("[dingtalk]\nclient_id = \"d\"\nclient_secret = \"${NOT_SET}\"\n[push]\nhours = \"x\"\n"), environment)
	if err == nil || strings.Count(err.Error(), "dingtalk.client_secret") != 1 || strings.Count(err.Error(), "push.hours") != 1 {
		t.Errorf("error = %v", err)
	}
}

// Editors on Windows write a mark before the text.
func TestByteOrderMarkIsPassedOver(t *testing.T) {
	if c := parse(t, "\uFEFF[push]\ncycle_days = 20\n"); c.Rules.Push.CycleDays != 20 {
		t.Errorf("cycle_days = %d", c.Rules.Push.CycleDays)
	}
}

// Rows override by their key columns, keys one by one.
func TestRuleSectionsMergeIntoTheEmbeddedBook(t *testing.T) {
	c := parse(t, "[push]\ncycle_days = 20\n[[limit]]\nstage = \"施工许可\"\nlimit = \"40日\"\nconfirmed = true\nbasis = \"核定\"\n")
	base, err := app.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	want := base
	want.Push.CycleDays = 20
	want.Limit = append(want.Limit[:0:0], base.Limit...)
	for i, row := range want.Limit {
		if row.Stage == "施工许可" {
			want.Limit[i].Limit, want.Limit[i].Confirmed, want.Limit[i].Basis = "40日", true, "核定"
		}
	}
	if diff := cmp.Diff(want, c.Rules); diff != "" {
		t.Errorf("rules differ (-want +got):\n%s", diff)
	}
}

func TestLoadConfigTakesPathsFromTheFilesFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.toml")
	text := "[service]\nintake_tokens = [\"a\"]\nadmin_tokens = [\"b\"]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := app.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Store.SQLitePath() != filepath.Join(dir, "junma.db") || c.Store.Evidence != filepath.Join(dir, "evidence") {
		t.Errorf("store = %+v, want it beside the file", c.Store)
	}
}

func TestOnLoopback(t *testing.T) {
	for base, want := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://[::1]:1": true, "http://localhost:1": true,
		"https://api.dingtalk.com": false, "http://127.0.0.1.example.com": false,
	} {
		c := parse(t, "[dingtalk]\nclient_id = \"d\"\napi_base = \""+base+"\"\noapi_base = \""+base+"\"\n")
		if got := c.OnLoopback(); got != want {
			t.Errorf("OnLoopback with %s = %t, want %t", base, got, want)
		}
	}
}

package app

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"junma/bot"
	"junma/handlers/table"
	"junma/mechanism"
	"junma/notify"
)

// Config is the whole configuration, checked. LoadConfig and ParseConfig make it.
type Config struct {
	Service  Service
	Store    Store
	Redis    Redis
	DingTalk DingTalk
	WeCom    WeCom
	Rules    mechanism.Spec
	Book     *mechanism.Book // Rules, compiled
	Hours    notify.Hours    // [push] hours, parsed
	Columns  []table.Column  // [[column]]: further headings of imported tables
	Headings *table.Headings // the usual ones and Columns
}

// Service is the HTTP side: intake, reading, health.
type Service struct {
	Addr         string       `toml:"addr"`
	IntakeTokens []bot.Secret `toml:"intake_tokens"` // for projects and reading
	AdminTokens  []bot.Secret `toml:"admin_tokens"`  // for the roster
	PublicURL    string       `toml:"public_url"`
}

// Store says where everything is kept.
type Store struct {
	URL      string `toml:"url"`      // sqlite:PATH
	Evidence string `toml:"evidence"` // folder of evidence files
}

// Redis is shared state for several replicas.
type Redis struct {
	URL string `toml:"url"`
}

// DingTalk is the DingTalk app; it is off while ClientID is empty.
type DingTalk struct {
	ClientID       string     `toml:"client_id"`
	ClientSecret   bot.Secret `toml:"client_secret"`
	RobotCode      string     `toml:"robot_code"`
	CardTemplateID string     `toml:"card_template_id"`
	CorpID         string     `toml:"corp_id"` // our organisation; "" = not told
	APIBase        string     `toml:"api_base"`
	OAPIBase       string     `toml:"oapi_base"`
	AnswerRedraws  bool       `toml:"answer_redraws"`
	RequestsPerSec int        `toml:"requests_per_second"`
	CardsPerMinute int        `toml:"cards_per_minute"` // into one conversation; 0 = any number
	APIQuota       int        `toml:"api_quota"`        // API calls a month; 0 = unlimited
	EventQuota     int        `toml:"event_quota"`      // Webhook and Stream pushes a month; 0 = unlimited
}

// WeCom is the WeCom app; it is off while CorpID is empty.
type WeCom struct {
	CorpID         string     `toml:"corp_id"`
	AgentID        int        `toml:"agent_id"`
	Secret         bot.Secret `toml:"secret"`
	Token          bot.Secret `toml:"token"`
	EncodingAESKey bot.Secret `toml:"encoding_aes_key"`
	APIBase        string     `toml:"api_base"`
}

// sqlitePrefix starts the only kind of store URL there is.
const sqlitePrefix = "sqlite:"

// SQLitePath gives the database file of the store URL.
func (s Store) SQLitePath() string { return strings.TrimPrefix(s.URL, sqlitePrefix) }

// OnLoopback reports whether every platform that is on is reached on this machine only, so that nothing real can be told
// a pretended date.
func (c *Config) OnLoopback() bool {
	return c.DingTalk.ClientID == "" || loopbackURL(c.DingTalk.APIBase) && loopbackURL(c.DingTalk.OAPIBase)
}

func loopbackURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	return u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
}

// LoadConfig reads a configuration file; ${NAME} in it is taken from the environment or from a systemd credential, and
// relative paths from the file's folder. The error is a Problems with every fault when the content is wrong.
func LoadConfig(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("配置文件打不开,请检查路径和权限: %w", err)
	}
	c, err := ParseConfig(text, lookupSecret)
	if err != nil {
		return nil, err
	}
	base := filepath.Dir(path)
	c.Store.URL = sqlitePrefix + from(base, c.Store.SQLitePath())
	c.Store.Evidence = from(base, c.Store.Evidence)
	return c, nil
}

func from(base, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(base, path)
}

// ParseConfig reads a configuration from its text. lookup gives the environment's values for ${NAME}.
func ParseConfig(text []byte, lookup func(string) (string, bool)) (*Config, error) {
	c, faults := decode(text)
	if c == nil {
		return nil, faults
	}
	faults = append(faults, c.expand(lookup)...)
	for _, fault := range c.check() {
		if !faults.at(fault.Path) { // a variable that is not set leaves its key empty: one fault, not two
			faults = append(faults, fault)
		}
	}
	faults = append(faults, c.findHeadings()...)
	book, wrong := mechanism.Compile(c.Rules)
	faults = append(faults, wrong...)
	if len(faults) > 0 {
		return nil, faults
	}
	c.Book = book
	hours, err := notify.ParseHours(c.Rules.Push.Hours, c.Rules.Push.RestDays)
	if err != nil {
		return nil, fmt.Errorf("parse push.hours: %w", err) // can't happen: the rule book has checked them
	}
	c.Hours = hours
	return c, nil
}

// findHeadings makes Headings of Columns.
func (c *Config) findHeadings() Problems {
	var faults Problems
	headings, unknown := table.NewHeadings(c.Columns)
	for _, field := range unknown {
		faults = append(faults, mechanism.Problem{Path: "column.field", Value: field, Allowed: "没有这个字段,或 heading 为空;可用的字段见 docs/import.md"})
	}
	c.Headings = headings
	return faults
}

// Problems are all the faults of a configuration.
type Problems []mechanism.Problem

// Error gives one line per fault.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// at reports whether there is a fault at a key.
func (p Problems) at(path string) bool {
	return slices.ContainsFunc(p, func(problem mechanism.Problem) bool { return problem.Path == path })
}

// check finds the faults of everything but the rule book.
func (c *Config) check() Problems {
	var faults Problems
	add := func(path, value, allowed string) {
		faults = append(faults, mechanism.Problem{Path: path, Value: value, Allowed: allowed})
	}
	if !listenAddress(c.Service.Addr) {
		add("service.addr", c.Service.Addr, "应为 地址:端口,例如 127.0.0.1:8090")
	}
	faults = append(faults, checkTokens("service.intake_tokens", c.Service.IntakeTokens)...)
	faults = append(faults, checkTokens("service.admin_tokens", c.Service.AdminTokens)...)
	if c.Service.PublicURL != "" {
		add("service.public_url", c.Service.PublicURL, "尚未用到(企业微信回调时才需要),请留空")
	}
	if !strings.HasPrefix(c.Store.URL, sqlitePrefix) || c.Store.SQLitePath() == "" {
		add("store.url", redacted(c.Store.URL), "目前只支持 sqlite:文件路径,例如 sqlite:junma.db")
	}
	if c.Store.Evidence == "" {
		add("store.evidence", "", "应为存放佐证材料的文件夹")
	}
	if c.Redis.URL != "" {
		add("redis.url", "(已填写)", "多副本运行尚未支持,请留空")
	}
	if c.WeCom.CorpID != "" {
		add("wecom.corp_id", c.WeCom.CorpID, "企业微信尚未支持,请留空")
	}
	if c.DingTalk.ClientID != "" {
		faults = append(faults, c.DingTalk.check()...)
	}
	return faults
}

func listenAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// checkTokens finds empty tokens. An empty list is allowed: it closes that door.
func checkTokens(path string, tokens []bot.Secret) Problems {
	var faults Problems
	for i, token := range tokens {
		if token.Reveal() == "" {
			faults = append(faults, mechanism.Problem{Path: fmt.Sprintf("%s[%d]", path, i), Allowed: "令牌不能为空;不开放这类接口时写 []"})
		}
	}
	return faults
}

func (d DingTalk) check() Problems {
	var faults Problems
	if d.ClientSecret.Reveal() == "" {
		faults = append(faults, mechanism.Problem{Path: "dingtalk.client_secret", Allowed: "填写了 client_id 时不能为空"})
	}
	for _, base := range []struct{ key, value string }{{"api_base", d.APIBase}, {"oapi_base", d.OAPIBase}} {
		if !webURL(base.value) {
			faults = append(faults, mechanism.Problem{Path: "dingtalk." + base.key, Value: redacted(base.value), Allowed: "应为 http:// 或 https:// 开头的网址,不带用户名和密码"})
		}
	}
	if d.RequestsPerSec < 1 {
		faults = append(faults, mechanism.Problem{Path: "dingtalk.requests_per_second", Value: fmt.Sprint(d.RequestsPerSec), Allowed: "应为不小于1的整数;标准版应用的上限是每秒20次"})
	}
	for _, most := range []struct {
		key   string
		value int
		what  string
	}{{"cards_per_minute", d.CardsPerMinute, "每分钟张数"}, {"api_quota", d.APIQuota, "每月次数"}, {"event_quota", d.EventQuota, "每月次数"}} {
		if most.value < 0 {
			faults = append(faults, mechanism.Problem{Path: "dingtalk." + most.key, Value: fmt.Sprint(most.value), Allowed: "应为" + most.what + ",0 = 不限"})
		}
	}
	return faults
}

func webURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// redacted gives a value as an error may show it: where it names a user, who may come with a password, only its scheme.
func redacted(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	scheme, _, _ := strings.Cut(text, ":")
	return scheme + ":…"
}

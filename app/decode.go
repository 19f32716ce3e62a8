package app

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/pelletier/go-toml/v2"

	"junma/bot"
	"junma/mechanism"
)

// file is the configuration as it stands on disk: the rule book's sections lie beside the service's own.
type file struct {
	Service  Service  `toml:"service"`
	Store    Store    `toml:"store"`
	Redis    Redis    `toml:"redis"`
	DingTalk DingTalk `toml:"dingtalk"`
	WeCom    WeCom    `toml:"wecom"`
	mechanism.Spec
}

// defaults are the values of keys that a file leaves out; contract and config.example.toml show the same.
func defaults() file {
	return file{
		Service: Service{
			Addr:         "127.0.0.1:8090",
			IntakeTokens: []bot.Secret{bot.NewSecret("${JUNMA_INTAKE_TOKEN}")},
			AdminTokens:  []bot.Secret{bot.NewSecret("${JUNMA_ADMIN_TOKEN}")},
		},
		Store: Store{URL: "sqlite:junma.db", Evidence: "evidence"},
		DingTalk: DingTalk{
			ClientSecret:   bot.NewSecret("${DINGTALK_CLIENT_SECRET}"),
			APIBase:        "https://api.dingtalk.com",
			OAPIBase:       "https://oapi.dingtalk.com",
			AnswerRedraws:  true,
			RequestsPerSec: 20,
		},
		WeCom: WeCom{
			AgentID:        1000002,
			Secret:         bot.NewSecret("${WECOM_SECRET}"),
			Token:          bot.NewSecret("${WECOM_TOKEN}"),
			EncodingAESKey: bot.NewSecret("${WECOM_AES_KEY}"),
			APIBase:        "https://qyapi.weixin.qq.com",
		},
	}
}

// decode reads the text over the defaults and merges its rule-book sections into the embedded book.
func decode(text []byte) (*Config, Problems) {
	base, err := DefaultRules()
	if err != nil {
		return nil, Problems{{Path: "book", Allowed: err.Error()}}
	}
	read := defaults()
	read.Spec = base.Blank()
	decoder := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return nil, decodeProblems(err)
	}
	return &Config{
		Service: read.Service, Store: read.Store, Redis: read.Redis, DingTalk: read.DingTalk, WeCom: read.WeCom,
		Rules: mechanism.Merge(base, read.Spec),
	}, nil
}

// DefaultRules is the embedded rule book: the notice, with our marked defaults.
func DefaultRules() (mechanism.Spec, error) {
	var spec mechanism.Spec
	if err := toml.NewDecoder(bytes.NewReader(mechanism.DefaultTOML)).DisallowUnknownFields().Decode(&spec); err != nil {
		return spec, fmt.Errorf("decode the embedded rule book: %w", err)
	}
	return spec, nil
}

// decodeProblems names key and line of each fault. It never quotes the file, whose neighbouring lines may hold secrets.
func decodeProblems(err error) Problems {
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var faults Problems
		for i := range unknown.Errors {
			faults = append(faults, decodeProblem(&unknown.Errors[i], "没有这个配置项,请核对名称"))
		}
		return faults
	}
	if wrong, ok := errors.AsType[*toml.DecodeError](err); ok {
		return Problems{decodeProblem(wrong, "写法不对:类型不符,或不是合法的 TOML")}
	}
	return Problems{{Path: "config", Allowed: "不是合法的 TOML"}}
}

func decodeProblem(err *toml.DecodeError, allowed string) mechanism.Problem {
	line, column := err.Position()
	path := ""
	for i, part := range err.Key() {
		if i > 0 {
			path += "."
		}
		path += part
	}
	return mechanism.Problem{Path: fmt.Sprintf("第%d行第%d列 %s", line, column, path), Allowed: allowed}
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces ${NAME} in the sections that are on. A missing variable is a fault that names key and variable.
func (c *Config) expand(lookup func(string) (string, bool)) Problems {
	e := expander{lookup: lookup}
	e.text("service.addr", &c.Service.Addr)
	e.text("service.public_url", &c.Service.PublicURL)
	e.secrets("service.intake_tokens", c.Service.IntakeTokens)
	e.secrets("service.admin_tokens", c.Service.AdminTokens)
	e.text("store.url", &c.Store.URL)
	e.text("store.evidence", &c.Store.Evidence)
	e.text("dingtalk.client_id", &c.DingTalk.ClientID)
	if d := &c.DingTalk; d.ClientID != "" {
		e.secret("dingtalk.client_secret", &d.ClientSecret)
		e.text("dingtalk.robot_code", &d.RobotCode)
		e.text("dingtalk.card_template_id", &d.CardTemplateID)
		e.text("dingtalk.api_base", &d.APIBase)
		e.text("dingtalk.oapi_base", &d.OAPIBase)
	}
	return e.faults
}

// expander replaces variables and collects what is missing.
type expander struct {
	lookup func(string) (string, bool)
	faults Problems
}

func (e *expander) text(path string, value *string) {
	*value = variable.ReplaceAllStringFunc(*value, func(match string) string {
		name := variable.FindStringSubmatch(match)[1]
		found, ok := e.lookup(name)
		if !ok || found == "" {
			e.faults = append(e.faults, mechanism.Problem{Path: path, Value: match, Allowed: "环境变量 " + name + " 没有设置"})
		}
		return found
	})
}

func (e *expander) secret(path string, value *bot.Secret) {
	text := value.Reveal()
	e.text(path, &text)
	*value = bot.NewSecret(text)
}

func (e *expander) secrets(path string, values []bot.Secret) {
	for i := range values {
		e.secret(fmt.Sprintf("%s[%d]", path, i), &values[i])
	}
}

// encodeRules writes a rule book as TOML, to be kept under its hash.
func encodeRules(spec mechanism.Spec) ([]byte, error) {
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(spec); err != nil {
		return nil, fmt.Errorf("encode the rule book: %w", err)
	}
	return text.Bytes(), nil
}

// DefaultBook is the embedded rule book, compiled.
func DefaultBook() (*mechanism.Book, error) {
	spec, err := DefaultRules()
	if err != nil {
		return nil, err
	}
	book, wrong := mechanism.Compile(spec)
	if len(wrong) > 0 {
		return nil, Problems(wrong)
	}
	return book, nil
}

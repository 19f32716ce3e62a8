package app

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"junma/bot"
	"junma/handlers/table"
	"junma/mechanism"
)

// file is the configuration as it stands on disk: the rule book's sections lie beside the service's own.
type file struct {
	Service  Service        `toml:"service"`
	Store    Store          `toml:"store"`
	Redis    Redis          `toml:"redis"`
	DingTalk DingTalk       `toml:"dingtalk"`
	WeCom    WeCom          `toml:"wecom"`
	Columns  []table.Column `toml:"column"`
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
			CardsPerMinute: 20,
			APIQuota:       5000,
			EventQuota:     3000,
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

// decode reads the text over the defaults and merges its rule-book sections into the embedded book. Keys that nobody
// knows are faults, but leave the rest readable; after any other fault there is no configuration.
func decode(text []byte) (*Config, Problems) {
	base, err := DefaultRules()
	if err != nil {
		return nil, Problems{{Path: "book", Allowed: err.Error()}}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // some editors write this mark first
	read, faults, readable := decodeFile(text, base)
	if !readable {
		return nil, faults
	}
	return &Config{
		Service: read.Service, Store: read.Store, Redis: read.Redis, DingTalk: read.DingTalk, WeCom: read.WeCom,
		Rules: mechanism.Merge(base, read.Spec), Columns: read.Columns,
	}, faults
}

// decodeFile decodes the text. The decoder stops at the first value of a wrong type; its line is then made empty, to
// find the others too.
func decodeFile(text []byte, base mechanism.Spec) (read file, faults Problems, readable bool) {
	if wrong, ok := errors.AsType[*toml.DecodeError](toml.Unmarshal(text, &map[string]any{})); ok {
		return read, Problems{decodeProblem(wrong, "不是合法的 TOML,请检查引号、括号和换行,以及同一项是否写了两次")}, false
	}
	readable = true
	for {
		read = defaults()
		read.Spec = base.Blank()
		err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&read)
		if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
			for i := range unknown.Errors {
				faults = append(faults, decodeProblem(&unknown.Errors[i], "没有这个配置项,请核对名称"))
			}
			return read, faults, readable
		}
		wrong, ok := errors.AsType[*toml.DecodeError](err)
		if !ok && err != nil {
			return read, append(faults, mechanism.Problem{Path: "config", Allowed: err.Error()}), false
		}
		if !ok {
			return read, faults, readable
		}
		faults, readable = append(faults, decodeProblem(wrong, wanted(wrong.Key()))), false
		if text, ok = withoutLine(text, wrong); !ok {
			return read, faults, readable
		}
	}
}

// withoutLine makes the line of a fault empty, so that the others keep their numbers; false when nothing sensible is
// left, as after a heading or within a value of several lines.
func withoutLine(text []byte, wrong *toml.DecodeError) ([]byte, bool) {
	row, _ := wrong.Position()
	lines := bytes.SplitAfter(text, []byte("\n"))
	line := bytes.TrimSpace(lines[row-1])
	if len(line) == 0 || line[0] == '[' {
		return nil, false
	}
	lines[row-1] = []byte("\n")
	rest := bytes.Join(lines, nil)
	return rest, toml.Unmarshal(rest, &map[string]any{}) == nil
}

// wanted says what may stand at a key, from the type that it is decoded into.
func wanted(key toml.Key) string {
	at := reflect.TypeFor[file]()
	for _, name := range key {
		for at.Kind() == reflect.Slice {
			at = at.Elem()
		}
		at = member(at, name)
		if at == nil {
			return "写法不对,请对照 config.example.toml"
		}
	}
	switch {
	case at.Kind() == reflect.String || at == reflect.TypeFor[bot.Secret]():
		return "应为带引号的文字"
	case at.Kind() == reflect.Bool:
		return "应为 true 或 false(不带引号)"
	case at.Kind() == reflect.Slice && at.Elem().Kind() == reflect.Int:
		return "应为整数列表,例如 [1, 2, 3]"
	case at.Kind() == reflect.Slice && at.Elem().Kind() == reflect.Struct && at.Elem() != reflect.TypeFor[bot.Secret]():
		return "应为 [[" + strings.Join(key, ".") + "]] 写的若干行"
	case at.Kind() == reflect.Slice:
		return "应为文字列表,例如 [\"…\", \"…\"]"
	case at.Kind() == reflect.Struct:
		return "应为 [" + strings.Join(key, ".") + "] 写的一段"
	default:
		return "应为整数(不带引号)"
	}
}

// member gives the type of the field that a key names, also of an embedded struct, or nil.
func member(at reflect.Type, name string) reflect.Type {
	if at.Kind() != reflect.Struct {
		return nil
	}
	for _, field := range reflect.VisibleFields(at) {
		if field.Tag.Get("toml") == name {
			return field.Type
		}
	}
	return nil
}

// DefaultRules is the embedded rule book: the notice, with our marked defaults.
func DefaultRules() (mechanism.Spec, error) {
	var spec mechanism.Spec
	if err := toml.NewDecoder(bytes.NewReader(mechanism.DefaultTOML)).DisallowUnknownFields().Decode(&spec); err != nil {
		return spec, fmt.Errorf("decode the embedded rule book: %w", err)
	}
	return spec, nil
}

// decodeProblem names key and line of a fault. It never quotes the file, whose neighbouring lines may hold secrets.
func decodeProblem(err *toml.DecodeError, allowed string) mechanism.Problem {
	line, column := err.Position()
	path := fmt.Sprintf("第%d行第%d列 %s", line, column, strings.Join(err.Key(), "."))
	return mechanism.Problem{Path: strings.TrimSpace(path), Allowed: allowed}
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
		e.text("dingtalk.corp_id", &d.CorpID)
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

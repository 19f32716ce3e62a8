package app_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"junma/app"
	"junma/mechanism"
)

var update = flag.Bool("update", false, "rewrite the rule-book part of config.example.toml")

const (
	examplePath = "../config.example.toml"
	// rulesMark starts the part of the example that is printed from the embedded book.
	rulesMark = "# ―― 规则库 ――"
)

// The example shows every key with its default, and decodes to the defaults except for the secrets.
func TestExampleConfigIsTheDefaults(t *testing.T) {
	text, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(text), rulesMark)
	if !found {
		t.Fatalf("%s has no line %q", examplePath, rulesMark)
	}
	rules, err := app.DefaultRules()
	if err != nil {
		t.Fatal(err)
	}
	want := head + rulesMark + "\n" + printRules(rules)
	if *update {
		if err := os.WriteFile(examplePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s is not up to date; run go test ./app -update (-want +got):\n%s", examplePath, diff)
	}
	example, plain := parse(t, want), parse(t, "")
	if diff := cmp.Diff(plain.Rules, example.Rules); diff != "" {
		t.Errorf("the example's rules are not the defaults (-default +example):\n%s", diff)
	}
	for _, side := range []struct {
		name      string
		want, got any
	}{
		{"service.addr", plain.Service.Addr, example.Service.Addr},
		{"service.public_url", plain.Service.PublicURL, example.Service.PublicURL},
		{"store", plain.Store, example.Store},
		{"redis", plain.Redis, example.Redis},
	} {
		if diff := cmp.Diff(side.want, side.got); diff != "" {
			t.Errorf("%s differs (-default +example):\n%s", side.name, diff)
		}
	}
	if fmt.Sprintf("%+v", plain.DingTalk) != fmt.Sprintf("%+v", example.DingTalk) || fmt.Sprintf("%+v", plain.WeCom) != fmt.Sprintf("%+v", example.WeCom) {
		t.Errorf("platforms differ: default %+v %+v, example %+v %+v", plain.DingTalk, plain.WeCom, example.DingTalk, example.WeCom)
	}
}

// rulesIntro stands before the rows in the example.
const rulesIntro = `# 以下各节是内置规则库的全文,每行的 basis 是依据:公文条款,或待业务专班核定的默认(A-编号)。
# [limits]、[push] 等节逐键覆盖;limit、applies、duty、stage、size、calendar 按关键列逐行覆盖;
# copy、chain、option、cause、reason 一经写出即整体替换。时限都是示例,核定一行,写 confirmed = true。
`

// printRules writes the book in the form that a configuration uses: tables first, then one [[…]] per row.
func printRules(spec mechanism.Spec) string {
	var out strings.Builder
	out.WriteString(rulesIntro)
	value := reflect.ValueOf(spec)
	for _, rows := range []bool{false, true} {
		for i := range value.NumField() {
			name, field := value.Type().Field(i).Tag.Get("toml"), value.Field(i)
			switch {
			case !rows && field.Kind() == reflect.Struct:
				fmt.Fprintf(&out, "\n[%s]\n", name)
				printKeys(&out, name, field, true)
			case rows && field.Kind() == reflect.Slice:
				for j := range field.Len() {
					fmt.Fprintf(&out, "\n[[%s]]\n", name)
					printKeys(&out, name, field.Index(j), false)
				}
			}
		}
	}
	return out.String()
}

// printKeys writes the keys of one table; empty ones only where they are settings rather than columns.
func printKeys(out *strings.Builder, path string, table reflect.Value, all bool) {
	var nested []int
	for i := range table.NumField() {
		field := table.Field(i)
		if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct {
			nested = append(nested, i)
			continue
		}
		if all || !field.IsZero() {
			fmt.Fprintf(out, "%s = %s\n", table.Type().Field(i).Tag.Get("toml"), tomlValue(field))
		}
	}
	for _, i := range nested {
		name := path + "." + table.Type().Field(i).Tag.Get("toml")
		for j := range table.Field(i).Len() {
			fmt.Fprintf(out, "[[%s]]\n", name)
			printKeys(out, name, table.Field(i).Index(j), false)
		}
	}
}

func tomlValue(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = tomlValue(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	default:
		return fmt.Sprint(v.Interface())
	}
}

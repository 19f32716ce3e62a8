package mechanism_test

import (
	"bytes"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"junma/mechanism"
)

// defaultSpec decodes the embedded book as the program does: strictly.
func defaultSpec(t testing.TB) mechanism.Spec {
	t.Helper()
	return overSpec(t, mechanism.Spec{}, string(mechanism.DefaultTOML))
}

// overSpec decodes a person's file over a base and merges it.
func overSpec(t testing.TB, base mechanism.Spec, text string) mechanism.Spec {
	t.Helper()
	over := base.Blank()
	decoder := toml.NewDecoder(bytes.NewReader([]byte(text))).DisallowUnknownFields()
	if err := decoder.Decode(&over); err != nil {
		t.Fatalf("decode the book: %v", err)
	}
	return mechanism.Merge(base, over)
}

func compile(t testing.TB, spec mechanism.Spec) *mechanism.Book {
	t.Helper()
	book, problems := mechanism.Compile(spec)
	for _, problem := range problems {
		t.Error(problem)
	}
	if book == nil {
		t.FailNow()
	}
	return book
}

// bookWith compiles the embedded book with a person's sections over it.
func bookWith(t testing.TB, text string) *mechanism.Book {
	t.Helper()
	return compile(t, overSpec(t, defaultSpec(t), text))
}

func day(t testing.TB, text string) mechanism.Date {
	t.Helper()
	d, err := mechanism.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func Test内置规则库可用且无一行已核定(t *testing.T) {
	book := bookWith(t, "")
	for _, row := range book.Spec().Limit {
		if row.Confirmed {
			t.Errorf("%s 的时限在内置规则库里已核定,应为示例", row.Stage)
		}
	}
	if got, again := book.Hash(), bookWith(t, "").Hash(); got != again || len(got) != 64 {
		t.Errorf("同一规则库两次的标识为 %q 和 %q", got, again)
	}
	if other := bookWith(t, "[push]\ncycle_days = 31"); other.Hash() == book.Hash() {
		t.Error("改了推送周期,规则库标识未变")
	}
}

package mechanism_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file, which -update writes.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), run with -update if the change is meant:\n%s", file, diff)
	}
}

func Test规则库全文(t *testing.T) {
	var text bytes.Buffer
	if err := bookWith(t, "").Prose(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/rules.txt", text.Bytes())
}

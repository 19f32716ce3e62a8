// Package house_test guards the house: which room may import which. It parses the sources in-process, so that the
// test cache sees every file it reads.
package house_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists, for each room, the rooms that its non-test files may import. A room may always import itself
// and, in its own subfolders, what stands here under their own path.
var mayImport = map[string][]string{
	"mechanism":        {},
	"bot":              {},
	"bot/bottest":      {"bot"},
	"bot/dingtalk":     {"bot"},
	"store":            {"mechanism"},
	"store/storetest":  {"mechanism", "store"},
	"schedule":         {},
	"notify":           {"bot", "mechanism", "store"},
	"handlers":         {"bot", "handlers/inquiry", "handlers/table", "mechanism", "notify", "store"},
	"handlers/inquiry": {"mechanism"},
	"handlers/table":   {},
	"app":              {"bot", "bot/dingtalk", "handlers", "handlers/table", "mechanism", "notify", "schedule", "store"},
	"sandbox":          {"sandbox/dingtalk"},
	"sandbox/dingtalk": {},
	"sandbox/city":     {"sandbox/dingtalk"},
	"cmd/crash":        {"app", "handlers", "mechanism", "sandbox/dingtalk", "store"},
	"cmd/junma":        {"app", "sandbox", "sandbox/city", "sandbox/dingtalk"},
}

func TestImportsRunOneWay(t *testing.T) {
	seen := map[string]bool{}
	walkGoFiles(t, func(path string) {
		room := filepath.ToSlash(filepath.Dir(path))
		if strings.HasPrefix(room, "bot/dingtalk/shapeproof") {
			return // a module of its own, made of tests only
		}
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s: %q is not one of the rooms; add it to mayImport and to docs/ARCHITECTURE.md, or move the file", path, room)
			return
		}
		seen[room] = true
		for _, imported := range ownImports(t, path) {
			if imported != room && !contains(allowed, imported) {
				t.Errorf("%s: room %q may not import %q (it may import %v)", path, room, imported, allowed)
			}
		}
	})
	for room := range mayImport {
		if !seen[room] {
			t.Errorf("mayImport names %q, which has no Go files", room)
		}
	}
}

func walkGoFiles(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			visit(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ownImports gives the rooms of this module that a file imports.
func ownImports(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var rooms []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if room, ours := strings.CutPrefix(imported, "junma/"); ours {
			rooms = append(rooms, room)
		}
	}
	return rooms
}

func contains(list []string, item string) bool {
	for _, x := range list {
		if x == item {
			return true
		}
	}
	return false
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// While the service runs, it holds the database: tables go through its HTTP interface, with the configured tokens.
func TestImportThroughTheRunningService(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := fmt.Sprintf("[service]\naddr = %q\nintake_tokens = [\"i\"]\nadmin_tokens = [\"a\"]\n", addr)
	path := write("config.toml", config)
	other := write("other.toml", strings.Replace(config, `"a"`, `"b"`, 1))
	units := write("units.csv", "单位名称,单位类别\n市住建局,部门\n某局,局\n")
	projects := write("projects.csv", "项目编号,项目名称,类别\nP1,云溪,工业\n")
	stages := write("stages.csv", "项目编号,环节,起算日\nP1,立项,2026-3-2\n坏 号,立项,2026-3-2\n")

	ready, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ctx, stop := context.WithTimeout(t.Context(), 2*patience)
	ended := make(chan int, 1)
	log := &stoppingLog{on: "junma is ready", stop: cancel}
	go func() { ended <- run(ctx, []string{"serve", "-c", path}, &bytes.Buffer{}, log) }()
	<-ready.Done()

	for _, test := range []struct {
		name, config, file string
		code               int
		says               string
	}{
		{"名册", path, units, 1, "收下1条(其中没有变化0条),退回1条。"},
		{"项目", path, projects, 0, "收下1条(其中没有变化0条),退回0条。"},
		{"已知项目的环节", path, stages, 1, "第3行 A列“项目编号”:项目编号应为 1 到 64 个字母"},
		{"令牌不对", other, units, 1, "正在运行的服务不认配置中的令牌"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(ctx, []string{"import", "-c", test.config, test.file}, &out, &out); code != test.code || !strings.Contains(out.String(), test.says) {
				t.Errorf("exit code %d, wanted %d with %q, after\n%s", code, test.code, test.says, out.String())
			}
		})
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("the service ended with %d after\n%s", code, log.text.String())
	}
}

package main

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// systemd is told when the service can be used and when it is on its way out; its secrets come as files.
func TestServiceUnderASupervisor(t *testing.T) {
	dir := t.TempDir()
	socket := &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"}
	heard, err := net.ListenUnixgram("unixgram", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	t.Setenv("NOTIFY_SOCKET", socket.Name)
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	path := filepath.Join(dir, "config.toml")
	for name, text := range map[string]string{
		path:                                   "[service]\naddr = \"127.0.0.1:0\"\nintake_tokens = [\"${JUNMA_TEST_TOKEN}\"]\nadmin_tokens = []\n",
		filepath.Join(dir, "JUNMA_TEST_TOKEN"): "a-token-from-a-file\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "-c", path}, io.Discard, io.Discard) }()
	for _, want := range []string{"READY=1", "STOPPING=1"} {
		message := make([]byte, 64)
		if err := heard.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		n, err := heard.Read(message)
		if err != nil || string(message[:n]) != want {
			t.Fatalf("systemd hears %q (%v), want %q", message[:n], err, want)
		}
		stop()
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A missing credential is a fault that names what is missing, not an empty token.
func TestMissingCredentialIsAFault(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte("[service]\nintake_tokens = [\"${JUNMA_TEST_TOKEN}\"]\nadmin_tokens = []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"check", "-c", path}, io.Discard, io.Discard); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
}

package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A client that sends the head of a request and then no more of its body is let go, whether or not the handler wants the
// body; one that sends it whole may wait for its answer longer than a piece may take.
func TestSlowBodiesAreLetGo(t *testing.T) {
	const piece = 50 * time.Millisecond
	reading := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, "cut", http.StatusBadRequest)
		}
	})
	refusing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	working := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
			t.Error("the work was ended by the limit on its body")
		case <-time.After(3 * piece): // longer than the limit, with nothing to await
		}
	})
	for name, c := range map[string]struct {
		handler http.Handler
		body    string // of 10 bytes
		status  string
	}{
		"读到一半":   {reading, "half", "400"},
		"没有人读":   {refusing, "half", "401"},
		"收全后慢慢办": {working, "0123456789", "200"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(patient(c.handler, piece, time.Minute))
			defer server.Close()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n%s", c.body)
			answer := bufio.NewReader(conn)
			line, err := answer.ReadString('\n')
			if err != nil || line[len("HTTP/1.1 "):][:3] != c.status {
				t.Fatalf("answered %q (%v), want %s", line, err, c.status)
			}
			if _, err := io.Copy(io.Discard, answer); err != nil {
				t.Errorf("the connection is still held: %v", err)
			}
		})
	}
}

package app

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	pieceWithin = 30 * time.Second // for each further piece of a body
	bodyWithin  = 10 * time.Minute // for a whole body: 64 MiB take no longer on a line of 1 Mbit/s
)

// patient lets no client hold a connection by sending its body drop by drop: each piece must come within piece, all of
// them within whole. A server-wide ReadTimeout would also end
// the context of a handler that works longer than a body may take, such as a move of the clock.
func patient(next http.Handler, piece, whole time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			body := &timedBody{ReadCloser: r.Body, conn: http.NewResponseController(w), piece: piece, until: time.Now().Add(whole)}
			body.wait() // also for a body that no handler reads
			r.Body = body
		}
		next.ServeHTTP(w, r)
	})
}

// timedBody is a body each piece of which must come in time.
type timedBody struct {
	io.ReadCloser
	conn  *http.ResponseController
	piece time.Duration
	until time.Time
}

func (b *timedBody) wait() {
	at := time.Now().Add(b.piece)
	if at.After(b.until) {
		at = b.until
	}
	_ = b.conn.SetReadDeadline(at) // a connection that has none is not one of ours
}

// Read waits for the next piece.
func (b *timedBody) Read(p []byte) (int, error) {
	b.wait()
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.conn.SetReadDeadline(time.Time{}) // the body is over: the handler may take its time
	}
	return n, err
}

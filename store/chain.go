package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// line is a journal line exactly as it is kept; the hash covers these bytes, not a decoded form of them.
type line struct {
	seq     int64
	at      int64 // ms
	project string
	caseSeq int64
	actor   string // JSON
	channel string
	kind    string
	data    string // JSON, or ""
	from    string
	to      string
	book    string
	key     string
	refused string
	hash    string
}

func newLine(e Entry, seq int64, at time.Time) (line, error) {
	actor, err := json.Marshal(e.Actor)
	if err != nil {
		return line{}, fmt.Errorf("encode the actor: %w", err)
	}
	return line{
		seq: seq, at: ms(at), project: e.Project, caseSeq: int64(e.Case), actor: string(actor), channel: e.Channel,
		kind: e.Kind, data: string(e.Data), from: e.From, to: e.To, book: e.Book, key: e.Key, refused: e.Refused,
	}, nil
}

func (l line) entry() (Entry, error) {
	e := Entry{
		Seq: l.seq, At: instant(l.at), Project: l.project, Case: int(l.caseSeq), Channel: l.channel, Kind: l.kind,
		From: l.from, To: l.to, Book: l.book, Key: l.key, Refused: l.refused, Hash: l.hash,
	}
	if l.data != "" {
		e.Data = json.RawMessage(l.data)
	}
	return e, json.Unmarshal([]byte(l.actor), &e.Actor)
}

// chain gives the hash of the line: the lower-case hex SHA-256 of
//
//	"junma journal 1\n" previous seq at project case actor channel kind data from to book key refused
//
// where previous is the hex hash of the line before ("" for the first), numbers are decimal, at is in milliseconds, and
// each of the fourteen is written as the decimal length of its bytes, a colon and the bytes. Nobody can change, add,
// move or remove a line without changing every hash after it; whoever noted the last hash elsewhere also notices a cut
// at the end.
func (l line) chain(previous string) string {
	form := append(make([]byte, 0, 512+len(l.data)), "junma journal 1\n"...)
	for _, field := range []string{
		previous, strconv.FormatInt(l.seq, 10), strconv.FormatInt(l.at, 10), l.project, strconv.FormatInt(l.caseSeq, 10),
		l.actor, l.channel, l.kind, l.data, l.from, l.to, l.book, l.key, l.refused,
	} {
		form = strconv.AppendInt(form, int64(len(field)), 10)
		form = append(form, ':')
		form = append(form, field...)
	}
	sum := sha256.Sum256(form)
	return hex.EncodeToString(sum[:])
}

func scanLine(row scanner) (line, error) {
	var l line
	err := row.Scan(&l.seq, &l.at, &l.project, &l.caseSeq, &l.actor, &l.channel, &l.kind, &l.data, &l.from, &l.to,
		&l.book, &l.key, &l.refused, &l.hash)
	return l, err
}

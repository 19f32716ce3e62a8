package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"junma/mechanism"
)

// Entry is one line of the journal: one event, or one refused attempt (mechanism.md D.6).
type Entry struct {
	Seq     int64     // given by Append: 1, 2, 3 …
	At      time.Time // given by Append: the business instant of the transaction
	Project string
	Case    int             // 0 = the project as a whole
	Actor   mechanism.Actor // who, with the offices held then; zero = the system
	Channel string          // dingtalk, api, day …
	Kind    string          // the kind of event
	Data    json.RawMessage // the event, with the exact text confirmed and the hashes of its evidence
	From    string          // state before
	To      string          // state after
	Book    string          // hash of the rule book in force
	Key     string          // id of the request or click, by which a repetition is known
	Refused string          // why it was refused; "" = done
	Hash    string          // given by Append: see chain
}

// Append writes the next line of the journal and gives its number. A line is never changed nor removed.
func (tx *Tx) Append(e Entry) (seq int64, err error) {
	previous, err := tx.JournalHead()
	if err != nil {
		return 0, err
	}
	line, err := newLine(e, previous.Seq+1, tx.Now)
	if err != nil {
		return 0, err
	}
	_, err = tx.exec(`INSERT INTO journal (`+journalColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		line.seq, line.at, line.project, line.caseSeq, line.actor, line.channel, line.kind, line.data,
		line.from, line.to, line.book, line.key, line.refused, line.chain(previous.Hash))
	if err != nil {
		return 0, fmt.Errorf("append to the journal: %w", err)
	}
	return line.seq, nil
}

const journalColumns = `seq, at, project, case_seq, actor, channel, kind, data, from_was, to_is, book, key, refused, hash`

// Journal gives the lines of a project, or of all when project is "", in order, beginning after the line after.
func (v *View) Journal(project string, after int64, limit int) ([]Entry, error) {
	c := &conditions{}
	c.equal("project", project)
	c.add("seq > ?", after)
	c.values = append(c.values, limit)
	query := fmt.Sprintf(`SELECT `+journalColumns+` FROM journal%s ORDER BY seq LIMIT $%d`, c.text(), len(c.values))
	lines, err := search(v, scanLine, query, c.values)
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	entries := make([]Entry, len(lines))
	for i, line := range lines {
		if entries[i], err = line.entry(); err != nil {
			return nil, fmt.Errorf("decode line %d of the journal: %w", line.seq, err)
		}
	}
	return entries, nil
}

// JournalHead gives the head of the journal; zero before the first line.
func (v *View) JournalHead() (Head, error) {
	var head Head
	err := v.row(`SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1`, nil, &head.Seq, &head.Hash)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Head{}, fmt.Errorf("read the head of the journal: %w", err)
	}
	return head, nil
}

// SaveBook keeps the specification of a rule book under its hash, once and for all.
func (tx *Tx) SaveBook(hash string, spec []byte) error {
	_, err := tx.exec(`INSERT INTO books (hash, spec) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, hash, string(spec))
	if err != nil {
		return fmt.Errorf("save rule book %s: %w", hash, err)
	}
	return nil
}

// Book gives the specification of the rule book with this hash, or ErrNotFound.
func (v *View) Book(hash string) ([]byte, error) {
	var spec []byte
	err := v.row(`SELECT spec FROM books WHERE hash = $1`, args{hash}, &spec)
	if errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("load rule book %s: %w", hash, err)
	}
	return spec, nil
}

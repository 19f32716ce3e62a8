package handlers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"junma/mechanism"
	"junma/store"
)

// IntakeResult is what became of the records that were sent.
type IntakeResult struct {
	Accepted  int           `json:"accepted"`
	Unchanged int           `json:"unchanged"` // of the accepted: those that taught us nothing new
	Rejected  int           `json:"rejected"`
	Errors    []RecordError `json:"errors"`
	Left      int           `json:"errors_left_out,omitempty"` // faults beyond the first mostErrors
}

const (
	intakeWorkers = 64      // records under way at once: as many as share one commit
	longestLine   = 1 << 20 // bytes of one NDJSON line
	mostErrors    = 10_000  // faults listed in one answer
)

var (
	errNothingRead = errors.New("nothing could be read") // the body holds not one record
	errBrokenOff   = errors.New("reading broke off")     // the body ended before its end
)

// TakeRecords takes project records from r, a JSON array or, with ndjson, one record a line. Each record is one
// transaction; many of them share one commit, and records about one project are taken in the order they stand in.
// With baseline, lights that are on already are 存量 (C-10). A faulty record never spoils its neighbours.
//
// The error is errNothingRead when there was no record in r, errBrokenOff with what reading r gave, or the store's; the
// result says in any case what has been taken, and taking the same records again changes nothing.
func (h *Handlers) TakeRecords(ctx context.Context, r io.Reader, ndjson, baseline bool) (IntakeResult, error) {
	in := &intake{h: h, today: h.today(), baseline: baseline, latest: map[string]chan struct{}{}}
	in.result.Errors = []RecordError{}
	in.group, ctx = errgroup.WithContext(ctx)
	in.group.SetLimit(intakeWorkers)
	read := in.array
	if ndjson {
		read = in.lines
	}
	n, err := read(ctx, withoutMark(r))
	if stopped := in.group.Wait(); stopped != nil {
		err = stopped
	}
	h.Taken("projects", in.result.Accepted, in.result.Rejected)
	slices.SortStableFunc(in.result.Errors, func(a, b RecordError) int { return a.Index - b.Index })
	if err == nil && n == 0 && in.result.Rejected > 0 {
		err = errNothingRead
	}
	return in.result, err
}

// intake is one body of records being taken.
type intake struct {
	h        *Handlers
	today    mechanism.Date
	baseline bool
	group    *errgroup.Group

	mu     sync.Mutex
	result IntakeResult
	latest map[string]chan struct{} // by project: closed when its latest record under way is done
}

// withoutMark skips the byte order mark that some programs write before JSON.
func withoutMark(r io.Reader) io.Reader {
	b := bufio.NewReaderSize(r, 64<<10)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = b.Discard(3) // they were peeked: there is nothing that could fail
	}
	return b
}

// array reads a JSON array and gives how many elements it could read.
func (in *intake) array(ctx context.Context, r io.Reader) (int, error) {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		if broken(err) {
			return 0, fmt.Errorf("%w: %w", errBrokenOff, err)
		}
		in.reject(0, RecordError{Message: "内容应为 JSON 数组 […],每个元素是一条项目记录。"})
		return 0, nil
	}
	n := 0
	for ; d.More(); n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return n, in.brokeOff(n, err)
		}
		if err := in.take(ctx, n, raw); err != nil {
			return n, err
		}
	}
	if _, err := d.Token(); err != nil {
		return n, in.brokeOff(n, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		in.reject(n, RecordError{Message: "JSON 数组结束后还有内容,没有读入;一次报送只写一个数组。"})
	}
	return n, nil
}

// brokeOff notes that the JSON ends or is damaged at record n; what stood before it has been taken.
func (in *intake) brokeOff(n int, err error) error {
	if broken(err) {
		return fmt.Errorf("%w: %w", errBrokenOff, err)
	}
	in.reject(n, RecordError{Message: fmt.Sprintf("从第 %d 条起不是有效的 JSON,此条及以后的记录没有读入,请检查格式后重新报送。", n+1)})
	return nil
}

// broken reports whether reading itself failed, as opposed to what was read being no JSON.
func broken(err error) bool {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	return err != nil && !syntax && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
}

// lines reads one record a line, passing over empty lines, and gives how many lines were JSON.
func (in *intake) lines(ctx context.Context, r io.Reader) (int, error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, longestLine)
	n, index := 0, -1
	for s.Scan() {
		line := bytes.TrimSpace(s.Bytes())
		if len(line) == 0 {
			continue
		}
		index++
		if !json.Valid(line) {
			in.reject(index, RecordError{Message: fmt.Sprintf("第 %d 条不是有效的 JSON,请检查格式后重新报送。", index+1)})
			continue
		}
		n++
		if err := in.take(ctx, index, bytes.Clone(line)); err != nil {
			return n, err
		}
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		in.reject(index+1, RecordError{Message: fmt.Sprintf("第 %d 条超过 1 MiB,此条及以后的记录没有读入,请拆分后重新报送。", index+2)})
		return n, nil
	}
	if s.Err() != nil {
		return n, fmt.Errorf("%w: %w", errBrokenOff, s.Err())
	}
	return n, nil
}

// take checks a record and, when nothing is wrong with it, sets it on its way. It returns when there is room for the
// next one.
func (in *intake) take(ctx context.Context, index int, raw json.RawMessage) error {
	record, faults := readRecord(raw, in.today)
	if len(faults) > 0 {
		in.reject(index, faults...)
		return nil
	}
	before, done := in.queue(record.ID)
	in.group.Go(func() error {
		defer in.leave(record.ID, done)
		if before != nil {
			<-before // the same project's earlier record; it is under way, so this ends
		}
		return in.apply(ctx, index, record)
	})
	return ctx.Err()
}

// queue gives what a record must wait for, and what the next record of the same project will wait for.
func (in *intake) queue(project string) (before, done chan struct{}) {
	in.mu.Lock()
	defer in.mu.Unlock()
	before, done = in.latest[project], make(chan struct{})
	in.latest[project] = done
	return before, done
}

func (in *intake) leave(project string, done chan struct{}) {
	in.mu.Lock()
	defer in.mu.Unlock()
	close(done)
	if in.latest[project] == done {
		delete(in.latest, project)
	}
}

// apply takes one record in one transaction. A refusal of the mechanism is a fault of the record; an error is not, and
// stops the intake.
func (in *intake) apply(ctx context.Context, index int, record mechanism.Record) error {
	var out result
	var refusal *mechanism.Refusal
	err := in.h.Store.Do(ctx, func(tx *store.Tx) error {
		var err error
		out, err = in.h.recordArrived(tx, record, in.baseline, mechanism.Actor{Channel: "api"})
		var refused bool
		if refusal, refused = errors.AsType[*mechanism.Refusal](err); refused {
			return nil // its journal line must stay
		}
		return err
	})
	fault, unable := errors.AsType[*stepError](err)
	switch {
	case unable:
		in.h.Log.Error("record not taken", "project", fault.Project, "error", fault.Err)
		in.reject(index, RecordError{ID: record.ID, Message: "这条记录未能处理,请联系运维人员查看服务日志。"})
	case err != nil:
		return fmt.Errorf("take record %s: %w", record.ID, err)
	case refusal != nil:
		in.reject(index, RecordError{ID: record.ID, Message: refusal.Sentence})
	default:
		in.accept(out.Changed)
	}
	return nil
}

// recordArrived makes a record happen to its project and raises the data alarms it gives cause for.
func (h *Handlers) recordArrived(tx *store.Tx, record mechanism.Record, baseline bool, by mechanism.Actor) (result, error) {
	ev := mechanism.RecordArrived{Record: record, Baseline: baseline}
	out, err := h.apply(tx, record.ID, ev, by, "")
	if err != nil || !out.Changed {
		return out, err
	}
	return out, h.dataAlarms(tx, &out.Project)
}

func (in *intake) accept(changed bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.result.Accepted++
	if !changed {
		in.result.Unchanged++
	}
}

// reject counts one record as refused and lists its faults.
func (in *intake) reject(index int, faults ...RecordError) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.result.Rejected++
	for _, fault := range faults {
		if len(in.result.Errors) >= mostErrors {
			in.result.Left++
			continue
		}
		fault.Index = index
		in.result.Errors = append(in.result.Errors, fault)
	}
}

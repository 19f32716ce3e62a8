package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"junma/bot"
	"junma/handlers"
	"junma/handlers/table"
	"junma/mechanism"
	"junma/store"
)

// ImportOptions are what the command line adds to an import.
type ImportOptions struct {
	Files    []string                       // in the order they are taken in; the roster's sheets come first
	Baseline bool                           // lights that are on already are 存量 (C-10)
	Progress func(rows int)                 // hears how many rows of projects have been taken; nil = nobody listens
	Rejected func() (io.WriteCloser, error) // where the rows that were not taken go; called when there are any
	Log      *slog.Logger
}

// Import takes tables in: through the running service when one answers at service.addr, which holds the database then;
// else straight into the database.
func Import(ctx context.Context, config *Config, o ImportOptions) (sum table.Summary, err error) {
	desk, done, err := openDesk(ctx, config, o)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, done()) }()
	rejects := table.NewRejects()
	defer func() { err = errors.Join(err, rejects.Close()) }()
	m := &table.Importer{Desk: desk, Headings: config.Headings, Rejects: rejects, Progress: o.Progress}
	sum, err = m.Run(ctx, sources(o.Files))
	if rejects.Rows == 0 {
		return sum, err
	}
	return sum, errors.Join(err, writeRejects(rejects, o.Rejected))
}

func sources(files []string) []table.Source {
	var all []table.Source
	for _, name := range files {
		all = append(all, table.Source{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(name) }})
	}
	return all
}

func writeRejects(rejects *table.Rejects, open func() (io.WriteCloser, error)) (err error) {
	w, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	_, err = rejects.WriteTo(w)
	return err
}

// CountRows gives the rows of files, for a progress bar. A file that can't be read counts for nothing: the import says
// what is wrong with it.
func CountRows(files []string) int {
	n := 0
	for _, f := range sources(files) {
		r, err := f.Open()
		if err != nil {
			continue
		}
		_ = table.Read(r, func(table.Row) error { n++; return nil })
		_ = r.Close()
	}
	return n
}

// openDesk gives who takes the records, and what to do at the end.
func openDesk(ctx context.Context, config *Config, o ImportOptions) (table.Desk, func() error, error) {
	base := "http://" + reachable(config.Service.Addr)
	if answers(ctx, base) {
		d := &serviceDesk{base: base, baseline: o.Baseline, intake: first(config.Service.IntakeTokens), admin: first(config.Service.AdminTokens)}
		return d, func() error { return nil }, nil
	}
	a, err := New(ctx, config, Options{Log: o.Log})
	if err != nil {
		return nil, nil, err
	}
	done := func() error { return a.Stop(context.WithoutCancel(ctx)) }
	return &storeDesk{store: a.store, handlers: a.handlers, baseline: o.Baseline}, done, nil
}

// reachable is where a service that listens at addr is reached on this machine.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// answers reports whether a service is alive at base.
func answers(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

func first(tokens []bot.Secret) bot.Secret {
	if len(tokens) == 0 {
		return bot.Secret{}
	}
	return tokens[0]
}

// storeDesk takes records straight into the database.
type storeDesk struct {
	store    *store.Store
	handlers *handlers.Handlers
	baseline bool
}

// Known gives what the database knows of a project.
func (d *storeDesk) Known(ctx context.Context, id string) (known table.Known, ok bool, err error) {
	var p mechanism.Project
	err = d.store.View(ctx, func(v *store.View) (err error) {
		p, err = v.Project(id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return known, false, nil
	}
	return table.Known{Name: p.Name, Category: string(p.Category), Energy: p.Energy, InZone: p.InZone}, err == nil, err
}

// TakeProjects takes a JSON array of records.
func (d *storeDesk) TakeProjects(ctx context.Context, body []byte) (table.Taken, error) {
	r, err := d.handlers.TakeRecords(ctx, bytes.NewReader(body), false, d.baseline)
	return table.Taken{Accepted: r.Accepted, Unchanged: r.Unchanged, Errors: refusals(r.Errors)}, err
}

// TakeRoster takes a roster body.
func (d *storeDesk) TakeRoster(ctx context.Context, body []byte) (table.Taken, error) {
	r, err := d.handlers.TakeRoster(ctx, bytes.NewReader(body))
	return table.Taken{Accepted: r.Accepted, Errors: refusals(r.Errors), Notes: refusals(r.Notes)}, err
}

func refusals(all []handlers.RecordError) []table.Refused {
	var out []table.Refused
	for _, e := range all {
		out = append(out, table.Refused{Index: e.Index, Field: e.Field, Message: e.Message})
	}
	return out
}

// serviceDesk takes records through a running service.
type serviceDesk struct {
	base          string
	intake, admin bot.Secret
	baseline      bool
}

// Known asks the service for a project.
func (d *serviceDesk) Known(ctx context.Context, id string) (known table.Known, ok bool, err error) {
	status, body, err := d.ask(ctx, http.MethodGet, "/api/v1/projects/"+url.PathEscape(id), d.intake, nil)
	switch {
	case err != nil:
		return known, false, err
	case status != http.StatusOK && status != http.StatusUnauthorized && status < http.StatusInternalServerError:
		return known, false, nil // also for what can't be an id: the record will be refused with the reason
	}
	return known, true, understand(status, body, &known)
}

// TakeProjects posts a JSON array of records.
func (d *serviceDesk) TakeProjects(ctx context.Context, body []byte) (taken table.Taken, err error) {
	path := "/api/v1/projects"
	if d.baseline {
		path += "?baseline=true"
	}
	return taken, d.post(ctx, path, d.intake, body, &taken)
}

// TakeRoster posts a roster body.
func (d *serviceDesk) TakeRoster(ctx context.Context, body []byte) (taken table.Taken, err error) {
	return taken, d.post(ctx, "/api/v1/roster", d.admin, body, &taken)
}

func (d *serviceDesk) post(ctx context.Context, path string, token bot.Secret, body []byte, into any) error {
	status, answer, err := d.ask(ctx, http.MethodPost, path, token, body)
	if err != nil {
		return err
	}
	return understand(status, answer, into)
}

func (d *serviceDesk) ask(ctx context.Context, method, path string, token bot.Secret, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, d.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("make request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token.Reveal())
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("正在运行的服务没有答复,已收下的不会丢,请稍后把同一文件再导入一次: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("正在运行的服务答复不完整,请稍后把同一文件再导入一次: %w", err)
	}
	return response.StatusCode, answer, nil
}

// understand reads the answer of the service, or says why there is none.
func understand(status int, answer []byte, into any) error {
	if status == http.StatusOK {
		return json.Unmarshal(answer, into)
	}
	if status == http.StatusUnauthorized {
		return errors.New("正在运行的服务不认配置中的令牌:service.intake_tokens 和 service.admin_tokens 的第一个须与服务启动时相同且不为空")
	}
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(answer, &said) // whoever answers otherwise is no junma, which the status shows
	return fmt.Errorf("正在运行的服务没有收下(HTTP %d):%s", status, said.Error)
}

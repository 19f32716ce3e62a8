package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"junma/app"
	"junma/store"
)

// importAlone imports tables without a service.
func importAlone() trial {
	return trial{
		kind: "import without the service, under way",
		begin: func(ctx context.Context, w *world) (*process, <-chan struct{}, error) {
			if err := w.writeTables(); err != nil {
				return nil, nil, err
			}
			p, _, err := w.launch(ctx, w.importArgs()...)
			return p, p.end(), err
		},
		finish: func(ctx context.Context, w *world) (string, error) {
			if err := w.command(ctx, w.importArgs()...); err != nil {
				return "", err
			}
			return w.left(ctx)
		},
	}
}

// importThrough imports tables through the service, and kills the one or the other.
func importThrough(killService bool) trial {
	t := trial{kind: "import through the service, under way"}
	if killService {
		t.kind = "service, while a table is imported"
	}
	t.begin = func(ctx context.Context, w *world) (*process, <-chan struct{}, error) {
		if err := errors.Join(w.writeTables(), w.begin(ctx), w.configure()); err != nil {
			return nil, nil, err
		}
		p, _, err := w.launch(ctx, w.importArgs()...)
		if killService {
			return w.process, p.end(), err
		}
		return p, p.end(), err
	}
	t.finish = func(ctx context.Context, w *world) (string, error) {
		if killService {
			if err := errors.Join(w.kill(ctx), w.begin(ctx), w.configure()); err != nil {
				return "", err
			}
		}
		err := errors.Join(w.command(ctx, w.importArgs()...), w.settle(ctx), w.kill(ctx))
		if err != nil {
			return "", err
		}
		return w.left(ctx)
	}
	return t
}

// backup makes a backup of what the undisturbed story left in dir.
func backup(dir string) trial {
	config := filepath.Join(dir, "junma.toml")
	return trial{
		kind: "backup, under way",
		begin: func(ctx context.Context, w *world) (*process, <-chan struct{}, error) {
			p, _, err := w.launch(ctx, "backup", "-c", config, "first.tar.gz")
			return p, p.end(), err
		},
		finish: func(ctx context.Context, w *world) (string, error) {
			// What has the name of the backup is a whole one.
			if _, err := os.Stat(filepath.Join(w.dir, "first.tar.gz")); !errors.Is(err, fs.ErrNotExist) {
				if err := w.command(ctx, "restore", "first.tar.gz", "first"); err != nil {
					return "", err
				}
			}
			if err := w.command(ctx, "backup", "-c", config, "second.tar.gz"); err != nil {
				return "", err
			}
			if err := w.command(ctx, "restore", "second.tar.gz", "second"); err != nil {
				return "", err
			}
			head, err := store.Audit(ctx, filepath.Join(w.dir, "second", "junma.db"), store.Head{})
			leftovers, err2 := filepath.Glob(filepath.Join(w.dir, ".*"))
			return fmt.Sprintf("%s, left over %q", head, leftovers), errors.Join(err, err2)
		},
	}
}

// firstStart starts the service in an empty folder, where it writes its schema.
func firstStart() trial {
	return trial{
		kind: "first start, under way",
		begin: func(ctx context.Context, w *world) (*process, <-chan struct{}, error) {
			p, ready, err := w.launch(ctx, w.serveArgs()...)
			if err != nil {
				return nil, nil, err
			}
			w.process = p
			done := make(chan struct{})
			go func() {
				defer close(done)
				select {
				case <-ready:
				case <-p.ended:
				}
			}()
			return p, done, nil
		},
		finish: func(ctx context.Context, w *world) (string, error) {
			if err := errors.Join(w.kill(ctx), w.start(ctx), w.kill(ctx)); err != nil {
				return "", err
			}
			schema := int64(0)
			err := store.Peek(ctx, w.database(), func(v *store.View) (err error) {
				schema, err = v.Schema()
				return err
			})
			if err != nil {
				return "", err
			}
			left, err := w.left(ctx)
			return fmt.Sprintf("schema %d\n%s", schema, left), err
		},
	}
}

// end is closed when the process has ended; it may be nil where the process could not be started.
func (p *process) end() <-chan struct{} {
	if p == nil {
		return nil
	}
	return p.ended
}

// rows is how many projects the tables have.
const rows = 150

// writeTables writes what is imported: projects, whose lights turn on by their dates.
func (w *world) writeTables() error {
	var b bytes.Buffer
	b.WriteString("项目编号,项目名称,类别,属地,施工许可起算日,施工许可时限\n")
	for n := range rows {
		fmt.Fprintf(&b, "JD-%d,样例项目%d,工业,%s,2026-%02d-12,25日\n", n, n, []string{"下涯镇", "梅城镇", "乾潭镇"}[n%3], 1+n%2)
	}
	return os.WriteFile(filepath.Join(w.dir, "项目.csv"), b.Bytes(), 0o600)
}

func (w *world) importArgs() []string { return []string{"import", "-c", w.configPath(), "项目.csv"} }

// left says what there is: every project as stored, and how its journal goes.
func (w *world) left(ctx context.Context) (string, error) {
	config, err := app.LoadConfig(w.configPath())
	if err != nil {
		return "", err
	}
	if _, err := app.Audit(ctx, config, app.Head{}); err != nil {
		return "", err
	}
	var b strings.Builder
	err = store.Peek(ctx, w.database(), func(v *store.View) error {
		ids, err := v.AllProjects("", 10*rows)
		if err != nil {
			return err
		}
		for _, id := range ids {
			p, err := v.Project(id)
			if err != nil {
				return err
			}
			journal, err := v.Journal(id, 0, 1000)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %s revision %d:", id, p.Name, p.Revision)
			for _, l := range journal {
				fmt.Fprintf(&b, " %s %s→%s %s", l.Kind, l.From, l.To, l.Data)
			}
			for _, c := range p.Cases {
				fmt.Fprintf(&b, " %s %s %s", c.Stage, c.Level, c.State)
			}
			b.WriteString("\n")
		}
		return nil
	})
	return b.String(), err
}

package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

func (o Options) places() (path, evidence string, err error) {
	if o.Path == "" || o.Evidence == "" {
		return "", "", errors.New("没有写明数据库文件或佐证材料文件夹,请在配置 [store] 中填写 url 和 evidence。")
	}
	if o.Now == nil {
		return "", "", errors.New("open the store: Options.Now is missing")
	}
	if path, err = filepath.Abs(o.Path); err != nil {
		return "", "", fmt.Errorf("find the database: %w", err)
	}
	if evidence, err = filepath.Abs(o.Evidence); err != nil {
		return "", "", fmt.Errorf("find the evidence: %w", err)
	}
	return path, evidence, nil
}

// prepareFiles makes what is missing, for the owner alone: the roster holds telephone numbers.
func (s *Store) prepareFiles() error {
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("数据库文件打不开,请检查路径和权限: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("close the database file: %w", err)
	}
	if err := os.MkdirAll(s.evidence, 0o700); err != nil {
		return fmt.Errorf("佐证材料文件夹建不了,请检查路径和权限: %w", err)
	}
	return s.sweepEvidence()
}

// lock keeps other processes away from the database. SQLite's own exclusive mode would also keep our readers away, so
// it is taken on an empty database beside the real one. The system releases it when the process dies.
type lock struct {
	db *sql.DB
	tx *sql.Tx
}

func lockFile(ctx context.Context, path string) (*lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("数据库所在文件夹建不了,请检查路径和权限: %w", err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // one file has one lock, by whatever name it is opened
	}
	db, err := sql.Open("sqlite", dsn(path+".lock", "_txlock=exclusive", "_busy_timeout=0"))
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	// The lock outlives the call, so ctx must not end it.
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err == nil {
		return &lock{db: db, tx: tx}, nil
	}
	_ = db.Close()
	var code *sqlite.Error
	if errors.As(err, &code) && code.Code()&0xff == sqlite3.SQLITE_BUSY {
		return nil, inUseError{path}
	}
	return nil, fmt.Errorf("数据库的锁文件打不开,请检查文件夹权限: %w", err)
}

// errInUse marks that another process has the database open.
var errInUse = errors.New("the database is in use")

type inUseError struct{ path string }

func (e inUseError) Error() string {
	return fmt.Sprintf("数据库 %s 正被另一个 junma 进程使用,请先停掉那个进程,再启动。", e.path)
}

func (inUseError) Is(target error) bool { return target == errInUse }

func (l *lock) release() error { return errors.Join(l.tx.Rollback(), l.db.Close()) }

func dsn(path string, options ...string) string {
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: strings.Join(options, "&")}
	return file.String()
}

// openWriter opens the one connection that writes. What savepoints may have to take back is kept in memory: it is worth
// nothing after a crash, and writing it to a file costs a third of the time of a transaction.
func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "_txlock=immediate", "_busy_timeout=5000", "_foreign_keys=1",
		"_journal_mode=WAL", "_synchronous=FULL", "_dqs=0", "_pragma=temp_store(MEMORY)", "_pragma=cache_size(-32000)",
		fmt.Sprintf("_pragma=wal_autocheckpoint(%d)", checkpointPages)))
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.SetMaxOpenConns(1)
	err = expect(ctx, db, map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"})
	return db, closeOn(err, db)
}

// openReaders opens the pool of connections that only read.
func openReaders(ctx context.Context, path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "mode=ro", "_query_only=1", "_busy_timeout=5000", "_dqs=0"))
	if err != nil {
		return nil, fmt.Errorf("open the database for reading: %w", err)
	}
	db.SetMaxOpenConns(poolSize)
	err = expect(ctx, db, map[string]string{"journal_mode": "wal", "query_only": "1"})
	return db, closeOn(err, db)
}

func closeOn(err error, db *sql.DB) error {
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

// expect reads options back: SQLite ignores those it can't or won't follow, and durability hangs on them.
func expect(ctx context.Context, db *sql.DB, want map[string]string) error {
	for name, value := range want {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got); err != nil {
			return fmt.Errorf("数据库打不开,请检查文件是否损坏、所在磁盘是否可写: %w", err)
		}
		if got != value {
			return fmt.Errorf("the database option %s is %s instead of %s", name, got, value)
		}
	}
	return nil
}

// migrate brings the schema up to date. It refuses a database that a newer program has written.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, know, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if have > know {
		return fmt.Errorf("数据库 %s 由更新的版本写成(结构版本 %d,本程序只认识到 %d),请换用新版本的程序。", path, have, know)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}

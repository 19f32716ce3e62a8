package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Peek reads a database that another process may have open, on a connection that cannot write. Nothing is made,
// migrated or locked.
func Peek(ctx context.Context, path string, fn func(*View) error) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("数据库文件打不开,请检查路径和权限: %w", err)
	}
	db, err := openBeside(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	session, err := newSession(ctx, db)
	if err != nil {
		return fmt.Errorf("数据库打不开,请检查文件是否损坏: %w", err)
	}
	defer func() { err = errors.Join(err, session.close()) }()
	if _, err := session.exec(`BEGIN`); err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	return fn(&View{ctx: ctx, session: session, store: &Store{path: path}})
}

// openBeside opens a database for reading beside whoever writes it.
func openBeside(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the database: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path, "mode=ro", "_busy_timeout=5000", "_dqs=0"))
	if err != nil {
		return nil, fmt.Errorf("open the database for reading: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// Probe tries whether the database can be opened and written here, and changes nothing but its lock file. inUse says
// that another process has it open; then nothing more is tried. A database that is not there yet is no error.
func Probe(ctx context.Context, path string) (inUse bool, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return false, fmt.Errorf("find the database: %w", err)
	}
	held, err := lockFile(ctx, path)
	if errors.Is(err, errInUse) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, held.release()) }()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return false, probeWriting(ctx, path)
}

func probeWriting(ctx context.Context, path string) (err error) {
	db, err := openWriter(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	session, err := newSession(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.close()) }()
	if _, err := session.exec(`BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("数据库写不了,请检查权限和磁盘: %w", err)
	}
	defer func() {
		_, ended := session.exec(`ROLLBACK`)
		err = errors.Join(err, ended)
	}()
	v := &View{ctx: ctx, session: session, store: &Store{path: path}}
	if err := v.quickCheck(); err != nil {
		return err
	}
	have, err := v.Schema()
	if err != nil {
		return err
	}
	known, err := KnownSchema()
	if err == nil && have > known {
		err = fmt.Errorf("数据库 %s 由更新的版本写成(结构版本 %d,本程序只认识到 %d),请换用新版本的程序。", path, have, known)
	}
	return err
}

// Schema gives the version of the database's schema.
func (v *View) Schema() (int64, error) {
	var version int64
	err := v.row(`SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied = 1`, nil, &version)
	if err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	return version, nil
}

// KnownSchema gives the version of the newest schema that this program knows.
func KnownSchema() (int64, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	var newest int64
	for _, file := range files {
		number, _, _ := strings.Cut(file.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the number of migration %s: %w", file.Name(), err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// quickCheck asks SQLite whether the file's structure is whole.
func (v *View) quickCheck() error {
	var result string
	if err := v.row(`PRAGMA quick_check(1)`, nil, &result); err != nil {
		return fmt.Errorf("数据库文件已损坏: %w", err)
	}
	if result != "ok" {
		return fmt.Errorf("数据库文件已损坏: %s", result)
	}
	return nil
}

package store

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// mostManifest is the largest manifest, in bytes: some 500,000 files.
const mostManifest = 100 << 20

// Restore unpacks a backup into the folder dir, which must be missing or empty: junma.db and evidence/. Everything is
// verified first – each file against the manifest, the database's structure, every line of the journal, and that this
// program knows the schema – in a folder beside dir, which gets its name only when all is well. The restored outbox is
// held since now: see Release.
func Restore(ctx context.Context, file, dir string, now time.Time) (Manifest, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Manifest{}, fmt.Errorf("find the folder: %w", err)
	}
	if err := vacant(dir); err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return Manifest{}, fmt.Errorf("文件夹 %s 建不了,请检查路径和权限: %w", dir, err)
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), ".junma-restore-")
	if err != nil {
		return Manifest{}, fmt.Errorf("文件夹 %s 写不进去,请检查权限: %w", filepath.Dir(dir), err)
	}
	m, err := restoreIn(ctx, file, work, now)
	if err == nil {
		err = appear(work, dir)
	}
	return m, errors.Join(err, os.RemoveAll(work))
}

// vacant refuses a folder in which something lies.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("文件夹 %s 读不了,请检查路径和权限: %w", dir, err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("文件夹 %s 不是空的,恢复不覆盖已有的文件,请换一个空文件夹。", dir)
	}
	return nil
}

// appear gives a finished folder its name.
func appear(work, dir string) error {
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("文件夹 %s 换不下来(可能是挂载点),请恢复到它里面的一个新文件夹: %w", dir, err)
	}
	if err := os.Rename(work, dir); err != nil {
		return fmt.Errorf("name the restored folder: %w", err)
	}
	return syncFolder(filepath.Dir(dir))
}

func restoreIn(ctx context.Context, file, work string, now time.Time) (Manifest, error) {
	if err := os.Mkdir(filepath.Join(work, archiveEvidence), 0o700); err != nil {
		return Manifest{}, err
	}
	m, found, err := unpack(ctx, file, work)
	if err != nil {
		return m, err
	}
	if name := m.differs(found); name != "" {
		return m, fmt.Errorf("备份文件已损坏:%s 与清单不符,没有恢复任何内容,请改用另一份备份。", name)
	}
	if err := m.verify(ctx, filepath.Join(work, archiveDatabase)); err != nil {
		return m, err
	}
	if err := hold(ctx, filepath.Join(work, archiveDatabase), now); err != nil {
		return m, err
	}
	return m, errors.Join(syncFolder(filepath.Join(work, archiveEvidence)), syncFolder(work))
}

// unpack writes the files of an archive and gives its manifest and what was really there.
func unpack(ctx context.Context, file, work string) (m Manifest, found []ArchivedFile, err error) {
	in, err := os.Open(file)
	if err != nil {
		return m, nil, fmt.Errorf("备份文件打不开,请检查路径和权限: %w", err)
	}
	defer func() { _ = in.Close() }() // only read
	packed, err := gzip.NewReader(ctxReader{ctx, in})
	if err != nil {
		return m, nil, notBackup(err)
	}
	archive := tar.NewReader(packed)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) && m.Format == archiveFormat {
			return m, found, nil
		}
		if err != nil || m.Format != 0 { // the manifest is the last
			return m, nil, notBackup(err)
		}
		if header.Name == archiveManifest {
			err = json.NewDecoder(io.LimitReader(archive, mostManifest)).Decode(&m)
			if err != nil || m.Format != archiveFormat {
				return m, nil, notBackup(err)
			}
			continue
		}
		one, err := unpackFile(archive, header, work)
		if err != nil {
			return m, nil, err
		}
		found = append(found, one)
	}
}

func notBackup(err error) error {
	if err == nil {
		err = errors.New("no such format")
	}
	return fmt.Errorf("这不是一份完整的 junma 备份,没有恢复任何内容,请检查文件是否传全: %w", err)
}

// unpackFile writes one file. Only the names that Backup gives are known, so that no archive can write elsewhere.
func unpackFile(archive *tar.Reader, header *tar.Header, work string) (ArchivedFile, error) {
	folder, sha, nested := strings.Cut(header.Name, "/")
	known := header.Name == archiveDatabase || nested && folder == archiveEvidence && shaForm.MatchString(sha)
	if !known || header.Typeflag != tar.TypeReg {
		return ArchivedFile{}, notBackup(fmt.Errorf("unknown file %q", header.Name))
	}
	file, err := os.OpenFile(filepath.Join(work, filepath.FromSlash(header.Name)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return ArchivedFile{}, fmt.Errorf("write %s: %w", header.Name, err)
	}
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, hash), archive)
	if err != nil {
		return ArchivedFile{}, errors.Join(notBackup(err), file.Close())
	}
	one := ArchivedFile{Name: header.Name, Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))}
	return one, errors.Join(file.Sync(), file.Close())
}

// verify checks the unpacked database as Backup checked its copy.
func (m Manifest) verify(ctx context.Context, database string) error {
	schema, head, err := inspect(ctx, database)
	if err != nil {
		return fmt.Errorf("备份中的数据库有误,没有恢复任何内容: %w", err)
	}
	known, err := KnownSchema()
	if err != nil {
		return err
	}
	if schema > known {
		return fmt.Errorf("备份由更新的版本写成(结构版本 %d,本程序只认识到 %d),请换用新版本的程序。", schema, known)
	}
	if schema != m.Schema || head != m.Head() {
		return errors.New("备份中的数据库与清单不符,没有恢复任何内容,请改用另一份备份。")
	}
	return nil
}

// hold stops the outbox of a restored database before anybody can open it.
func hold(ctx context.Context, database string, now time.Time) error {
	db, err := openWriter(ctx, database)
	if err != nil {
		return err
	}
	session, err := newSession(ctx, db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	if _, err = session.exec(`BEGIN IMMEDIATE`); err == nil {
		tx := &Tx{View: View{ctx: ctx, session: session, store: &Store{path: database}}, Now: now}
		err = tx.holdAfterRestore()
	}
	if err == nil {
		_, err = session.exec(`COMMIT`)
	}
	return errors.Join(err, session.close(), db.Close())
}

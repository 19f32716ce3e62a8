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
	"slices"
	"time"
)

// Manifest says what is in a backup. It is the last file of the archive, so that a cut one has none.
type Manifest struct {
	Format      int            `json:"format"`
	Program     string         `json:"program"` // who made it
	MadeAt      time.Time      `json:"made_at"` // by Options.Now
	Schema      int64          `json:"schema"`
	Journal     int64          `json:"journal"`      // number of lines
	JournalHash string         `json:"journal_hash"` // of the last line
	Files       []ArchivedFile `json:"files"`
}

// ArchivedFile is one file of a backup.
type ArchivedFile struct {
	Name   string `json:"name"` // junma.db, or evidence/ and the name in the folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// Names in an archive, and in a restored folder. They are the configuration's defaults.
const (
	archiveFormat   = 1
	archiveDatabase = "junma.db"
	archiveEvidence = "evidence"
	archiveManifest = "manifest.json"
)

// Head is the head of the archived journal.
func (m Manifest) Head() Head { return Head{m.Journal, m.JournalHash} }

// Damaged gives the files of evidence whose content is no longer what their name says; the damage is older than the
// backup.
func (m Manifest) Damaged() []string {
	var names []string
	for _, f := range m.Files {
		if sha := filepath.Base(f.Name); shaForm.MatchString(sha) && sha != f.SHA256 {
			names = append(names, f.Name)
		}
	}
	return names
}

// Backup writes a consistent copy of the database and all evidence into one new file, a tar.gz for its owner only. The
// database may be in use by another process, whose writing goes on. The file appears under its name only when it is
// complete and on the disk. Evidence is written before the line that names it and never removed, so that what is copied
// after the database holds everything the database names.
func Backup(ctx context.Context, o Options, program, file string) (Manifest, error) {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("%s 已经存在,备份不覆盖旧文件,请换一个文件名。", file)
	}
	if _, err := os.Stat(o.Path); err != nil {
		return Manifest{}, fmt.Errorf("数据库文件打不开,请检查配置 [store] url 和权限: %w", err)
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return Manifest{}, fmt.Errorf("find the folder of the backup: %w", err)
	}
	if err := sweepBackups(ctx, folder); err != nil {
		return Manifest{}, err
	}
	work, err := os.MkdirTemp(folder, backupWork)
	if err != nil {
		return Manifest{}, fmt.Errorf("备份文件所在的文件夹写不进去,请检查路径和权限: %w", err)
	}
	held, err := lockFile(ctx, filepath.Join(work, backupWork))
	if err != nil {
		return Manifest{}, errors.Join(err, os.RemoveAll(work))
	}
	m, err := backupIn(ctx, work, o, program, file)
	return m, errors.Join(err, held.release(), os.RemoveAll(work))
}

// backupWork begins the names of the folders in which a backup is made.
const backupWork = ".junma-backup-"

// sweepBackups removes what killed backups have left: copies of the database that nobody looks after. A folder whose lock
// is held belongs to a backup under way.
func sweepBackups(ctx context.Context, folder string) error {
	left, err := filepath.Glob(filepath.Join(folder, backupWork+"*"))
	if err != nil {
		return fmt.Errorf("look for unfinished backups: %w", err)
	}
	for _, work := range left {
		held, err := lockFile(ctx, filepath.Join(work, backupWork))
		if errors.Is(err, errInUse) {
			continue
		}
		if err != nil {
			return err
		}
		if err := errors.Join(held.release(), os.RemoveAll(work)); err != nil {
			return fmt.Errorf("remove an unfinished backup: %w", err)
		}
	}
	return nil
}

func backupIn(ctx context.Context, work string, o Options, program, file string) (Manifest, error) {
	copied := filepath.Join(work, archiveDatabase)
	if err := snapshot(ctx, o.Path, copied); err != nil {
		return Manifest{}, err
	}
	m := Manifest{Format: archiveFormat, Program: program, MadeAt: o.Now().UTC().Truncate(time.Second)}
	var err error
	var head Head
	if m.Schema, head, err = inspect(ctx, copied); err != nil {
		return Manifest{}, err
	}
	m.Journal, m.JournalHash = head.Seq, head.Hash
	finished := filepath.Join(work, "archive")
	if err := m.write(ctx, finished, copied, o.Evidence); err != nil {
		return Manifest{}, fmt.Errorf("write the backup: %w", err)
	}
	if err := os.Rename(finished, file); err != nil {
		return Manifest{}, fmt.Errorf("name the backup: %w", err)
	}
	return m, syncFolder(filepath.Dir(file))
}

// snapshot copies a database at one moment, without waiting for writers or holding them up.
func snapshot(ctx context.Context, from, to string) error {
	db, err := openBeside(from)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, to); err != nil {
		return errors.Join(fmt.Errorf("数据库复制不了,请检查文件是否损坏、磁盘是否已满: %w", err), db.Close())
	}
	return db.Close()
}

// inspect checks a copy of the database as a whole: its structure and every line of its journal.
func inspect(ctx context.Context, path string) (schema int64, head Head, err error) {
	err = Peek(ctx, path, func(v *View) (err error) {
		if err = v.quickCheck(); err != nil {
			return err
		}
		if schema, err = v.Schema(); err != nil {
			return err
		}
		head, err = v.VerifyJournal(Head{})
		return err
	})
	return schema, head, err
}

// write makes the archive and fills in Files.
func (m *Manifest) write(ctx context.Context, archive, database, evidence string) error {
	file, err := os.OpenFile(archive, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	out := tar.NewWriter(packed)
	err = m.addAll(ctx, out, database, evidence)
	if err == nil {
		err = m.addItself(out)
	}
	return errors.Join(err, out.Close(), packed.Close(), file.Sync(), file.Close())
}

func (m *Manifest) addAll(ctx context.Context, out *tar.Writer, database, evidence string) error {
	if err := m.add(ctx, out, archiveDatabase, database); err != nil {
		return err
	}
	entries, err := os.ReadDir(evidence)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("佐证材料文件夹读不了,请检查权限: %w", err)
	}
	for _, entry := range entries {
		if !shaForm.MatchString(entry.Name()) {
			continue // half written, or not ours
		}
		if err := m.add(ctx, out, archiveEvidence+"/"+entry.Name(), filepath.Join(evidence, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// add copies one file into the archive and notes its hash.
func (m *Manifest) add(ctx context.Context, out *tar.Writer, name, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: 0o600, ModTime: info.ModTime()}); err != nil {
		return err
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out, hash), ctxReader{ctx, file}); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	m.Files = append(m.Files, ArchivedFile{Name: name, Size: info.Size(), SHA256: hex.EncodeToString(hash.Sum(nil))})
	return nil
}

func (m *Manifest) addItself(out *tar.Writer) error {
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: archiveManifest, Size: int64(len(text)), Mode: 0o600, ModTime: m.MadeAt}); err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

// differs names the first difference between what the manifest lists and what was found; "" = none.
func (m Manifest) differs(found []ArchivedFile) string {
	for _, f := range found {
		if !slices.Contains(m.Files, f) {
			return f.Name
		}
	}
	for _, f := range m.Files {
		if !slices.Contains(found, f) {
			return f.Name
		}
	}
	return ""
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

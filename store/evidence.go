package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Blob is a stored file of evidence.
type Blob struct {
	SHA256 string // lower-case hex; its name in the folder
	Size   int64  // bytes
	Type   string // jpg, png, pdf, doc, docx, xls, xlsx or zip, by content; "" = none of these
}

// temporary begins the names of files still being written.
const temporary = ".incoming-"

// PutEvidence stores what r gives, at most limit bytes (else ErrTooLarge), under its hash. When it returns without an
// error the file is on the disk. The same content stored twice is one file.
func (s *Store) PutEvidence(ctx context.Context, r io.Reader, limit int64) (Blob, error) {
	file, err := os.CreateTemp(s.evidence, temporary)
	if err != nil {
		return Blob{}, fmt.Errorf("make a file of evidence: %w", err)
	}
	blob, err := fill(ctx, file, r, limit)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = s.place(file.Name(), blob.SHA256)
	}
	if err != nil {
		return Blob{}, errors.Join(fmt.Errorf("store evidence: %w", err), remove(file.Name()))
	}
	return blob, nil
}

func fill(ctx context.Context, file *os.File, r io.Reader, limit int64) (Blob, error) {
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, hash), io.LimitReader(ctxReader{ctx, r}, limit+1))
	if err != nil {
		return Blob{}, err
	}
	if size > limit {
		return Blob{}, ErrTooLarge
	}
	if err := file.Sync(); err != nil {
		return Blob{}, err
	}
	kind, err := fileType(file, size)
	if err != nil {
		return Blob{}, err
	}
	return Blob{SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size, Type: kind}, nil
}

// place gives a finished file its name. A file already there has the same content; replacing it also mends it.
func (s *Store) place(from, sha string) error {
	if err := os.Rename(from, filepath.Join(s.evidence, sha)); err != nil {
		return err
	}
	folder, err := os.Open(s.evidence)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

var shaForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// OpenEvidence opens a stored file for reading, or gives ErrNotFound.
func (s *Store) OpenEvidence(sha string) (*os.File, error) {
	if !shaForm.MatchString(sha) {
		return nil, ErrNotFound
	}
	file, err := os.Open(filepath.Join(s.evidence, sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open evidence: %w", err)
	}
	return file, nil
}

// sweepEvidence removes what a dead process left half written.
func (s *Store) sweepEvidence() error {
	entries, err := os.ReadDir(s.evidence)
	if err != nil {
		return fmt.Errorf("佐证材料文件夹读不了,请检查权限: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), temporary) {
			continue
		}
		if err := os.Remove(filepath.Join(s.evidence, entry.Name())); err != nil {
			return fmt.Errorf("remove a half written file of evidence: %w", err)
		}
	}
	return nil
}

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// ctxReader stops reading when its context ends.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

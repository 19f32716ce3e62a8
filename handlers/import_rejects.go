package handlers

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"junma/handlers/table"
	"junma/notify"
)

// mostRejects is how many bytes a table of rejected rows may have.
const mostRejects = 20 << 20

// sendRejects sends every row that would be rejected as a table that can be mended and sent back, with what is wrong in a
// column of its own.
func (t *turn) sendRejects(name string, rejects *table.Rejects) error {
	if rejects.Rows == 0 || !t.h.Notify.SendsFiles(t.platform) {
		return nil
	}
	var out bytes.Buffer
	if _, err := rejects.WriteTo(&out); err != nil {
		return fmt.Errorf("write the rejected rows: %w", err)
	}
	blob, err := t.h.Store.PutEvidence(context.Background(), &out, mostRejects)
	if err != nil {
		return err
	}
	name = shorten(strings.TrimSuffix(name, path.Ext(name)), 40) + "-错误"
	t.sayf("有错的%d行另成一张表《%s》发来,错处写在“错误”一列,改那一张也行。", rejects.Rows, name)
	return t.h.Notify.SendFile(t.tx, t.platform, t.who.ID, "rejects/"+t.key, notify.File{Name: name, Type: blob.Type, SHA256: blob.SHA256})
}

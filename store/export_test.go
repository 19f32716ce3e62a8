package store

// BreakCommit leaves tx so that everything in it works and only its commit fails.
func (tx *Tx) BreakCommit() error {
	if _, err := tx.exec(`PRAGMA defer_foreign_keys = ON`); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO outlooks VALUES ('', 'nobody', 0, '', '')`)
	return err
}

// FillDisk lets the database grow no more, as a full disk would; FreeDisk ends that.
func (tx *Tx) FillDisk() error { return tx.limitPages(`PRAGMA max_page_count = 1`) } // never less than there are

func (tx *Tx) FreeDisk() error { return tx.limitPages(`PRAGMA max_page_count = 4294967294`) }

func (tx *Tx) limitPages(pragma string) error {
	var set int64
	return tx.row(pragma, nil, &set)
}

// Queued is how many callers wait for the writer.
func (s *Store) Queued() int { return len(s.writer.queue) }

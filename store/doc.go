// Package store answers "what has happened?". It keeps the projects, the journal, the outbox and whatever else must
// survive a power cut, in one SQLite file, and the files of evidence beside it.
//
// # One event, one transaction
//
// Do runs a function in a transaction: it loads a project, lets the mechanism step it, saves it, appends the journal
// line and enqueues the notifications, all under one business instant, Tx.Now. Either all of it is on the disk when Do
// returns nil, or none of it ever happened.
//
// # Group commit
//
// A transaction that survives a power cut costs one sync of the disk. Callers that wait at the same time share it: a
// writer gives each in turn a savepoint of its own inside one common transaction and commits once. A function that
// fails takes back its own savepoint only; a commit that fails fails all who shared it. Since functions run one after
// the other, each sees what those before it did, and a project never changes between its loading and its saving.
//
//	caller A  ─ join ─┐ savepoint A: load → Step → save ─ release ┐
//	caller B  ─ join ─┤ savepoint B: load → refused ─ roll back   ├─ COMMIT (one sync) ─► A and C return
//	caller C  ─ join ─┘ savepoint C: load → Step → save ─ release ┘
//
// View reads one consistent snapshot on a connection of its own and never waits for the writer.
//
// # Two times
//
// Business time (Options.Now) stamps the journal and decides what is due; it may be moved by hand in a rehearsal.
// Leases and the waiting between attempts are machine time, given by the caller. Every instant is kept in milliseconds.
package store

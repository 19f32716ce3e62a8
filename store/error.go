package store

import "errors"

// Errors on which a caller branches.
var (
	// ErrNotFound says that there is no such row or file.
	ErrNotFound = errors.New("not found")
	// ErrPanic says that the function of a transaction panicked; nothing of it was kept.
	ErrPanic = errors.New("panic in a transaction")
	// ErrStale says that the project was saved by somebody else since it was loaded.
	ErrStale = errors.New("the project has changed since it was loaded")
	// ErrClosed says that the store is closed.
	ErrClosed = errors.New("the store is closed")
	// ErrTooLarge says that a file of evidence is larger than allowed.
	ErrTooLarge = errors.New("the file is too large")
	// ErrPage says that a page token was not made by this store.
	ErrPage = errors.New("the page token is not valid")
)

//go:build race

package main

// crowdSize is how many contacts a town of the tests has: fewer under the race detector, which makes SQLite in Go many
// times slower.
const crowdSize = 10

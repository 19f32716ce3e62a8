//go:build !race

package main

// crowdSize is how many contacts a town of the tests has: two towns with five cards for each make a thousand.
const crowdSize = 100

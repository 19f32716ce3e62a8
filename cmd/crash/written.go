package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// written is how many bytes a process has handed to the system so far, to files and connections alike; 0 when it is no
// more. It is how far the process has come: the same work writes about as much each time, however fast the machine.
func (p *process) written() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if number, found := strings.CutPrefix(line, "wchar: "); found {
			n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}

// look is the time between two looks at what a process has written.
const look = 100 * time.Microsecond

// whenWritten waits until a process has written as much, and reports whether it has before stop is closed.
func (p *process) whenWritten(much int64, stop <-chan struct{}) bool {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for p.written() < much {
		select {
		case <-stop:
			return false
		case <-p.ended:
			return false
		case <-tick.C:
		}
	}
	return true
}

// fractions are how far a piece of work has come when it is killed, in percent.
var fractions = []int{5, 20, 40, 60, 80, 95}

func part(whole int64, percent int) int64 { return whole * int64(percent) / 100 }

// writtenUntil gives how much a process has written when done is closed, as far as could be seen.
func (p *process) writtenUntil(done <-chan struct{}) int64 {
	tick := time.NewTicker(look)
	defer tick.Stop()
	most := p.written()
	for {
		select {
		case <-done:
			return max(most, p.written())
		case <-tick.C:
			most = max(most, p.written())
		}
	}
}

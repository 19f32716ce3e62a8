package main

import (
	"io"
	"os"
	"regexp"
	"testing"
)

// asProgram, when set in the environment, makes the test binary be junma itself.
const asProgram = "JUNMA_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	go func() { // nobody is left behind when the test dies: its end of the pipe closes
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	main()
}

// readyLine is the log's line with the address at which the service listens.
var readyLine = regexp.MustCompile(`msg="junma is ready" addr=(\S+)`)

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"junma/sandbox/dingtalk"
)

// limitFiles lets a process write no file beyond a size: a real write fails, as on a full disk.
func limitFiles(t *testing.T, p *process, size uint64) {
	t.Helper()
	const unlimited = ^uint64(0)
	limit := struct{ soft, hard uint64 }{size, unlimited}
	_, _, code := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(p.command.Process.Pid), syscall.RLIMIT_FSIZE,
		uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if code != 0 {
		t.Fatal(code)
	}
}

func TestNoFileCanGrow(t *testing.T) {
	w := troubled(t)
	limitFiles(t, w.process, 0)
	w.expectRefusal(t)
	limitFiles(t, w.process, ^uint64(0))
	w.expectWhole(t)
}

// The database is on a disk of a few megabytes that somebody else fills while cards are on their way. Where nobody but
// root may mount anything, not even in a namespace of one's own, only TestNoFileCanGrow tries a full disk.
func TestDiskIsFull(t *testing.T) {
	dir := t.TempDir()
	disk, err := mountSmall(t, dir)
	if err != nil {
		t.Logf("no small disk can be mounted here: %v", err)
		return
	}
	for _, name := range []string{"junma.db", "junma.db.lock"} {
		if err := os.Symlink(filepath.Join(disk.mount, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	w := started(t, disk.program, dir)
	slow, err := w.sandbox.SetFault(dingtalk.Fault{Route: "card.create", Kind: dingtalk.FaultSlow, Ms: 1500})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.tell(t, "p1"); got != "" {
		t.Fatalf("with room the record is answered %s", got)
	}
	filler := filepath.Join(disk.outside, "filler")
	fill(t, filler)
	w.expectRefusal(t)
	unsettled := func(line string) bool { return strings.Contains(line, "a delivery could not be settled") }
	for end := time.Now().Add(patience); !slices.ContainsFunc(w.log.errorLines(), unsettled); <-time.After(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no card was on its way when the disk was full")
		}
	}
	w.sandbox.ClearFaults(slow)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if got := w.tell(t, "p2"); got != "" {
		t.Errorf("with room again the record is answered %s", got)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second) // before any lease is over
	defer cancel()
	if err := errors.Join(w.settle(soon), w.kill(t.Context()), disk.copyOut()); err != nil {
		t.Fatal(err)
	}
	if n := w.sandbox.Counts()["card.create"]; n != 8 { // four cards for each of the projects
		t.Errorf("%d cards were asked for, want each of 8 once", n)
	}
	w.expectTwo(t)
}

// smallDisk is a file system of a few megabytes in a mount namespace of its own.
type smallDisk struct {
	mount   string // where who runs in the namespace sees it
	outside string // the same seen from here
	program string // junma, run in the namespace
}

func mountSmall(t *testing.T, dir string) (*smallDisk, error) {
	t.Helper()
	mount := filepath.Join(dir, "small")
	if err := os.Mkdir(mount, 0o700); err != nil {
		return nil, err
	}
	keeper := exec.CommandContext(t.Context(), "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
		`mount -t tmpfs -o size=4m tmpfs "$0" && echo mounted && exec cat`, mount)
	in, err := keeper.StdinPipe() // cat ends when it is closed, and with it the disk
	if err != nil {
		return nil, err
	}
	out, err := keeper.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var said strings.Builder
	keeper.Stderr = &said
	if err := keeper.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = keeper.Wait()
	})
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "mounted\n" {
		_ = in.Close()
		return nil, errors.Join(keeper.Wait(), errors.New(said.String()))
	}
	d := &smallDisk{
		mount: mount, outside: fmt.Sprintf("/proc/%d/root%s", keeper.Process.Pid, mount), program: filepath.Join(dir, "junma-inside"),
	}
	script := fmt.Sprintf("#!/bin/sh\nexec nsenter --target %d --user --mount --preserve-credentials sh -c 'cd %q && exec %q \"$@\"' sh \"$@\"\n",
		keeper.Process.Pid, dir, program)
	return d, os.WriteFile(d.program, []byte(script), 0o700)
}

// copyOut brings the files of the disk to where it is mounted, as seen from here.
func (d *smallDisk) copyOut() error { return os.CopyFS(d.mount, os.DirFS(d.outside)) }

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 16; size > 0; {
		_, err := file.Write(make([]byte, size))
		switch {
		case errors.Is(err, syscall.ENOSPC):
			size /= 2
		case err != nil:
			t.Fatal(err)
		}
	}
}

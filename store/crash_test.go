package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/store"
)

// crashing names the folder of the database for the copy of this program that is to be killed.
const crashing = "JUNMA_STORE_CRASHING"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashing); dir != "" {
		writeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// writeUntilKilled writes from many goroutines and acknowledges each transaction on the standard output after Do has
// returned.
func writeUntilKilled(dir string) {
	s, err := store.Open(context.Background(), options(dir, time.Now))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var acknowledge sync.Mutex
	for writer := range 8 {
		go func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("%d-%d-%d", os.Getpid(), writer, n)
				if err := s.Do(context.Background(), func(tx *store.Tx) error { return happen(tx, key) }); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				acknowledge.Lock()
				fmt.Println(key)
				acknowledge.Unlock()
			}
		}()
	}
	select {}
}

// happen is one event: a journal line and a delivery, which is claimed at once.
func happen(tx *store.Tx, key string) error {
	if _, err := tx.Append(store.Entry{Kind: "crash", Key: key}); err != nil {
		return err
	}
	if _, err := tx.Enqueue(store.Delivery{ID: "d-" + key, Key: key, Lane: key, Effect: store.EffectReply}); err != nil {
		return err
	}
	_, err := tx.Claim(store.ClaimOptions{Now: tx.Now, Wall: time.Now(), Lease: time.Hour, Limit: 1})
	return err
}

func TestKilledInTheMiddleOfCommits(t *testing.T) {
	dir := t.TempDir()
	var acknowledged []string
	for round := range 4 {
		acknowledged = append(acknowledged, killAfter(t, dir, 40+37*round)...)
	}
	s := open(t, dir)
	head, err := s.VerifyJournal(t.Context())
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	err = s.View(t.Context(), func(v *store.View) error {
		entries, err := v.Journal("", 0, int(head.Seq))
		if err != nil {
			return err
		}
		kept := map[string]bool{}
		for _, e := range entries {
			kept[e.Key] = true
		}
		deliveries, err := v.Deliveries(store.DeliveryFilter{})
		if len(deliveries) != len(entries) {
			t.Errorf("%d events have %d deliveries", len(entries), len(deliveries))
		}
		for _, d := range deliveries {
			if !kept[d.Key] {
				t.Errorf("the delivery %s has no event", d.Key)
			}
			if d.State == store.DeliverySending {
				t.Errorf("the delivery %s of a dead process is still being sent", d.Key)
			}
		}
		for _, key := range acknowledged {
			if !kept[key] {
				t.Errorf("%s was acknowledged and is lost", key)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// killAfter runs writeUntilKilled, kills it after n acknowledgements and gives all that came.
func killAfter(t *testing.T, dir string, n int) (keys []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), crashing+"="+dir)
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the rest of a cut line is no acknowledgement
			break
		}
		keys = append(keys, strings.TrimSpace(line))
		if len(keys) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || len(keys) < n || complaint.Len() > 0 {
		t.Fatalf("the child ended with %v after %d acknowledgements: %s", err, len(keys), complaint.String())
	}
	return keys
}

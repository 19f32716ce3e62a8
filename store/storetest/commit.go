package storetest

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"junma/store"
)

func testCommit(t *testing.T, open Opener) {
	t.Run("同时提交的各看得见前面的结果", func(t *testing.T) { countTogether(t, newHouse(t, open)) })
	t.Run("失败的只退回自己", func(t *testing.T) { failAlone(t, newHouse(t, open)) })
	t.Run("意外中断只伤自己", func(t *testing.T) { panicAlone(t, newHouse(t, open)) })
	t.Run("等不及的不再执行", func(t *testing.T) { leaveQueue(t, newHouse(t, open)) })
	t.Run("提交之后才通知", func(t *testing.T) { hooksAfterCommit(t, newHouse(t, open)) })
	t.Run("一次阅读是一个时刻", func(t *testing.T) { oneSnapshot(t, newHouse(t, open)) })
	t.Run("一个事务一个时刻", func(t *testing.T) { oneInstant(t, newHouse(t, open)) })
	t.Run("关闭之后明说", func(t *testing.T) { closedStore(t, newHouse(t, open)) })
}

func countTogether(t *testing.T, h *house) {
	const callers = 200
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			err := h.Do(context.Background(), func(tx *store.Tx) error {
				was, err := tx.Value("count")
				if err != nil {
					return err
				}
				n, _ := strconv.Atoi(was)
				return tx.SetValue("count", strconv.Itoa(n+1))
			})
			if err != nil {
				t.Errorf("transaction: %v", err)
			}
		})
	}
	all.Wait()
	if got := h.value("count"); got != strconv.Itoa(callers) {
		t.Errorf("%d callers counted to %s", callers, got)
	}
	if err := h.Ping(context.Background()); err != nil {
		t.Errorf("ping: %v", err)
	}
}

func failAlone(t *testing.T, h *house) {
	const callers = 60
	refused := errors.New("refused")
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			err := h.Do(context.Background(), func(tx *store.Tx) error {
				if err := tx.SetValue("caller-"+number(i), "written"); err != nil {
					return err
				}
				if i%3 == 0 {
					return refused
				}
				return nil
			})
			if want := i%3 == 0; errors.Is(err, refused) != want || (!want && err != nil) {
				t.Errorf("caller %d got %v", i, err)
			}
		})
	}
	all.Wait()
	for i := range callers {
		if got, want := h.value("caller-"+number(i)) != "", i%3 != 0; got != want {
			t.Errorf("caller %d: written %v, want %v", i, got, want)
		}
	}
}

func panicAlone(t *testing.T, h *house) {
	err := h.Do(context.Background(), func(tx *store.Tx) error {
		if err := tx.SetValue("panicked", "yes"); err != nil {
			return err
		}
		panic("意外")
	})
	if err == nil || !strings.Contains(err.Error(), "意外") {
		t.Errorf("a panic gave %v", err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = h.Do(context.Background(), func(tx *store.Tx) error {
			if err := tx.SetValue("left", "yes"); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
	}()
	within(t, "the end of the goroutine", gone)
	h.do(func(tx *store.Tx) error { return tx.SetValue("after", "yes") })
	if h.value("panicked") != "" || h.value("left") != "" || h.value("after") != "yes" {
		t.Errorf("panicked %q, left %q, after %q", h.value("panicked"), h.value("left"), h.value("after"))
	}
}

func leaveQueue(t *testing.T, h *house) {
	started, release, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		first <- h.Do(context.Background(), func(tx *store.Tx) error {
			close(started)
			<-release
			return tx.SetValue("first", "yes")
		})
	}()
	within(t, "the first transaction", started)
	ctx, cancel := context.WithCancel(context.Background())
	second := make(chan error, 1)
	go func() {
		second <- h.Do(ctx, func(tx *store.Tx) error { return tx.SetValue("second", "yes") })
	}()
	cancel()
	if err := within(t, "the leaving of the second", second); !errors.Is(err, context.Canceled) {
		t.Errorf("the second got %v", err)
	}
	close(release)
	if err := within(t, "the end of the first", first); err != nil {
		t.Errorf("the first got %v", err)
	}
	h.do(func(tx *store.Tx) error { return tx.SetValue("third", "yes") })
	if h.value("first") != "yes" || h.value("second") != "" {
		t.Errorf("first %q, second %q", h.value("first"), h.value("second"))
	}
}

func hooksAfterCommit(t *testing.T, h *house) {
	seen := ""
	h.do(func(tx *store.Tx) error {
		tx.AfterCommit(func() { seen = h.value("news") })
		return tx.SetValue("news", "kept")
	})
	if seen != "kept" {
		t.Errorf("the hook saw %q", seen)
	}
	refused := errors.New("refused")
	h.failing(refused, func(tx *store.Tx) error {
		tx.AfterCommit(func() { t.Error("a hook of a failed transaction was called") })
		return refused
	})
}

func oneSnapshot(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error { return tx.SetValue("page", "old") })
	h.read(func(v *store.View) error {
		before, err := v.Value("page")
		if err != nil {
			return err
		}
		h.do(func(tx *store.Tx) error { return tx.SetValue("page", "new") })
		after, err := v.Value("page")
		if before != "old" || after != "old" {
			t.Errorf("one view read %q, then %q", before, after)
		}
		return err
	})
	h.do(func(tx *store.Tx) error {
		if err := tx.SetValue("page", "newest"); err != nil {
			return err
		}
		if got := h.value("page"); got != "new" { // also: a reader doesn't wait for the writer
			t.Errorf("a reader saw %q of a transaction that had not ended", got)
		}
		return nil
	})
}

func oneInstant(t *testing.T, h *house) {
	h.pass(456 * time.Microsecond)
	h.do(func(tx *store.Tx) error {
		if !tx.Now.Equal(morning) || tx.Now.Location() != time.UTC {
			t.Errorf("the instant is %v, want %v", tx.Now, morning)
		}
		h.pass(time.Hour)
		if !tx.Now.Equal(morning) {
			t.Errorf("the instant moved to %v", tx.Now)
		}
		return nil
	})
}

func closedStore(t *testing.T, h *house) {
	if err := h.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if err := h.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if err := h.Do(context.Background(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a transaction gave %v", err)
	}
	if err := h.View(context.Background(), func(*store.View) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a view gave %v", err)
	}
}

package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/mechanism"
	"junma/store"
)

func testJournal(t *testing.T, open Opener) {
	t.Run("逐行如实", func(t *testing.T) { journalReturns(t, newHouse(t, open)) })
	t.Run("退回的不留痕", func(t *testing.T) { journalRollsBack(t, newHouse(t, open)) })
	t.Run("规则库留存", func(t *testing.T) { booksStay(t, newHouse(t, open)) })
	t.Run("重复的来件认得出", func(t *testing.T) { inboundOnce(t, newHouse(t, open)) })
}

func journalReturns(t *testing.T, h *house) {
	actor := mechanism.Actor{Person: "lin", Name: "林某", Channel: "dingtalk", Offices: []mechanism.Office{
		{Unit: "市住建局", Role: mechanism.RoleContact}, {Unit: "市领导", Role: mechanism.RoleCity, Sectors: []mechanism.Sector{mechanism.SectorIndustry}},
	}}
	done := store.Entry{
		Project: "JD-1", Case: 2, Actor: actor, Channel: "dingtalk", Kind: "disposed", Data: json.RawMessage(`{"case":2}`),
		From: "未办理", To: "已办理未销号", Book: "b1", Key: "click-1",
	}
	refused := store.Entry{Project: "JD-2", Channel: "api", Kind: "record", Refused: "项目类别不认识,请更正。"}
	var numbers [3]int64
	h.do(func(tx *store.Tx) (err error) {
		numbers[0], err = tx.Append(done)
		return err
	})
	h.pass(time.Hour)
	h.do(func(tx *store.Tx) (err error) {
		if numbers[1], err = tx.Append(refused); err != nil {
			return err
		}
		numbers[2], err = tx.Append(done)
		return err
	})
	if numbers != [3]int64{1, 2, 3} {
		t.Errorf("the lines have numbers %v", numbers)
	}
	h.restart()
	head, err := h.VerifyJournal(context.Background())
	if err != nil || head.Seq != 3 {
		t.Fatalf("verify: line %d, %v", head.Seq, err)
	}
	done.Seq, done.At = 1, morning
	refused.Seq, refused.At = 2, morning.Add(time.Hour)
	last := done
	last.Seq, last.At, last.Hash = 3, refused.At, head.Hash
	h.expectJournal("", 0, done, refused, last)
	h.expectJournal("JD-1", 0, done, last)
	h.expectJournal("JD-1", 1, last)
	h.expectJournal("JD-9", 0)
}

// expectJournal compares lines; a hash that want leaves empty is only required to be there.
func (h *house) expectJournal(project string, after int64, want ...store.Entry) {
	h.t.Helper()
	h.read(func(v *store.View) error {
		got, err := v.Journal(project, after, 100)
		for i := range got {
			if len(got[i].Hash) != 64 {
				h.t.Errorf("line %d has the hash %q", got[i].Seq, got[i].Hash)
			}
			if i < len(want) && want[i].Hash == "" {
				got[i].Hash = ""
			}
		}
		if diff := cmp.Diff(append([]store.Entry{}, want...), got); diff != "" {
			h.t.Errorf("journal of %q (-want +got):\n%s", project, diff)
		}
		return err
	})
}

func journalRollsBack(t *testing.T, h *house) {
	refused := errors.New("refused")
	for range 3 {
		h.do(func(tx *store.Tx) error {
			_, err := tx.Append(store.Entry{Kind: "kept"})
			return err
		})
		h.failing(refused, func(tx *store.Tx) error {
			if _, err := tx.Append(store.Entry{Kind: "taken back"}); err != nil {
				return err
			}
			return refused
		})
	}
	if head, err := h.VerifyJournal(context.Background()); head.Seq != 3 || err != nil {
		t.Errorf("verify: line %d, %v", head.Seq, err)
	}
}

func booksStay(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.SaveBook("b1", []byte(`{"v":1}`)), tx.SaveBook("b1", []byte(`{"v":2}`)))
	})
	h.read(func(v *store.View) error {
		spec, err := v.Book("b1")
		if string(spec) != `{"v":1}` {
			t.Errorf("the book is %s", spec)
		}
		if _, err := v.Book("b2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown book gave %v", err)
		}
		return err
	})
}

func inboundOnce(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.Remember("dingtalk", "m1", []byte("好的")), tx.Remember("wecom", "m1", nil))
	})
	expectSeen := func(source, key, answer string, want bool) {
		t.Helper()
		h.do(func(tx *store.Tx) error {
			got, ok, err := tx.Seen(source, key)
			if string(got) != answer || ok != want {
				t.Errorf("%s %s: %q, %v", source, key, got, ok)
			}
			return err
		})
	}
	expectSeen("dingtalk", "m1", "好的", true)
	expectSeen("wecom", "m1", "", true)
	expectSeen("dingtalk", "m2", "", false)
	if err := h.Do(context.Background(), func(tx *store.Tx) error { return tx.Remember("dingtalk", "m1", nil) }); err == nil {
		t.Error("one key was remembered twice")
	}
	h.pass(24 * time.Hour)
	h.do(func(tx *store.Tx) error {
		if err := tx.Remember("dingtalk", "m2", nil); err != nil {
			return err
		}
		n, err := tx.ForgetBefore(tx.Now)
		if n != 2 {
			t.Errorf("forgot %d", n)
		}
		return err
	})
	expectSeen("dingtalk", "m1", "", false)
	expectSeen("dingtalk", "m2", "", true)
}

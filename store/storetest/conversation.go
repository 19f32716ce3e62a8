package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/store"
)

func testConversation(t *testing.T, open Opener) {
	t.Run("按钮只用一次", func(t *testing.T) { buttonOnce(newHouse(t, open)) })
	t.Run("旧卡的按钮仍认得", func(t *testing.T) { oldButtons(t, newHouse(t, open)) })
	t.Run("对话每人一份", func(t *testing.T) { dialogues(t, newHouse(t, open)) })
	t.Run("已上传的文件", func(t *testing.T) { media(t, newHouse(t, open)) })
	t.Run("零星事实", func(t *testing.T) { values(t, newHouse(t, open)) })
}

func buttonOnce(h *house) {
	b := store.Button{Ref: "r1", Card: "card-a", Act: "report", Project: "JD-1", Case: 2, Push: 3, Version: 4, Arg: "x"}
	h.do(func(tx *store.Tx) error { return tx.SaveButtons("card-a", []store.Button{b}) })
	h.do(func(tx *store.Tx) error { return tx.UseButton("r1", "chen") })
	h.pass(time.Minute)
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.UseButton("r1", "lin"), tx.UseButton("no-such-button", "lin"))
	})
	b.UsedBy, b.UsedAt = "chen", morning
	h.expectButton(b)
	h.failing(store.ErrNotFound, func(tx *store.Tx) error {
		_, err := tx.Button("no-such-button")
		return err
	})
}

func (h *house) expectButton(want store.Button) {
	h.t.Helper()
	h.read(func(v *store.View) error {
		got, err := v.Button(want.Ref)
		if diff := cmp.Diff(want, got); diff != "" {
			h.t.Errorf("button (-want +got):\n%s", diff)
		}
		return err
	})
}

func oldButtons(t *testing.T, h *house) {
	old := store.Button{Ref: "r1", Card: "card-a", Act: "report", Version: 1}
	used := store.Button{Ref: "r2", Card: "card-a", Act: "view", Version: 1}
	h.do(func(tx *store.Tx) error {
		if err := tx.SaveButtons("card-a", []store.Button{old, used}); err != nil {
			return err
		}
		return tx.UseButton("r2", "chen")
	})
	drawn := store.Button{Ref: "r3", Card: "card-a", Act: "done", Version: 2}
	renewed := func(b store.Button) store.Button { b.Version = 2; return b }
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.SaveButtons("card-a", []store.Button{drawn, renewed(used)}),
			tx.SaveButtons("card-b", []store.Button{renewed(old)})) // another card cannot take a reference over
	})
	used.UsedBy, used.UsedAt = "chen", morning
	h.expectButton(old)
	h.expectButton(used)
	h.expectButton(drawn)
	h.do(func(tx *store.Tx) error { return tx.SaveButtons("card-a", []store.Button{renewed(old)}) })
	h.expectButton(renewed(old))
}

func dialogues(t *testing.T, h *house) {
	want := store.Dialogue{
		Platform: "dingtalk", Person: "chen", Kind: "report", Step: "cause", Project: "JD-1", Case: 1, Push: 2,
		Data: []byte(`{"cause":"资金"}`), Session: "https://example.invalid/session", SessionExpires: wall,
		ExpiresAt: morning.Add(24 * time.Hour), UpdatedAt: morning,
	}
	other := want
	other.Platform, other.Step = "wecom", "text"
	h.do(func(tx *store.Tx) error { return errors.Join(tx.SaveDialogue(want), tx.SaveDialogue(other)) })
	h.restart()
	expect := func(want store.Dialogue) {
		t.Helper()
		h.read(func(v *store.View) error {
			got, err := v.Dialogue(want.Platform, want.Person)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("dialogue (-want +got):\n%s", diff)
			}
			return err
		})
	}
	expect(want)
	expect(other)
	h.pass(48 * time.Hour)
	expect(want) // expired, and still there as a draft
	want.Step, want.Data, want.UpdatedAt = "text", []byte(`{}`), morning.Add(48*time.Hour)
	h.do(func(tx *store.Tx) error { return tx.SaveDialogue(want) })
	expect(want)
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.DropDialogue("dingtalk", "chen"), tx.DropDialogue("dingtalk", "nobody"))
	})
	h.read(func(v *store.View) error {
		if _, err := v.Dialogue("dingtalk", "chen"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a dropped dialogue gave %v", err)
		}
		return nil
	})
	expect(other)
}

func media(t *testing.T, h *house) {
	forever := store.Media{Platform: "dingtalk", Content: "abc/file", ID: "@1"}
	brief := store.Media{Platform: "wecom", Content: "abc/file", ID: "m-1", Expires: wall.Add(time.Hour)}
	h.do(func(tx *store.Tx) error { return errors.Join(tx.SaveMedia(forever), tx.SaveMedia(brief)) })
	h.restart()
	held := func(m store.Media, at time.Time) string {
		var got store.Media
		h.read(func(v *store.View) (err error) {
			if got, err = v.Media(m.Platform, m.Content, at); errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		})
		return got.ID
	}
	if held(forever, wall.AddDate(9, 0, 0)) != "@1" || held(brief, wall) != "m-1" {
		t.Error("what was uploaded is not found")
	}
	if got := held(brief, wall.Add(time.Hour)); got != "" {
		t.Errorf("after its end %q is still given", got)
	}
	brief.ID, brief.Expires = "m-2", wall.Add(2*time.Hour)
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.SaveMedia(brief), tx.DropMedia("dingtalk", "abc/file"))
	})
	if held(brief, wall.Add(time.Hour)) != "m-2" || held(forever, wall) != "" {
		t.Error("a new upload does not count, or a dropped one still does")
	}
}

func values(t *testing.T, h *house) {
	h.do(func(tx *store.Tx) error {
		return errors.Join(tx.SetValue("day", "2026-03-02"), tx.SetValue("day", "2026-03-03"))
	})
	h.restart()
	if h.value("day") != "2026-03-03" || h.value("night") != "" {
		t.Errorf("day %q, night %q", h.value("day"), h.value("night"))
	}
}

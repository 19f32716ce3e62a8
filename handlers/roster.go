package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// RosterResult is what became of the units, people and groups that were sent.
type RosterResult struct {
	Accepted int           `json:"accepted"`
	Rejected int           `json:"rejected"`
	Errors   []RecordError `json:"errors"`          // why a record was not taken
	Notes    []RecordError `json:"notes,omitempty"` // what is still missing in a record that was taken
}

const (
	lookups       = 8                // look-ups of accounts under way at once
	lookupTimeout = 10 * time.Second // of one look-up
)

// TakeRoster takes a roster body (contract): each faulty unit, person or group is left out with every fault in it, the
// rest are taken in one transaction. People without an account on a platform that finds accounts by mobile number are
// looked up first, outside the transaction; who isn't found is taken all the same, and a note says so.
//
// The error is errNothingRead when r holds no such body, errBrokenOff with what reading r gave, or the store's.
func (h *Handlers) TakeRoster(ctx context.Context, r io.Reader) (RosterResult, error) {
	raw, err := io.ReadAll(withoutMark(r))
	if err != nil {
		return RosterResult{Errors: []RecordError{}}, fmt.Errorf("%w: %w", errBrokenOff, err)
	}
	b := newRosterBody()
	if !b.read(raw) {
		return b.result(), errNothingRead
	}
	var known *store.Roster
	err = h.Store.View(ctx, func(v *store.View) (err error) {
		known, err = v.Roster()
		return err
	})
	if err != nil {
		return b.result(), fmt.Errorf("read roster: %w", err)
	}
	h.checkRoster(ctx, b, known)
	change := b.change(known)
	if len(change.Units)+len(change.People)+len(change.Groups) == 0 {
		return b.result(), nil
	}
	err = h.Store.Do(ctx, func(tx *store.Tx) error { return h.saveRoster(tx, change, mechanism.Actor{Channel: "api"}, "") })
	if err != nil {
		return b.result(), err
	}
	result := b.result()
	h.Taken("roster", result.Accepted, result.Rejected)
	return result, nil
}

// checkRoster holds what was read against the roster as it is, and looks up the accounts that are missing.
func (h *Handlers) checkRoster(ctx context.Context, b *rosterBody, known *store.Roster) {
	b.keep(known)
	b.checkPlaces(known)
	h.lookUp(ctx, b, known)
	b.checkAccounts(known)
}

// lookUp finds the accounts of people who are given by mobile number only, on every platform that can.
func (h *Handlers) lookUp(ctx context.Context, b *rosterBody, known *store.Roster) {
	var mu sync.Mutex // over what is found: a person may be looked up on several platforms
	var group errgroup.Group
	group.SetLimit(lookups)
	for name, platform := range h.Platforms {
		directory, ok := platform.(bot.Directory)
		if !ok {
			continue
		}
		for i := range b.people {
			row := &b.people[i]
			if len(row.faults) > 0 || !wantsAccount(row.value, name, known) {
				continue
			}
			group.Go(func() error {
				user, why := h.account(ctx, directory, name, row.value.Mobile)
				mu.Lock()
				defer mu.Unlock()
				if why != "" {
					b.notes = append(b.notes, row.told(RecordError{Field: row.path + "." + name, Message: why}))
					return nil
				}
				row.value.Accounts[name] = user
				return nil
			})
		}
	}
	_ = group.Wait() // each says for itself what it didn't find
}

// wantsAccount reports whether a person must be looked up on a platform: an account that is given, or that was found
// for the same number before, is taken as it is.
func wantsAccount(p store.Person, platform string, known *store.Roster) bool {
	if !p.Active || p.Mobile == "" || p.Accounts[platform] != "" {
		return false
	}
	before, ok := known.Person(p.ID)
	return !ok || before.Mobile != p.Mobile || before.Accounts[platform] == ""
}

// account asks a directory for the user of a mobile number, or says in plain Chinese why there is none.
func (h *Handlers) account(ctx context.Context, directory bot.Directory, platform string, mobile store.Mobile) (user, why string) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	user, err := directory.UserByMobile(ctx, string(mobile))
	name := rosterLabels[platform]
	switch {
	case err == nil && user != "":
		return user, ""
	case err == nil || bot.KindOf(err) == bot.Gone || bot.KindOf(err) == bot.Refused:
		return "", fmt.Sprintf("按手机号没有查到%s,此人暂收不到消息,请核对手机号或直接填写账号。", name)
	default:
		h.Log.Warn("account not looked up", "platform", platform, "kind", bot.KindOf(err).String())
		return "", fmt.Sprintf("暂时无法按手机号查询%s,此人暂收不到消息,请稍后重新报送或直接填写账号。", name)
	}
}

// saveRoster saves the change, with a journal line that names whom it touches but neither accounts nor numbers.
func (h *Handlers) saveRoster(tx *store.Tx, change store.RosterChange, by mechanism.Actor, key string) error {
	touched := map[string][]string{}
	for _, u := range change.Units {
		touched["units"] = append(touched["units"], u.Name)
	}
	for _, p := range change.People {
		touched["people"] = append(touched["people"], p.ID)
	}
	for _, g := range change.Groups {
		touched["groups"] = append(touched["groups"], g.Key)
	}
	data, err := json.Marshal(touched)
	if err != nil {
		return fmt.Errorf("encode roster change: %w", err)
	}
	if err := tx.SaveRoster(change); err != nil {
		return fmt.Errorf("save roster: %w", err)
	}
	entry := store.Entry{Actor: by, Channel: by.Channel, Kind: "roster", Data: data, Book: h.Book.Hash(), Key: key}
	if _, err := tx.Append(entry); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"junma/mechanism"
	"junma/store"
)

const (
	// dayDone keeps the last civil day whose work is done for every project, as 2006-01-02; dayBook the hash of the rule
	// book under which every project's next due day was worked out.
	dayDone = "day.done"
	dayBook = "day.book"
	// dayBatch is how many projects are looked up at once; dayWorkers of them are under way together and share commits.
	dayBatch   = 512
	dayWorkers = 64
)

// DayBegan brings every project up to the business date: lights turn, cycles end, overdue begins. Days that were missed
// are caught up in order, as they would have gone one by one. A day counts as done only when all its projects are; after
// a crash in the middle the rest of it is done at the next call, and calling again on the same day does nothing, unless
// the rule book has changed meanwhile: then every project is looked at once. At the end of the present day's work 专班's
// daily list is enqueued.
func (h *Handlers) DayBegan(ctx context.Context) error {
	h.days.Lock() // one day at a time, whoever says that it has begun
	defer h.days.Unlock()
	var done mechanism.Date
	var book string
	err := h.Store.View(ctx, func(v *store.View) (err error) {
		if done, err = LastDay(v); err != nil {
			return err
		}
		book, err = v.Value(dayBook)
		return err
	})
	if err != nil {
		return err
	}
	today := h.today()
	if done.IsZero() {
		done = today - 1 // the first day ever: there is nothing to catch up
	}
	for day := done + 1; day <= today; day++ {
		if err := h.eachProject(ctx, day, dueOn(day)); err != nil {
			return fmt.Errorf("do the work of %s: %w", day, err)
		}
		if err := h.endDay(ctx, day, day == today); err != nil {
			return fmt.Errorf("end the work of %s: %w", day, err)
		}
	}
	if book == h.Book.Hash() {
		return nil
	}
	return h.adoptBook(ctx, max(done, today))
}

// adoptBook looks at every project under a rule book that is new: lights may turn at once, and other days are due.
func (h *Handlers) adoptBook(ctx context.Context, day mechanism.Date) error {
	all := func(v *store.View, after string) ([]string, error) { return v.AllProjects(after, dayBatch) }
	if err := h.eachProject(ctx, day, all); err != nil {
		return fmt.Errorf("adopt the rule book: %w", err)
	}
	return h.Store.Do(ctx, func(tx *store.Tx) error { return tx.SetValue(dayBook, h.Book.Hash()) })
}

// LastDay gives the last day that is done for everyone; zero before the first.
func LastDay(v *store.View) (mechanism.Date, error) {
	text, err := v.Value(dayDone)
	if err != nil {
		return 0, fmt.Errorf("read the last day done: %w", err)
	}
	day, err := mechanism.ParseDate(text)
	if err != nil {
		return 0, fmt.Errorf("read the last day done: %w", err)
	}
	return day, nil
}

// dueOn lists the projects that a day could change. A project that is done is no longer due, so that a crash costs
// nothing but the transactions that had not committed.
func dueOn(day mechanism.Date) func(*store.View, string) ([]string, error) {
	return func(v *store.View, after string) ([]string, error) { return v.DueProjects(day, after, dayBatch) }
}

// eachProject does the work of a day for the projects of a list, which gives the next ones after an id.
func (h *Handlers) eachProject(ctx context.Context, day mechanism.Date, list func(v *store.View, after string) ([]string, error)) error {
	for after := ""; ; {
		var ids []string
		err := h.Store.View(ctx, func(v *store.View) (err error) {
			ids, err = list(v, after)
			return err
		})
		if err != nil {
			return fmt.Errorf("list projects: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(dayWorkers)
		for _, id := range ids {
			group.Go(func() error { return h.beginDay(ctx, id, day) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// beginDay does the work of a day for one project. One that the mechanism can't step must not hold up the others: it
// stays due, and 专班 is told.
func (h *Handlers) beginDay(ctx context.Context, id string, day mechanism.Date) error {
	err := h.Store.Do(ctx, func(tx *store.Tx) error {
		_, err := h.applyAt(tx, momentOf(day, tx.Now), id, mechanism.DayBegan{}, mechanism.Actor{Channel: "day"}, dayKey(day))
		return err
	})
	fault, unable := errors.AsType[*stepError](err)
	if !unable {
		return err
	}
	h.Log.Error("day not done for a project", "project", id, "day", day.String(), "error", fault.Err)
	return h.Store.Do(ctx, func(tx *store.Tx) error {
		p, err := tx.Project(id)
		if err != nil {
			return fmt.Errorf("load project %s: %w", id, err)
		}
		a := alarm{
			key:      "day/" + id + "/" + day.String(),
			sentence: fmt.Sprintf("项目“%s”(编号%s)%s的灯色未能核算,请联系运维人员查看服务日志。", p.Name, p.ID, day),
		}
		return h.Notify.Enqueue(tx, &p, []mechanism.Notification{a.notification(id, day)})
	})
}

// dayPrefix begins the journal key of a day's work, which names the day.
const dayPrefix = "day/"

func dayKey(day mechanism.Date) string { return dayPrefix + day.String() }

// momentOf gives the business instant of a day's work: now, or 00:00 of a day that has passed.
func momentOf(day mechanism.Date, now time.Time) time.Time {
	if mechanism.DateOf(now) == day {
		return now
	}
	return day.Time()
}

// EventTime gives the business instant with which Step took the event of a journal line, for replaying it. It is the
// line's own instant, but for a day that was caught up later.
func EventTime(line store.Entry) time.Time {
	text, isDay := strings.CutPrefix(line.Key, dayPrefix)
	day, err := mechanism.ParseDate(text)
	if !isDay || err != nil {
		return line.At
	}
	return momentOf(day, line.At)
}

// endDay records that a day is done, and on the present day tells 专班 what there is to tell.
func (h *Handlers) endDay(ctx context.Context, day mechanism.Date, present bool) error {
	return h.Store.Do(ctx, func(tx *store.Tx) error {
		if err := tx.SetValue(dayDone, day.String()); err != nil {
			return fmt.Errorf("record the day: %w", err)
		}
		head, err := tx.JournalHead()
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { h.Log.Info("day done", "day", day.String(), "journal_head", head.String()) })
		if !present {
			return nil
		}
		notes := h.calendarAlarm(day)
		if work, _ := h.Book.Workday(day); work {
			notes = append(notes, mechanism.Notification{
				Kind: mechanism.KindDailyList, Key: "daily-list/" + day.String(), On: day,
				To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
			})
		}
		if len(notes) == 0 {
			return nil
		}
		if err := h.Notify.Enqueue(tx, nil, notes); err != nil {
			return fmt.Errorf("enqueue the daily list: %w", err)
		}
		return nil
	})
}

// calendarAlarm asks 专班 for the calendar of a year: of this year at any time, of the next from 1 November, once a
// month until it is there (mechanism Part G).
func (h *Handlers) calendarAlarm(day mechanism.Date) []mechanism.Notification {
	month := day.String()[:len("2006-01")]
	years := []int{day.Year()}
	if month[len("2006-"):] >= "11" {
		years = append(years, day.Year()+1)
	}
	var notes []mechanism.Notification
	for _, year := range years {
		if _, known := h.Book.Workday(mechanism.NewDate(year, time.January, 1)); known {
			continue
		}
		a := alarm{
			key: fmt.Sprintf("calendar/%d/%s", year, month),
			sentence: fmt.Sprintf("规则库没有%d年的工作日历,涉及该年的工作日按周末推算并标“日历未核定”,"+
				"请在国务院办公厅公布放假安排后由运维人员补入规则库。", year),
		}
		notes = append(notes, a.notification("", day))
	}
	return notes
}

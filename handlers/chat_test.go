package handlers_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"junma/bot"
	"junma/handlers"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

var update = flag.Bool("update", false, "write the golden files")

// chat is a small 建德 whose people have phones: what they see is kept, and what they press, write and send goes in
// through the doors of handlers. After each act the dispatcher is awaited, so that nothing is in flight.
type chat struct {
	t        *testing.T
	clock    atomic.Int64 // business time, ms
	store    *store.Store
	book     *mechanism.Book
	notify   *notify.Notifier
	handlers *handlers.Handlers
	phones   *phones
	stop     func()
	acts     int // presses and messages so far: their keys

	log     strings.Builder // what everyone did and saw, as a golden file has it
	restart bool            // start the program anew after every act
}

const chatRoster = `{
	"units": [
		{"name":"下涯镇","kind":"镇街"}, {"name":"云溪新材料有限公司","kind":"业主"}, {"name":"市住建局","kind":"部门"},
		{"name":"市经信局","kind":"部门"}, {"name":"市发改局","kind":"部门"}, {"name":"市统计局","kind":"部门"},
		{"name":"市商务局","kind":"部门"}, {"name":"市规划和自然资源局","kind":"部门"}, {"name":"市审管办","kind":"部门"},
		{"name":"大同镇","kind":"镇街"}, {"name":"业务专班","kind":"专班"}, {"name":"市领导","kind":"市领导"}
	],
	"people": [
		{"id":"chen","name":"陈某","unit":"下涯镇","role":"联系人","dingtalk":"user-chen"},
		{"id":"lin","name":"林某","unit":"市住建局","role":"联系人","dingtalk":"user-lin"},
		{"id":"wang","name":"王某","unit":"市经信局","role":"联系人","dingtalk":"user-wang"},
		{"id":"qian","name":"钱某","unit":"大同镇","role":"联系人","dingtalk":"user-qian"},
		{"id":"sun","name":"孙某","unit":"市审管办","role":"联系人","dingtalk":"user-sun"},
		{"id":"li","name":"李某","unit":"市领导","role":"市领导","dingtalk":"user-li","sectors":["工业"]},
		{"id":"zhao","name":"赵某","unit":"业务专班","role":"专班","dingtalk":"user-zhao"}
	]
}`

// newChat opens the city on the morning of a day with the roster and no projects.
func newChat(t *testing.T, day string, edits ...func(*mechanism.Spec)) *chat {
	t.Helper()
	c := &chat{t: t, phones: newPhones(), book: cityBook(t, edits...)}
	c.moveTo(day, 9, 30)
	s, err := store.Open(context.Background(), store.Options{
		Path: filepath.Join(t.TempDir(), "junma.db"), Evidence: t.TempDir(), Now: c.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	c.store = s
	c.start()
	t.Cleanup(func() {
		c.stop()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(chatRoster))
	if err != nil || got.Rejected > 0 {
		t.Fatalf("roster: %v %+v", err, got)
	}
	return c
}

// bindGroup makes a group that of 下涯镇 for the first tier.
func (c *chat) bindGroup(id string) {
	c.t.Helper()
	body := `{"groups":[{"key":"` + id + `","unit":"下涯镇","tier":1,"dingtalk":"` + id + `"}]}`
	got, err := c.handlers.TakeRoster(context.Background(), strings.NewReader(body))
	if err != nil || got.Rejected > 0 {
		c.t.Fatalf("roster: %v %+v", err, got)
	}
}

// start starts the program on the store: all that lives in memory is new.
func (c *chat) start() {
	platforms := map[string]bot.Platform{"dingtalk": c.phones}
	log := slog.New(slog.NewTextHandler(failOnError{c.t}, &slog.HandlerOptions{Level: slog.LevelError}))
	o := notify.Options{
		Store: c.store, Book: c.book, Platforms: platforms, Now: c.now, Wall: time.Now, Log: log,
		Hours: notify.Hours{RestDays: true},
	}
	var h *handlers.Handlers
	o.Fetched = func(tx *store.Tx, d store.Delivery, blob store.Blob, failure string) error {
		return h.Fetched(tx, d, blob, failure)
	}
	o.Make = func(ctx context.Context, d store.Delivery, f notify.File, w io.Writer) error {
		return h.Make(ctx, d, f, w)
	}
	c.notify = notify.New(o)
	h = handlers.New(handlers.Options{Store: c.store, Notify: c.notify, Book: c.book, Platforms: platforms, Now: c.now, Log: log, Corp: "corp"})
	c.handlers = h
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.notify.Run(ctx)
	}()
	c.stop = func() { cancel(); <-ended }
}

// failOnError fails the test on anything logged as an error.
type failOnError struct{ t *testing.T }

func (f failOnError) Write(line []byte) (int, error) {
	f.t.Errorf("unexpected error in the log: %s", line)
	return len(line), nil
}

func (c *chat) now() time.Time { return time.UnixMilli(c.clock.Load()).In(mechanism.Shanghai) }

func (c *chat) moveTo(day string, hour, minute int) {
	d, err := mechanism.ParseDate(day)
	if err != nil {
		c.t.Fatal(err)
	}
	c.clock.Store(d.At(hour, minute).UnixMilli())
}

// later moves business time on.
func (c *chat) later(d time.Duration) { c.clock.Add(d.Milliseconds()) }

// take takes project records.
func (c *chat) take(records ...string) {
	c.t.Helper()
	got, err := c.handlers.TakeRecords(context.Background(), strings.NewReader("["+strings.Join(records, ",")+"]"), false, false)
	if err != nil || got.Rejected > 0 {
		c.t.Fatalf("records: %v %+v", err, got)
	}
	c.settle()
}

// dayBegan lets a day begin at 09:30.
func (c *chat) dayBegan(day string) {
	c.t.Helper()
	c.moveTo(day, 9, 30)
	if err := c.handlers.DayBegan(context.Background()); err != nil {
		c.t.Fatal(err)
	}
	c.settle()
}

// settle waits until nothing is in flight, and starts the program anew where the test wants that.
func (c *chat) settle() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.notify.Drain(ctx); err != nil {
		c.t.Fatalf("the dispatcher did not come to rest: %v", err)
	}
	for _, line := range c.phones.news() {
		c.log.WriteString(line)
	}
	if c.restart {
		c.stop()
		c.start()
	}
}

// press presses the button of that label on the newest card of the person that shows it.
func (c *chat) press(person, label string) {
	c.t.Helper()
	card, ref := c.phones.button(person, label)
	if ref == "" {
		c.t.Fatalf("%s sees no button %q:\n%s", person, label, c.phones.screen(person))
	}
	fmt.Fprintf(&c.log, "▶ %s 按 [%s]\n", person, label)
	c.click(person, card, ref)
}

// click delivers a press and shows its answer.
func (c *chat) click(person, card, ref string) bot.Click {
	c.t.Helper()
	c.acts++
	click := bot.Click{Platform: "dingtalk", Key: fmt.Sprintf("press-%d", c.acts), User: "user-" + person, Card: card, Button: ref}
	c.deliver(click)
	return click
}

func (c *chat) deliver(click bot.Click) bot.Answer {
	c.t.Helper()
	answer, err := c.handlers.Click(context.Background(), click)
	if err != nil {
		c.t.Fatalf("click: %v", err)
	}
	if answer.Card != nil {
		c.phones.show(strings.TrimPrefix(click.User, "user-"), click.Card, *answer.Card, "卡片变为")
	}
	c.settle()
	return answer
}

// say lets a person write to the bot.
func (c *chat) say(person, text string) {
	c.t.Helper()
	fmt.Fprintf(&c.log, "▶ %s 说 %s\n", person, text)
	c.message(bot.Incoming{User: "user-" + person, UserName: person, Text: text})
}

// send lets a person send files.
func (c *chat) send(person string, files ...bot.File) {
	c.t.Helper()
	fmt.Fprintf(&c.log, "▶ %s 发送 %d件\n", person, len(files))
	c.message(bot.Incoming{User: "user-" + person, UserName: person, Files: files})
}

func (c *chat) message(in bot.Incoming) {
	c.t.Helper()
	c.tell(in)
	c.settle()
}

// tell delivers a message without waiting for what it sets off.
func (c *chat) tell(in bot.Incoming) {
	c.t.Helper()
	c.acts++
	in.Platform, in.Key, in.Corp, in.At = "dingtalk", fmt.Sprintf("message-%d", c.acts), "corp", c.now()
	in.Session, in.Expires = "session-"+in.User, time.Now().Add(90*time.Minute)
	if err := c.handlers.Message(context.Background(), in); err != nil {
		c.t.Fatalf("message: %v", err)
	}
}

// await waits until a person sees the words.
func (c *chat) await(person, words string) {
	c.t.Helper()
	deadline := time.After(20 * time.Second)
	for !strings.Contains(c.phones.last(person), words) {
		select {
		case <-c.phones.changed:
		case <-deadline:
			c.t.Fatalf("%s never saw %q, but:\n%s", person, words, c.phones.screen(person))
		}
	}
}

// expect checks that the last thing a person saw holds all the words.
func (c *chat) expect(person string, words ...string) {
	c.t.Helper()
	last := c.phones.last(person)
	for _, word := range words {
		if !strings.Contains(last, word) {
			c.t.Errorf("%s should see %q, but sees:\n%s", person, word, last)
		}
	}
}

// saw checks that a person has seen all the words at some time.
func (c *chat) saw(person string, words ...string) {
	c.t.Helper()
	screen := c.phones.screen(person)
	for _, word := range words {
		if !strings.Contains(screen, word) {
			c.t.Errorf("%s should have seen %q, but saw:\n%s", person, word, screen)
		}
	}
}

// expectNot checks that the last thing a person saw holds none of the words.
func (c *chat) expectNot(person string, words ...string) {
	c.t.Helper()
	last := c.phones.last(person)
	for _, word := range words {
		if strings.Contains(last, word) {
			c.t.Errorf("%s should not see %q, but sees:\n%s", person, word, last)
		}
	}
}

func (c *chat) project(id string) mechanism.Project {
	c.t.Helper()
	var p mechanism.Project
	if err := c.store.View(context.Background(), func(v *store.View) (err error) {
		p, err = v.Project(id)
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return p
}

// theCase is the newest case of a project.
func (c *chat) theCase(id string) mechanism.Case {
	c.t.Helper()
	p := c.project(id)
	if len(p.Cases) == 0 {
		c.t.Fatalf("project %s has no case", id)
	}
	return p.Cases[len(p.Cases)-1]
}

// journal gives the lines of a project, or of everything.
func (c *chat) journal(project string) []store.Entry {
	c.t.Helper()
	var lines []store.Entry
	if err := c.store.View(context.Background(), func(v *store.View) (err error) {
		lines, err = v.Journal(project, 0, 10_000)
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return lines
}

// refusals counts the attempts kept as refused.
func (c *chat) refusals() int {
	n := 0
	for _, line := range c.journal("") {
		if line.Refused != "" {
			n++
		}
	}
	return n
}

// golden compares what everyone did and saw with a file.
func (c *chat) golden(name string) {
	c.t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(c.log.String()), 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), c.log.String()); diff != "" {
		c.t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// noSamples is the rule book as it ships: its limits are examples that alarm nobody.
func noSamples(s *mechanism.Spec) { s.Limits.AcceptSamples = false }

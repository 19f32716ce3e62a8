package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"junma/mechanism"
	"junma/sandbox/dingtalk"
	"junma/store"
)

// TestScenarios runs every script of testdata/script through the whole program: the service on a database file, the
// official Stream SDK over a WebSocket, the pretend DingTalk, people who press and speak. A script that leaves a line of
// error level in the log fails, unless it says `errors TEXT`.
func TestScenarios(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                commands(),
		Setup: func(env *testscript.Env) error {
			slot := &slot{}
			env.Values[slotKey{}] = slot
			env.Defer(func() {
				w := slot.world
				if w == nil {
					return
				}
				if err := w.stop(); err != nil {
					env.T().Log("stop: ", err)
				}
				if lines := w.log.takeErrors(); len(lines) > 0 {
					env.T().Fatal("unexpected errors in the log:\n" + strings.Join(lines, ""))
				}
			})
			return nil
		},
	})
}

// acts are the things that happen in a world; each is also a script command of that name.
var acts = map[string]func(context.Context, *world, []string) error{
	"restart":    func(ctx context.Context, w *world, _ []string) error { return w.restart(ctx) },
	"until":      func(ctx context.Context, w *world, args []string) error { return w.until(ctx, args[0]) },
	"project":    projectCommand,
	"stage":      stageCommand,
	"light":      lightCommand,
	"post":       func(ctx context.Context, w *world, args []string) error { return w.postRecord(ctx, args[0], "") },
	"press":      pressCommand,
	"pressgroup": pressGroupCommand,
	"pressold":   pressOldCommand,
	"presstwice": pressTwiceCommand,
	"together":   togetherCommand,
	"say":        sayCommand,
	"saygroup":   sayGroupCommand,
	"saycorp":    sayCorpCommand,
	"refused":    refusedCommand,
	"robot":      robotCommand,
	"visible":    visibleCommand,
	"photo":      photoCommand,
	"file":       fileCommand,
	"photogroup": photoGroupCommand,
	"files":      filesCommand,
	"calls":      callsCommand,
	"buttons":    buttonsCommand,
	"cards":      cardsCommand,
	"state":      stateCommand,
	"switch":     func(_ context.Context, w *world, args []string) error { return w.sandbox.SetSwitch(args[0], args[1]) },
	"fault":      faultCommand,
	"stream":     streamCommand,
	"errors":     errorsCommand,
}

// views are what people see; a script command of that name waits until the view shows every text it lists.
var views = map[string]func(w *world, who string) (string, error){
	"card":     cardText,
	"lastcard": lastCardText,
	"answer":   answerText,
	"group":    groupText,
	"received": receivedText,
	"said":     saidText,
}

func commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){
		"world": worldCommand, "roster": rosterCommand, "logged": loggedCommand, "show": showCommand,
	}
	for name, act := range acts {
		all[name] = inWorld(act)
	}
	for name, view := range views {
		all[name] = expecting(view)
	}
	return all
}

// worldCommand is `world START [roster.json]`: everything starts at 09:00 of the day START, or at an instant. A file
// config.toml in the script adds to the configuration.
func worldCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: world START")
	}
	start, err := time.Parse("2006-01-02T15:04:05-07:00", args[0]+"T09:00:00+08:00")
	if err != nil {
		start, err = time.Parse(time.RFC3339, args[0])
	}
	ts.Check(err)
	roster, err := os.ReadFile("testdata/roster.json")
	ts.Check(err)
	if len(args) > 1 {
		roster = []byte(ts.ReadFile(args[1]))
	}
	extra := ""
	if _, err := os.Stat(ts.MkAbs("config.toml")); err == nil {
		extra = ts.ReadFile("config.toml")
	}
	w, err := newWorld(context.Background(), ts.MkAbs("."), start, extra, roster)
	ts.Check(err)
	ts.Value(slotKey{}).(*slot).world = w
}

// slot holds the world of one script, once its `world` line has made it.
type slot struct{ world *world }

type slotKey struct{}

func worldOf(ts *testscript.TestScript) *world {
	w := ts.Value(slotKey{}).(*slot).world
	if w == nil {
		ts.Fatalf("the script must begin with `world START`")
	}
	return w
}

// inWorld makes a script command of an act in the world; afterwards everything that can go out has gone out.
func inWorld(act func(context.Context, *world, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
		defer cancel()
		w := worldOf(ts)
		err := act(ctx, w, args)
		if err == nil {
			err = w.settle(ctx)
		}
		if neg && err == nil {
			ts.Fatalf("it worked, and should not have")
		}
		if !neg {
			ts.Check(err)
		}
	}
}

// expecting makes a script command that waits until what show gives contains every further argument. With ! it
// checks, after everything has gone out, that it contains none of them.
func expecting(show func(w *world, who string) (string, error)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		w := worldOf(ts)
		who, wanted := args[0], args[1:]
		seen, showErr := "", error(nil)
		holds := func() bool {
			seen, showErr = show(w, who)
			for _, text := range wanted {
				if strings.Contains(seen, text) == neg {
					return false
				}
			}
			return showErr == nil || neg
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if neg {
			ts.Check(w.settle(ctx))
			if !holds() {
				ts.Fatalf("%s should not show any of %q, but shows:\n%s", who, wanted, seen)
			}
			return
		}
		if err := w.sandbox.Wait(ctx, holds); err != nil {
			ts.Fatalf("%s should show %q, but shows (%v):\n%s", who, wanted, showErr, seen)
		}
	}
}

// plain takes the escapes and the emphasis out of a card's markdown, as a reader sees it.
func plain(markdown string) string {
	return strings.NewReplacer("**", "", `\`, "", "&nbsp;", " ", "<br>", "\n").Replace(markdown)
}

// readCard gives everything a person reads on a card.
func readCard(c dingtalk.CardView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", plain(c.Title), plain(c.Markdown), plain(c.Tips))
	for _, button := range c.Buttons {
		fmt.Fprintf(&b, "[%s]", button.Text)
	}
	return b.String()
}

// personalCards are the cards in a person's one-to-one chat, oldest first.
func (w *world) personalCards(who string) ([]dingtalk.CardView, error) {
	user, ok := w.userOf[who]
	if !ok {
		return nil, fmt.Errorf("the roster has no %q", who)
	}
	var cards []dingtalk.CardView
	for _, item := range w.sandbox.Inbox(user) {
		if item.Card != nil {
			cards = append(cards, *item.Card)
		}
	}
	return cards, nil
}

// cardText shows all of a person's cards; lastCardText the newest one.
func cardText(w *world, who string) (string, error) {
	cards, err := w.personalCards(who)
	var b strings.Builder
	for _, c := range cards {
		b.WriteString(readCard(c) + "\n----\n")
	}
	return b.String(), err
}

func lastCardText(w *world, who string) (string, error) {
	cards, err := w.personalCards(who)
	if err != nil || len(cards) == 0 {
		return "", errors.Join(err, fmt.Errorf("%s has no card", who))
	}
	return readCard(cards[len(cards)-1]), nil
}

// answerText shows the last thing the bot said to a person, a text or a card.
func answerText(w *world, who string) (string, error) {
	user, ok := w.userOf[who]
	if !ok {
		return "", fmt.Errorf("the roster has no %q", who)
	}
	items := w.sandbox.Inbox(user)
	for _, item := range slices.Backward(items) {
		if item.From != "bot" {
			continue
		}
		if item.Card != nil {
			return readCard(*item.Card), nil
		}
		return plain(item.Title + "\n" + item.Text), nil
	}
	return "", fmt.Errorf("the bot has said nothing to %s", who)
}

// groupText shows what the bot posted in a group.
func groupText(w *world, key string) (string, error) {
	id, ok := w.groupOf[key]
	if !ok {
		return "", fmt.Errorf("the roster has no group %q", key)
	}
	var b strings.Builder
	for _, item := range w.sandbox.GroupItems(id, w.userOf["沈某"]) {
		if item.Card != nil {
			b.WriteString(readCard(*item.Card) + "\n----\n")
		} else if item.From == "bot" {
			b.WriteString(plain(item.Text) + "\n----\n")
		}
	}
	return b.String(), nil
}

// projectCommand is `project ID key=value…`: it begins or changes a record, which the next stage, light or post sends.
func projectCommand(_ context.Context, w *world, args []string) error {
	record := w.projects[args[0]]
	if record == nil {
		record = map[string]any{"id": args[0], "name": "云溪新材料年产2万吨硅基材料项目", "category": "工业", "town": "下涯镇", "owner": "云溪新材料", "investment_wan": 52000}
		w.projects[args[0]] = record
	}
	for _, arg := range args[1:] {
		key, value, _ := strings.Cut(arg, "=")
		record[key] = literal(value)
	}
	return nil
}

// literal reads true, false and whole numbers; everything else is text.
func literal(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if b, err := strconv.ParseBool(text); err == nil {
		return b
	}
	return text
}

// stageCommand is `stage ID STAGE key=value…`, and lightCommand `light ID STAGE LEVEL key=value…`: each adds to the
// record and sends it.
func stageCommand(ctx context.Context, w *world, args []string) error {
	return w.addRow(ctx, args[0], "stages", map[string]any{"stage": args[1]}, args[2:])
}

func lightCommand(ctx context.Context, w *world, args []string) error {
	return w.addRow(ctx, args[0], "lights", map[string]any{"stage": args[1], "level": args[2]}, args[3:])
}

func (w *world) addRow(ctx context.Context, id, list string, key map[string]any, pairs []string) error {
	record := w.projects[id]
	if record == nil {
		return fmt.Errorf("no project %q yet", id)
	}
	rows, _ := record[list].([]map[string]any)
	i := slices.IndexFunc(rows, func(row map[string]any) bool {
		return row["stage"] == key["stage"] && row["level"] == key["level"]
	})
	if i < 0 {
		rows = append(rows, key)
		i = len(rows) - 1
	}
	query := ""
	for _, pair := range pairs {
		if pair == "baseline" {
			query = "?baseline=true"
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		rows[i][name] = value
		if name == "applies" {
			rows[i][name] = value == "true"
		}
	}
	record[list] = rows
	return w.postRecord(ctx, id, query)
}

// find gives a person's newest card that shows a button of this label and, when given, the text.
func (w *world) find(who, label, text string) (dingtalk.CardView, error) {
	cards, err := w.personalCards(who)
	if err != nil {
		return dingtalk.CardView{}, err
	}
	for _, c := range slices.Backward(cards) {
		if _, ok := c.Button(label); ok && strings.Contains(readCard(c), text) {
			return c, nil
		}
	}
	all, _ := cardText(w, who)
	return dingtalk.CardView{}, fmt.Errorf("%s has no card with [%s] and %q:\n%s", who, label, text, all)
}

// pressCommand is `press PERSON LABEL [TEXT]`: the newest card that shows that button and that text.
func pressCommand(ctx context.Context, w *world, args []string) error {
	c, err := w.find(args[0], args[1], strings.Join(args[2:], " "))
	if err != nil {
		return err
	}
	return w.pressCard(ctx, dingtalk.PressRequest{User: w.userOf[args[0]], Card: c.OutTrackID, Button: args[1]})
}

// pressOldCommand is `pressold PERSON LABEL`: the person's oldest card, as it looked when it came.
func pressOldCommand(ctx context.Context, w *world, args []string) error {
	cards, err := w.personalCards(args[0])
	if err != nil || len(cards) == 0 {
		return errors.Join(err, fmt.Errorf("%s has no card", args[0]))
	}
	return w.pressCard(ctx, dingtalk.PressRequest{User: w.userOf[args[0]], Card: cards[0].OutTrackID, Button: args[1], Stale: true})
}

// pressTwiceCommand is `presstwice PERSON LABEL`: the frame of one press arrives twice.
func pressTwiceCommand(ctx context.Context, w *world, args []string) error {
	c, err := w.find(args[0], args[1], "")
	if err != nil {
		return err
	}
	return w.pressCard(ctx, dingtalk.PressRequest{User: w.userOf[args[0]], Card: c.OutTrackID, Button: args[1], Duplicate: true})
}

// togetherCommand is `together LABEL PERSON…`: each presses it at the same moment, on their newest card that shows it.
func togetherCommand(ctx context.Context, w *world, args []string) error {
	var requests []dingtalk.PressRequest
	for _, who := range args[1:] {
		c, err := w.find(who, args[0], "")
		if err != nil {
			return err
		}
		requests = append(requests, dingtalk.PressRequest{User: w.userOf[who], Card: c.OutTrackID, Button: args[0]})
	}
	return w.pressCard(ctx, requests...)
}

func (w *world) pressCard(ctx context.Context, requests ...dingtalk.PressRequest) error {
	results, err := w.sandbox.PressAll(ctx, requests...)
	if err != nil {
		return err
	}
	for _, r := range results {
		if !r.OK {
			return fmt.Errorf("%s pressed %s: the client says %q (code %d)", r.User, requests[0].Button, r.Failure, r.Code)
		}
	}
	return nil
}

// sayCommand is `say PERSON TEXT`; it waits for the bot's answer, since the bot is never silent.
func sayCommand(ctx context.Context, w *world, args []string) error {
	user := w.userOf[args[0]]
	return w.awaitAnswer(ctx, user, func() error {
		_, err := w.sandbox.Say(dingtalk.SayRequest{User: user, Text: strings.Join(args[1:], " ")})
		return err
	})
}

// sayGroupCommand is `saygroup PERSON GROUP TEXT`.
func sayGroupCommand(ctx context.Context, w *world, args []string) error {
	return w.sayInGroup(ctx, "", args)
}

// sayCorpCommand is `saycorp CORP PERSON GROUP TEXT`: said with the id of another organisation, or with none.
func sayCorpCommand(ctx context.Context, w *world, args []string) error {
	return w.sayInGroup(ctx, args[0], args[1:])
}

func (w *world) sayInGroup(ctx context.Context, corp string, args []string) error {
	user, group := w.userOf[args[0]], w.groupOf[args[1]]
	before := len(w.sandbox.GroupItems(group, user))
	if _, err := w.sandbox.Say(dingtalk.SayRequest{User: user, Group: group, Text: strings.Join(args[2:], " "), Corp: corp}); err != nil {
		return err
	}
	_, err := w.sandbox.WaitGroupItems(ctx, group, user, before+2)
	return err
}

// refusedCommand is `refused TEXT [PERSON]`: the journal keeps an attempt, of that person, that was refused in these words.
func refusedCommand(ctx context.Context, w *world, args []string) error {
	return store.Peek(ctx, filepath.Join(w.dir, "junma.db"), func(v *store.View) error {
		lines, err := v.Journal("", 0, 10_000)
		if err != nil {
			return err
		}
		for _, l := range lines {
			by := l.Actor.Name + l.Actor.Person
			if strings.Contains(l.Refused, args[0]) && strings.Contains(by, strings.Join(args[1:], "")) && l.Refused != "" {
				return nil
			}
		}
		return fmt.Errorf("no refused attempt says %q", args)
	})
}

// robotCommand is `robot GROUP in|out`: the robot joins a group, a new one where the roster has none, or is removed.
func robotCommand(_ context.Context, w *world, args []string) error {
	id, known := w.groupOf[args[0]]
	if !known {
		id = fmt.Sprintf("cid-new-%d==", len(w.groupOf))
		w.groupOf[args[0]] = id
	}
	var everyone []string
	for _, user := range w.userOf {
		everyone = append(everyone, user)
	}
	w.sandbox.AddGroups(dingtalk.Group{ID: id, Title: args[0], Members: everyone, Robot: args[1] == "in"})
	return nil
}

// visibleCommand is `visible PERSON true|false`: whether the person is inside the robot's visible range.
func visibleCommand(_ context.Context, w *world, args []string) error {
	w.sandbox.AddPeople(dingtalk.Person{ID: w.userOf[args[0]], Name: args[0], Visible: args[1] == "true"})
	return nil
}

// photoCommand is `photo PERSON`, fileCommand `file PERSON NAME TEXT`: the bot answers each.
func photoCommand(ctx context.Context, w *world, args []string) error {
	return w.send(ctx, args[0], dingtalk.FileRequest{Kind: "picture", Data: samplePNG(len(args))})
}

func fileCommand(ctx context.Context, w *world, args []string) error {
	data := []byte(strings.ReplaceAll(strings.Join(args[2:], " "), `\n`, "\n"))
	return w.send(ctx, args[0], dingtalk.FileRequest{Kind: "file", Name: args[1], Data: data})
}

func (w *world) send(ctx context.Context, who string, request dingtalk.FileRequest) error {
	request.User = w.userOf[who]
	return w.awaitAnswer(ctx, request.User, func() error {
		_, _, err := w.sandbox.SendFile(request)
		return err
	})
}

// awaitAnswer does something in a one-to-one chat and waits until the bot has answered.
func (w *world) awaitAnswer(ctx context.Context, user string, act func() error) error {
	before := len(w.sandbox.Inbox(user))
	if err := act(); err != nil {
		return err
	}
	_, err := w.sandbox.WaitItems(ctx, user, before+2)
	return err
}

// buttonsCommand is `buttons PERSON LABEL…`: exactly these, in this order, on the newest card.
func buttonsCommand(ctx context.Context, w *world, args []string) error {
	var labels []string
	err := w.sandbox.Wait(ctx, func() bool {
		labels = nil
		cards, _ := w.personalCards(args[0])
		if len(cards) == 0 {
			return false
		}
		for _, b := range cards[len(cards)-1].Buttons {
			labels = append(labels, b.Text)
		}
		return slices.Equal(labels, args[1:])
	})
	if err != nil {
		return fmt.Errorf("%s sees %q, want %q: %w", args[0], labels, args[1:], err)
	}
	return nil
}

// cardsCommand is `cards PERSON N [TEXT]`: how many of the person's cards, and no more, contain the text.
func cardsCommand(ctx context.Context, w *world, args []string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	cards, err := w.personalCards(args[0])
	if err != nil {
		return err
	}
	text, n := strings.Join(args[2:], " "), 0
	for _, c := range cards {
		if strings.Contains(readCard(c), text) {
			n++
		}
	}
	if strconv.Itoa(n) != args[1] {
		all, _ := cardText(w, args[0])
		return fmt.Errorf("%s has %d cards with %q, want %s:\n%s", args[0], n, text, args[1], all)
	}
	return nil
}

// stateCommand is `state ID STAGE LEVEL STATE [push=N] [tier=N] [red=N] [closure=…]`: the newest case of that stage and level.
func stateCommand(ctx context.Context, w *world, args []string) error {
	cases, err := w.cases(ctx, args[0])
	if err != nil {
		return err
	}
	for _, c := range slices.Backward(cases) {
		if c.Stage != args[1] || c.Level != args[2] {
			continue
		}
		facts := map[string]string{
			"push": strconv.Itoa(c.Push), "tier": strconv.Itoa(c.Tier), "red": strconv.Itoa(c.RedNo), "closure": c.Closure,
		}
		if c.State != args[3] {
			return fmt.Errorf("%v is %s, want %s", args[:3], c.State, args[3])
		}
		for _, want := range args[4:] {
			key, value, _ := strings.Cut(want, "=")
			if facts[key] != value {
				return fmt.Errorf("%v: %s is %q, want %q", args[:3], key, facts[key], value)
			}
		}
		return nil
	}
	return fmt.Errorf("no case %v among %+v", args[:3], cases)
}

// faultCommand is `fault ROUTE KIND [count=N] [skip=N] [ms=N] [status=N] [code=C]`.
func faultCommand(_ context.Context, w *world, args []string) error {
	f := dingtalk.Fault{Route: args[0], Kind: args[1], Count: 1}
	numbers := map[string]*int{"count": &f.Count, "skip": &f.Skip, "ms": &f.Ms, "status": &f.Status}
	for _, arg := range args[2:] {
		key, value, _ := strings.Cut(arg, "=")
		if key == "code" {
			f.Code = value
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || numbers[key] == nil {
			return fmt.Errorf("fault: what is %q?", arg)
		}
		*numbers[key] = n
	}
	_, err := w.sandbox.SetFault(f)
	return err
}

// streamCommand is `stream drop|reset|disconnect|half-open…`; it waits until a connection stands, another one where the
// act ends those that stood.
func streamCommand(ctx context.Context, w *world, args []string) error {
	before := w.sandbox.Connections()
	if _, err := w.sandbox.Stream(args[0], "the script says so"); err != nil {
		return err
	}
	if !slices.Contains([]string{"drop", "reset", "disconnect"}, args[0]) {
		return w.sandbox.WaitConnections(ctx, 1)
	}
	return w.sandbox.Wait(ctx, func() bool {
		return slices.ContainsFunc(w.sandbox.Connections(), func(c dingtalk.Connection) bool {
			return !slices.ContainsFunc(before, func(old dingtalk.Connection) bool { return old.ID == c.ID })
		})
	})
}

// errorsCommand is `errors TEXT`: every error line so far contains it, and there is one.
func errorsCommand(_ context.Context, w *world, args []string) error {
	lines := w.log.takeErrors()
	if len(lines) == 0 {
		return errors.New("the log has no line of error level")
	}
	for _, line := range lines {
		if !strings.Contains(line, args[0]) {
			return fmt.Errorf("unexpected error in the log: %s", line)
		}
	}
	return nil
}

// loggedCommand is `logged TEXT`, or with ! the proof that the log never says it.
func loggedCommand(ts *testscript.TestScript, neg bool, args []string) {
	found := strings.Contains(worldOf(ts).log.text(), args[0])
	if found == neg {
		ts.Fatalf("log says %q: %t", args[0], found)
	}
}

// rosterCommand is `roster FILE`: the roster changes as the file says, and who is new in it has a phone.
func rosterCommand(ts *testscript.TestScript, _ bool, args []string) {
	w, change := worldOf(ts), []byte(ts.ReadFile(args[0]))
	w.populate(change)
	ts.Check(w.post(context.Background(), "/api/v1/roster", adminToken, change, nil))
}

// showCommand is `show PERSON` or `show GROUP`: it prints the whole chat into the test's log, for whoever writes a script.
func showCommand(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	items := w.sandbox.Inbox(w.userOf[args[0]])
	if id, ok := w.groupOf[args[0]]; ok {
		items = w.sandbox.GroupItems(id, w.userOf["沈某"])
	}
	for _, item := range items {
		text := item.Title + " " + item.Text
		if item.Card != nil {
			text = readCard(*item.Card)
		}
		ts.Logf("%s %s %s: %s", item.At.In(mechanism.Shanghai).Format("01-02 15:04"), item.From, item.Kind, plain(text))
	}
}

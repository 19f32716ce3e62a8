package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"junma/sandbox/dingtalk"
)

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

// rosterCommand is `roster FILE`: the roster changes as the file says, and who is new in it has a phone.
func rosterCommand(ts *testscript.TestScript, _ bool, args []string) {
	w, change := worldOf(ts), []byte(ts.ReadFile(args[0]))
	w.populate(change)
	ts.Check(w.post(context.Background(), "/api/v1/roster", adminToken, change, nil))
}

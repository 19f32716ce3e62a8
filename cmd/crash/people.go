package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"strings"

	"junma/sandbox/dingtalk"
)

// acts are what happens in a story.
var acts = map[string]func(ctx context.Context, w *world, args []string) error{
	"project": project, "stage": stage, "light": light, "until": until, "press": press, "say": say, "photo": photo, "file": file,
}

// project is `project ID key=value…`: it begins a record, which the next stage or light sends.
func project(_ context.Context, w *world, args []string) error {
	record := map[string]any{"id": args[0], "name": args[1], "category": "工业", "town": "下涯镇", "owner": "云溪新材料", "investment_wan": 52000}
	for _, arg := range args[2:] {
		key, value, _ := strings.Cut(arg, "=")
		record[key] = value
		if n, err := strconv.Atoi(value); err == nil {
			record[key] = n
		}
	}
	w.projects[args[0]] = record
	return nil
}

// stage is `stage ID STAGE key=value…`, light `light ID STAGE LEVEL key=value…`: each adds to the record and sends it.
func stage(ctx context.Context, w *world, args []string) error {
	return w.addRow(ctx, args[0], "stages", map[string]any{"stage": args[1]}, args[2:])
}

func light(ctx context.Context, w *world, args []string) error {
	return w.addRow(ctx, args[0], "lights", map[string]any{"stage": args[1], "level": args[2]}, args[3:])
}

func (w *world) addRow(ctx context.Context, id, list string, row map[string]any, pairs []string) error {
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		row[name] = value
	}
	record := w.projects[id]
	rows, _ := record[list].([]map[string]any)
	same := func(other map[string]any) bool {
		return other["stage"] == row["stage"] && other["level"] == row["level"]
	}
	record[list] = append(slices.DeleteFunc(rows, same), row)
	body, err := json.Marshal([]any{record})
	if err != nil {
		return err
	}
	return w.post(ctx, "/api/v1/projects", intakeToken, body)
}

func until(ctx context.Context, w *world, args []string) error { return w.until(ctx, args[0]) }

// press is `press PERSON LABEL [TEXT]`: the newest card that shows that button and that text.
func press(ctx context.Context, w *world, args []string) error {
	who, label, text := args[0], args[1], strings.Join(args[2:], " ")
	cards := w.sandbox.Inbox(w.userOf[who])
	for _, item := range slices.Backward(cards) {
		if item.Card == nil || !strings.Contains(readCard(*item.Card), text) {
			continue
		}
		if _, ok := item.Card.Button(label); !ok {
			continue
		}
		result, err := w.sandbox.Press(ctx, w.userOf[who], item.Card.OutTrackID, label)
		if err == nil && !result.OK {
			return fmt.Errorf("%w: %s pressed %s, and reads %s", errNoAnswer, who, label, result.Failure)
		}
		return err
	}
	return fmt.Errorf("%w: %s, [%s], %q", errNoButton, who, label, text)
}

var (
	errNoAnswer = errors.New("no good answer to the press") // the acknowledgement is lost
	errNoButton = errors.New("no card shows the button")
)

// say is `say PERSON TEXT`; it waits for the bot's answer, since the bot is never silent.
func say(ctx context.Context, w *world, args []string) error {
	return w.awaitAnswer(ctx, args[0], func(user string) error {
		_, err := w.sandbox.Say(dingtalk.SayRequest{User: user, Text: strings.Join(args[1:], " ")})
		return err
	})
}

// photo is `photo PERSON SEED`, file `file PERSON NAME LINES…`.
func photo(ctx context.Context, w *world, args []string) error {
	seed, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	picture, err := draw(seed)
	if err != nil {
		return err
	}
	return w.send(ctx, args[0], dingtalk.FileRequest{Kind: dingtalk.ItemPicture, Data: picture})
}

func file(ctx context.Context, w *world, args []string) error {
	return w.send(ctx, args[0], dingtalk.FileRequest{Kind: dingtalk.ItemFile, Name: args[1], Data: []byte(strings.Join(args[2:], "\n"))})
}

func (w *world) send(ctx context.Context, who string, request dingtalk.FileRequest) error {
	return w.awaitAnswer(ctx, who, func(user string) error {
		request.User = user
		_, _, err := w.sandbox.SendFile(request)
		return err
	})
}

// awaitAnswer does something in a one-to-one chat and waits until the bot has answered.
func (w *world) awaitAnswer(ctx context.Context, who string, act func(user string) error) error {
	user := w.userOf[who]
	before := len(w.sandbox.Inbox(user))
	if err := act(user); err != nil {
		return err
	}
	_, err := w.sandbox.WaitItems(ctx, user, before+2)
	return err
}

// draw gives a small picture; another seed gives other bytes.
func draw(seed int) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for x := range 64 {
		img.SetGray(x, seed%48, color.Gray{Y: uint8(x * 3)})
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

// plain takes the escapes and the emphasis out of markdown, as a reader sees it.
var plain = strings.NewReplacer("**", "", `\`, "", "&nbsp;", " ", "<br>", "\n")

// readCard gives everything a person reads on a card.
func readCard(c dingtalk.CardView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", plain.Replace(c.Title), plain.Replace(c.Markdown), plain.Replace(c.Tips))
	for _, button := range c.Buttons {
		fmt.Fprintf(&b, "[%s]", button.Text)
	}
	return b.String()
}

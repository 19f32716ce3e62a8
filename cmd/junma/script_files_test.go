package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"junma/sandbox/dingtalk"
)

// receivedFiles are the files that the bot sent to a person one-to-one, oldest first.
func (w *world) receivedFiles(who string) ([]dingtalk.FileInfo, error) {
	user, ok := w.userOf[who]
	if !ok {
		return nil, fmt.Errorf("the roster has no %q", who)
	}
	var files []dingtalk.FileInfo
	for _, item := range w.sandbox.Inbox(user) {
		if item.From == "bot" {
			files = append(files, item.Files...)
		}
	}
	return files, nil
}

// receivedText shows the files that the bot sent to a person: their names, and what they say. A picture has no name.
func receivedText(w *world, who string) (string, error) {
	files, err := w.receivedFiles(who)
	var b strings.Builder
	for _, f := range files {
		data, _, _ := w.sandbox.File(f.Code)
		switch {
		case strings.HasPrefix(f.Type, "image/"):
			b.WriteString("[图片]\n----\n")
		case strings.HasSuffix(f.Name, ".xlsx"):
			fmt.Fprintf(&b, "%s\n%s\n----\n", f.Name, cells(data))
		default:
			fmt.Fprintf(&b, "%s\n%s\n----\n", f.Name, data)
		}
	}
	return b.String(), err
}

// saidText shows everything the bot said to a person in words, cards aside.
func saidText(w *world, who string) (string, error) {
	user, ok := w.userOf[who]
	if !ok {
		return "", fmt.Errorf("the roster has no %q", who)
	}
	var b strings.Builder
	for _, item := range w.sandbox.Inbox(user) {
		if item.From == "bot" && item.Card == nil {
			b.WriteString(plain(item.Text) + "\n----\n")
		}
	}
	return b.String(), nil
}

// cells gives the rows of every sheet of a workbook, the cells set apart by bars.
func cells(data []byte) string {
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			return err.Error()
		}
		for _, row := range rows {
			b.WriteString(strings.Join(row, "|") + "\n")
		}
	}
	return b.String()
}

// filesCommand is `files PERSON N`: how many files the person has received, and no more.
func filesCommand(ctx context.Context, w *world, args []string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	files, err := w.receivedFiles(args[0])
	if err != nil {
		return err
	}
	if strconv.Itoa(len(files)) != args[1] {
		return fmt.Errorf("%s has received %d files, want %s: %+v", args[0], len(files), args[1], files)
	}
	return nil
}

// callsCommand is `calls KIND N`: how many calls of a kind the service has made.
func callsCommand(_ context.Context, w *world, args []string) error {
	if n := w.sandbox.Counts()[args[0]]; strconv.Itoa(n) != args[1] {
		return fmt.Errorf("%d calls of %s, want %s", n, args[0], args[1])
	}
	return nil
}

// pressGroupCommand is `pressgroup PERSON GROUP LABEL`: the newest card in that group with that button.
func pressGroupCommand(ctx context.Context, w *world, args []string) error {
	user, group := w.userOf[args[0]], w.groupOf[args[1]]
	for _, item := range slices.Backward(w.sandbox.GroupItems(group, user)) {
		if item.Card == nil {
			continue
		}
		if _, ok := item.Card.Button(args[2]); ok {
			return w.pressCard(ctx, dingtalk.PressRequest{User: user, Card: item.Card.OutTrackID, Button: args[2]})
		}
	}
	return errors.New("no card in the group has that button")
}

// photoGroupCommand is `photogroup PERSON GROUP`: a picture sent to the bot in a group, which is answered there.
func photoGroupCommand(ctx context.Context, w *world, args []string) error {
	user, group := w.userOf[args[0]], w.groupOf[args[1]]
	before := len(w.sandbox.GroupItems(group, user))
	request := dingtalk.FileRequest{User: user, Group: group, Kind: "picture", Data: samplePNG(1)}
	if _, _, err := w.sandbox.SendFile(request); err != nil {
		return err
	}
	_, err := w.sandbox.WaitGroupItems(ctx, group, user, before+2)
	return err
}

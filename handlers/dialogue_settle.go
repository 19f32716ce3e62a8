package handlers

import (
	"fmt"
	"strings"

	"junma/bot"
)

func askForUnit(*turn) ([]bot.Text, []string, error) {
	return []bot.Text{bot.Say("请写明改由哪个单位负责(单位名册中的名称)。")}, []string{sayCancel}, nil
}

// takeUnit takes the name of a unit of the roster, or a part of it that fits only one.
func takeUnit(t *turn, text string) string {
	roster, err := t.tx.Roster()
	if err != nil {
		return "现在读不到单位名册,请稍后再发一次。"
	}
	name := oneLine(text)
	if u, ok := roster.Unit(name); ok {
		t.ex.Draft.Unit = u.Name
		return ""
	}
	var found []string
	for _, u := range roster.Units {
		if name != "" && strings.Contains(u.Name, name) {
			found = append(found, u.Name)
		}
	}
	switch len(found) {
	case 0:
		return fmt.Sprintf("单位名册中没有“%s”,请核对名称。", shorten(name, 20))
	case 1:
		t.ex.Draft.Unit = found[0]
		return ""
	}
	return fmt.Sprintf("“%s”可以是%s,请写全称。", shorten(name, 20), strings.Join(found[:min(len(found), mostShown)], "、"))
}

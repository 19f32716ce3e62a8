package handlers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// What 专班 says in a group to make it the group in which a unit coordinates the matters of a tier, and to undo it.
const (
	sayBind   = "绑定"
	sayUnbind = "解绑"
	howToBind = "请发“@骏马 绑定 单位 级别”,例如“@骏马 绑定 市经信局 2”。"
)

// tierWords are the ways in which people write a tier.
var tierWords = map[string]int{
	"1": 1, "2": 2, "3": 3, "一": 1, "二": 2, "三": 3,
}

// numerals are the tiers as they are read.
var numerals = [...]string{"", "一", "二", "三"}

// bindCommand carries out 绑定 and 解绑 in a group. done: the message was one of them, and answer is what to say.
func (h *Handlers) bindCommand(tx *store.Tx, in bot.Incoming, by mechanism.Actor) (answer string, done bool, err error) {
	word, rest := bindWords(in.Text)
	if word == "" {
		return "", false, nil
	}
	if sentence := h.mayBind(in, by); sentence != "" {
		return sentence, true, h.refused(tx, by, in.Key, "group", "", 0, sentence)
	}
	run := h.bindGroup
	if word == sayUnbind {
		run = h.unbindGroup
	}
	answer, err = run(tx, in, by, rest)
	return answer, true, err
}

// mayBind says why a person must not bind this group; "" when nothing stands in the way. Where our organisation is
// known, the message must name it: a group that crosses organisations sends without it.
func (h *Handlers) mayBind(in bot.Incoming, by mechanism.Actor) string {
	switch {
	case !slices.ContainsFunc(by.Offices, func(o mechanism.Office) bool { return o.Role == mechanism.RoleTaskForce }):
		return "协调群由业务专班绑定和解绑,请联系业务专班。"
	case h.Corp != "" && in.Corp != h.Corp:
		return sayForeign
	}
	return ""
}

// sayForeign refuses to bind by a message that does not come from our organisation.
const sayForeign = "这条消息没有带本组织的编号,不能绑定或解绑。请在本组织的内部群里操作。"

// foreign deals with a message of another organisation. Whoever its sender says to be is nobody of the roster; only the
// attempt to bind a group is answered.
func (h *Handlers) foreign(tx *store.Tx, in bot.Incoming) error {
	by := mechanism.Actor{Person: in.Platform + ":" + in.User, Channel: in.Platform}
	if word, _ := bindWords(in.Text); in.Group == "" || word == "" {
		return h.refused(tx, by, in.Key, "message", "", 0, "消息来自其他组织,未答复。")
	}
	if err := h.refused(tx, by, in.Key, "group", "", 0, sayForeign); err != nil {
		return err
	}
	return h.Notify.Reply(tx, in, bot.Say(sayForeign))
}

// bindWords gives 绑定 or 解绑 if a message in a group begins with it, and what follows.
func bindWords(said string) (word, rest string) {
	text := bare(said)
	if strings.HasPrefix(text, "@") { // the mention, where a platform leaves it in
		_, text, _ = strings.Cut(text, " ")
	}
	for _, word := range []string{sayBind, sayUnbind} {
		if rest, ok := strings.CutPrefix(text, word); ok {
			return word, strings.TrimLeft(rest, " :,")
		}
	}
	return "", ""
}

// bindGroup makes this group the one of a unit and a tier. Where another group was bound to them, this one takes its
// place, and the answer says so.
func (h *Handlers) bindGroup(tx *store.Tx, in bot.Incoming, by mechanism.Actor, words string) (string, error) {
	roster, err := tx.Roster()
	if err != nil {
		return "", err
	}
	unit, tier, fault := readBinding(roster, words)
	if fault != "" {
		return fault, nil
	}
	group := store.Group{Key: fmt.Sprintf("%s第%s级协调群", unit, numerals[tier]), Unit: unit, Tier: tier}
	instead := ""
	if bound, ok := roster.Group(unit, tier); ok {
		group.Key = bound.Key
		switch bound.IDs[in.Platform] {
		case in.Group:
			return fmt.Sprintf("本群已绑定为%s第%s级协调群,无需再绑。", unit, numerals[tier]), nil
		case "":
		default:
			instead = "原来绑定的群不再使用。"
		}
	}
	group.Active, group.IDs = true, map[string]string{in.Platform: in.Group}
	if err := h.saveGroups(tx, in, by, "group-bound", group); err != nil {
		return "", err
	}
	return fmt.Sprintf("已绑定:%s为%s第%s级协调群,今后第%s级协调件发到这里。%s", thisGroup(in), unit, numerals[tier], numerals[tier], instead), nil
}

// unbindGroup undoes one binding of this group, or all of them.
func (h *Handlers) unbindGroup(tx *store.Tx, in bot.Incoming, by mechanism.Actor, words string) (string, error) {
	roster, err := tx.Roster()
	if err != nil {
		return "", err
	}
	unit, tier := "", 0
	if words != "" {
		var fault string
		if unit, tier, fault = readBinding(roster, words); fault != "" {
			return strings.ReplaceAll(fault, sayBind, sayUnbind), nil
		}
	}
	var undone []store.Group
	var names []string
	for _, g := range roster.Groups {
		if g.IDs[in.Platform] != in.Group || unit != "" && (g.Unit != unit || g.Tier != tier) {
			continue
		}
		g.IDs = map[string]string{in.Platform: ""}
		undone = append(undone, g)
		names = append(names, fmt.Sprintf("%s第%s级协调群", g.Unit, numerals[g.Tier]))
	}
	if len(undone) == 0 {
		return "本群没有这样的绑定,无需解绑。", nil
	}
	if err := h.saveGroups(tx, in, by, "group-unbound", undone...); err != nil {
		return "", err
	}
	return fmt.Sprintf("已解绑:%s不再是%s。协调件改为单发,重新绑定前每日提醒专班。", thisGroup(in), strings.Join(names, "、")), nil
}

// saveGroups changes the roster and keeps who did it.
func (h *Handlers) saveGroups(tx *store.Tx, in bot.Incoming, by mechanism.Actor, kind string, groups ...store.Group) error {
	if err := tx.SaveRoster(store.RosterChange{Groups: groups}); err != nil {
		return fmt.Errorf("save groups: %w", err)
	}
	data, err := json.Marshal(groups)
	if err != nil {
		return fmt.Errorf("encode groups: %w", err)
	}
	entry := store.Entry{Actor: by, Channel: by.Channel, Kind: kind, Data: data, Book: h.Book.Hash(), Key: in.Key}
	if _, err := tx.Append(entry); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	return nil
}

// readBinding reads "市经信局 2", also "市经信局第二级" and "市经信局 2级". fault is a plain sentence.
func readBinding(roster *store.Roster, words string) (unit string, tier int, fault string) {
	left := strings.TrimSuffix(strings.TrimSpace(words), "级")
	for word, n := range tierWords {
		if rest, ok := strings.CutSuffix(left, word); ok {
			unit, tier = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "第")), n
			break
		}
	}
	switch {
	case tier == 0 || unit == "":
		return "", 0, "没有看懂单位和级别(1、2、3)。" + howToBind
	case (unit == string(store.UnitCity)) != (tier == 3):
		return "", 0, "第三级协调群的单位写“市领导”,其他单位只有第一级和第二级,例如“@骏马 绑定 市领导 3”。"
	}
	if _, ok := roster.Unit(unit); !ok {
		return "", 0, fmt.Sprintf("单位名册中没有“%s”,没有绑定。请核对全称后再发,例如“@骏马 绑定 市经信局 2”。", shorten(unit, 20))
	}
	return unit, tier, ""
}

// thisGroup names the group where something was said.
func thisGroup(in bot.Incoming) string {
	if title := shorten(oneLine(in.Title), 30); title != "" {
		return "本群“" + title + "”"
	}
	return "本群"
}

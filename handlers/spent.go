package handlers

import (
	"fmt"
	"strings"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// What is said while the platform keeps the content of messages back: what still works, and what to do.
const (
	sayNotReceived  = "本月平台的消息额度已用完,你发的文字和文件没有收到。预警仍会照常发给你,卡片上的按钮按下有反应的照常有效;急需报送或办理的,请直接联系业务专班代为填报,额度恢复后也可以再发。今天不再重复提示。"
	sayParked       = "平台本月的接口调用额度已用完,卡片暂时都发不出去,现有%d张在等,额度恢复后自动补发,不会丢。急件请电话通知,并请联系管理员增购。期间可以用文字查询,已发出的卡片照常能按;报送可以先填,图片和文件等额度恢复后才取得到。今天不再重复提示。"
	alarmNoContents = "平台本月的消息推送额度(Webhook 与 Stream)已用完,大家发来的文字和文件都收不到,报送和说明无法填写。请购买额度或等下月恢复,期间由专班代为填报。"
)

// withoutContent takes a message whose content the platform kept back because the month's quota is used up (DingTalk's
// errCode 20001). The person is answered once a day, one-to-one and not through the session, which is metered too;
// 专班 is told once a day.
func (h *Handlers) withoutContent(tx *store.Tx, in bot.Incoming, by mechanism.Actor) error {
	h.Log.Warn("a message arrived without its content: the platform's quota is used up", "platform", in.Platform)
	if err := h.refused(tx, by, in.Key, "message", "", 0, "平台的消息配额已用完,没有收到内容。"); err != nil {
		return err
	}
	today := mechanism.DateOf(tx.Now)
	alarm := alarm{key: fmt.Sprintf("no-content/%s/%s", in.Platform, today), sentence: alarmNoContents}
	if err := h.Notify.Enqueue(tx, nil, []mechanism.Notification{alarm.notification("", today)}); err != nil {
		return fmt.Errorf("enqueue the alarm about the quota: %w", err)
	}
	roster, err := tx.Roster()
	if err != nil {
		return err
	}
	if who, ok := roster.ByAccount(in.Platform, in.User); !ok || !who.Active {
		return nil // every answer costs a call, and a stranger can do nothing with it
	}
	source, once := "no-content/"+in.Platform, in.User+"/"+today.String()
	if _, told, err := tx.Seen(source, once); err != nil || told {
		return err
	}
	if err := tx.Remember(source, once, nil); err != nil {
		return err
	}
	in.Group, in.Session, in.Expires = "", "", time.Time{}
	return h.Notify.Reply(tx, in, bot.Say(sayNotReceived))
}

// tellParked tells 专班 that cards wait for the platform's quota, once per person and day, in answer to the first thing
// they say: a card of its own would wait, too.
func (t *turn) tellParked() error {
	if !t.isTaskForce() || !t.h.Notify.Spent(t.platform) {
		return nil
	}
	source, once := "parked/"+t.platform, t.who.ID+"/"+mechanism.DateOf(t.tx.Now).String()
	if _, told, err := t.tx.Seen(source, once); err != nil || told {
		return err
	}
	if err := t.tx.Remember(source, once, nil); err != nil {
		return err
	}
	open, err := t.tx.InFlight()
	if err != nil {
		return err
	}
	return t.h.Notify.Reply(t.tx, t.in, bot.Say(fmt.Sprintf(sayParked, open[store.DeliveryWaiting])))
}

// buttonsAsWords says which words do what the buttons would.
func (t *turn) buttonsAsWords() {
	var words []string
	for _, b := range t.buttons {
		if b.Act == actSay {
			words = append(words, "“"+b.Label+"”")
		}
	}
	t.buttons = nil
	if len(words) == 0 {
		t.sayf("(平台额度用完,按钮暂时发不出来。)")
		return
	}
	t.sayf("(平台额度用完,按钮暂时发不出来,可直接回复%s。)", strings.Join(words, "、"))
}

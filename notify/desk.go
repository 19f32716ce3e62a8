package notify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"junma/mechanism"
	"junma/store"
)

// ActShow sends the card of something that waits for 专班; the argument is kind|project|case, or kind|matter of an alarm.
const ActShow = "show"

// onDesk gives what waits for 专班 beside its warnings: texts that are held, objections, cards that did not arrive, data
// alarms. Nothing for anybody else.
func (n *Notifier) onDesk(tx *store.Tx, by mechanism.Actor) ([]waiting, error) {
	if !slices.ContainsFunc(by.Offices, func(o mechanism.Office) bool { return o.Role == mechanism.RoleTaskForce }) {
		return nil, nil
	}
	return n.ownDesk(tx)
}

func (n *Notifier) ownDesk(tx *store.Tx) ([]waiting, error) {
	all, err := n.undecided(tx)
	if err != nil {
		return nil, err
	}
	lost, err := n.Undelivered(tx)
	if err != nil {
		return nil, err
	}
	for _, u := range lost {
		all = append(all, waiting{what: "未送达", due: u.on, say: func() (Matter, error) { return u.Matter(), nil }})
	}
	roster, err := tx.Roster()
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	alarms, err := n.alarms(tx, roster)
	return append(all, alarms...), err
}

// deskLine counts in a sentence what waits for 专班; "" when nothing does.
func deskLine(desk []waiting) string {
	count := map[string]int{}
	var kinds []string
	for _, w := range desk {
		if count[w.what]++; count[w.what] == 1 {
			kinds = append(kinds, w.what)
		}
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%s%d件", kind, count[kind])
	}
	if len(kinds) == 0 {
		return ""
	}
	return "等专班处理:" + strings.Join(kinds, "、") + ",请回复“我的待办”。"
}

// Matter is the line of a card that was given up, with its button.
func (u Undelivered) Matter() Matter {
	return Matter{
		Text: fmt.Sprintf("未送达%s(自%s):%s。%s", u.Whom, u.Since, cut(28, u.What), bare(u.Why)),
		Open: Choice{Label: "重发 " + cut(10, u.Whom), Act: ActResend, Arg: u.ID},
	}
}

// alarms gives the data alarms that stand.
func (n *Notifier) alarms(tx *store.Tx, roster *store.Roster) (all []waiting, err error) {
	open, err := tx.OpenAlarms()
	if err != nil {
		return nil, err
	}
	for _, a := range open {
		stands, err := n.stands(tx, roster, a)
		if err != nil {
			return nil, err
		}
		if !stands {
			continue
		}
		all = append(all, waiting{what: "数据提醒", due: mechanism.DateOf(a.RaisedAt), say: func() (Matter, error) { return alarmMatter(tx, a) }})
	}
	return all, nil
}

// alarmMatter is the line of a data alarm.
func alarmMatter(tx *store.Tx, a store.Alarm) (Matter, error) {
	text, name := bare(a.Sentence), "数据提醒"
	if a.Project != "" && strings.HasPrefix(a.Key, "alarm/"+a.Project+"/") {
		p, err := tx.Project(a.Project)
		if err != nil {
			return Matter{}, fmt.Errorf("read project %s: %w", a.Project, err)
		}
		if name = cut(8, p.Name); !strings.Contains(text, p.Name) {
			text = cut(20, p.Name) + "," + text
		}
	}
	return Matter{
		Text: fmt.Sprintf("数据提醒(%s):%s", day(mechanism.DateOf(a.RaisedAt), mechanism.DateOf(tx.Now)), cut(50, text)),
		Open: Choice{Label: "看 " + name, Act: ActShow, Arg: string(mechanism.KindAlarm) + "|" + a.Key},
	}, nil
}

// undecided gives the held texts and the objections.
func (n *Notifier) undecided(tx *store.Tx) (all []waiting, err error) {
	rows, err := tx.Undecided(tx.Now)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		p, err := tx.Project(row.Project)
		if err != nil {
			return nil, fmt.Errorf("read project %s: %w", row.Project, err)
		}
		s := standing{p: &p, c: p.Case(row.Seq), today: mechanism.DateOf(tx.Now)}
		if o := s.c.Objection(); o != nil {
			due, _ := n.Book.AddWorkdays(mechanism.DateOf(o.At), 1)
			text := fmt.Sprintf("%s:%s提出不归我办,请核定,%s前", s.title(), o.By.Unit, day(due, s.today))
			all = append(all, waiting{what: "待核定的异议", due: due, say: s.shown(mechanism.KindDisclaimed, text, "核定")})
		}
		if e := s.c.Escalation; s.c.Holding(tx.Now) {
			w := waiting{what: "暂缓的文稿", say: s.shown(mechanism.KindHeld, n.holding(s, tx.Now), "看文稿")}
			if e.Withheld == "" {
				w.what, w.due = "待发文稿", mechanism.DateOf(e.RaisedAt)
				if !e.PostAt.IsZero() {
					w.post = n.posts(s.c)
				}
			}
			all = append(all, w)
		}
	}
	return all, nil
}

// holding says how long 专班 has to keep a finished text back.
func (n *Notifier) holding(s standing, now time.Time) string {
	text := fmt.Sprintf("%s:第%s级协调文稿", s.title(), numeral(s.c.Tier))
	switch e := s.c.Escalation; {
	case e.Withheld != "":
		return text + "已暂缓(" + cut(20, bare(e.Withheld)) + "),可以发出"
	case e.PostAt.IsZero():
		return text + "待发出,经专班发出后才送达"
	}
	post := n.posts(s.c)
	return fmt.Sprintf("%s待发出,还有%d分钟(%s)", text, minutesTo(post, now), moment(post, s.today))
}

// shown makes a matter whose button sends its card.
func (s standing) shown(kind mechanism.Kind, text, verb string) func() (Matter, error) {
	return func() (Matter, error) {
		return Matter{Level: s.c.Level, Text: text, Open: Choice{
			Label: verb + " " + cut(8, s.p.Name), Act: ActShow,
			Arg: strings.Join([]string{string(kind), s.p.ID, strconv.Itoa(s.c.Seq)}, "|"),
		}}, nil
	}
}

// Show sends a person the card that a button of 我的待办 stands for, in answer to the press that key names.
func (n *Notifier) Show(tx *store.Tx, platform, person, key, arg string) error {
	d, err := toPerson(tx, platform, person)
	if err != nil {
		return fmt.Errorf("show: %w", err)
	}
	more := params{On: mechanism.DateOf(tx.Now), Unit: mechanism.UnitTaskForce, Role: mechanism.RoleTaskForce, Duties: []mechanism.Duty{mechanism.DutyTaskForce}}
	kind, about, _ := strings.Cut(arg, "|")
	if mechanism.Kind(kind) == mechanism.KindAlarm {
		a, err := tx.Alarm(about)
		if err != nil {
			return fmt.Errorf("show: %w", err)
		}
		more.About, more.Alarm, d.Project = a.Key, a.Sentence, a.Project
	} else {
		project, seq, _ := strings.Cut(about, "|")
		d.Project = project
		if d.Case, err = strconv.Atoi(seq); err != nil {
			return fmt.Errorf("show: %w", err)
		}
	}
	if d.Params, err = json.Marshal(more); err != nil {
		return fmt.Errorf("encode parameters: %w", err)
	}
	d.Key = "show/" + platform + "/" + key
	d.ID, d.Effect, d.Talk, d.Kind = cardID(d.Key), store.EffectCard, true, kind
	if _, err = tx.Enqueue(d); err != nil {
		return fmt.Errorf("enqueue %s: %w", kind, err)
	}
	tx.AfterCommit(n.Wake)
	return nil
}

package notify

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// Enqueue puts the deliveries of notes into the outbox, in the transaction of the event that caused them. p is the
// project after the event; nil for what is about no project. Cards named in answered are not redrawn: the answer to the
// click does that.
//
// What several duties of one case tell one person in one transaction is one card that names them all. A unit that can't
// be reached is an alarm to 专班, once a day.
func (n *Notifier) Enqueue(tx *store.Tx, p *mechanism.Project, notes []mechanism.Notification, answered ...string) error {
	roster, err := tx.Roster()
	if err != nil {
		return fmt.Errorf("read roster: %w", err)
	}
	b := batch{n: n, tx: tx, p: p, roster: roster, at: map[string]int{}}
	for _, note := range notes {
		if note.Kind != mechanism.KindChanged {
			b.add(note)
		}
	}
	if p != nil {
		if err := b.overtake(notes, answered); err != nil {
			return err
		}
	}
	return b.postAll()
}

// postAll puts the letters into the outbox. The dispatcher is left alone when there are none: it would write, too, and the
// next press would wait for it.
func (b *batch) postAll() error {
	for i := range b.letters {
		if err := b.post(&b.letters[i]); err != nil {
			return err
		}
	}
	if len(b.letters) > 0 {
		b.tx.AfterCommit(b.n.Wake)
	}
	return nil
}

// letter is one card for one recipient, with everything it is told on account of.
type letter struct {
	to     recipient
	note   mechanism.Notification // the first of those merged
	duties []mechanism.Duty       // strongest first
}

// batch gathers what one event tells.
type batch struct {
	n       *Notifier
	tx      *store.Tx
	p       *mechanism.Project
	roster  *store.Roster
	letters []letter
	at      map[string]int // by kind, case, push and recipient: index into letters
}

// add finds who is behind a notification and merges it with what they are told already.
func (b *batch) add(note mechanism.Notification) {
	f := b.n.who(b.roster, note.To)
	for _, to := range f.to {
		b.merge(to, note)
	}
	if f.alarm == "" {
		return
	}
	alarm := mechanism.Notification{
		Kind: mechanism.KindAlarm, Project: note.Project, Alarm: f.alarm, On: mechanism.DateOf(b.tx.Now),
		To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
	}
	alarm.Key = fmt.Sprintf("alarm/%s/%s", f.about, alarm.On)
	b.n.Log.Warn("a notification found nobody or only a substitute", "kind", note.Kind, "project", note.Project, "about", f.about)
	for _, to := range b.n.people(b.roster.TaskForce()) {
		b.merge(to, alarm)
	}
}

func (b *batch) merge(to recipient, note mechanism.Notification) {
	key := fmt.Sprintf("%s/%s/%d/%d/%s", note.Kind, note.Project, note.Case, note.Push, to.lane())
	switch {
	case note.Kind == mechanism.KindReminder: // whichever cases it is for, it is one card
		key = fmt.Sprintf("%s/%s", note.Kind, to.lane())
	case note.Kind == mechanism.KindAlarm || note.Kind == mechanism.KindUndelivered:
		key = note.Key + "/" + to.lane()
	case note.Kind == mechanism.KindOutcome && b.exited(note): // all its cases end by one act: one card says so
		key = fmt.Sprintf("%s/%s/%s", note.Kind, note.Project, to.lane())
	}
	i, known := b.at[key]
	if !known {
		i = len(b.letters)
		b.at[key] = i
		b.letters = append(b.letters, letter{to: to, note: note})
	}
	l := &b.letters[i]
	urgency := max(l.note.Urgency, note.Urgency)
	if note.To.Duty != "" && !slices.Contains(l.duties, note.To.Duty) {
		l.duties = append(l.duties, note.To.Duty)
		slices.SortStableFunc(l.duties, func(x, y mechanism.Duty) int { return strength(x) - strength(y) })
		if l.duties[0] == note.To.Duty { // the strongest duty decides the text, the unit and the key
			l.note = note
		}
	}
	l.note.Urgency = urgency
}

// exited reports whether a case ended because its project exits.
func (b *batch) exited(note mechanism.Notification) bool {
	if b.p == nil {
		return false
	}
	c := b.p.Case(note.Case)
	return c != nil && c.Closure == mechanism.ClosedExit
}

// strength orders duties by how much they ask of the reader: the text of a card is that of the strongest.
func strength(duty mechanism.Duty) int {
	order := []mechanism.Duty{mechanism.DutyResponsible, mechanism.DutyDepartment, mechanism.DutyLead, mechanism.DutyPhase}
	if i := slices.Index(order, duty); i >= 0 {
		return i
	}
	return len(order)
}

// post puts a letter into the outbox.
func (b *batch) post(l *letter) error {
	address, err := l.to.encoded()
	if err != nil {
		return err
	}
	more := params{
		On: l.note.On, Unit: l.note.To.Unit, Tier: l.note.To.Tier, Role: l.note.To.Role, Sector: l.note.To.Sector,
		Alarm: l.note.Alarm, About: l.note.About, Duties: l.duties, Report: b.report(l.note),
	}
	d := store.Delivery{
		Key: l.note.Key + "/" + l.to.id(), Lane: l.to.lane(), Effect: store.EffectCard, Platform: l.to.platform,
		Address: address, Person: l.to.person, Kind: string(l.note.Kind), Project: l.note.Project, Case: l.note.Case,
		Push: l.note.Push, Urgency: int(l.note.Urgency),
	}
	for _, duty := range l.duties {
		d.Duties = append(d.Duties, string(duty))
	}
	if l.note.Kind == mechanism.KindAlarm {
		more.About = matterOf(l.note)
	}
	b.schedule(&d, l.note)
	if l.note.Kind == mechanism.KindReminder {
		if err := b.remind(&d, &more); err != nil {
			return err
		}
	}
	if d.Params, err = json.Marshal(more); err != nil {
		return fmt.Errorf("encode parameters: %w", err)
	}
	d.ID = cardID(d.Key)
	told, err := b.tx.Enqueue(d)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", d.Kind, err)
	}
	if told && l.note.Kind == mechanism.KindAlarm {
		return b.tx.RaiseAlarm(more.About, d.Project, l.note.Alarm)
	}
	return nil
}

// report gives which report of its case a turn or a return is about; 0 for everything else.
func (b *batch) report(note mechanism.Notification) int {
	if b.p == nil || note.Kind != mechanism.KindTurn && note.Kind != mechanism.KindReturned {
		return 0
	}
	if c := b.p.Case(note.Case); c != nil {
		return len(c.Reports)
	}
	return 0
}

// schedule decides when a letter may go out and until when it is worth sending.
func (b *batch) schedule(d *store.Delivery, note mechanism.Notification) {
	from := b.tx.Now
	if note.NotBefore.After(from) {
		from = note.NotBefore
	}
	var c *mechanism.Case
	if b.p != nil {
		c = b.p.Case(note.Case)
	}
	if note.Kind == mechanism.KindBacklog { // one list for all that an import brings within these minutes
		until := b.tx.Now.Truncate(gather).Add(gather)
		d.Key, d.Project, from = fmt.Sprintf("backlog/%d/%s", until.Unix(), d.Person), "", until
	}
	d.NotBefore = b.n.Hours.Next(from, note.Urgency, b.n.Book)
	if d.NotBefore.After(from) && d.Person != "" && note.To.Role != mechanism.RoleTaskForce {
		d.NotBefore = d.NotBefore.Add(spread(d.Person, b.n.Hours))
	}
	if note.Kind == mechanism.KindHeld && d.NotBefore.After(from) {
		d.NotBefore = d.NotBefore.Add(time.Second) // below the list of the day: what runs out stands last
	}
	if note.Kind == mechanism.KindPush && c != nil && note.Push > 0 {
		d.Deadline = (pushDay(c, note.Push) + mechanism.Date(c.Cycle.Days)).Time() // the next push says it again
	}
}

// gather is how long an import's 存量 is collected before its list goes out.
const gather = 5 * time.Minute

// spread is by how much a person's messages come after the hour at which all messages may go out (contract): always the
// same for one person, at most ten minutes, and never past the hours.
func spread(person string, h Hours) time.Duration {
	most := 10 * time.Minute
	if open := h.To - h.From; open > 0 && open < 2*most {
		most = open / 2
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(person)) // never fails
	return (time.Duration(sum.Sum32()) * time.Millisecond) % most
}

// cardID makes a card's id from its key: the same notification always gets the same id, even after a restore, so that
// the platform itself keeps a second copy away.
func cardID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "jm-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}

// Reply answers what a person just said, in the conversation where it was said; each text is one paragraph. It goes at
// any hour and is dropped when the session closes.
func (n *Notifier) Reply(tx *store.Tx, in bot.Incoming, text ...bot.Text) error {
	to := recipient{platform: in.Platform, address: bot.Address{User: in.User}}
	if in.Group != "" { // an address is one person or one group
		to.address = bot.Address{Group: in.Group, At: []bot.User{{ID: in.User, Name: in.UserName}}}
	}
	address, err := to.encoded()
	if err != nil {
		return err
	}
	more, err := json.Marshal(replyParams{Session: in.Session, Text: paragraphs(text)})
	if err != nil {
		return fmt.Errorf("encode reply: %w", err)
	}
	id := token() + token()
	d := store.Delivery{
		ID: id, Key: "reply/" + id, Lane: to.lane(), Talk: true, Effect: store.EffectReply, Platform: in.Platform, Address: address,
		Kind: string(mechanism.KindReply), Params: more, Urgency: int(mechanism.Now), NotBefore: tx.Now, Deadline: in.Expires,
	}
	if person, err := n.personOf(tx, in.Platform, in.User); err != nil {
		return err
	} else if person != "" {
		d.Person = person
	}
	if _, err := tx.Enqueue(d); err != nil {
		return fmt.Errorf("enqueue reply: %w", err)
	}
	tx.AfterCommit(n.Wake)
	return nil
}

// replyParams is what a reply keeps: the exact text.
type replyParams struct {
	Session string   `json:"session"`
	Text    bot.Text `json:"text"`
}

// paragraphs joins texts by line breaks.
func paragraphs(texts []bot.Text) bot.Text {
	var all bot.Text
	for i, t := range texts {
		if i > 0 {
			all = append(all, bot.Span{Text: "\n"})
		}
		all = append(all, t...)
	}
	return all
}

func (n *Notifier) personOf(tx *store.Tx, platform, user string) (string, error) {
	roster, err := tx.Roster()
	if err != nil {
		return "", fmt.Errorf("read roster: %w", err)
	}
	if p, ok := roster.ByAccount(platform, user); ok {
		return p.ID, nil
	}
	return "", nil
}

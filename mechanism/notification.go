package mechanism

import "time"

// Kind says what a Notification is about. One table (Tellings) says who gets which kind, by which channel, with which buttons.
type Kind string

// The kinds of notification.
const (
	KindPush        Kind = "push"        // a new warning or its Nth push, to a party (F.1, F.4)
	KindOverdue     Kind = "overdue"     // 销号超时 (F.4)
	KindTurn        Kind = "turn"        // a report waits for the department's disposal (F.2 待办理)
	KindReturned    Kind = "returned"    // the report came back
	KindReminder    Kind = "reminder"    // what a person was asked for and has not done yet, all on one card a day (D.4)
	KindUrged       Kind = "urged"       // 专班 urges (催办)
	KindOutcome     Kind = "outcome"     // what the department decided, or the warning closed by itself
	KindChanged     Kind = "changed"     // a party's existing card must show the present state; nothing new to read
	KindEscalation  Kind = "escalation"  // a red at its tier (F.3)
	KindHeld        Kind = "held"        // the escalation's finished text, to 专班, with 发出 and 暂缓
	KindDisclaimed  Kind = "disclaimed"  // a unit says 不归我办, to 专班
	KindSettled     Kind = "settled"     // what 专班 decided on 不归我办, to the unit that said so
	KindAlarm       Kind = "alarm"       // data alarm to 专班
	KindUndelivered Kind = "undelivered" // a card of somebody else was given up, to 专班 with 重发
	KindDailyList   Kind = "daily-list"  // 专班's one list a day
	KindBacklog     Kind = "backlog"     // 存量 list to 专班
	KindDigest      Kind = "digest"      // what would have been too many cards for one person, as a list
	KindReply       Kind = "reply"       // the answer to what a person just said
	KindDialogue    Kind = "dialogue"    // a step of a guided exchange that needs buttons
)

// Addressee says who must be told: a unit's people of a role, the unit's group of a tier, or 专班.
type Addressee struct {
	Unit   string `json:"unit,omitempty"`
	Role   Role   `json:"role"`             // whose desk: contact, leader, 专班, city leader
	Duty   Duty   `json:"duty,omitempty"`   // on account of which duty
	Tier   int    `json:"tier,omitempty"`   // >0: the unit's coordination group of this tier
	Sector Sector `json:"sector,omitempty"` // for city leaders: whose sector
}

// Urgency decides when a message may go out (contract, [push]).
type Urgency int

// Routine waits for message hours on workdays; Turn goes between 08:00 and 20:00 at once; Tier3 waits for message
// hours but not for a workday; Now goes at any hour, being the answer to the person's own act.
const (
	Routine Urgency = iota
	Turn
	Tier3
	Now
)

// Notification says who must learn what. It knows no platform and carries no text: the text is made when it is sent,
// from the project as it is then.
type Notification struct {
	Kind      Kind      `json:"kind"`
	Project   string    `json:"project"`
	Case      int       `json:"case,omitempty"`
	Push      int       `json:"push,omitempty"`
	Key       string    `json:"key"` // telling the same thing twice is a no-op
	To        Addressee `json:"to"`
	On        Date      `json:"on"`
	Urgency   Urgency   `json:"urgency,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"` // it does not go out earlier: 专班 sees the text first (Escalation.PostAt); zero = at once
	Alarm     string    `json:"alarm,omitempty"`     // for KindAlarm: a plain Chinese sentence
	About     string    `json:"about,omitempty"`     // for KindUndelivered: the delivery that was given up
}

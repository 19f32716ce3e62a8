package mechanism

import (
	"fmt"
	"slices"
)

// Who is told without holding one of the four duties.
const (
	DutyCopied      Duty = "抄送单位"
	DutyTaskForce   Duty = "业务专班"
	DutyCoordinator Duty = "协调单位" // of the tier (B.5)
	DutyReportsUp   Duty = "上报单位" // of the tier (B.5)
	DutyCity        Duty = "市领导"
	DutyObjector    Duty = "提出异议单位" // said 不归我办
)

// UnitTaskForce is the unit of 专班 in the roster.
const UnitTaskForce = "业务专班"

// Channel is how someone is told.
type Channel string

// One to one, or in the unit's group of the tier.
const (
	ChannelPerson Channel = "单聊"
	ChannelGroup  Channel = "群"
)

// Telling is one row of who gets which card: a kind, to whom, by which channel, with which buttons at most. A button is
// shown only while ActsFor has its act.
type Telling struct {
	Kind    Kind
	Moves   []string // only on these moves; nil = on every move that tells the kind
	To      Duty
	Role    Role // "" with ChannelGroup
	Channel Channel
	Acts    []Act
	Others  bool    // not to the unit that did it
	InTurn  bool    // only while it is this duty's turn on the case
	Urgency Urgency // of tiers 1 and 2 for escalations; tier 3 goes as Tier3
}

var (
	opening      = []string{"T1", "T19", "存量转办"}
	cycles       = []string{"T1", "T19", "存量转办", "T9"}
	closing      = []string{"T6", "T7", "T8", "T15", "A-29", "T18", "T18不适用"}
	reportActs   = []Act{ActReport, ActSame, ActDisclaim, ActView}
	disposeActs  = []Act{ActOngoing, ActCompleted, ActNotNeeded, ActExit, ActReturn, ActEvidence}
	escalateActs = []Act{ActRelease, ActWithhold, ActEvidence}
	settleActs   = []Act{ActUphold, ActTransfer, ActEvidence}
	followActs   = []Act{ActEvidence}
)

// Tellings says who gets which card. It must not be changed.
var Tellings = []Telling{
	{Kind: KindPush, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson, Acts: reportActs},
	{Kind: KindPush, To: DutyResponsible, Role: RoleLeader, Channel: ChannelPerson, Moves: []string{"T9超时"}, Acts: reportActs},
	{Kind: KindPush, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, Acts: disposeActs},
	{Kind: KindPush, To: DutyLead, Role: RoleContact, Channel: ChannelPerson, Moves: cycles, Acts: followActs},
	{Kind: KindPush, To: DutyPhase, Role: RoleContact, Channel: ChannelPerson, Moves: cycles},
	{Kind: KindPush, To: DutyCopied, Role: RoleContact, Channel: ChannelPerson, Moves: opening},

	{Kind: KindOverdue, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson, Acts: reportActs},
	{Kind: KindOverdue, To: DutyResponsible, Role: RoleLeader, Channel: ChannelPerson, Acts: reportActs},
	{Kind: KindOverdue, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, Acts: disposeActs},
	{Kind: KindOverdue, To: DutyLead, Role: RoleContact, Channel: ChannelPerson, Acts: followActs},
	{Kind: KindOverdue, To: DutyPhase, Role: RoleContact, Channel: ChannelPerson},
	{Kind: KindOverdue, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson, Acts: followActs},

	{Kind: KindTurn, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, Acts: disposeActs, Urgency: Turn},
	{Kind: KindReturned, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson, Acts: reportActs, Urgency: Turn},

	{Kind: KindReminder, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson, InTurn: true},
	{Kind: KindReminder, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, InTurn: true},

	{Kind: KindUrged, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson, Acts: reportActs, InTurn: true, Urgency: Turn},
	{Kind: KindUrged, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, Acts: disposeActs, InTurn: true, Urgency: Turn},

	{Kind: KindOutcome, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson},
	{Kind: KindOutcome, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, Others: true}, // by the system, by 专班, by another department's 项目退出
	{Kind: KindOutcome, To: DutyLead, Role: RoleContact, Channel: ChannelPerson, Moves: closing, Acts: followActs},
	{Kind: KindOutcome, To: DutyPhase, Role: RoleContact, Channel: ChannelPerson, Moves: closing},

	{Kind: KindChanged, To: DutyResponsible, Role: RoleContact, Channel: ChannelPerson, Urgency: Now},
	{Kind: KindChanged, To: DutyDepartment, Role: RoleContact, Channel: ChannelPerson, Urgency: Now},

	{Kind: KindEscalation, To: DutyCoordinator, Channel: ChannelGroup, Acts: followActs},
	{Kind: KindEscalation, To: DutyReportsUp, Role: RoleLeader, Channel: ChannelPerson, Acts: followActs},
	{Kind: KindEscalation, To: DutyCity, Role: RoleCity, Channel: ChannelPerson, Acts: []Act{ActProcess}},
	{Kind: KindHeld, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson, Acts: escalateActs},

	{Kind: KindDisclaimed, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson, Acts: settleActs, Urgency: Turn},
	{Kind: KindSettled, To: DutyObjector, Role: RoleContact, Channel: ChannelPerson, Acts: reportActs, Urgency: Turn},
	{Kind: KindAlarm, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson},
	{Kind: KindUndelivered, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson},
	{Kind: KindDailyList, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson},
	{Kind: KindBacklog, To: DutyTaskForce, Role: RoleTaskForce, Channel: ChannelPerson, Acts: []Act{ActReleaseBacklog}},
}

// tell queues what a row of the life table tells about a case.
func (t *turn) tell(m *Move, c *Case) {
	for _, kind := range m.Tell {
		t.notify(kind, c, m.ID)
	}
}

// notify queues one kind for everyone Tellings names.
func (t *turn) notify(kind Kind, c *Case, move string) {
	if c.Backlog && kind != KindBacklog || !t.wanted(kind, c) {
		return
	}
	for _, row := range Tellings {
		if row.Kind != kind || row.Moves != nil && !slices.Contains(row.Moves, move) || row.InTurn && row.To != c.Turn() {
			continue
		}
		for _, to := range t.addressees(row, c) {
			if !row.Others || to.Unit != t.me.Unit {
				t.send(c, row, to)
			}
		}
	}
}

// wanted reports whether a case has what an escalation needs: the text is held, or it goes out by itself or by 专班.
func (t *turn) wanted(kind Kind, c *Case) bool {
	switch e := c.Escalation; kind {
	case KindHeld:
		return e.Held()
	case KindEscalation:
		return e.Tier > 0 && (!e.PostAt.IsZero() || !e.Released.IsZero())
	}
	return true
}

// addressees gives who a row of Tellings means on a case; nobody where the record lacks the unit.
func (t *turn) addressees(row Telling, c *Case) []Addressee {
	var units []string
	tier := t.b.Chain(c.Chain).Tier(c.Tier, c.Parties)
	to := Addressee{Role: row.Role, Duty: row.To}
	switch row.To {
	case DutyTaskForce:
		units = []string{UnitTaskForce}
	case DutyCopied:
		for _, p := range c.Parties.Copies {
			units = append(units, p.Unit)
		}
	case DutyCoordinator:
		units, to.Tier = []string{tier.Coordinator}, c.Tier
	case DutyReportsUp:
		units = t.reporters(tier, c)
	case DutyObjector:
		units = []string{c.Disclaimers[len(c.Disclaimers)-1].By.Unit}
	case DutyCity:
		if tier.Coordinator != CityLeaders {
			return nil
		}
		units, to.Sector = []string{CityLeaders}, t.p.Sector()
	default:
		units = []string{c.Parties.Unit(row.To)}
	}
	var found []Addressee
	for _, unit := range units {
		if unit != "" {
			to.Unit = unit
			found = append(found, to)
		}
	}
	return found
}

// reporters gives the units that report up. The responsible unit files for an enterprise that the chain names.
func (t *turn) reporters(tier TierDuty, c *Case) []string {
	var units []string
	for _, unit := range tier.ReportsUp {
		if unit == c.Parties.Reporter.Unit {
			unit = c.Parties.Responsible.Unit
		}
		if unit != tier.Coordinator && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	return units
}

func (t *turn) send(c *Case, row Telling, to Addressee) {
	n := Notification{
		Kind: row.Kind, Project: t.p.ID, Case: c.Seq, Push: c.Push, Key: t.key(c, row, to), To: to, On: t.day, Urgency: row.Urgency,
	}
	if row.Kind == KindEscalation || row.Kind == KindHeld {
		if c.Tier == 3 {
			n.Urgency = Tier3
		}
	}
	if row.Kind == KindUrged && c.Urges[len(c.Urges)-1].Together {
		n.Urgency = Routine
	}
	if e := c.Escalation; row.Kind == KindEscalation && e.Released.IsZero() {
		n.NotBefore = e.PostAt
	}
	t.queue(n)
}

// key names what is told once: the kind, the case, which time it is, and to whom.
func (t *turn) key(c *Case, row Telling, to Addressee) string {
	whom := string(row.To)
	if row.Role != RoleContact && row.Role != RoleTaskForce && row.Role != "" {
		whom += "/" + string(row.Role)
	}
	if row.To == DutyCopied || row.To == DutyCoordinator || row.To == DutyReportsUp {
		whom += "/" + to.Unit
	}
	about := fmt.Sprintf("%s/%s/%d", row.Kind, t.p.ID, c.Seq)
	switch row.Kind {
	case KindBacklog:
		return fmt.Sprintf("%s/%s", row.Kind, t.day) // one list for everything imported in a day
	case KindReminder:
		return fmt.Sprintf("%s/%s/%s/%s", row.Kind, t.day, whom, to.Unit) // one for everything that a unit is reminded of on a day
	case KindPush:
		return fmt.Sprintf("%s/%d/%s", about, c.Push, whom)
	case KindTurn, KindReturned:
		return fmt.Sprintf("%s/%d/%s", about, len(c.Reports), whom)
	case KindOutcome:
		return fmt.Sprintf("%s/%s/%d/%s", about, c.State, len(c.Disposals), whom)
	case KindUrged:
		return fmt.Sprintf("%s/%d/%s", about, len(c.Urges), whom)
	case KindDisclaimed, KindSettled:
		return fmt.Sprintf("%s/%d/%s", about, len(c.Disclaimers), whom)
	case KindChanged:
		return fmt.Sprintf("%s/%d/%s", about, t.now.UnixMilli(), whom)
	case KindEscalation:
		if c.Escalation.Withheld != "" && !c.Escalation.Released.IsZero() {
			whom += "/released" // what waited was dropped when it was withheld
		}
	}
	return fmt.Sprintf("%s/%s", about, whom)
}

// alarm tells 专班 what the record lacks, each thing once: what is missing for all stages is not told for each.
func (t *turn) alarm(gaps []Gap) {
	for _, gap := range gaps {
		t.queue(Notification{
			Kind: KindAlarm, Project: t.p.ID, On: t.day, Alarm: gap.Why,
			Key: fmt.Sprintf("%s/%s/%s/%s", KindAlarm, t.p.ID, gap.Duty, gap.Why),
			To:  Addressee{Unit: UnitTaskForce, Role: RoleTaskForce, Duty: DutyTaskForce},
		})
	}
}

func (t *turn) queue(n Notification) {
	if !t.told[n.Key] {
		t.told[n.Key] = true
		t.out = append(t.out, n)
	}
}

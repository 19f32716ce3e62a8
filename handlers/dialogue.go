package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"junma/mechanism"
	"junma/store"
)

// expiry is how long a guided exchange waits for its next answer; its draft is kept beyond that.
const expiry = 24 * time.Hour

// mostShelved and mostParked bound what is kept for one person.
const (
	mostShelved = 9
	mostParked  = 9
)

// step is what a guided exchange asks for.
type step string

// The steps. Each exchange goes through those that its flow names and that are not answered yet.
const (
	askCause    step = "cause"    // 报送: one of the book's categories
	askText     step = "text"     // 报送: one message
	askEvidence step = "evidence" // 报送: files and certificate numbers, until 完成
	askArrival  step = "arrival"  // 报送: nothing to do but wait for files on their way
	askPart     step = "part"     // 报送: which part to change
	askProposal step = "proposal" // 报送: the disposal to propose
	askDate     step = "date"     // 正在办理, 已完成办理
	askReason   step = "reason"   // 无需办理: one of the book's categories
	askDocument step = "document" // 项目退出: what it stands on
	askName     step = "name"     // 项目退出: the project's name once more
	askUnit     step = "unit"     // 改定责任: who takes over
	askWhy      step = "why"      // 退回补充, 不归我办, 暂缓, 维持原责任, 改定责任: one sentence
	askProxy    step = "proxy"    // 专班 acting on behalf: why
	askConfirm  step = "confirm"  // everything read back
	allAnswered step = ""         // nothing left to ask: the act is done at once
)

// target is what an exchange is about: an act on one push of one case.
type target struct {
	Act     mechanism.Act   `json:"act,omitempty"`
	Project string          `json:"project,omitempty"`
	Case    int             `json:"case,omitempty"`
	Push    int             `json:"push,omitempty"`
	Name    string          `json:"name,omitempty"` // of the project; every prompt names it
	Stage   mechanism.Stage `json:"stage,omitempty"`
}

// sameCase reports whether two targets are about one case of one project.
func (a target) sameCase(b target) bool { return a.Project == b.Project && a.Case == b.Case }

// sameAct reports whether two targets are the same act on one case.
func (a target) sameAct(b target) bool { return a.sameCase(b) && a.Act == b.Act }

// title names the project and the stage, as the first line of every prompt.
func (a target) title() string {
	return fmt.Sprintf("【%s】%s · %s", a.Act.Label(), a.Name, a.Stage)
}

// phrase names the same inside a sentence.
func (a target) phrase() string {
	return fmt.Sprintf("“%s”(%s · %s)", a.Act.Label(), a.Name, a.Stage)
}

// draft is what a person has answered so far.
type draft struct {
	Cause    string           `json:"cause,omitempty"`
	Text     string           `json:"text,omitempty"`
	Last     *said            `json:"last,omitempty"` // what was reported before, for “同上”
	Items    []item           `json:"items,omitempty"`
	Gathered bool             `json:"gathered,omitempty"` // the person said 完成
	Proposal mechanism.Option `json:"proposal,omitempty"` // chosen by the person; "" = as the answers suggest
	Redo     step             `json:"redo,omitempty"`     // a part the person is changing; its old answer holds until then
	Date     mechanism.Date   `json:"date,omitempty"`
	Unit     string           `json:"unit,omitempty"`
	Reason   string           `json:"reason,omitempty"`
	Note     string           `json:"note,omitempty"`
	Named    bool             `json:"named,omitempty"` // the project's name was typed once more

	ByProxy   bool   `json:"by_proxy,omitempty"` // 专班 acts on behalf, which needs a reason
	Proxy     string `json:"proxy,omitempty"`    // that reason
	Confirm   string `json:"confirm,omitempty"`  // the text of the latest confirmation card
	Acts      int    `json:"acts,omitempty"`     // reports and disposals of the case when that text was read back
	Confirmed bool   `json:"confirmed,omitempty"`
}

// said is an earlier report's cause and text.
type said struct {
	Cause string `json:"cause"`
	Text  string `json:"text"`
}

// shelved is an exchange that ended without its act; the draft waits for the person to press again.
type shelved struct {
	Target target    `json:"target"`
	Draft  draft     `json:"draft"`
	Since  time.Time `json:"since"`
}

// exchange is everything one person has open on one platform. It is kept whole in the dialogue's row, so that it
// survives a restart at every step. A zero Target means that nothing is being asked.
type exchange struct {
	Target target    `json:"target"`
	Step   step      `json:"step,omitempty"`
	Draft  draft     `json:"draft"`
	Serial int       `json:"serial"`           // of the latest prompt, never reused; an older prompt's buttons no longer count
	Slots  int       `json:"slots,omitempty"`  // files numbered so far; never reused
	Parked []target  `json:"parked,omitempty"` // pressed meanwhile, offered at the end
	Shelf  []shelved `json:"shelf,omitempty"`
	Card   string    `json:"card,omitempty"`   // the sent card on which a prompt's buttons stand in place of its own
	Lapsed string    `json:"lapsed,omitempty"` // phrase of an exchange that expired and was not told of yet

	session        string
	sessionExpires time.Time
}

// active reports whether something is being asked.
func (e *exchange) active() bool { return e.Target.Act != "" }

// loadExchange reads what a person has open; an exchange that waited too long is put on the shelf.
func loadExchange(tx *store.Tx, platform, person string) (*exchange, error) {
	row, err := tx.Dialogue(platform, person)
	if errors.Is(err, store.ErrNotFound) {
		return &exchange{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load the dialogue: %w", err)
	}
	e := &exchange{session: row.Session, sessionExpires: row.SessionExpires}
	if err := json.Unmarshal(row.Data, e); err != nil {
		return nil, fmt.Errorf("decode the dialogue: %w", err)
	}
	if e.active() && !row.ExpiresAt.After(tx.Now) {
		e.Lapsed = e.Target.phrase()
		e.shelve(tx.Now)
	}
	return e, nil
}

// save keeps the exchange. The row stays when nothing is open any more: its numbers must never return, or the buttons of
// an old prompt could mean those of a new one.
func (e *exchange) save(tx *store.Tx, platform, person string) error {
	if e.Serial == 0 && len(e.Parked) == 0 {
		return nil
	}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode the dialogue: %w", err)
	}
	return tx.SaveDialogue(store.Dialogue{
		Platform: platform, Person: person, Kind: string(e.Target.Act), Step: string(e.Step),
		Project: e.Target.Project, Case: e.Target.Case, Push: e.Target.Push, Data: data,
		Session: e.session, SessionExpires: e.sessionExpires, ExpiresAt: tx.Now.Add(expiry), UpdatedAt: tx.Now,
	})
}

// begin starts an exchange, with the draft of an earlier one about the same act on the same case if there is one.
func (e *exchange) begin(to target) (resumed bool) {
	e.Target, e.Step, e.Draft = to, allAnswered, draft{}
	e.Parked = slices.DeleteFunc(e.Parked, to.sameAct)
	for i, s := range e.Shelf {
		if s.Target.sameAct(to) {
			e.Draft, resumed = s.Draft, true
			e.Draft.Confirmed = false
			e.Shelf = slices.Delete(e.Shelf, i, i+1)
			break
		}
	}
	return resumed
}

// shelve ends the exchange and keeps its draft.
func (e *exchange) shelve(now time.Time) {
	e.Shelf = append(e.Shelf, shelved{Target: e.Target, Draft: e.Draft, Since: now})
	e.Shelf = e.Shelf[max(0, len(e.Shelf)-mostShelved):]
	e.end()
}

// end forgets what is being asked and its draft.
func (e *exchange) end() { e.Target, e.Step, e.Draft = target{}, allAnswered, draft{} }

// park remembers an act that was pressed while another exchange is open.
func (e *exchange) park(to target) {
	if !slices.ContainsFunc(e.Parked, to.sameAct) && len(e.Parked) < mostParked {
		e.Parked = append(e.Parked, to)
	}
}

// item finds a file by its slot, in the draft being written or in one on the shelf.
func (e *exchange) item(slot int) (*draft, *item) {
	drafts := []*draft{&e.Draft}
	for i := range e.Shelf {
		drafts = append(drafts, &e.Shelf[i].Draft)
	}
	for _, d := range drafts {
		for i := range d.Items {
			if d.Items[i].Slot == slot {
				return d, &d.Items[i]
			}
		}
	}
	return nil, nil
}

package mechanism

// Actor is who tries an act: a person with the offices held now, or the system (zero Actor).
type Actor struct {
	Person  string   `json:"person,omitempty"` // roster id; empty = the system
	Name    string   `json:"name,omitempty"`
	Offices []Office `json:"offices,omitempty"`
	Channel string   `json:"channel,omitempty"` // dingtalk, api, day …
}

// Office is one seat a person holds.
type Office struct {
	Unit    string   `json:"unit"`
	Role    Role     `json:"role"`
	Sectors []Sector `json:"sectors,omitempty"` // which sectors a city leader leads
}

// Event is something that happened to a project; one type per row of the life table (D.3).
type Event interface{ event() }

// RecordArrived is a platform row: it creates the project or brings it up to date (T1, T15, T18; A-29).
type RecordArrived struct {
	Record   Record `json:"record"`
	Baseline bool   `json:"baseline,omitempty"` // lights already on are 存量 (C-10)
}

// DayBegan is the start of a civil day: lights turn, cycles end (T1, T9, T10, T16). The day is that of Step's now.
type DayBegan struct{}

// Responded records a person's first press or message about a case (T2).
type Responded struct {
	Case int `json:"case"`
}

// Reported is a confirmed report of the responsible unit (T3).
type Reported struct {
	Case     int        `json:"case"`
	Cause    string     `json:"cause"`
	Text     string     `json:"text"`
	Evidence []Evidence `json:"evidence"`
	Proposal Option     `json:"proposal,omitempty"`
	Proxy    string     `json:"proxy,omitempty"` // 专班's reason for reporting on behalf
	Confirm  string     `json:"confirm"`
}

// Returned is the department sending the report back (T4).
type Returned struct {
	Case   int    `json:"case"`
	Reason string `json:"reason"`
}

// Disposed is the department's confirmed disposal (T5 … T8).
type Disposed struct {
	Case    int    `json:"case"`
	Option  Option `json:"option"`
	Date    Date   `json:"date,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Note    string `json:"note,omitempty"`
	Proxy   string `json:"proxy,omitempty"`
	Confirm string `json:"confirm"`
}

// Disclaimed is a unit saying the matter is not its own.
type Disclaimed struct {
	Case   int    `json:"case"`
	Reason string `json:"reason"`
}

// Upheld is 专班 deciding that the responsible unit keeps a matter which it says is not its own.
type Upheld struct {
	Case   int    `json:"case"`
	Reason string `json:"reason"`
}

// Transferred is 专班 deciding that another unit becomes the responsible unit of a case (T22).
type Transferred struct {
	Case   int    `json:"case"`
	Unit   string `json:"unit"` // who takes over
	Reason string `json:"reason"`
}

// Urged is 专班 urging whoever's turn it is on a case (催办). It counts nowhere.
type Urged struct {
	Case     int  `json:"case"`
	Together bool `json:"together,omitempty"` // one of several at once: its card may be gathered with the others
}

// BacklogReleased is 专班 turning 存量 into ordinary warnings (C-10).
type BacklogReleased struct{}

// EscalationReleased is 专班 sending a held escalation out now (发出).
type EscalationReleased struct {
	Case int `json:"case"`
}

// EscalationWithheld is 专班 keeping a held escalation back (暂缓).
type EscalationWithheld struct {
	Case   int    `json:"case"`
	Reason string `json:"reason"`
}

func (RecordArrived) event()      {}
func (DayBegan) event()           {}
func (Responded) event()          {}
func (Reported) event()           {}
func (Returned) event()           {}
func (Disposed) event()           {}
func (Disclaimed) event()         {}
func (Upheld) event()             {}
func (Transferred) event()        {}
func (Urged) event()              {}
func (BacklogReleased) event()    {}
func (EscalationReleased) event() {}
func (EscalationWithheld) event() {}

// Record is one project as the Hangzhou platform's export or another system gives it, already checked field by field.
type Record struct {
	ID            string        `json:"id"`
	Code          string        `json:"code,omitempty"`
	Name          string        `json:"name"`
	Category      Category      `json:"category"`
	Energy        bool          `json:"energy,omitempty"`
	InZone        bool          `json:"in_zone,omitempty"`
	FilingKind    FilingKind    `json:"filing_kind,omitempty"`
	Owner         string        `json:"owner,omitempty"`
	Town          string        `json:"town,omitempty"`
	IndustryDept  string        `json:"industry_dept,omitempty"`
	InvestmentWan int64         `json:"investment_wan,omitempty"`
	RedCount      int           `json:"red_count,omitempty"`
	Stages        []StageRecord `json:"stages,omitempty"`
	Lights        []LightRecord `json:"lights,omitempty"`
	Complete      bool          `json:"complete,omitempty"` // Lights is everything the platform shows now
}

// StageRecord is one stage of a Record.
type StageRecord struct {
	Stage   Stage `json:"stage"`
	Start   Date  `json:"start,omitempty"`
	Done    Date  `json:"done,omitempty"`
	Limit   Limit `json:"limit,omitzero"`
	Applies *bool `json:"applies,omitempty"` // nil = as the book says
}

// LightRecord is one light the platform shows. Yellow is the platform's word for what the notice treats as orange (C-3).
type LightRecord struct {
	Stage Stage  `json:"stage"`
	Level Level  `json:"level"` // Orange for 黄, Red for 红
	Since Date   `json:"since"`
	Ref   string `json:"ref,omitempty"`
	Off   bool   `json:"off,omitempty"` // the platform says 已销号
}

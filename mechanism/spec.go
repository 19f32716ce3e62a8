package mechanism

// Spec is the rule book as a person writes it: plain data, one field per section of the TOML file. It is checked and
// made usable by Compile. Every row names its basis: a clause of the notice, or an A-number where the notice is silent.
type Spec struct {
	Limits    LimitsSpec    `toml:"limits"`
	Orange    OrangeSpec    `toml:"orange"`
	Push      PushSpec      `toml:"push"`
	Response  ResponseSpec  `toml:"response"`
	Tier      TierSpec      `toml:"tier"`
	Source    SourceSpec    `toml:"source"`
	Stages    []StageRow    `toml:"stage"`
	Sizes     []SizeRow     `toml:"size"`
	Limit     []LimitRow    `toml:"limit"`
	Applies   []AppliesRow  `toml:"applies"`
	Duties    []DutyRow     `toml:"duty"`
	Copies    []CopyRow     `toml:"copy"`
	Chains    []ChainRow    `toml:"chain"`
	Options   []OptionRow   `toml:"option"`
	Causes    []CauseRow    `toml:"cause"`
	Reasons   []ReasonRow   `toml:"reason"`
	Calendars []CalendarRow `toml:"calendar"`
}

// LimitsSpec says how limits are treated as a whole.
type LimitsSpec struct {
	AcceptSamples bool `toml:"accept_samples"` // treat unconfirmed rows as confirmed: for demonstrations only
}

// OrangeSpec is the arithmetic of the orange line (三(三), C-4 … C-8, C-14).
type OrangeSpec struct {
	Round    string `toml:"round"`     // of the lead: ceil, nearest or floor (C-5)
	MinLimit int    `toml:"min_limit"` // a limit of fewer days or workdays has no orange (C-6)
	RollDue  bool   `toml:"roll_due"`  // a last day on a rest day moves to the next workday (C-8)
	FullSpan bool   `toml:"full_span"` // after an extension: a sixth of the whole span, not of the time since approval (C-14)
}

// PushSpec is the 销号 cycle (三(四)4, D.4) and when messages that nobody asked for go out.
type PushSpec struct {
	CycleDays     int    `toml:"cycle_days"`
	Pushes        int    `toml:"pushes"`
	OverdueAt     string `toml:"overdue_at"`     // end_of_4th_cycle or at_4th_push, whatever Pushes is
	OrangeOverdue bool   `toml:"orange_overdue"` // an orange can become 销号超时 too (C-20)
	Hours         string `toml:"hours"`          // "09:00-18:00", Asia/Shanghai; "" = at any time
	RestDays      bool   `toml:"rest_days"`      // messages go out on rest days too
	RemindAfter   []int  `toml:"remind_after"`   // workdays after a push on which a case that is still 未办理 is reminded of (D.4, A-26)
	UrgeInterval  int    `toml:"urge_interval"`  // workdays from one 催办 of a case to the next
	Digest        int    `toml:"digest"`         // more cards than this for one person or group at one moment travel as one; 0 = never
	Daily         int    `toml:"daily"`          // most cards a person is sent on one day without having asked; 0 = any number
	RemindBefore  int    `toml:"remind_before"`  // days before the end of the cycle on which one that is 已办理未销号 is; 0 = never
}

// ResponseSpec is what 及时 means, in workdays from the push, and how long a derived start stays a mere hint (C-11).
type ResponseSpec struct {
	Read    int `toml:"read"`
	Report  int `toml:"report"`
	Dispose int `toml:"dispose"`
	Confirm int `toml:"confirm"`
}

// TierSpec maps red counts and grades to the three tiers (三(五), A-16) and says how long 专班 holds each tier's text.
type TierSpec struct {
	ByCount     []int `toml:"by_count"` // tier of the first, second … red; the last one holds for all later reds
	Ordinary    int   `toml:"ordinary"`
	Complex     int   `toml:"complex"`
	Major       int   `toml:"major"`
	HoldMinutes []int `toml:"hold_minutes"` // minutes per tier; -1 = only when 专班 presses 发出
}

// SourceSpec says what a red counts for that only the local arithmetic sees.
type SourceSpec struct {
	LocalRed string `toml:"local_red"` // hint or count
}

// StageRow places one stage: its phase and the stage whose completion starts its clock (C-11).
type StageRow struct {
	Name        Stage  `toml:"name"`
	Phase       Phase  `toml:"phase"`
	StartsAfter Stage  `toml:"starts_after"` // empty: the clock starts only from the record
	Basis       string `toml:"basis"`
}

// SizeRow names a bracket of planned total investment, in 万元.
type SizeRow struct {
	Name  string `toml:"name"`
	Min   int64  `toml:"min"` // included
	Max   int64  `toml:"max"` // excluded; 0 = no upper end
	Basis string `toml:"basis"`
}

// LimitRow gives the limit of a stage. Key columns: stage, sector, size; an empty sector or size means all. A row that
// names a sector stands before one that doesn't, and then a row that names a size.
type LimitRow struct {
	Stage     Stage  `toml:"stage"`
	Sector    Sector `toml:"sector"`
	Size      string `toml:"size"`
	Limit     string `toml:"limit"`     // "25日", "20工作日", "18月", or "无" for no limit
	Yellow    string `toml:"yellow"`    // the platform's yellow rule, counted from the start like the limit; "" = none
	Confirmed bool   `toml:"confirmed"` // false: 示例, which never alarms anyone
	Basis     string `toml:"basis"`
}

// AppliesRow says whether a stage applies to a kind of project. Key columns: stage, category, size.
type AppliesRow struct {
	Stage    Stage    `toml:"stage"`
	Category Category `toml:"category"`
	Size     string   `toml:"size"`
	Applies  bool     `toml:"applies"`
	Why      string   `toml:"why"` // plain Chinese
	Basis    string   `toml:"basis"`
}

// DutyRow names the unit that holds a duty. All columns before Unit are the key; an empty one means any. Of the rows
// that match, the one that names most columns answers. Unit is a unit's name or one of 属地政府, 项目业主, 行业主管部门,
// which stand for what the project's record names.
type DutyRow struct {
	Duty     Duty       `toml:"duty"`
	Sector   Sector     `toml:"sector"`
	Category Category   `toml:"category"`
	Energy   string     `toml:"energy"` // 能源 or 非能源
	Zone     string     `toml:"zone"`   // 区内 or 区外
	Phase    Phase      `toml:"phase"`
	Stage    Stage      `toml:"stage"`
	Filing   FilingKind `toml:"filing_kind"`
	Unit     string     `toml:"unit"`
	Else     string     `toml:"else"`    // unit when the record names none
	Default  bool       `toml:"default"` // the notice names nobody: our default answers
	Basis    string     `toml:"basis"`
}

// CopyRow sends copies of a stage's warnings to a unit without a duty.
type CopyRow struct {
	Stage Stage  `toml:"stage"`
	Unit  string `toml:"unit"`
	Basis string `toml:"basis"`
}

// ChainRow is one chain of coordination (三(五)).
type ChainRow struct {
	ID     string    `toml:"id"`
	Sector Sector    `toml:"sector"`
	Phases []Phase   `toml:"phases"` // empty: every phase that no other chain of the sector names
	Tiers  []TierRow `toml:"tier"`   // exactly three
	Basis  string    `toml:"basis"`
}

// TierRow is one tier of a chain: who reports up, and who coordinates or convenes.
type TierRow struct {
	ReportsUp   []string `toml:"reports_up"`
	Coordinator string   `toml:"coordinator"`
	Convenes    bool     `toml:"convenes"` // the coordinator calls the departments together
}

// OptionRow is one of the disposals (三(四)3).
type OptionRow struct {
	Name    Option `toml:"name"`
	Meaning string `toml:"meaning"` // plain Chinese: what it does and what must be stated with it
	Basis   string `toml:"basis"`
}

// CauseRow is one category of causes a report must choose from (R-027, E.2 M6).
type CauseRow struct {
	Name  string `toml:"name"`
	Basis string `toml:"basis"`
}

// ReasonRow is one category of reasons for 无需办理 (D.3 T7).
type ReasonRow struct {
	Name          string `toml:"name"`
	TakesOffClock bool   `toml:"takes_off_clock"` // the stage runs no clock any more
	Basis         string `toml:"basis"`
}

// CalendarRow is the State Council's arrangement of one year.
type CalendarRow struct {
	Year   int       `toml:"year"`
	Source string    `toml:"source"`
	Off    []SpanRow `toml:"off"`
	Work   []SpanRow `toml:"work"` // weekend days that are worked (调休上班)
}

// SpanRow is a run of days, both ends included.
type SpanRow struct {
	From string `toml:"from"` // "2006-01-02"
	To   string `toml:"to"`   // "" = only From
	Name string `toml:"name"`
}

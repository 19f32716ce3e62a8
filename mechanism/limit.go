package mechanism

import (
	"fmt"
	"strconv"
	"strings"
)

// Unit is the unit of a limit.
type Unit string

// The three units.
const (
	Days     Unit = "日"
	WorkDays Unit = "工作日"
	Months   Unit = "月"
)

// Limit is how long a stage may take, as "25日", "20工作日" or "18月".
type Limit struct {
	N    int
	Unit Unit
}

// maxLimit keeps date arithmetic far from overflow; no stage takes 9999 of anything.
const maxLimit = 9999

// ParseLimit reads "25日", "20工作日", "18月" (or "18个月"). An empty text is the zero Limit.
func ParseLimit(text string) (Limit, error) {
	if text == "" {
		return Limit{}, nil
	}
	digits := strings.TrimRight(text, "日工作个月")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxLimit || digits != strconv.Itoa(n) {
		return Limit{}, fmt.Errorf("%q is not a limit such as 25日, 20工作日 or 18月", text)
	}
	switch text[len(digits):] {
	case "日":
		return Limit{n, Days}, nil
	case "工作日":
		return Limit{n, WorkDays}, nil
	case "月", "个月":
		return Limit{n, Months}, nil
	}
	return Limit{}, fmt.Errorf("%q is not a limit such as 25日, 20工作日 or 18月", text)
}

// IsZero reports whether there is no limit.
func (l Limit) IsZero() bool { return l == Limit{} }

// String gives the form that ParseLimit reads, or "" for the zero Limit.
func (l Limit) String() string {
	if l.IsZero() {
		return ""
	}
	return strconv.Itoa(l.N) + string(l.Unit)
}

// MarshalText writes the form of String.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the form of String.
func (l *Limit) UnmarshalText(text []byte) error {
	parsed, err := ParseLimit(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// Clock is what the arithmetic of one stage needs.
type Clock struct {
	Start     Date
	Done      Date
	Limit     Limit
	Confirmed bool // the limit comes from the record, or from a row marked confirmed: it may alarm
	Inferred  bool // 推定: the start was derived (C-11)
	Yellow    Date // the platform's or the book's yellow day; zero = no yellow rule (C-3, C-4)
	Basis     string
}

// Reading is the arithmetic of one clock, shown so that anyone can check it.
type Reading struct {
	Start      Date   `json:"start"`
	Limit      Limit  `json:"limit"`
	Orange     Date   `json:"orange,omitempty"` // first orange day; zero = none (C-6)
	Last       Date   `json:"last"`             // last permitted day, until 24:00
	Red        Date   `json:"red"`              // first red day
	Confirmed  bool   `json:"confirmed,omitempty"`
	Inferred   bool   `json:"inferred,omitempty"`
	Unverified bool   `json:"unverified,omitempty"` // 日历未核定: the interval meets a year without a calendar
	Basis      string `json:"basis"`                // where the limit comes from
}

// Package inquiry answers "what does this person want to know?".
//
// Read takes a plain Chinese sentence apart into one intent and its slots – unit, town, sector, stage, phase, light,
// state, push number, tier, time – in any order, also as pinyin, initials, abbreviations and with a wrong character. It
// is deterministic: a table of words and a longest-match scan, nothing learned. What fits two things is given back as a
// choice, and a sentence with a word it doesn't know is no question. It knows no project: the words that name one come
// back as they were written.
package inquiry

import (
	"fmt"
	"strings"

	"junma/mechanism"
)

// Kind is what is asked.
type Kind string

// The kinds of question.
const (
	Lights   Kind = "lights"   // which warnings there are, and how many
	Idle     Kind = "idle"     // 谁没办: on whom warnings in 未办理 wait
	Slowest  Kind = "slowest"  // which unit disposes or reports least in time (M10, M11)
	Upcoming Kind = "upcoming" // 未来亮灯清单
	Summary  Kind = "summary"  // how everything stands
	Projects Kind = "projects" // which projects are in hand, and how many
	Disposed Kind = "disposed" // which warnings were disposed of, and how many
	Where    Kind = "where"    // a project: how far it is
	Who      Kind = "who"      // a project: who answers for it
	Left     Kind = "left"     // a project: days left
	Pushes   Kind = "push"     // a project: which push it is at
	Why      Kind = "why"      // a project: why its lights are on
	Differs  Kind = "differs"  // the platform shows 已销号 and we do not; perhaps of one project
)

// AboutProject reports whether a question of this kind is about one project.
func (k Kind) AboutProject() bool {
	switch k {
	case Where, Who, Left, Pushes, Why, Differs:
		return true
	default:
		return false
	}
}

// Dimension is by what an answer is split.
type Dimension string

// The dimensions of a split.
const (
	ByTown       Dimension = "镇街"
	ByUnit       Dimension = "单位" // 项目责任单位
	ByDepartment Dimension = "部门" // 环节责任部门
	BySector     Dimension = "板块"
	ByStage      Dimension = "环节"
	ByPhase      Dimension = "阶段"
	ByLeader     Dimension = "领导" // 分管市领导
)

// Asked is one question. An empty slot does not restrict.
type Asked struct {
	Kind     Kind
	Level    mechanism.Level
	State    mechanism.State
	Unit     string // a department or an owner, by its full name
	Town     string // a town, by its full name
	Sector   mechanism.Sector
	Stage    mechanism.Stage
	Phase    mechanism.Phase
	Person   string    // roster id
	Mine     bool      // of the asker's own units
	RedNo    int       // 第N次红灯; 3 means the third and later ones
	Tier     int       // 1..3
	Push     int       // 第N次推送
	New      Period    // lit in this time; for Slowest, Disposed and Summary the time looked at
	At       Period    // as it stood at the end of this time
	Ended    Period    // 销号 in this time
	By       Dimension // "" = not split
	Compare  bool      // compared with the month before
	Material bool      // as material for a meeting
	Days     int       // Upcoming: how far ahead
	Project  string    // the words that name a project, lower case
	Fixed    []Fix     // what was read as something else than was written
}

// Fix is a wrong word and what it was taken for.
type Fix struct{ From, To string }

// Outcome is how far a sentence was understood.
type Outcome int

// The outcomes of Read.
const (
	NotAQuestion Outcome = iota
	Understood
	Choose       // two things fit: Choices
	NeedsProject // Asked.Kind is about a project, and none is named
	NeedsTopic   // only a slot is named: Topic
)

// Reading is what Read made of a sentence.
type Reading struct {
	Outcome Outcome
	Asked   Asked
	Choices []Choice
	Topic   string // the full name of the one thing that was named
}

// Choice is one of the things that fit, and the whole question said with it.
type Choice struct{ Label, Text string }

// String writes the question with its slots; for tests and logs.
func (a Asked) String() string {
	text := string(a.Kind)
	add := func(name, value string) {
		if value != "" && value != "0" {
			text += " " + name + "=" + value
		}
	}
	add("level", string(a.Level))
	add("state", string(a.State))
	add("unit", a.Unit)
	add("town", a.Town)
	add("sector", string(a.Sector))
	add("stage", string(a.Stage))
	add("phase", string(a.Phase))
	add("person", a.Person)
	if a.Mine {
		text += " mine"
	}
	add("redno", fmt.Sprint(a.RedNo))
	add("tier", fmt.Sprint(a.Tier))
	add("push", fmt.Sprint(a.Push))
	add("new", string(a.New))
	add("at", string(a.At))
	add("ended", string(a.Ended))
	add("by", string(a.By))
	if a.Compare {
		text += " compare"
	}
	if a.Material {
		text += " material"
	}
	add("days", fmt.Sprint(a.Days))
	add("project", a.Project)
	var fixes []string
	for _, f := range a.Fixed {
		fixes = append(fixes, f.From+"→"+f.To)
	}
	add("fixed", strings.Join(fixes, "、"))
	return text
}

package city

import (
	_ "embed"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

//go:embed projects.txt
var projectTable string

// The paces at which projects get on; projects.txt explains them.
const (
	paceEarly  = "顺"
	paceClose  = "紧"
	paceLate   = "迟"
	paceOften  = "屡"
	paceDrag   = "拖"
	paceStuck  = "停"
	paceNext   = "卡"
	paceExempt = "免"
	paceWrong  = "误"
	paceExit   = "退"
)

// project is one invented project, with what really happens to it.
type project struct {
	number               int
	name, owner          string
	category             string
	energy, zone, reform bool
	town, industry       string
	wan                  int    // planned total investment, 万元
	current              string // the stage in which it is when the city is founded
	due                  int    // the last day of that stage, as a day of the plan
	pace                 string
	limit                string // own limit of that stage, "" = the book's
	reds                 int    // reds before the plan
	light                string // what the Hangzhou platform shows for that stage: 黄, 红 or nothing
	lit                  int    // the day on which it does

	stages []*stage
	late   int    // stages that end late
	told   string // known of the day on which its record was last posted
	exited bool   // its department has taken it out
}

// stage is one stage of a project: begun and finished on these days of the plan.
type stage struct {
	name        string
	start, done int
	lag         int  // days until the platform knows that it is finished
	exempt      bool // it is never finished, and what follows does not wait for it
}

// readProjects reads the table of projects.
func readProjects() []*project {
	var all []*project
	for _, row := range rows(projectTable, 11) {
		p := &project{
			number: len(all) + 1, name: row[0], owner: row[1], category: row[2], town: row[4], industry: row[5],
			wan: whole(row[6]), current: row[7], due: whole(row[8]), pace: row[9],
			energy: strings.Contains(row[3], "能源"), zone: strings.Contains(row[3], "区内"), reform: strings.Contains(row[3], "技改"),
		}
		for _, more := range strings.FieldsFunc(row[10], func(r rune) bool { return r == ';' }) {
			p.more(strings.TrimSpace(more))
		}
		all = append(all, p)
	}
	return all
}

// more takes what the last column says.
func (p *project) more(text string) {
	key, value, _ := strings.Cut(text, "=")
	switch key {
	case "时限":
		p.limit = value
	case "历史红灯":
		p.reds = whole(value)
	case "平台":
		level, day, _ := strings.Cut(value, "@")
		p.light, p.lit = level, whole(day)
	default:
		panic(fmt.Sprintf("projects.txt: %q of %s is not known", text, p.name))
	}
}

// rows reads a table: one row a line, columns divided by |, lines that begin with # left out.
func rows(table string, columns int) [][]string {
	var all [][]string
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, "|")
		if len(row) != columns {
			panic(fmt.Sprintf("the row %q has %d columns, not %d", line, len(row), columns))
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		all = append(all, row)
	}
	return all
}

func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("%q is no whole number", text))
	}
	return n
}

// chance gives a number from 0 to n-1 that depends on nothing but its arguments: the same thing always turns out the
// same way, in whatever order things happen.
func chance(seed uint64, n int, about ...string) int {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d|%s", seed, strings.Join(about, "|"))
	x := h.Sum64()
	x ^= x >> 32 // FNV's low bits alone are poor
	x *= 0x9e3779b97f4a7c15
	x ^= x >> 29
	return int(x % uint64(n))
}

func (p *project) id(founded time.Time) string {
	return fmt.Sprintf("JD-%d-%04d", founded.Year(), p.number)
}

// stage finds a stage of the plan; nil when the project does not go through it.
func (p *project) stage(name string) *stage {
	for _, s := range p.stages {
		if s.name == name {
			return s
		}
	}
	return nil
}

// known sums up what the platform knows on a day, so that a change of it can be told.
func (p *project) known(day int) string {
	var b strings.Builder
	for _, s := range p.stages {
		if s.reported(day) {
			b.WriteString(s.name + ",")
		}
	}
	if p.light != "" && day >= p.lit {
		b.WriteString(p.light)
	}
	return b.String()
}

// reported reports whether the platform knows that a stage is finished.
func (s *stage) reported(day int) bool { return s.done+s.lag <= day }

// record is the project as the platform knows it on a day.
func (p *project) record(founded time.Time, day int) record {
	r := record{
		ID: p.id(founded), Code: p.code(founded), Name: p.name, Category: p.category, Energy: p.energy, InZone: p.zone,
		FilingKind: "基本建设", Owner: p.owner, Town: p.town, Industry: p.industry, Wan: p.wan, Reds: p.reds,
	}
	if p.reform {
		r.FilingKind = "技术改造"
	}
	for _, k := range kinds {
		if !applies(p.category, k.name, p.wan) {
			no := false
			r.Stages = append(r.Stages, stageRecord{Stage: k.name, Applies: &no})
			continue
		}
		if s := p.stage(k.name); s != nil && p.begun(s, k, day) {
			r.Stages = append(r.Stages, p.stageRecord(founded, s, day))
		}
	}
	if p.light != "" && day >= p.lit {
		r.Lights = []lightRecord{p.lightRecord(founded, day)}
	}
	return r
}

// begun reports whether the platform knows that a stage has begun: it does once it knows what went before.
func (p *project) begun(s *stage, k kind, day int) bool {
	before := p.stage(k.after)
	return s.start <= day && (before == nil || before.exempt || before.reported(day))
}

func (p *project) stageRecord(founded time.Time, s *stage, day int) stageRecord {
	row := stageRecord{Stage: s.name, Start: date(founded, s.start)}
	if s.reported(day) {
		row.Done = date(founded, s.done)
	}
	if s.name == p.current {
		row.Limit = p.limit
	}
	return row
}

func (p *project) lightRecord(founded time.Time, day int) lightRecord {
	row := lightRecord{Stage: p.current, Level: p.light, Since: date(founded, p.lit), Ref: fmt.Sprintf("HZ-%04d", p.number)}
	if s := p.stage(p.current); s.reported(day) {
		row.State = "已销号"
	}
	return row
}

// code is the project's code, which it gets with its filing (立项); "" before.
func (p *project) code(founded time.Time) string {
	filed := p.stage("立项")
	if filed == nil || filed.done > 0 {
		return ""
	}
	kind := "04-01"
	if p.reform {
		kind = "07-02"
	}
	return fmt.Sprintf("%s-330182-%s-%06d", founded.AddDate(0, 0, filed.done).Format("0601"), kind, 100000+chance(0, 800000, p.name))
}

package table

import (
	"fmt"
	"slices"
	"strings"
)

const sayDate = "应为日期,如 2025-6-1、2025/6/1 或 2025年6月1日"

// addProject takes one row into the record of its project.
func (r *Record) addProject(row Row) {
	var stage Stage
	var light Light
	p := &r.Project
	for i, cell := range row.Cells {
		if i >= len(r.layout.fields) || r.layout.fields[i] == "" {
			continue
		}
		text := cellText(cell)
		if text == "" {
			continue
		}
		field := r.layout.fields[i]
		if name, member, ok := strings.Cut(field, "."); ok {
			r.stageCell(name, member, i, text, row.Since)
			continue
		}
		switch field {
		case "stage":
			stage.Stage, light.Stage = text, text
		case "start", "done", "limit", "applies":
			r.setStage(&stage, field, i, text, row.Since)
		case "level":
			light.Level = text
			if known, ok := lights[text]; ok {
				light.Level = known
			}
		case "since":
			light.Since = r.date(i, text, row.Since)
		case "ref":
			light.Ref = text
		case "state":
			light.State = text
		default:
			r.projectCell(p, field, i, text)
		}
	}
	if p.ID == "" && p.Code != "" {
		p.ID = p.Code // the platform has no number of its own
	}
	r.addStage(stage)
	r.addLight(light)
}

// projectCell takes a cell about the project itself. A further row of the project may leave it empty or repeat it.
func (r *Record) projectCell(p *Project, field string, column int, text string) {
	switch field {
	case "energy":
		r.yes(&p.Energy, text, column)
	case "in_zone":
		r.yes(&p.InZone, text, column)
	case "investment_wan":
		r.number(&p.InvestmentWan, text, 1, column)
	case "investment_yi":
		field = "investment_wan"
		r.number(&p.InvestmentWan, text, 10_000, column)
	case "red_count":
		r.number(&p.RedCount, text, 1, column)
	case "category":
		settle(r, &p.Category, strings.TrimSuffix(text, "项目"), column)
	default:
		settle(r, p.word(field), text, column)
	}
	r.put("", 0, field, column)
}

// word gives the field of that name among those that are plain text.
func (p *Project) word(field string) *string {
	switch field {
	case "id":
		return &p.ID
	case "code":
		return &p.Code
	case "name":
		return &p.Name
	case "filing_kind":
		return &p.FilingKind
	case "owner":
		return &p.Owner
	case "town":
		return &p.Town
	default:
		return &p.IndustryDept
	}
}

func (r *Record) yes(into **bool, text string, column int) {
	yes, ok := flag(text)
	if !ok {
		r.fault(column, fmt.Sprintf("应为 是 或 否,现为“%s”。", cut(text)))
		return
	}
	settleNew(r, into, yes, column)
}

func (r *Record) number(into **int64, text string, units float64, column int) {
	n, ok := amount(text, units)
	if !ok {
		r.fault(column, fmt.Sprintf("应为数字,折合万元或次数后须为整数,现为“%s”。", cut(text)))
		return
	}
	settleNew(r, into, n, column)
}

// settle keeps a value; rows of one project must not contradict each other.
func settle[T comparable](r *Record, into *T, value T, column int) {
	var nothing T
	if *into != nothing && *into != value {
		r.fault(column, fmt.Sprintf("与本项目前一行不一致(前一行为“%v”),请改为一致或留空。", *into))
		return
	}
	*into = value
}

// settleNew is settle for a value that may be absent.
func settleNew[T comparable](r *Record, into **T, value T, column int) {
	if *into != nil && **into != value {
		r.fault(column, "与本项目前一行不一致,请改为一致或留空。")
		return
	}
	*into = &value
}

// stageCell takes a cell of a stage that has columns of its own.
func (r *Record) stageCell(name, member string, column int, text string, since int) {
	p := &r.Project
	at := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Stage == name })
	if at < 0 {
		at = len(p.Stages)
		p.Stages = append(p.Stages, Stage{Stage: name})
	}
	r.put("stages", at, member, column)
	r.setStage(&p.Stages[at], member, column, text, since)
}

// setStage takes one field of a stage.
func (r *Record) setStage(s *Stage, member string, column int, text string, since int) {
	switch member {
	case "start":
		s.Start = r.date(column, text, since)
	case "done":
		s.Done = r.date(column, text, since)
	case "limit":
		s.Limit = strings.ReplaceAll(strings.ReplaceAll(text, " ", ""), "个", "")
	case "applies":
		yes, ok := flag(text)
		if !ok {
			r.fault(column, fmt.Sprintf("应为 是 或 否,现为“%s”。", cut(text)))
		}
		s.Applies = &yes
	}
}

func (r *Record) date(column int, text string, since int) string {
	found, ok := date(text, since)
	if !ok {
		r.fault(column, fmt.Sprintf("%s,现为“%s”。", sayDate, cut(text)))
	}
	return found
}

// addStage adds the row's stage when the row says more of it than its name.
func (r *Record) addStage(s Stage) {
	if s == (Stage{Stage: s.Stage}) {
		return
	}
	for _, field := range []string{"stage", "start", "done", "limit", "applies"} {
		if column := slices.Index(r.layout.fields, field); column >= 0 {
			r.put("stages", len(r.Project.Stages), field, column)
		}
	}
	r.Project.Stages = append(r.Project.Stages, s)
}

// addLight adds the row's light, if it has one.
func (r *Record) addLight(l Light) {
	if l == (Light{Stage: l.Stage}) {
		return
	}
	for _, field := range []string{"stage", "level", "since", "ref", "state"} {
		if column := slices.Index(r.layout.fields, field); column >= 0 {
			r.put("lights", len(r.Project.Lights), field, column)
		}
	}
	r.Project.Lights = append(r.Project.Lights, l)
}

// addMember takes one row into a unit, person or group. A further row of a person is a further office.
func (r *Record) addMember(row Row) {
	office := Member{}
	into := office
	if r.Roster == nil {
		r.Roster = Member{}
		into = r.Roster
	}
	for i, cell := range row.Cells {
		text := cellText(cell)
		if i >= len(r.layout.fields) || r.layout.fields[i] == "" || text == "" {
			continue
		}
		field := r.layout.fields[i]
		into[field] = r.member(field, i, text)
		r.put("", 0, field, i)
	}
	if len(r.Rows) > 1 {
		for _, field := range []string{"id", "name", "mobile", "dingtalk", "active"} {
			if value, ok := office[field]; ok && value != r.Roster[field] {
				r.fault(slices.Index(r.layout.fields, field), "与此人前一行不一致,请改为一致或留空。")
			}
			delete(office, field)
		}
		offices, _ := r.Roster["offices"].([]Member)
		r.Roster["offices"] = append(offices, office)
		for field := range office {
			r.put("offices", len(offices), field, slices.Index(r.layout.fields, field))
		}
	}
}

// member reads a cell of a unit, person or group.
func (r *Record) member(field string, column int, text string) any {
	switch field {
	case "active":
		yes, ok := flag(text)
		if !ok {
			r.fault(column, fmt.Sprintf("应为 是 或 否,现为“%s”。", cut(text)))
		}
		return yes
	case "tier":
		n, ok := amount(text, 1)
		if !ok {
			r.fault(column, fmt.Sprintf("应为 1、2 或 3,现为“%s”。", cut(text)))
		}
		return n
	case "sectors":
		return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,,;; ", r) })
	}
	return text
}

// cut shows a value on one line, at most 60 characters.
func cut(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	return text
}

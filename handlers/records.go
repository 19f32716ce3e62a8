package handlers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"unicode/utf8"

	"junma/mechanism"
)

// recordLabels are the fields of a project record (contract) by their Chinese names.
var recordLabels = map[string]string{
	"id": "项目编号", "code": "项目代码", "name": "项目名称", "category": "项目类别", "energy": "能源项目", "in_zone": "开发区项目",
	"filing_kind": "立项类型", "owner": "项目业主", "town": "属地", "industry_dept": "行业主管部门", "investment_wan": "总投资",
	"red_count": "历史红灯次数", "stages": "环节", "lights": "平台亮灯", "complete": "亮灯已列全",
	"stage": "环节", "start": "起算日", "done": "完成日", "limit": "时限", "applies": "适用",
	"level": "灯色", "since": "亮灯日", "ref": "平台编号", "state": "平台状态",
}

// The bounds of a record: far above any real project, and below anything that would upset a page or a number.
const (
	longestName   = 100         // characters
	longestUnit   = 60          // characters
	mostWan       = 1_0000_0000 // 万元: one 万亿
	mostReds      = 99          // reds before junma
	platformEnded = "已销号"       // the one platform state that means something to us
)

// codeShape is YYMM-RRRRRR-DD-TT-NNNNNN; older codes begin with a year of four digits, which looks the same (A.5).
var codeShape = regexp.MustCompile(`^\d{4}-\d{6}-\d{2}-\d{2}-\d{6}$`)

// readRecord turns one project record into the mechanism's words, or gives every fault in it. Whether the units it
// names exist is not its business: an unknown unit is a data alarm, not a fault.
func readRecord(raw json.RawMessage, today mechanism.Date) (mechanism.Record, []RecordError) {
	c := &check{labels: recordLabels}
	var r mechanism.Record
	if !utf8.Valid(raw) {
		c.note("", "", "记录不是 UTF-8 编码的文字,请转换编码后重新报送。")
		return r, c.faults
	}
	c.object("", raw, readers{
		"id":             c.ident(&r.ID),
		"code":           c.code(&r.Code),
		"name":           c.text(&r.Name, longestName),
		"category":       oneOf(c, &r.Category, mechanism.Industry, mechanism.Property, mechanism.Government),
		"energy":         c.flag(&r.Energy),
		"in_zone":        c.flag(&r.InZone),
		"filing_kind":    oneOf(c, &r.FilingKind, mechanism.FilingBasic, mechanism.FilingUpgrade),
		"owner":          c.text(&r.Owner, longestUnit),
		"town":           c.text(&r.Town, longestUnit),
		"industry_dept":  c.text(&r.IndustryDept, longestUnit),
		"investment_wan": whole(c, &r.InvestmentWan, 0, mostWan),
		"red_count":      whole(c, &r.RedCount, 0, mostReds),
		"complete":       c.flag(&r.Complete),
		"stages":         c.list(c.stages(&r, today)),
		"lights":         c.list(c.lights(&r, today)),
	})
	if len(c.faults) == 1 && c.faults[0].Field == "" {
		return r, c.faults // not an object at all: nothing else can be said
	}
	c.required("id", r.ID)
	c.required("name", r.Name)
	c.required("category", string(r.Category))
	for i := range c.faults {
		c.faults[i].ID = r.ID
	}
	return r, c.faults
}

func (c *check) code(into *string) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s string
		if json.Unmarshal(raw, &s) != nil || s != "" && !codeShape.MatchString(s) {
			c.fault(path, shown(raw), "应形如 2601-330182-04-01-123456,没有代码的留空")
			return
		}
		*into = s
	}
}

// stages gives the reader of one stage of r.
func (c *check) stages(r *mechanism.Record, today mechanism.Date) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s mechanism.StageRecord
		var applies bool
		c.object(path, raw, readers{
			"stage": oneOf(c, &s.Stage, mechanism.Stages...),
			"start": c.past(&s.Start, today),
			"done":  c.past(&s.Done, today),
			"limit": c.limit(&s.Limit),
			"applies": func(path string, raw json.RawMessage) {
				c.flag(&applies)(path, raw)
				s.Applies = &applies
			},
		})
		if c.faulty(path) {
			return
		}
		c.required(path+".stage", string(s.Stage))
		if !s.Start.IsZero() && !s.Done.IsZero() && s.Done < s.Start {
			c.fault(path+".done", s.Done.String(), fmt.Sprintf("不能早于起算日(%s)", s.Start))
		}
		for _, other := range r.Stages {
			if s.Stage != "" && other.Stage == s.Stage {
				c.note(path+".stage", string(s.Stage), fmt.Sprintf("环节“%s”重复出现,每个环节只写一条。", s.Stage))
			}
		}
		r.Stages = append(r.Stages, s)
	}
}

func (c *check) limit(into *mechanism.Limit) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s string
		bad := json.Unmarshal(raw, &s) != nil
		limit, err := mechanism.ParseLimit(s)
		if bad || err != nil {
			c.fault(path, shown(raw), "应形如 25日、20工作日 或 18月")
			return
		}
		*into = limit
	}
}

// platformLevels are the platform's words for a light: its yellow is what the notice treats as orange (C-3).
var platformLevels = map[string]mechanism.Level{"黄": mechanism.Orange, "红": mechanism.Red}

// lights gives the reader of one light that the platform shows for r.
func (c *check) lights(r *mechanism.Record, today mechanism.Date) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var l mechanism.LightRecord
		var level, state string
		c.object(path, raw, readers{
			"stage": oneOf(c, &l.Stage, mechanism.Stages...),
			"level": oneOf(c, &level, "黄", "红"),
			"since": c.past(&l.Since, today),
			"ref":   c.text(&l.Ref, 64),
			"state": oneOf(c, &state, platformEnded),
		})
		if c.faulty(path) {
			return
		}
		l.Level, l.Off = platformLevels[level], state == platformEnded
		c.required(path+".stage", string(l.Stage))
		c.required(path+".level", level)
		if !l.Off { // a light that is out closes what is open, whenever it was lit
			c.required(path+".since", l.Since.String())
		}
		for _, other := range r.Lights {
			if l.Ref != "" && other.Ref == l.Ref {
				c.note(path+".ref", l.Ref, fmt.Sprintf("平台编号“%s”重复出现,每盏灯只写一条。", l.Ref))
			}
		}
		r.Lights = append(r.Lights, l)
	}
}

package table

import (
	"slices"
	"strings"
)

// Kind is what the rows of a sheet are about; it is also the name of their list in a roster body.
type Kind string

// The kinds of sheets. Lights are columns of the projects' sheet, or a sheet with the same key column.
const (
	Projects Kind = "projects"
	Units    Kind = "units"
	People   Kind = "people"
	Groups   Kind = "groups"
)

// Column says which field a heading means ([[column]] in the configuration). Field is a field of the project record
// (docs/api.md), a stage and its field such as 施工许可.start, or people.unit, units.kind, groups.tier for the roster;
// investment_yi is investment_wan in 亿元. An empty Field passes over the column.
type Column struct {
	Heading string `toml:"heading"`
	Field   string `toml:"field"`
}

// Headings knows the columns by their headings.
type Headings struct {
	fields map[Kind]map[string]string
}

// stages are those of the notice, in its order.
var stages = strings.Fields("盯引 签约 拿地 立项 工程规划许可 施工许可 开工监管 入统 在建 竣工验收 确权 投产 达产")

// known are the fields of each kind, the key columns first, and the headings by which they are found.
var known = map[Kind][][]string{
	Projects: {
		{"id", "项目编号", "项目ID", "编号"},
		{"code", "项目代码", "统一代码", "项目统一代码"},
		{"name", "项目名称", "名称"},
		{"category", "项目类别", "类别", "项目类型"},
		{"energy", "能源项目", "是否能源项目"},
		{"in_zone", "开发区项目", "是否开发区项目", "在开发区"},
		{"filing_kind", "立项类型", "备案类型"},
		{"owner", "项目业主", "业主", "业主单位", "建设单位"},
		{"town", "属地", "所属镇街", "镇街", "乡镇街道"},
		{"industry_dept", "行业主管部门", "行业主管"},
		{"investment_wan", "总投资(万元)", "计划总投资(万元)", "总投资"},
		{"investment_yi", "总投资(亿元)", "计划总投资(亿元)"},
		{"red_count", "历史红灯次数", "已有红灯次数"},
		{"stage", "环节", "环节名称", "所处环节"},
		{"start", "起算日", "起算日期", "开始日期"},
		{"done", "完成日", "完成日期", "办结日期"},
		{"limit", "时限", "办理时限"},
		{"applies", "适用", "是否适用"},
		{"level", "灯色", "亮灯颜色", "预警等级", "预警级别"},
		{"since", "亮灯日", "亮灯日期", "预警日期"},
		{"ref", "平台编号", "预警编号"},
		{"state", "平台状态", "预警状态", "销号状态"},
	},
	Units: {{"name", "单位名称"}, {"kind", "单位类别", "单位性质"}},
	People: {
		{"id", "人员编号", "工号"},
		{"name", "姓名"},
		{"unit", "单位", "所在单位"},
		{"role", "角色", "职责"},
		{"mobile", "手机号", "手机", "联系电话"},
		{"dingtalk", "钉钉账号", "钉钉userid", "钉钉用户编号"},
		{"active", "在任", "是否在任"},
		{"sectors", "分管板块"},
	},
	Groups: {
		{"key", "群编号", "群名称"},
		{"unit", "单位", "协调单位"},
		{"tier", "协调层级", "层级"},
		{"dingtalk", "钉钉群编号", "会话编号"},
		{"active", "启用", "在用"},
	},
}

// needed are the columns by which a sheet of a kind is recognised.
var needed = map[Kind][]string{Projects: {"id"}, Units: {"name", "kind"}, People: {"id", "name"}, Groups: {"key", "tier"}}

// stageFields are the fields of a stage that may be a column of their own, with what follows the stage's name.
var stageFields = [][]string{
	{"start", "起算日", "起算日期", "开始日期"}, {"done", "完成日", "完成日期", "办结日期"}, {"limit", "时限"}, {"applies", "适用", "是否适用"},
}

// NewHeadings knows the usual headings and extra ones, which win. The second result names the extra fields that there
// are not.
func NewHeadings(extra []Column) (*Headings, []string) {
	h := &Headings{fields: map[Kind]map[string]string{}}
	exists := map[Kind][]string{}
	for kind, rows := range known {
		h.fields[kind] = map[string]string{}
		for _, row := range rows {
			exists[kind] = append(exists[kind], row[0])
			for _, heading := range row[1:] {
				h.fields[kind][plain(heading)] = row[0]
			}
		}
	}
	for _, stage := range stages {
		for _, row := range stageFields {
			exists[Projects] = append(exists[Projects], stage+"."+row[0])
			for _, heading := range row[1:] {
				h.fields[Projects][plain(stage+heading)] = stage + "." + row[0]
			}
		}
	}
	var wrong []string
	for _, c := range extra {
		kind, field := Projects, c.Field
		if list, member, ok := strings.Cut(c.Field, "."); ok && slices.Contains([]Kind{Units, People, Groups}, Kind(list)) {
			kind, field = Kind(list), member
		}
		if field != "" && !slices.Contains(exists[kind], field) || plain(c.Heading) == "" {
			wrong = append(wrong, c.Field)
			continue
		}
		h.fields[kind][plain(c.Heading)] = field
	}
	return h, wrong
}

// plain takes out of a heading what people write without meaning: blanks, line breaks, stars, colons, full-width
// brackets.
func plain(heading string) string {
	heading = strings.NewReplacer("（", "(", "）", ")", "*", "", "＊", "", ":", "", "：", "", "(必填)", "", "\u3000", "", "\u00a0", "").Replace(heading)
	return strings.ToLower(strings.Join(strings.Fields(heading), ""))
}

// layout is a sheet whose headings have been found.
type layout struct {
	kind     Kind
	headings []string
	fields   []string // of each column; "" = passed over
	unused   []string // headings that nobody knows
}

// recognise takes a row for headings when it has the needed ones of a kind; of several kinds, the one that knows most.
func (h *Headings) recognise(cells []string) (*layout, bool) {
	var best *layout
	most := 1
	for _, kind := range []Kind{Projects, People, Groups, Units} {
		l := &layout{kind: kind, headings: cells, fields: make([]string, len(cells))}
		found := 0
		for i, cell := range cells {
			field, ok := h.fields[kind][plain(cell)]
			switch {
			case !ok && plain(cell) != "" && plain(cell) != errorHeading && plain(cell) != "序号":
				l.unused = append(l.unused, strings.TrimSpace(cell))
			case field != "" && !slices.Contains(l.fields, field):
				l.fields[i] = field
				found++
			}
		}
		if l.complete() && found > most {
			best, most = l, found
		}
	}
	return best, best != nil
}

// complete reports whether the needed columns are there. Where the platform has no number of its own for a project, its
// code stands for it.
func (l *layout) complete() bool {
	for _, field := range needed[l.kind] {
		if slices.Contains(l.fields, field) {
			continue
		}
		at := slices.Index(l.fields, "code")
		if l.kind != Projects || at < 0 {
			return false
		}
	}
	return true
}

package mechanism_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	m "junma/mechanism"
)

// summary counts findings by duty, unit and basis.
func summary(findings []m.Finding) map[string]int {
	counts := map[string]int{}
	for _, f := range findings {
		counts[string(f.Duty)+"→"+f.Unit+"〔"+f.Basis+"〕"] += len(f.Combinations)
	}
	return counts
}

func Test覆盖证明(t *testing.T) {
	cover := bookWith(t, "").Coverage()
	if got := len(cover.Combinations); got != 3*2*2*3*13 {
		t.Errorf("列举了 %d 种情形,应为 468", got)
	}
	for _, c := range cover.Combinations {
		if c.Sector == "" || c.Phase == "" || c.Chain == "" || len(c.Answers) != 4 {
			t.Errorf("情形 %+v 不完整", c)
		}
	}
	if got := cover.Unanswered(); len(got) != 0 {
		t.Errorf("内置规则库有无人承担的责任:%v", summary(got))
	}
	// Each count is kinds of project × 3 kinds of filing × stages.
	want := map[string]int{
		"环节责任部门→市发改局〔A-08〕":     3 * 3 * 2,  // energy outside: 盯引, 签约
		"板块牵头部门→市发改局〔A-09〕":     1 * 3 * 13, // 商服住 and energy outside
		"五未阶段责任部门→市发改局〔A-09〕":   1 * 3 * 13,
		"项目责任单位→属地政府〔A-11〕":     4 * 3 * 13, // enterprise projects in the zone
		"五未阶段责任部门→市商务局〔A-05〕":   1 * 3 * 2,
		"五未阶段责任部门→市住建局〔A-05〕":   1 * 3 * 2,
		"五未阶段责任部门→市发改局〔A-05〕":   3 * 3 * 2,
		"五未阶段责任部门→开发区管委会〔A-05〕": 6 * 3 * 2,
		"环节责任部门→市发改局〔四1③;A-10〕": 12 * 1 * 1, // no kind of filing recorded: 立项
	}
	if diff := cmp.Diff(want, summary(cover.OnlyDefault())); diff != "" {
		t.Errorf("只由默认回答的情形(-应有 +实有):\n%s", diff)
	}
}

func Test无人承担的责任被点名(t *testing.T) {
	spec := defaultSpec(t)
	var kept []m.DutyRow
	for _, row := range spec.Duties {
		if row.Basis != "A-08" {
			kept = append(kept, row)
		}
	}
	spec.Duties = kept
	book := compile(t, spec)
	findings := book.Coverage().Unanswered()
	if len(findings) != 1 || findings[0].Duty != m.DutyDepartment || len(findings[0].Combinations) != 18 {
		t.Fatalf("删去能源项目盯引、签约的默认后,无人承担的为 %v", summary(findings))
	}
	for _, c := range findings[0].Combinations {
		if !c.Energy || c.InZone || c.Stage != m.Scouting && c.Stage != m.Signing {
			t.Errorf("点名了不相干的情形 %+v", c)
		}
	}
	p := kind("工业", "yes", "out")
	parties, gaps := book.Parties(&p, m.Scouting)
	if parties.Department.Unit != "" || len(gaps) != 1 || gaps[0].Why != "规则库没有写明“盯引”环节的环节责任部门,请运维人员在规则库中补写。" {
		t.Errorf("环节责任部门为 %+v,缺口 %v", parties.Department, gaps)
	}
}

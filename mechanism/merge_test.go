package mechanism_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	m "junma/mechanism"
)

func Test配置逐键覆盖(t *testing.T) {
	base := defaultSpec(t)
	got := overSpec(t, base, "[push]\nrest_days = true\n[tier]\nhold_minutes = [1, 2, 3]\n[limits]\naccept_samples = true")
	want := defaultSpec(t)
	want.Push.RestDays, want.Tier.HoldMinutes, want.Limits.AcceptSamples = true, []int{1, 2, 3}, true
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("合并结果(-应有 +实有):\n%s", diff)
	}
	if diff := cmp.Diff(defaultSpec(t), base); diff != "" {
		t.Errorf("合并改动了内置规则库:\n%s", diff)
	}
}

func Test配置逐行覆盖(t *testing.T) {
	got := overSpec(t, defaultSpec(t), `
[[limit]]
stage = "施工许可"
limit = "20日"
confirmed = true
basis = "甲"
[[limit]]
stage = "施工许可"
sector = "工业"
limit = "15日"
confirmed = true
basis = "乙"
[[applies]]
stage = "投产"
category = "商服住"
applies = true
basis = "丙"
[[duty]]
duty = "环节责任部门"
stage = "盯引"
energy = "能源"
zone = "区外"
unit = "市商务局"
basis = "丁"`)
	want := defaultSpec(t)
	want.Limit[5] = m.LimitRow{Stage: m.ConstructionPermit, Limit: "20日", Confirmed: true, Basis: "甲"}
	want.Limit = append(want.Limit, m.LimitRow{Stage: m.ConstructionPermit, Sector: m.SectorIndustry, Limit: "15日", Confirmed: true, Basis: "乙"})
	want.Applies[0] = m.AppliesRow{Stage: m.Production, Category: m.Property, Applies: true, Basis: "丙"}
	for i, row := range want.Duties {
		if row.Basis == "A-08" && row.Stage == m.Scouting {
			want.Duties[i] = m.DutyRow{Duty: m.DutyDepartment, Energy: "能源", Zone: "区外", Stage: m.Scouting, Unit: "市商务局", Basis: "丁"}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("合并结果(-应有 +实有):\n%s", diff)
	}
}

func Test链和清单整体替换(t *testing.T) {
	got := overSpec(t, defaultSpec(t), "[[cause]]\nname = '资金'\nbasis = '甲'")
	want := defaultSpec(t)
	want.Causes = []m.CauseRow{{Name: "资金", Basis: "甲"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("合并结果(-应有 +实有):\n%s", diff)
	}
}

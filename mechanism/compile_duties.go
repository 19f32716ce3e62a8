package mechanism

import (
	"fmt"
	"slices"
)

// duties checks who holds the duties and who gets copies. A combination nobody answers is no fault here: Coverage names
// it, and Parties reports it as a gap.
func (c *compiler) duties() {
	var paths []string
	for _, row := range c.spec.Duties {
		path := dutyPath(row)
		paths = append(paths, path)
		word(c, path+".duty", row.Duty, Duties...)
		wordOrAny(c, path+".sector", row.Sector, sectors...)
		wordOrAny(c, path+".category", row.Category, categories...)
		wordOrAny(c, path+".energy", row.Energy, isEnergy, notEnergy)
		wordOrAny(c, path+".zone", row.Zone, inZone, outZone)
		wordOrAny(c, path+".phase", row.Phase, phases...)
		wordOrAny(c, path+".stage", row.Stage, Stages...)
		wordOrAny(c, path+".filing_kind", row.Filing, filings...)
		if row.Duty == DutyLead && (row.Phase != "" || row.Stage != "" || row.Filing != "") {
			c.fault(path, "", "板块牵头部门只按板块、类别、能源、区内外确定,不能写 phase、stage、filing_kind")
		}
		if row.Unit == "" {
			c.fault(path+".unit", "", "请写明单位")
		}
		c.basis(path, row.Basis)
	}
	c.unique(paths)
	c.dutiesOnce()
	for _, row := range c.spec.Copies {
		path := rowPath("copy", string(row.Stage), row.Unit)
		word(c, path+".stage", row.Stage, Stages...)
		if row.Unit == "" {
			c.fault(path+".unit", "", "请写明单位")
		}
		c.basis(path, row.Basis)
	}
}

func dutyPath(row DutyRow) string {
	columns := row.columns()
	return rowPath("duty", append([]string{string(row.Duty)}, columns[:]...)...)
}

// dutiesOnce reports rows that answer in the same circumstances as an earlier one of their rank, each once.
func (c *compiler) dutiesOnce() {
	reported := map[string]bool{}
	for _, project := range kinds() {
		for _, s := range Stages {
			at := c.book.situation(&project, s)
			for _, duty := range Duties {
				first, second := c.rivals(duty, at)
				path := dutyPath(second)
				if second.Unit == "" || reported[path] {
					continue
				}
				reported[path] = true
				c.fault(path, "", "与 "+dutyPath(first)+" 同样适用,请再写明一列以分先后")
			}
		}
	}
}

// rivals gives the first two rows of the highest rank that match, when there are two.
func (c *compiler) rivals(duty Duty, at situation) (first, second DutyRow) {
	rank := -1
	for _, row := range c.spec.Duties {
		if row.Duty != duty || !row.matches(at) || row.rank() < rank {
			continue
		}
		if r := row.rank(); r > rank {
			first, second, rank = row, DutyRow{}, r
		} else if second.Unit == "" && row != first {
			second = row
		}
	}
	return first, second
}

// kinds gives one project of every category, energy, zone and kind of filing, the unknown one included.
func kinds() []Project {
	var all []Project
	for _, category := range categories {
		for _, energy := range []bool{false, true} {
			for _, zone := range []bool{false, true} {
				for _, filing := range append([]FilingKind{""}, filings...) {
					all = append(all, Project{Category: category, Energy: energy, InZone: zone, FilingKind: filing})
				}
			}
		}
	}
	return all
}

// chains checks the ladders of coordination: every sector and phase has exactly one.
func (c *compiler) chains() {
	var paths []string
	for _, row := range c.spec.Chains {
		path := rowPath("chain", row.ID)
		paths = append(paths, path)
		if row.ID == "" {
			c.fault(path+".id", "", "请写明链的编号,如 K1")
		}
		word(c, path+".sector", row.Sector, sectors...)
		for _, phase := range row.Phases {
			word(c, path+".phases", phase, phases[1:]...)
		}
		if len(row.Tiers) != 3 {
			c.fault(path+".tier", fmt.Sprint(len(row.Tiers)), "应正好写三级")
		}
		for i, tier := range row.Tiers {
			if tier.Coordinator == "" {
				c.fault(fmt.Sprintf("%s.tier[%d].coordinator", path, i), "", "请写明由谁协调")
			}
		}
		c.basis(path, row.Basis)
	}
	c.unique(paths)
	for _, sector := range sectors {
		for _, phase := range phases[1:] {
			c.chainOnce(sector, phase)
		}
	}
}

func (c *compiler) chainOnce(sector Sector, phase Phase) {
	named, general := 0, 0
	for _, row := range c.spec.Chains {
		switch {
		case row.Sector != sector:
		case len(row.Phases) == 0:
			general++
		case slices.Contains(row.Phases, phase):
			named++
		}
	}
	path := rowPath("chain", string(sector), string(phase))
	switch {
	case named+general == 0:
		c.fault(path, "", "没有协调链,请在[[chain]]中补一条")
	case named > 1 || named == 0 && general > 1:
		c.fault(path, "", "有几条协调链同样适用,请只留一条")
	}
}

// lists checks what people choose from.
func (c *compiler) lists() {
	var paths []string
	for _, row := range c.spec.Options {
		path := rowPath("option", string(row.Name))
		paths = append(paths, path)
		word(c, path+".name", row.Name, NotNeeded, Ongoing, Completed, Exit)
		c.basis(path, row.Basis)
	}
	for _, row := range c.spec.Causes {
		paths = append(paths, c.named("cause", row.Name, row.Basis))
	}
	for _, row := range c.spec.Reasons {
		paths = append(paths, c.named("reason", row.Name, row.Basis))
	}
	c.unique(paths)
	c.some("option", len(c.spec.Options))
	c.some("cause", len(c.spec.Causes))
	c.some("reason", len(c.spec.Reasons))
}

func (c *compiler) some(section string, rows int) {
	if rows == 0 {
		c.fault(section, "", "至少写一项")
	}
}

func (c *compiler) named(section, name, basis string) string {
	path := rowPath(section, name)
	if name == "" {
		c.fault(path+".name", "", "请写明名称")
	}
	c.basis(path, basis)
	return path
}

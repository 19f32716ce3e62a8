package mechanism

import (
	"fmt"
	"slices"
)

var (
	phases     = []Phase{PhaseUnsigned, PhaseUnlanded, PhaseUnstarted, PhaseUnbuilt, PhaseIdle, PhaseRampUp}
	sectors    = []Sector{SectorIndustry, SectorProperty, SectorGovernment, SectorZone}
	categories = []Category{Industry, Property, Government}
	filings    = []FilingKind{FilingBasic, FilingUpgrade}
)

// stages checks that the thirteen stages stand there once each and that no clock waits for itself.
func (c *compiler) stages() {
	c.book.stages = map[Stage]stageRule{}
	c.book.successor = map[Stage][]Stage{}
	var paths []string
	for _, row := range c.spec.Stages {
		path := rowPath("stage", string(row.Name))
		paths = append(paths, path)
		word(c, path+".name", row.Name, Stages...)
		word(c, path+".phase", row.Phase, phases...)
		wordOrAny(c, path+".starts_after", row.StartsAfter, Stages...)
		c.basis(path, row.Basis)
		c.book.stages[row.Name] = stageRule{row.Phase, row.StartsAfter}
	}
	c.unique(paths)
	for _, s := range Stages {
		rule, ok := c.book.stages[s]
		if !ok {
			c.fault(rowPath("stage", string(s)), "", "缺少这个环节,十三个环节都要写明")
			continue
		}
		if rule.after != "" {
			c.book.successor[rule.after] = append(c.book.successor[rule.after], s)
		}
		if c.waitsForItself(s) {
			c.fault(rowPath("stage", string(s))+".starts_after", string(rule.after), "环节之间不能互相等待起算")
		}
	}
}

func (c *compiler) waitsForItself(s Stage) bool {
	at := s
	for range Stages {
		if at = c.book.stages[at].after; at == s {
			return true
		}
	}
	return false
}

// sizes checks the brackets of investment.
func (c *compiler) sizes() {
	c.sizeOf = map[string]sizeRange{"": {}}
	var paths []string
	for _, row := range c.spec.Sizes {
		path := rowPath("size", row.Name)
		paths = append(paths, path)
		if row.Name == "" {
			c.fault(path+".name", "", "请写明档次名称")
		}
		if row.Min < 0 {
			c.fault(path+".min", fmt.Sprint(row.Min), "应为不小于0的整数(万元)")
		}
		if row.Max != 0 && row.Max <= row.Min {
			c.fault(path+".max", fmt.Sprint(row.Max), "应大于 min,或省略为不封顶(万元)")
		}
		c.basis(path, row.Basis)
		c.sizeOf[row.Name] = sizeRange{named: true, min: row.Min, max: row.Max}
	}
	c.unique(paths)
}

// size gives the bracket of a name; an unknown name is a fault.
func (c *compiler) size(path, name string) (sizeRange, bool) {
	size, ok := c.sizeOf[name]
	if !ok {
		c.fault(path, name, "没有这个档次,请先在[[size]]中写明")
	}
	return size, ok
}

// amounts gives one investment in 万元 of every interval between the ends of the brackets, in rising order.
func (c *compiler) amounts() []int64 {
	amounts := []int64{1}
	for _, size := range c.sizeOf {
		for _, end := range []int64{size.min, size.max} {
			if end > 0 {
				amounts = append(amounts, end)
			}
		}
	}
	slices.Sort(amounts)
	return slices.Compact(amounts)
}

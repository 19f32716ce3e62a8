package mechanism

import (
	"fmt"
	"strings"
)

// noLimit is the word for a stage that has no limit, so that leaving one out is always a slip.
const noLimit = "无"

// limits checks the rows of limits, and that every (stage, sector, size) is answered by exactly one of them.
func (c *compiler) limits() {
	c.book.limits = map[Stage][]limitRule{}
	var paths []string
	sound := true
	for _, row := range c.spec.Limit {
		path := rowPath("limit", string(row.Stage), string(row.Sector), row.Size)
		paths = append(paths, path)
		rule, ok := c.limit(path, row)
		sound = sound && ok
		c.book.limits[row.Stage] = append(c.book.limits[row.Stage], rule)
	}
	c.unique(paths)
	if !sound {
		return // gaps that come from misspelt keys would only confuse
	}
	for _, s := range Stages {
		c.covered(s)
	}
}

// limit reads one row; it is not ok when its key columns are wrong.
func (c *compiler) limit(path string, row LimitRow) (limitRule, bool) {
	ok := word(c, path+".stage", row.Stage, Stages...)
	ok = wordOrAny(c, path+".sector", row.Sector, sectors...) && ok
	size, known := c.size(path+".size", row.Size)
	rule := limitRule{sector: row.Sector, size: size, confirmed: row.Confirmed, basis: row.Basis}
	if !row.Confirmed {
		rule.basis = fmt.Sprintf("示例,待核定(%s)", row.Basis)
	}
	if row.Limit != noLimit {
		rule.limit = c.term(path+".limit", row.Limit)
		if rule.limit.IsZero() && row.Limit == "" {
			c.fault(path+".limit", "", "应为 25日、20工作日、18月 这样的时限,或 无")
		}
	}
	rule.yellow = c.term(path+".yellow", row.Yellow)
	if !rule.yellow.IsZero() && !rule.limit.IsZero() && !rule.yellow.surelyShorter(rule.limit) {
		c.fault(path+".yellow", row.Yellow, "黄灯应早于红灯,与 limit 用同一单位且更短")
	}
	if !rule.yellow.IsZero() && row.Limit == noLimit {
		c.fault(path+".yellow", row.Yellow, "没有红灯时限的环节不设黄灯")
	}
	c.basis(path, row.Basis)
	return rule, ok && known
}

func (c *compiler) term(path, text string) Limit {
	limit, err := ParseLimit(text)
	if err != nil {
		c.fault(path, text, "应为 25日、20工作日、18月 这样的时限")
	}
	return limit
}

// surelyShorter compares limits of one unit.
func (l Limit) surelyShorter(than Limit) bool { return l.Unit == than.Unit && l.N < than.N }

// covered reports the gaps and overlaps of a stage, once for all sectors that have the same.
func (c *compiler) covered(s Stage) {
	for _, wan := range c.amounts() {
		var gaps, overlaps []string
		for _, sector := range sectors {
			switch n := c.answers(s, sector, wan); {
			case n == 0:
				gaps = append(gaps, string(sector))
			case n > 1:
				overlaps = append(overlaps, string(sector))
			}
		}
		c.uncovered(s, gaps, wan, "没有时限,请补一行(无时限写 无)")
		c.uncovered(s, overlaps, wan, "有几行同样适用,请只留一行")
	}
}

func (c *compiler) uncovered(s Stage, at []string, wan int64, allowed string) {
	if len(at) == 0 {
		return
	}
	if len(at) == len(sectors) {
		at = []string{""}
	}
	c.fault(rowPath("limit", string(s), strings.Join(at, "、"), fmt.Sprintf("投资%d万元起", wan)), "", allowed)
}

// answers counts the rows of the highest rank that match.
func (c *compiler) answers(s Stage, sector Sector, wan int64) int {
	count, rank := 0, -1
	for _, rule := range c.book.limits[s] {
		if rule.sector != "" && rule.sector != sector || !rule.size.holds(wan) {
			continue
		}
		switch r := keyRank(rule.sector != "", rule.size.named); {
		case r > rank:
			count, rank = 1, r
		case r == rank:
			count++
		}
	}
	return count
}

// applies checks which stages apply to whom.
func (c *compiler) applies() {
	var paths []string
	for _, row := range c.spec.Applies {
		path := rowPath("applies", string(row.Stage), string(row.Category), row.Size)
		paths = append(paths, path)
		word(c, path+".stage", row.Stage, Stages...)
		wordOrAny(c, path+".category", row.Category, categories...)
		size, _ := c.size(path+".size", row.Size)
		if !row.Applies && row.Why == "" {
			c.fault(path+".why", "", "请用一句话写明为什么不适用")
		}
		c.basis(path, row.Basis)
		c.book.applies = append(c.book.applies, appliesRule{row, size})
	}
	c.unique(paths)
	for _, s := range Stages {
		for _, category := range categories {
			c.appliesOnce(s, category)
		}
	}
}

// appliesOnce reports two rows of one rank that answer for the same projects.
func (c *compiler) appliesOnce(s Stage, category Category) {
	for _, wan := range c.amounts() {
		ranks := map[int]int{}
		for _, rule := range c.book.applies {
			if rule.row.Stage == s && either(rule.row.Category, category) && rule.size.holds(wan) {
				ranks[keyRank(rule.row.Category != "", rule.size.named)]++
			}
		}
		for _, n := range ranks {
			if n > 1 {
				c.fault(rowPath("applies", string(s), string(category), fmt.Sprintf("投资%d万元起", wan)), "", "有几行同样适用,请只留一行")
				return
			}
		}
	}
}

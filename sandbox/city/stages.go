package city

import "time"

// never is the day of what does not happen within the plan.
const never = 1 << 20

// kind is one of the notice's 13 stages as the city's people know it.
type kind struct {
	name  string
	after string // the stage whose end begins this one
	days  int    // how long one usually has; with months the other way of counting
	month int
}

// kinds are the 13 stages in the notice's order, with the sample limits that the demo's rule book has.
var kinds = []kind{
	{name: "盯引", days: 180},
	{name: "签约", after: "盯引", days: 60},
	{name: "拿地", after: "签约", month: 3},
	{name: "立项", after: "拿地", days: 20},
	{name: "工程规划许可", after: "拿地", days: 30},
	{name: "施工许可", after: "工程规划许可", days: 25},
	{name: "开工监管", after: "施工许可", days: 15},
	{name: "入统", after: "开工监管", days: 60},
	{name: "在建", after: "开工监管", month: 18},
	{name: "竣工验收", after: "在建", days: 30},
	{name: "确权", after: "竣工验收", days: 60},
	{name: "投产", after: "竣工验收", month: 6},
	{name: "达产", after: "投产", month: 24},
}

// kindOf finds a stage by its name.
func kindOf(name string) (kind, bool) {
	for _, k := range kinds {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

// span is roughly how many days one has for a stage of a project of that size.
func (k kind) span(wan int) int {
	switch {
	case k.name == "在建" && wan >= 100000:
		return 36 * 365 / 12
	case k.name == "在建" && wan >= 50000:
		return 24 * 365 / 12
	case k.month > 0:
		return k.month * 365 / 12
	default:
		return k.days
	}
}

// applies reports whether a project of that category and size goes through a stage at all.
func applies(category, stage string, wan int) bool {
	switch stage {
	case "盯引", "签约":
		return category != "政府投资"
	case "投产", "达产":
		return category == "工业"
	case "入统":
		return wan >= 500
	default:
		return true
	}
}

// date writes the day of the plan as records have it.
func date(founded time.Time, day int) string { return founded.AddDate(0, 0, day).Format(time.DateOnly) }

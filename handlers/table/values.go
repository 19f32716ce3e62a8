package table

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	writtenDate = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$`)
	compactDate = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	serialDate  = regexp.MustCompile(`^\d{5}(?:\.\d+)?$`)
)

// date reads a date as people and spreadsheets write it: 2025/6/1, 2025-6-1, 2025.6.1, 2025年6月1日, 20250601, with a time
// of day or without, or a serial number. It gives 2025-06-01; false when it is no date.
func date(cell string, since int) (string, bool) {
	if serialDate.MatchString(cell) {
		return serial(cell, since)
	}
	part := writtenDate.FindStringSubmatch(cell)
	if part == nil {
		part = compactDate.FindStringSubmatch(cell)
	}
	if part == nil {
		return "", false
	}
	year, _ := strconv.Atoi(part[1])
	month, _ := strconv.Atoi(part[2])
	day, _ := strconv.Atoi(part[3])
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Month() != time.Month(month) || t.Day() != day {
		return "", false // 2025/2/30
	}
	return t.Format(time.DateOnly), true
}

// serial reads a spreadsheet's day number. Counted from 1900, day 60 is the 29th of February that 1900 did not have, so
// that every later day is one more than it should be.
func serial(cell string, since int) (string, bool) {
	days, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return "", false
	}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if since == 1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return first.AddDate(0, 0, int(days)).Format(time.DateOnly), true
}

// flag reads a yes or no.
func flag(cell string) (yes, ok bool) {
	switch strings.ToLower(cell) {
	case "是", "√", "✓", "y", "yes", "true", "1", "有":
		return true, true
	case "否", "×", "n", "no", "false", "0", "无":
		return false, true
	}
	return false, false
}

// amount reads a number that must be whole after times units, such as 5.2 亿元 in 万元.
func amount(cell string, units float64) (int64, bool) {
	f, err := strconv.ParseFloat(strings.NewReplacer(",", "", ",", "").Replace(cell), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e12 {
		return 0, false
	}
	n := math.Round(f * units)
	return int64(n), math.Abs(n-f*units) < 1e-6*math.Max(1, math.Abs(n))
}

// lights are the platform's lights as tables write them.
var lights = map[string]string{
	"红": "红", "红灯": "红", "红色": "红", "红色预警": "红",
	"黄": "黄", "黄灯": "黄", "黄色": "黄", "黄色预警": "黄",
}

// formulaSigns begin what a spreadsheet would compute instead of show.
const formulaSigns = "=+-@\t\r"

// Guard gives a text as it may stand in an exported table: one that a spreadsheet would take for a formula gets an
// apostrophe before it. Import takes the apostrophe off again.
func Guard(text string) string {
	if text != "" && strings.ContainsRune(formulaSigns, rune(text[0])) {
		return "'" + text
	}
	return text
}

// cellText is what a cell says.
func cellText(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formulaSigns, rune(cell[1])) {
		cell = cell[1:]
	}
	return strings.TrimSpace(strings.Trim(cell, "\u00a0\u3000"))
}

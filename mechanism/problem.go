package mechanism

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one fault of a Spec: where it is, what stands there, and what may stand there.
type Problem struct {
	Path    string // key path; a row is named by its key columns, 全部 for an empty one: limit[施工许可/全部/全部].limit
	Value   string
	Allowed string // plain Chinese
}

// String gives one line for the operator.
func (p Problem) String() string {
	if p.Value == "" {
		return fmt.Sprintf("%s:%s", p.Path, p.Allowed)
	}
	return fmt.Sprintf("%s = %q:%s", p.Path, p.Value, p.Allowed)
}

// rowPath names a row of a section by its key columns.
func rowPath(section string, columns ...string) string {
	shown := make([]string, len(columns))
	for i, column := range columns {
		shown[i] = column
		if column == "" {
			shown[i] = "全部"
		}
	}
	return section + "[" + strings.Join(shown, "/") + "]"
}

// word demands that value is one of the allowed words.
func word[T ~string](c *compiler, path string, value T, allowed ...T) bool {
	if slices.Contains(allowed, value) {
		return true
	}
	shown := make([]string, len(allowed))
	for i, w := range allowed {
		shown[i] = string(w)
	}
	c.fault(path, string(value), "应为 "+strings.Join(shown, "、")+" 之一")
	return false
}

// wordOrAny is word for a column that may be left empty.
func wordOrAny[T ~string](c *compiler, path string, value T, allowed ...T) bool {
	return value == "" || word(c, path, value, allowed...)
}

// between demands that value lies in a range, both ends included.
func (c *compiler) between(path string, value, low, high int) {
	if value < low || value > high {
		c.fault(path, fmt.Sprint(value), fmt.Sprintf("应为 %d 至 %d 的整数", low, high))
	}
}

// unique reports every key that occurs again.
func (c *compiler) unique(paths []string) {
	seen := map[string]bool{}
	for _, path := range paths {
		if seen[path] {
			c.fault(path, "", "重复,同一行只能写一次")
		}
		seen[path] = true
	}
}

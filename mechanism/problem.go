package mechanism

import "fmt"

// Problem is one fault of a Spec: where it is, what stands there, and what may stand there.
type Problem struct {
	Path    string // key path, rows by their key columns: limit[施工许可/全部/全部].limit
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

// problems collects every fault, so that an operator mends a file in one go.
type problems []Problem

func (ps *problems) add(path, value, allowed string) {
	*ps = append(*ps, Problem{Path: path, Value: value, Allowed: allowed})
}

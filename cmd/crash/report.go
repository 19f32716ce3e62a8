package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// report is what is told at the end.
type report struct {
	rows     []*row
	findings []string
}

// row is one campaign.
type row struct {
	campaign string
	killed   map[string]int
	findings int
}

func (r *report) add(campaign string, cycle int, f found) {
	i := slices.IndexFunc(r.rows, func(other *row) bool { return other.campaign == campaign })
	if i < 0 {
		i = len(r.rows)
		r.rows = append(r.rows, &row{campaign: campaign, killed: map[string]int{}})
	}
	for kind, n := range f.killed {
		r.rows[i].killed[kind] += n
	}
	r.rows[i].findings += len(f.findings)
	for _, text := range f.findings {
		r.findings = append(r.findings, fmt.Sprintf("%s, cycle %d: %s", campaign, cycle, text))
	}
}

func (r *report) kills() int {
	n := 0
	for _, row := range r.rows {
		for _, killed := range row.killed {
			n += killed
		}
	}
	return n
}

// table shows what was killed where and what came of it: a finding belongs to a campaign, whose stories have many kills.
func (r *report) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "campaign\tkilled at\tkills\tfindings")
	for _, row := range r.rows {
		findings := fmt.Sprint(row.findings)
		for _, kind := range slices.Sorted(maps.Keys(row.killed)) {
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", row.campaign, kind, row.killed[kind], findings)
			findings = "\""
		}
	}
	_ = w.Flush()
	for _, text := range r.findings {
		fmt.Fprintf(&b, "\nFINDING %s\n", text)
	}
	return b.String()
}

package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// caseView is one warning in the list of GET /api/v1/cases.
type caseView struct {
	Project     string            `json:"project"`
	ProjectName string            `json:"project_name"`
	Seq         int               `json:"seq"`
	Stage       mechanism.Stage   `json:"stage"`
	Level       mechanism.Level   `json:"level"`
	State       mechanism.State   `json:"state"`
	Waiting     mechanism.Waiting `json:"waiting,omitempty"`
	Closure     mechanism.Closure `json:"closure,omitempty"`
	Sector      mechanism.Sector  `json:"sector"`
	Parties     map[string]string `json:"parties"` // unit by duty
	FiredOn     mechanism.Date    `json:"fired_on"`
	Last        mechanism.Date    `json:"last"`
	Red         mechanism.Date    `json:"red"`
	Push        int               `json:"push"`
	PushedOn    mechanism.Date    `json:"pushed_on"`
	RedNo       int               `json:"red_no,omitempty"`
	Tier        int               `json:"tier,omitempty"`
	Backlog     bool              `json:"backlog,omitempty"`
}

func viewCase(c store.CaseRow) caseView {
	return caseView{
		Project: c.Project, ProjectName: c.ProjectName, Seq: c.Seq, Stage: c.Stage, Level: c.Level,
		State: c.State, Waiting: c.Waiting, Closure: c.Closure, Sector: c.Sector,
		Parties: map[string]string{
			string(mechanism.DutyResponsible): c.Responsible, string(mechanism.DutyDepartment): c.Department,
			string(mechanism.DutyLead): c.Lead, string(mechanism.DutyPhase): c.Phase,
		},
		FiredOn: c.FiredOn, Last: c.Last, Red: c.Red, Push: c.Push, PushedOn: c.PushedOn,
		RedNo: c.RedNo, Tier: c.Tier, Backlog: c.Backlog,
	}
}

// casesPage is one page of the list, the oldest warnings first.
type casesPage struct {
	Cases []caseView `json:"cases"`
	Next  string     `json:"next_page_token,omitempty"` // empty after the last page
}

// The words a filter may hold, in the order in which an answer lists them.
var (
	states  = []mechanism.State{mechanism.Untreated, mechanism.InHand, mechanism.Overdue, mechanism.Closed, mechanism.Revoked, mechanism.Superseded}
	levels  = []mechanism.Level{mechanism.Orange, mechanism.Red}
	sectors = []mechanism.Sector{mechanism.SectorIndustry, mechanism.SectorProperty, mechanism.SectorGovernment, mechanism.SectorZone}
)

// mostCases is the largest page.
const mostCases = 1000

func (h *Handlers) getCases(w http.ResponseWriter, r *http.Request) {
	query, ok := parameters(w, r, "state", "level", "unit", "sector", "stage", "page_token", "limit")
	if !ok {
		return
	}
	f := store.CaseFilter{Unit: query.Get("unit"), Page: query.Get("page_token")}
	var faults []string
	choose(&faults, &f.State, "state", query.Get("state"), states)
	choose(&faults, &f.Level, "level", query.Get("level"), levels)
	choose(&faults, &f.Sector, "sector", query.Get("sector"), sectors)
	choose(&faults, &f.Stage, "stage", query.Get("stage"), mechanism.Stages)
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostCases {
			faults = append(faults, fmt.Sprintf("参数 limit 应为 1 至 %d 的整数,现为“%s”。", mostCases, shown([]byte(text))))
		}
		f.Limit = n
	}
	if len(faults) > 0 {
		refuse(w, http.StatusBadRequest, strings.Join(faults, ""))
		return
	}
	page := casesPage{Cases: []caseView{}}
	err := h.Store.View(r.Context(), func(v *store.View) error {
		rows, next, err := v.Cases(f)
		for _, row := range rows {
			page.Cases = append(page.Cases, viewCase(row))
		}
		page.Next = next
		return err
	})
	h.read(w, r, page, err, "")
}

// choose sets a filter to one of the words it may hold; an empty one does not restrict.
func choose[T ~string](faults *[]string, into *T, name, given string, words []T) {
	if given != "" && !slices.Contains(words, T(given)) {
		*faults = append(*faults, fmt.Sprintf("参数 %s 应为%s,现为“%s”。", name, either(words), shown([]byte(given))))
		return
	}
	*into = T(given)
}

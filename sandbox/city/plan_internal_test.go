package city

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// founding is the day on which the tests found the city.
var founding = time.Date(2026, time.June, 27, 0, 0, 0, 0, shanghai)

// recordsOn gives all records as the platform has them on a day of the plan.
func recordsOn(seed uint64, day int) []record {
	var all []record
	for _, p := range plan(seed) {
		all = append(all, p.record(founding, day))
	}
	return all
}

func TestProjectsCoverTheNotice(t *testing.T) {
	records := recordsOn(1, 0)
	if len(records) < 60 {
		t.Errorf("%d projects, fewer than 60", len(records))
	}
	sectors, energies, running := map[string]int{}, 0, map[string]int{}
	for _, r := range records {
		sector := r.Category
		if r.InZone {
			sector = "开发区"
		}
		sectors[sector]++
		if r.Energy {
			energies++
		}
		for _, s := range r.Stages {
			if s.Start != "" && s.Done == "" {
				running[s.Stage]++
			}
		}
	}
	for _, sector := range []string{"工业", "商服住", "政府投资", "开发区"} {
		if sectors[sector] < 5 {
			t.Errorf("%d projects in %s, fewer than 5", sectors[sector], sector)
		}
	}
	if energies < 5 {
		t.Errorf("%d energy projects, fewer than 5", energies)
	}
	for _, k := range kinds {
		if running[k.name] == 0 {
			t.Errorf("no project is in the stage %s at the founding", k.name)
		}
	}
}

func TestRecordsAreSound(t *testing.T) {
	units := map[string]bool{}
	for _, u := range rosterOf(residents(), plan(1), nil).Units {
		units[u.Name] = true
	}
	seen := map[string]bool{}
	for _, day := range []int{0, 40, 90, 150} {
		today := date(founding, day)
		for _, r := range recordsOn(1, day) {
			if key := r.ID + today; seen[key] {
				t.Errorf("the id %s is there twice", r.ID)
			} else {
				seen[key] = true
			}
			for _, unit := range []string{r.Owner, r.Town, r.Industry} {
				if unit != "" && !units[unit] {
					t.Errorf("%s names the unit %q, which the roster lacks", r.Name, unit)
				}
			}
			if r.Category == "政府投资" && r.Industry == "" || r.Category != "政府投资" && !r.InZone && r.Town == "" {
				t.Errorf("%s lacks the unit that must answer for it", r.Name)
			}
			for _, s := range r.Stages {
				if s.Start > today || s.Done > today || s.Done != "" && s.Done < s.Start {
					t.Errorf("on %s, %s has %s from %s to %s", today, r.Name, s.Stage, s.Start, s.Done)
				}
				if s.Applies == nil && s.Start == "" {
					t.Errorf("on %s, %s has %s without a start", today, r.Name, s.Stage)
				}
			}
		}
	}
}

func TestCurrentStageRunsAtTheFounding(t *testing.T) {
	for _, p := range plan(1) {
		s := p.stage(p.current)
		if s == nil || s.start > 0 || s.done <= 0 {
			t.Errorf("%s is said to be in %s, but has %+v", p.name, p.current, s)
		}
	}
}

func TestEveryPaceIsThere(t *testing.T) {
	paces := map[string]int{}
	ownLimits, earlierReds, lights := 0, 0, 0
	for _, p := range plan(1) {
		paces[p.pace]++
		if p.limit != "" {
			ownLimits++
		}
		if p.reds > 0 {
			earlierReds++
		}
		if p.light != "" {
			lights++
		}
	}
	for _, pace := range []string{paceEarly, paceClose, paceLate, paceOften, paceDrag, paceStuck, paceNext, paceExempt, paceWrong, paceExit} {
		if paces[pace] == 0 {
			t.Errorf("no project of pace %s", pace)
		}
		delete(paces, pace)
	}
	if len(paces) > 0 {
		t.Errorf("unknown paces %v", paces)
	}
	if ownLimits == 0 || earlierReds == 0 || lights == 0 {
		t.Errorf("own limits %d, earlier reds %d, platform lights %d: each should be there", ownLimits, earlierReds, lights)
	}
}

func TestEqualSeedsGiveEqualPlans(t *testing.T) {
	history := func(seed uint64) string {
		var all [][]record
		for day := 0; day <= 150; day += 10 {
			all = append(all, recordsOn(seed, day))
		}
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first, again := history(1), history(1)
	if first != again {
		t.Error("the same seed gave two plans")
	}
	if first == history(2) {
		t.Error("two seeds gave one plan")
	}
}

func TestPeopleAreComplete(t *testing.T) {
	all := residents()
	body := rosterOf(all, plan(1), coordination(all))
	towns := 0
	for _, u := range body.Units {
		if u.Kind == "镇街" {
			towns++
		}
		roles := map[string]bool{}
		for _, p := range body.People {
			if p.Unit == u.Name {
				roles[p.Role] = true
			}
		}
		if u.Kind == "镇街" && (!roles[contact] || !roles[leader]) {
			t.Errorf("%s lacks a contact or a leader", u.Name)
		}
	}
	if towns != 16 {
		t.Errorf("%d towns, not 16", towns)
	}
	for _, unit := range []string{
		"市发改局", "市经信局", "市住建局", "市商务局", "开发区管委会", "市规划和自然资源局", "市统计局", "市审管办", "市交通局", "市水利局", "业务专班", "市领导",
	} {
		if !slices.ContainsFunc(body.People, func(p personRow) bool { return p.Unit == unit }) {
			t.Errorf("%s has nobody", unit)
		}
	}
	ids, names, sectors := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range body.People {
		if ids[p.ID] || names[p.Name] {
			t.Errorf("%s (%s) is there twice", p.Name, p.ID)
		}
		ids[p.ID], names[p.Name] = true, true
		for _, s := range p.Sectors {
			sectors[s] = true
		}
	}
	if len(sectors) != 4 {
		t.Errorf("the city's leaders lead %v, not all four sectors", sectors)
	}
}

func TestGroupsHaveTheirUnitsPeople(t *testing.T) {
	all := residents()
	groups := coordination(all)
	for i, chat := range chats(all, groups) {
		if !chat.Robot || len(chat.Members) < 3 {
			t.Errorf("%s has the robot: %t, and %d members", chat.Title, chat.Robot, len(chat.Members))
		}
		for _, r := range all {
			if r.unit == groups[i].Unit && !slices.Contains(chat.Members, r.userID()) {
				t.Errorf("%s of %s is not in %s", r.name, r.unit, chat.Title)
			}
		}
	}
}

func TestRestDays(t *testing.T) {
	for day, want := range map[string]bool{
		"2026-06-26": false, "2026-06-27": true, "2026-06-28": true, "2026-10-01": true, "2026-10-08": false, "2027-01-01": true, "2026-05-05": true,
	} {
		at, err := time.ParseInLocation(time.DateOnly, day, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if rests(at) != want {
			t.Errorf("rests(%s) = %t", day, !want)
		}
	}
}

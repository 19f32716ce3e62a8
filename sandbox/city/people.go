package city

import (
	_ "embed"
	"fmt"
	"slices"

	"junma/sandbox/dingtalk"
)

//go:embed people.txt
var peopleTable string

// temper is how somebody answers.
type temper string

const (
	quick  temper = "快"
	slow   temper = "慢"
	silent temper = "静"
)

// The roles of a roster.
const (
	contact   = "联系人"
	leader    = "责任领导"
	taskForce = "专班"
	cityRole  = "市领导"
)

// The units that no notice of departments lists.
const (
	taskForceUnit = "业务专班"
	cityUnit      = "市领导"
)

// resident is one person with a phone.
type resident struct {
	id, name   string
	unit, role string
	kind       string // of the unit
	temper     temper
	sectors    []string // a city leader's

	seen     int64            // the last item on the phone that has been looked at
	errands  []errand         // what is to be done, by when
	cards    map[topic]string // the newest card about each stage that has a button for the department
	outcomes []outcome        // done since the last look at the city as a whole
	sentBack map[topic]bool   // reports that were sent back once already
}

// cityLeaders are the people of 市领导 and the sectors they lead.
var cityLeaders = []struct{ code, name, sector string }{
	{"ling1", "何远明", "工业"},
	{"ling2", "高文涛", "商服住"},
	{"ling3", "秦致和", "政府投资"},
	{"ling4", "陆景川", "开发区"},
}

// residents are the city's people, those first whom a visitor is likely to look at.
func residents() []*resident {
	var all []*resident
	add := func(r resident) {
		r.cards, r.sentBack = map[topic]string{}, map[topic]bool{}
		all = append(all, &r)
	}
	for i, row := range rows(peopleTable, 6) {
		unit, kind, code := row[0], row[1], row[2]
		add(resident{id: code + "-lxr", name: row[3], unit: unit, kind: kind, role: contact, temper: temper(row[5])})
		if row[4] != "" {
			add(resident{id: code + "-ld", name: row[4], unit: unit, kind: kind, role: leader, temper: slow})
		}
		if i == 1 { // after the notice's two best known contacts
			add(resident{id: "zhuanban-1", name: "闻景行", unit: taskForceUnit, kind: "专班", role: taskForce, temper: quick})
			add(resident{id: "zhuanban-2", name: "骆青禾", unit: taskForceUnit, kind: "专班", role: taskForce, temper: slow})
			for _, l := range cityLeaders {
				add(resident{id: l.code, name: l.name, unit: cityUnit, kind: "市领导", role: cityRole, temper: slow, sectors: []string{l.sector}})
			}
		}
	}
	return all
}

// userID is a person's account on the pretend DingTalk.
func (r *resident) userID() string { return "user-" + r.id }

// coordination lists the groups in which units coordinate: the towns and the departments in charge of an industry for
// a first red, the leading departments for a second, the city's leaders for a third (三(五)).
func coordination(all []*resident) []groupRow {
	var groups []groupRow
	add := func(title, unit string, tier int) {
		id := fmt.Sprintf("cid-%02d-tier%d==", len(groups)+1, tier)
		groups = append(groups, groupRow{Key: title, Unit: unit, Tier: tier, DingTalk: id, Active: true})
	}
	add("市领导协调群", cityUnit, 3)
	for _, unit := range []string{"市经信局", "市商务局", "市住建局", "市发改局"} {
		add(unit+"协调群", unit, 2)
	}
	add("开发区协调群", "开发区管委会", 1)
	add("开发区会商群", "开发区管委会", 2)
	for _, unit := range []string{"市交通局", "市水利局", "市教育局", "市卫健局", "市文旅局"} {
		add(unit+"协调群", unit, 1)
	}
	for _, unit := range []string{"市发改局", "市住建局", "市经信局"} {
		add(unit+"行业项目群", unit, 1)
	}
	for _, r := range all {
		if r.kind == "镇街" && r.role == contact {
			add(r.unit+"协调群", r.unit, 1)
		}
	}
	return groups
}

// belongs reports whether somebody sits in a unit's group: its own people and 专班; in the leaders' group the leaders of
// all departments too, in a second-tier group the contacts of towns, owners and departments.
func (r *resident) belongs(g groupRow) bool {
	switch {
	case r.unit == g.Unit, r.role == taskForce:
		return true
	case g.Tier == 3:
		return r.role == leader
	default:
		return g.Tier == 2 && r.role == contact
	}
}

// phones are the people as the pretend DingTalk knows them.
func phones(all []*resident) []dingtalk.Person {
	var people []dingtalk.Person
	for _, r := range all {
		people = append(people, dingtalk.Person{ID: r.userID(), Name: r.name, Unit: r.unit, Visible: true})
	}
	return people
}

// chats are the groups as the pretend DingTalk knows them.
func chats(all []*resident, groups []groupRow) []dingtalk.Group {
	var out []dingtalk.Group
	for _, g := range groups {
		chat := dingtalk.Group{ID: g.DingTalk, Title: g.Key, Robot: true}
		for _, r := range all {
			if r.belongs(g) {
				chat.Members = append(chat.Members, r.userID())
			}
		}
		out = append(out, chat)
	}
	return out
}

// rosterOf is the roster body: every unit, with the owners of enterprise projects, who have nobody in the chat.
func rosterOf(all []*resident, projects []*project, groups []groupRow) roster {
	body := roster{Groups: groups}
	unit := func(name, kind string) {
		if !slices.ContainsFunc(body.Units, func(u unitRow) bool { return u.Name == name }) {
			body.Units = append(body.Units, unitRow{Name: name, Kind: kind})
		}
	}
	for _, r := range all {
		unit(r.unit, r.kind)
		body.People = append(body.People, personRow{
			ID: r.id, Name: r.name, Unit: r.unit, Role: r.role, DingTalk: r.userID(), Sectors: r.sectors, Active: true,
		})
	}
	for _, p := range projects {
		unit(p.owner, "业主")
	}
	return body
}

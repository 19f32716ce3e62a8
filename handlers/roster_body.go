package handlers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"junma/mechanism"
	"junma/store"
)

// rosterLabels are the fields of a roster body (contract) by their Chinese names.
var rosterLabels = map[string]string{
	"units": "单位名单", "people": "人员名单", "groups": "群名单", "name": "名称", "kind": "单位类别", "id": "人员编号", "unit": "单位",
	"role": "角色", "dingtalk": "钉钉账号", "wecom": "企业微信账号", "mobile": "手机号", "active": "在任", "offices": "兼任",
	"sectors": "分管板块", "key": "群编号", "tier": "协调层级",
}

var (
	unitKinds   = []store.UnitKind{store.UnitDepartment, store.UnitTown, store.UnitOwner, store.UnitTaskForce, store.UnitCity}
	roles       = []mechanism.Role{mechanism.RoleContact, mechanism.RoleLeader, mechanism.RoleTaskForce, mechanism.RoleCity}
	mobileShape = regexp.MustCompile(`^1\d{10}$`)
)

// accountFields are the platforms that a roster body has a field for (contract).
var accountFields = []string{"dingtalk", "wecom"}

// cityUnit is the unit of the city leaders; its tier-3 group needs no entry of its own among the units.
const cityUnit = "市领导"

// rosterRow is one unit, person or group that was sent, with what is wrong with it.
type rosterRow[T any] struct {
	check
	index int
	path  string // people[0]
	id    string // the unit's name, the person's id, the group's key
	value T
	given map[string]json.RawMessage // what was written; the rest stays as the roster has it
}

// told completes a fault or note with whom it is about.
func (r *rosterRow[T]) told(e RecordError) RecordError {
	e.Index, e.ID = r.index, r.id
	return e
}

// rosterBody is a roster being taken.
type rosterBody struct {
	check  // what is wrong with the body as a whole
	units  []rosterRow[store.Unit]
	people []rosterRow[store.Person]
	groups []rosterRow[store.Group]
	notes  []RecordError
}

func newRosterBody() *rosterBody { return &rosterBody{check: check{labels: rosterLabels}} }

// read reads the body; false when it is no roster body at all.
func (b *rosterBody) read(raw json.RawMessage) bool {
	if !utf8.Valid(raw) || !json.Valid(raw) {
		b.note("", "", "内容不是 UTF-8 编码的有效 JSON,请检查格式后重新报送。")
		return false
	}
	b.object("", raw, readers{
		"units":  b.list(rowReader(&b.units, readUnit)),
		"people": b.list(rowReader(&b.people, readPerson)),
		"groups": b.list(rowReader(&b.groups, readGroup)),
	})
	return len(b.units)+len(b.people)+len(b.groups) > 0 || len(b.faults) == 0
}

// rowReader reads the rows of one list; each keeps its own faults, so that it never spoils its neighbours.
func rowReader[T any](into *[]rosterRow[T], read func(*check, string, json.RawMessage) (T, string)) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		r := rosterRow[T]{check: check{labels: rosterLabels}, index: len(*into), path: path}
		r.value, r.id = read(&r.check, path, raw)
		_ = json.Unmarshal(raw, &r.given) // what is no object has its fault already
		for _, other := range *into {
			if r.id != "" && other.id == r.id {
				r.note(path, r.id, fmt.Sprintf("“%s”在名单中重复出现,请只保留一条。", r.id))
			}
		}
		*into = append(*into, r)
	}
}

func readUnit(c *check, path string, raw json.RawMessage) (store.Unit, string) {
	var u store.Unit
	c.object(path, raw, readers{"name": c.text(&u.Name, longestUnit), "kind": oneOf(c, &u.Kind, unitKinds...)})
	c.requiredIn(path, "name", u.Name)
	c.requiredIn(path, "kind", string(u.Kind))
	return u, u.Name
}

func readPerson(c *check, path string, raw json.RawMessage) (store.Person, string) {
	p := store.Person{Active: true, Accounts: map[string]string{}}
	known := readers{
		"id":      c.ident(&p.ID),
		"name":    c.text(&p.Name, 30),
		"unit":    c.text(&p.Unit, longestUnit),
		"role":    oneOf(c, &p.Role, roles...),
		"mobile":  c.mobile(&p.Mobile),
		"active":  c.flag(&p.Active),
		"sectors": c.sectors(&p.Sectors),
		"offices": c.list(c.offices(&p.Offices)),
	}
	for _, platform := range accountFields {
		known[platform] = func(path string, raw json.RawMessage) {
			var user string
			c.text(&user, 64)(path, raw)
			p.Accounts[platform] = user
		}
	}
	c.object(path, raw, known)
	c.requiredIn(path, "id", p.ID)
	c.requiredIn(path, "name", p.Name)
	c.requiredIn(path, "unit", p.Unit)
	c.requiredIn(path, "role", string(p.Role))
	c.onlyCity(path, p.Role, p.Sectors)
	if p.Mobile != "" { // an empty account means "look it up", not "take it away"
		for platform, user := range p.Accounts {
			if user == "" {
				delete(p.Accounts, platform)
			}
		}
	}
	return p, p.ID
}

func readGroup(c *check, path string, raw json.RawMessage) (store.Group, string) {
	g := store.Group{Active: true, IDs: map[string]string{}}
	known := readers{
		"key":    c.text(&g.Key, longestUnit),
		"unit":   c.text(&g.Unit, longestUnit),
		"tier":   whole(c, &g.Tier, 1, 3),
		"active": c.flag(&g.Active),
	}
	for _, platform := range accountFields {
		known[platform] = func(path string, raw json.RawMessage) {
			var id string
			c.text(&id, 128)(path, raw)
			g.IDs[platform] = id
		}
	}
	c.object(path, raw, known)
	c.requiredIn(path, "key", g.Key)
	c.requiredIn(path, "unit", g.Unit)
	if g.Tier == 0 {
		c.requiredIn(path, "tier", "")
	}
	return g, g.Key
}

// mobile reads a phone number; a wrong one is never shown back.
func (c *check) mobile(into *store.Mobile) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var s string
		if json.Unmarshal(raw, &s) != nil || s != "" && !mobileShape.MatchString(s) {
			c.note(path, "", c.name(path)+"应为 11 位手机号(带引号)。") // the number itself is not shown
			return
		}
		*into = store.Mobile(s)
	}
}

func (c *check) sectors(into *[]mechanism.Sector) func(string, json.RawMessage) {
	return c.list(func(path string, raw json.RawMessage) {
		var s mechanism.Sector
		oneOf(c, &s, sectors...)(path, raw)
		if s != "" {
			*into = append(*into, s)
		}
	})
}

func (c *check) offices(into *[]mechanism.Office) func(string, json.RawMessage) {
	return func(path string, raw json.RawMessage) {
		var o mechanism.Office
		c.object(path, raw, readers{
			"unit": c.text(&o.Unit, longestUnit), "role": oneOf(c, &o.Role, roles...), "sectors": c.sectors(&o.Sectors),
		})
		c.requiredIn(path, "unit", o.Unit)
		c.requiredIn(path, "role", string(o.Role))
		c.onlyCity(path, o.Role, o.Sectors)
		*into = append(*into, o)
	}
}

func (c *check) onlyCity(path string, role mechanism.Role, sectors []mechanism.Sector) {
	if len(sectors) > 0 && role != "" && role != mechanism.RoleCity {
		c.note(path+".sectors", "", c.name(path+".sectors")+"只有市领导填写,请删去或把角色改为市领导。")
	}
}

// checkPlaces finds units that nobody has entered, and groups that would compete for one tier of one unit.
func (b *rosterBody) checkPlaces(known *store.Roster) {
	for i := range b.people {
		r := &b.people[i]
		b.mustExist(&r.check, r.path+".unit", r.value.Unit, r.value.Role, known)
		for n, o := range r.value.Offices {
			b.mustExist(&r.check, fmt.Sprintf("%s.offices[%d].unit", r.path, n), o.Unit, o.Role, known)
		}
	}
	for i := range b.groups {
		r := &b.groups[i]
		role := mechanism.Role("")
		if r.value.Unit == cityUnit {
			role = mechanism.RoleCity
		}
		b.mustExist(&r.check, r.path+".unit", r.value.Unit, role, known)
		if rival := b.rival(r.value, i, known); rival != "" && r.value.Active {
			r.note(r.path+".tier", "", fmt.Sprintf("%s的第%d级协调群已是“%s”,请先停用那个群。", r.value.Unit, r.value.Tier, rival))
		}
	}
}

// mustExist notes a unit that is neither in the body nor in the roster. Those of 专班 and of the city leaders exist by
// their office.
func (b *rosterBody) mustExist(c *check, path, unit string, role mechanism.Role, known *store.Roster) {
	if unit == "" || officeUnit(role) != "" {
		return
	}
	if _, ok := known.Unit(unit); ok {
		return
	}
	if !slices.ContainsFunc(b.units, func(r rosterRow[store.Unit]) bool { return r.id == unit && len(r.faults) == 0 }) {
		c.note(path, unit, fmt.Sprintf("单位“%s”未登记,请先登记该单位,或核对名称。", unit))
	}
}

// officeUnit gives the kind of a unit that exists because somebody holds this office in it; "" for others.
func officeUnit(role mechanism.Role) store.UnitKind {
	switch role {
	case mechanism.RoleTaskForce:
		return store.UnitTaskForce
	case mechanism.RoleCity:
		return store.UnitCity
	default:
		return ""
	}
}

// rival gives the key of another active group of the same unit and tier.
func (b *rosterBody) rival(g store.Group, at int, known *store.Roster) string {
	same := func(o store.Group) bool { return o.Active && o.Key != g.Key && o.Unit == g.Unit && o.Tier == g.Tier }
	for _, r := range b.groups[:at] {
		if len(r.faults) == 0 && same(r.value) {
			return r.id
		}
	}
	for _, o := range known.Groups {
		if same(o) && !slices.ContainsFunc(b.groups, func(r rosterRow[store.Group]) bool { return r.id == o.Key }) {
			return o.Key
		}
	}
	return ""
}

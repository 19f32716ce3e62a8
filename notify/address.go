package notify

import (
	"encoding/json"
	"fmt"
	"slices"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// recipient is a person or a group on one platform.
type recipient struct {
	platform string
	person   string // roster id; "" for a group
	address  bot.Address
}

// lane is where one delivery is in flight at a time: what goes to one person, or to one group.
func (r recipient) lane() string {
	if r.address.Group != "" {
		return r.platform + "/group/" + r.address.Group
	}
	return r.platform + "/" + r.address.User
}

// id tells recipients apart in keys.
func (r recipient) id() string {
	if r.person != "" {
		return r.person
	}
	return r.address.Group
}

// encoded is the address as a delivery keeps it.
func (r recipient) encoded() ([]byte, error) {
	b, err := json.Marshal(r.address)
	if err != nil {
		return nil, fmt.Errorf("encode address: %w", err)
	}
	return b, nil
}

// found is where a notification goes, and what stood in the way.
type found struct {
	to    []recipient
	alarm string // plain Chinese for 专班; "" = everybody was found
	about string // what the alarm is about, for its key
}

// who finds the people and groups behind an addressee.
func (n *Notifier) who(roster *store.Roster, to mechanism.Addressee) found {
	switch {
	case to.Tier > 0:
		return n.group(roster, to)
	case to.Role == mechanism.RoleTaskForce:
		return found{to: n.people(roster.TaskForce())}
	case to.Role == mechanism.RoleCity:
		leaders := n.people(roster.CityLeaders(to.Sector))
		if len(leaders) > 0 {
			return found{to: leaders}
		}
		return found{
			about: "city/" + string(to.Sector),
			alarm: fmt.Sprintf("%s板块的分管市领导未登记或无法送达,第三级呈阅件未能送出,请在名册中登记。", to.Sector),
		}
	default:
		return n.desk(roster, to.Unit, to.Role)
	}
}

// desk finds the people of a role in a unit. Without a reachable contact the leader is told instead, and the
// other way round; 专班 learns what is missing in either case.
func (n *Notifier) desk(roster *store.Roster, unit string, role mechanism.Role) found {
	if unit == "" {
		return found{} // the mechanism has raised the alarm about a duty without a unit
	}
	if people := n.people(roster.Holders(unit, role)); len(people) > 0 {
		return found{to: people}
	}
	f := found{
		about: fmt.Sprintf("desk/%s/%s", unit, role),
		alarm: fmt.Sprintf("%s没有可送达的%s,发给该单位的预警未能送达,请当日在名册中补登。", unit, role),
	}
	other := mechanism.RoleLeader
	if role == mechanism.RoleLeader {
		other = mechanism.RoleContact
	}
	if f.to = n.people(roster.Holders(unit, other)); len(f.to) > 0 {
		f.alarm = fmt.Sprintf("%s没有可送达的%s,预警已改送该单位%s,请当日在名册中补登。", unit, role, other)
	}
	return f
}

// group finds the group in which a unit coordinates a tier. Without one the same text goes one-to-one to the unit's
// leader and contact.
func (n *Notifier) group(roster *store.Roster, to mechanism.Addressee) found {
	if g, ok := roster.Group(to.Unit, to.Tier); ok {
		for _, platform := range n.platforms() {
			if id := g.IDs[platform]; id != "" {
				address := bot.Address{Group: id, At: mentions(roster.Holders(to.Unit, mechanism.RoleContact), platform)}
				return found{to: []recipient{{platform: platform, address: address}}}
			}
		}
	}
	f := found{
		about: fmt.Sprintf("group/%s/%d", to.Unit, to.Tier),
		alarm: fmt.Sprintf("%s未绑定第%s级协调群,协调件已改为单发该单位责任领导和联系人,请绑定群。", to.Unit, numeral(to.Tier)),
	}
	for _, role := range []mechanism.Role{mechanism.RoleLeader, mechanism.RoleContact} {
		for _, r := range n.people(roster.Holders(to.Unit, role)) {
			if !slices.ContainsFunc(f.to, func(o recipient) bool { return o.person == r.person }) {
				f.to = append(f.to, r)
			}
		}
	}
	if to.Unit == string(store.UnitCity) { // the leaders themselves are told one-to-one by a notification of their own
		f.alarm = "市领导未绑定第三级协调群,呈阅件只单发分管市领导,请绑定群。"
	} else if len(f.to) == 0 {
		f.alarm = fmt.Sprintf("%s未绑定第%s级协调群,也没有可送达的责任领导和联系人,协调件未能送达,请补登。", to.Unit, numeral(to.Tier))
	}
	return f
}

// people gives each person's address on the first platform, by name, that is plugged in and knows the person.
func (n *Notifier) people(all []*store.Person) []recipient {
	var to []recipient
	for _, p := range all {
		if r, ok := n.reach(p); ok {
			to = append(to, r)
		}
	}
	return to
}

func (n *Notifier) reach(p *store.Person) (recipient, bool) {
	for _, platform := range n.platforms() {
		if user := p.Accounts[platform]; user != "" {
			return recipient{platform: platform, person: p.ID, address: bot.Address{User: user}}, true
		}
	}
	return recipient{}, false
}

// platforms gives the names of the platforms that are plugged in, in a stable order.
func (n *Notifier) platforms() []string {
	names := make([]string, 0, len(n.Platforms))
	for name := range n.Platforms {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// mentions gives whom to mention in a group.
func mentions(people []*store.Person, platform string) []bot.User {
	var at []bot.User
	for _, p := range people {
		if user := p.Accounts[platform]; user != "" {
			at = append(at, bot.User{ID: user, Name: p.Name})
		}
	}
	return at
}

// laneOf is the lane of who a delivery goes to.
func laneOf(d store.Delivery) string {
	var to bot.Address
	_ = json.Unmarshal(d.Address, &to) // message has read it
	return recipient{platform: d.Platform, address: to}.lane()
}

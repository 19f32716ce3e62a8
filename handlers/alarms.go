package handlers

import (
	"fmt"
	"strings"

	"junma/mechanism"
	"junma/store"
)

// dataAlarms tells 专班 what is doubtful in the data of a project (R-002, A-10, A.5; contract: an unknown unit is a data
// alarm, not a refusal). The mechanism's own doubts about parties come from Step. Each is told once: its key is what
// is doubtful, not when.
func (h *Handlers) dataAlarms(tx *store.Tx, p *mechanism.Project) error {
	unknown, err := unknownUnits(tx, p)
	if err != nil {
		return err
	}
	twins, err := duplicates(tx, p)
	if err != nil {
		return err
	}
	var notes []mechanism.Notification
	for _, a := range append(append(unknown, twins...), codeDoubts(p)...) {
		notes = append(notes, a.notification(p.ID, mechanism.DateOf(tx.Now)))
	}
	if len(notes) == 0 {
		return nil
	}
	if err := h.Notify.Enqueue(tx, p, notes); err != nil {
		return fmt.Errorf("enqueue data alarms of %s: %w", p.ID, err)
	}
	return nil
}

// alarm is something 专班 must look into.
type alarm struct {
	key      string
	sentence string // plain Chinese: what is wrong and what to do
}

func (a alarm) notification(project string, on mechanism.Date) mechanism.Notification {
	return mechanism.Notification{
		Kind: mechanism.KindAlarm, Project: project, Key: "alarm/" + a.key, On: on, Alarm: a.sentence,
		To: mechanism.Addressee{Role: mechanism.RoleTaskForce},
	}
}

// unknownUnits finds the units that a project names and the roster lacks. The key is the unit: one unit missing from
// the roster is one alarm, however many projects name it.
func unknownUnits(tx *store.Tx, p *mechanism.Project) ([]alarm, error) {
	roster, err := tx.Roster()
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	var found []alarm
	for _, named := range []struct{ what, unit string }{{"属地", p.Town}, {"项目业主", p.Owner}, {"行业主管部门", p.IndustryDept}} {
		if named.unit == "" {
			continue
		}
		if _, known := roster.Unit(named.unit); known {
			continue
		}
		found = append(found, alarm{
			key: "unit/" + named.unit,
			sentence: fmt.Sprintf("项目“%s”登记的%s“%s”不在单位名册中,发给该单位的预警无法送达,请核对名称或补登名册。",
				p.Name, named.what, named.unit),
		})
	}
	return found, nil
}

// duplicates finds other projects that look like the same one entered twice: the same project code, or the same
// name with the same owner.
func duplicates(tx *store.Tx, p *mechanism.Project) ([]alarm, error) {
	byCode, byName, err := tx.Twins(p)
	if err != nil {
		return nil, err
	}
	var found []alarm
	for _, other := range byCode {
		found = append(found, alarm{
			key:      "code/" + pair(p.ID, other.ID),
			sentence: fmt.Sprintf("项目“%s”(编号%s)与编号%s的项目登记了同一项目代码%s,请核对是否重复建项。", p.Name, p.ID, other.ID, p.Code),
		})
	}
	for _, other := range byName {
		twin, err := tx.Project(other.ID)
		if err != nil {
			return nil, fmt.Errorf("load project %s: %w", other.ID, err)
		}
		if twin.Owner != p.Owner {
			continue
		}
		found = append(found, alarm{
			key:      "twin/" + pair(p.ID, other.ID),
			sentence: fmt.Sprintf("项目“%s”(编号%s)与编号%s的项目名称和业主相同,请核对是否重复建项。", p.Name, p.ID, other.ID),
		})
	}
	return found, nil
}

// pair names two projects in one order, so that either of them raises the same alarm.
func pair(a, b string) string { return min(a, b) + "+" + max(a, b) }

// codeDoubts compares a project code with what is known of codes (A.5): the month of a new code and the region are
// soft checks, since the standard's own text has not been seen.
func codeDoubts(p *mechanism.Project) []alarm {
	groups := strings.Split(p.Code, "-")
	if len(groups) != 5 {
		return nil
	}
	var found []alarm
	doubt := func(kind, sentence string) {
		found = append(found, alarm{key: kind + "/" + p.ID + "/" + p.Code, sentence: sentence})
	}
	if month := groups[0][2:]; !strings.HasPrefix(groups[0], "20") && (month < "01" || month > "12") {
		doubt("code-month", fmt.Sprintf("项目“%s”的项目代码%s前四位不是年月,请核对。", p.Name, p.Code))
	}
	if region := groups[1]; region != "330182" && region != "330100" {
		doubt("code-region", fmt.Sprintf("项目“%s”的项目代码%s不属建德市(330182)或杭州市本级(330100),请核对。", p.Name, p.Code))
	}
	return found
}

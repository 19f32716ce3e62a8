package dingtalk

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Switch is a fact that the vendor's documents leave open, with the answers it can have.
type Switch struct {
	Name   string   `json:"name"`
	Value  string   `json:"value"`
	Values []string `json:"values"` // the first is the default; empty: any whole number from 0
	About  string   `json:"about"`
}

// Names of the switches.
const (
	DuplicateCreate  = "duplicateCreate"
	FailedDelivery   = "failedDelivery"
	ButtonParams     = "buttonParams"
	ParamsPlace      = "paramsPlace"
	CallbackValue    = "callbackValue"
	AckData          = "ackData"
	ValueLimit       = "valueLimit"
	SpaceTypeCase    = "spaceType"
	UpdateDays       = "updateDays"
	CardRedelivery   = "cardRedelivery"
	UniqueButtonIDs  = "uniqueButtonIds"
	QPSEnforced      = "qps"
	QuotaEnforced    = "quota"
	APIQuotaLimit    = "apiQuota"
	EventQuotaLimit  = "eventQuota"
	numericByDefault = "0"
)

var switchTable = []Switch{
	{Name: DuplicateCreate, Values: []string{"refuse", "ignore"}, About: "createAndDeliver with a known outTrackId: 400 param.cardAlreadyExist, or 200 while the first data stays"},
	{Name: FailedDelivery, Values: []string{"keep", "discard"}, About: "when no space could be delivered: the card exists all the same, or it does not"},
	{Name: ButtonParams, Values: []string{"carry", "drop"}, About: "the client sends a pressed button's params, or only its id"},
	{Name: ParamsPlace, Values: []string{"inside", "beside", "value"}, About: "params inside cardPrivateData, beside it, or only in the field value"},
	{Name: CallbackValue, Values: []string{"present", "absent"}, About: "the callback repeats its content in the field value"},
	{Name: AckData, Values: []string{"apply", "ignore"}, About: "the data in a callback's acknowledgement changes the presser's view, or nothing"},
	{Name: ValueLimit, Values: []string{"enforce", "lax"}, About: "a card value over 1 KB is refused, or taken"},
	{Name: SpaceTypeCase, Values: []string{"IM", "im", "full"}, About: "spaceType of a callback: IM, im, or IM_ROBOT / IM_GROUP"},
	{Name: UpdateDays, About: "a card older than this many days can no longer be updated; 0 = always"},
	{Name: CardRedelivery, Values: []string{"off", "same", "new"}, About: "an unacknowledged card callback is pushed again: never, under its messageId, under a new one"},
	{Name: UniqueButtonIDs, Values: []string{"off", "on"}, About: "a button without an id of its own cannot be pressed"},
	{Name: QPSEnforced, Values: []string{"on", "off"}, About: "more calls in a second than the app's limit are refused"},
	{Name: QuotaEnforced, Values: []string{"off", "on"}, About: "a used-up monthly quota refuses calls and empties messages"},
	{Name: APIQuotaLimit, About: "API calls per month; 0 = the option's number"},
	{Name: EventQuotaLimit, About: "Webhook & Stream events per month; 0 = the option's number"},
}

func defaultSwitches() map[string]string {
	values := map[string]string{}
	for _, sw := range switchTable {
		if len(sw.Values) == 0 {
			values[sw.Name] = numericByDefault
			continue
		}
		values[sw.Name] = sw.Values[0]
	}
	return values
}

// SetSwitch sets one switch. An unknown name or value is an error that lists what is allowed.
func (s *Server) SetSwitch(name, value string) error {
	i := slices.IndexFunc(switchTable, func(sw Switch) bool { return sw.Name == name })
	if i < 0 {
		return fmt.Errorf("set switch: no switch is named %q", name)
	}
	allowed := switchTable[i].Values
	if len(allowed) == 0 {
		if n, err := strconv.Atoi(value); err != nil || n < 0 {
			return fmt.Errorf("set switch %s: %q is not a whole number from 0", name, value)
		}
	} else if !slices.Contains(allowed, value) {
		return fmt.Errorf("set switch %s: %q is none of %v", name, value, allowed)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switches[name] = value
	s.bump()
	return nil
}

// Switches returns every switch's present value by name.
func (s *Server) Switches() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.switches)
}

// SwitchTable lists the switches with their present values and what they mean.
func (s *Server) SwitchTable() []Switch {
	values := s.Switches()
	table := slices.Clone(switchTable)
	for i := range table {
		table[i].Value = values[table[i].Name]
		table[i].Values = append([]string{}, table[i].Values...)
	}
	return table
}

// number reads a numeric switch. The caller holds mu.
func (s *Server) number(name string) int {
	n, err := strconv.Atoi(s.switches[name])
	if err != nil {
		return 0
	}
	return n
}

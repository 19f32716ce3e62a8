package inquiry

import (
	"slices"
	"strconv"
	"strings"

	"junma/mechanism"
)

// Read takes a sentence apart.
func (l *Lexicon) Read(sentence string) Reading {
	text := normal(sentence)
	tokens := l.scan(text)
	if i := slices.IndexFunc(tokens, asksAboutProject); i >= 0 {
		return l.aboutProject(text, tokens, i)
	}
	tokens, fixed, ok := l.mended(text, tokens)
	if !ok {
		return Reading{}
	}
	if i := slices.IndexFunc(tokens, asksAboutProject); i >= 0 {
		return l.aboutProject(text, tokens, i)
	}
	return settle(text, tokens, fixed, mostDoubts)
}

func asksAboutProject(t token) bool {
	return t.is(slotAsks) && Kind(t.means[0].value).AboutProject()
}

// aboutProject reads a question about one project: its name is what is left beside the words that ask.
func (l *Lexicon) aboutProject(text string, tokens []token, asks int) Reading {
	kind := Kind(tokens[asks].means[0].value)
	name := strings.TrimSpace(named(text, tokens[:asks]) + named(text, tokens[asks+1:]))
	if _, ok := l.Topic(name); kind == Where && (ok || name == "" && asksHow(text, tokens[asks])) {
		return l.Read(text[:tokens[asks].from] + standing[0] + text[tokens[asks].to:]) // how a unit or everything stands
	}
	if name == "" && kind != Differs {
		return Reading{Outcome: NeedsProject, Asked: Asked{Kind: kind}}
	}
	return Reading{Outcome: Understood, Asked: Asked{Kind: kind, Project: name}}
}

// asksHow reports whether a question that names nothing asks how everything stands, and not how some project does.
func asksHow(text string, asks token) bool {
	return strings.Contains(text[asks.from:asks.to], standing[0]) && !strings.Contains(text, "项目")
}

// named gives the text of tokens without what says nothing of a project at both ends.
func named(text string, tokens []token) string {
	idle := func(t token) bool {
		return t.is(slotFiller) || t.is(slotLevel) || t.is(slotLight) || t.is(slotNew) || t.is(slotPeriod) || t.is(slotAsks)
	}
	for len(tokens) > 0 && idle(tokens[0]) {
		tokens = tokens[1:]
	}
	for len(tokens) > 0 && idle(tokens[len(tokens)-1]) {
		tokens = tokens[:len(tokens)-1]
	}
	if len(tokens) == 0 {
		return ""
	}
	return text[tokens[0].from:tokens[len(tokens)-1].to]
}

// mostDoubts is how many things of one sentence can be asked back, one after another; what is more doubtful than that is
// not understood.
const mostDoubts = 4

// settle makes one question of tokens that all mean something, with at most so many doubts.
func settle(text string, tokens []token, fixed []Fix, doubts int) Reading {
	if i := slices.IndexFunc(tokens, func(t token) bool { return len(t.means) > 1 }); i >= 0 {
		return choose(text, oneOf(text, tokens, i), fixed, doubts)
	}
	if ways := contradicting(text, tokens); len(ways) > 0 {
		return choose(text, ways, fixed, doubts)
	}
	asked, stands := Asked{Fixed: fixed}, false
	for _, t := range tokens {
		asked.take(t)
		stands = stands || t.is(slotFiller) && slices.Contains(standing, text[t.from:t.to])
	}
	switch {
	case asked.Kind != "":
	case !stands:
		return topic(tokens)
	case asked.By != "":
		asked.Kind = Lights
	default:
		asked.Kind = Summary
	}
	return Reading{Outcome: Understood, Asked: asked.tidied(tokens, text)}
}

// topic is what a sentence without a question names, if that is one thing.
func topic(tokens []token) Reading {
	var names []token
	for _, t := range tokens {
		if !t.is(slotFiller) {
			names = append(names, t)
		}
	}
	if len(names) != 1 || !isTopic(names[0].means[0]) {
		return Reading{}
	}
	return Reading{Outcome: NeedsTopic, Topic: names[0].means[0].label}
}

// way is one of several things that a sentence can mean: what is offered, and the tokens that it then consists of.
type way struct {
	Choice
	tokens []token
}

// choose offers the ways that lead on to a question; the only one of them is taken without asking.
func choose(text string, ways []way, fixed []Fix, doubts int) Reading {
	var last Reading
	if doubts == 0 {
		return last
	}
	var choices []Choice
	for _, w := range ways {
		if r := settle(text, w.tokens, fixed, doubts-1); r.Outcome != NotAQuestion {
			last, choices = r, append(choices, w.Choice)
		}
	}
	if len(choices) < 2 {
		return last
	}
	return Reading{Outcome: Choose, Choices: choices}
}

// oneOf gives each meaning of the token i, said in full.
func oneOf(text string, tokens []token, i int) []way {
	var all []way
	t := tokens[i]
	for _, e := range t.means {
		one := slices.Clone(tokens)
		one[i].means = []entry{e}
		all = append(all, way{Choice{e.label, text[:t.from] + e.label + text[t.to:]}, one})
	}
	return all
}

// contradicting gives both ways where one slot is filled twice with different things. Two colours together mean all
// lights.
func contradicting(text string, tokens []token) []way {
	for i, a := range tokens {
		for k, b := range tokens[i+1:] {
			x, y := a.means[0], b.means[0]
			if x.slot != y.slot || x.value == y.value || x.slot < slotState || x.slot == slotDays || x.slot == slotAsks {
				continue
			}
			j := i + 1 + k
			return []way{
				{Choice{x.label, strings.TrimSpace(text[:b.from] + " " + text[b.to:])}, slices.Delete(slices.Clone(tokens), j, j+1)},
				{Choice{y.label, strings.TrimSpace(text[:a.from] + " " + text[a.to:])}, slices.Delete(slices.Clone(tokens), i, i+1)},
			}
		}
	}
	return nil
}

// take fills the slot of a token.
func (a *Asked) take(t token) {
	e := t.means[0]
	number, _ := strconv.Atoi(e.value)
	lights := false
	switch e.slot {
	case slotLevel:
		lights = true
		a.Level = mechanism.Level(e.value)
	case slotState:
		lights = true
		a.State = mechanism.State(e.value)
	case slotUnit:
		a.Unit = e.value
	case slotTown:
		a.Town = e.value
	case slotSector:
		a.Sector = mechanism.Sector(e.value)
	case slotStage:
		a.Stage = mechanism.Stage(e.value)
	case slotPhase:
		a.Phase = mechanism.Phase(e.value)
	case slotPerson:
		a.Person = e.value
	case slotMine:
		a.Mine = true
	case slotBy:
		a.By = Dimension(e.value)
	case slotPeriod:
		a.New = Period(e.value)
	case slotCompare:
		a.Compare = true
	case slotMaterial:
		a.Material = true
	case slotRedNo:
		lights = true
		a.Level, a.RedNo = mechanism.Red, min(number, 3)
	case slotTier:
		lights = true
		a.Level, a.Tier = mechanism.Red, number
	case slotPush:
		lights = true
		a.Push = number
	case slotDays:
		a.Kind, a.Days = Upcoming, number
	case slotAsks:
		if a.Kind == "" || Kind(e.value) != Projects { // 几个项目会亮灯 counts lights
			a.Kind = Kind(e.value)
		}
	case slotLight, slotNew, slotEnded:
		lights = true
	default: // a filler
	}
	if lights && (a.Kind == "" || a.Kind == Projects) {
		a.Kind = Lights
	}
}

// tidied makes the slots fit each other: what a period belongs to, and what two colours mean.
func (a Asked) tidied(tokens []token, text string) Asked {
	has := func(s slot) bool { return slices.ContainsFunc(tokens, func(t token) bool { return t.is(s) }) }
	levels := map[string]bool{}
	for _, t := range tokens {
		if t.is(slotLevel) {
			levels[t.means[0].value] = true
		}
	}
	if len(levels) > 1 {
		a.Level = ""
	}
	period := a.New
	switch {
	case a.Kind == Upcoming:
		a.New, a.Days = "", max(a.Days, 0)
		if a.Days == 0 {
			a.Days = 30
		}
	case a.Kind == Slowest || a.Kind == Summary || a.Kind == Disposed:
		if period == "" {
			a.New = "本月"
		}
		if a.Kind == Slowest && strings.Contains(text, "报") { // 镇街 report, departments dispose
			a.By = ByTown
		}
		if a.Kind == Slowest && a.By != ByTown && a.By != ByDepartment {
			a.By = ""
		}
	case a.Kind == Idle || a.Kind == Projects || a.Compare:
		a.New = ""
	case has(slotEnded):
		a.New, a.Ended = "", period
		if period == "" {
			a.Ended = "本月"
		}
	case has(slotNew):
		if period == "" {
			a.New = "本月"
		}
	case period == "今天" || period == "近7天":
		a.New = ""
	case period == "上月", strings.HasSuffix(string(period), "月") && period != "本月", period == "昨天", period == "上周":
		a.New, a.At = "", period
	}
	return a
}

package city

// plan lays out what really happens to every project, from long before the city is founded (day 0) to beyond its
// present.
func plan(seed uint64) []*project {
	projects := readProjects()
	for _, p := range projects {
		p.layOut(seed)
	}
	return projects
}

// layOut plans a project from its current stage: backwards what led to it, forwards what becomes of it.
func (p *project) layOut(seed uint64) {
	current, ok := kindOf(p.current)
	if !ok {
		panic("projects.txt: " + p.name + " is in an unknown stage")
	}
	start := p.due - p.allowed(current)
	p.before(current.after, start)
	begins := map[string]int{current.after: start} // when the stages that follow this one begin
	if current.after == "" {
		begins = map[string]int{current.name: p.add(seed, current, start)}
	}
	for _, k := range kinds {
		begin, ok := begins[k.after]
		if !ok || p.stage(k.name) != nil || !applies(p.category, k.name, p.wan) {
			continue
		}
		begins[k.name] = p.add(seed, k, begin)
	}
}

// allowed is how many days the project has for a stage: its own limit when the record names one.
func (p *project) allowed(k kind) int {
	if k.name == p.current && p.limit != "" {
		return limitDays(p.limit)
	}
	return k.span(p.wan)
}

// before plans what is over: the stage of that name ended on day end, and what led to it went at an ordinary pace. The
// stages beside the way (立项 beside 工程规划许可, 入统 beside 在建, 确权 beside 投产) are planned with it.
func (p *project) before(name string, end int) {
	for name != "" {
		k, _ := kindOf(name)
		if !applies(p.category, k.name, p.wan) {
			return
		}
		start := end - k.span(p.wan)*7/10
		p.stages = append(p.stages, &stage{name: k.name, start: start, done: end})
		for _, beside := range kinds {
			if beside.after != k.after || beside.name == name || beside.after == "" || !applies(p.category, beside.name, p.wan) {
				continue
			}
			took := min(beside.span(p.wan)*4/10, end-start)
			p.stages = append(p.stages, &stage{name: beside.name, start: start, done: start + took})
		}
		name, end = k.after, start
	}
}

// add plans a stage that begins on a day and ends as the project's pace has it. It gives the day on which what follows
// can begin.
func (p *project) add(seed uint64, k kind, start int) (next int) {
	s := &stage{name: k.name, start: start, done: never}
	p.stages = append(p.stages, s)
	if start >= never {
		s.start = never
		return never
	}
	due := start + p.allowed(k)
	late := p.lateness(seed, k)
	if s.exempt = k.name == p.current && p.pace == paceExempt; s.exempt {
		return max(0, start+p.allowed(k)/2)
	}
	if late == never {
		return never
	}
	s.done = max(due+late, start+1)
	if k.name == p.current {
		s.done = max(s.done, 2) // it is not over when the plan begins
	}
	if s.done > due && s.done > 0 {
		p.late++
	}
	s.lag = chance(seed, 2, p.name, k.name, "lag")
	warned := s.done > due-p.allowed(k)/6
	if warned && chance(seed, 5, p.name, k.name, "who") < 3 { // the department, which has a card, says so before the platform does
		s.lag = 8
	}
	return s.done
}

// lateness is how many days after its last day a stage ends; below zero before it, never when it does not end.
func (p *project) lateness(seed uint64, k kind) int {
	span := p.allowed(k)
	draw := func(n int) int { return chance(seed, n, p.name, k.name, "pace") }
	early := -span/4 - draw(1+span/4)
	if k.name == "入统" { // orange comes after 30 of its 60 days
		early = -span*6/10 - draw(1+span/6)
	}
	close := -draw(1+span/8) / 2
	switch pace := p.paceOf(seed, k); pace {
	case paceClose, paceNext, paceWrong:
		return close
	case paceLate, paceOften:
		return 4 + draw(14)
	case paceDrag:
		return 34 + draw(40)
	case paceStuck, paceExempt, paceExit:
		return never
	default:
		return early
	}
}

// mostLate is how many stages a project of pace 屡 finishes late: with its third red it has been to the city's leaders.
const mostLate = 3

// paceOf is the pace of one stage. A project's story is that of its current stage; what becomes of it afterwards depends
// on the story too.
func (p *project) paceOf(seed uint64, k kind) string {
	switch {
	case k.name == p.current:
		return p.pace
	case p.pace == paceOften && p.late < mostLate:
		return paceLate
	case p.pace == paceNext && k.after == p.current && k.name != "立项" && k.name != "入统" && k.name != "确权": // those run beside
		return paceStuck
	case chance(seed, 6, p.name, k.name, "again") == 0:
		return paceClose
	default:
		return paceEarly
	}
}

// limitDays is roughly how many days a limit such as 45日 or 40工作日 is.
func limitDays(limit string) int {
	n := 0
	for i, r := range limit {
		if r >= '0' && r <= '9' {
			n = n*10 + int(r-'0')
			continue
		}
		if limit[i:] == "工作日" {
			return n * 7 / 5
		}
		break
	}
	return n
}

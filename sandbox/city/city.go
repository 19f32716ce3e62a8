package city

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"junma/sandbox/dingtalk"
)

// patience is how long, on the machine's clock, a person waits for an answer before leaving an exchange.
const patience = 5 * time.Second

// shanghai is the city's time zone; China has no summer time.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Clock is the business clock of the whole pretend world.
type Clock interface {
	// Now is the business time.
	Now() time.Time
	// Advance lives on to the instant to, and returns when everything that was due on the way is done and delivered.
	// to may be Now: then it only settles.
	Advance(ctx context.Context, to time.Time, progress func(time.Time)) error
}

// Options are what a city is made of. Every field is needed, except Log.
type Options struct {
	Server      *dingtalk.Server // where its people have their phones
	BaseURL     string           // of the service, such as http://127.0.0.1:8090
	IntakeToken string           // for project records
	AdminToken  string           // for the roster
	Clock       Clock
	Seed        uint64       // equal seeds, equal plans
	Log         *slog.Logger // hears at debug level what people did not understand; default slog.Default()
}

// City is the sample city. Its methods are called by one goroutine.
type City struct {
	opt       Options
	doors     doors
	founded   time.Time // midnight of the day on which the plan begins
	residents []*resident
	projects  []*project
	pictures  [12][]byte // that people send as evidence; drawing takes time
	half      int        // half-days lived so far: what people count their delays in
}

// New makes a city of which nobody knows yet.
func New(o Options) *City {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &City{opt: o, doors: doors{base: o.BaseURL, intake: o.IntakeToken, admin: o.AdminToken}}
}

// Found gives the city's people their phones, posts the roster, and posts the projects as they stand today.
func (c *City) Found(ctx context.Context) error {
	c.founded = midnight(c.opt.Clock.Now())
	c.residents = residents()
	c.projects = plan(c.opt.Seed)
	for n := range c.pictures {
		drawn, err := photo(n)
		if err != nil {
			return fmt.Errorf("found the city: draw a picture: %w", err)
		}
		c.pictures[n] = drawn
	}
	groups := coordination(c.residents)
	c.opt.Server.AddPeople(phones(c.residents)...)
	c.opt.Server.AddGroups(chats(c.residents, groups)...)
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.opt.Server.WaitConnections(limit, 1); err != nil {
		return fmt.Errorf("found the city: the service has no connection to the pretend DingTalk: %w", err)
	}
	if err := c.doors.postRoster(ctx, rosterOf(c.residents, c.projects, groups)); err != nil {
		return fmt.Errorf("found the city: %w", err)
	}
	return c.report(ctx, 0, c.projects)
}

// leftOver is how many days before the end people stop answering: what came last is left to whoever looks at the city.
// There is a workday among them, unless holidays are.
const leftOver = 3

// Live lets the city live until an instant. progress, when not nil, hears each day with how many of how many days are
// over.
func (c *City) Live(ctx context.Context, until time.Time, progress func(day time.Time, done, total int)) error {
	first := midnight(c.opt.Clock.Now())
	total := max(1, daysBetween(first, midnight(until)))
	for done := range total {
		day := first.AddDate(0, 0, done)
		if err := c.liveDay(ctx, day, until); err != nil {
			return fmt.Errorf("live %s: %w", day.Format(time.DateOnly), err)
		}
		if progress != nil {
			progress(day, done+1, total)
		}
	}
	if err := c.opt.Clock.Advance(ctx, until, nil); err != nil {
		return fmt.Errorf("live until %s: %w", until.Format(time.RFC3339), err)
	}
	return nil
}

// liveDay lives one day. On a rest day nobody acts; the clock passes over it with the next workday.
func (c *City) liveDay(ctx context.Context, day, until time.Time) error {
	if rests(day) {
		return nil
	}
	for _, at := range []time.Time{day.Add(10*time.Hour + 30*time.Minute), day.Add(16 * time.Hour)} {
		if at.After(until) || at.Before(c.opt.Clock.Now()) {
			continue
		}
		if err := c.opt.Clock.Advance(ctx, at, nil); err != nil {
			return err
		}
		if err := c.liveHalf(ctx, daysBetween(c.founded, day), daysBetween(day, midnight(until)) > leftOver); err != nil {
			return err
		}
		c.half++
	}
	return nil
}

// liveHalf is one half-day: news from the platform arrive, then everybody who answers looks at the phone and does what is
// due.
func (c *City) liveHalf(ctx context.Context, day int, answering bool) error {
	if news := c.news(day); len(news) > 0 {
		if err := c.report(ctx, day, news); err != nil {
			return err
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
	}
	if !answering {
		return nil
	}
	for _, round := range c.rounds() {
		acted, err := c.together(ctx, round, day)
		if err != nil {
			return err
		}
		if !acted {
			continue
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// rounds divides the people so that no two who answer for one warning act at the same moment: first the towns and
// owners, then the departments.
func (c *City) rounds() [2][]*resident {
	var rounds [2][]*resident
	for _, r := range c.residents {
		second := 1
		if r.kind == "镇街" || r.kind == "业主" {
			second = 0
		}
		rounds[second] = append(rounds[second], r)
	}
	return rounds
}

// atOnce is how many people use their phones at the same moment.
const atOnce = 4

// together lets people act at the same time, and reports whether anything was done.
func (c *City) together(ctx context.Context, people []*resident, day int) (bool, error) {
	var group sync.WaitGroup
	waiting := make(chan int, len(people))
	acted, failed := make([]bool, len(people)), make([]error, len(people))
	for i := range people {
		waiting <- i
	}
	close(waiting)
	for range atOnce {
		group.Go(func() {
			for i := range waiting {
				acted[i], failed[i] = c.act(ctx, people[i], day)
			}
		})
	}
	group.Wait()
	for _, r := range people {
		for _, o := range r.outcomes {
			c.happened(o, day)
		}
		r.outcomes = nil
	}
	return slices.Contains(acted, true), errors.Join(failed...)
}

// happened keeps what a department's act changes for the platform: a project that is out sends no more records, and a
// stage that was reported finished is finished there too.
func (c *City) happened(o outcome, day int) {
	p := c.projects[o.project-1]
	switch o.button {
	case buttonExit:
		p.exited = true
	case buttonCompleted:
		s := p.stage(o.stage)
		s.lag = min(s.lag, day-s.done)
	}
}

// settle waits until everything that can go out at the present instant has gone out.
func (c *City) settle(ctx context.Context) error {
	return c.opt.Clock.Advance(ctx, c.opt.Clock.Now(), nil)
}

// news gives the projects about which the platform knows something new on a day.
func (c *City) news(day int) []*project {
	var news []*project
	for _, p := range c.projects {
		if p.exited {
			continue
		}
		if known := p.known(day); known != p.told {
			news = append(news, p)
		}
	}
	return news
}

// report posts the records of projects as the platform knows them on a day.
func (c *City) report(ctx context.Context, day int, projects []*project) error {
	var records []record
	for _, p := range projects {
		records = append(records, p.record(c.founded, day))
		p.told = p.known(day)
	}
	return c.doors.postRecords(ctx, records)
}

func midnight(t time.Time) time.Time {
	t = t.In(shanghai)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, shanghai)
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from).Hours()+12) / 24 }

// rests reports whether people are at home: at weekends and on the holidays whose dates are the same every year.
func rests(day time.Time) bool {
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return true
	}
	switch d := day.Day(); day.Month() {
	case time.January:
		return d == 1
	case time.May:
		return d <= 5
	case time.October:
		return d <= 7
	default:
		return false
	}
}

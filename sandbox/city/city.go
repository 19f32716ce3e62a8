package city

import (
	"context"
	"fmt"
	"log/slog"
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

// City is the sample city. It is lived by one goroutine.
type City struct {
	opt       Options
	doors     doors
	founded   time.Time // midnight of the day on which the plan begins
	residents []*resident
	projects  []*project
	pictures  [photos][]byte
	half      int // half-days lived so far: what people count their delays in
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
		if err := c.liveHalf(ctx, daysBetween(c.founded, day)); err != nil {
			return err
		}
		c.half++
	}
	return nil
}

// liveHalf is one half-day: news from the platform arrive, then everybody looks at the phone and does what is due.
func (c *City) liveHalf(ctx context.Context, day int) error {
	if news := c.news(day); len(news) > 0 {
		if err := c.report(ctx, day, news); err != nil {
			return err
		}
		if err := c.settle(ctx); err != nil {
			return err
		}
	}
	acted := false
	for _, r := range c.residents {
		did, err := c.act(ctx, r, day)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		acted = acted || did
	}
	if acted {
		return c.settle(ctx)
	}
	return nil
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

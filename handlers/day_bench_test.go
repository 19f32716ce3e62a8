package handlers_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"junma/handlers"
	"junma/mechanism"
	"junma/notify"
)

// dueADay is how many projects turn orange on each day of BenchmarkDay.
const dueADay = 1000

// BenchmarkDay lives through days on each of which 1,000 projects turn orange, among 10,000 projects and among 100,000. A
// day should cost what is due and not what exists: ratio is the time of a day among 100,000 over one among 10,000.
//
// From the seventh day on the projects of the first would turn red.
//
//	go test ./handlers -run xxx -bench Day$ -benchtime 5x
func BenchmarkDay(b *testing.B) {
	small, large := newCrowd(b, 10_000, b.N), newCrowd(b, 100_000, b.N)
	var among [2]time.Duration
	b.ResetTimer()
	for i := range b.N {
		for j, c := range []*city{small, large} {
			began := time.Now()
			c.liveTo(firstOrange + mechanism.Date(i))
			among[j] += time.Since(began)
		}
	}
	b.StopTimer()
	for _, c := range []*city{small, large} {
		if fired := c.warnings(b); fired != dueADay*b.N {
			b.Fatalf("%d warnings after %d days", fired, b.N)
		}
	}
	b.ReportMetric(float64(among[0].Milliseconds())/float64(b.N), "ms/day-of-10000")
	b.ReportMetric(float64(among[1].Milliseconds())/float64(b.N), "ms/day-of-100000")
	b.ReportMetric(float64(among[1])/float64(among[0]), "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFirstEvaluation looks at every one of 100,000 projects of 13 stages under a rule book that is new, as the first
// start after a change of the rules does; ratio is its time over that of reading the same rows.
func BenchmarkFirstEvaluation(b *testing.B) {
	const projects = 100_000
	c := newCrowd(b, projects, 0)
	var reading, evaluating time.Duration
	for i := range b.N {
		book := cityBook(b, func(s *mechanism.Spec) { s.Response.Read = 2 + i }) // another book, with the same lights
		o := c.options
		o.Book = book
		o.Notify = notify.New(notify.Options{Store: c.store, Book: book, Platforms: o.Platforms, Now: c.now, Wall: time.Now})
		began := time.Now()
		if n := c.readAll(b); n != projects {
			b.Fatalf("%d rows were read", n)
		}
		reading += time.Since(began)
		began = time.Now()
		if err := handlers.New(o).DayBegan(b.Context()); err != nil {
			b.Fatal(err)
		}
		evaluating += time.Since(began)
	}
	b.ReportMetric(reading.Seconds()/float64(b.N), "s/reading")
	b.ReportMetric(evaluating.Seconds()/float64(b.N), "s/evaluation")
	b.ReportMetric(float64(evaluating)/float64(reading), "ratio")
	b.ReportMetric(0, "ns/op")
}

// firstOrange is the first day on which projects of a crowd turn orange.
var firstOrange = mechanism.NewDate(2026, time.May, 11)

// newCrowd is a city of many projects, of which 1,000 turn orange on each of the days from firstOrange on and the others
// much later. One project of each kind comes through the intake; the others are copies of it in the database.
func newCrowd(b *testing.B, projects, days int) *city {
	b.Helper()
	c := newCity(b, "2026-04-20")
	var kinds []string
	take := func(id, start string) {
		stages := []string{`{"stage":"盯引","start":"2025-01-06","done":"2025-02-06"}`}
		for _, s := range []string{"签约", "拿地", "立项", "工程规划许可"} {
			stages = append(stages, fmt.Sprintf(`{"stage":%q,"start":"2025-02-06","done":"2025-03-06"}`, s))
		}
		stages = append(stages, fmt.Sprintf(`{"stage":"施工许可","start":%q,"limit":"25日"}`, start))
		if got := c.take(record(id, `"name":"`+id+`号项目"`, `"stages":[`+strings.Join(stages, ",")+`]`)); got.Accepted != 1 {
			b.Fatalf("%+v", got.Errors)
		}
		kinds = append(kinds, id)
	}
	c.moveTo("2026-05-10")
	if err := c.handlers.DayBegan(context.Background()); err != nil {
		b.Fatal(err)
	}
	for i := range days {
		// 25日, orange 5 days before its last day: the 21st day is orange
		take(fmt.Sprint("D", i), (firstOrange + mechanism.Date(i) - 20).String())
	}
	take("later", "2026-05-10")
	c.multiply(b, kinds, projects)
	return c
}

// multiply copies each kind of project until there are 1,000 of it, and the last kind until there are as many as wanted.
func (c *city) multiply(b *testing.B, kinds []string, projects int) {
	b.Helper()
	db := c.beside(b)
	for i, kind := range kinds {
		want := dueADay
		if i == len(kinds)-1 {
			want = projects - dueADay*i
		}
		for _, text := range []string{
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) INSERT INTO projects (id, code, name, revision, next_due, body, site)
				SELECT id || '-' || i, code, name || i, revision, next_due, json_set(body, '$.id', id || '-' || i, '$.name', name || i), site
				FROM n, projects WHERE id = $1`,
			`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) INSERT INTO outlooks
				SELECT day, project || '-' || i, place, level, project_name || i FROM n, outlooks WHERE project = $1`,
		} {
			if _, err := db.ExecContext(b.Context(), text, kind, want-1); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// beside is a second connection to the city's database.
func (c *city) beside(b *testing.B) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+c.path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

// liveTo begins a day.
func (c *city) liveTo(day mechanism.Date) {
	c.moveTo(day.String())
	if err := c.handlers.DayBegan(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}

// readAll reads the body of every project and gives their number.
func (c *city) readAll(b *testing.B) (n int) {
	b.Helper()
	rows, err := c.beside(b).QueryContext(b.Context(), `SELECT id, revision, next_due, body FROM projects ORDER BY id`)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var id, due string
		var revision int
		var body []byte
		if err := rows.Scan(&id, &revision, &due, &body); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return n
}

// warnings counts the warnings of the city.
func (c *city) warnings(b *testing.B) (n int) {
	b.Helper()
	if err := c.beside(b).QueryRowContext(b.Context(), `SELECT COUNT(*) FROM cases`).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

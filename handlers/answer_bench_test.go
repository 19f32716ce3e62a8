package handlers_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"junma/bot"
	"junma/handlers"
	"junma/handlers/inquiry"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// A large city: three warnings a project over three years, of which one in ten is open, spread evenly over everything by which
// they can be told apart, so that hardly two are alike.
const (
	manyProjects = 100_000
	manyCases    = 3 * manyProjects
)

// fillCity is a city of many projects in bulk; it is a read model only, with bodies just good enough to be read.
var fillCity = []string{
	`CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) SELECT i FROM n`,
	`INSERT INTO projects (id, code, name, revision, next_due, body) SELECT printf('P%06d', i), '', substr('云溪梅岭青山白沙洋安双江', 1 + 2 * (i % 6), 2) ||
		substr('智能装备精密铸造生物医药绿色建材', 1 + 4 * (i / 6 % 4), 4) || i || '号项目', 1, '',
		json_object('id', printf('P%06d', i), 'name', i || '号项目', 'category', '工业', 'town', '下涯镇',
		'stages', json_array(json_object('stage', '施工许可', 'start', '2026-05-01'))) FROM n`,
	`INSERT INTO places SELECT 1 + town + 16 * sector + 64 * stage, s.value, k.value, t.value, t.value, d.value, l.value, '市发改局' FROM
		(SELECT key AS town, value FROM json_each('["下涯镇","大同镇","梅城镇","乾潭镇","三都镇","杨村桥镇","大洋镇","寿昌镇","莲花镇","航头镇",
		"大慈岩镇","李家镇","钦堂乡","新安江街道","洋溪街道","更楼街道"]')) t,
		(SELECT key AS sector, value FROM json_each('["工业","商服住","开发区","政府投资"]')) k,
		(SELECT key AS lead, value FROM json_each('["市经信局","市商务局","开发区管委会","市发改局"]')) l ON lead = sector,
		(SELECT key AS stage, value FROM json_each('["盯引","签约","拿地","立项","工程规划许可","施工许可","开工监管","入统","在建","竣工验收","确权","投产","达产"]')) s,
		(SELECT key AS part, value FROM json_each('["市投促局","市投促局","市资规局","市资规局","市住建局","市住建局","市发改局","市统计局",
		"市住建局","市住建局","市经信局","市经信局","市发改局"]')) d ON part = stage`,
	`INSERT INTO cases (project, seq, project_name, place, level, state, is_open, waiting, closure, fired_on, last_day, red_day, push,
		pushed_on, red_no, tier, backlog, fired_at, ended_on, first_push, reported_on, disposed_on, asked, answer_by, decide_until)
		SELECT p, seq, name, 1 + r % 832, CASE r / 832 % 2 WHEN 0 THEN '红' ELSE '橙' END,
		CASE open WHEN 0 THEN '已销号' ELSE CASE r / 1664 % 3 WHEN 0 THEN '未办理' WHEN 1 THEN '销号超时' ELSE '已办理未销号' END END, open,
		CASE open * (r / 5000 % 3) WHEN 1 THEN '待查阅' WHEN 2 THEN '待部门办理' ELSE '' END, '', fired, fired, fired, 1 + r / 15000 % 6, fired,
		1 + r / 90000 % 4, 1 + r / 360000 % 3, 0, 0, CASE open WHEN 1 THEN '' ELSE date(fired, '+20 days') END, fired, '',
		CASE r / 1000000 % 2 WHEN 0 THEN date(fired, '+3 days') ELSE '' END, '', '', 0
		FROM (SELECT printf('P%06d', i) AS p, k.seq, i || '号项目' AS name, (i * 3 + k.seq) * 2654435761 % 4294967291 AS r,
		CASE WHEN k.seq = 3 AND i % 10 < 3 THEN 1 ELSE 0 END AS open,
		date('2023-06-01', printf('+%d days', (k.seq - 1) * 355 + i % 355)) AS fired
		FROM n, (SELECT 1 AS seq UNION SELECT 2 UNION SELECT 3) k)`,
	`INSERT INTO sites SELECT id, json_array(id), 0 FROM places`,
	`INSERT INTO site_places SELECT id, id FROM places`,
	`UPDATE projects SET site = 1 + CAST(substr(id, 2) AS INTEGER) * 2654435761 % 832 WHERE CAST(substr(id, 2) AS INTEGER) % 10 < 9`,
	`INSERT INTO outlooks SELECT date('2026-05-19', printf('+%d days', i % 365)), printf('P%06d', i), 1 + i * 2654435761 % 832, '橙', i || '号项目' FROM n`,
}

// fillTurns lets every other open warning wait for the answer of some other unit.
var fillTurns = []string{
	`UPDATE cases SET answer_by = fired_on, asked = CASE place % 3 WHEN 0 THEN '市统计局' ELSE
		(SELECT CASE responsible WHEN '下涯镇' THEN '三都镇' ELSE responsible END FROM places WHERE id = place) END WHERE is_open = 1 AND asked = ''`,
}

// newLargeCity is a chat in the large city.
func newLargeCity(b *testing.B) *city {
	b.Helper()
	path := filepath.Join(b.TempDir(), "junma.db")
	options := store.Options{Path: path, Evidence: b.TempDir()}
	c := &city{t: b, sink: &sink{}}
	c.moveTo("2026-05-18")
	options.Now = c.began
	s, err := store.Open(context.Background(), options)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	fill(b, path, slices.Concat(fillCity, fillDesk, fillTurns))
	if c.store, err = store.Open(context.Background(), options); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.store.Close() })
	platforms := map[string]bot.Platform{"dingtalk": c.sink}
	book := cityBook(b)
	c.notify = notify.New(notify.Options{Store: c.store, Book: book, Platforms: platforms, Now: c.now, Wall: time.Now})
	c.handlers = handlers.New(handlers.Options{Store: c.store, Notify: c.notify, Book: book, Platforms: platforms, Now: c.now})
	c.roster(chatRoster)
	return c
}

func fill(b *testing.B, path string, statements []string) {
	b.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range statements {
		if _, err := tx.Exec(text); err != nil {
			b.Fatal(err)
		}
	}
	rows, err := tx.Query(`SELECT id, name FROM projects`)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	names := map[string]string{}
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			b.Fatal(err)
		}
		names[id] = name
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(`INSERT OR IGNORE INTO name_keys VALUES ($1, $2)`)
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	for id, name := range names {
		for _, key := range inquiry.Keys(name) {
			if _, err := insert.Exec(key, id); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkQuestion answers questions of 专班 and of a department in a city of 100,000 projects and 300,000 warnings: the
// message, its reading, the queries, the answer in the outbox, and the durable commit. It reports p50 and p99 and how many
// times one indexed SELECT the median is.
func BenchmarkQuestion(b *testing.B) {
	c := newLargeCity(b)
	asked := 0
	one := quantile(sample(2000, func() { lookUp(b, c, asked); asked++ }), 0.5)
	for _, q := range []struct{ person, text string }{
		{"zhao", "红灯几个"},
		{"zhao", "下涯镇施工许可未办理的红灯"},
		{"zhao", "各镇街红灯"},
		{"zhao", "谁没办"},
		{"zhao", "本月销号了几个"},
		{"zhao", "第三次预警的都列出来"},
		{"zhao", "哪个单位最慢"},
		{"zhao", "未来30天哪些会亮灯"},
		{"zhao", "云溪智能装备600号到哪了"},
		{"lin", "红灯几个"},
		{"zhao", "状态"},
		{"lin", "全市情况"},
		{"zhao", "下涯镇情况"},
		{"zhao", "在办项目有哪些"},
		{"chen", "在办项目有哪些"},
		{"zhao", "住建局办了几个"},
		{"zhao", "最近哪些项目有问题"},
	} {
		b.Run(q.person+" "+q.text, func(b *testing.B) {
			var all []time.Duration
			for b.Loop() {
				asked++
				start := time.Now()
				in := bot.Incoming{Platform: "dingtalk", Key: fmt.Sprint("q", asked), User: "user-" + q.person, Text: q.text, Session: "s", Expires: time.Now().Add(time.Hour)}
				if err := c.handlers.Message(context.Background(), in); err != nil {
					b.Fatal(err)
				}
				all = append(all, time.Since(start))
			}
			p50, p99 := quantile(all, 0.5), quantile(all, 0.99)
			b.ReportMetric(float64(p50.Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(p50)/float64(one), "x-one-select")
		})
	}
}

// lookUp is one indexed SELECT.
func lookUp(b *testing.B, c *city, n int) {
	b.Helper()
	err := c.store.View(context.Background(), func(v *store.View) error {
		rows, _, err := v.Cases(store.CaseFilter{Project: fmt.Sprintf("P%06d", n%manyProjects), Level: mechanism.Red})
		if err == nil && len(rows) > manyCases/manyProjects {
			b.Error(strings.Repeat("?", len(rows)))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func sample(n int, run func()) []time.Duration {
	var all []time.Duration
	for range n {
		start := time.Now()
		run()
		all = append(all, time.Since(start))
	}
	return all
}

func quantile(all []time.Duration, q float64) time.Duration {
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))]
}

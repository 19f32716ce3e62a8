package handlers_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// fillDesk makes of the city one in which 5,000 reports wait for 市住建局, due on thirty days, and 5,000 warnings for 下涯镇.
var fillDesk = []string{
	`UPDATE cases SET asked = CASE substr(project, -1) WHEN '1' THEN '市住建局' ELSE '下涯镇' END,
		answer_by = date('2026-05-10', printf('+%d days', substr(project, 2) / 20 % 30))
		WHERE seq = 3 AND is_open = 1 AND substr(project, 2) % 20 IN (1, 2)`,
	`UPDATE projects SET body = json_set(body, '$.cases', json_array(json_object('seq', 1), json_object('seq', 2), json_object('seq', 3,
		'stage', '施工许可', 'level', '红', 'state', '未办理', 'waiting', '待部门办理', 'push', 1, 'answer_by', '2026-05-20',
		'parties', json_object('responsible', json_object('unit', '下涯镇'), 'department', json_object('unit', '市住建局')))))
		WHERE substr(id, 2) % 20 IN (1, 2)`,
}

// BenchmarkTodo is 我的待办 of a department for which 5,000 warnings wait among 100,000 projects: the first page, and one in
// the middle of the list.
func BenchmarkTodo(b *testing.B) {
	c := newLargeCity(b)
	asked := 0
	for _, page := range []struct {
		name string
		ask  func(key string) error
	}{
		{"first page", func(key string) error {
			in := bot.Incoming{Platform: "dingtalk", Key: key, User: "user-lin", Text: "我的待办", Session: "s", Expires: time.Now().Add(time.Hour)}
			return c.handlers.Message(context.Background(), in)
		}},
		{"after 2,500", func(string) error {
			return c.store.Do(context.Background(), func(tx *store.Tx) error {
				lin := mechanism.Actor{Person: "lin", Offices: []mechanism.Office{{Unit: "市住建局", Role: mechanism.RoleContact}}}
				lines, _, total, err := c.notify.Todo(tx, "dingtalk", lin, 2500)
				if len(lines) == 0 || total != 5000 {
					b.Fatalf("%d lines of %d", len(lines), total)
				}
				return err
			})
		}},
	} {
		b.Run(page.name, func(b *testing.B) {
			var all []time.Duration
			for b.Loop() {
				asked++
				start := time.Now()
				if err := page.ask(fmt.Sprint("todo", asked)); err != nil {
					b.Fatal(err)
				}
				all = append(all, time.Since(start))
			}
			b.ReportMetric(float64(quantile(all, 0.5).Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(quantile(all, 0.99).Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkDailyList is 今日清单 as 专班 asks for it, among 100,000 projects with 30,000 open warnings.
func BenchmarkDailyList(b *testing.B) {
	c := newLargeCity(b)
	asked := 0
	var all []time.Duration
	for b.Loop() {
		asked++
		start := time.Now()
		in := bot.Incoming{Platform: "dingtalk", Key: fmt.Sprint("list", asked), User: "user-zhao", Text: "今日清单", Session: "s", Expires: time.Now().Add(time.Hour)}
		if err := c.handlers.Message(context.Background(), in); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(start))
	}
	b.ReportMetric(float64(quantile(all, 0.5).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(quantile(all, 0.99).Microseconds())/1000, "p99-ms")
}

package notify_test

import (
	"fmt"
	"testing"

	"junma/mechanism"
	"junma/store"
)

// BenchmarkDigestOfAThousand gathers a thousand pushes for one person that wait for the same morning: from the claim of the
// first to the digest, sent.
func BenchmarkDigestOfAThousand(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		tw := newTown(b, "2026-03-02 07:00", setup{hours: "09:00-18:00", idle: true, spec: func(s *mechanism.Spec) { s.Push.Digest, s.Push.Daily = 3, 5 }})
		for i := range 1000 {
			r := record(mechanism.ConstructionPermit, "2026-02-28", "1日")
			r.ID, r.Name, r.Code = fmt.Sprintf("JD-%04d", i), fmt.Sprintf("第%d号项目", i), ""
			tw.event(r.ID, mechanism.RecordArrived{Record: r}, "")
		}
		tw.do(func(tx *store.Tx) error {
			roster, err := tx.Roster()
			if err != nil {
				return err
			}
			var others []store.Person
			for _, p := range roster.People {
				if p.ID != "chen" {
					p.Active = false
					others = append(others, p)
				}
			}
			return tx.SaveRoster(store.RosterChange{People: others})
		})
		for _, d := range tw.deliveries(store.DeliveryFilter{State: store.DeliveryWaiting}) {
			if d.Person != "chen" {
				tw.do(func(tx *store.Tx) error {
					_, err := tx.Supersede(store.DeliveryFilter{Card: d.ID}, "不在测量之内")
					return err
				})
			}
		}
		tw.at("2026-03-02 09:15")
		b.StartTimer()
		tw.run()
		tw.drain()
		b.StopTimer()
		if got := tw.chat.titles("chen"); len(got) != 1 {
			b.Fatalf("chen got %d cards: %.3q", len(got), got)
		}
		b.StartTimer()
	}
}

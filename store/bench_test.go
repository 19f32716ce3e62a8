package store_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"junma/mechanism"
	"junma/store"
)

// share runs n callers until b.N calls are done.
func share(b *testing.B, callers int, call func(n int64) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				if err := call(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkDo is the price of one small durable transaction, alone and among 64 callers who share commits.
func BenchmarkDo(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := open(b, b.TempDir())
			b.ResetTimer()
			share(b, callers, func(n int64) error {
				return s.Do(b.Context(), func(tx *store.Tx) error { return tx.SetValue("key", fmt.Sprint(n)) })
			})
		})
	}
}

// BenchmarkIntake is one project record with one warning and its four deliveries.
func BenchmarkIntake(b *testing.B) {
	s := open(b, b.TempDir())
	b.ResetTimer()
	share(b, 64, func(n int64) error {
		return s.Do(b.Context(), func(tx *store.Tx) error { return intake(tx, fmt.Sprintf("JD-%07d", n)) })
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func intake(tx *store.Tx, id string) error {
	if _, _, err := tx.Seen("api", id); err != nil {
		return err
	}
	p, err := tx.Project(id)
	if err == nil {
		return fmt.Errorf("project %s is there already", id)
	}
	p.ID, p.Name, p.Category = id, "年产2万吨硅基材料项目"+id, mechanism.Industry
	p.Cases = []mechanism.Case{{Seq: 1, Stage: mechanism.ConstructionPermit, Level: mechanism.Orange, State: mechanism.Untreated, Push: 1}}
	if err := tx.SaveProject(&p, mechanism.DateOf(tx.Now)+30); err != nil {
		return err
	}
	if _, err := tx.Append(store.Entry{Project: id, Kind: "record", Channel: "api", Data: []byte(`{"id":"` + id + `"}`)}); err != nil {
		return err
	}
	for i := range 4 {
		person := fmt.Sprintf("p%d", (len(id)*7+int(id[len(id)-1])*31+i)%300)
		d := store.Delivery{Key: fmt.Sprintf("push/%s/1/1/%d", id, i), Lane: person, Effect: store.EffectCard, Person: person, Project: id, Case: 1, Kind: "push"}
		if _, err := tx.Enqueue(d); err != nil {
			return err
		}
	}
	return tx.Remember("api", id, []byte("ok"))
}

// BenchmarkNextDelivery looks for the next instant at which there is something to do while 20,000 deliveries are due.
func BenchmarkNextDelivery(b *testing.B) {
	s := open(b, b.TempDir())
	err := s.Do(b.Context(), func(tx *store.Tx) error {
		for i := range 20_000 {
			if _, err := tx.Enqueue(store.Delivery{Key: fmt.Sprint(i), Lane: fmt.Sprint(i % 400), Effect: store.EffectCard}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := s.View(b.Context(), func(v *store.View) error {
			_, err := v.NextDelivery(time.Now().Add(time.Hour))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClaim takes and settles one delivery while 20,000 others wait in 400 lanes.
func BenchmarkClaim(b *testing.B) {
	s := open(b, b.TempDir())
	err := s.Do(b.Context(), func(tx *store.Tx) error {
		for i := range 20_000 {
			if _, err := tx.Enqueue(store.Delivery{Key: fmt.Sprint(i), Lane: fmt.Sprint(i % 400), Effect: store.EffectCard}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := s.Do(b.Context(), func(tx *store.Tx) error {
			claimed, err := tx.Claim(store.ClaimOptions{Now: tx.Now.Add(time.Hour), Wall: tx.Now, Lease: time.Minute, Limit: 1})
			if err != nil || len(claimed) != 1 {
				return fmt.Errorf("claimed %d: %w", len(claimed), err)
			}
			_, err = tx.Settle(claimed[0].ID, claimed[0].Epoch, store.Outcome{State: store.DeliveryWaiting})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTurn is what a busy dispatcher asks of the store: in one transaction 32 deliveries are settled, 32 claimed and
// frozen, of 1,000 people with cards waiting.
func BenchmarkTurn(b *testing.B) {
	const each = 32
	s := open(b, b.TempDir())
	err := s.Do(b.Context(), func(tx *store.Tx) error {
		for i := range each * b.N {
			person := fmt.Sprint(i % 1000)
			d := store.Delivery{Key: fmt.Sprint(i), Lane: person, Person: person, Effect: store.EffectCard, Project: fmt.Sprint(i / 4), Case: 1}
			if _, err := tx.Enqueue(d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	payload := bytes.Repeat([]byte("x"), 1100)
	var flying []store.Delivery
	b.ResetTimer()
	for range b.N {
		err := s.Do(b.Context(), func(tx *store.Tx) (err error) {
			for _, d := range flying {
				if _, err := tx.Settle(d.ID, d.Epoch, store.Outcome{State: store.DeliverySent, Receipt: []byte("receipt")}); err != nil {
					return err
				}
			}
			flying, err = tx.Claim(store.ClaimOptions{Now: tx.Now.Add(time.Hour), Wall: tx.Now, Lease: time.Minute, Limit: each})
			for _, d := range flying {
				if _, err := tx.Freeze(d.ID, d.Epoch, payload); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil || len(flying) != each {
			b.Fatalf("%d claimed: %v", len(flying), err)
		}
	}
	b.ReportMetric(each*float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

package store_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"junma/store"
)

// 无论怎样入队、领取、结清、改期、换道、作废、重发、并入摘要,每队的队首总是这一队中最早的一件。
func TestHeadsAreTheFirstOfTheirQueues(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "junma.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	random := rand.New(rand.NewPCG(20241122, 22))
	base := time.Date(2026, 5, 12, 10, 0, 0, 0, time.UTC)
	hour := func() time.Time { return base.Add(time.Duration(random.IntN(8)) * time.Hour) }
	lane := func() string { return fmt.Sprint("lane-", random.IntN(4)) }
	claimed := map[string]store.Delivery{}
	for step := range 600 {
		err := s.Do(t.Context(), func(tx *store.Tx) error {
			switch random.IntN(7) {
			case 0, 1:
				d := store.Delivery{
					Key: fmt.Sprint("k-", random.IntN(400)), Lane: lane(), Talk: random.IntN(3) == 0, Effect: store.EffectCard, NotBefore: hour(),
				}
				_, err := tx.Enqueue(d) // of a key that waits already it may move the hour
				return err
			case 2:
				rows, err := tx.Claim(store.ClaimOptions{Now: hour(), Wall: base, Lease: time.Minute, Limit: 3})
				for _, d := range rows {
					claimed[d.ID] = d
				}
				return err
			case 3:
				for id, d := range claimed {
					delete(claimed, id)
					o := store.Outcome{State: store.DeliverySent}
					switch random.IntN(4) {
					case 3:
						o.State = store.DeliveryDead
					case 0:
						o = store.Outcome{State: store.DeliveryWaiting, NotBefore: hour()}
					case 1:
						o = store.Outcome{State: store.DeliveryWaiting, Lane: lane()}
					}
					_, err := tx.Settle(d.ID, d.Epoch, o)
					return err
				}
				return nil
			case 4:
				dead, err := tx.DeadCards()
				if err != nil || len(dead) == 0 {
					return err
				}
				d := dead[random.IntN(len(dead))]
				d.Lane = lane()
				_, err = tx.Revive(d, "重发。")
				return err
			case 5:
				waiting, err := tx.Deliveries(store.DeliveryFilter{State: store.DeliveryWaiting, Limit: 1})
				if err != nil || len(waiting) == 0 {
					return err
				}
				return tx.Gather(waiting[0].ID, waiting[0].Lane, "并入摘要。")
			default:
				_, err := tx.Supersede(store.DeliveryFilter{KeyPrefix: fmt.Sprint("k-", random.IntN(40))}, "不再需要。")
				return err
			}
		})
		if err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		var wrong int
		err = db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM deliveries LEFT JOIN (
				SELECT seq AS first, ROW_NUMBER() OVER (PARTITION BY lane, talk ORDER BY not_before, seq) AS place
				FROM deliveries WHERE state IN ('waiting', 'sending', 'unknown')) ON first = seq
			WHERE head <> (COALESCE(place, 0) = 1)`).Scan(&wrong)
		if err != nil || wrong > 0 {
			t.Fatalf("step %d: %d heads are wrong, error %v", step, wrong, err)
		}
	}
}

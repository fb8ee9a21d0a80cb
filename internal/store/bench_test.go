package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// The desk of the benchmarks: one claim that 10,000 ask about, 100,000 tips
// in all, on 9,001 claims of which 1,000 are open.
const (
	benchTips   = 100_000
	benchViral  = 10_000
	benchClaims = 9_000
	benchOpen   = 1_000
)

// crowd is a full desk.
type crowd struct {
	db    *DB
	now   time.Time
	viral desk.Claim
	text  []byte // folded text of the viral claim's tips
}

// fill makes the desk of the benchmarks.
func fill(b *testing.B, db *DB) crowd {
	b.Helper()
	ctx := context.Background()
	c := crowd{db: db, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), viral: desk.Claim{ID: desk.NewID(), State: desk.ClaimOpen, LogIndex: -1}}
	sum := sha256.Sum256([]byte("viral"))
	c.text = sum[:]
	ids := make([]desk.ID, benchClaims)
	err := db.Tx(ctx, func(tx desk.Tx) error {
		for i := range ids {
			ids[i] = desk.NewID()
			cl := desk.Claim{ID: ids[i], Text: "Nước chanh nóng chữa được ung thư", State: desk.ClaimClosed, LogIndex: -1}
			if i < benchOpen {
				cl.State = desk.ClaimOpen
			}
			if err := tx.SetClaim(ctx, cl); err != nil {
				return err
			}
		}
		if err := tx.SetClaim(ctx, c.viral); err != nil {
			return err
		}
		for i := range benchTips {
			if err := tx.AddTip(ctx, c.tip(i, ids)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if db.postgres() {
		if _, err := db.writer.ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// tip is the i-th tip; every tenth is the viral one, as forwarded.
func (c crowd) tip(i int, ids []desk.ID) desk.Tip {
	sum := sha256.Sum256([]byte(strconv.Itoa(i)))
	t := desk.Tip{ID: desk.NewID(), Channel: "web", ExtID: strconv.Itoa(i), Folded: sum[:], Lang: "vi", Asker: sum[:16], State: desk.TipJoined,
		Received: c.now.Add(-time.Duration(i) * time.Minute), Text: "Chia sẻ ngay: uống nước chanh nóng mỗi sáng chữa khỏi ung thư, bác sĩ giấu!", Ticket: sum[16:]}
	if i%(benchTips/benchViral) == 0 {
		t.Claim, t.Folded, t.Forward = c.viral.ID, c.text, true
	} else {
		t.Claim = ids[i%len(ids)]
	}
	return t
}

func BenchmarkDesk(b *testing.B) {
	for engine, open := range map[Engine]func(b *testing.B) *DB{
		SQLite: func(b *testing.B) *DB { return openAt(b, filepath.Join(b.TempDir(), "desk.db"), Options{}) },
		PostgreSQL: func(b *testing.B) *DB {
			return openAt(b, pgtest.Start(b, pgtest.Options{Durable: true}).Database(b), Options{})
		},
	} {
		b.Run(string(engine), func(b *testing.B) {
			c := fill(b, open(b))
			ctx := context.Background()
			read := func(name string, fn func(tx desk.Tx) error) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if err := c.db.Read(ctx, fn); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			read("demand of all open claims", func(tx desk.Tx) error {
				ds, err := tx.Demands(ctx, c.now, []desk.ClaimState{desk.ClaimOpen}, nil)
				if err == nil && ds[c.viral.ID].Tips < benchViral {
					err = fmt.Errorf("%d claims, %+v", len(ds), ds[c.viral.ID])
				}
				return err
			})
			read("demand of the viral claim", func(tx desk.Tx) error {
				_, err := tx.Demands(ctx, c.now, nil, []desk.ID{c.viral.ID})
				return err
			})
			read("newest 100 tips of the viral claim", func(tx desk.Tx) error {
				ts, err := tx.Tips(ctx, desk.TipFilter{Claim: c.viral.ID})
				if err == nil && len(ts) != 100 {
					err = fmt.Errorf("%d tips", len(ts))
				}
				return err
			})
			read("newest 100 tips", func(tx desk.Tx) error { _, err := tx.Tips(ctx, desk.TipFilter{}); return err })
			read("tips to settle", func(tx desk.Tx) error {
				_, err := tx.Tips(ctx, desk.TipFilter{State: desk.TipWaiting, Before: c.now, Oldest: true})
				return err
			})
			read("tips to erase", func(tx desk.Tx) error {
				_, err := tx.Tips(ctx, desk.TipFilter{Erasable: c.now, Oldest: true})
				return err
			})
			read("open claim of a text", func(tx desk.Tx) error { _, err := tx.ClaimOf(ctx, c.text); return err })
			read("1000 open claims", func(tx desk.Tx) error {
				_, err := tx.Claims(ctx, desk.ClaimFilter{States: []desk.ClaimState{desk.ClaimOpen}})
				return err
			})
			n := benchTips
			b.Run("a tip on stable storage", func(b *testing.B) {
				for b.Loop() {
					n++
					err := c.db.Tx(ctx, func(tx desk.Tx) error {
						t := c.tip(n*10, nil)
						if err := tx.AddTip(ctx, t); err != nil {
							return err
						}
						_, err := tx.Append(ctx, desk.Event{At: c.now, Kind: desk.EvTipReceived, Claim: t.Claim, About: t.ID})
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("move 10,000 tips there and back", func(b *testing.B) {
				into := desk.Claim{ID: desk.NewID(), State: desk.ClaimOpen, LogIndex: -1}
				if err := c.db.Tx(ctx, func(tx desk.Tx) error { return tx.SetClaim(ctx, into) }); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					for _, back := range []bool{false, true} {
						err := c.db.Tx(ctx, func(tx desk.Tx) error {
							n, err := tx.MoveTips(ctx, c.viral.ID, into.ID, back)
							if err == nil && n < benchViral {
								err = fmt.Errorf("%d tips were moved", n)
							}
							return err
						})
						if err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
	}
}

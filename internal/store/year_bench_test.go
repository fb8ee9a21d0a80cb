package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// The year of the benchmark: a busy national desk.
const (
	yearTips    = 1_000_000
	yearClaims  = 40_000 // every second one published, every twentieth open, the others not checked
	yearChecks  = yearClaims / 2
	yearNotices = 300_000
	yearReach   = 365 * 300
)

// yearEnd is when it ends.
func yearEnd() time.Time { return time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC) }

// BenchmarkYear computes the figures of a year with a million tips, as
// reports do. SOI_BENCH_TIPS sets another number of tips.
func BenchmarkYear(b *testing.B) {
	for engine, open := range map[Engine]func(b *testing.B) *DB{
		SQLite: func(b *testing.B) *DB { return openAt(b, filepath.Join(b.TempDir(), "desk.db"), Options{}) },
		PostgreSQL: func(b *testing.B) *DB {
			return openAt(b, pgtest.Start(b, pgtest.Options{}).Database(b), Options{})
		},
	} {
		b.Run(string(engine), func(b *testing.B) {
			tips := yearTips
			if n, err := strconv.Atoi(os.Getenv("SOI_BENCH_TIPS")); err == nil {
				tips = n
			}
			db := open(b)
			fillYear(b, db, tips)
			d := desk.New(db, nil, yearEnd, desk.Options{})
			for _, at := range []desk.ID{"", desk.Home} {
				name := "all desks"
				if at != "" {
					name = "one desk"
				}
				b.Run(name, func(b *testing.B) { figuresOfYear(b, d, at, tips) })
			}
		})
	}
}

// figuresOfYear computes them, and reports how long each part took.
func figuresOfYear(b *testing.B, d *desk.Desk, at desk.ID, tips int) {
	span := desk.FigureSpan{From: yearEnd().AddDate(-1, 0, 0), To: yearEnd(), Desk: at, Below: yearChecks}
	steps := make([]time.Duration, desk.FigureSteps()+1)
	for b.Loop() {
		last := time.Now()
		f, err := d.Figures(b.Context(), desk.Program(), span, func(step int) {
			steps[step] += time.Since(last)
			last = time.Now()
		})
		if err != nil {
			b.Fatal(err)
		}
		if n := f.Count(desk.TableAsked, desk.RowAll); n != tips {
			b.Fatalf("%d of %d tips are counted", n, tips)
		}
		if n, ok := f.Cell(desk.TableTimes, desk.RowAll, desk.ColN); !ok || n.N != yearChecks || f.Count(desk.TableAnswered, "people") == 0 || f.Count(desk.TableReach, "sent") != yearNotices {
			b.Fatalf("%+v", f.Tables)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/report")
	for i, took := range steps[1:] {
		b.ReportMetric(took.Seconds()/float64(b.N), fmt.Sprintf("step%d-s", i+1))
	}
}

// fillYear writes the year with statements that make many rows at once: row i
// of each kind is a function of i.
func fillYear(b *testing.B, db *DB, tips int) {
	b.Helper()
	pad, hash, no := "printf('%%s%%025d', '%s', %s)", "CAST(printf('%032d', i) AS BLOB)", "0"
	if db.postgres() {
		pad, hash, no = "'%s' || lpad(CAST(%s AS TEXT), 25, '0')", "convert_to(lpad(CAST(i AS TEXT), 32, '0'), 'UTF8')", "FALSE"
	}
	id := func(kind, n string) string { return fmt.Sprintf(pad, kind, n) }
	from := yearEnd().AddDate(-1, 0, 0).UnixMilli()
	year := yearEnd().UnixMilli() - from - 1
	opened := fmt.Sprintf("%d + (i * %d)", from, year*8/10/yearClaims)
	state := "CASE WHEN i % 2 = 0 THEN 'published' WHEN i % 20 = 1 THEN 'open' WHEN i % 4 = 1 THEN 'closed' ELSE 'merged' END"
	harm := "CASE i % 5 WHEN 0 THEN 'high' WHEN 1 THEN 'medium' WHEN 2 THEN 'low' WHEN 3 THEN 'none' ELSE '' END"
	received := fmt.Sprintf("%d + i * %d", from, year/int64(tips))
	// The claims that a tip may be of are those already opened when it came; the first ones are the most asked.
	claim := id("c", fmt.Sprintf("(i * 7919) %% (i * %d / %d + 1)", yearClaims-1, tips))
	make := func(n int, into, columns string) {
		b.Helper()
		q := fmt.Sprintf("INSERT INTO %s WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) SELECT %s FROM n", into, n, columns)
		if db.postgres() {
			q = fmt.Sprintf("INSERT INTO %s SELECT %s FROM generate_series(CAST(0 AS BIGINT), %d) AS n(i)", into, columns, n-1)
		}
		if _, err := db.writer.ExecContext(context.Background(), q); err != nil {
			b.Fatal(into, err)
		}
	}
	published := opened + fmt.Sprintf(" + (i * 7919) %% %d", 20*24*3600*1000)
	make(yearClaims, "claim (id, text, typed, lang, state, harm, harm_kind, topic, body, rev, log_index, rating, opened, changed, version)",
		id("c", "i")+", 'Nước chanh chữa được bệnh', "+no+", 'vi', "+state+", "+harm+", '', CASE i % 3 WHEN 0 THEN 'health' WHEN 1 THEN 'scam' ELSE '' END, '', 0, -1, '', "+opened+", "+opened+", 1")
	make(yearChecks, "document (hash, doc)", hash+", NULL")
	make(yearChecks, "log_entry (idx, op, body)", "i, "+id("o", "i")+", "+hash)
	make(yearChecks, "revision (verdict, rev, kind, reason, rating, topic, log_index, at, hash)",
		id("c", "i * 2")+", 1, 'publish', '', CASE i % 2 WHEN 0 THEN 'false' ELSE 'true' END, 'health', i, "+
			fmt.Sprintf("%d + (i * 2 * %d) + (i * 7919000) %% %d", from, year*8/10/yearClaims, 20*24*3600*1000)+", "+hash)
	make(tips, "tip (id, channel, ext_id, text, lang, links, received, state, claim, decision, asker, forward)",
		id("t", "i")+", 'web', CAST(i AS TEXT), 'Chia sẻ ngay: uống nước chanh nóng mỗi sáng chữa khỏi bệnh, bác sĩ giấu!', 'vi', '[]', "+received+", 'joined', "+claim+", 'new', "+hash+", "+no)
	make(tips, "event (at, kind, claim, about, data)", received+", 'tip.received', "+claim+", "+id("t", "i")+
		`, '{"channel":"' || CASE i % 6 WHEN 0 THEN 'web' WHEN 1 THEN 'zalo' WHEN 2 THEN 'telegram' WHEN 3 THEN 'whatsapp' WHEN 4 THEN 'email' ELSE 'api' END || '","decision":"' || CASE i % 3 WHEN 0 THEN 'same","state":"answered"}' WHEN 1 THEN 'new","state":"joined"}' ELSE 'new","opened":"yes","state":"joined"}' END`)
	make(yearClaims/4, "event (at, kind, claim, data)", published+", 'claim.closed', "+id("c", "i * 4 + 1")+`, '{"why":"opinion"}'`)
	make(yearNotices, "notice (id, op, channel, kind, claim, rev, state, why, calls, tries, made, due, sent)",
		id("n", "i")+", "+id("n", "i")+", 'zalo', 'published', "+id("c", fmt.Sprintf("i %% %d * 2", yearChecks))+", 1, 'sent', '', 0, 0, "+
			fmt.Sprintf("%d + i * %[2]d, %[1]d, %[1]d + i * %[2]d", from, year/yearNotices))
	day := "CAST(date('2026-01-01', '+' || (i / 300) || ' days') AS TEXT)"
	if db.postgres() {
		day = "CAST(DATE '2026-01-01' + CAST(i / 300 AS INTEGER) AS TEXT)"
	}
	make(yearReach, "reach (day, kind, about, n)", day+", 'page', "+id("c", "i % 300 * 2")+", i % 100")
	if db.postgres() {
		if _, err := db.writer.ExecContext(context.Background(), "VACUUM ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
}

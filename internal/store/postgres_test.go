package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

func TestPostgresOnly(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	for name, run := range map[string]func(*testing.T, *pgtest.Server){
		"settings": postgresSettings, "encoding": postgresEncoding, "losers run again": losersRunAgain,
		"a turn is given": turnIsGiven, "a lock that stays": lockThatStays, "a connection that is cut": cutConnection,
	} {
		t.Run(name, func(t *testing.T) { run(t, server) })
	}
}

func postgresSettings(t *testing.T, server *pgtest.Server) {
	dsn := server.Database(t)
	for asked, want := range map[string]string{"": "on", "off": "on", "local": "on", "remote_apply": "remote_apply"} {
		at := dsn
		if asked != "" {
			at = with(t, dsn, "synchronous_commit", asked)
		}
		db := openAt(t, at, Options{})
		var got, iso string
		if err := db.writer.QueryRowContext(t.Context(), "SHOW synchronous_commit").Scan(&got); err != nil || got != want {
			t.Errorf("synchronous_commit %q became %q, want %q (%v)", asked, got, want, err)
		}
		err := db.write(t.Context(), func(tx *tx) error {
			return tx.sql.QueryRowContext(t.Context(), "SHOW transaction_isolation").Scan(&iso)
		})
		if err != nil || iso != "serializable" {
			t.Errorf("a writing transaction is %q (%v)", iso, err)
		}
		err = db.read(t.Context(), func(tx *tx) error {
			return tx.sql.QueryRowContext(t.Context(), "SHOW transaction_isolation").Scan(&iso)
		})
		if err != nil || iso != "repeatable read" {
			t.Errorf("a reading transaction is %q (%v)", iso, err)
		}
	}
}

// with adds a setting to an address.
func with(t *testing.T, dsn, key, value string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(key, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func postgresEncoding(t *testing.T, server *pgtest.Server) {
	db := openAt(t, server.Database(t), Options{})
	name := "latin_" + strings.ToLower(string(desk.NewID()))
	ctx := context.Background()
	if _, err := db.writer.ExecContext(ctx, "CREATE DATABASE "+name+" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	defer db.writer.ExecContext(ctx, "DROP DATABASE "+name)
	u, err := url.Parse(server.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	var wrong *EncodingError
	if _, err := Open(t.Context(), u.String(), Options{}); !errors.As(err, &wrong) || wrong.Have != "LATIN1" {
		t.Errorf("a LATIN1 database: %v", err)
	}
}

// losersRunAgain makes two transactions read what the other one writes:
// PostgreSQL lets one of them fail, and Tx runs it again.
func losersRunAgain(t *testing.T, server *pgtest.Server) {
	db := openAt(t, server.Database(t), Options{})
	ctx := t.Context()
	var runs sync.Map
	var meet, both sync.WaitGroup
	meet.Add(2)
	for _, pair := range [][2]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			first := true
			err := db.Tx(ctx, func(tx desk.Tx) error {
				n, _ := runs.LoadOrStore(pair[0], 0)
				runs.Store(pair[0], n.(int)+1)
				other, err := tx.Setting(ctx, pair[1])
				if err != nil {
					return err
				}
				if first {
					first = false
					meet.Done()
					meet.Wait()
				}
				if other == "on" {
					return nil
				}
				return tx.SetSetting(ctx, pair[0], "on") // only if the other one is not
			})
			if err != nil {
				t.Errorf("Tx: %v", err)
			}
		})
	}
	both.Wait()
	err := db.Read(ctx, func(tx desk.Tx) error {
		a, err := tx.Setting(ctx, "a")
		b, err2 := tx.Setting(ctx, "b")
		if a+b != "on" {
			t.Errorf("a is %q and b is %q: each was to be set only while the other was not", a, b)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
	total := 0
	runs.Range(func(_, n any) bool { total += n.(int); return true })
	if total != 3 {
		t.Errorf("%d runs, want 3: one of the two twice", total)
	}
}

// turnIsGiven lets one transaction lose again and again to quick ones: after
// turnAfter losses it must get its turn.
func turnIsGiven(t *testing.T, server *pgtest.Server) {
	db := openAt(t, server.Database(t), Options{Patience: 30 * time.Second})
	ctx := t.Context()
	bump := func(ctx context.Context, tx desk.Tx) error {
		v, err := tx.Setting(ctx, "n")
		if err == nil {
			err = tx.SetSetting(ctx, "n", v+"x")
		}
		if err == nil {
			_, err = tx.Append(ctx, desk.Event{Kind: desk.EvSettingChanged})
		}
		return err
	}
	runs := 0
	err := db.Tx(ctx, func(tx desk.Tx) error {
		runs++
		if _, err := tx.Setting(ctx, "n"); err != nil {
			return err
		}
		if runs <= turnAfter { // someone else is quicker
			if err := db.Tx(ctx, func(quick desk.Tx) error { return bump(ctx, quick) }); err != nil {
				return err
			}
			return bump(ctx, tx)
		}
		quick, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		err := db.Tx(quick, func(q desk.Tx) error { return bump(quick, q) })
		if !errors.Is(err, desk.ErrBusy) {
			t.Errorf("someone wrote in another's turn: %v", err)
		}
		// Whoever gave up waiting must leave no lock behind on the server.
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return bump(ctx, tx)
	})
	if err != nil || runs != turnAfter+1 {
		t.Errorf("%d runs, %v", runs, err)
	}
}

func lockThatStays(t *testing.T, server *pgtest.Server) {
	db := openAt(t, server.Database(t), Options{Patience: 300 * time.Millisecond})
	ctx := t.Context()
	err := db.write(ctx, func(holder *tx) error {
		if _, err := holder.Append(ctx, desk.Event{Kind: desk.EvSettingChanged}); err != nil {
			return err
		}
		start := time.Now()
		err := db.Tx(ctx, func(tx desk.Tx) error { _, err := tx.Append(ctx, desk.Event{Kind: desk.EvSettingChanged}); return err })
		if !errors.Is(err, desk.ErrBusy) || time.Since(start) > 10*time.Second {
			t.Errorf("a lock that stays: %v after %v", err, time.Since(start))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func cutConnection(t *testing.T, server *pgtest.Server) {
	db := openAt(t, server.Database(t), Options{})
	ctx := t.Context()
	cut := func(tx *tx) {
		pid, err := one(ctx, tx, func(n *int) []any { return []any{n} }, "SELECT pg_backend_pid()")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.writer.ExecContext(ctx, "SELECT pg_terminate_backend($1)", pid); err != nil {
			t.Fatal(err)
		}
	}
	err := db.write(ctx, func(tx *tx) error {
		cut(tx)
		return tx.SetSetting(ctx, "a", "1")
	})
	if !errors.Is(err, desk.ErrBusy) {
		t.Errorf("cut before a statement: %v", err)
	}
	err = db.write(ctx, func(tx *tx) error {
		if err := tx.SetSetting(ctx, "a", "1"); err != nil {
			return err
		}
		cut(tx)
		return nil
	})
	if !errors.Is(err, desk.ErrBusy) {
		t.Errorf("cut before the commit: %v", err)
	}
	if err := raw(t, db, "UPDATE setting SET value = value"); err != nil {
		t.Errorf("after the cuts: %v", err)
	}
}

// TestPostgresCrash writes from many places while the server crashes and comes
// back: whatever was acknowledged is there, once, and the log has no hole.
func TestPostgresCrash(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{Durable: true})
	db := openAt(t, server.Database(t), Options{})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; {
				op := fmt.Sprint(w, "-", n)
				err := db.Tx(context.Background(), func(tx desk.Tx) error { return logTip(tx, op) })
				switch {
				case err == nil || errors.Is(err, desk.ErrDuplicate): // stored now, or by a commit whose answer was lost
					mu.Lock()
					acknowledged[op] = true
					mu.Unlock()
					n++
				case errors.Is(err, desk.ErrBusy):
					time.Sleep(20 * time.Millisecond) // the same delivery again
				default:
					t.Errorf("writing: %v", err)
					return
				}
			}
		})
	}
	for i := range 4 {
		time.Sleep(700 * time.Millisecond)
		if i%2 == 0 {
			server.Crash(t)
		} else {
			server.Stop(t)
		}
		server.Restart(t)
	}
	time.Sleep(700 * time.Millisecond)
	stop()
	all.Wait()
	examineLog(t, db, acknowledged)
	t.Logf("acknowledged=%d crashes=4", len(acknowledged))
}

// logTip stores a tip and an entry of the public log that belong together.
func logTip(tx desk.Tx, op string) error {
	ctx := context.Background()
	head, err := tx.LogHead(ctx)
	if err != nil {
		return err
	}
	sum := desk.DocHash([]byte(op))
	return firstOf(
		tx.AddTip(ctx, desk.Tip{ID: desk.NewID(), Channel: "web", ExtID: op, State: desk.TipWaiting}),
		tx.AddLogEntry(ctx, op, []byte(op), []desk.LogHash{{Index: head.Size, Hash: sum}}, desk.LogHead{Size: head.Size + 1, Root: sum}),
	)
}

// examineLog compares tips, log and acknowledgements.
func examineLog(t *testing.T, db *DB, acknowledged map[string]bool) {
	t.Helper()
	ctx := t.Context()
	err := db.Read(ctx, func(tx desk.Tx) error {
		head, err := tx.LogHead(ctx)
		if err != nil {
			return err
		}
		entries, err := tx.LogEntries(ctx, 0, head.Size+10)
		if err != nil {
			return err
		}
		tips, err := tx.Tips(ctx, desk.TipFilter{Limit: 1 << 20})
		if err != nil {
			return err
		}
		if int64(len(entries)) != head.Size || len(tips) != len(entries) || len(acknowledged) == 0 {
			t.Errorf("%d entries, head at %d, %d tips, %d acknowledged", len(entries), head.Size, len(tips), len(acknowledged))
		}
		have := map[string]bool{}
		for i, e := range entries {
			hs, err := tx.LogHashes(ctx, []int64{int64(i)})
			if err != nil || string(hs[0]) != string(desk.DocHash(e)) {
				t.Errorf("entry %d and its hash differ, %v", i, err)
			}
			have[string(e)] = true
		}
		for op := range acknowledged {
			if !have[op] {
				t.Errorf("%s was acknowledged and is lost", op)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

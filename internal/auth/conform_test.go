package auth_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/auth"
	"soi/internal/desk"
	"soi/internal/store"
	"soi/internal/store/pgtest"
)

// openStore makes a desk's database in a temporary file, with these accounts.
func openStore(t testing.TB, staff []desk.Staff) *store.DB {
	t.Helper()
	return fill(t, filepath.Join(t.TempDir(), "desk.db"), staff)
}

// fill opens a database, brings it up to date and adds accounts.
func fill(t testing.TB, dsn string, staff []desk.Staff) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(t.Context(), func(tx desk.Tx) error {
		for _, s := range staff {
			if err := tx.SetStaff(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestSQLiteKeepsItsPromise(t *testing.T) {
	conform(t, func(t *testing.T) string { return filepath.Join(t.TempDir(), "desk.db") })
}

func TestPostgresKeepsItsPromise(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out PostgreSQL")
	}
	server := pgtest.Start(t, pgtest.Options{})
	conform(t, func(t *testing.T) string { return server.Database(t) })
}

// conform holds a store to every sentence of auth.Store.
func conform(t *testing.T, dsn func(t *testing.T) string) {
	for name, test := range map[string]func(*testing.T, auth.Store){
		"sessions":          sessions,
		"sessions filter":   sessionFilter,
		"renew":             renew,
		"one renewal wins":  renewRace,
		"links":             links,
		"one taker":         linkRace,
		"factors":           factors,
		"change is whole":   changeWhole,
		"change ends":       changeEnds,
		"one advance wins":  advanceRace,
		"spend":             spend,
		"one spender":       spendRace,
		"sweep":             sweep,
		"large factor data": largeData,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, fill(t, dsn(t), []desk.Staff{
				{ID: ann, Name: "Ann", Role: desk.Editor, Lang: "en", Created: at(0)},
				{ID: binh, Name: "Bình", Role: desk.Checker, Lang: "vi", Created: at(0)},
			}))
		})
	}
}

// ann and binh are the two members of staff.
const (
	ann  desk.ID = "0000000000000000000000000a"
	binh desk.ID = "0000000000000000000000000b"
)

// racers is how many callers try the same at once.
const racers = 64

// at is a moment n seconds into the test's time.
func at(n int) time.Time {
	return time.UnixMilli(1_760_000_000_123).UTC().Add(time.Duration(n) * time.Second)
}

// hash is a SHA-256 that stands for a token.
func hash(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// session makes one; n sets its age and its token.
func session(staff desk.ID, n int) auth.Session {
	return auth.Session{
		ID: desk.NewID(), Token: hash("session" + strconv.Itoa(n) + string(staff)), Staff: staff, Role: desk.Editor, Means: auth.ByPasskey,
		Created: at(n), Proven: at(n + 1), Used: at(n + 2), Expires: at(n + 1000), Until: at(n + 5000),
	}
}

// same fails the test unless the two are equal; nil and empty lists are.
func same(t *testing.T, got, wanted any) {
	t.Helper()
	if d := cmp.Diff(wanted, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("-want +got:\n%s", d)
	}
}

// race runs fn at once in many goroutines and returns how many succeeded; all
// others must fail with lost.
func race(t *testing.T, lost error, fn func(i int) error) int64 {
	t.Helper()
	var wg sync.WaitGroup
	var won atomic.Int64
	start := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			<-start
			switch err := fn(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, lost):
				t.Errorf("got %v, want %v", err, lost)
			}
		})
	}
	close(start)
	wg.Wait()
	return won.Load()
}

func sessions(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := session(ann, 1)
	ok(t, s.AddSession(ctx, a))
	is(t, s.AddSession(ctx, a), desk.ErrDuplicate)
	twin := session(binh, 2)
	twin.Token = a.Token
	is(t, s.AddSession(ctx, twin), desk.ErrDuplicate)
	got, err := s.Sessions(ctx, auth.SessionFilter{Token: a.Token})
	ok(t, err)
	same(t, got, []auth.Session{a})
	got, err = s.Sessions(ctx, auth.SessionFilter{Token: hash("another")})
	ok(t, err)
	same(t, got, []auth.Session{})
}

func sessionFilter(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a1, a2, a3, b := session(ann, 1), session(ann, 2), session(ann, 3), session(binh, 4)
	for _, x := range []auth.Session{a2, b, a1, a3} {
		ok(t, s.AddSession(ctx, x))
	}
	for _, c := range []struct {
		name string
		f    auth.SessionFilter
		want []auth.Session
	}{
		{"nothing", auth.SessionFilter{}, nil},
		{"except alone", auth.SessionFilter{Except: a1.ID}, nil},
		{"staff, newest first", auth.SessionFilter{Staff: ann}, []auth.Session{a3, a2, a1}},
		{"all but one", auth.SessionFilter{Staff: ann, Except: a2.ID}, []auth.Session{a3, a1}},
		{"by ID", auth.SessionFilter{ID: b.ID}, []auth.Session{b}},
		{"somebody else's ID", auth.SessionFilter{Staff: ann, ID: b.ID}, nil},
		{"somebody else's token", auth.SessionFilter{Staff: ann, Token: b.Token}, nil},
		{"an ID that is excepted", auth.SessionFilter{ID: b.ID, Except: b.ID}, nil},
	} {
		got, err := s.Sessions(ctx, c.f)
		ok(t, err)
		t.Log(c.name)
		same(t, got, c.want)
	}
	n, err := s.EndSessions(ctx, auth.SessionFilter{})
	ok(t, err)
	same(t, n, 0)
	n, err = s.EndSessions(ctx, auth.SessionFilter{Staff: ann, ID: b.ID})
	ok(t, err)
	same(t, n, 0)
	n, err = s.EndSessions(ctx, auth.SessionFilter{Staff: ann, Except: a1.ID})
	ok(t, err)
	same(t, n, 2)
	got, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	ok(t, err)
	same(t, got, []auth.Session{a1})
	got, err = s.Sessions(ctx, auth.SessionFilter{Staff: binh})
	ok(t, err)
	same(t, got, []auth.Session{b})
}

func renew(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := session(ann, 1)
	ok(t, s.AddSession(ctx, a))
	old := a.Token
	a.Token, a.Means, a.Role = hash("new"), auth.ByCode, desk.Checker
	a.Proven, a.Used, a.Expires, a.Until = at(7), at(8), at(9), at(10)
	ok(t, s.RenewSession(ctx, old, a))
	is(t, s.RenewSession(ctx, old, a), desk.ErrNotFound)
	got, err := s.Sessions(ctx, auth.SessionFilter{ID: a.ID})
	ok(t, err)
	same(t, got, []auth.Session{a})
	_, err = s.EndSessions(ctx, auth.SessionFilter{ID: a.ID})
	ok(t, err)
	is(t, s.RenewSession(ctx, a.Token, a), desk.ErrNotFound)
}

func renewRace(t *testing.T, s auth.Store) {
	a := session(ann, 1)
	ok(t, s.AddSession(t.Context(), a))
	won := race(t, desk.ErrNotFound, func(i int) error {
		mine := a
		mine.Token = hash("racer" + strconv.Itoa(i))
		return s.RenewSession(t.Context(), a.Token, mine)
	})
	same(t, won, int64(1))
}

func links(t *testing.T, s auth.Store) {
	ctx := t.Context()
	l := auth.Link{Hash: hash("l1"), Staff: ann, By: binh, Created: at(1), Expires: at(100)}
	other := auth.Link{Hash: hash("l2"), Staff: binh, Created: at(2), Expires: at(3)}
	ok(t, s.PutLink(ctx, l))
	ok(t, s.PutLink(ctx, other))
	got, err := s.Link(ctx, l.Hash)
	ok(t, err)
	same(t, got, l)
	_, err = s.Link(ctx, hash("none"))
	is(t, err, desk.ErrNotFound)

	newer := auth.Link{Hash: hash("l3"), Staff: ann, Created: at(5), Expires: at(6)}
	ok(t, s.PutLink(ctx, newer))
	_, err = s.Link(ctx, l.Hash)
	is(t, err, desk.ErrNotFound)
	_, err = s.TakeLink(ctx, l.Hash)
	is(t, err, desk.ErrNotFound)
	got, err = s.TakeLink(ctx, newer.Hash)
	ok(t, err)
	same(t, got, newer)
	_, err = s.TakeLink(ctx, newer.Hash)
	is(t, err, desk.ErrNotFound)
	got, err = s.TakeLink(ctx, other.Hash)
	ok(t, err)
	same(t, got, other)
}

func linkRace(t *testing.T, s auth.Store) {
	l := auth.Link{Hash: hash("l"), Staff: ann, Created: at(1), Expires: at(100)}
	ok(t, s.PutLink(t.Context(), l))
	won := race(t, desk.ErrNotFound, func(int) error {
		_, err := s.TakeLink(t.Context(), l.Hash)
		return err
	})
	same(t, won, int64(1))
}

// factor makes one of a kind; n sets its age.
func factor(staff desk.ID, kind auth.FactorKind, n int) auth.Factor {
	return auth.Factor{ID: desk.NewID(), Staff: staff, Kind: kind, Name: "khoá " + strconv.Itoa(n), Data: []byte{0, 1, 0xff, byte(n)}, Created: at(n)}
}

func factors(t *testing.T, s auth.Store) {
	ctx := t.Context()
	got, err := s.Factors(ctx, ann)
	ok(t, err)
	same(t, got, []auth.Factor{})
	k, p, c := factor(ann, auth.Passkey, 3), factor(ann, auth.Passphrase, 1), factor(ann, auth.Authenticator, 2)
	b := factor(binh, auth.Passkey, 4)
	ok(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Add: []auth.Factor{k, p, c}}))
	ok(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: binh, Add: []auth.Factor{b}}))
	got, err = s.Factors(ctx, ann)
	ok(t, err)
	same(t, got, []auth.Factor{p, c, k})

	// Dropping passes over what is absent or somebody else's.
	ok(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Drop: []desk.ID{b.ID, p.ID, desk.NewID()}}))
	got, err = s.Factors(ctx, ann)
	ok(t, err)
	same(t, got, []auth.Factor{c, k})
	got, err = s.Factors(ctx, binh)
	ok(t, err)
	same(t, got, []auth.Factor{b})

	c.Counter, c.Data, c.Used = 58_000_000, []byte("other"), at(50)
	ok(t, s.AdvanceFactor(ctx, c, 0))
	is(t, s.AdvanceFactor(ctx, c, 0), desk.ErrConflict)
	is(t, s.AdvanceFactor(ctx, p, 0), desk.ErrNotFound)
	got, err = s.Factors(ctx, ann)
	ok(t, err)
	same(t, got, []auth.Factor{c, k})
}

func changeWhole(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a, k := session(ann, 1), factor(ann, auth.Passkey, 1)
	ok(t, s.AddSession(ctx, a))
	ok(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Add: []auth.Factor{k}, Keep: a.ID}))
	err := s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Drop: []desk.ID{}, Add: []auth.Factor{factor(ann, auth.Passkey, 2), k}})
	is(t, err, desk.ErrDuplicate)
	got, err := s.Factors(ctx, ann)
	ok(t, err)
	same(t, got, []auth.Factor{k})
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	ok(t, err)
	same(t, left, []auth.Session{a})
}

func changeEnds(t *testing.T, s auth.Store) {
	ctx := t.Context()
	here, there, b := session(ann, 1), session(ann, 2), session(binh, 3)
	for _, x := range []auth.Session{here, there, b} {
		ok(t, s.AddSession(ctx, x))
	}
	ok(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Add: []auth.Factor{factor(ann, auth.Passkey, 1)}, Keep: here.ID}))
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	ok(t, err)
	same(t, left, []auth.Session{here})
	ok(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann}))
	left, err = s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	ok(t, err)
	same(t, left, []auth.Session{})
	left, err = s.Sessions(ctx, auth.SessionFilter{Staff: binh})
	ok(t, err)
	same(t, left, []auth.Session{b})
}

func advanceRace(t *testing.T, s auth.Store) {
	f := factor(ann, auth.RecoveryCode, 1)
	ok(t, s.ChangeFactors(t.Context(), auth.FactorChange{Staff: ann, Add: []auth.Factor{f}}))
	won := race(t, desk.ErrConflict, func(i int) error {
		mine := f
		mine.Counter, mine.Used = 1, at(i)
		return s.AdvanceFactor(t.Context(), mine, 0)
	})
	same(t, won, int64(1))
}

func spend(t *testing.T, s auth.Store) {
	ok(t, s.Spend(t.Context(), hash("x"), at(10)))
	is(t, s.Spend(t.Context(), hash("x"), at(99)), desk.ErrDuplicate)
	ok(t, s.Spend(t.Context(), hash("y"), at(10)))
}

func spendRace(t *testing.T, s auth.Store) {
	won := race(t, desk.ErrDuplicate, func(i int) error { return s.Spend(t.Context(), hash("x"), at(10+i)) })
	same(t, won, int64(1))
}

func sweep(t *testing.T, s auth.Store) {
	ctx := t.Context()
	gone, kept := session(ann, 1), session(ann, 2)
	gone.Expires, kept.Expires = at(100), at(101)
	ok(t, s.AddSession(ctx, gone))
	ok(t, s.AddSession(ctx, kept))
	ok(t, s.PutLink(ctx, auth.Link{Hash: hash("old"), Staff: ann, Created: at(1), Expires: at(100)}))
	ok(t, s.PutLink(ctx, auth.Link{Hash: hash("new"), Staff: binh, Created: at(1), Expires: at(101)}))
	ok(t, s.Spend(ctx, hash("old"), at(100)))
	ok(t, s.Spend(ctx, hash("new"), at(101)))
	ok(t, s.Sweep(ctx, at(100)))
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	ok(t, err)
	same(t, left, []auth.Session{kept})
	_, err = s.Link(ctx, hash("old"))
	is(t, err, desk.ErrNotFound)
	_, err = s.Link(ctx, hash("new"))
	ok(t, err)
	ok(t, s.Spend(ctx, hash("old"), at(200)))
	is(t, s.Spend(ctx, hash("new"), at(200)), desk.ErrDuplicate)
}

func largeData(t *testing.T, s auth.Store) {
	f := factor(ann, auth.Passkey, 1)
	f.Data = bytes.Repeat([]byte{0xa5}, 8<<10)
	ok(t, s.ChangeFactors(t.Context(), auth.FactorChange{Staff: ann, Add: []auth.Factor{f}}))
	got, err := s.Factors(t.Context(), ann)
	ok(t, err)
	same(t, got, []auth.Factor{f})
}

// Package authtest holds the tests that every auth.Store must pass.
//
// Owns: Conform. Does not own: the stores (store) or the rules of signing in
// (auth). Start reading at: Conform.
package authtest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/auth"
	"soi/internal/desk"
)

// Conform runs the contract of auth.Store against stores that open makes,
// each empty but for the accounts in staff: two active members, for stores
// that tie sessions, links and factors to an existing account.
func Conform(t *testing.T, open func(t *testing.T, staff []desk.Staff) auth.Store) {
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
			test(t, open(t, []desk.Staff{
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

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want fails the test unless err is of the kind.
func want(t *testing.T, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
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
	must(t, s.AddSession(ctx, a))
	want(t, s.AddSession(ctx, a), desk.ErrDuplicate)
	twin := session(binh, 2)
	twin.Token = a.Token
	want(t, s.AddSession(ctx, twin), desk.ErrDuplicate)
	got, err := s.Sessions(ctx, auth.SessionFilter{Token: a.Token})
	must(t, err)
	same(t, got, []auth.Session{a})
	got, err = s.Sessions(ctx, auth.SessionFilter{Token: hash("another")})
	must(t, err)
	same(t, got, []auth.Session{})
}

func sessionFilter(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a1, a2, a3, b := session(ann, 1), session(ann, 2), session(ann, 3), session(binh, 4)
	for _, x := range []auth.Session{a2, b, a1, a3} {
		must(t, s.AddSession(ctx, x))
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
		must(t, err)
		t.Log(c.name)
		same(t, got, c.want)
	}
	n, err := s.EndSessions(ctx, auth.SessionFilter{})
	must(t, err)
	same(t, n, 0)
	n, err = s.EndSessions(ctx, auth.SessionFilter{Staff: ann, ID: b.ID})
	must(t, err)
	same(t, n, 0)
	n, err = s.EndSessions(ctx, auth.SessionFilter{Staff: ann, Except: a1.ID})
	must(t, err)
	same(t, n, 2)
	got, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	must(t, err)
	same(t, got, []auth.Session{a1})
	got, err = s.Sessions(ctx, auth.SessionFilter{Staff: binh})
	must(t, err)
	same(t, got, []auth.Session{b})
}

func renew(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a := session(ann, 1)
	must(t, s.AddSession(ctx, a))
	old := a.Token
	a.Token, a.Means, a.Role = hash("new"), auth.ByCode, desk.Checker
	a.Proven, a.Used, a.Expires, a.Until = at(7), at(8), at(9), at(10)
	must(t, s.RenewSession(ctx, old, a))
	want(t, s.RenewSession(ctx, old, a), desk.ErrNotFound)
	got, err := s.Sessions(ctx, auth.SessionFilter{ID: a.ID})
	must(t, err)
	same(t, got, []auth.Session{a})
	_, err = s.EndSessions(ctx, auth.SessionFilter{ID: a.ID})
	must(t, err)
	want(t, s.RenewSession(ctx, a.Token, a), desk.ErrNotFound)
}

func renewRace(t *testing.T, s auth.Store) {
	a := session(ann, 1)
	must(t, s.AddSession(t.Context(), a))
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
	must(t, s.PutLink(ctx, l))
	must(t, s.PutLink(ctx, other))
	got, err := s.Link(ctx, l.Hash)
	must(t, err)
	same(t, got, l)
	_, err = s.Link(ctx, hash("none"))
	want(t, err, desk.ErrNotFound)

	newer := auth.Link{Hash: hash("l3"), Staff: ann, Created: at(5), Expires: at(6)}
	must(t, s.PutLink(ctx, newer))
	_, err = s.Link(ctx, l.Hash)
	want(t, err, desk.ErrNotFound)
	_, err = s.TakeLink(ctx, l.Hash)
	want(t, err, desk.ErrNotFound)
	got, err = s.TakeLink(ctx, newer.Hash)
	must(t, err)
	same(t, got, newer)
	_, err = s.TakeLink(ctx, newer.Hash)
	want(t, err, desk.ErrNotFound)
	got, err = s.TakeLink(ctx, other.Hash)
	must(t, err)
	same(t, got, other)
}

func linkRace(t *testing.T, s auth.Store) {
	l := auth.Link{Hash: hash("l"), Staff: ann, Created: at(1), Expires: at(100)}
	must(t, s.PutLink(t.Context(), l))
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
	must(t, err)
	same(t, got, []auth.Factor{})
	k, p, c := factor(ann, auth.Passkey, 3), factor(ann, auth.Passphrase, 1), factor(ann, auth.Authenticator, 2)
	b := factor(binh, auth.Passkey, 4)
	must(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Add: []auth.Factor{k, p, c}}))
	must(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: binh, Add: []auth.Factor{b}}))
	got, err = s.Factors(ctx, ann)
	must(t, err)
	same(t, got, []auth.Factor{p, c, k})

	// Dropping passes over what is absent or somebody else's.
	must(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Drop: []desk.ID{b.ID, p.ID, desk.NewID()}}))
	got, err = s.Factors(ctx, ann)
	must(t, err)
	same(t, got, []auth.Factor{c, k})
	got, err = s.Factors(ctx, binh)
	must(t, err)
	same(t, got, []auth.Factor{b})

	c.Counter, c.Data, c.Used = 58_000_000, []byte("other"), at(50)
	must(t, s.AdvanceFactor(ctx, c, 0))
	want(t, s.AdvanceFactor(ctx, c, 0), desk.ErrConflict)
	want(t, s.AdvanceFactor(ctx, p, 0), desk.ErrNotFound)
	got, err = s.Factors(ctx, ann)
	must(t, err)
	same(t, got, []auth.Factor{c, k})
}

func changeWhole(t *testing.T, s auth.Store) {
	ctx := t.Context()
	a, k := session(ann, 1), factor(ann, auth.Passkey, 1)
	must(t, s.AddSession(ctx, a))
	must(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Add: []auth.Factor{k}, Keep: a.ID}))
	err := s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Drop: []desk.ID{}, Add: []auth.Factor{factor(ann, auth.Passkey, 2), k}})
	want(t, err, desk.ErrDuplicate)
	got, err := s.Factors(ctx, ann)
	must(t, err)
	same(t, got, []auth.Factor{k})
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	must(t, err)
	same(t, left, []auth.Session{a})
}

func changeEnds(t *testing.T, s auth.Store) {
	ctx := t.Context()
	here, there, b := session(ann, 1), session(ann, 2), session(binh, 3)
	for _, x := range []auth.Session{here, there, b} {
		must(t, s.AddSession(ctx, x))
	}
	must(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann, Add: []auth.Factor{factor(ann, auth.Passkey, 1)}, Keep: here.ID}))
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	must(t, err)
	same(t, left, []auth.Session{here})
	must(t, s.ChangeFactors(ctx, auth.FactorChange{Staff: ann}))
	left, err = s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	must(t, err)
	same(t, left, []auth.Session{})
	left, err = s.Sessions(ctx, auth.SessionFilter{Staff: binh})
	must(t, err)
	same(t, left, []auth.Session{b})
}

func advanceRace(t *testing.T, s auth.Store) {
	f := factor(ann, auth.RecoveryCode, 1)
	must(t, s.ChangeFactors(t.Context(), auth.FactorChange{Staff: ann, Add: []auth.Factor{f}}))
	won := race(t, desk.ErrConflict, func(i int) error {
		mine := f
		mine.Counter, mine.Used = 1, at(i)
		return s.AdvanceFactor(t.Context(), mine, 0)
	})
	same(t, won, int64(1))
}

func spend(t *testing.T, s auth.Store) {
	must(t, s.Spend(t.Context(), hash("x"), at(10)))
	want(t, s.Spend(t.Context(), hash("x"), at(99)), desk.ErrDuplicate)
	must(t, s.Spend(t.Context(), hash("y"), at(10)))
}

func spendRace(t *testing.T, s auth.Store) {
	won := race(t, desk.ErrDuplicate, func(i int) error { return s.Spend(t.Context(), hash("x"), at(10+i)) })
	same(t, won, int64(1))
}

func sweep(t *testing.T, s auth.Store) {
	ctx := t.Context()
	gone, kept := session(ann, 1), session(ann, 2)
	gone.Expires, kept.Expires = at(100), at(101)
	must(t, s.AddSession(ctx, gone))
	must(t, s.AddSession(ctx, kept))
	must(t, s.PutLink(ctx, auth.Link{Hash: hash("old"), Staff: ann, Created: at(1), Expires: at(100)}))
	must(t, s.PutLink(ctx, auth.Link{Hash: hash("new"), Staff: binh, Created: at(1), Expires: at(101)}))
	must(t, s.Spend(ctx, hash("old"), at(100)))
	must(t, s.Spend(ctx, hash("new"), at(101)))
	must(t, s.Sweep(ctx, at(100)))
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: ann})
	must(t, err)
	same(t, left, []auth.Session{kept})
	_, err = s.Link(ctx, hash("old"))
	want(t, err, desk.ErrNotFound)
	_, err = s.Link(ctx, hash("new"))
	must(t, err)
	must(t, s.Spend(ctx, hash("old"), at(200)))
	want(t, s.Spend(ctx, hash("new"), at(200)), desk.ErrDuplicate)
}

func largeData(t *testing.T, s auth.Store) {
	f := factor(ann, auth.Passkey, 1)
	f.Data = bytes.Repeat([]byte{0xa5}, 8<<10)
	must(t, s.ChangeFactors(t.Context(), auth.FactorChange{Staff: ann, Add: []auth.Factor{f}}))
	got, err := s.Factors(t.Context(), ann)
	must(t, err)
	same(t, got, []auth.Factor{f})
}

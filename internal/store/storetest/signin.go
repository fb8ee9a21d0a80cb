package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// ok fails the test on an error.
func ok(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// newSession is a session with every field set.
func newSession(staff desk.ID, n int) auth.Session {
	at := noon.Add(time.Duration(n) * time.Minute)
	return auth.Session{ID: desk.NewID(), Token: hash(string(desk.NewID())), Staff: staff, Role: desk.Editor, Means: auth.ByPasskey,
		Created: at, Proven: at.Add(time.Second), Used: at, Expires: at.Add(30 * time.Minute), Until: at.Add(12 * time.Hour)}
}

func sessions(t *testing.T, open func(*testing.T) Store) {
	ctx, s := ctxOf(t), open(t)
	list := func(f auth.SessionFilter) []auth.Session {
		t.Helper()
		ss, err := s.Sessions(ctx, f)
		ok(t, "Sessions", err)
		return ss
	}
	an, chi := desk.NewID(), desk.NewID()
	a1, a2, c1 := newSession(an, 1), newSession(an, 2), newSession(chi, 3)
	c1.Expires = noon.Add(-time.Hour) // expired, not swept
	for _, x := range []auth.Session{a1, a2, c1} {
		ok(t, "AddSession", s.AddSession(ctx, x))
	}
	type ss = []auth.Session
	same(t, "of a person, newest first", ss{a2, a1}, list(auth.SessionFilter{Staff: an}))
	same(t, "by token", ss{c1}, list(auth.SessionFilter{Token: c1.Token}))
	same(t, "by ID", ss{a1}, list(auth.SessionFilter{ID: a1.ID}))
	same(t, "except", ss{a1}, list(auth.SessionFilter{Staff: an, Except: a2.ID}))
	same(t, "fields must agree", ss{}, list(auth.SessionFilter{Staff: chi, ID: a1.ID}))
	same(t, "no filter", ss{}, list(auth.SessionFilter{}))
	same(t, "except alone", ss{}, list(auth.SessionFilter{Except: a1.ID}))

	twice := newSession(an, 9)
	twice.Token = a1.Token
	isKind(t, "a token twice", s.AddSession(ctx, twice), desk.ErrDuplicate)
	twice = newSession(an, 9)
	twice.ID = a1.ID
	isKind(t, "an ID twice", s.AddSession(ctx, twice), desk.ErrDuplicate)

	was := a1.Token
	a1.Token, a1.Means, a1.Role, a1.Used, a1.Proven = hash("new"), auth.ByCode, desk.Checker, noon.Add(time.Hour), time.Time{}
	ok(t, "RenewSession", s.RenewSession(ctx, was, a1))
	same(t, "renewed", ss{a1}, list(auth.SessionFilter{ID: a1.ID}))
	isKind(t, "the old token", s.RenewSession(ctx, was, a1), desk.ErrNotFound)
	isKind(t, "another's token", s.RenewSession(ctx, a2.Token, a1), desk.ErrNotFound)

	end := func(f auth.SessionFilter, want int) {
		t.Helper()
		n, err := s.EndSessions(ctx, f)
		ok(t, "EndSessions", err)
		same(t, "ended", want, n)
	}
	end(auth.SessionFilter{}, 0)
	end(auth.SessionFilter{Except: a1.ID}, 0)
	end(auth.SessionFilter{Staff: an, Except: a1.ID}, 1)
	end(auth.SessionFilter{Staff: chi, ID: a1.ID}, 0)
	same(t, "left", ss{a1}, list(auth.SessionFilter{Staff: an}))
	end(auth.SessionFilter{Token: a1.Token}, 1)
	same(t, "none", ss{}, list(auth.SessionFilter{Staff: an}))
	ok(t, "Sweep", s.Sweep(ctx, c1.Expires.Add(-time.Millisecond)))
	same(t, "not yet", 1, len(list(auth.SessionFilter{Staff: chi})))
	ok(t, "Sweep", s.Sweep(ctx, c1.Expires))
	same(t, "swept", 0, len(list(auth.SessionFilter{Staff: chi})))
}

func links(t *testing.T, open func(*testing.T) Store) {
	ctx, s := ctxOf(t), open(t)
	an := desk.NewID()
	l := auth.Link{Hash: hash("1"), Staff: an, By: desk.NewID(), Created: noon, Expires: noon.Add(time.Hour)}
	look := func(h []byte) auth.Link {
		t.Helper()
		got, err := s.Link(ctx, h)
		ok(t, "Link", err)
		return got
	}
	ok(t, "PutLink", s.PutLink(ctx, l))
	same(t, "link", l, look(l.Hash))
	same(t, "looking leaves it", l, look(l.Hash))
	newer := auth.Link{Hash: hash("2"), Staff: an, Created: noon.Add(time.Minute), Expires: noon.Add(2 * time.Hour)}
	ok(t, "PutLink", s.PutLink(ctx, newer))
	_, err := s.Link(ctx, l.Hash)
	isKind(t, "the older link", err, desk.ErrNotFound)
	same(t, "the newer link", newer, look(newer.Hash))
	other := auth.Link{Hash: hash("3"), Staff: desk.NewID(), Created: noon, Expires: noon}
	ok(t, "PutLink", s.PutLink(ctx, other))
	listed, err := s.Links(ctx)
	ok(t, "Links", err)
	without := func(l auth.Link) auth.Link { l.Hash = nil; return l }
	same(t, "listed", []auth.Link{without(newer), without(other)}, listed)
	ok(t, "DropLink", s.DropLink(ctx, desk.NewID()))
	same(t, "somebody else's is untouched", newer, look(newer.Hash))

	var won atomic.Int32
	race(8, func(int) {
		got, err := s.TakeLink(ctx, newer.Hash)
		if err == nil {
			won.Add(1)
			same(t, "taken", newer, got)
		} else if !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("TakeLink: %v", err)
		}
	})
	same(t, "takers who got the link", int32(1), won.Load())
	ok(t, "Sweep", s.Sweep(ctx, noon))
	_, err = s.Link(ctx, other.Hash)
	isKind(t, "a swept link", err, desk.ErrNotFound)
	ok(t, "PutLink", s.PutLink(ctx, l))
	ok(t, "DropLink", s.DropLink(ctx, l.Staff))
	_, err = s.Link(ctx, l.Hash)
	isKind(t, "a dropped link", err, desk.ErrNotFound)
}

func outsideAccounts(t *testing.T, open func(*testing.T) Store) {
	ctx, s := ctxOf(t), open(t)
	an, chi := desk.NewID(), desk.NewID()
	ok(t, "LinkOutside", s.LinkOutside(ctx, "https://id.example", "1", an, noon))
	isKind(t, "another's", s.LinkOutside(ctx, "https://id.example", "1", chi, noon), desk.ErrDuplicate)
	ok(t, "the same subject elsewhere", s.LinkOutside(ctx, "https://id.example/", "1", chi, noon))
	want := auth.Outside{Issuer: "https://id.example", Subject: "1", Staff: an, Created: noon}
	got, err := s.Outside(ctx, "https://id.example", "1")
	ok(t, "Outside", err)
	same(t, "whose", want, got)
	want.Subject, want.Created = "2", noon.Add(time.Hour)
	ok(t, "a newer one", s.LinkOutside(ctx, want.Issuer, want.Subject, an, want.Created))
	got, err = s.OutsideOf(ctx, an)
	ok(t, "OutsideOf", err)
	same(t, "the newer one", want, got)
	_, err = s.Outside(ctx, "https://id.example", "1")
	isKind(t, "the older one", err, desk.ErrNotFound)
	ok(t, "DropOutside", s.DropOutside(ctx, an))
	ok(t, "DropOutside", s.DropOutside(ctx, an))
	_, err = s.OutsideOf(ctx, an)
	isKind(t, "dropped", err, desk.ErrNotFound)
}

// race runs fn in n goroutines at once and waits for them.
func race(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

func factors(t *testing.T, open func(*testing.T) Store) {
	ctx, s := ctxOf(t), open(t)
	an, chi := desk.NewID(), desk.NewID()
	list := func(staff desk.ID) []auth.Factor {
		t.Helper()
		fs, err := s.Factors(ctx, staff)
		ok(t, "Factors", err)
		return fs
	}
	mk := func(k auth.FactorKind, name string) auth.Factor {
		return auth.Factor{ID: desk.NewID(), Staff: an, Kind: k, Name: name, Data: []byte(name + "\x00\xff"), Created: noon}
	}
	same(t, "none", []auth.Factor{}, list(an))
	key := mk(auth.Passkey, "điện thoại")
	key.Counter, key.Used = 7, noon.Add(time.Hour)
	var all []auth.Factor
	for n := range 10 {
		all = append(all, mk(auth.RecoveryCode, fmt.Sprint(n)))
	}
	all = append(all, key)
	keep, gone, foreign := newSession(an, 1), newSession(an, 2), newSession(chi, 3)
	for _, x := range []auth.Session{keep, gone, foreign} {
		ok(t, "AddSession", s.AddSession(ctx, x))
	}
	ok(t, "ChangeFactors", s.ChangeFactors(ctx, auth.FactorChange{Staff: an, Add: all, Keep: keep.ID}))
	same(t, "factors, oldest first", all, list(an))
	left, err := s.Sessions(ctx, auth.SessionFilter{Staff: an})
	ok(t, "Sessions", err)
	same(t, "the session that stays", []auth.Session{keep}, left)
	left, err = s.Sessions(ctx, auth.SessionFilter{Staff: chi})
	ok(t, "Sessions", err)
	same(t, "somebody else's session", []auth.Session{foreign}, left)

	isKind(t, "an ID twice", s.ChangeFactors(ctx, auth.FactorChange{Staff: an, Drop: []desk.ID{key.ID}, Add: []auth.Factor{all[0]}}), desk.ErrDuplicate)
	same(t, "all or nothing", all, list(an))
	ok(t, "ChangeFactors", s.ChangeFactors(ctx, auth.FactorChange{Staff: chi, Drop: []desk.ID{key.ID, desk.NewID()}}))
	same(t, "somebody else cannot drop it", all, list(an))
	word := mk(auth.Passphrase, "")
	word.Data = []byte("$argon2id$")
	ok(t, "ChangeFactors", s.ChangeFactors(ctx, auth.FactorChange{Staff: an, Drop: []desk.ID{all[0].ID, all[1].ID}, Add: []auth.Factor{word}}))
	all = append(all[2:], word)
	same(t, "changed", all, list(an))
	left, err = s.Sessions(ctx, auth.SessionFilter{Staff: an})
	ok(t, "Sessions", err)
	same(t, "no session stays", []auth.Session{}, left)

	var won atomic.Int32
	race(8, func(i int) {
		f := key
		f.Counter, f.Used, f.Data = 8, noon.Add(2*time.Hour), []byte("new")
		if err := s.AdvanceFactor(ctx, f, 7); err == nil {
			won.Add(1)
		} else if !errors.Is(err, desk.ErrConflict) {
			t.Errorf("AdvanceFactor: %v", err)
		}
	})
	same(t, "those who could use the code", int32(1), won.Load())
	isKind(t, "a factor that is gone", s.AdvanceFactor(ctx, mk(auth.Passkey, "x"), 0), desk.ErrNotFound)
	for _, f := range list(an) {
		if f.ID == key.ID {
			key.Counter, key.Used, key.Data = 8, noon.Add(2*time.Hour), []byte("new")
			same(t, "advanced", key, f)
		}
	}
}

func spent(t *testing.T, open func(*testing.T) Store) {
	ctx, s := ctxOf(t), open(t)
	var won atomic.Int32
	race(8, func(int) {
		if err := s.Spend(ctx, hash("challenge"), noon); err == nil {
			won.Add(1)
		} else if !errors.Is(err, desk.ErrDuplicate) {
			t.Errorf("Spend: %v", err)
		}
	})
	same(t, "those who could spend it", int32(1), won.Load())
	ok(t, "Spend another", s.Spend(ctx, hash("other"), noon.Add(time.Hour)))
	ok(t, "Sweep", s.Sweep(ctx, noon.Add(-time.Millisecond)))
	isKind(t, "before its time", s.Spend(ctx, hash("challenge"), noon), desk.ErrDuplicate)
	ok(t, "Sweep", s.Sweep(ctx, noon))
	ok(t, "Spend after its time", s.Spend(ctx, hash("challenge"), noon))
	isKind(t, "the other", s.Spend(ctx, hash("other"), noon), desk.ErrDuplicate)
}

package auth_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// settled is a world in which Ann has set up passphrase and app, and some
// time has passed since.
func settled(t *testing.T, change ...func(*auth.Config)) (*world, app, []string) {
	t.Helper()
	w := newWorld(t, site, change...)
	a, codes := w.arrive(w.ann).setUp(phrase)
	w.pass(time.Hour)
	return w, a, codes
}

func TestSignInWithPassphraseAndCode(t *testing.T) {
	w, a, codes := settled(t)
	for _, name := range []string{"Ann", "ann", "  ANN "} {
		b := w.browser()
		ok(t, b.enter(name, phrase, a.code(0)))
		if got := b.in(w.ann).Means; got != auth.ByCode {
			t.Fatalf("means %q", got)
		}
		w.pass(30 * time.Second)
	}
	b := w.browser()
	ok(t, b.enter("Ann", phrase, strings.ToUpper(strings.ReplaceAll(codes[7], "-", " "))))
	if got := b.in(w.ann).Means; got != auth.ByRecovery {
		t.Fatalf("means %q", got)
	}
	ways, err := w.s.Ways(t.Context(), w.ann)
	ok(t, err)
	if !ways.Code || ways.Recovery != 9 || len(ways.Passkeys) != 0 {
		t.Fatalf("ways %+v", ways)
	}
}

// Neither half alone is enough, and every refusal is the same.
func TestNoWayByHalf(t *testing.T) {
	w, a, codes := settled(t)
	right := a.code(0)
	for _, c := range [][3]string{
		{"Ann", phrase, ""},
		{"Ann", phrase, "000000"},
		{"Ann", phrase, right[:5]},
		{"Ann", phrase, right + "0"},
		{"Ann", phrase, codes[0][:18]},
		{"Ann", phrase, "0000-0000-0000-0000"},
		{"Ann", "", right},
		{"Ann", phrase + " ", right},
		{"Ann", strings.ToUpper(phrase), right},
		{"Ann", "another passphrase", codes[0]},
		{"Ann", right, phrase},
		{"", phrase, right},
		{"nobody", phrase, right},
		{"Bình", phrase, right}, // an account without a passphrase
		{"Ann", strings.Repeat("x", 1<<20), right},
		{"Ann", phrase, strings.Repeat("0", 1<<20)},
		{strings.Repeat("A", 1<<20), phrase, right},
		{"Ann\x00", phrase, right},
		{"%", phrase, right},
	} {
		b := w.browser()
		w.pass(10 * time.Minute) // the pace is another test's business
		a2 := a.code(0)
		if c[2] == right {
			c[2] = a2
		}
		err := b.enter(c[0], c[1], c[2])
		if err != auth.ErrSignIn { // the very same value: nothing is wrapped in it
			t.Fatalf("%.30q: got %v", c, err)
		}
		if len(b.last.Cookies()) != 0 {
			t.Fatalf("%.30q: cookies %v", c, b.last.Cookies())
		}
	}
	w.pass(time.Hour)
	ok(t, w.browser().enter("Ann", phrase, a.code(0)))
}

func TestDisabledAccountCannotSignIn(t *testing.T) {
	w, a, codes := settled(t)
	w.change(w.ann, func(s *desk.Staff) { s.Disabled = w.clock })
	is(t, w.browser().enter("Ann", phrase, a.code(0)), auth.ErrSignIn)
	is(t, w.browser().enter("Ann", phrase, codes[0]), auth.ErrSignIn)
}

func TestCodeWindowAndReuse(t *testing.T) {
	w, a, _ := settled(t)
	for steps, good := range map[int]bool{-2: false, 2: false, -20: false, 20: false} {
		if err := w.browser().enter("Ann", phrase, a.code(steps)); (err == nil) != good {
			t.Errorf("%d steps away: %v", steps, err)
		}
	}
	early, now, late := a.code(-1), a.code(0), a.code(1)
	ok(t, w.browser().enter("Ann", phrase, early))
	is(t, w.browser().enter("Ann", phrase, early), auth.ErrSignIn)
	ok(t, w.browser().enter("Ann", phrase, late))
	// A later step was used: those before it are spent as well.
	is(t, w.browser().enter("Ann", phrase, now), auth.ErrSignIn)
	is(t, w.browser().enter("Ann", phrase, late), auth.ErrSignIn)
	w.pass(30 * time.Second)
	is(t, w.browser().enter("Ann", phrase, late), auth.ErrSignIn)
	w.pass(30 * time.Second)
	ok(t, w.browser().enter("Ann", phrase, a.code(0)))
}

// The code that set the app up cannot sign in as well.
func TestSetupCodeIsSpent(t *testing.T) {
	w := newWorld(t, site)
	a, _ := w.arrive(w.ann).setUp(phrase)
	is(t, w.browser().enter("Ann", phrase, a.code(0)), auth.ErrSignIn)
	w.pass(30 * time.Second)
	ok(t, w.browser().enter("Ann", phrase, a.code(0)))
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	w, a, codes := settled(t)
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	for i, c := range codes {
		ok(t, w.browser().enter("Ann", phrase, c))
		is(t, w.browser().enter("Ann", phrase, c), auth.ErrSignIn)
		if slices.Contains(codes[:i], c) {
			t.Fatal("a code comes twice")
		}
		w.pass(10 * time.Minute)
	}
	// New ones replace the old.
	b := w.browser()
	ok(t, b.enter("Ann", phrase, a.code(0)))
	var fresh []string
	ok(t, b.post("", func(rw http.ResponseWriter, r *http.Request) (err error) {
		fresh, err = w.s.NewRecoveryCodes(rw, r)
		return err
	}))
	again := []string{}
	ok(t, b.post("", func(rw http.ResponseWriter, r *http.Request) (err error) {
		again, err = w.s.NewRecoveryCodes(rw, r)
		return err
	}))
	is(t, w.browser().enter("Ann", phrase, fresh[0]), auth.ErrSignIn)
	ok(t, w.browser().enter("Ann", phrase, again[0]))
}

// One code sent 64 times at once opens one session.
func TestCodeByManyAtOnce(t *testing.T) {
	w, a, codes := settled(t)
	first := w.browser()
	ok(t, first.enter("Ann", phrase, a.code(0)))
	w.pass(30 * time.Second)
	for _, code := range []string{a.code(0), codes[0]} {
		var in atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			b := w.browser()
			wg.Go(func() {
				if b.enter("Ann", phrase, code) == nil {
					in.Add(1)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Fatalf("%d came in by one code", in.Load())
		}
		w.pass(2 * time.Hour)
	}
}

// A thousand wrong passphrases slow strangers down and leave the owner alone:
// the browser the owner signed in with before, passkeys and links go on.
func TestThousandWrongPassphrases(t *testing.T) {
	w, a, _ := settled(t)
	owner := w.browser()
	ok(t, owner.enter("Ann", phrase, a.code(0)))
	ok(t, owner.post("", w.s.SignOut))
	tried := 0
	for i := range 1000 {
		err := w.browser().enter("Ann", fmt.Sprintf("wrong passphrase %d", i), "123456")
		switch {
		case errors.Is(err, auth.ErrSignIn):
			tried++
		case errors.Is(err, auth.ErrTooSoon):
			if wait := auth.Wait(err); wait <= 0 || wait > 5*time.Minute {
				t.Fatalf("wait %v", wait)
			}
		default:
			t.Fatal(err)
		}
		w.pass(time.Second)
	}
	// 1,000 seconds: ten at once and one for each five minutes.
	if tried < 12 || tried > 14 {
		t.Fatalf("%d of 1,000 were tried", tried)
	}
	is(t, w.browser().enter("Ann", phrase, a.code(0)), auth.ErrTooSoon)
	ok(t, owner.enter("Ann", phrase, a.code(0)))
	// A browser known for one account has no privilege with another.
	for range 10 {
		is(t, owner.enter("Bình", "wrong", "1"), auth.ErrSignIn)
	}
	is(t, owner.enter("Bình", "wrong", "1"), auth.ErrTooSoon)
	// And its own tries are counted too.
	for range 10 {
		is(t, owner.enter("Ann", "wrong", "1"), auth.ErrSignIn)
	}
	is(t, owner.enter("Ann", phrase, "1"), auth.ErrTooSoon)
	ok(t, w.browser().useLink(w.link(w.ann)))
	w.pass(50 * time.Minute)
	ok(t, w.browser().enter("Ann", phrase, a.code(0)))
}

// A right sign-in costs no try.
func TestRightSignInsAreNotSlowed(t *testing.T) {
	w, a, _ := settled(t)
	for range 30 {
		w.pass(30 * time.Second)
		ok(t, w.browser().enter("Ann", phrase, a.code(0)))
	}
}

// Names that exist and names that do not are slowed down alike.
func TestPaceTellsNoNames(t *testing.T) {
	w, _, _ := settled(t)
	for _, name := range []string{"Ann", "Bình", "nobody", "ann ", "NOBODY"} {
		var got []string
		for range 12 {
			got = append(got, fmt.Sprint(w.browser().enter(name, "wrong passphrase", "000000")))
		}
		w.pass(2 * time.Hour)
		want := slices.Concat(slices.Repeat([]string{auth.ErrSignIn.Error()}, 10), slices.Repeat([]string{"too many tries; next in 5m0s"}, 2))
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// The clock set back by years must not keep anybody waiting.
func TestPaceAndClock(t *testing.T) {
	w, a, _ := settled(t)
	for range 11 {
		_ = w.browser().enter("Ann", "wrong", "1")
	}
	w.pass(-10 * 365 * 24 * time.Hour)
	err := w.browser().enter("Ann", phrase, a.code(0))
	is(t, err, auth.ErrTooSoon)
	if wait := auth.Wait(err); wait > 5*time.Minute {
		t.Fatalf("wait %v", wait)
	}
}

// An unknown name, an account without a passphrase, a wrong passphrase and a
// wrong code take the same time: each hashes one passphrase. What hashed none
// would answer twenty times as fast, so a factor of two tells them apart on a
// machine that is busy with other things.
func TestTimeTellsNoNames(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	w, a, _ := settled(t)
	cases := map[string]func() error{
		"unknown name":     func() error { return w.browser().enter("nobody", phrase, "000000") },
		"no passphrase":    func() error { return w.browser().enter("Bình", phrase, "000000") },
		"wrong passphrase": func() error { return w.browser().enter("Ann", "wrong passphrase", "000000") },
		"wrong code":       func() error { return w.browser().enter("Ann", phrase, "000000") },
		"code alone right": func() error { return w.browser().enter("Ann", "wrong passphrase", a.code(0)) },
	}
	least := map[string]time.Duration{}
	apart := func() bool {
		low, high := time.Duration(math.MaxInt64), time.Duration(0)
		for _, d := range least {
			low, high = min(low, d), max(high, d)
		}
		return high > 2*low
	}
	// The least of a few runs is free of the machine's noise; a busy machine
	// needs more of them, and what truly takes longer stays apart.
	end := time.Now().Add(time.Minute)
	for n := 0; n < 5 || (apart() && time.Now().Before(end)); n++ {
		for name, enter := range cases {
			w.pass(time.Hour)
			start := time.Now()
			is(t, enter(), auth.ErrSignIn)
			if took := time.Since(start); least[name] == 0 || took < least[name] {
				least[name] = took
			}
		}
	}
	t.Log(least)
	if apart() || least["unknown name"] < 5*time.Millisecond {
		t.Errorf("times tell cases apart: %v", least)
	}
}

func TestSetup(t *testing.T) {
	w := newWorld(t, "http://127.0.0.1:8080")
	b := w.arrive(w.ann)
	setup, err := w.s.BeginCode(b.request("GET", "/", ""))
	ok(t, err)
	link, err := url.Parse(setup.Link)
	ok(t, err)
	secret := strings.ReplaceAll(setup.Secret, " ", "")
	if link.Scheme != "otpauth" || link.Host != "totp" || link.Query().Get("secret") != secret || link.Query().Get("issuer") != "Bàn kiểm chứng" ||
		link.Path != "/Bàn kiểm chứng:Ann" || strings.Contains(setup.Link, "+") {
		t.Fatalf("link %s", setup.Link)
	}
	if len(secret) != 32 {
		t.Fatalf("secret of %d letters, want 32 for 160 bits", len(secret))
	}
	if setup.QRSize < 41 || !strings.HasPrefix(setup.QRPath, "M4 4h7v1h-7z") {
		t.Fatalf("QR code %d %.40s", setup.QRSize, setup.QRPath)
	}
	finish := func(b *browser, state, passphrase, code string) error {
		return b.post("", func(rw http.ResponseWriter, r *http.Request) error {
			_, err := w.s.FinishCode(rw, r, state, passphrase, code)
			return err
		})
	}
	a := app{w, secret}
	is(t, finish(b, setup.State, phrase, a.code(3)), auth.ErrCode)
	is(t, finish(b, setup.State, phrase, ""), auth.ErrCode)
	is(t, finish(b, setup.State, "short", a.code(0)), desk.ErrInvalid)
	is(t, finish(b, setup.State+"A", phrase, a.code(0)), auth.ErrSetup)
	is(t, finish(b, "", phrase, a.code(0)), auth.ErrSetup)
	is(t, finish(w.browser(), setup.State, phrase, a.code(0)), auth.ErrSignedOut)
	is(t, finish(w.arrive(w.binh), setup.State, phrase, a.code(0)), auth.ErrSetup) // bound to the session
	if ways, _ := w.s.Ways(t.Context(), w.ann); ways.Code {
		t.Fatal("set up although nothing was finished")
	}
	ok(t, finish(b, setup.State, phrase, a.code(0)))
	w.pass(11 * time.Minute)
	late, err := w.s.BeginCode(b.request("GET", "/", ""))
	ok(t, err)
	w.pass(11 * time.Minute)
	is(t, finish(b, late.State, phrase, app{w, strings.ReplaceAll(late.Secret, " ", "")}.code(0)), auth.ErrStepUp)
}

func TestSetupExpires(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	setup, err := w.s.BeginCode(b.request("GET", "/", ""))
	ok(t, err)
	w.pass(10*time.Minute + time.Second)
	is(t, b.post("", func(rw http.ResponseWriter, r *http.Request) error {
		_, err := w.s.FinishCode(rw, r, setup.State, phrase, app{w, strings.ReplaceAll(setup.Secret, " ", "")}.code(0))
		return err
	}), auth.ErrSetup)
}

// A new app replaces the old one and ends the sessions elsewhere.
func TestReplacingTheApp(t *testing.T) {
	w, old, oldCodes := settled(t)
	here, there := w.browser(), w.browser()
	ok(t, here.enter("Ann", phrase, old.code(0)))
	ok(t, there.enter("Ann", phrase, oldCodes[0]))
	copied := here.clone()
	fresh, _ := here.setUp("một câu khác hẳn câu cũ")
	here.in(w.ann)
	for _, b := range []*browser{there, copied} {
		_, _, err := b.who()
		is(t, err, auth.ErrEnded)
	}
	w.pass(time.Minute)
	is(t, w.browser().enter("Ann", phrase, old.code(0)), auth.ErrSignIn)
	is(t, w.browser().enter("Ann", "một câu khác hẳn câu cũ", old.code(0)), auth.ErrSignIn)
	is(t, w.browser().enter("Ann", "một câu khác hẳn câu cũ", oldCodes[1]), auth.ErrSignIn)
	ok(t, w.browser().enter("Ann", "một câu khác hẳn câu cũ", fresh.code(0)))
}

func TestLastWayStays(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	is(t, b.post("", w.s.RemoveCode), desk.ErrNotFound)
	b.setUp(phrase)
	is(t, b.post("", w.s.RemoveCode), auth.ErrLastWay)
	is(t, b.post("", func(rw http.ResponseWriter, r *http.Request) error { return w.s.RemovePasskey(rw, r, desk.NewID()) }), desk.ErrNotFound)
	var id desk.ID
	all, err := w.store.Factors(t.Context(), w.ann)
	ok(t, err)
	for _, f := range all {
		if f.Kind == auth.Authenticator {
			id = f.ID
		}
	}
	// Half of a way cannot be taken out through the other door.
	is(t, b.post("", func(rw http.ResponseWriter, r *http.Request) error { return w.s.RemovePasskey(rw, r, id) }), desk.ErrNotFound)
}

// Nothing in the database gives a secret away.
func TestSecretsAtRest(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	a, codes := b.setUp(phrase)
	all, err := w.store.Factors(t.Context(), w.ann)
	ok(t, err)
	for _, f := range all {
		for _, secret := range append(codes, phrase, a.secret) {
			if strings.Contains(string(f.Data), secret) {
				t.Errorf("%s holds a secret in clear", f.Kind)
			}
		}
		if f.Kind == auth.Passphrase && !strings.HasPrefix(string(f.Data), "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("passphrase kept as %s", f.Data)
		}
	}
	// Rows moved to another account open nothing there.
	for _, f := range all {
		f.ID, f.Staff = desk.NewID(), w.binh
		ok(t, w.store.ChangeFactors(t.Context(), auth.FactorChange{Staff: w.binh, Add: []auth.Factor{f}}))
	}
	w.pass(time.Minute)
	if err := w.browser().enter("Bình", phrase, a.code(0)); err == nil {
		t.Fatal("copied rows open another account")
	}
	// … while the account they were made for opens.
	ok(t, w.browser().enter("Ann", phrase, a.code(0)))
	w.pass(time.Minute)
	// Under another key the app is worthless.
	other, err := auth.New(auth.Config{Store: w.store, PublicURL: site, Key: make([]byte, 32), Staff: w.byID, StaffNamed: w.byName, Now: w.now})
	ok(t, err)
	w.s = other
	if err := w.browser().enter("Ann", phrase, a.code(0)); err == nil {
		t.Fatal("opened under another key")
	}
}

// A flood of sign-ins waits its turn and gives up with its request.
func TestBusyHasher(t *testing.T) {
	w, a, _ := settled(t)
	owner := w.browser()
	ok(t, owner.enter("Ann", phrase, a.code(0)))
	w.pass(time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var busy atomic.Int64
	for i := range 200 {
		b := w.browser()
		wg.Go(func() {
			r := b.request("POST", "/", "").WithContext(ctx)
			if _, err := w.s.SignInWithPassphrase(nil, r, fmt.Sprint("nobody", i), phrase, "000000"); errors.Is(err, desk.ErrBusy) {
				busy.Add(1)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	start := time.Now()
	ok(t, owner.enter("Ann", phrase, a.code(0))) // does not queue behind them
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the owner waited %v", took)
	}
	cancel()
	wg.Wait()
	if busy.Load() == 0 {
		t.Error("none of 200 had to give up")
	}
}

// One Unicode form: a keyboard that sends combining marks reaches the account.
func TestNormalForm(t *testing.T) {
	compose := strings.NewReplacer("e\u0302\u0301", "ế", "i\u0300", "ì").Replace
	w := newWorld(t, site, func(c *auth.Config) { c.Normal = compose })
	a, _ := w.arrive(w.binh).setUp("bé mèo ngủ trên ghế dài")
	w.pass(time.Hour)
	ok(t, w.browser().enter("Bi\u0300nh", "bé mèo ngủ trên ghe\u0302\u0301 dài", a.code(0)))
}

package app_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/exchange"
)

// evil is an installation that answers as a test says.
type evil struct {
	t     *testing.T
	clock *moving
	key   *exchange.Key
	self  string // exchange name of who reads it
	mu    sync.Mutex
	card  *exchange.Card // nil: the true one
	page  func(w http.ResponseWriter, from int64)
	asked int // pages
}

// ServeHTTP implements http.Handler.
func (e *evil) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/card") {
		c := exchange.Card{Desk: e.key.Desk(), Key: e.key.VKey()}
		if e.card != nil {
			c = *e.card
		}
		b, err := c.Bytes()
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			e.t.Error(err)
		}
		return
	}
	e.asked++
	from, _ := strconv.ParseInt(r.URL.Query().Get("from"), 10, 64)
	e.page(w, from)
}

// newKeyFor makes a key of an exchange name.
func newKeyFor(t *testing.T, name string) *exchange.Key {
	t.Helper()
	secret, err := exchange.GenerateKey(rand.Reader, name)
	must(t, err)
	k, err := exchange.ParseKey(secret)
	must(t, err)
	return k
}

// shelfOf makes a shelf of lines; each is changed by its function before its
// bytes are made.
func shelfOf(t *testing.T, at time.Time, lines ...func(*desk.ShelfLine)) (rows []desk.ShelfRow) {
	t.Helper()
	var chain []byte
	for i, change := range lines {
		l := desk.ShelfLine{Nonce: desk.NewNonce(), N: int64(i), At: at.Truncate(time.Second), Kind: desk.LineQuestion, Entry: desk.NewID(), Lang: "vi",
			Text: fmt.Sprintf("Câu zqhỏi số %d về nước mắm.", i), Demand: desk.BandFew}
		if change != nil {
			change(&l)
		}
		b, err := l.Bytes()
		must(t, err)
		r := desk.ShelfRow{N: int64(i), Body: b, Hash: desk.LineHash(b)}
		r.Chain = desk.ShelfChain(chain, r.Hash)
		chain, rows = r.Chain, append(rows, r)
	}
	return rows
}

// shows has it answer with a shelf, signed by a key at a time.
func (e *evil) shows(rows []desk.ShelfRow, k *exchange.Key, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.page = func(w http.ResponseWriter, from int64) {
		before := make([]byte, 32)
		rest := []desk.ShelfRow{}
		if from <= int64(len(rows)) {
			rest = rows[from:]
			if from > 0 {
				before = rows[from-1].Chain
			}
		}
		p := exchange.PageOf(rest, before, int64(len(rows)), from)
		p.For, p.At = e.self, at
		b, err := p.Sign(k)
		if err == nil {
			_, err = w.Write(b)
		}
		if err != nil {
			e.t.Error(err)
		}
	}
}

// victim is an installation that reads evil ones.
type victim struct {
	*app.App
	t      *testing.T
	clock  *moving
	admin  desk.Actor
	reader desk.Actor
	n      int
}

// newVictim opens one with a claim of its own.
func newVictim(t *testing.T) (*victim, desk.Claim) {
	clock := &moving{at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	a := apptest.Open(t, apptest.Options{Now: clock.now, With: func(o *app.Options) { o.Peers = &wires{cut: map[string]bool{}} }})
	v := &victim{App: a, t: t, clock: clock}
	staff := func(r desk.Role) desk.Actor {
		s, err := a.Desk.AddStaff(t.Context(), desk.Program(), string(r), r, "vi")
		must(t, err)
		return desk.As(s)
	}
	v.admin, v.reader = staff(desk.Admin), staff(desk.Checker)
	r, err := a.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: "1", Text: "Nước mắm zqcá", Folded: desk.LineHash(nil), Lang: "vi", Decision: "new",
		Ticket: desk.TicketHash(desk.NewTicket([]byte("test key"), "1"))})
	must(t, err)
	return v, r.Claim
}

// meets begins exchange with an evil installation.
func (v *victim) meets() (*evil, desk.Peer) {
	v.t.Helper()
	v.n++
	self, _, err := v.ExchangeSelf()
	must(v.t, err)
	e := &evil{t: v.t, clock: v.clock, key: newKeyFor(v.t, fmt.Sprintf("evil%d.example/exchange", v.n)), self: self}
	srv := httptest.NewServer(e)
	v.t.Cleanup(srv.Close)
	p, err := v.Desk.AddPeer(v.t.Context(), v.admin, desk.NewPeer{Name: fmt.Sprint("evil ", v.n), Address: srv.URL, Key: e.key.VKey(), Desk: e.key.Desk(), Confirmed: true, Follows: true})
	must(v.t, err)
	return e, p
}

// reads reads a peer once and returns how that went.
func (v *victim) reads(id desk.ID) desk.Peer {
	v.t.Helper()
	must(v.t, v.ReadPeer(v.t.Context(), id))
	ps, err := v.Desk.Peers(v.t.Context(), desk.Program())
	must(v.t, err)
	return ps[slices.IndexFunc(ps, func(p desk.Peer) bool { return p.ID == id })]
}

// refused lists why lines were refused, in their order.
func (v *victim) refused(id desk.ID) (out []desk.LineTrouble) {
	v.t.Helper()
	rs, err := v.Desk.RefusedLines(v.t.Context(), desk.Program(), id, 100)
	must(v.t, err)
	slices.SortFunc(rs, func(a, b desk.RefusedLine) int { return int(a.N - b.N) })
	for _, r := range rs {
		out = append(out, r.Why)
	}
	return out
}

// What a malicious peer sends harms nothing: it is refused as a whole or line
// by line, with the reason kept, and a shelf that goes back on its word is not
// read until a person has looked.
func TestMaliciousPeer(t *testing.T) {
	v, claim := newVictim(t)
	now := v.clock.now
	for name, try := range map[string]struct {
		do   func(e *evil)
		want desk.PeerTrouble
	}{
		"a page signed by another key of that name": {func(e *evil) { e.shows(shelfOf(t, now(), nil), newKeyFor(t, e.key.Desk()), now()) }, desk.PeerSignature},
		"a page of somebody else's desk":            {func(e *evil) { e.shows(shelfOf(t, now(), nil), newKeyFor(t, "bank.example/exchange"), now()) }, desk.PeerSignature},
		"a card with a key nobody vouches for": {func(e *evil) {
			e.card = &exchange.Card{Desk: e.key.Desk(), Key: newKeyFor(t, e.key.Desk()).VKey()}
		}, desk.PeerSignature},
		"a page without an end": {func(e *evil) {
			e.page = func(w http.ResponseWriter, _ int64) {
				for block := bytes.Repeat([]byte("x"), 1<<16); ; {
					if _, err := w.Write(block); err != nil {
						return
					}
				}
			}
		}, desk.PeerTooLarge},
		"no page at all": {func(e *evil) {
			e.page = func(w http.ResponseWriter, _ int64) { fmt.Fprint(w, "<script>alert(1)</script>") }
		}, desk.PeerSignature},
		"a page of next week": {func(e *evil) { e.shows(shelfOf(t, now(), nil), e.key, now().Add(7*24*time.Hour)) }, desk.PeerFuture},
		"a door that is shut": {func(e *evil) { e.page = func(w http.ResponseWriter, _ int64) { w.WriteHeader(http.StatusForbidden) } }, desk.PeerRefusesUs},
	} {
		e, p := v.meets()
		try.do(e)
		if got := v.reads(p.ID); got.State.Trouble != try.want || got.State.Cursor != 0 {
			t.Errorf("%s: %+v, want %s", name, got.State, try.want)
		}
	}
	v.linesAreRefused(claim)
	v.historyIsHeld()
	v.floodsEnd()
	cs, err := v.Desk.Claims(t.Context(), v.reader, desk.ClaimFilter{})
	must(t, err)
	if len(cs) != 1 || cs[0].ID != claim.ID || cs[0].Version != claim.Version || cs[0].State != desk.ClaimOpen {
		t.Errorf("the claims of the reader changed: %+v", cs)
	}
}

// linesAreRefused sends one line of every bad sort between two good ones.
func (v *victim) linesAreRefused(claim desk.Claim) {
	t := v.t
	e, p := v.meets()
	text := func(s string) func(*desk.ShelfLine) { return func(l *desk.ShelfLine) { l.Text = s } }
	check := func(change func(*desk.ShelfCheck)) func(*desk.ShelfLine) {
		return func(l *desk.ShelfLine) {
			l.Kind, l.Text, l.Lang, l.Demand = desk.LineCheck, "", "", ""
			l.Check = &desk.ShelfCheck{URL: "https://evil.example/1", Rev: 1, Kind: desk.KindPublish, Rating: desk.RatingTrue, Hash: strings.Repeat("a", 64),
				Texts: []desk.ShelfText{{Lang: "vi", Claim: "Nước mắm zqcá", Statement: "Đúng."}}}
			change(l.Check)
		}
	}
	type sort struct {
		line func(*desk.ShelfLine)
		want desk.LineTrouble
	}
	sorts := []sort{
		{nil, ""},
		{text("Nước mắm <script>alert(1)</script>"), desk.LineMarkup},
		{text("Nước mắm \u202egnod"), desk.LineMarkup},
		{text("Theo @nguoinaodo nước mắm zqcá có độc."), desk.LineAccount},
		{text("Gọi 0912 345 678 để biết nước mắm nào độc."), desk.LineAccount},
		{text("Xem facebook.com/nguoi.nao.do nói về nước mắm."), desk.LineAccount},
		{text(strings.Repeat("mắm ", 200)), desk.LineTooLarge},
		{text(strings.Repeat("mắm ", 20_000)), desk.LineTooLarge},
		{text(" "), desk.LineBadWord},
		{func(l *desk.ShelfLine) { l.Kind = "order" }, desk.LineBadWord},
		{func(l *desk.ShelfLine) { l.Harm = "deadly" }, desk.LineBadWord},
		{func(l *desk.ShelfLine) { l.Demand = "3" }, desk.LineBadWord},
		{func(l *desk.ShelfLine) { l.Entry = "../../etc" }, desk.LineBadWord},
		{func(l *desk.ShelfLine) { l.At = v.clock.now().Add(48 * time.Hour) }, desk.LineFuture},
		{func(l *desk.ShelfLine) { l.N = 7_000 }, desk.LineBadPlace},
		{func(l *desk.ShelfLine) { l.Root = &desk.Ref{Desk: e.self, Entry: desk.NewID()} }, desk.LineForeign},
		{func(l *desk.ShelfLine) { l.Root = &desk.Ref{Desk: e.key.Desk(), Entry: desk.NewID()} }, desk.LineForeign},
		{func(l *desk.ShelfLine) { l.Kind, l.To, l.About = desk.LineTaken, e.self, desk.NewID() }, desk.LineForeign},
		{check(func(c *desk.ShelfCheck) { c.URL = "javascript:alert(1)" }), desk.LineBadWord},
		{check(func(c *desk.ShelfCheck) { c.Rating = "absolutely" }), desk.LineBadWord},
		{check(func(c *desk.ShelfCheck) { c.Texts[0].Statement = "<img src=x onerror=alert(1)>" }), desk.LineMarkup},
		{check(func(c *desk.ShelfCheck) {
			c.Sources = []desk.ShelfSource{{URL: "https://example.org/\" onclick=\"x", Title: "x", Stance: desk.Refutes}}
		}), desk.LineBadWord},
		{nil, ""},
	}
	var lines []func(*desk.ShelfLine)
	var want []desk.LineTrouble
	for _, s := range sorts {
		lines = append(lines, s.line)
		if s.want != "" {
			want = append(want, s.want)
		}
	}
	e.shows(shelfOf(t, v.clock.now(), lines...), e.key, v.clock.now())
	got := v.reads(p.ID)
	if why := v.refused(p.ID); !slices.Equal(why, want[:min(len(want), 20)]) || got.State.Refused != len(want) || got.State.Trouble != "" {
		t.Errorf("refused %d: %v\nwant %d: %v", got.State.Refused, why, len(want), want)
	}
	list, err := v.Desk.LaidOut(t.Context(), v.reader, desk.LaidFilter{Peer: p.ID})
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d things were taken in, want the two good ones", len(list))
	}
	if !slices.ContainsFunc(v.Doctor(t.Context()), func(r app.Remark) bool { return strings.Contains(r.En, p.Name) && strings.Contains(r.En, "markup 3") }) {
		t.Error("the doctor does not tell what was refused, and why")
	}
	_ = claim
}

// historyIsHeld has shelves go back on what they said.
func (v *victim) historyIsHeld() {
	t, now := v.t, v.clock.now
	for name, try := range map[string]struct {
		do   func(e *evil, rows []desk.ShelfRow)
		want desk.PeerTrouble
	}{
		"shorter": {func(e *evil, rows []desk.ShelfRow) { e.shows(rows[:1], e.key, now()) }, desk.PeerRewound},
		"other":   {func(e *evil, rows []desk.ShelfRow) { e.shows(shelfOf(t, now(), nil, nil, nil, nil), e.key, now()) }, desk.PeerForked},
		"older":   {func(e *evil, rows []desk.ShelfRow) { e.shows(rows, e.key, now().Add(-24*time.Hour)) }, desk.PeerReplayed},
		"revoked": {func(e *evil, rows []desk.ShelfRow) {
			n, err := exchange.Revoke(e.key, now())
			must(t, err)
			e.card = &exchange.Card{Desk: e.key.Desk(), Key: e.key.VKey(), Revoked: []string{n}}
		}, desk.PeerRevoked},
	} {
		e, p := v.meets()
		rows := shelfOf(t, now(), nil, nil, nil)
		e.shows(rows, e.key, now())
		if got := v.reads(p.ID); got.State.Cursor != 3 || got.State.Trouble != "" {
			t.Fatalf("%s: %+v", name, got.State)
		}
		try.do(e, rows)
		got := v.reads(p.ID)
		if got.State.Trouble != try.want || got.State.Cursor != 3 || (got.State.Stopped != "") != try.want.Stops() {
			t.Errorf("%s: %+v, want %s", name, got.State, try.want)
		}
		if !try.want.Stops() {
			continue
		}
		before := e.asked
		if v.reads(p.ID); e.asked != before {
			t.Errorf("%s: it is still asked", name)
		}
		_, err := v.Desk.ResumePeer(t.Context(), v.admin, p.ID, true)
		must(t, err)
		e.card = nil
		e.shows(rows, e.key, now().Add(time.Minute))
		if got := v.reads(p.ID); got.State.Cursor != 3 || got.State.Stopped != "" {
			t.Errorf("%s: read again from the beginning: %+v", name, got.State)
		}
		if list, err := v.Desk.LaidOut(t.Context(), v.reader, desk.LaidFilter{Peer: p.ID}); err != nil || len(list) != 3 {
			t.Errorf("%s: %d things after reading again, want the same three: %v", name, len(list), err)
		}
	}
}

// floodsEnd has a shelf that never ends: a round reads some pages of it, a day
// some more, and that is all.
func (v *victim) floodsEnd() {
	t := v.t
	e, p := v.meets()
	rows := shelfOf(t, v.clock.now(), make([]func(*desk.ShelfLine), 4_000)...)
	e.shows(rows, e.key, v.clock.now())
	got := v.reads(p.ID)
	if e.asked != 5 || got.State.Trouble != "" {
		t.Errorf("one round read %d pages: %+v", e.asked, got.State)
	}
	for range 7 {
		got = v.reads(p.ID)
	}
	if got.State.Trouble != desk.PeerFlood || got.State.Cursor < desk.PeerDayLines || got.State.Cursor > desk.PeerDayLines+exchange.MaxLines || e.asked > 20 {
		t.Errorf("a flood: %+v after %d pages", got.State, e.asked)
	}
	v.clock.pass(24 * time.Hour)
	e.shows(rows, e.key, v.clock.now())
	if got = v.reads(p.ID); got.State.Cursor != 4_000 || got.State.Trouble != "" {
		t.Errorf("the day after: %+v", got.State)
	}
}

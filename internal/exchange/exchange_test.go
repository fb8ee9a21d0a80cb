package exchange

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soi/internal/desk"
)

// noon is the time of the tests.
var noon = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

// newKey makes a key for a host.
func newKey(t testing.TB, host string) *Key {
	t.Helper()
	secret, err := GenerateKey(rand.Reader, NameOf(host))
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// rowsOf makes a shelf of bodies; an empty one stands for an erased line.
func rowsOf(bodies []string) (rows []desk.ShelfRow) {
	var chain []byte
	for i, b := range bodies {
		r := desk.ShelfRow{N: int64(i), Body: []byte(b), Hash: desk.LineHash([]byte(b))}
		if b == "" {
			r.Body = nil
		}
		chain = desk.ShelfChain(chain, r.Hash)
		r.Chain = chain
		rows = append(rows, r)
	}
	return rows
}

// TestPageRoundTrip: whatever a shelf holds, a reader that goes on from its
// cursor reads all of it, once, and comes to the same chain.
func TestPageRoundTrip(t *testing.T) {
	k, reader := newKey(t, "district.example"), NameOf("province.example")
	rapid.Check(t, func(t *rapid.T) {
		rows := rowsOf(rapid.SliceOfN(rapid.StringMatching(`(\{"n":[0-9]{1,6},"text":"[a-zạềộ <>&]{0,40}"\})?`), 0, 450).Draw(t, "lines"))
		size := int64(len(rows))
		cursor, chain, read := int64(0), make([]byte, 32), 0
		for {
			p := PageOf(rows[cursor:], chain, size, cursor)
			p.For, p.At = reader, noon
			signed, err := p.Sign(k)
			if err != nil {
				t.Fatal(err)
			}
			got, err := OpenPage(signed, k.VKey(), reader, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range got.Lines {
				if want := rows[cursor+int64(i)]; !bytes.Equal(l.Body, want.Body) {
					t.Fatalf("line %d is %q, want %q", cursor+int64(i), l.Body, want.Body)
				}
			}
			read, cursor, chain = read+len(got.Lines), cursor+int64(len(got.Lines)), got.After()
			if cursor == size {
				break
			}
		}
		if read != len(rows) || size > 0 && !bytes.Equal(chain, rows[size-1].Chain) {
			t.Fatalf("read %d of %d lines", read, len(rows))
		}
	})
}

// TestPageTampered: no byte of a page can be changed, and it is good for
// nobody else, for no other place and under no other key.
func TestPageTampered(t *testing.T) {
	k, other, reader := newKey(t, "district.example"), newKey(t, "district.example"), NameOf("province.example")
	rows := rowsOf([]string{`{"n":0}`, "", `{"n":2}`})
	p := PageOf(rows, make([]byte, 32), 3, 0)
	p.For, p.At = reader, noon
	signed, err := p.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPage(signed, k.VKey(), reader, 0); err != nil {
		t.Fatal(err)
	}
	for i := range signed {
		for bit := range 8 {
			bad := bytes.Clone(signed)
			bad[i] ^= 1 << bit
			if _, err := OpenPage(bad, k.VKey(), reader, 0); err == nil {
				t.Errorf("byte %d can be changed: %q", i, bad[max(i-9, 0):i+1])
			}
		}
	}
	if _, err := OpenPage(append(bytes.Clone(signed), bytes.Repeat([]byte("x"), MaxPage)...), k.VKey(), reader, 0); !errors.Is(err, ErrForm) {
		t.Errorf("an endless page is looked into: %v", err)
	}
	for name, try := range map[string]func() error{
		"another key":    func() error { _, err := OpenPage(signed, other.VKey(), reader, 0); return err },
		"another reader": func() error { _, err := OpenPage(signed, k.VKey(), NameOf("evil.example"), 0); return err },
		"another place":  func() error { _, err := OpenPage(signed, k.VKey(), reader, 1); return err },
		"endless bytes": func() error {
			_, err := OpenPage(append(signed, bytes.Repeat([]byte("x"), MaxPage)...), k.VKey(), reader, 0)
			return err
		},
		"another desk's name": func() error {
			_, err := OpenPage(signed, newKey(t, "nation.example").VKey(), reader, 0)
			return err
		},
	} {
		if try() == nil {
			t.Errorf("a page is good for %s", name)
		}
	}
}

// TestPageThatContradictsItself: a desk that signs nonsense is refused, too.
func TestPageThatContradictsItself(t *testing.T) {
	k, reader := newKey(t, "district.example"), NameOf("province.example")
	head := func(from, size, before, after string) string {
		return pageHead + "\ndistrict.example/exchange\nfor " + reader + "\nat 2026-11-23T05:00:00Z\nfrom " + from + "\nsize " + size + "\nbefore " + before + "\nafter " + after + "\n"
	}
	zero, many := b64(make([]byte, 32)), make([]byte, 32)
	for range MaxLines + 1 {
		many = desk.ShelfChain(many, desk.LineHash([]byte("{}")))
	}
	for name, text := range map[string]string{
		"the chain is another":      head("0", "1", zero, zero) + "{}\n",
		"more lines than the shelf": head("0", "0", zero, b64(desk.ShelfChain(nil, desk.LineHash([]byte("{}"))))) + "{}\n",
		"empty before its end":      head("0", "5", zero, zero),
		"a negative size":           head("0", "-1", zero, zero),
		"a long size":               head("0", "00", zero, zero),
		"a chain of other length":   head("0", "0", "AAAA", "AAAA"),
		"no head":                   "soi-shelf/v1\n",
		"another desk's head":       strings.Replace(head("0", "0", zero, zero), "district.example", "nation.example", 1),
		"too many lines":            head("0", "1000", zero, b64(many)) + strings.Repeat("{}\n", MaxLines+1),
		"another version":           "soi-shelf/v2" + head("0", "0", zero, zero)[len(pageHead):],
	} {
		signed, err := sign(text, k)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenPage(signed, k.VKey(), reader, 0); err == nil {
			t.Errorf("taken: %s", name)
		}
	}
}

// TestRequest: only who holds the key of a peer is let in, for a while.
func TestRequest(t *testing.T) {
	k, other := newKey(t, "province.example"), newKey(t, "province.example")
	server := NameOf("district.example")
	query := func(k *Key, desk string, at time.Time) url.Values {
		s, err := RequestQuery(k, desk, 7, at)
		if err != nil {
			t.Fatal(err)
		}
		q, err := url.ParseQuery(s)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	keyOf := func(string) (string, error) { return k.VKey(), nil }
	r, err := OpenRequest(query(k, server, noon), server, noon.Add(20*time.Minute), keyOf)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(Request{Reader: "province.example/exchange", From: 7}, r); d != "" {
		t.Error(d)
	}
	moved := query(k, server, noon)
	moved.Set("from", "8")
	for name, q := range map[string]url.Values{
		"another key": query(other, server, noon), "for another desk": query(k, NameOf("nation.example"), noon), "an old one": query(k, server, noon.Add(-2*time.Hour)),
		"one of tomorrow": query(k, server, noon.Add(24*time.Hour)), "another place": moved, "nothing": {}, "no note": {"as": {k.Desk()}, "from": {"7"}, "note": {"!"}},
	} {
		if _, err := OpenRequest(q, server, noon, keyOf); err == nil {
			t.Errorf("let in: %s", name)
		}
	}
	long, err := sign(requestText(server, k.Desk(), 7, noon)+strings.Repeat("x", 4<<10)+"\n", k)
	if err != nil {
		t.Fatal(err)
	}
	asked := false
	q := url.Values{"as": {k.Desk()}, "from": {"7"}, "note": {base64.RawURLEncoding.EncodeToString(long)}}
	if _, err := OpenRequest(q, server, noon, func(string) (string, error) { asked = true; return k.VKey(), nil }); !errors.Is(err, ErrForm) || asked {
		t.Errorf("a long request is looked into: %v", err)
	}
	stranger := errors.New("not a peer")
	if _, err := OpenRequest(query(k, server, noon), server, noon, func(string) (string, error) { return "", stranger }); !errors.Is(err, stranger) {
		t.Errorf("a stranger: %v", err)
	}
}

// TestCard: a reader follows changes that the key it trusts has signed, several
// of them, and nothing else.
func TestCard(t *testing.T) {
	a, b, c, thief := newKey(t, "district.example"), newKey(t, "district.example"), newKey(t, "district.example"), newKey(t, "district.example")
	change := func(old, next *Key) string {
		n, err := Change(old, next, noon)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	revoke := func(k *Key) string {
		n, err := Revoke(k, noon)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	alone, err := sign(changeHead+"\n"+a.Desk()+"\n"+a.VKey()+"\n"+thief.VKey()+"\n2026-11-23T05:00:00Z\n", thief)
	if err != nil {
		t.Fatal(err)
	}
	unheld, err := sign(changeHead+"\n"+a.Desk()+"\n"+a.VKey()+"\n"+thief.VKey()+"\n2026-11-23T05:00:00Z\n", a)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := sign(revokeHead+"\n"+a.Desk()+"\n"+a.VKey()+"\n2026-11-23T05:00:00Z\n", thief)
	if err != nil {
		t.Fatal(err)
	}
	renamed, err := sign(changeHead+"\nnation.example/exchange\n"+a.VKey()+"\n"+b.VKey()+"\n2026-11-23T05:00:00Z\n", a, b)
	if err != nil {
		t.Fatal(err)
	}
	nation := newKey(t, "nation.example")
	moved, err := sign(changeHead+"\n"+a.Desk()+"\n"+a.VKey()+"\n"+nation.VKey()+"\n2026-11-23T05:00:00Z\n", a, nation)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct {
		card Card
		want error
	}{
		"a forged revocation":   {Card{Key: a.VKey(), Revoked: []string{string(forged)}}, nil},
		"a change of another":   {Card{Key: b.VKey(), Changes: []string{string(renamed)}}, ErrSignature},
		"to another desk's key": {Card{Key: nation.VKey(), Changes: []string{string(moved)}}, ErrSignature},
		"another desk's card":   {Card{Desk: nation.Desk(), Key: a.VKey()}, ErrForm},
		"too many revocations":  {Card{Key: a.VKey(), Revoked: make([]string, maxNotes+1)}, ErrForm},
		"too long":              {Card{Key: a.VKey(), Name: strings.Repeat("x", MaxCard)}, ErrForm},
		"the key itself":        {Card{Key: a.VKey()}, nil},
		"one change":            {Card{Key: b.VKey(), Changes: []string{change(a, b)}}, nil},
		"two changes":           {Card{Key: c.VKey(), Changes: []string{change(a, b), change(b, c)}}, nil},
		"another key":           {Card{Key: thief.VKey()}, ErrSignature},
		"signed by itself":      {Card{Key: thief.VKey(), Changes: []string{string(alone)}}, ErrSignature},
		"to a key nobody holds": {Card{Key: thief.VKey(), Changes: []string{string(unheld)}}, ErrSignature},
		"a gap":                 {Card{Key: c.VKey(), Changes: []string{change(b, c)}}, ErrSignature},
		"revoked":               {Card{Key: b.VKey(), Revoked: []string{revoke(a)}}, ErrRevoked},
		"revoked, with a thief": {Card{Key: thief.VKey(), Changes: []string{change(a, thief)}, Revoked: []string{revoke(a)}}, ErrRevoked},
		"the next was revoked":  {Card{Key: c.VKey(), Changes: []string{change(a, b), change(b, c)}, Revoked: []string{revoke(b)}}, ErrRevoked},
		"somebody's revocation": {Card{Key: a.VKey(), Revoked: []string{revoke(thief)}}, nil},
		"too many notes":        {Card{Key: b.VKey(), Changes: make([]string, maxNotes+1)}, ErrForm},
	} {
		try.card.Desk = cmp.Or(try.card.Desk, a.Desk())
		raw, err := try.card.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCard(raw, a.VKey()); !errors.Is(err, try.want) {
			t.Errorf("%s: %v, want %v", name, err, try.want)
		}
	}
	if _, err := Change(a, newKey(t, "nation.example"), noon); err == nil {
		t.Error("a change to another desk's key was signed")
	}
	for _, bad := range []string{"", "x", "district.example/log+0000+AAAA", a.VKey() + "x"} {
		if _, err := DeskOf(bad); err == nil {
			t.Errorf("%q is taken for a verifier key", bad)
		}
	}
}

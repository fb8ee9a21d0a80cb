package tlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestVerifyVector(t *testing.T) {
	v := readVector(t)
	got, err := VerifyProof(v.proof, v.entries[2], nil, v.vkey)
	if err != nil {
		t.Fatal(err)
	}
	if got.Index != 2 || got.Size != 3 || got.Entry.Kind != KindCorrect || got.Entry.Rating != "mostly-false" || got.DocChecked {
		t.Errorf("%+v", got)
	}
	if _, err := VerifyProof(v.proof, nil, nil, v.vkey); !errors.Is(err, ErrNoEntry) {
		t.Errorf("without the entry: %v", err)
	}
	// The same proof, carrying its entry.
	extra := "extra " + base64.StdEncoding.EncodeToString(v.entries[2]) + "\nindex 2\n"
	whole := bytes.Replace(v.proof, []byte("index 2\n"), []byte(extra), 1)
	if got, err = VerifyProof(whole, nil, nil, v.vkey); err != nil || got.Entry.Rev != 2 {
		t.Errorf("carrying the entry: %+v, %v", got, err)
	}
	if _, err := VerifyProof(whole, v.entries[1], nil, v.vkey); !errors.Is(err, ErrEntryDiffers) {
		t.Errorf("another entry than carried: %v", err)
	}
}

// published proof of a real revision, with its document.
func realProof(t testing.TB, n, index int) (proof, doc []byte, d *desk) {
	d = newDesk(t)
	for i := 1; i < n; i++ {
		d.publish(verdictID(i))
	}
	signed := d.sign()
	p, err := prove(t.Context(), d.log, int64(index), int64(n), signed.Note)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Parse(d.log.entries[index])
	if err != nil {
		t.Fatal(err)
	}
	return p.Format(), d.log.docs[e.Doc], d
}

// TestVerifyRefuses changes each thing that a cheat would change.
func TestVerifyRefuses(t *testing.T) {
	proof, doc, d := realProof(t, 300, 137)
	vkey := d.key.VKey()
	if v, err := VerifyProof(proof, nil, doc, vkey); err != nil || !v.DocChecked {
		t.Fatalf("%+v, %v", v, err)
	}
	p, err := ParseProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(*Proof)) []byte {
		c := p
		c.Path = append([]Hash(nil), p.Path...)
		c.Checkpoint = bytes.Clone(p.Checkpoint)
		f(&c)
		return c.Format()
	}
	forged, err := signCheckpoint(Checkpoint{Origin: testOrigin, Size: 300, Root: Hash{7}}, testKey(t, testOrigin, "thief"))
	if err != nil {
		t.Fatal(err)
	}
	other := d.log.entries[138]
	rows := map[string]struct {
		proof []byte
		doc   []byte
		want  error
	}{
		"rating":                   {change(func(p *Proof) { p.Extra = bytes.Replace(p.Extra, []byte("rating false"), []byte("rating true"), 1) }), doc, ErrNotInLog},
		"another entry of the log": {change(func(p *Proof) { p.Extra = other }), doc, ErrNotInLog},
		"document":                 {proof, append(bytes.Clone(doc), ' '), ErrDocDiffers},
		"empty document":           {proof, []byte{}, ErrDocDiffers},
		"index":                    {change(func(p *Proof) { p.Index++ }), doc, ErrNotInLog},
		"index beyond the size":    {change(func(p *Proof) { p.Index = 300 }), doc, ErrNotInLog},
		"path hash":                {change(func(p *Proof) { p.Path[3][9] ^= 1 }), doc, ErrNotInLog},
		"path order":               {change(func(p *Proof) { p.Path[0], p.Path[1] = p.Path[1], p.Path[0] }), doc, ErrNotInLog},
		"path short":               {change(func(p *Proof) { p.Path = p.Path[1:] }), doc, ErrNotInLog},
		"path long":                {change(func(p *Proof) { p.Path = append(p.Path, Hash{}) }), doc, ErrNotInLog},
		"tree size":                {change(func(p *Proof) { p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("\n300\n"), []byte("\n301\n"), 1) }), doc, ErrSignature},
		"origin":                   {change(func(p *Proof) { p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("desk."), []byte("desc."), 1) }), doc, ErrSignature},
		"signed by another key":    {change(func(p *Proof) { p.Checkpoint = forged }), doc, ErrSignature},
	}
	for name, r := range rows {
		if v, err := VerifyProof(r.proof, nil, r.doc, vkey); !errors.Is(err, r.want) {
			t.Errorf("%s: %+v, %v; want %v", name, v, err, r.want)
		}
	}
	if _, err := VerifyProof(proof, nil, doc, testKey(t, "other.example/log", "x").VKey()); !errors.Is(err, ErrSignature) {
		t.Errorf("proof of another desk: %v", err)
	}
}

func TestParseProofRefuses(t *testing.T) {
	proof, _, _ := realProof(t, 9, 4)
	s := string(proof)
	for name, bad := range map[string]string{
		"empty": "", "other version": strings.Replace(s, "@v1", "@v2", 1), "no index": strings.Replace(s, "index 4\n", "", 1),
		"leading zero": strings.Replace(s, "index 4", "index 04", 1), "signed index": strings.Replace(s, "index 4", "index +4", 1),
		"negative index": strings.Replace(s, "index 4", "index -4", 1), "carriage return": strings.Replace(s, "\n", "\r\n", 1),
		"no blank line": strings.Replace(s, "\n\n", "\n", 1), "empty extra": "c2sp.org/tlog-proof@v1\nextra \nindex 4\n\nx",
		"extra not base64": strings.Replace(s, "extra ", "extra !", 1), "two extras": strings.Replace(s, "index", "extra AAAA\nindex", 1),
		"hash not base64": strings.Replace(s, "index 4\n", "index 4\nxyz\n", 1), "too large": s + strings.Repeat("x", maxProof),
	} {
		if _, err := ParseProof([]byte(bad)); !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// F5: whatever is changed in a proof, it verifies only as the very statement
// that was logged, and never with another entry, index or document.
func FuzzVerifyProof(f *testing.F) {
	proof, doc, d := realProof(f, 300, 137)
	f.Add(proof, doc)
	f.Add(bytes.Replace(proof, []byte("index 137"), []byte("index 138"), 1), doc)
	v := readVector(f)
	f.Add(v.proof, []byte("{}"))
	want, err := Parse(d.log.entries[137])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b, doc []byte) {
		got, err := VerifyProof(b, nil, doc, d.key.VKey())
		if err != nil {
			return
		}
		if got.Index != 137 || got.Size != 300 || fmt.Sprint(got.Entry) != fmt.Sprint(want) {
			t.Fatalf("verified %+v", got)
		}
		if doc != nil && sha256.Sum256(doc) != want.Doc {
			t.Fatalf("verified another document")
		}
	})
}

// Every single-bit change of a proof file is refused or changes nothing that is
// stated (a bit in a signature line of a key nobody knows).
func TestEveryBitOfAProof(t *testing.T) {
	proof, doc, d := realProof(t, 300, 137)
	for i := range proof {
		for bit := range 8 {
			b := bytes.Clone(proof)
			b[i] ^= 1 << bit
			if v, err := VerifyProof(b, nil, doc, d.key.VKey()); err == nil {
				t.Fatalf("byte %d bit %d: verified %+v", i, bit, v)
			}
		}
	}
}

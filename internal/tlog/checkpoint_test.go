package tlog

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestKeys(t *testing.T) {
	for range 50 { // base64 of a seed may hold plus signs
		secret, vkey, err := GenerateKey(rand.Reader, "127.0.0.1:8080/log")
		if err != nil {
			t.Fatal(err)
		}
		k, err := ParseKey(secret + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if k.VKey() != vkey || k.Origin() != "127.0.0.1:8080/log" || !validVKey(vkey) {
			t.Fatalf("key of %s is %s", vkey, k.VKey())
		}
		if o, err := OriginOf(vkey); err != nil || o != k.Origin() {
			t.Fatalf("origin %q, %v", o, err)
		}
	}
	secret := testSecret(t, testOrigin, "x")
	for _, bad := range []string{"", "x", secret[1:], secret[:len(secret)-2], secret + "\n\n", strings.Replace(secret, "desk", "Desk", 1), testVKey} {
		if _, err := ParseKey(bad); !errors.Is(err, ErrForm) {
			t.Errorf("%.30q: %v", bad, err)
		} else if bad != "" && len(bad) > 20 && strings.Contains(err.Error(), bad[20:]) {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
	for _, bad := range []string{"", "https://desk.example/log", "desk.example/log/", "/log", "desk example/log", "desk+x/log", "Desk.example/log", "a//log", strings.Repeat("a", 256)} {
		if _, _, err := GenerateKey(rand.Reader, bad); !errors.Is(err, ErrForm) {
			t.Errorf("origin %.40q: %v", bad, err)
		}
	}
}

func TestOpenCheckpoint(t *testing.T) {
	v := readVector(t)
	_, signed, _ := strings.Cut(string(v.proof), "\n\n")
	c, err := OpenCheckpoint([]byte(signed), v.vkey)
	if err != nil || c.Origin != testOrigin || c.Size != 3 || c.Root.String() != testRoot {
		t.Fatalf("%+v, %v", c, err)
	}
	other := testKey(t, testOrigin, "another")
	if _, err := OpenCheckpoint([]byte(signed), other.VKey()); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if _, err := OpenCheckpoint([]byte(signed), "nonsense"); !errors.Is(err, ErrForm) {
		t.Errorf("no key: %v", err)
	}
	for old, new := range map[string]string{"\n3\n": "\n4\n", "zbYZ": "zbYa", "desk.example/log\n3": "desc.example/log\n3", "GZSvF": "GZSvG"} {
		if _, err := OpenCheckpoint([]byte(strings.Replace(signed, old, new, 1)), v.vkey); !errors.Is(err, ErrSignature) {
			t.Errorf("%q for %q: %v", new, old, err)
		}
	}
	both, err := signCheckpoint(c, testKey(t, testOrigin, "soi test vector key, never use"), other)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{v.vkey, other.VKey()} {
		if got, err := OpenCheckpoint(both, k); err != nil || got != c {
			t.Errorf("signed by two, opened with %s: %v", k, err)
		}
	}
}

// What the key signs must still be a checkpoint in the one accepted form.
func TestSignedTextIsChecked(t *testing.T) {
	k := testKey(t, testOrigin, "x")
	for _, text := range []string{
		"desk.example/log\n03\n" + testRoot + "\n",
		"desk.example/log\n+3\n" + testRoot + "\n",
		"desk.example/log\n0\n" + testRoot + "\n",
		"desk.example/log\n-3\n" + testRoot + "\n",
		"desk.example/log\n3\n" + testRoot + "\nextension\n",
		"desk.example/log\n3\n" + strings.TrimSuffix(testRoot, "=") + "\n",
		"desk.example/log\n3\n",
		"other.example/log\n3\n" + testRoot + "\n",
	} {
		signed, err := note.Sign(&note.Note{Text: text}, k.signer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenCheckpoint(signed, k.VKey()); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// F4: accepted means signed by the key, and one spelling of the size.
func FuzzCheckpoint(f *testing.F) {
	v := readVector(f)
	_, signed, _ := strings.Cut(string(v.proof), "\n\n")
	verifier, err := note.NewVerifier(v.vkey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(signed))
	f.Add([]byte(signed + "— witness.example m5XHGZQ=\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := OpenCheckpoint(b, v.vkey)
		text, sigs, _ := strings.Cut(string(b), "\n\n")
		if _, perr := ParseCheckpoint(text + "\n"); perr == nil {
			lines := strings.Split(text, "\n")
			if len(lines) != 3 || lines[1][0] < '1' || lines[1][0] > '9' {
				t.Fatalf("accepted %q", text)
			}
		}
		if err != nil {
			return
		}
		if c.Format() != text+"\n" {
			t.Fatalf("accepted %q as %+v", text, c)
		}
		good := false
		for _, line := range strings.Split(sigs, "\n") {
			if f := strings.Split(line, " "); len(f) == 3 && f[1] == v.vkey[:strings.Index(v.vkey, "+")] {
				raw, err := decodeBase64(f[2])
				good = good || err == nil && len(raw) > 4 && verifier.Verify([]byte(text+"\n"), raw[4:])
			}
		}
		if !good {
			t.Fatalf("accepted without a signature by the key: %q", b)
		}
	})
}

package auth

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soi/internal/desk"
)

func TestPassphraseRules(t *testing.T) {
	for p, want := range map[string]desk.Problem{
		"":                               PassphraseShort,
		"fourteen chars":                 PassphraseShort,
		"mười bốn ký tự":                 PassphraseShort,
		"fifteen charact":                "",
		"mười lăm ký tự ạ":               "",
		strings.Repeat("ế", 129):         PassphraseLong,
		"correct horse battery staple":   PassphraseEasy,
		"CorrectHorseBatteryStaple!1":    PassphraseEasy,
		"aaaaaaaaaaaaaaaaaaa":            PassphraseEasy,
		"abababababababababab":           PassphraseEasy,
		"abcabcdabcabcdabcabcd":          PassphraseEasy,
		"mango7z mango7z mango7z":        PassphraseEasy,
		"aabbabaababbabbaabab":           PassphraseEasy,
		"123456789012345":                PassphraseEasy,
		"qwertyuiopasdfgh":               PassphraseEasy,
		"1q2w3e4r5t6y7u8i":               PassphraseEasy,
		"passwordpassword":               PassphraseEasy,
		"Password123456789":              PassphraseEasy,
		"matkhau123456789":               PassphraseEasy,
		"mật khẩu mật khẩu":              PassphraseEasy,
		"iloveyouiloveyou2026":           PassphraseEasy,
		"anhyeuem anhyeuem 2":            PassphraseEasy,
		"Nguyễn Thị Test 99":             PassphraseEasy, // the name itself
		"               ":                PassphraseEasy,
		"!!!!!!!!!!!!!!!!!!!":            PassphraseEasy,
		"bốn con mèo ngủ trên mái":       "",
		"the ferry left before the rain": "",
		"x7#Lq!v9@Zr$Tn2&":               "",
	} {
		err := checkPassphrase(p, "Nguyễn Thị Test")
		var got desk.Problem
		if problems := desk.Problems(err); len(problems) == 1 {
			got = problems[0]
		}
		if got != want || (err == nil) != (want == "") {
			t.Errorf("%q: %v, want %q", p, err, want)
		}
	}
	long := strings.Repeat("bốn con mèo ngủ trên mái ", 6)
	if err := checkPassphrase(string([]rune(long)[:MaxPassphrase]), "A"); err != nil {
		t.Errorf("128 characters: %v", err)
	}
}

func TestHashMatchesItsPassphraseAlone(t *testing.T) {
	phc := hashPassphrase(" a passphrase with ế ")
	if again := hashPassphrase(" a passphrase with ế "); string(again) == string(phc) {
		t.Error("no salt")
	}
	for p, want := range map[string]bool{" a passphrase with ế ": true, "a passphrase with ế": false, " A passphrase with ế ": false, "": false} {
		if got, err := phcMatches(phc, p); err != nil || got != want {
			t.Errorf("%q: %v, %v", p, got, err)
		}
	}
}

// A row that was changed in the database is refused, not obeyed.
func TestDamagedHash(t *testing.T) {
	phc := string(hashPassphrase("x"))
	for _, bad := range []string{
		"", "$", phc[:len(phc)-1], phc + "$", "x" + phc, strings.Replace(phc, "argon2id", "argon2i", 1),
		strings.Replace(phc, "v=19", "v=16", 1), strings.Replace(phc, "m=19456", "m=99999999", 1),
		strings.Replace(phc, "m=19456", "m=-1", 1), strings.Replace(phc, "t=2", "t=999", 1), strings.Replace(phc, "t=2", "t=0", 1),
		strings.Replace(phc, "p=1", "p=256", 1), strings.Replace(phc, "p=1", "p=0", 1),
	} {
		if ok, err := phcMatches([]byte(bad), "x"); ok || err == nil {
			t.Errorf("%q: %v, %v", bad, ok, err)
		}
	}
}

func TestSealOpensOnlyWhatItMade(t *testing.T) {
	s, err := newSealer(make([]byte, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	other, err := newSealer([]byte(strings.Repeat("k", KeySize)))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		bound := rapid.String().Draw(t, "bound")
		sealed := s.seal(useAuthenticator, bound, plain)
		if got, err := s.open(useAuthenticator, bound, sealed); err != nil || string(got) != string(plain) {
			t.Fatalf("open: %v", err)
		}
		if _, err := s.open(useKnownBrowser, bound, sealed); err == nil {
			t.Fatal("opened for another use")
		}
		if _, err := s.open(useAuthenticator, bound+"x", sealed); err == nil {
			t.Fatal("opened for another owner")
		}
		if _, err := other.open(useAuthenticator, bound, sealed); err == nil {
			t.Fatal("opened with another key")
		}
		i := rapid.IntRange(0, len(sealed)-1).Draw(t, "at")
		sealed[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if _, err := s.open(useAuthenticator, bound, sealed); err == nil {
			t.Fatal("opened although changed")
		}
		if _, err := s.open(useAuthenticator, bound, sealed[:i]); err == nil {
			t.Fatal("opened although cut")
		}
	})
}

// A code typed as people type it is the same code.
func TestRecoveryCodeSpelling(t *testing.T) {
	want := string(recoveryHash("0123-456a-bc1x-yz01"))
	for _, typed := range []string{"0123456abc1xyz01", "O123-456A-BCIX-YZoL", " 0123 456a bc1x yz01 ", "0123–456a.bclx-yz0i"} {
		if string(recoveryHash(typed)) != want {
			t.Errorf("%q is another code", typed)
		}
	}
	if string(recoveryHash("0123-456a-bc1x-yz02")) == want {
		t.Error("another code is the same")
	}
}

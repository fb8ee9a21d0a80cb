package intake_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"soi/internal/intake"
)

// monthly keeps keys of months in memory; those in gone are destroyed.
type monthly struct{ gone map[string]bool }

func (m monthly) MonthKey(purpose string, month intake.Month) ([]byte, error) {
	name := purpose + month.String()
	if m.gone[name] {
		return nil, fmt.Errorf("%s: %w", name, intake.ErrNoKey)
	}
	sum := sha256.Sum256([]byte(name))
	return sum[:], nil
}

func TestSealing(t *testing.T) {
	now := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	keys := monthly{gone: map[string]bool{}}
	v := intake.Vault{Keys: keys, Fixed: make([]byte, 32), Now: func() time.Time { return now }}
	plain := []byte("to:+84900111222")
	one, err := v.Seal("address", plain)
	if err != nil {
		t.Fatal(err)
	}
	two, err := v.Seal("address", plain)
	if err != nil || bytes.Equal(one, two) || bytes.Contains(one, plain[3:]) {
		t.Errorf("sealed twice to the same bytes, or not at all: %v", err)
	}
	now = now.Add(48 * time.Hour) // the month turns; what was sealed is still opened
	if got, err := v.Open("address", one); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := v.Open("notice", one); err == nil {
		t.Error("a part was opened in place of another")
	}
	for i := range one {
		changed := bytes.Clone(one)
		changed[i] ^= 1
		if _, err := v.Open("address", changed); err == nil {
			t.Fatalf("byte %d was changed and it was opened", i)
		}
	}
	for n := range one {
		if _, err := v.Open("address", one[:n]); err == nil {
			t.Fatalf("%d bytes of it were opened", n)
		}
	}
	keys.gone["seal2026-11"] = true
	if _, err := v.Open("address", one); !errors.Is(err, intake.ErrNoKey) {
		t.Errorf("opened after its key was destroyed: %v", err)
	}
}

func TestMonths(t *testing.T) {
	for at, want := range map[string]string{"2026-01-01T00:00:00Z": "2026-01", "2026-12-31T23:59:59Z": "2026-12", "2027-01-01T06:59:00+07:00": "2026-12"} {
		x, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := intake.MonthOf(x).String(); got != want {
			t.Errorf("%s lies in %s, want %s", at, got, want)
		}
	}
	if got := (intake.MonthOf(time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC)) - 1).String(); got != "2026-12" {
		t.Errorf("the month before is %s", got)
	}
}

// However a person's id or address is printed, it is not.
func TestSecretsPrintAsStars(t *testing.T) {
	a := intake.Arrived{Who: "zqwho", Thread: "zqthread", Address: intake.Address("zqaddress")}
	var out strings.Builder
	for _, f := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, f+"\n", a)
		fmt.Fprintf(&out, f+f+f+"\n", a.Who, a.Thread, a.Address)
	}
	log := slog.New(slog.NewTextHandler(&out, nil))
	log.Info("x", "who", a.Who, "address", a.Address, "all", a)
	log = slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "who", a.Who, "address", a.Address, "all", a)
	b, err := json.Marshal(a.Who)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	for _, word := range []string{"zqwho", "zqthread", "zqaddress", fmt.Sprintf("%x", "zqwho"), fmt.Sprintf("%x", "zqaddress"), "enFhZGRyZXNz", "122 113 97"} {
		if strings.Contains(out.String(), word) {
			t.Errorf("%q was printed:\n%s", word, out.String())
		}
	}
}
